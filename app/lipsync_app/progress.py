"""How far a job is: place in the queue, stage, time left, and the way out."""

from __future__ import annotations

import streamlit as st

from lipsync_tools.progress import Job

from . import state
from .look import at_work
from .texts import say
from .workshop import workshop

POLL_S = 0.5
"""How often the page looks at its job while it is worked on."""

WAITING_POLL_S = 3.0
"""How often while it waits: every look costs the server time that the others' work needs."""

PLACES = {
    "talk": {"page": "talk", "step": "result"},
    "dub": {"page": "dub", "step": "result"},
    "draw": {"page": "talk", "step": "face"},
    "listen": {"step": "voice"},
}
"""Purpose of a job -> where its progress is shown in full."""


def strip() -> None:
    """What is being made of this visitor's, on every page where that is not shown in full: it is what was ordered, not
    what has been chosen since.
    """
    purpose = state.desk().active()
    if purpose is None or _is_here(purpose):
        return
    wish, where = state.desk().wishes[purpose], PLACES[purpose]
    with st.container(key="at_work"):
        with st.container(horizontal=True, vertical_alignment="center"):
            at_work(wish.thumbnail, say(f"at_work_{purpose}"), f"{wish.title()} · {wish.line()}")
            st.button(say("go_there"), key="go_there", on_click=state.go, kwargs=where)
        show(state.job(purpose))


def _is_here(purpose: str) -> bool:
    now = {"page": state.page(), "step": state.step()}
    if any(now[name] != value for name, value in PLACES[purpose].items()):
        return False
    source = {"draw": ("face_source", "prompt"), "listen": ("voice_source", "text")}.get(purpose)
    return source is None or state.desk().choices.get(source[0]) == source[1]


def show(job: Job, *, cancellable: bool = True) -> None:
    """Progress that renews itself; when the job begins or is over, the whole page is run again."""
    waiting = job.state == "queued"
    st.fragment(_show, run_every=WAITING_POLL_S if waiting else POLL_S)(job, waiting, cancellable)


def _show(job: Job, waiting: bool, cancellable: bool) -> None:
    state.visit().touch()
    if job.over or waiting != (job.state == "queued"):
        st.rerun()
    st.progress(job.progress.now.share if job.state == "running" else 0.0, text=describe(job))
    if cancellable:
        st.button(say("cancel"), key=f"cancel_{id(job)}", icon=":material/close:", on_click=state.cancel)


def describe(job: Job) -> str:
    """The progress in a line."""
    if job.state == "queued":
        ahead = workshop().ahead_of(job)
        return say("queued", n=ahead) if ahead else say("queued_next")
    now = job.progress.now
    stage, left = say("loading" if now.stage == "frames" and not now.total else now.stage), job.progress.left_s()
    if left is None:
        return f"{stage} …"
    return f"{stage} · {say('left', n=max(1, round(left))) if left < 90 else say('left_minutes', n=round(left / 60))}"
