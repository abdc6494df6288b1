"""The page Talking picture: Face, Voice, Talk, Result, one step at a time."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lipsync_tools import samples

from . import faces, making, options, result, state, voices
from .choices import places
from .look import player
from .state import STEPS
from .texts import language, say


def show() -> None:
    """The steps, and beside each of the first three the card with the button."""
    step = state.step()
    with st.container(key="steps"):
        places("step", STEPS, step, lambda name: f"{STEPS.index(name) + 1} {say(f'step_{name}')}", wide=True)
    if step == "result":
        result.show("talk")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        {"face": faces.show, "voice": voices.show, "talk": options.show}[step]()
        if step != "talk":
            following = STEPS[STEPS.index(step) + 1]
            on = partial(state.go, step=following)
            st.button(f"{say('next')}: {say(f'step_{following}')}", key="next", on_click=on)
    with right:
        making.card("talk")
    if step == STEPS[0] and not state.desk().results:
        _example()


def _example() -> None:
    """A finished video of the gallery, in the page's language."""
    video = samples.named("example").get(f"example-{language()}")
    if video is not None:
        st.header(say("example"))
        with st.container(key="example"):
            player("video", state.visit().offer(video))
