"""The card beside every step: who will speak, what, the consent, and the button."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lipsync_tools.workflow import Order, Text
from lipsync_utils import FaceOptions

from . import options, progress, state, voices
from .look import problem, stage
from .store import digest_of
from .texts import say
from .voices import problem_with
from .work import make_video
from .workshop import workshop

SLOTS = {"talk": "face", "dub": "video"}
"""Page -> where its face is kept."""


def card(page: str) -> None:
    """What will be made, and the button that makes it; while it is made, how far it is."""
    face, voice = st.session_state[SLOTS[page]], st.session_state["voice"]
    with st.container(key="stage_card"):
        stage(face and face.thumbnail, say(face.label) if face else say("own_video"), [about(voice)])
        _consent(face, voice)
        busy = state.active()
        if busy in SLOTS:
            progress.show(state.job(busy))
            return
        st.button(
            say("make" if page == "talk" else "make_dub"),
            key=f"make_{page}",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=_start,
            args=(page,),
            disabled=busy is not None,
        )
        if st.session_state["hint"]:
            problem(st.session_state["hint"])
            state.hint("")


def about(voice: state.Voice) -> str:
    """What will be heard, in a line."""
    if isinstance(voice.content, Text):
        words = voice.content.words
        return f"“{words[:60]}{'…' if len(words) > 60 else ''}”"
    length = "" if voice.seconds is None else f" · {say('seconds', n=voice.seconds)}"
    return say(voice.label) + length


def _consent_key(face: state.Face | None, voice: state.Voice) -> str:
    """What is agreed to: this face and these words; empty where nobody real is seen or heard."""
    if not (face and face.real) and not voice.real:
        return ""
    return f"{face.digest if face else ''}/{voice.digest}"


def _consent(face: state.Face | None, voice: state.Voice) -> None:
    """The tick box, where somebody real may be seen or heard; another face, voice or text needs another tick."""
    key = _consent_key(face, voice)
    if not key:
        return
    agreed = st.session_state["agreed"]
    if st.checkbox(say("consent"), value=key in agreed, key=f"consent_{key}"):
        agreed.add(key)
    else:
        agreed.discard(key)


def _start(page: str) -> None:
    voices.read_text()
    face, voice = st.session_state[SLOTS[page]], st.session_state["voice"]
    wrong = _why_not(page, face, voice)
    if wrong:
        state.hint(wrong)
        return
    visit, shop = state.visit(), workshop()
    how = options.chosen_options()
    if face.choose is not None:
        how = replace(how, face=FaceOptions(choose=face.choose))
    order = Order(face.path, voice.content, options=how, score=False)
    key = digest_of(face.digest, voice.digest, repr(order.options))
    shelf = shop.store.shared if face.shared and voice.shared else visit.shelf
    if state.submit(page, lambda progress: make_video(order, key, shelf, visit.folder, shop.models, progress)):
        st.session_state[f"at_work_{page}"] = face, voice
        st.session_state["step" if page == "talk" else "dub_shown"] = "result"


def _why_not(page: str, face: state.Face | None, voice: state.Voice) -> str | Exception:
    """What has to be put right first; empty where nothing has."""
    refused = st.session_state.get("refused", {})
    for slot in (SLOTS[page], "voice"):
        if slot in refused:
            return refused[slot]
    if face is None:
        return say("no_video")
    if isinstance(voice.content, Text) and problem_with(voice.content):
        return problem_with(voice.content)
    key = _consent_key(face, voice)
    if key and not st.session_state.get(f"consent_{key}", key in st.session_state["agreed"]):
        return say("consent_needed")
    return ""
