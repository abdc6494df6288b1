"""The landmark expert's two encoders: 0.7 s of sound and 0.7 s of a mouth's measures, close where they belong together.

Trained like SyncNet (Chung and Zisserman 2016) to tell the true alignment from all others, with a softmax over many
(Oord et al., *Representation learning with contrastive predictive coding*, 2018).
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
from .encoders import NEEDED
from .mouth import MOUTH_MEASURES


@dataclass(frozen=True)
class NetworkOptions:
    """Size of the encoders.

    Attributes:
        width: channels of the sound encoder.
        lip_width: channels of the lip encoder.
        dilations: one residual block each, in steps of 40 ms, in both encoders.
        embedding: length of an embedding.
    """

    width: int = 128
    lip_width: int = 96
    dilations: tuple[int, ...] = (1, 2, 4)
    embedding: int = 64


class SyncExpert(nn.Module):
    """Both encoders. Embeddings have length 1, so distances lie between 0 and 2."""

    def __init__(self, options: NetworkOptions | None = None, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.options = options = options or NetworkOptions()
        self.hear = nn.Sequential(
            nn.Conv1d(MEL_BANDS, options.width, 5, stride=2, padding=2),
            nn.GELU(),
            nn.Conv1d(options.width, options.width, 4, stride=2, padding=1),
            *(Block(options.width, d, dropout) for d in options.dilations),
            nn.Conv1d(options.width, options.embedding, 1),
        )
        self.see = nn.Sequential(
            nn.Conv1d(len(MOUTH_MEASURES), options.lip_width, 3, padding=1),
            *(Block(options.lip_width, d, dropout) for d in options.dilations),
            nn.Conv1d(options.lip_width, options.embedding, 1),
        )

    def sound(self, features: torch.Tensor) -> torch.Tensor:
        """Log-mel ``(N, 4 T, 80) float32`` to embeddings ``(N, T, 64)``."""
        return F.normalize(self.hear(scaled_bands(features)).transpose(1, 2), dim=2)

    def lips(self, measures: torch.Tensor) -> torch.Tensor:
        """Measures ``(N, T, 12) float32``, scaled by :func:`~.landmark_expert.scaled`, to embeddings ``(N, T, 64)``."""
        return F.normalize(self.see(measures.transpose(1, 2)).transpose(1, 2), dim=2)


def load(path: str | Path) -> SyncExpert:
    """The network in float32, as :class:`~.encoders.Encoders` reads it; the same errors."""
    return load_network(lambda **options: SyncExpert(NetworkOptions(**options)), path, **NEEDED)
