"""What one visitor has chosen, and the visitor's files and job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lipsync_tools import samples
from lipsync_tools.progress import Job, Progress
from lipsync_tools.workflow import Text

from .jobs import QueueFullError
from .store import Visit, digest_of
from .texts import right_to_left
from .workshop import AVATARS, sample_sound, workshop

STEPS = ("face", "voice", "talk", "result")


@dataclass(frozen=True)
class Face:
    """Who is to speak.

    Attributes:
        path: picture or video.
        digest: a name for its content.
        label: name of the text that says what it is.
        thumbnail: a small picture of it (WebP).
        real: may be a real person, who has to agree.
        shared: comes with the app, so that results of it are nobody's secret.
        doubts: what may spoil the result, in sentences.
        choose: where the face is that speaks, in pixels; None: the largest.
        group: the faces to choose from, from left to right, where there are several.
    """

    path: Path
    digest: str
    label: str
    thumbnail: bytes
    real: bool = True
    shared: bool = False
    doubts: tuple[str, ...] = ()
    choose: tuple[float, float] | None = None
    group: tuple[Face, ...] = ()


@dataclass(frozen=True)
class Voice:
    """What is to be heard.

    Attributes:
        content: a text, or a recording on the disk.
        digest: a name for its content.
        label: name of the text that says what it is.
        seconds: its length; None for a text that was not spoken yet.
        real: may be a real person's, who has to agree.
        shared: comes with the app.
    """

    content: Text | Path
    digest: str
    label: str
    seconds: float | None = None
    real: bool = True
    shared: bool = False


def begin() -> None:
    """Give a new visitor a folder and the defaults; a visitor whose files were removed gets new ones and is told."""
    state, shop = st.session_state, workshop()
    visit = state.get("visit")
    if visit is None or not shop.store.find(visit):
        state["forgotten"] = visit is not None
        state["visit"] = shop.store.open()
        first_voice = "arabic-short" if right_to_left() else "english-short"
        state["face"], state["voice"], state["video"] = sample_face(AVATARS[0]), sample_voice(first_voice), None
        state["jobs"], state["hint"], state["agreed"] = {}, "", set()
        if visit is not None:
            state["step"] = STEPS[0]
    state["visit"].touch()
    _connection().visit = state["visit"]


def visit() -> Visit:
    """This visitor's files."""
    return st.session_state["visit"]


def hint(text: str | Exception) -> None:
    """Have something told beside the button, once."""
    st.session_state["hint"] = text


def job(purpose: str) -> Job | None:
    """The visitor's latest job of that purpose: ``"talk"``, ``"dub"``, ``"draw"``, ``"listen"`` or ``"score"``."""
    return st.session_state["jobs"].get(purpose)


def active() -> str | None:
    """Purpose of the job that is waiting or running, if the visitor has one; measuring does not count."""
    jobs = st.session_state["jobs"].items()
    return next((purpose for purpose, job in jobs if purpose != "score" and not job.over), None)


def submit(purpose: str, work: Callable[[Progress], object]) -> bool:
    """Queue a job; whether there was room for it. What is waiting or running of this visitor is then cancelled."""
    try:
        st.session_state["jobs"][purpose] = workshop().queue.submit(visit().name, work)
    except QueueFullError as error:
        hint(error)
        return False
    return True


def cancel() -> None:
    """Cancel what the visitor has waiting or running."""
    workshop().queue.cancel(visit().name)


@st.cache_resource(show_spinner=False)
def sample_face(name: str) -> Face:
    """A face of the gallery."""
    from lipsync_utils.media import read_picture

    from .pictures import thumbnail

    path = samples.find(name, "face")
    return Face(path, digest_of(path.read_bytes()), name, thumbnail(read_picture(path)), real=False, shared=True)


@st.cache_resource(show_spinner=False)
def sample_voice(name: str) -> Voice:
    """A sample recording: ``"english"``, ``"arabic"``, or with ``-short`` its first sentences."""
    from .work import check_sound

    path = sample_sound(name)
    return Voice(path, digest_of(path.read_bytes()), name, check_sound(path), real=False, shared=True)


class _Connection:
    """Tells when the visitor's connection ends."""

    visit: Visit | None = None

    def end(self) -> None:
        if self.visit is not None:
            self.visit.leave()  # the job goes on for a while: a phone may only have slept


@st.cache_resource(show_spinner=False, scope="session", on_release=_Connection.end)
def _connection() -> _Connection:
    return _Connection()
