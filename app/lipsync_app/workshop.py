"""What all visitors share: the queue, the loaded models, the files."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from lipsync_tools import samples
from lipsync_tools.models import Models, studio_is_ready, wav2lip_is_ready
from lipsync_tools.progress import Job
from lipsync_tools.sounds import beginning

from .jobs import JobQueue
from .limits import LIMITS
from .memory import give_back
from .sessions import sessions
from .store import Store, Visit
from .work import warm_up

if TYPE_CHECKING:
    from lipsync_tools.looking import Seen
    from lipsync_utils import RunOptions
    from lipsync_utils.faces.detector import FaceDetector

VIDEOS = tuple(samples.named("video"))
AVATARS = ("woman", "man", "old_woman", "old_man", "child")
EXCERPTS = {"english": 9.2, "arabic": 11.8}
"""Seconds that the short samples last at most; they end in the pause before, between two sentences."""


@dataclass
class Workshop:
    """The shared things of one server process."""

    models: Models = field(default_factory=Models)
    queue: JobQueue = field(default_factory=lambda: JobQueue(LIMITS.waiting, LIMITS.address_jobs))
    portraits: JobQueue = field(default_factory=lambda: JobQueue(LIMITS.portraits_waiting, LIMITS.address_jobs))
    store: Store = field(init=False)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _detector: FaceDetector | None = None

    def __post_init__(self) -> None:
        self.store = Store(LIMITS, sessions().is_connected, self._end, give_back)

    def _end(self, visit: Visit) -> None:
        self.cancel(visit.name)
        if visit.left is not None:  # a tab that is still open only begins anew
            for session in visit.sessions:
                sessions().end(session)

    def queue_of(self, purpose: str) -> JobQueue:
        """Portraits take minutes and have a queue of their own, so that they hold up nobody's video."""
        return self.portraits if purpose == "draw" else self.queue

    def ahead_of(self, job: Job) -> int:
        """How many jobs come before this one in its queue."""
        return max(queue.ahead_of(job) for queue in (self.queue, self.portraits))

    def cancel(self, owner: str) -> None:
        """Cancel whatever the owner has waiting or running."""
        for queue in (self.queue, self.portraits):
            queue.cancel(owner)

    def look(self, file: Path, options: RunOptions | None = None) -> Seen:
        """Who is seen in a picture or a video, as a run would see it; may be called while a job runs."""
        from lipsync_tools.looking import look
        from lipsync_utils import FaceOptions, RunOptions
        from lipsync_utils.faces.detector import make_detector

        with self._looking:  # a detector has buffers: the jobs have theirs, visitors take turns with this one
            self._detector = self._detector or make_detector(FaceOptions())
            options = options or RunOptions(max_side=max(LIMITS.sides))
            return look(file, options, detector=self._detector)


@st.cache_resource(show_spinner=False)
def workshop() -> Workshop:
    """The one workshop; made at the first visit, which also begins to load the models."""
    shop = Workshop()
    for name, seconds in EXCERPTS.items():
        beginning(samples.find(name, "voice"), seconds, shop.store.root / f"{name}-short.wav")
    shop.queue.submit("the server itself", lambda progress: warm_up(shop.models))
    return shop


studio_ready = st.cache_resource(show_spinner=False, ttl=600)(studio_is_ready)
wav2lip_ready = st.cache_resource(show_spinner=False, ttl=600)(wav2lip_is_ready)


def sample_sound(name: str) -> Path:
    """``"english"`` or ``"arabic"`` (the whole recording), or with ``-short``: its first sentences."""
    if name.endswith("-short"):
        return workshop().store.root / f"{name}.wav"
    return samples.find(name, "voice")
