"""The landmark expert's two encoders in use, without a framework.

What :class:`~.network.SyncExpert` defines for training, computed by :mod:`lipsync_utils.convolution`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..convolution import State, block, conv, gelu, scaled_bands
from ..weights import load_state

FORMAT = "lipsync-sync-1"

ROWS = 4
"""Feature rows (100 a second) per embedding (25 a second)."""

NEEDED = {"kind": FORMAT, "trained_by": "training/sync/"}
"""What :func:`~lipsync_utils.weights.load_state` asks of a file."""


class Encoders:
    """Both encoders. Embeddings have length 1, so distances lie between 0 and 2.

    Args:
        state: the network's weights.
        dilations: of the blocks of both.
        embedding: length of an embedding.
    """

    def __init__(self, state: State, *, dilations: tuple[int, ...], embedding: int) -> None:
        self._state, self._dilations, self.embedding = state, dilations, embedding

    @classmethod
    def load(cls, path: str | Path) -> Encoders:
        """With the weights at ``path``.

        Raises:
            AssetError: the file is missing, damaged, or made for another version of the package.
        """
        state, options = load_state(path, **NEEDED)
        return cls(state, dilations=options["dilations"], embedding=options["embedding"])

    def size(self, encoder: str) -> int:
        """Number of weights of ``"hear"`` or ``"see"``."""
        return sum(values.size for name, values in self._state.items() if name.startswith(f"{encoder}."))

    def sound(self, features: np.ndarray) -> np.ndarray:
        """Log-mel ``(4 T, 80) float32`` to embeddings ``(T, embedding)``."""
        x = gelu(conv(scaled_bands(features), self._state, "hear.0", stride=2, padding=(2, 2)))
        x = conv(x, self._state, "hear.2", stride=2, padding=(1, 1))
        return self._embedded(x, "hear", first=3)

    def lips(self, measures: np.ndarray) -> np.ndarray:
        """Measures ``(T, 12) float32`` of :func:`~.landmark_expert.scaled` to embeddings ``(T, embedding)``."""
        return self._embedded(conv(measures.T, self._state, "see.0", padding=(1, 1)), "see", first=1)

    def _embedded(self, x: np.ndarray, encoder: str, *, first: int) -> np.ndarray:
        for number, dilation in enumerate(self._dilations, start=first):
            x = block(x, self._state, f"{encoder}.{number}", dilation)
        rows = conv(x, self._state, f"{encoder}.{first + len(self._dilations)}").T
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
