"""The contract of a sync expert, and the registry of those that exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..errors import InputError

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
        ...

    def sound(self, wave: np.ndarray, count: int) -> np.ndarray:
        """Embeddings ``(count, D) float32`` of the windows of a voice, ``(n,) float32`` mono at 16 kHz."""
        ...


def _landmarks() -> Expert:
    from .landmark_expert import LandmarkExpert

    return LandmarkExpert.load()


def _syncnet() -> Expert:
    from .syncnet_expert import SyncNetExpert

    return SyncNetExpert.load()


EXPERTS: dict[str, Callable[[], Expert]] = {"landmarks": _landmarks, "syncnet": _syncnet}
"""Name of an expert -> how to make one."""


def make_expert(name: str) -> Expert:
    """The expert of that name, its weights fetched where needed.

    Raises:
        InputError: there is no such expert.
        AssetError: its weights are missing and cannot be fetched.
    """
    if name not in EXPERTS:
        raise InputError(f"Unknown sync expert {name!r}. Choose one of: {', '.join(EXPERTS)}.")
    return EXPERTS[name]()
