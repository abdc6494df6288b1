"""The page Dub: a video and new words for it."""

from __future__ import annotations

import streamlit as st

from . import faces, making, options, result, voices
from .limits import LIMITS
from .look import tell_limit
from .taking import accept_video, take
from .texts import say

VIDEOS = voices.FILMS


def show() -> None:
    """Video, voice, options and result on one page."""
    if st.session_state.get("dub_shown") == "result":
        result.show("dub", _back)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.header(say("dub_title"))
        st.caption(say("dub_promise"))
        file = st.file_uploader(
            say("upload_video"), type=list(VIDEOS), key="upload_video", max_upload_size=LIMITS.video_mb
        )
        tell_limit("upload_video", say("video_limit", n=LIMITS.video_mb))
        take("video", file, LIMITS.video_mb, accept_video)
        faces.people("video")
        voices.show()
        with st.expander(say("talk_title")):
            options.show_for_video()
    with right:
        making.card("dub")


def _back() -> None:
    st.session_state["dub_shown"] = ""
