"""The sync expert: do five mouths say this fifth of a second? A small form of the paper's (Prajwal et al. 2020)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from draws import APART, SPAN, Clip, as_tensor
from torch import nn
from torch.nn import functional as F

from lipsync_utils.wav2lip.compact import Residual, SoundEncoder, even_start
from lipsync_utils.weights import load_network

FORMAT = "lipsync-wav2lip-expert-1"


@dataclass(frozen=True)
class ExpertOptions:
    """Shape of the expert: channels at 24, 12, 6 and 3 rows, and the length of embeddings."""

    widths: tuple[int, ...] = (48, 80, 128, 160)
    size: int = 128


class Expert(nn.Module):
    """Two encoders into one space, and how sure a cosine there makes.

    The paper takes the cosine of rectified embeddings for a probability. Here the probability is the logistic function
    of the cosine times a learned sharpness plus a learned bias, which leaves chance much sooner.
    """

    def __init__(self, options: ExpertOptions | None = None, **named: object) -> None:
        super().__init__()
        self.options = options or ExpertOptions(**named)
        widths, size = self.options.widths, self.options.size
        self.eyes = nn.Sequential(nn.Conv2d(12 * SPAN, widths[0], 3, padding=1))  # 24 x 48
        for before, after in pairwise(widths):
            self.eyes.extend([nn.ReLU(), nn.Conv2d(before, after, 3, 2, 1), Residual(after)])
        self.eyes.extend([nn.ReLU(), nn.Flatten(), nn.Linear(widths[-1] * 18, size)])  # 3 x 6
        self.ears = SoundEncoder(size)
        even_start(self)
        self.sharpness = nn.Parameter(torch.tensor(math.log(5.0)))
        self.bias = nn.Parameter(torch.tensor(0.0))

    def look(self, lips: torch.Tensor) -> torch.Tensor:
        """``(N, 5, 3, 48, 96)`` lower halves in [0, 1], blue first, to ``(N, size)`` of length 1.

        Light and contrast are taken out first: what counts is how a mouth differs from the rest, and moves.
        """
        lips = lips - lips.mean((1, 3, 4), keepdim=True)
        lips = lips / (lips.std((1, 2, 3, 4), keepdim=True) + 0.02)
        return F.normalize(self.eyes(F.pixel_unshuffle(lips.flatten(1, 2), 2)), dim=1)

    def hear(self, mel: torch.Tensor) -> torch.Tensor:
        """``(N, 1, 80, 16)`` in [-4, 4] to ``(N, size)`` of length 1."""
        return F.normalize(self.ears(mel), dim=1)

    def logits(self, cosine: torch.Tensor) -> torch.Tensor:
        """Log-odds that lips and sound belong together."""
        return self.sharpness.exp() * cosine + self.bias

    def losses(self, lips: torch.Tensor, mel: torch.Tensor) -> torch.Tensor:
        """The paper's sync loss ``(N,)``: cross-entropy of "these belong together"; as :meth:`look`, :meth:`hear`."""
        return F.softplus(-self.logits((self.look(lips) * self.hear(mel)).sum(1)))


def expert_loss(expert: Expert, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, float]:
    """Binary cross-entropy over all pairs of a batch, and its accuracy; right, shifted, foreign sounds weigh 2:1:1."""
    seen, sound = expert.look(as_tensor(batch["lips"])), expert.hear(batch["mel"])
    logits = expert.logits(seen @ sound.T).float()  # (N, N): lips by sounds
    same = batch["clip"][:, None] == batch["clip"]
    shift = (batch["start"][:, None] - batch["start"]).abs()
    right, shifted, foreign = same & (shift == 0), same & (shift >= APART), ~same
    no = F.softplus(logits)
    loss = F.softplus(-logits)[right].mean() / 2 + no[shifted].mean() / 4 + no[foreign].mean() / 4
    hits = [(logits[right] > 0), (logits[shifted] < 0), (logits[foreign] < 0)]
    accuracy = sum(part.float().mean().item() * share for part, share in zip(hits, (0.5, 0.25, 0.25), strict=True))
    return loss, accuracy


@torch.inference_mode()
def embed(expert: Expert, clip: Clip, frames: np.ndarray | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings ``(T - 4, size)`` of a clip's lips (or of other ``(T, 96, 96, 3)`` frames in its place) and sound."""
    frames = clip.frames if frames is None else frames
    halves = as_tensor(torch.from_numpy(frames[:, 48:]))
    runs = halves.unfold(0, SPAN, 1).movedim(-1, 1)  # (T - 4, 5, 3, 48, 96)
    mel = torch.from_numpy(clip.windows(0, len(runs)))
    seen = torch.cat([expert.look(part) for part in runs.split(64)])
    return seen, expert.hear(mel)


def shift_accuracy(pairs: list[tuple[torch.Tensor, torch.Tensor]], shifts: range = range(1, 16)) -> list[float]:
    """How often the right sound is closer to the lips than the one so many frames away, both ways (chance: 0.5)."""
    out = []
    for shift in shifts:
        wins = []
        for seen, sound in pairs:
            right = (seen * sound).sum(1)
            wins += [right[:-shift] > (seen[:-shift] * sound[shift:]).sum(1)]
            wins += [right[shift:] > (seen[shift:] * sound[:-shift]).sum(1)]
        out.append(torch.cat(wins).float().mean().item())
    return out


def found_offset(seen: torch.Tensor, sound: torch.Tensor, reach: int = 15) -> int:
    """The shift, in frames, at which a whole clip agrees best; positive: the sound comes after the lips."""
    inner = seen[reach : len(seen) - reach]
    scores = [
        (inner * sound[reach + s : reach + s + len(inner)]).sum(1).mean().item() for s in range(-reach, reach + 1)
    ]
    return int(np.argmax(scores)) - reach


def load_expert(path: str) -> Expert:
    """The expert with its weights, frozen."""
    return load_network(Expert, path, kind=FORMAT, trained_by="training/wav2lip")
