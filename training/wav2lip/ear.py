"""The generator's ear first learns alone what lips do: without pictures a thousand windows of speech take a second.

From pixels alone the generator copies the reference for long, since for most pixels that is nearly right.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from draws import LENGTHS, Clip, Draws, batches, heard
from torch import nn
from torch.nn import functional as F

WIDE = 0.06
"""A wide opening of the lips, in heights of the face."""

FAR = 2.0
"""Pixels of the crop by which a length changes when lips move much."""

EACH = 16
"""Windows of one clip in a batch."""


class Lips(nn.Linear):
    """Reads off a window's vector how far the lips open, whether they touch, and how long the parts of a mouth are."""

    def __init__(self, sound: int) -> None:
        super().__init__(sound, 2 + len(LENGTHS))

    def loss(self, sound: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Of ``(N, sound)`` vectors and ``opening``, ``closed (N,)``, ``lengths (N, 6)``, NaN where unknown."""
        shut, *far = self(sound.float()).split((1, 1, len(LENGTHS)), dim=1)
        due = torch.cat([batch["opening"][:, None] / WIDE, batch["lengths"] / FAR], dim=1)
        known = due.isfinite()
        off = (torch.cat(far, dim=1) - due.nan_to_num()).square() * known
        return off.sum() / known.sum() + 0.3 * F.binary_cross_entropy_with_logits(shut[:, 0], batch["closed"].float())


class EarDraws(Draws):
    """Batches for the ear, each draw :data:`EACH` windows of a clip: ``mel (N, 1, 80, 16)``, and of the lips at each
    window's moment ``opening``, ``closed`` and ``lengths``.

    Args:
        clips: see :class:`Draws`, as for all that is not named here.
        early: columns by which windows begin early.
        varied: whether the sound is; otherwise it is left as it is.
    """

    def __init__(self, clips: list[Clip], *, early: int, varied: bool = True, **shape: int) -> None:
        super().__init__(clips, **shape)
        self.early, self.varied = early, varied

    def _draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        clip = self.clips[rng.integers(len(self.clips))]
        at = np.sort(rng.choice(len(clip.frames), EACH, replace=False))
        mel = clip.windows(0, len(clip.frames), early=self.early)[at]
        mel = heard(mel, rng) if self.varied else mel
        return {"mel": mel, "opening": clip.opening[at], "closed": clip.closed[at], "lengths": clip.lengths[at]}


def teach(
    ear: nn.Module, lips: Lips, draws: EarDraws, steps: int, *, rate: float, workers: int, device: str = "cpu"
) -> None:
    """Let them learn, in place."""
    learned = [*ear.parameters(), *lips.parameters()]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.01)
    shape = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 + 0.5 * math.cos(math.pi * step / steps))
    for _, batch in zip(range(steps), batches(draws, 0, workers=workers), strict=False):
        batch = {key: value.to(device) for key, value in batch.items()}
        optimizer.zero_grad()
        lips.loss(ear(batch["mel"]), batch).backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        shape.step()


@torch.no_grad()
def understood(ear: nn.Module, lips: Lips, draws: EarDraws, *, count: int, device: str = "cpu") -> dict[str, float]:
    """Correlation of the opening that was heard with the true one, and how often it is right about closed lips."""
    rows = []
    for number in range(count):
        batch = {key: value.to(device) for key, value in draws[number].items()}
        shut, gap = lips(ear(batch["mel"])).float()[:, :2].unbind(1)
        rows.append(torch.stack([gap, batch["opening"].float(), shut > 0, batch["closed"]]))
    gap, opening, shut, closed = torch.cat(rows, dim=1).cpu().numpy()
    return {"opening heard": float(np.corrcoef(gap, opening)[0, 1]), "closed heard": float((shut == closed).mean())}
