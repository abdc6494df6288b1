"""The card beside every step: who will speak, what, the consent, and the button."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lipsync_tools.workflow import Order, Text
from lipsync_utils import FaceOptions, RunOptions, Span
from lipsync_utils.errors import LipSyncError

from . import options, state, voices
from .choices import chosen, keep
from .desk import SLOTS, Face, Voice, Wish
from .look import problem, quoted, stage
from .pictures import thumbnail
from .store import digest_of
from .texts import say
from .voices import problem_with
from .work import make_video
from .workshop import workshop


def card(page: str) -> None:
    """What will be made, and the button that makes it."""
    desk = state.desk()
    face, voice = getattr(desk, SLOTS[page]), desk.voice
    with st.container(key="stage_card"):
        stage(framed(face), say(face.label), [about(voice)])
        _consent(face, voice)
        st.button(
            say("make" if page == "talk" else "make_dub"),
            key=f"make_{page}",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=_start,
            args=(page,),
            disabled=desk.active() is not None,
        )
        if desk.hint:
            problem(desk.hint)
            desk.hint = ""


def about(voice: Voice) -> str:
    """What will be heard, in a line."""
    if isinstance(voice.content, Text):
        return quoted(voice.content.words)
    length = "" if voice.lasts_s is None else f" · {say('seconds', n=voice.lasts_s)}"
    return say(voice.label) + length


def _consent_key(face: Face, voice: Voice) -> str:
    """What is agreed to: this face and these words; empty where nobody real is seen or heard."""
    if not (face.real or voice.real):
        return ""
    return f"{face.digest}/{voice.digest}{voice.part or ''}"


def _consent(face: Face, voice: Voice) -> None:
    """The tick box, where somebody real may be seen or heard; another face, voice or text needs another tick."""
    key = _consent_key(face, voice)
    if not key:
        return
    agreed = state.desk().agreed
    if st.checkbox(say("consent"), value=key in agreed, key=f"consent_{key}"):
        agreed.add(key)
    else:
        agreed.discard(key)


def _start(page: str) -> None:
    voices.read_text()
    desk = state.desk()
    face, voice = getattr(desk, SLOTS[page]), desk.voice
    desk.hint = _why_not(page, face, voice)
    if desk.hint:
        return
    visit, shop = state.visit(), workshop()
    order = _order(face, voice)
    key = digest_of(face.digest, voice.digest, repr((order.voice, order.options, order.burn_in)))
    shelf = shop.store.shared if face.shared and voice.shared else visit.shelf
    wish = Wish(lambda: say(face.label), lambda: about(voice), framed(face))
    if state.submit(page, lambda progress: make_video(order, key, shelf, visit.folder, shop.models, progress), wish):
        desk.shown = None
        state.go(page=page, step="result")


def _order(face: Face, voice: Voice) -> Order:
    how = _options(face)
    if voice.part is not None:
        how = replace(how, voice_span=Span(*voice.part))
    if isinstance(voice.content, Text):
        burn_in = chosen("captions", default=False)
        return Order(face.path, voices.spoken_for(face, voice.content), options=how, score=False, burn_in=burn_in)
    return Order(face.path, voice.content, options=how, score=False)


def _options(face: Face) -> RunOptions:
    how = options.chosen_options()
    if face.choose is not None:
        how = replace(how, face=FaceOptions(choose=face.choose))
    return how if face.part is None else replace(how, video_span=Span(*face.part))


def framed(face: Face) -> bytes:
    """A small picture (WebP) of what will be shown of a face, in its shape. What cannot be shown, the run refuses."""
    how = _options(face)
    if (how.shape, how.part) == (RunOptions.shape, RunOptions.part):
        return face.thumbnail
    name = f"framed {face.digest} {how.shape} {how.part} {how.video_span}"
    if chosen(name) is None:
        try:
            keep(name, thumbnail(workshop().look(face.path, how).shown()))
        except LipSyncError:
            keep(name, face.thumbnail)
    return chosen(name)


def _why_not(page: str, face: Face, voice: Voice) -> str | Exception:
    """What has to be put right first; empty where nothing has."""
    refused = state.desk().refused
    for slot in (SLOTS[page], "voice"):
        if slot in refused:
            return refused[slot]
    if isinstance(voice.content, Text) and problem_with(voice.content):
        return problem_with(voice.content)
    key = _consent_key(face, voice)
    if key and not st.session_state.get(f"consent_{key}", key in state.desk().agreed):
        return say("consent_needed")
    return ""
