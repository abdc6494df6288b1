"""Help, privacy, and the links at the foot of every page."""

from __future__ import annotations

import os
from functools import cache, partial
from importlib.metadata import metadata

import streamlit as st

from . import state
from .limits import LIMITS
from .look import links
from .texts import say

CONTACT = "LIPSYNC_CONTACT"
"""Environment variable: an address (``mailto:…`` or ``https://…``) to which abuse is reported: of whoever runs this
server.
"""


def show_help() -> None:
    """How to get a good result."""
    st.header(say("page_help"))
    st.markdown(say("help", voice_s=LIMITS.voice_s, video_mb=LIMITS.video_mb, characters=LIMITS.text_chars))
    _back()


def show_privacy() -> None:
    """What becomes of a visitor's files."""
    st.header(say("page_privacy"))
    st.markdown(say("privacy", hours=LIMITS.rest_s / 3600))
    _back()


def _back() -> None:
    st.button(say("back"), key="back", on_click=partial(state.go, page=state.PAGES[0]))


def foot() -> None:
    """Links, and the promise about files."""
    with st.container(horizontal=True, horizontal_alignment="center", key="foot"):
        for page in ("help", "privacy"):
            on = partial(state.go, page=page)
            st.button(say(f"page_{page}"), key=f"foot_{page}", type="tertiary", on_click=on)
        contact = os.environ.get(CONTACT)
        links([(source(), say("source")), *([(contact, say("report_abuse"))] if contact else [])])
    st.html(f'<p class="footer">{say("footer")}</p>')


@cache
def source() -> str:
    """Where the program's source code is."""
    addresses = dict(line.split(", ", 1) for line in metadata("lipsync_utils").get_all("Project-URL"))
    return addresses["Repository"]
