"""Choices that outlive their widgets: Streamlit forgets a widget's value when another step is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from .texts import language, say


def key_of(name: str, default: object) -> str:
    """The key for a widget of that name, which begins with what was chosen before, else with the default.

    Each language has a key of its own, since a widget with other words is another widget to Streamlit.
    """
    key = f"{name}_{language()}"
    if key not in st.session_state:
        st.session_state[key] = chosen(name, default)
    return key


def chosen(name: str, default: object) -> object:
    """What was chosen under that name."""
    return st.session_state.get("choices", {}).get(name, default)


def choose(name: str, value: object) -> object:
    """Keep a choice, also for the widget that shows it (in a callback only); the value."""
    keep(name, value)
    st.session_state[f"{name}_{language()}"] = value
    return value


def keep(name: str, value: object) -> object:
    """Keep what a widget has returned; the value."""
    st.session_state.setdefault("choices", {})[name] = value
    return value


def segments(
    name: str,
    options: Sequence[object],
    default: object,
    words: Callable[[object], str] = say,
    *,
    labelled: bool = True,
    wide: bool = False,
) -> object:
    """One of a few options, side by side; the choice.

    Args:
        name: of the choice, and of the text that labels it.
        options: what there is to choose.
        default: at first.
        words: what an option is called.
        labelled: show the label.
        wide: as wide as the column.
    """
    value = st.segmented_control(
        say(name),
        options,
        format_func=words,
        required=True,
        key=key_of(name, default),
        label_visibility="visible" if labelled else "collapsed",
        width="stretch" if wide else "content",
    )
    return keep(name, value)
