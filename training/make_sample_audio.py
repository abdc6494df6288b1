"""Make the sample recordings from their transcripts, and check them.

    python training/make_sample_audio.py [--folder samples/audio]

Reads ``english.txt`` and ``arabic.txt``; writes for each a WAV file, its phoneme times as JSON, and for Arabic the
transcript without vowel marks. A fresh process gives the same bytes every time.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lipsync_utils.voices import Utterance, speak, write_utterance
from lipsync_utils.voices.sound import LOUDNESS_LUFS, PEAK, loudness_lufs
from lipsync_utils.voices.timing import is_stop

SAMPLES = {"english": "en", "arabic": "ar"}
VOWELS = tuple("aeiouæɑɐɒɔəɚɛɜɪʊʌ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).parents[1] / "samples" / "audio"
    parser.add_argument("--folder", type=Path, default=default)
    folder = parser.parse_args().folder
    problems = []
    for name, language in SAMPLES.items():
        text = (folder / f"{name}.txt").read_text(encoding="utf-8")
        utterance = speak(text, language=language)
        write_utterance(utterance, folder / f"{name}.wav", phonemes_path=folder / f"{name}.json")
        if language == "ar":
            (folder / f"{name}_plain.txt").write_text(
                re.sub("[\u064b-\u0652\u0670]", "", text), encoding="utf-8", newline="\n"
            )
        measured = measure(utterance)
        print(name, *(f"{key} {value:.2f}" for key, value in measured.items()), sep="\n  ")
        problems += [f"{name}: {problem}" for problem in complaints(measured)]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def measure(utterance: Utterance) -> dict[str, float]:
    """What decides whether a recording is good: lengths in seconds, levels in dB."""
    level = Levels.of(utterance)
    lips = [p for p in utterance.phonemes if p.ipa in ("p", "b")]
    vowels = [p for p in utterance.phonemes if p.ipa.startswith(VOWELS)]
    silences = [p for p in utterance.phonemes if not p.ipa]
    edges = [round(t * utterance.rate) for p in silences for t in (p.start_s, p.end_s)]
    steps = np.abs(np.diff(utterance.wave, prepend=0.0, append=0.0))
    return {
        "duration": utterance.duration_s,
        "loudness LUFS": loudness_lufs(utterance.wave, utterance.rate),
        "peak": float(np.abs(utterance.wave).max()),
        "pauses of 0.25 s or more": sum(p.end_s - p.start_s >= 0.25 for p in silences[1:-1]),
        "loudest instant labelled silent, below the peak": float(
            max(level.within(p.start_s + 0.03, p.end_s - 0.03).max() for p in silences)
        ),
        "vowels, median below the peak": float(
            np.median([np.median(level.within(p.start_s, p.end_s)) for p in vowels])
        ),
        "p and b": len(lips),
        "p and b at their closure, median below the peak": float(
            np.median([level.within(p.start_s, p.end_s).min() for p in lips])
        ),
        "stops of all kinds": sum(is_stop(p.ipa) for p in utterance.phonemes),
        "largest step at a pause": float(max(steps[max(e - 48, 0) : e + 48].max() for e in edges)),
    }


def complaints(measured: dict[str, float]) -> list[str]:
    """Sentences about what is not as it should be."""
    limits = {
        "duration": (30.0, 60.0),
        "loudness LUFS": (LOUDNESS_LUFS - 0.2, LOUDNESS_LUFS + 0.2),
        "peak": (0.2, PEAK + 0.005),
        "pauses of 0.25 s or more": (5, 40),
        "loudest instant labelled silent, below the peak": (-120.0, -30.0),
        "p and b at their closure, median below the peak": (-120.0, measured["vowels, median below the peak"] - 12.0),
        "p and b": (10, 200),
        "largest step at a pause": (0.0, 0.05),
    }
    return [
        f"{key} is {measured[key]:.2f}, needed is {low} to {high}"
        for key, (low, high) in limits.items()
        if not low <= measured[key] <= high
    ]


@dataclass(frozen=True)
class Levels:
    """Level in dB over 10 ms, ``rate`` values a second."""

    db: np.ndarray
    rate: float

    @classmethod
    def of(cls, utterance: Utterance) -> Levels:
        """Measured every 2.5 ms or so: a whole number of samples."""
        hop = utterance.rate // 400
        power = np.square(utterance.wave[: len(utterance.wave) // hop * hop].reshape(-1, hop)).mean(axis=1)
        db = 10.0 * np.log10(np.convolve(power, np.ones(4) / 4, mode="same") + 1e-12)
        return cls(db - db.max(), utterance.rate / hop)

    def within(self, start_s: float, end_s: float) -> np.ndarray:
        """The levels from ``start_s`` to ``end_s``, at least one, relative to the loudest instant."""
        start = min(max(round(start_s * self.rate), 0), len(self.db) - 1)
        return self.db[start : max(round(end_s * self.rate), start + 1)]


if __name__ == "__main__":
    raise SystemExit(main())
