"""Who the visitor is, where in the app, and what lies on the visitor's desk."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network

import streamlit as st

from lipsync_avatars import person_in
from lipsync_tools import samples
from lipsync_tools.progress import Job, Progress

from .desk import Desk, Face, Voice, Wish
from .jobs import Owner
from .refusals import RefusedError
from .sessions import sessions
from .store import Visit, digest_of
from .texts import right_to_left
from .workshop import AVATARS, VIDEOS, sample_sound, workshop

COOKIE = "lipsync_browser"
"""The cookie by which the tabs of a browser are known to be one visitor's: a random number, until it is closed."""

TAB = "visit"
"""What a tab is called in its own address (``?visit=…``), so that it can be loaded again; see :mod:`.front`."""

TAB_NAME = re.compile("[0-9a-f]{32}")

PAGES = ("talk", "dub", "help", "privacy")
STEPS = ("face", "voice", "talk", "result")

_FIRST = {"page": PAGES[0], "step": STEPS[0]}


# --- where ------------------------------------------------------------------------------------------------------------


def page() -> str:
    """The page that the address names, of :data:`PAGES`. The address alone tells it, so that "Back" goes back."""
    name = st.query_params.get("page", PAGES[0])
    return name if name in PAGES else PAGES[0]


def step() -> str:
    """The step that the address names, of :data:`STEPS`."""
    name = st.query_params.get("step", STEPS[0])
    return name if name in STEPS else STEPS[0]


def go(**where: str) -> None:
    """To another page or step, in a callback; a page begins with its first step unless one is named."""
    if "page" in where:
        where.setdefault("step", STEPS[0])
    now = st.query_params.to_dict() | where
    st.query_params.from_dict({name: value for name, value in now.items() if value != _FIRST.get(name)})


# --- who --------------------------------------------------------------------------------------------------------------


def begin() -> None:
    """Find the visit of a tab that was loaded again, or give a new visitor a folder and the defaults.

    A visitor whose files were removed gets new ones and is told.

    Raises:
        RefusedError: there are too many visitors.
    """
    store, known = workshop().store, st.session_state.get("visit")
    if known is None or not store.find(known):
        tab = st.query_params.get(TAB, "")
        st.session_state["forgotten"] = known is not None or store.has_ended(tab)
        st.session_state["visit"] = _again(tab) or _new(tab)
    visit().touch()
    desk().collect()


def _again(tab: str) -> Visit | None:
    this = sessions().current()
    found = workshop().store.again(tab, _browser(), this)
    for session in () if found is None else found.sessions - {this}:
        if not sessions().is_connected(session):  # of the page before it was loaded again
            found.sessions.discard(session)
            sessions().end(session)
    return found


def _new(tab: str) -> Visit:
    store, browser = workshop().store, _browser()
    allowed = TAB_NAME.fullmatch(tab) and store.is_free(tab, browser)
    made = store.open(sessions().current(), browser, counted_as(st.context.ip_address), tab if allowed else "")
    face = sample_face(AVATARS[0])
    voice = sample_voice("arabic-short" if right_to_left() else "english-short")
    video = sample_video(VIDEOS[0])
    kept = {("face", "samples"): face, ("voice", "samples"): voice, ("video", "samples"): video}
    made.desk = Desk(face, voice, video, kept)
    return made


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


# --- what -------------------------------------------------------------------------------------------------------------


def desk() -> Desk:
    """What this visitor has chosen, made and put into the queue."""
    return visit().desk


def submit(purpose: str, work: Callable[[Progress], object], wish: Wish) -> bool:
    """Queue a job; whether there was room for it. An earlier one of this visit in the same queue is cancelled.

    Measuring takes none of the places that a visitor or an address has.
    """
    owner = Owner(visit().name) if purpose == "score" else visit().owner
    try:
        job = workshop().queue_of(purpose).submit(owner, work)
    except RefusedError as error:
        desk().hint = error
        return False
    desk().jobs[purpose], desk().wishes[purpose] = job, wish
    return True


def job(purpose: str) -> Job | None:
    """The visitor's latest job of that purpose."""
    return desk().jobs.get(purpose)


def cancel() -> None:
    """Cancel what the visitor has waiting or running."""
    workshop().cancel(visit().name)


@st.cache_resource(show_spinner=False)
def sample_face(name: str) -> Face:
    """A face of the gallery."""
    from lipsync_utils.media import read_picture

    from .pictures import thumbnail

    path = samples.find(name, "face")
    seen, depicts = thumbnail(read_picture(path)), person_in(path)
    return Face(path, digest_of(path.read_bytes()), name, seen, real=False, shared=True, depicts=depicts)


@st.cache_resource(show_spinner=False)
def sample_video(name: str) -> Face:
    """A video of somebody of the gallery."""
    from lipsync_utils.media import open_source

    from .pictures import thumbnail

    path, depicts = samples.named("video")[name], sample_face(name.removesuffix("_video")).depicts
    source = open_source(path)
    seen, length = thumbnail(next(source.glimpses(1)).image), source.duration_s
    how = {"real": False, "shared": True, "seconds": length, "depicts": depicts}
    return Face(path, digest_of(path.read_bytes()), name, seen, **how)


@st.cache_resource(show_spinner=False)
def sample_voice(name: str) -> Voice:
    """A sample recording: ``"english"``, ``"arabic"``, or with ``-short`` its first sentences."""
    from .work import check_sound

    path = sample_sound(name)
    return Voice(path, digest_of(path.read_bytes()), name, check_sound(path), real=False, shared=True)
