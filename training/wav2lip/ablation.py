"""What does each term of the generator's loss do? Small trainings with three seeds each, measured on the test people.

    python training/wav2lip/ablation.py --data DATA --out RUN --expert RUN/expert.safetensors [--samples 40000]

Prints a line for each training, then mean and standard deviation over the seeds as a table for the model card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from draws import load
from evaluate import of_generator
from expert import load_expert
from train import main as train

from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.fast import runner_of

ARMS = {"pixels": [], "pixels, expert": ["expert"], "pixels, expert, discriminator": ["expert", "quality"]}
SEEDS = (0, 1, 2)
CLIPS = 24
"""Of the test people, evenly, on which each is measured."""


def one(options: argparse.Namespace, arm: str, seed: int) -> dict[str, object]:
    """Train one arm with one seed, unless that was done before, and measure it."""
    folder = options.out / f"{arm.replace(', ', '-')}-{seed}"
    weights = folder / "wav2lip.safetensors"
    if not (folder / "done").exists():
        arguments = {"--data": options.data, "--out": folder, "--samples": options.samples, "--expert": options.expert}
        arguments |= {"--ear": options.ear, "--larger": 2, "--seed": seed, "--threads": options.threads}
        given = [str(part) for pair in arguments.items() for part in pair]
        train(["generator", *given, "--terms", *ARMS[arm]])
        (folder / "done").touch()
    row = of_generator(
        runner_of(load_generator(weights), precision="float32"),
        load(options.data / "test", most=CLIPS),
        load_expert(options.expert),
    )
    print(json.dumps({"arm": arm, "seed": seed, **row}), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--expert", required=True)
    parser.add_argument("--samples", type=int, default=40_000)
    parser.add_argument("--ear", type=int, default=500, help="steps in which ears learn alone first")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = {arm: [one(options, arm, seed) for seed in SEEDS] for arm in ARMS}
    names = [name for name in next(iter(results.values()))[0] if name != "clips"]
    print(f"| terms | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for arm, rows in results.items():
        values = np.array([[row[name] for name in names] for row in rows], float)
        cells = [f"{mean:.3f} ± {spread:.3f}" for mean, spread in zip(values.mean(0), values.std(0), strict=True)]
        print(f"| {arm} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
