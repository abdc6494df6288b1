"""The speech network in use: log-mel features to articulatory gestures, without a framework.

What :class:`~.network.LipNet` defines for training, computed by :mod:`lipsync_utils.convolution`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..convolution import State, block, conv, scaled_bands, sigmoid
from ..weights import load_state
from .composing import CONTACTS
from .visemes import CHANNELS, KINDS, LEARNED_CHANNELS

FORMAT = "lipsync-speech-1"

OUTPUTS = [list(LEARNED_CHANNELS), list(CONTACTS), list(KINDS)]
"""What the columns of the output mean; weights for others are refused."""

SIZES = (len(LEARNED_CHANNELS), len(CONTACTS), 1, len(KINDS))
"""How many columns pose, contacts, activity and articulatory class have."""

LEARNED_COLUMNS = [CHANNELS.index(channel) for channel in LEARNED_CHANNELS]

NEEDED = {"kind": FORMAT, "trained_by": "training/speech/", "outputs": OUTPUTS}
"""What :func:`~lipsync_utils.weights.load_state` asks of a file."""


def look_ahead(dilations: tuple[int, ...]) -> int:
    """Rows of the future that a row depends on, in a network of such blocks."""
    return 2 + 2 * sum(d for d in dilations if d > 0)


class Ear:
    """Hears gestures in a sound.

    Args:
        state: the network's weights.
        dilations: of its blocks; positive: as much future as past, negative: past only.
    """

    def __init__(self, state: State, *, dilations: tuple[int, ...]) -> None:
        self.state, self.dilations = state, dilations

    @classmethod
    def load(cls, path: str | Path) -> Ear:
        """With the weights at ``path``.

        Raises:
            AssetError: the file is missing, damaged, or made for another version of the package.
        """
        state, options = load_state(path, **NEEDED)
        return cls(state, dilations=options["dilations"])

    @property
    def look_ahead(self) -> int:
        """Rows of the future that a row depends on."""
        return look_ahead(self.dilations)

    @property
    def look_back(self) -> int:
        """Rows of the past that a row depends on."""
        return 2 + 2 * sum(d if d > 0 else -2 * d for d in self.dilations)

    @property
    def size(self) -> int:
        """Number of weights."""
        return sum(values.size for values in self.state.values())

    def __call__(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gestures in log-mel features.

        Args:
            features: ``(T, 80) float32``, T even.

        Returns:
            Channels :data:`~.visemes.LEARNED_CHANNELS` ``(T, 9)``, the probabilities of the contacts ``(T, 4)`` and of
            activity ``(T,)``, all ``float32`` in [0, 1].
        """
        said = conv(self.hidden(features), self.state, "head")  # (2 x outputs, T / 2)
        rows = sigmoid(said.T.reshape(len(features), sum(SIZES)))
        pose, contacts, activity, _ = np.split(rows, np.cumsum(SIZES)[:-1], axis=1)
        return pose, contacts, activity[:, 0]

    def hidden(self, features: np.ndarray) -> np.ndarray:
        """What is made of the sound before anything is said of the face, ``(width, T / 2)``."""
        # -2 is about the floor of the features
        x = conv(scaled_bands(features), self.state, "stem", stride=2, padding=(1, 1), value=-2.0)
        for number, dilation in enumerate(self.dilations):
            x = block(x, self.state, f"blocks.{number}", dilation)
        return x
