"""Weights of one person: our generator goes on learning on videos of somebody who agreed to it.

    python training/wav2lip/personal.py VIDEOS RUN --begin WEIGHTS.safetensors --consent [--minutes 10] [--beside DATA]

VIDEOS is a folder in which nobody is seen but this person, who talks; RUN is made. Clips of them lie in RUN/data
afterwards, the weights that painted held-out moments best in RUN/wav2lip.safetensors, RUN/sheet.png shows held-out
mouths: the truth, what was painted before, what is painted now.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
import torch
from draws import Clip, GeneratorDraws, Vary, batches, load
from evaluate import of_generator, painted
from expert import load_expert
from filmed import prepare
from look import vary
from train import CHECKS, CONFIG, Painter, Run, early_of, moved, save_generator
from train import parse as train_options

from lipsync_utils.errors import InputError, LipSyncError
from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.fast import SHOWN_ROWS, Runner, runner_of

REPORT = 50
"""Steps after which held-out moments are looked at."""

PATIENCE = 6
"""Looks in a row that find nothing better, after which it ends."""

BESIDE = 200
"""Clips of other people that are taken at most."""

OWN = 0.7
"""Part of the draws that show the person, where other people are beside."""

NO_CONSENT = (
    "The weights will paint this person's mouth saying anything, so the person has to have agreed to that. Add "
    "--consent if everybody who is seen and heard in the videos has (for a child, the parents); otherwise do not go on."
)
COLUMNS = 8
"""Moments on the sheet."""


def milder(much: float) -> Vary:
    """Variation of pictures as :func:`look.vary`, so much of it (0 to 1): the light of one's own videos is known."""

    def varied(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.rint(frames + much * (vary(frames, rng).astype(np.float32) - frames)).astype(np.uint8)

    return varied


def mixed(own: list[Clip], others: list[Clip]) -> list[Clip]:
    """Clips to draw from, :data:`OWN` of them the person's, each as often as the others are many."""
    if not others:
        return own
    return [*others, *islice(cycle(own), max(len(own), round(len(others) * OWN / (1 - OWN))))]


def fine_tune(options: argparse.Namespace, others: list[Clip]) -> None:
    """Go on with ``options.begin``; writes ``wav2lip.safetensors``, the averages that paint held-out frames best.

    Args:
        options: of ``train.py``, and ``look``.
        others: clips of other people, to draw from beside.
    """
    painter = Painter(options)
    learner = painter.learner
    settings = CONFIG["generator"] | {"learning_rate": options.rate, "report": REPORT}
    run = Run(options, learner, settings)
    shape = {"size": settings["batch"] * options.larger, "early": early_of(learner.network)}
    clips = mixed(load(options.data / "train"), others)
    draws = GeneratorDraws(clips, milder(options.look), seed=options.seed, **shape)
    held_out = GeneratorDraws(load(options.data / "val"), None, seed=1, **shape)
    fixed = [moved(held_out[number], options.device) for number in range(CHECKS)]
    begun = {"begun with": Path(options.begin).name}
    best, waited = painter.check(fixed)["unseen"], 0
    save_generator(learner.average, options.out, begun)
    for batch in batches(draws, 0, workers=options.workers):
        painter.learn(moved(batch, options.device), run.rate, sync=painter.expert is not None, quality=False)
        if not run.count(len(batch["frames"])):
            continue
        row = painter.check(fixed)
        run.report({"before": best, **row} if learner.step == REPORT else row)
        waited = 0 if row["unseen"] < best else waited + 1  # no number is not better
        if not waited:
            best = row["unseen"]
            save_generator(learner.average, options.out, run.state | begun)
        if waited >= PATIENCE or run.progress >= 1:
            break
    (options.out / "generator-last.pt").unlink(missing_ok=True)


def compare(runners: dict[str, Runner], clips: list[Clip]) -> dict[str, dict[str, object]]:
    """What :func:`evaluate.of_generator` says of each generator on clips; None where lips are never shut."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")
        rows = {name: of_generator(runner, clips, None) for name, runner in runners.items()}
    return {name: {key: None if value != value else value for key, value in row.items()} for name, row in rows.items()}


def sheet(runners: dict[str, Runner], clips: list[Clip]) -> np.ndarray:
    """Lower halves of held-out frames, enlarged four times: the truth, then a row of each generator."""
    whole = np.concatenate([clip.frames for clip in clips])
    at = np.linspace(0, len(whole) - 1, COLUMNS + 2).astype(int)[1:-1]
    made = [np.concatenate([painted(runner, clip)[0] for clip in clips]) for runner in runners.values()]
    rows = [np.concatenate(list(frames[at][:, SHOWN_ROWS]), axis=1) for frames in (whole, *made)]
    return cv2.resize(np.concatenate(rows), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, help="a folder of videos of one person who talks, or one video")
    parser.add_argument("run", type=Path, help="the folder that is made")
    parser.add_argument("--begin", type=Path, required=True, help="the generator's weights to go on with")
    parser.add_argument("--consent", action="store_true", help="everybody seen and heard in the videos has agreed")
    parser.add_argument("--minutes", type=float, default=10.0, help="of learning, where it does not end earlier")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate at its highest")
    parser.add_argument("--look", type=float, default=0.5, help="how much light and colours are varied, 0 to 1")
    parser.add_argument("--beside", type=Path, help="data of make_data.py, so that what was learned of it stays")
    parser.add_argument("--expert", help="weights of the sync expert, to be listened to")
    parser.add_argument("--samples", type=int, default=10_000_000, help="frames to learn from at most")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    if not options.consent:
        parser.error(NO_CONSENT)
    return options


def personal(options: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Videos to weights; returns what :func:`compare` says of the test's seconds, before and after.

    Raises:
        LipSyncError: weights or videos that cannot be used, or a folder that is not empty; nothing new is left then.
    """
    before = runner_of(load_generator(options.begin), precision="float32", device=options.device)
    others = load(options.beside / "train", most=BESIDE) if options.beside else []
    if options.expert:
        load_expert(options.expert)  # what is wrong with it is said before videos are read
    if options.run.exists() and (not options.run.is_dir() or any(options.run.iterdir())):
        about = {"path": str(options.run)}
        raise InputError("{path!r} is there already, and not empty. Give the name of a new folder.", **about)
    prepare(options.videos, options.run / "data")
    given = {"--data": options.run / "data", "--out": options.run, "--begin": options.begin, "--rate": options.rate}
    given |= {"--hours": options.minutes / 60, "--samples": options.samples}
    given |= {"--threads": options.threads, "--device": options.device}
    given |= {"--expert": options.expert} if options.expert else {}
    words = [str(word) for pair in given.items() for word in pair]
    learning = train_options(["generator", *words, "--terms", *(["expert"] if options.expert else [])])
    learning.look = options.look
    fine_tune(learning, others)
    (weights,) = options.run.glob("wav2lip.*")
    after = runner_of(load_generator(weights), precision="float32", device=options.device)
    test = load(options.run / "data" / "test")
    runners = {"before": before, "after": after}
    cv2.imwrite(str(options.run / "sheet.png"), sheet(runners, test)[..., ::-1])
    return compare(runners, test)


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    torch.manual_seed(0)
    try:
        rows = personal(options)
    except LipSyncError as error:
        raise SystemExit(f"Error: {error}") from error
    for name, row in rows.items():
        print(json.dumps({"held out": name, **row}))
    (weights,) = options.run.glob("wav2lip.*")
    print(f"Try them: lipsync run VIDEO VOICE -o OUT.mp4 --engine wav2lip --checkpoint {weights}", file=sys.stderr)


if __name__ == "__main__":
    main()
