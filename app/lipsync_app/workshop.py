"""What all visitors share: the queue, the loaded models, the files."""

from __future__ import annotations

import wave
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from .jobs import JobQueue
from .limits import LIMITS
from .store import Store
from .work import Models, warm_up

SAMPLES = Path(__file__).parents[2] / "samples"
AVATARS = ("woman", "man", "old_woman", "old_man", "child")
EXCERPTS = {"english": 8.93, "arabic": 11.54}
"""Seconds after which the short samples end: in a pause between sentences."""


@dataclass
class Workshop:
    """The shared things of one server process."""

    models: Models = field(default_factory=Models)
    queue: JobQueue = field(default_factory=lambda: JobQueue(LIMITS.waiting))
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(
            results=LIMITS.results,
            shared_results=LIMITS.shared_results,
            rest_s=LIMITS.rest_s,
            left_s=LIMITS.left_s,
            gone=self.queue.cancel,
        )


@st.cache_resource(show_spinner=False)
def workshop() -> Workshop:
    """The one workshop; made at the first visit, which also begins to load the models."""
    shop = Workshop()
    for name, seconds in EXCERPTS.items():
        _excerpt(SAMPLES / "audio" / f"{name}.wav", seconds, shop.store.root / f"{name}-short.wav")
    shop.queue.submit("the server itself", lambda job: warm_up(shop.models))
    return shop


@st.cache_resource(show_spinner=False, ttl=600)
def studio_missing() -> str:
    """Why no portrait can be drawn from words here; empty where it can."""
    from lipsync_avatars.studio_python import find_studio
    from lipsync_utils.errors import LipSyncError

    try:
        find_studio()
    except LipSyncError as error:
        return str(error)
    return ""


@st.cache_resource(show_spinner=False, ttl=600)
def wav2lip_ready() -> bool:
    """Whether the Wav2Lip weights are on this machine and their terms were accepted by whoever runs it."""
    from lipsync_utils import assets

    return any(
        row.asset.group == "wav2lip" and row.state == "ready" and assets.accepted(row.asset) for row in assets.status()
    )


def sample_sound(name: str) -> Path:
    """``"english"`` or ``"arabic"`` (the whole recording), or with ``-short``: its first sentences."""
    if name.endswith("-short"):
        return workshop().store.root / f"{name}.wav"
    return SAMPLES / "audio" / f"{name}.wav"


def _excerpt(source: Path, seconds: float, target: Path) -> None:
    with wave.open(str(source)) as reader, wave.open(str(target), "wb") as writer:
        writer.setparams(reader.getparams())
        writer.writeframes(reader.readframes(round(seconds * reader.getframerate())))
