"""The landmark expert: embeddings of a voice and of a measured mouth, 25 a second, from the package's own weights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..audio import log_mel_beyond, speech_gain
from ..curves import smooth
from .encoders import ROWS, Encoders

if TYPE_CHECKING:
    from ..media import Source
    from .watching import Mouth

WEIGHTS = Path(__file__).parents[1] / "data" / "sync.safetensors"
"""The weights that come with the package."""

LEAST_SPREAD = np.array([8, 8, 10, 10, 10, 6, 10, 10, 6, 4, 4, 10], np.float32) / 1000
"""``(12,)`` what counts as motion of each measure: smaller deviations are the tracker's noise, not made larger."""

SLOW = 20.0
"""Standard deviation, in frames, of the Gaussian that tells a measure's slow course from speech."""

BLOCK = 3000
"""Embeddings computed at a time (two minutes): memory stays flat."""

EDGE = 4
"""Embeddings so near to the ends of a stretch lack too much of what they depend on."""

CONTEXT = 16
"""Embeddings on both sides that one depends on, at least."""


def scaled(measures: np.ndarray) -> np.ndarray:
    """Measures as the network takes them: each relative to its own course over seconds, in units of its own spread.

    So a head that turns, or a smile that comes, is not taken for speech; a face at rest becomes zeros, not amplified
    noise; and a mouth that moves little counts as much as one that moves a lot.

    Args:
        measures: ``(T, 12)``, finite.

    Returns:
        ``(T, 12) float32``.
    """
    away = measures - smooth(measures, SLOW, truncate=2.5, beyond="edge")
    return (away / np.sqrt(np.square(away).mean(axis=0) + np.square(LEAST_SPREAD))).astype(np.float32)


class LandmarkExpert:
    """Embeds sound and mouths; an :class:`~.registry.Expert`, made by :meth:`load`."""

    name = "landmark expert"
    reach = 25
    beyond = "nothing"

    def __init__(self, network: Encoders, *, version: str = "unnamed") -> None:
        self.network = network
        self.version = version

    @classmethod
    def load(cls, path: str | Path | None = None) -> LandmarkExpert:
        """The expert with the weights at ``path``, or those of the package.

        Raises:
            AssetError: the file is missing, damaged or of another format.
        """
        file = Path(path or WEIGHTS)
        return cls(Encoders.load(file), version=hashlib.sha256(file.read_bytes()).hexdigest()[:12])

    def sound(self, wave: np.ndarray, count: int) -> np.ndarray:
        """Embeddings of a voice.

        Args:
            wave: ``(n,) float32`` mono at 16 kHz; beyond its end there is silence.
            count: how many; embedding ``i`` is about the time ``(i + 0.5) / 25`` s.

        Returns:
            ``(count, 64) float32`` of length 1.
        """
        gain = speech_gain(wave)
        parts = []
        for first in range(0, count, BLOCK):
            begin, end = first - CONTEXT, min(first + BLOCK, count) + CONTEXT
            features = log_mel_beyond(wave, gain_db=gain, start=begin * ROWS, stop=end * ROWS)
            found = self.network.sound(features)
            parts.append(found[CONTEXT : len(found) - CONTEXT])
        return np.concatenate(parts)

    def lips(self, mouth: Mouth, source: Source | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Embeddings of a mouth, each uninterrupted stretch for itself.

        Args:
            mouth: as it was watched.
            source: not needed.

        Returns:
            ``(T, 64) float32`` of length 1, zeros where there is no face; ``(T,) bool`` which of them count: not those
            within :data:`EDGE` frames of a cut or of a frame without a face.
        """
        out = np.zeros((len(mouth.run), self.network.embedding), np.float32)
        usable = np.zeros(len(mouth.run), bool)
        for run in range(mouth.run.max() + 1):
            rows = np.flatnonzero(mouth.run == run)
            if len(rows) <= 2 * EDGE:
                continue
            out[rows] = self.embed(mouth.measures[rows])
            usable[rows[EDGE:-EDGE]] = True
        return out, usable

    def embed(self, measures: np.ndarray) -> np.ndarray:
        """``(T, 12)`` measures of one stretch at 25 a second, finite, to ``(T, 64) float32`` of length 1."""
        return self.network.lips(scaled(measures))
