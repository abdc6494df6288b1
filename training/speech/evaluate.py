"""Measure the speech model: on held-out texts and speakers, on the samples, without any voice, and on real lips.

    python training/speech/evaluate.py [--weights FILE] [--clips DIR] [--utterances 60]

Every row of the table is a share of sounds, of frames, or a time in ms; what exactly is in README.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import augment
import numpy as np
from synthesize import Item, Speaker

from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves, Phoneme
from lipsync_utils.speech import NAMES, SpeechModel, lip_opening, targets
from lipsync_utils.speech.visemes import is_vowel, visemes_of

SAMPLES = Path(__file__).parents[2] / "samples" / "audio"
SEED = 2026
"""Of the held-out utterances; thresholds were chosen on others (seed 99)."""

SHUT = 0.01
"""Lip opening (see ``lip_opening``) under which lips touch."""


def column(curves: FaceCurves, name: str) -> np.ndarray:
    return curves.values[:, NAMES.index(name)]


def inside(phoneme: Phoneme, slack: float = 0.0) -> slice:
    """Rows within a phoneme; never empty."""
    start = int(np.ceil((phoneme.start_s - slack) * CURVE_RATE))
    return slice(max(start, 0), max(int((phoneme.end_s + slack) * CURVE_RATE), start) + 1)


def kinds(phoneme: Phoneme) -> set[str]:
    return {viseme.kind for viseme in visemes_of(phoneme.ipa)}


def measure(items: list[Item], model: SpeechModel) -> dict[str, float]:
    """Every measure over some utterances."""
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(float(value))

    for item in items:
        got = model(item.wave)
        wanted = targets(item.phonemes, duration_s=len(item.wave) / SAMPLE_RATE, wave=item.wave)
        gap, aim = lip_opening(got), lip_opening(wanted)
        voice = np.flatnonzero(wanted.activity)
        note("correlation of opening", np.corrcoef(gap, aim)[0, 1])
        note("lag of opening, ms", lag_ms(gap, aim))
        note("mean opening / target", gap[voice].mean() / aim[voice].mean())
        quiet = rest_rows(item.phonemes, len(gap))
        for value in got.values[quiet].max(1) == 0.0:
            note("silence at rest", value)
        for phoneme in item.phonemes:
            rows, present = inside(phoneme), kinds(phoneme)
            if rows.start >= len(gap):
                continue
            if "bilabial" in present:
                note("p b m shut", gap[rows].min() < SHUT)
                note("p b m shut, part of it", (gap[rows] < SHUT).mean())
            if "labiodental" in present:
                touches = (column(got, "mouthRollLower")[rows] > 0.25) & (gap[rows] < 0.15)
                note("f v touch", touches.any())
            if present & {"u", "w"}:
                note("u w rounded", column(got, "mouthPucker")[inside(phoneme, 0.03)].max() > 0.25)
            if present & {"alveolar", "velar"}:
                middle = int((phoneme.start_s + phoneme.end_s) / 2 * CURVE_RATE)
                name = "n ŋ wrongly shut" if phoneme.ipa in ("n", "ŋ") else "other tongue sounds wrongly shut"
                note(name, gap[middle] < SHUT and aim[middle] > 0.05)
            if all(is_vowel(v) for v in visemes_of(phoneme.ipa)) and phoneme.end_s - phoneme.start_s > 0.06:
                note("vowels open", gap[inside(phoneme, 0.02)].max() > 0.08)
                middle = int((phoneme.start_s + phoneme.end_s) / 2 * CURVE_RATE)
                note("vowels wrongly shut", gap[middle] < SHUT and aim[middle] > 0.05)
                if "i" in present and len(present) == 1:
                    note("i spread, not rounded", column(got, "mouthPucker")[middle] < 0.25)
    return {name: float(np.median(v) if "ms" in name else np.mean(v)) for name, v in found.items()}


def rest_rows(phonemes: tuple[Phoneme, ...], rows: int) -> np.ndarray:
    """Rows in silence, from 200 ms after speech until 160 ms before it."""
    quiet = np.zeros(rows, bool)
    for phoneme in phonemes:
        if not phoneme.ipa:
            begin = phoneme.start_s + (0.2 if phoneme.start_s > 0 else 0.0)
            stop = phoneme.end_s - 0.16
            if stop > begin:
                quiet[int(np.ceil(begin * CURVE_RATE)) : int(stop * CURVE_RATE)] = True
    return quiet


def lag_ms(got: np.ndarray, wanted: np.ndarray, reach: int = 15) -> float:
    """By how much ``got`` is late, by cross-correlation."""
    a, b = got - got.mean(), wanted - wanted.mean()
    scores = [np.dot(a[reach:-reach], b[reach - k : len(b) - reach - k]) for k in range(-reach, reach + 1)]
    return 1000.0 / CURVE_RATE * (int(np.argmax(scores)) - reach)


def sample_items(language: str) -> list[Item]:
    """One of the sample recordings with its phonemes, at 16 kHz."""
    import librosa

    wave, _ = librosa.load(SAMPLES / f"{language}.wav", sr=SAMPLE_RATE)
    spoken = json.loads((SAMPLES / f"{language}.json").read_text(encoding="utf-8"))
    return [Item(language, wave, tuple(Phoneme(**p) for p in spoken["phonemes"]))]


def noisy(items: list[Item], decibels: float) -> list[Item]:
    """The same under noise, ``decibels`` below the voice."""
    rng = np.random.default_rng(7)
    out = []
    for item in items:
        level = np.sqrt(np.mean(item.wave**2)) * 10.0 ** (-decibels / 20.0)
        noise = augment.background(len(item.wave), rng)
        out.append(Item(item.source, (item.wave + level * noise).astype(np.float32), item.phonemes))
    return out


def without_voice(model: SpeechModel) -> dict[str, float]:
    """Share of rows exactly at rest for sounds that are no voice, 10 s each at several levels."""
    rng = np.random.default_rng(5)
    n = 10 * SAMPLE_RATE
    white = [rng.standard_normal(n) * 10 ** (d / 20) for d in (-60, -40, -20)]
    sounds = {
        "digital silence": [np.zeros(n)],
        "white noise": white,
        "coloured noise, hum, clicks": [augment.background(n, rng) * 10 ** (-d / 20) for d in rng.uniform(15, 60, 24)],
        "synthetic music": [augment.music(n, rng) * 0.05 for _ in range(12)],
    }
    return {
        name: float(np.mean([(model(s.astype(np.float32)).values.max(1) == 0.0).mean() for s in many]))
        for name, many in sounds.items()
    }


def on_clips(folder: Path, model: SpeechModel) -> None:
    """Correlation of the model's opening with that of real lips, as it is and at its best lag."""
    from clips import real_opening

    print("\n| clip | correlation | at its best lag | lag of the real lips, ms |\n|---|---|---|---|")
    found = []
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".mp4", ".mpg")):
        wave, times, lips = real_opening(path)
        found.append(against(lip_opening(model(wave)), times, lips))
        print(f"| {path.stem} | " + " | ".join(f"{value:.2f}" for value in found[-1]) + " |")
    print("| median | " + " | ".join(f"{value:.2f}" for value in np.median(found, axis=0)) + " |")


def against(opening: np.ndarray, times: np.ndarray, lips: np.ndarray) -> tuple[float, float, float]:
    """Correlation at lag 0, the best within 300 ms, and that lag in ms (positive: the real lips are later)."""
    clock = np.arange(len(opening)) / CURVE_RATE
    width = np.hanning(9)[1:-1] / np.hanning(9).sum()  # a camera's exposure and the tracker blur as much
    opening = np.convolve(opening, width, mode="same")
    lags = np.arange(-0.3, 0.301, 0.01)
    scores = [np.corrcoef(np.interp(times - lag, clock, opening), lips)[0, 1] for lag in lags]
    best = int(np.argmax(scores))
    return float(scores[len(lags) // 2]), float(scores[best]), float(1000.0 * lags[best])


def table(rows: dict[str, dict[str, float]]) -> str:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    head = "| measure | " + " | ".join(rows) + " |\n|---|" + "---|" * len(rows)
    lines = [
        f"| {n} | " + " | ".join(f"{row[n]:.3f}" if n in row else "" for row in rows.values()) + " |" for n in names
    ]
    return "\n".join([head, *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--utterances", type=int, default=60)
    options = parser.parse_args()
    model = SpeechModel.load(options.weights)
    sets = {}
    for source, name in (("hibari", "English, hibari"), ("english", "English, espeak"), ("arabic", "Arabic, espeak")):
        speaker = Speaker(source, SEED, held_out=True)
        sets[name] = [speaker.utter() for _ in range(options.utterances)]
    for language in ("english", "arabic"):
        if (SAMPLES / f"{language}.json").exists():
            sets[f"sample {language}"] = sample_items(language)
    sets["English, 10 dB noise"] = noisy(sets["English, hibari"], 10.0)
    sets["Arabic, 10 dB noise"] = noisy(sets["Arabic, espeak"], 10.0)
    print(table({name: measure(items, model) for name, items in sets.items()}))
    print("\n| no voice | rows at rest |\n|---|---|")
    for name, share in without_voice(model).items():
        print(f"| {name} | {share:.4f} |")
    if options.clips:
        on_clips(options.clips, model)


if __name__ == "__main__":
    main()
