"""The parts of the web app; ``streamlit_app.py`` beside this folder serves them, ``page.py`` puts them together."""
