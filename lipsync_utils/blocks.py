"""What our own networks are built of: residual blocks, and features on their scale."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from .convolution import FEATURE_MEAN, FEATURE_STD


def scaled_bands(features: torch.Tensor) -> torch.Tensor:
    """Log-mel ``(N, T, 80)`` as input of a convolution: ``(N, 80, T)``, about 0 on average and 1 in spread."""
    return ((features - FEATURE_MEAN) / FEATURE_STD).transpose(1, 2)


class Block(nn.Module):
    """``x + W2 gelu(W1 * rmsnorm(x))`` with ``W1`` a dilated convolution of three taps.

    RMS normalisation is that of Zhang and Sennrich (2019), dilation as in Oord et al., *WaveNet* (2016). The sum stays
    in float32 when the convolutions are trained in bfloat16.

    Args:
        width: channels.
        dilation: steps between taps; positive: one tap in the past and one in the future, negative: past only.
        dropout: part of the inner channels that is left out in training.
    """

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        reach = abs(dilation)
        self.padding = (reach, reach) if dilation > 0 else (2 * reach, 0)
        self.scale = nn.Parameter(torch.ones(1, width, 1))
        self.taps = nn.Conv1d(width, width, 3, dilation=reach)
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``(N, width, T)`` to the same."""
        normal = x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6) * self.scale
        return x + self.mix(self.dropout(F.gelu(self.taps(F.pad(normal, self.padding))))).float()
