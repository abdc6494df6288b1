"""Step Talk: motion, expression, size, engine, label."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lipsync_tools.workflow import Text
from lipsync_utils import MotionOptions, RunOptions, WriteOptions
from lipsync_utils.options import ARTICULATION, EXPRESSIONS, PARTS, SHAPES
from lipsync_utils.wav2lip import own_weights

from . import state
from .choices import chosen, keep, key_of, segments
from .limits import LIMITS
from .texts import say
from .workshop import wav2lip_ready

_DEFAULTS = {
    "motion": "natural",
    "expression": "neutral",
    "articulation": 1.0,
    "shape": "source",
    "part": "whole",
    "size": LIMITS.sides[0],
    "engine": "rig",
    "badge": True,
    "when_short": "pingpong",
}
ENDS = ("pingpong", "loop", "freeze", "cut")


def show() -> None:
    """Choose how a picture talks."""
    st.header(say("talk_title"))
    segments("motion", ("natural", "still"), _DEFAULTS["motion"])
    _list("expression", EXPRESSIONS)
    _articulation()
    _framing()
    _size()
    _engine()
    _captions()
    _badge()


def show_for_video() -> None:
    """Choose how a video is dubbed."""
    _list("when_short", ENDS)
    _articulation()
    _framing()
    _size()
    _engine()
    _captions()
    _badge()


def chosen_options() -> RunOptions:
    """The options of the run."""
    value = {name: chosen(name, default) for name, default in _DEFAULTS.items()}
    return RunOptions(
        engine=value["engine"] if wav2lip_ready() else "rig",
        max_side=value["size"],
        shape=value["shape"],
        part=value["part"],
        when_short=value["when_short"],
        motion=MotionOptions(expression=value["expression"], style=value["motion"], articulation=value["articulation"]),
        write=WriteOptions(crf=LIMITS.crf, badge=value["badge"]),
    )


def _list(name: str, options: Sequence[str]) -> None:
    """One of more options than a phone has room for side by side."""
    keep(name, st.selectbox(say(name), options, format_func=say, key=key_of(name, _DEFAULTS[name])))


def _articulation() -> None:
    least, most = ARTICULATION
    key = key_of("articulation", _DEFAULTS["articulation"])
    keep("articulation", st.slider(say("articulation"), least, most, step=0.1, key=key, format="%.1f"))
    st.caption(say("articulation_note"))


def _framing() -> None:
    ratios = [name for name in SHAPES if name != "source"]
    segments("shape", ("source", *ratios), "source", lambda name: say("shape_source") if name == "source" else name)
    st.caption(say("shape_note", **dict(zip(("upright", "feed", "square", "wide"), ratios, strict=True))))
    segments("part", PARTS, _DEFAULTS["part"], lambda name: say(f"part_{name}"))


def _size() -> None:
    segments("size", LIMITS.sides, _DEFAULTS["size"], lambda side: say(f"size_{side}"))


def _engine() -> None:
    if wav2lip_ready():
        engine = segments("engine", ("rig", "wav2lip"), _DEFAULTS["engine"])
        is_own = engine == "wav2lip" and own_weights() is not None
        st.caption(say("wav2lip_own_note" if is_own else f"{engine}_note"))
        return
    st.html(f'<p class="label">{say("engine")}</p>')
    with st.container(horizontal=True, key="engines", gap="small"):
        st.button(say("rig"), type="primary", key="engine_rig")
        st.button(say("wav2lip"), disabled=True, key="engine_wav2lip")
    st.caption(f"{say('rig_note')}  \n{say('no_wav2lip')}")


def _captions() -> None:
    """Subtitles in the picture, which only a text has."""
    if isinstance(state.desk().voice.content, Text):
        keep("captions", st.toggle(say("captions"), key=key_of("captions", False)))


def _badge() -> None:
    keep("badge", st.toggle(say("badge"), key=key_of("badge", _DEFAULTS["badge"])))
    st.caption(say("badge_note"))  # no help of Streamlit's: its mark lies within the switch's label, and switches it
