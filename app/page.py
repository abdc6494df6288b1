"""What a visitor sees: Streamlit runs this script again after everything that a visitor does."""

from pathlib import Path

import streamlit as st
from lipsync_app import about, dub, look, progress, state, studio, texts
from lipsync_app.choices import places
from lipsync_app.refusals import RefusedError
from lipsync_app.texts import say

ICON = Path(__file__).with_name("icon.png")  # a symbol of Streamlit's would be fetched from a server of fonts

st.set_page_config(page_title="AI Lip Sync", page_icon=str(ICON), layout="wide")


def language_switch() -> None:
    """English, Arabic."""
    st.session_state["language"] = texts.language()  # "Back" may have changed it
    st.segmented_control(
        "Language / اللغة",
        list(texts.LANGUAGES),
        format_func=texts.LANGUAGES.get,
        required=True,
        key="language",
        on_change=lambda: state.go(lang=st.session_state["language"]),
        label_visibility="collapsed",
    )


def main() -> None:
    """Head, navigation, page, foot."""
    wanted = st.query_params.get("lang") or (st.context.locale or "en")[:2]
    texts.set_language(wanted if wanted in texts.LANGUAGES else "en")
    try:
        state.begin()
    except RefusedError as error:
        look.problem(error)
        st.stop()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="head"):
        title = st.container(width="content")
        language_switch()
    heading = f'<h1 class="title">{say("title")}</h1><p class="promise">{say("promise")}</p>'
    title.html(heading + look.page_language(), unsafe_allow_javascript=True)
    look.apply_styles()
    page = state.page()
    places("page", ("talk", "dub"), page, lambda name: say(f"page_{name}"))
    if st.session_state.pop("forgotten", False):
        st.info(say("forgotten"))
    progress.strip()
    {"talk": studio.show, "dub": dub.show, "help": about.show_help, "privacy": about.show_privacy}[page]()
    about.foot()


main()
