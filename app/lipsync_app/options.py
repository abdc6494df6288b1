"""Step Talk: motion, size, engine, label."""

from __future__ import annotations

import streamlit as st

from lipsync_utils import MotionOptions, RunOptions, WriteOptions

from .limits import LIMITS
from .texts import language, say
from .workshop import wav2lip_ready

_DEFAULTS = {"motion": "natural", "size": LIMITS.sides[0], "engine": "rig", "badge": True, "when_short": "pingpong"}
ENDS = ("pingpong", "loop", "freeze", "cut")


def show() -> None:
    """Choose how a picture talks."""
    st.header(say("talk_title"))
    _choice("motion", ("natural", "still"), lambda name: say(name))
    _choice("size", LIMITS.sides, lambda side: say(f"size_{side}"))
    _engine()
    _badge()


def show_for_video() -> None:
    """Choose how a video is dubbed."""
    _choice("when_short", ENDS, lambda name: say(name), control=st.selectbox)
    _choice("size", LIMITS.sides, lambda side: say(f"size_{side}"))
    _engine()
    _badge()


def chosen() -> RunOptions:
    """The options of the run."""
    return RunOptions(
        engine=_value("engine"),
        max_side=_value("size"),
        when_short=_value("when_short"),
        motion=MotionOptions(style=_value("motion")),
        write=WriteOptions(crf=LIMITS.crf, badge=_value("badge")),
    )


def _value(name: str) -> object:
    return st.session_state.get(f"option_{name}", _DEFAULTS[name])


def _keep(name: str, value: object) -> None:
    st.session_state[f"option_{name}"] = value


def _choice(name: str, options: tuple, words, control=st.segmented_control) -> None:
    key = f"{name}_{language()}"
    if control is st.segmented_control:
        value = control(say(name), options, default=_value(name), format_func=words, required=True, key=key)
    else:
        value = control(say(name), options, index=options.index(_value(name)), format_func=words, key=key)
    _keep(name, value)


def _engine() -> None:
    if wav2lip_ready():
        _choice("engine", ("rig", "wav2lip"), lambda name: say("rig") if name == "rig" else "Wav2Lip")
        st.caption(say("rig_note") if _value("engine") == "rig" else say("wav2lip_note"))
        return
    st.markdown(f"{say('engine')}")
    with st.container(horizontal=True, key="engines", gap="small"):
        st.button(say("rig"), type="primary", key="engine_rig")
        st.button("Wav2Lip", disabled=True, key="engine_wav2lip")
    st.caption(f"{say('rig_note')}  \n{say('no_wav2lip')}")


def _badge() -> None:
    _keep("badge", st.toggle(say("badge"), value=_value("badge"), key=f"badge_{language()}", help=say("badge_note")))
