"""The network from log-mel features to articulatory gestures: dilated convolutions with bounded look-ahead.

It works at half the rate inside (50 Hz) and gives two rows per step. What it sees of the future, features included, is
less than 200 ms; of the past, about 1.5 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from ..audio import MEL_BANDS
from ..blocks import Block, scaled_bands
from ..weights import load_network
from .ear import NEEDED, SIZES


@dataclass(frozen=True)
class NetworkOptions:
    """Size of the network.

    Attributes:
        width: channels.
        dilations: one residual block each, in steps of 20 ms; positive: as much future as past, negative: past only.
    """

    width: int = 128
    dilations: tuple[int, ...] = (1, 2, -2, 4, -4, 1, -8, -16, -1, -1)


class LipNet(nn.Module):
    """Log-mel rows to pose, contacts, activity and articulatory class."""

    def __init__(self, options: NetworkOptions | None = None, *, dropout: float = 0.0) -> None:
        super().__init__()
        options = options or NetworkOptions()
        self.options = options
        self.stem = nn.Conv1d(MEL_BANDS, options.width, 4, stride=2)
        self.blocks = nn.Sequential(*(Block(options.width, d, dropout) for d in options.dilations))
        self.head = nn.Conv1d(options.width, 2 * sum(SIZES), 1)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Predict gestures.

        Args:
            features: ``(N, T, 80) float32`` log-mel, T even.

        Returns:
            Channels :data:`visemes.LEARNED_CHANNELS` ``(N, T, 9)`` in [0, 1]; logits of the contacts ``(N, T, 4)``, of
            activity ``(N, T)`` and of the class in :data:`visemes.KINDS` ``(N, T, 18)`` (used in training only).
        """
        return self.said(self.hidden(features))

    def hidden(self, features: torch.Tensor) -> torch.Tensor:
        """What is made of the sound before anything is said of the face, ``(N, width, T / 2)``."""
        padded = F.pad(scaled_bands(features), (1, 1), value=-2.0)  # (N, 80, T + 2); -2 is about the floor
        return self.blocks(self.stem(padded).float())

    def said(self, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """The outputs of :meth:`forward` from :meth:`hidden`."""
        y = self.head(hidden).float().transpose(1, 2)  # (N, T / 2, 2 x outputs)
        y = y.reshape(y.shape[0], -1, sum(SIZES))  # (N, T, outputs)
        pose, contacts, activity, kind = y.split(SIZES, dim=-1)
        return torch.sigmoid(pose), contacts, activity[..., 0], kind


def load(path: str | Path) -> LipNet:
    """The network in float32, as :class:`~.ear.Ear` reads it; the same errors."""
    return load_network(lambda **options: LipNet(NetworkOptions(**options)), path, **NEEDED)
