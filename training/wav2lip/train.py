"""Train the sync expert or the generator on the clips that make_data.py made.

    python training/wav2lip/train.py expert    --data DATA --out RUN [--samples 1000000] [--hours 2] [--resume]
    python training/wav2lip/train.py generator --data DATA --out RUN --expert RUN/expert.safetensors [--width full]

The budget is counted in samples (windows of five frames for the expert, frames for the generator); where ``--hours``
end first, the learning rate comes down with them. RUN gets checkpoints, a log and the finished weights in float16: a
compact generator is tried with ``lipsync run --engine wav2lip --checkpoint RUN/wav2lip.safetensors``, and is part of
the package as lipsync_utils/data/wav2lip.safetensors.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

sys.path.append(str(Path(__file__).parents[1]))
from draws import SPAN, ExpertDraws, GeneratorDraws, as_tensor, batches, load
from ear import WIDE, EarDraws, Lips, teach, understood
from expert import FORMAT as EXPERT_FORMAT
from expert import Expert, embed, expert_loss, load_expert, shift_accuracy
from painting import Discriminator, astray, changing, difference, edges, far_off, rightly_changed
from step import Learner, save_network

from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.compact import FORMAT, Change, CompactWav2Lip
from lipsync_utils.wav2lip.fast import multiplies_bfloat16
from lipsync_utils.wav2lip.network import Wav2Lip

CONFIG = {
    "expert": {"batch": 16, "each": 4, "learning_rate": 1e-3, "report": 100},
    "generator": {"batch": 8, "learning_rate": 1e-3, "report": 200},
    "ear": {"batch": 16, "learning_rate": 2e-3},  # before the generator, of which it is a part
    "edges": 0.5,  # weight beside that of pixels
    "far off": 3.0,  # of the squares of differences
    "shut": 3.0,  # how much more a frame counts whose lips are shut: who is not sure would leave them ajar, ...
    "wide": 1.5,  # ... and one whose lips are wide open: who is not sure would open them half
    "lips": 0.04,  # of reading the lips off the sound
    "astray": 0.02,  # of a pixel by which what is moved is fetched from a wrong place
    "gone": 0.01,  # of what is painted where it could have been moved
    "sync": 0.005,  # 0.03 in the paper, where the expert is larger than the generator can trick so soon
    "quality": 0.07,  # as in the paper
    "sync below": 0.6,  # the expert's loss on unseen people at which it is listened to, 0.75 in the published code ...
    "sync at": 0.6,  # ... and the part of the budget at which it is in any case
    "quality at": 0.2,  # part of the budget from which the discriminator is listened to; it learns from the beginning
    "average": 0.999,  # exponential moving average of the weights
    "weight_decay": 0.01,
}
CHECKS = 6
"""Batches of unseen people that are looked at for a report."""


def half(device: str) -> torch.autocast:
    """Half precision where it is quicker: on a GPU, and on a processor that multiplies bfloat16."""
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or multiplies_bfloat16())


class Run:
    """A training with its clock, its log and its checkpoint.

    Args:
        options: of the command line.
        learner: what is trained.
        settings: of ``CONFIG`` for it.
        beside: learners that are saved with it, by name.
    """

    def __init__(
        self, options: argparse.Namespace, learner: Learner, settings: dict, beside: dict[str, Learner] | None = None
    ) -> None:
        self.options, self.learner, self.settings, self.beside = options, learner, settings, beside or {}
        self.state: dict[str, object] = {"samples": 0, "hours": 0.0}
        options.out.mkdir(parents=True, exist_ok=True)
        if options.resume:
            self.state = learner.resume(self._file("last"))
            for name, other in self.beside.items():
                other.resume(self._file(name))
        self._earlier, self._begun = self.state["hours"], time.perf_counter()

    @property
    def progress(self) -> float:
        """Part of the budget that is used up, in samples or in hours, whichever is more."""
        hours = self.state["hours"] / self.options.hours if self.options.hours else 0.0
        return max(self.state["samples"] / self.options.samples, hours)

    @property
    def rate(self) -> float:
        """The learning rate now: up in a line, down in half a cosine."""
        shape = min(self.learner.step / 200 + 0.01, 0.01 + 0.495 * (1 + math.cos(math.pi * min(self.progress, 1.0))))
        return self.settings["learning_rate"] * shape

    def count(self, samples: int) -> bool:
        """Note a step; True where a report is due, as it is at the end."""
        self.state["samples"] += samples
        self.state["hours"] = self._earlier + (time.perf_counter() - self._begun) / 3600
        return self.learner.step % self.settings["report"] == 0 or self.progress >= 1

    def report(self, row: dict[str, object]) -> None:
        """Print and log a row, and write the checkpoint."""
        known = {"step": self.learner.step, "samples": self.state["samples"], "hours": round(self.state["hours"], 3)}
        line = json.dumps(known | {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})
        print(line, flush=True)
        with (self.options.out / f"{self.options.what}.jsonl").open("a") as log:
            log.write(line + "\n")
        self.learner.save(self._file("last"), **self.state)
        for name, other in self.beside.items():
            other.save(self._file(name))

    def _file(self, name: str) -> Path:
        return self.options.out / f"{self.options.what}-{name}.pt"


def train_expert(options: argparse.Namespace, vary: object) -> None:
    """Writes ``expert.safetensors``."""
    settings = CONFIG["expert"]
    shape = {"size": settings["batch"] * options.larger, "each": settings["each"]}
    learner = Learner(Expert().to(options.device), average=CONFIG["average"], weight_decay=CONFIG["weight_decay"])
    run = Run(options, learner, settings)
    draws = ExpertDraws(load(options.data / "train"), vary, seed=options.seed, **shape)
    unseen = load(options.data / "val")
    losses = []
    for batch in batches(draws, learner.step, workers=options.workers):
        with half(options.device):
            loss, accuracy = expert_loss(learner.network, moved(batch, options.device))
        losses.append((learner.learn(loss, run.rate), accuracy))
        if run.count(len(batch["clip"])):
            average = learner.average.to("cpu")
            shifts = shift_accuracy([embed(average, clip) for clip in unseen])
            train, right = (sum(column) / len(losses) for column in zip(*losses, strict=True))
            run.report({"train": train, "accuracy": right, "unseen": sum(shifts) / len(shifts), "at 5": shifts[4]})
            path = options.out / "expert.safetensors"
            save_network(average, path, kind=EXPERT_FORMAT, notes={**run.state, "data": options.data.name})
            average.to(options.device)
            losses = []
        if run.progress >= 1:
            return


class Painter:
    """The generator's step: made frames, and what they cost.

    Args:
        options: of the command line; ``terms`` says what counts beside pixels and edges.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.device = options, options.device
        network = (Wav2Lip if options.width == "full" else CompactWav2Lip)()
        network = load_generator(options.begin).requires_grad_(True) if options.begin else network
        network.to(self.device, memory_format=torch.channels_last)
        self.lips = Lips(sound_of(network, torch.zeros(1, 1, 80, 16, device=self.device)).shape[1]).to(self.device)
        self.learner = Learner(
            network.train(),
            average=CONFIG["average"],
            weight_decay=CONFIG["weight_decay"],
            beside=list(self.lips.parameters()),
        )
        self.expert = load_expert(options.expert).to(self.device) if options.expert else None
        self.critic = None
        if "quality" in options.terms:
            self.critic = Learner(Discriminator().to(self.device), average=0.0, weight_decay=0.0)
        self.hears = "expert" in options.terms

    def teach_ear(self, draws: EarDraws, unseen: EarDraws) -> dict[str, float]:
        """Let the ear of our own generator learn alone first; what it understands of people who were not met."""
        ear = self.learner.network.hear
        more = {"rate": CONFIG["ear"]["learning_rate"], "workers": self.options.workers, "device": self.device}
        teach(ear, self.lips, draws, self.options.ear, **more)
        self.learner.begin_with(self.learner.network.state_dict())
        return understood(ear, self.lips, unseen, count=CHECKS, device=self.device)

    def made(
        self, network: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor, Change | None]:
        """Lower halves ``(N, 3, 48, 96)`` as painted and as they were; and what ours changes."""
        truth, reference = as_tensor(batch["frames"]), as_tensor(batch["reference"])
        blanked = truth.clone()
        blanked[:, :, 48:] = 0
        faces = torch.cat([blanked, reference], 1).contiguous(memory_format=torch.channels_last)
        with half(self.device):
            if not isinstance(network, CompactWav2Lip):
                return network(batch["mel"], faces)[:, :, 48:].float(), truth[:, :, 48:], None
            change = network.change(batch["mel"], network.encode(faces))
        return change.on(reference[:, :, 48:]).float(), truth[:, :, 48:], change

    def sync(self, made: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """What the expert has against runs of made frames, ``(N,)``."""
        with half(self.device):
            return self.expert.losses(made.unflatten(0, (-1, SPAN)), batch["sound"]).float()

    def worse(self, made: torch.Tensor, truth: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """What the expert has against them more than against the truth: who pleases it better has tricked it."""
        with torch.no_grad():
            allowed = self.sync(truth, batch)
        return F.relu(self.sync(made, batch) - allowed).mean()

    def learn(
        self,
        batch: dict[str, torch.Tensor],
        rate: float,
        *,
        sync: bool,
        quality: bool,
        ear: dict[str, torch.Tensor] | None = None,
    ) -> None:
        """One step of the generator, and of its critic; the ear learns from windows of its own where there are some."""
        made, truth, change = self.made(self.learner.network, batch)
        telling = telling_of(batch)
        weights = changing(truth, lower_half(batch["reference"])) * telling[:, None, None, None]
        pixels = difference(made, truth, weights) + CONFIG["edges"] * edges(made, truth, weights)
        pixels = pixels + CONFIG["far off"] * far_off(made, truth, weights)
        ear = ear or batch
        with half(self.device):
            sound = sound_of(self.learner.network, ear["mel"])
        pixels = pixels + CONFIG["lips"] * self.lips.loss(sound, ear)
        if change is not None:
            off = astray(change.flow, batch["points"], batch["points_before"], telling)
            pixels = pixels + CONFIG["astray"] * off
            pixels = pixels + CONFIG["gone"] * change.gone.float().abs().mean()
        shares, more = 0.0, 0.0
        if sync:
            shares, more = CONFIG["sync"], CONFIG["sync"] * self.worse(made, truth, batch)
        if quality:
            shares += CONFIG["quality"]
            with half(self.device):
                doubt = F.softplus(-self.critic.network(made)).mean()
            more = more + CONFIG["quality"] * doubt.float()
        self.learner.learn((1 - shares) * pixels + more, rate)
        if self.critic is not None:
            with half(self.device):
                mistaken = self.critic.network.loss(made, truth)
            self.critic.learn(mistaken.float(), 0.3 * rate)

    @torch.no_grad()
    def check(self, fixed: list[dict[str, torch.Tensor]]) -> dict[str, float]:
        """On batches of unseen people, with averaged weights: differences of pixels, and the expert's loss."""
        network = self.learner.average
        rows = []
        for batch in fixed:
            made, truth, change = self.made(network, batch)
            copied = lower_half(batch["reference"])
            row = {"unseen": difference(made, truth), "copying": difference(copied, truth)}
            row["change"] = rightly_changed(made, truth, copied)
            if change is not None:
                still = torch.zeros_like(change.flow)
                places = batch["points"], batch["points_before"]
                row |= {"astray": astray(change.flow, *places), "astray, copying": astray(still, *places)}
            if self.expert is not None:
                row |= {"sync": self.sync(made, batch).mean(), "sync of truth": self.sync(truth, batch).mean()}
            rows.append(row)
        return {key: sum(float(row[key]) for row in rows) / len(rows) for key in rows[0]}


def train_generator(options: argparse.Namespace, vary: object) -> None:
    """Writes ``wav2lip.safetensors``, or ``wav2lip.pth`` of the published network."""
    settings, painter = CONFIG["generator"] | {"learning_rate": options.rate}, Painter(options)
    learner = painter.learner
    run = Run(options, learner, settings, {} if painter.critic is None else {"critic": painter.critic})
    early = early_of(learner.network)
    draws = GeneratorDraws(
        load(options.data / "train"), vary, size=settings["batch"] * options.larger, early=early, seed=options.seed
    )
    held_out = GeneratorDraws(load(options.data / "val"), None, size=settings["batch"], early=early, seed=1)
    fixed = [moved(held_out[number], options.device) for number in range(CHECKS)]
    alone = load(options.data / "ear") if (options.data / "ear").is_dir() else []
    shape = {"size": CONFIG["ear"]["batch"], "early": early}
    ears = EarDraws(draws.clips + alone, seed=options.seed, **shape)
    if isinstance(learner.network, CompactWav2Lip) and not options.begin and learner.step == 0:
        print(json.dumps(painter.teach_ear(ears, EarDraws(held_out.clips, varied=False, **shape))), flush=True)
    both = (batches(each, learner.step, workers=options.workers) for each in (draws, ears))
    for batch, ear in zip(*both, strict=True):
        sync = painter.hears and (bool(run.state.get("sync")) or run.progress > CONFIG["sync at"])
        quality = painter.critic is not None and run.progress > CONFIG["quality at"]
        batch, ear = moved(batch, options.device), moved(ear, options.device)
        painter.learn(batch, run.rate, sync=sync, quality=quality, ear=ear)
        if run.count(len(batch["frames"])):
            row = painter.check(fixed)
            if painter.hears and row["sync"] < CONFIG["sync below"]:
                run.state["sync"] = True
            run.report(row | {"heard": sync, "judged": quality})
            save_generator(learner.average, options.out, run.state)
        if run.progress >= 1:
            return


def save_generator(network: nn.Module, folder: Path, facts: dict[str, object]) -> None:
    """The finished weights, as the engine reads them."""
    if isinstance(network, CompactWav2Lip):
        save_network(network, folder / "wav2lip.safetensors", kind=FORMAT, notes=facts)
    else:
        torch.save({"state_dict": network.state_dict()}, folder / "wav2lip.pth")


def lower_half(frames: torch.Tensor) -> torch.Tensor:
    """The lower halves ``(N, 3, 48, 96)`` of frames ``(N, 96, 96, 3) uint8``, as the generator gives them."""
    return as_tensor(frames)[:, :, 48:]


def telling_of(batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """How much each frame counts, ``(N,)`` with a mean of 1: what viewers look at is shut lips and wide open ones."""
    wide = (batch["opening"] / WIDE).clamp(0, 1.5)
    much = 1 + CONFIG["shut"] * batch["closed"].float() + CONFIG["wide"] * wide
    return much / much.mean()


def sound_of(network: nn.Module, mel: torch.Tensor) -> torch.Tensor:
    """Windows of speech as the generator hears them, ``(N, its own length)``."""
    return network.hear(mel) if isinstance(network, CompactWav2Lip) else network.audio_encoder(mel).flatten(1)


def early_of(network: nn.Module) -> int:
    """Columns by which its windows of speech begin early."""
    return network.options.early if isinstance(network, CompactWav2Lip) else 0


def moved(batch: dict[str, torch.Tensor], device: str) -> dict[str, torch.Tensor]:
    """The batch on a device."""
    return {key: value.to(device, non_blocking=True) for key, value in batch.items()}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("expert", "generator"))
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and val/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, help="of training in all, where that is less")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--expert", help="its weights; for the generator")
    parser.add_argument(
        "--ear", type=int, default=4000, help="steps in which our own generator's ear learns alone first"
    )
    parser.add_argument("--begin", help="finished weights of a generator to go on with")
    parser.add_argument("--rate", type=float, default=CONFIG["generator"]["learning_rate"], help="the generator's")
    parser.add_argument("--terms", nargs="*", choices=("expert", "quality"), default=["expert", "quality"])
    parser.add_argument("--width", choices=("compact", "full"), default="compact", help="full: the published network")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0, help="processes that draw batches")
    parser.add_argument("--larger", type=int, default=1, help="so many times larger batches")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    if options.what == "generator" and "expert" in options.terms and not options.expert:
        parser.error("--expert is needed, or --terms without it")
    return options


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    from look import vary

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    (train_expert if options.what == "expert" else train_generator)(options, vary)


if __name__ == "__main__":
    main()
