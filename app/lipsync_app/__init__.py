"""The parts of the web app; ``streamlit_app.py`` beside this folder puts them together."""
