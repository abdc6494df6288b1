"""AI Lip Sync as a web app: ``streamlit run app/streamlit_app.py``."""

from pathlib import Path

import streamlit as st
from lipsync_app import front

app = st.App(
    Path(__file__).with_name("page.py"),
    routes=front.routes(),
    middleware=front.middleware(),
    lifespan=front.lifespan,
)
