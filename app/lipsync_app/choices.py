"""Choices that outlive their widgets: Streamlit forgets a widget's value when another step is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from . import state
from .texts import language, say


def key_of(name: str, default: object) -> str:
    """The key for a widget of that name, which begins with what was chosen before, else with the default.

    Each language has a key of its own, since a widget with other words is another widget to Streamlit.
    """
    key = f"{name}_{language()}"
    if key not in st.session_state:
        st.session_state[key] = chosen(name, default)
    return key


def chosen(name: str, default: object = None) -> object:
    """What was chosen under that name."""
    return state.desk().choices.get(name, default)


def choose(name: str, value: object) -> object:
    """Keep a choice, also for the widget that shows it (in a callback only); the value."""
    keep(name, value)
    st.session_state[f"{name}_{language()}"] = value
    return value


def keep(name: str, value: object) -> object:
    """Keep what a widget has returned; the value."""
    state.desk().choices[name] = value
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


def places(name: str, options: Sequence[str], now: str, words: Callable[[str], str], *, wide: bool = False) -> None:
    """Where in the app the visitor is; a press goes there.

    Args:
        name: of the part of the address that tells it, ``"page"`` or ``"step"``, and of the text that labels it.
        options: where one can go.
        now: where the visitor is.
        words: what a place is called.
        wide: as wide as the column.
    """
    st.session_state[name] = now if now in options else None  # "Back" has changed the address
    st.segmented_control(
        say(name),
        options,
        format_func=words,
        key=name,
        on_change=lambda: state.go(**{name: st.session_state[name] or now}),
        label_visibility="collapsed",
        width="stretch" if wide else "content",
    )
