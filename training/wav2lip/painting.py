"""What a painted mouth is judged by: its pixels, its edges, the expert, and a discriminator."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

MOUTH = (0.5, 0.48, 0.24, 0.26)
"""Where the mouth lies in the lower half of a crop: its middle and its spread, x and y, in parts of 96 and of 48."""

MOUTH_WEIGHT = 4.0
"""How much more its middle counts than what lies far away."""

CHANGE_WEIGHT, CHANGED = 4.0, 0.15
"""How much more a pixel counts that differs from the reference, and the difference at which it counts fully so."""


def mouth_weights(rows: int = 48, columns: int = 96) -> torch.Tensor:
    """``(rows, columns)`` weights with a mean of 1, highest at the mouth."""
    x, y, wide, high = MOUTH
    across = ((torch.arange(columns) + 0.5) / columns - x) / wide
    down = ((torch.arange(rows) + 0.5) / rows - y) / high
    weights = 1 + MOUTH_WEIGHT * torch.exp(-0.5 * (across**2 + down[:, None] ** 2))
    return weights / weights.mean()


def changing(truth: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """How much each pixel counts, ``(N, 1, 48, 96)`` with means of 1: the mouth, and what is not as it was, more."""
    change = F.avg_pool2d((truth - reference).abs().mean(1, keepdim=True), 5, 1, 2)
    weights = mouth_weights().to(truth.device) * (1 + CHANGE_WEIGHT * (change / CHANGED).clamp(max=1))
    return weights / weights.mean((2, 3), keepdim=True)


def difference(made: torch.Tensor, truth: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Weighted L1 of lower halves ``(N, 3, 48, 96)``: the mean over the batch, a scalar; None: of mouths."""
    return ((made - truth).abs() * (mouth_weights().to(made.device) if weights is None else weights)).mean()


def far_off(made: torch.Tensor, truth: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted mean square of what is wrong: a mouth in the wrong place counts, a shade of skin does not."""
    return ((made - truth).square() * weights).mean()


def edges(made: torch.Tensor, truth: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """L1 of differences between neighbours, at two sizes, weighted: lips and teeth with soft edges cost here."""
    total, wrong = made.new_zeros(()), made - truth
    for _ in range(2):
        down, right = wrong.diff(dim=2).abs(), wrong.diff(dim=3).abs()
        total = total + (down * weights[..., 1:, :]).mean() + (right * weights[..., 1:]).mean()
        wrong, weights = F.avg_pool2d(wrong, 2), F.avg_pool2d(weights, 2)
    return total / 4


def astray(
    flow: torch.Tensor, points: torch.Tensor, before: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Mean distance, in pixels, between where mesh points are fetched from and where they are; smooth about 0.

    Args:
        flow: ``(N, 2, 48, 96)`` of :class:`~lipsync_utils.wav2lip.compact.Change`.
        points: ``(N, 468, 2)`` in the crops as they should be; what lies beyond the lower half, and NaN, is left out.
        before: likewise in the references.
        weights: ``(N,)`` how much each frame counts.
    """
    at = (points + 0.5 - points.new_tensor([0.0, 48.0])) / points.new_tensor([48.0, 24.0]) - 1
    known = (at.abs() < 1).all(-1).float()  # 0 for NaN
    known = known if weights is None else known * weights[:, None]
    at, due = at.nan_to_num(), (before - points).nan_to_num()
    fetched = F.grid_sample(flow.float(), at[:, None], align_corners=False)[:, :, 0].mT  # (N, 468, 2)
    off = ((fetched - due).square().sum(-1) + 0.01).sqrt() - 0.1
    return (off * known).sum() / known.sum().clamp(min=1e-6)


def rightly_changed(made: torch.Tensor, truth: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Correlation of what was changed of the reference with what had to be, on blocks of four pixels: 0 for copying."""
    done, due = (F.avg_pool2d(mouth_weights() * (lips - reference), 4).flatten() for lips in (made, truth))
    return F.cosine_similarity(done, due, dim=0)


class Discriminator(nn.Sequential):
    """Lower halves ``(N, 3, 48, 96)`` in [0, 1] to log-odds ``(N, 1, 6, 12)`` that a patch is real.

    Spectrally normalised (Miyato et al., ICLR 2018), so that it cannot run ahead of a small generator.
    """

    def __init__(self) -> None:
        super().__init__(nn.PixelUnshuffle(2))  # 24 x 48
        for before, after in ((12, 48), (48, 96), (96, 128)):
            stride = 1 if before == 12 else 2
            self.extend([spectral_norm(nn.Conv2d(before, after, 3, stride, 1)), nn.LeakyReLU(0.2)])
        self.append(spectral_norm(nn.Conv2d(128, 1, 3, padding=1)))

    def loss(self, made: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Its own cross-entropy: what is real against what was made."""
        return (F.softplus(self(made.detach())).mean() + F.softplus(-self(truth)).mean()) / 2
