"""Train the speech network on training/speech/cache/ and write lipsync_utils/data/speech.safetensors.

    python training/speech/train.py [--steps 4000] [--resume]

Everything that shapes the result stands in ``CONFIG`` and on the command line: the same steps from the same start and
data give the same weights. Progress, checkpoints and the figure of the losses go to
training/speech/cache/run/.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import time
from pathlib import Path

import augment
import numpy as np
import torch
from teacher import EVERY, SIZE, embedded
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

sys.path.append(str(Path(__file__).parents[1]))
from step import Learner, save_network

from lipsync_utils.audio import HOP, log_mel, speech_gain
from lipsync_utils.speech.composing import CONTACTS
from lipsync_utils.speech.ear import FORMAT, OUTPUTS, look_ahead
from lipsync_utils.speech.network import LipNet, NetworkOptions, load
from lipsync_utils.speech.visemes import LEARNED_CHANNELS

CONFIG = {
    "seed": 0,
    "threads": 1,  # the tensors are small: more threads mostly wait for each other
    "network": NetworkOptions(),
    "report": 100,  # steps
    "rows": 384,
    "batch": 24,
    "backgrounds": 300,
    "learning_rate": 2e-3,
    "warm_up": 0.03,  # part of the steps
    "weight_decay": 0.01,
    "dropout": 0.0,
    "average": 0.997,  # exponential moving average of the weights
    "no_voice": 0.16,  # part of the crops without any voice
    "throat": 0.075,  # deviation of the logarithm of the vocal tract's length
    "babble": 0.15,  # part of the crops behind whose voice another one speaks
    "masked": 0.3,  # part of the crops of whose features a stretch and a few bands are missing
    "loss": {
        "pose": 2.0,
        "velocity": 1.0,
        "contact": 1.0,
        "activity": 1.0,
        "kind": 0.25,
        "agreement": 0.5,
        "teacher": 0.5,  # where teacher.py was run
    },
}
MIX = {
    "kokoro": 0.3,
    "kokoro-arabic": 0.13,
    "kokoro-other": 0.07,
    "hibari": 0.16,
    "flite": 0.1,
    "english": 0.06,
    "arabic": 0.13,
    "other": 0.05,
}
"""Part of each source in the crops."""

RARE = torch.tensor([1.0 if channel in ("mouthFunnel", "mouthPucker") else 0.5 for channel in LEARNED_CHANNELS])
"""How much more an error counts where a channel is far from rest."""

CACHE = Path(__file__).parent / "cache"
RUN = CACHE / "run"
OUTPUT = Path(__file__).parents[2] / "lipsync_utils" / "data" / "speech.safetensors"


class Crops(IterableDataset):
    """Endless random crops: features ``(T, 80)``, targets ``(T, 14)``, classes ``(T,)``, embeddings ``(T / 8, 96)``.

    The embeddings are what the teacher makes of the voice; 0 where it was not asked.
    """

    def __init__(self, split: str, *, seed: int, clean: bool = False) -> None:
        found = {source: sorted(CACHE.glob(f"{split}_{source}_[0-9]*_targets.npz")) for source in MIX}
        if missing := [source for source, paths in found.items() if not paths]:
            raise SystemExit(f"{CACHE} has no {split} speech of {', '.join(missing)}; run synthesize.py first.")
        self.tapes = [[_tape(path) for path in paths] for paths in found.values()]
        self.seed, self.clean = seed, clean
        stock = CONFIG["backgrounds"] if split == "train" else 40
        self.backgrounds = augment.Backgrounds(stock, CONFIG["rows"] * HOP, seed)

    def __iter__(self):
        rng = np.random.default_rng(self.seed)
        while True:
            yield self.crop(rng)

    def crop(self, rng: np.random.Generator):
        """One crop; the same generator draws the same."""
        wave, target, kind, embedding = self._stretch(rng)
        gain = 0.0
        if not self.clean:
            if rng.random() < CONFIG["no_voice"]:
                wave, target, kind, embedding = (np.zeros_like(x) for x in (wave, target, kind, embedding))
                if rng.random() < 0.85:
                    wave = self.backgrounds.draw(len(wave), rng) * 10.0 ** (rng.uniform(-70.0, -15.0) / 20.0)
            else:
                wave, target, kind = self._joined(wave, target, kind, rng)
                if rng.random() < CONFIG["babble"]:
                    wave = wave + self._stretch(rng)[0] * 10.0 ** (rng.uniform(-30.0, -12.0) / 20.0)
                wave = augment.degrade(wave, rng, self.backgrounds) * 10.0 ** (rng.uniform(-20.0, 8.0) / 20.0)
            gain = float(np.clip(rng.normal(0.0, 4.0), -12.0, 10.0))
        wave = wave.astype(np.float32)
        features = log_mel(wave, gain_db=speech_gain(wave) + gain)
        if not self.clean:
            factor = np.exp(np.clip(rng.normal(0.0, CONFIG["throat"]), -0.18, 0.18))
            features = augment.another_throat(features, float(factor)).astype(np.float32)
            if rng.random() < CONFIG["masked"]:
                augment.mask(features, rng)
        return features, target, kind, embedding

    def _stretch(self, rng: np.random.Generator):
        """Speech as it was synthesised, from anywhere: wave, targets, classes, embeddings."""
        rows, pieces = CONFIG["rows"], self.tapes[rng.choice(len(self.tapes), p=list(MIX.values()))]
        tape = pieces[rng.integers(len(pieces))]
        start = int(rng.integers(0, len(tape["kind"]) - rows)) // EVERY * EVERY
        wave = tape["wave"][start * HOP : (start + rows) * HOP].astype(np.float32) / 32768.0
        target, kind = (tape[name][start : start + rows] for name in ("target", "kind"))
        embedding = tape["embedding"][start // EVERY : (start + rows) // EVERY].astype(np.float32)
        return wave, target.astype(np.float32), kind.astype(np.int64), embedding

    @staticmethod
    def _joined(wave, target, kind, rng):
        """Sometimes a long stretch of nothing, as between sentences."""
        if rng.random() < 0.12:
            wave, target, kind = wave.copy(), target.copy(), kind.copy()
            quiet = np.flatnonzero(target.sum(1) == 0.0)
            if len(quiet):
                cut = slice(int(quiet[0]), None) if rng.random() < 0.5 else slice(0, int(quiet[-1]))
                wave[(cut.start or 0) * HOP : None if cut.stop is None else cut.stop * HOP] = 0.0
                target[cut], kind[cut] = 0.0, 0
        return wave, target, kind


def _tape(targets: Path) -> dict[str, np.ndarray]:
    """A piece of synthesised speech with its targets, one utterance after the other."""
    speech = targets.with_name(targets.name.replace("targets", "speech"))
    tape = {"wave": np.load(speech)["wave"], **np.load(targets)}
    there, rows = embedded(speech), len(tape["kind"])
    tape["embedding"] = np.load(there) if there.exists() else np.zeros((-(-rows // EVERY), SIZE), np.float16)
    return tape


def losses(
    network: LipNet, pupil: nn.Module, features, target, kind, embedding, scale, *, half: bool = False
) -> dict[str, torch.Tensor]:
    """Each part of the loss; the first rows do not count, since their past is cut off."""
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        hidden = network.hidden(features)
        pose, contacts, activity, logits = network.said(hidden)
    n, made, skip = len(LEARNED_CHANNELS), len(CONTACTS), 20
    keep = slice(skip, target.shape[1] - look_ahead(network.options.dilations))
    wanted = target[..., :n]
    error = (pose - wanted) / scale
    moved = (pose.diff(dim=1) - wanted.diff(dim=1)) / scale
    rare = 1.0 + RARE * wanted[:, keep] / scale  # without this what is rare comes out too small
    guess, early = pupil(hidden[:, :, :: EVERY // 2].float()).transpose(1, 2), -(-skip // EVERY)
    known = (embedding[:, early:-early].abs().sum(-1) > 0).float()
    apart = 1.0 - F.cosine_similarity(guess[:, early:-early], embedding[:, early:-early], dim=-1)
    return {
        "teacher": (apart * known).sum() / known.sum().clamp(min=1.0),
        "pose": (rare * F.smooth_l1_loss(error[:, keep], torch.zeros_like(error[:, keep]), reduction="none")).mean(),
        "velocity": F.smooth_l1_loss(6.0 * moved[:, keep], torch.zeros_like(moved[:, keep]), beta=0.3),
        "contact": F.binary_cross_entropy_with_logits(contacts[:, keep], target[:, keep, n : n + made]) * 3.0,
        "activity": F.binary_cross_entropy_with_logits(activity[:, keep], target[:, keep, n + made]),
        "kind": F.cross_entropy(logits[:, keep].flatten(0, 1), kind[:, keep].flatten(), label_smoothing=0.05),
        "agreement": disagreement(
            seen_lips(pose[:, keep], torch.sigmoid(contacts[:, keep])),
            seen_lips(wanted[:, keep], target[:, keep, n : n + made]),
        ),
    }


def seen_lips(pose: torch.Tensor, contacts: torch.Tensor) -> torch.Tensor:
    """Opening and width of the mouth, ``(N, 2, T)``, about as the rig shows them."""
    channel = dict(zip(LEARNED_CHANNELS, pose.unbind(-1), strict=True))
    contact = dict(zip(CONTACTS, contacts.unbind(-1), strict=True))
    parted = 1.0 - contact["bilabial"]
    opening = channel["jawOpen"] + 0.3 * channel["mouthLowerDown"] + 0.2 * channel["mouthUpperUp"]
    opening = opening * parted * (1.0 - 0.7 * contact["labiodental"])
    spread = (channel["mouthSmile"] + channel["mouthStretch"]) * (1.0 - 0.8 * contact["rounded"])
    pucker = torch.maximum(channel["mouthPucker"], 0.42 * contact["rounded"])
    return torch.stack([opening, spread - 0.7 * pucker - 0.3 * channel["mouthFunnel"]], dim=1)


def disagreement(got: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """1 less Lin's concordance over time, on average over the curves ``(N, k, T)`` that vary.

    A squared error prefers curves that are too flat where the sound is not clear; this does not.
    """
    (a, mean_a), (b, mean_b) = ((x - x.mean(-1, keepdim=True), x.mean(-1)) for x in (got, wanted))
    var_a, var_b = a.square().mean(-1), b.square().mean(-1)
    concordance = 2.0 * (a * b).mean(-1) / (var_a + var_b + (mean_a - mean_b).square() + 1e-6)
    varies = (var_b > 1e-4).float()
    return ((1.0 - concordance) * varies).sum() / varies.sum().clamp(min=1.0)


def collate(rows):
    return tuple(torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))


def rate_at(progress: float) -> float:
    """The learning rate as a part of the highest: up in a line, down in half a cosine; ``progress`` from 0 to 1."""
    warm = CONFIG["warm_up"]
    falling = 0.02 + 0.49 * (1.0 + math.cos(math.pi * (progress - warm) / (1.0 - warm)))
    return min(progress / warm, falling)


def validate(network: LipNet, pupil: nn.Module, held_out, scale) -> dict[str, float]:
    with torch.no_grad():
        parts = [losses(network, pupil, *batch, scale) for batch in held_out]
    return {name: float(np.mean([part[name] for part in parts])) for name in parts[0]}


def spread(data: Crops) -> torch.Tensor:
    """Typical size of each channel, by which its error is divided."""
    first = [pieces[0]["target"] for pieces in data.tapes]
    spreads = [target[::7, : len(LEARNED_CHANNELS)].astype(np.float32).std(0) for target in first]
    return torch.from_numpy(np.mean(spreads, axis=0) + 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--half", action="store_true", help="convolve in bfloat16; slower where the processor has none")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint of this run")
    parser.add_argument("--start", type=Path, help="weights to begin with, for a second round")
    parser.add_argument("--learning-rate", type=float, default=CONFIG["learning_rate"], help="the highest")
    parser.add_argument("--seed", type=int, default=CONFIG["seed"], help="of the start and the crops")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    RUN.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(CONFIG["threads"])
    threadpool_limits(1, user_api="blas")  # NumPy's threads would fight with torch's
    network = LipNet(CONFIG["network"], dropout=CONFIG["dropout"])
    pupil = nn.Conv1d(network.options.width, SIZE, 1)  # says what the teacher says; only to learn
    settings = {"average": CONFIG["average"], "weight_decay": CONFIG["weight_decay"]}
    learner = Learner(network, beside=list(pupil.parameters()), **settings)
    if options.start:
        learner.begin_with(load(options.start).state_dict())
    history = learner.resume(RUN / "last.pt")["history"] if options.resume else []
    data = Crops("train", seed=options.seed + learner.step)
    scale, fixed, rng = spread(data), Crops("valid", seed=1), np.random.default_rng(1)
    held_out = [collate([fixed.crop(rng) for _ in range(32)]) for _ in range(4)]
    begun, recent = time.perf_counter(), []
    loader = DataLoader(data, batch_size=CONFIG["batch"], num_workers=1, collate_fn=collate, prefetch_factor=6)
    for batch in itertools.islice(loader, options.steps - learner.step):
        parts = losses(network, pupil, *batch, scale, half=options.half)
        loss = sum(CONFIG["loss"][name] * part for name, part in parts.items())
        recent.append(learner.learn(loss, options.learning_rate * rate_at((learner.step + 1) / options.steps)))
        if learner.step % CONFIG["report"] == 0:
            valid, minutes = validate(learner.average, pupil, held_out, scale), (time.perf_counter() - begun) / 60
            history.append({"step": learner.step, "minutes": minutes, "train": float(np.mean(recent)), **valid})
            print(json.dumps({name: round(value, 4) for name, value in history[-1].items()}), flush=True)
            recent = []
            learner.save(RUN / "last.pt", history=history)
    save_network(learner.average, options.output, kind=FORMAT, notes={"steps": learner.step}, outputs=OUTPUTS)
    draw(history)


def draw(history: list[dict[str, float]]) -> None:
    """The losses over time, as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(9, 5))
    for name in ("train", *CONFIG["loss"]):
        axis.plot([h["step"] for h in history], [h[name] for h in history], label=name)
    axis.set(xlabel="steps", ylabel="loss", yscale="log")
    axis.legend()
    figure.savefig(RUN / "losses.png", dpi=80)


if __name__ == "__main__":
    main()
