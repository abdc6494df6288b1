"""The page Dub: a video and new words for it."""

from __future__ import annotations

import math

import streamlit as st

from . import faces, making, options, result, state, voices
from .choices import segments
from .limits import LIMITS
from .look import player, tell_limit
from .taking import Intake, accept_video, forget_refusal
from .texts import say
from .trimming import part_of
from .workshop import VIDEOS

SOURCES = ("samples", "upload")


def show() -> None:
    """Video, voice, options and result on one page."""
    if state.step() == "result":
        result.show("dub")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.header(say("dub_title"))
        st.caption(say("dub_promise"))
        source = segments("video_source", SOURCES, SOURCES[0], _words, labelled=False, wide=True)
        state.desk().turn_to("video", source)
        {"samples": _samples, "upload": _upload}[source]()
        voices.show()
        with st.expander(say("talk_title")):
            options.show_for_video()
    with right:
        making.card("dub")


def _words(source: str) -> str:
    return say("voice_samples" if source == "samples" else "from_upload")


def _samples() -> None:
    forget_refusal("video")
    faces.gallery("video", [state.sample_video(name) for name in VIDEOS])
    now = state.desk().video
    with st.container(key="preview"):
        player("video", state.visit().offer(now.path), poster=now.thumbnail)


def _upload() -> None:
    """The visitor's own video, which part of it is taken, and who speaks."""
    intake = Intake("video", "upload", "upload_video", LIMITS.video_mb, accept_video)
    file = st.file_uploader(
        say("upload_video"),
        type=list(voices.FILMS),
        key=intake.key,
        max_upload_size=LIMITS.video_mb,
        on_change=intake.emptied,
    )
    tell_limit("upload_video", say("video_limit", n=LIMITS.video_mb))
    video = intake.take(file)
    if video is not None:
        part = part_of("video", video, math.inf)
        with st.container(key="preview"):
            player("video", state.visit().offer(video.path), part=part, poster=video.thumbnail)
        faces.people("video")
