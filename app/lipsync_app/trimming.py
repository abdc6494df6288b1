"""Which part of a recording or a video is taken."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from . import state
from .desk import Face, Voice
from .texts import language, say

SHORTEST_S = 1.0
"""A part is at least so long, in seconds."""


def part_of(slot: str, thing: Face | Voice, most_s: float) -> tuple[float, float] | None:
    """A slider for the part that is taken; that part, in seconds, or None: all of it.

    Args:
        slot: where the recording or video is chosen.
        thing: the recording or video.
        most_s: how long the part may be. Of something longer, its beginning is taken at first.
    """
    length = thing.seconds
    if length is None or length < 2 * SHORTEST_S:
        return None
    key = f"part_{slot}_{thing.digest}_{language()}"
    if key not in st.session_state:
        st.session_state[key] = thing.part or (0.0, min(length, most_s))
    chosen = st.slider(say(f"part_{slot}"), 0.0, length, step=0.1, key=key, format="%.1f")
    part = _allowed(chosen, length, most_s)
    if part != chosen:
        st.caption(say("part_moved", start=part[0], end=part[1], n=most_s))
    part = None if part == (0.0, length) else part
    if part != thing.part:
        state.desk().change(slot, replace(thing, part=part))
    return part


def _allowed(chosen: tuple[float, float], length: float, most_s: float) -> tuple[float, float]:
    """The part that was chosen, not too short and not too long."""
    start = min(chosen[0], length - SHORTEST_S)
    return start, min(max(chosen[1], start + SHORTEST_S), start + most_s)
