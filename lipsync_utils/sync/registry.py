"""The contract of a sync expert, and the registry of those that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..choices import Choices

if TYPE_CHECKING:
    import numpy as np

    from ..media import Source
    from .watching import Mouth


class Expert(Protocol):
    """A pair of encoders, for lips and for sound, whose embeddings are close where the two belong together.

    Attributes:
        name: how reports call it.
        version: names the weights.
        reach: shifts that are tried on both sides, in frames at 25 a second.
        beyond: what stands before the first and after the last sound window; see :func:`~.protocol.distances`.
    """

    name: str
    version: str
    reach: int
    beyond: str

    def lips(self, mouth: Mouth, source: Source) -> tuple[np.ndarray, np.ndarray]:
        """Embeddings ``(T, D) float32`` of the windows of a watched mouth, and ``(T,) bool`` which of them count."""

    def sound(self, wave: np.ndarray, count: int) -> np.ndarray:
        """Embeddings ``(count, D) float32`` of the windows of a voice, ``(n,) float32`` mono at 16 kHz."""


EXPERTS = Choices(
    "sync expert",
    {
        "landmarks": "lipsync_utils.sync.landmark_expert:LandmarkExpert.load",
        "syncnet": "lipsync_utils.sync.syncnet_expert:SyncNetExpert.load",
    },
)
"""Makers of an :class:`Expert`, from nothing; its weights are fetched where needed."""
