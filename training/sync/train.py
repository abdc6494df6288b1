"""Train the sync expert on training/sync/cache/ and write lipsync_utils/data/sync.safetensors.

    python training/sync/train.py [--steps 1300] [--resume]

Everything that shapes the result stands in ``CONFIG``. A step's data depends on the seed and its number only, so a run
that was stopped and resumed equals one that was not. Checkpoints and the log go to training/sync/cache/run/.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch.nn import functional as F

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "speech")]
from augment import another_throat
from step import Learner, save_network

from lipsync_utils.audio import FLOOR
from lipsync_utils.sync.encoders import FORMAT, ROWS
from lipsync_utils.sync.landmark_expert import scaled
from lipsync_utils.sync.network import NetworkOptions, SyncExpert

CONFIG = {
    "seed": 0,
    "network": NetworkOptions(),
    "batch": 48,
    "reach": 15,  # shifts on both sides that the true one is told from
    "windows": (25, 50, 100),  # frames over which distances are averaged before they are compared
    "near": 0.15,  # how much the neighbours of the true shift count as true: lips do not keep time to the frame
    "learning_rate": 2e-3,
    "weight_decay": 0.02,
    "dropout": 0.1,
    "average": 0.998,  # exponential moving average of the weights
    "report": 250,  # steps
}
MIX = {"hibari": 0.32, "flite": 0.22, "english": 0.2, "arabic": 0.16, "other": 0.1}
"""Part of each kind of voice in the crops."""

CACHE = Path(__file__).parent / "cache"
RUN = CACHE / "run"
OUTPUT = Path(__file__).parents[2] / "lipsync_utils" / "data" / "sync.safetensors"
FRAMES = max(CONFIG["windows"]) + 2 * CONFIG["reach"]
DECIBEL = math.log(10.0) / 10.0
"""One decibel in natural logarithms of power."""


class Crops:
    """Crops of takes; the same generator draws the same."""

    def __init__(self, name: str) -> None:
        self.tapes = [dict(np.load(CACHE / f"{name}_{source}.npz")) for source in MIX]

    def batch(self, rng: np.random.Generator, *, plain: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
        """Features ``(N, 4 T, 80)`` and measures ``(N, T, 12)``."""
        pairs = [self._crop(rng, plain) for _ in range(CONFIG["batch"])]
        features, measures = (torch.from_numpy(np.stack(column)) for column in zip(*pairs, strict=True))
        return features, measures

    def _crop(self, rng: np.random.Generator, plain: bool) -> tuple[np.ndarray, np.ndarray]:
        tape = self.tapes[rng.choice(len(self.tapes), p=list(MIX.values()))]
        ends = tape["ends"]
        index = int(rng.integers(len(ends)))
        first, last = int(ends[index - 1]) if index else 0, int(ends[index])
        start = int(rng.integers(first, last - FRAMES + 1))
        early = 0 if plain else int(rng.integers(-1, 2))  # frames do not begin where rows do
        rows = np.clip(np.arange(start * ROWS, (start + FRAMES) * ROWS) + early, first * ROWS, last * ROWS - 1)
        features = tape["features"][rows].astype(np.float32)
        measures = tape["measures"][rng.integers(len(tape["measures"])), start : start + FRAMES].astype(np.float32)
        if plain:
            return features, scaled(measures)
        return _heard(features, rng), _watched(scaled(measures), rng)


def _heard(features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another vocal tract, another level, another equaliser, and steady noise."""
    out = another_throat(features, float(np.exp(np.clip(rng.normal(0.0, 0.075), -0.18, 0.18))))
    knots = rng.normal(0.0, 3.0, 7) + rng.normal(0.0, 1.0) * np.arange(-3, 4)
    tone = np.interp(np.linspace(0, 6, out.shape[1]), np.arange(7), knots)
    out = out + (rng.normal(0.0, 3.0) + tone) * DECIBEL
    if rng.random() < 0.5:
        hiss = (
            out.mean()
            + rng.uniform(-25.0, 5.0) * DECIBEL
            + np.interp(np.linspace(0, 6, out.shape[1]), np.arange(7), rng.normal(0.0, 6.0, 7)) * DECIBEL
        )
        out = np.logaddexp(out, hiss)
    return np.maximum(out, FLOOR).astype(np.float32)


def _watched(measures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Measures that say less: some missing, all with noise, slow and quick, sometimes one for all."""
    count, width = measures.shape
    out = measures * np.exp(rng.normal(0.0, 0.15, width))
    out = out + rng.normal(0.0, rng.uniform(0.0, 0.35), measures.shape)
    knots = rng.normal(0.0, rng.uniform(0.0, 0.6), (count // 8 + 2, width))
    at = np.linspace(0, len(knots) - 1.001, count)
    low, part = at.astype(int), (at % 1.0)[:, None]
    out = out + knots[low] * (1.0 - part) + knots[low + 1] * part
    if rng.random() < 0.5:
        out = out * (rng.random(width) > 0.15)
    return out.astype(np.float32)


def loss_of(sound: torch.Tensor, lips: torch.Tensor, sharpness: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    """Cross-entropy of the true shift among all others and among other takes, and how often it wins, by window."""
    reach = CONFIG["reach"]
    inner = lips[:, reach:-reach]  # (N, T, D)
    count = inner.shape[1]
    shifts = torch.stack(
        [_distance((inner * sound[:, k : k + count]).sum(2)) for k in range(2 * reach + 1)], dim=2
    )  # (N, T, 31)
    others = _distance(torch.einsum("ntd,mtd->ntm", inner, sound[:, reach:-reach]))  # (N, T, N)
    itself = torch.eye(len(lips), dtype=torch.bool)[:, None]
    target = torch.zeros(2 * reach + 1 + len(lips))
    target[reach - 1 : reach + 2] = torch.tensor([CONFIG["near"], 1.0 - 2.0 * CONFIG["near"], CONFIG["near"]])
    total, hits = 0.0, []
    for window, sharp in zip(CONFIG["windows"], sharpness.exp(), strict=True):
        shifted, foreign = (part.unfold(1, window, window).mean(3) for part in (shifts, others))  # (N, T / W, .)
        logits = -sharp * torch.cat([shifted, foreign.masked_fill(itself, 1e4)], dim=2)
        logp = F.log_softmax(logits, dim=2)
        total = total - (logp.clamp_min(-50.0) * target).sum(2).mean()
        best = shifted.argmin(2) - reach
        hits.append(float((best.abs() <= 1).float().mean()))
    return total / len(CONFIG["windows"]), hits


def _distance(cosine: torch.Tensor) -> torch.Tensor:
    return torch.sqrt((2.0 - 2.0 * cosine).clamp_min(0.0) + 1e-4)


def rate_at(progress: float) -> float:
    """The learning rate as a part of the highest: up in a line, down in half a cosine."""
    return min(progress / 0.03 + 0.01, 0.01 + 0.495 * (1.0 + math.cos(math.pi * progress)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint of this run")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--train", default="train", help="name of the training data")
    parser.add_argument("--valid", default="valid", help="name of the held-out data")
    options = parser.parse_args()
    RUN.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")
    torch.manual_seed(CONFIG["seed"])
    network = SyncExpert(CONFIG["network"], dropout=CONFIG["dropout"])
    sharpness = torch.nn.Parameter(torch.full((len(CONFIG["windows"]),), math.log(20.0)))
    learner = Learner(network, average=CONFIG["average"], weight_decay=CONFIG["weight_decay"], beside=[sharpness])
    if options.resume:
        learner.resume(RUN / "last.pt")
    data, held_out = Crops(options.train), Crops(options.valid)
    fixed = [held_out.batch(np.random.default_rng([1, i]), plain=True) for i in range(4)]
    recent, begun = [], time.perf_counter()
    while learner.step < options.steps:
        features, measures = data.batch(np.random.default_rng([CONFIG["seed"], learner.step]))
        torch.manual_seed(CONFIG["seed"] + learner.step)  # dropout depends on the step's number only
        loss, _ = loss_of(network.sound(features), network.lips(measures), sharpness)
        recent.append(learner.learn(loss, CONFIG["learning_rate"] * rate_at(learner.step / options.steps)))
        if learner.step % CONFIG["report"] == 0 or learner.step == options.steps:
            average = learner.average
            with torch.no_grad():
                checks = [loss_of(average.sound(f), average.lips(m), sharpness) for f, m in fixed]
            row = {
                "step": learner.step,
                "minutes": round((time.perf_counter() - begun) / 60, 2),
                "train": round(float(np.mean(recent)), 4),
                "valid": round(float(np.mean([float(loss) for loss, _ in checks])), 4),
                "within a frame": np.mean([hits for _, hits in checks], axis=0).round(3).tolist(),
            }
            print(json.dumps(row), flush=True)
            recent = []
            learner.save(RUN / "last.pt")
            save_network(average, options.output, kind=FORMAT, notes={"steps": learner.step})


if __name__ == "__main__":
    main()
