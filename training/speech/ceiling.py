"""What sound tells of real lips at most: a regressor that is fitted to the real clips, one left out each time.

    python training/speech/ceiling.py --clips DIR [--tracks DIR] [--weights FILE]

For measuring only: nothing that is fitted here is kept. It sees what the speech network has made of the sound within
80 ms on either side (its last hidden layer), and is linear (ridge), so that a few minutes of clips suffice.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import clips
import numpy as np
from measures import with_interval

from lipsync_utils.audio import log_mel_beyond, rows_of, speech_gain
from lipsync_utils.records import CURVE_RATE
from lipsync_utils.speech import SpeechModel

AROUND_S = (-0.08, -0.04, 0.0, 0.04, 0.08)
RIDGES = (300.0, 3000.0, 30000.0)
"""Weights of the penalty; the best on the clips that may be chosen on serves for all."""


def hidden_layer(wave: np.ndarray, times: np.ndarray, model: SpeechModel) -> np.ndarray:
    """The last hidden layer around some times of a sound, ``(len(times), 5 x width)``."""
    network, rows, reach = model.network, rows_of(len(wave)), 40
    features = log_mel_beyond(wave, gain_db=speech_gain(wave), start=-reach, stop=rows + reach + rows % 2)
    hidden = network.hidden(features).T  # 50 a second
    wanted = (times[:, None] + np.array(AROUND_S)) * CURVE_RATE + reach
    return hidden[np.clip(np.round(wanted / 2).astype(int), 0, len(hidden) - 1)].reshape(len(times), -1)


def left_out(features: list[np.ndarray], curves: list[np.ndarray], ridge: float) -> np.ndarray:
    """Correlation on each clip of what was fitted to all others; every clip counts alike, and so does its extent."""
    scores = []
    for number, (unseen, truth) in enumerate(zip(features, curves, strict=True)):
        others = [i for i in range(len(features)) if i != number]
        x = np.concatenate([features[i] for i in others])
        mean, spread = x.mean(0), x.std(0) + 1e-6
        x = (x - mean) / spread
        y = np.concatenate([(curves[i] - curves[i].mean()) / curves[i].std() for i in others])
        weight = np.concatenate([np.full(len(curves[i]), len(curves[i]) ** -0.5) for i in others])
        weighted = x * (weight / weight.mean())[:, None]
        fitted = np.linalg.solve(weighted.T @ x + ridge * np.eye(x.shape[1]), weighted.T @ y)
        scores.append(clips.correlation((unseen - mean) / spread @ fitted, truth))
    return np.array(scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--tracks", type=Path)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    model, paths = SpeechModel.load(options.weights), clips.clips_in(options.clips)
    lips = [clips.cached(path, options.tracks) for path in paths]
    late = [clips.sound_late(path) for path in paths]
    features = [hidden_layer(one.wave, one.times + by, model) for one, by in zip(lips, late, strict=True)]
    print("| fitted to the other clips | to choose | to report | all |\n|---|---|---|---|")
    for name in ("opening", "width"):
        curves = [getattr(one, name) for one in lips]
        scores = max((left_out(features, curves, ridge) for ridge in RIDGES), key=lambda found: np.median(found[::2]))
        cells = (with_interval(part, np.median) for part in (scores[::2], scores[1::2], scores))
        print(f"| {name}, lag 0, median | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
