"""The page Talking picture: Face, Voice, Talk, Result, one step at a time."""

from __future__ import annotations

import streamlit as st

from . import faces, making, options, result, voices
from .choices import chosen, keep
from .state import STEPS
from .texts import say


def show() -> None:
    """The steps, and beside each of the first three the card with the button."""
    st.session_state.setdefault("step", chosen("step", STEPS[0]))
    with st.container(key="steps"):
        step = st.segmented_control(
            say("step"),
            STEPS,
            format_func=lambda name: f"{STEPS.index(name) + 1} {say(f'step_{name}')}",
            required=True,
            key="step",
            label_visibility="collapsed",
            width="stretch",
        )
    keep("step", step)
    if step == "result":
        result.show("talk", _go_to(STEPS[0]))
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        {"face": faces.show, "voice": voices.show, "talk": options.show}[step]()
        if step != "talk":
            following = STEPS[STEPS.index(step) + 1]
            st.button(f"{say('next')}: {say(f'step_{following}')}", key="next", on_click=_go_to(following))
    with right:
        making.card("talk")


def _go_to(step: str):
    def go() -> None:
        st.session_state["step"] = step

    return go
