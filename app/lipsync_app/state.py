"""What one visitor has chosen, and the visitor's files and job."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

import streamlit as st

from lipsync_tools import samples
from lipsync_tools.progress import Job, Progress
from lipsync_tools.workflow import Text

from .jobs import Owner
from .refusals import RefusedError
from .sessions import sessions
from .store import Visit, digest_of
from .texts import right_to_left
from .workshop import AVATARS, sample_sound, workshop

COOKIE = "lipsync_browser"
"""The cookie by which the tabs of a browser are known to be one visitor's: a random number, until it is closed."""

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
    """Give a new visitor a folder and the defaults; a visitor whose files were removed gets new ones and is told.

    Raises:
        RefusedError: there are too many visitors.
    """
    state, shop = st.session_state, workshop()
    visit = state.get("visit")
    if visit is None or not shop.store.find(visit):
        new = shop.store.open(sessions().current(), _browser(), counted_as(st.context.ip_address))
        state["forgotten"] = visit is not None
        state["visit"] = new
        first_voice = "arabic-short" if right_to_left() else "english-short"
        state["face"], state["voice"], state["video"] = sample_face(AVATARS[0]), sample_voice(first_voice), None
        state["jobs"], state["hint"], state["agreed"] = {}, "", set()
        if visit is not None:
            state["step"] = STEPS[0]
    state["visit"].touch()


def _browser() -> str:
    """The visitor's browser, by the cookie that the server has given it; empty where it takes none."""
    return st.context.cookies.get(COOKIE, "")


def counted_as(address: str | None) -> str:
    """What is counted as one internet address: of IPv6 a network /64, which is what a household gets."""
    with contextlib.suppress(ValueError):
        if address and ip_address(address).version == 6:
            return str(ip_network(f"{address}/64", strict=False))
    return address or "localhost"


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
    """Queue a job; whether there was room for it. What is waiting or running of this visit is then cancelled.

    Measuring takes none of the places that a visitor or an address has.
    """
    owner = Owner(visit().name) if purpose == "score" else visit().owner
    try:
        st.session_state["jobs"][purpose] = workshop().queue_of(purpose).submit(owner, work)
    except RefusedError as error:
        hint(error)
        return False
    return True


def cancel() -> None:
    """Cancel what the visitor has waiting or running."""
    workshop().cancel(visit().name)


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
