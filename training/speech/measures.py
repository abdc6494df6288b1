"""What is measured on utterances whose phoneme times are known; every measure is explained in README.md."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from synthesize import Item

from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves, Phoneme
from lipsync_utils.speech import SpeechModel, lip_opening
from lipsync_utils.speech.phonetics import targets
from lipsync_utils.speech.visemes import NAMES, is_vowel, visemes_of

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
        note("mean error of a coefficient", np.abs(got.values - wanted.values)[voice].mean())
        note("mean opening / target", gap[voice].mean() / aim[voice].mean())
        quiet = rest_rows(item.phonemes, len(gap))
        for value in got.values[quiet].max(1) == 0.0:
            note("silence at rest", value)
        for phoneme in item.phonemes:
            rows, present = inside(phoneme), kinds(phoneme)
            if rows.start >= len(gap):
                continue
            if "bilabial" in present:
                note("_gap of bilabials", gap[rows].min())
                note("p b m shut", gap[rows].min() < SHUT)
                note("p b m shut, part of it", (gap[rows] < SHUT).mean())
                note("p b m shut, within 40 ms", gap[inside(phoneme, 0.04)].min() < SHUT)
            if "labiodental" in present:
                touches = (column(got, "mouthRollLower") > 0.25) & (gap < 0.15)
                note("f v touch", touches[rows].any())
                note("f v touch, within 40 ms", touches[inside(phoneme, 0.04)].any())
            if present & {"u", "w"}:
                note("u w rounded", column(got, "mouthPucker")[inside(phoneme, 0.03)].max() > 0.25)
            if present & {"alveolar", "velar"}:
                middle = int((phoneme.start_s + phoneme.end_s) / 2 * CURVE_RATE)
                name = "n ŋ wrongly shut" if phoneme.ipa in ("n", "ŋ") else "other tongue sounds wrongly shut"
                note(name, gap[middle] < SHUT and aim[middle] > 0.05)
            if all(is_vowel(v) for v in visemes_of(phoneme.ipa)) and phoneme.end_s - phoneme.start_s > 0.06:
                if present == {"a"}:
                    note("_gap of open vowels", gap[rows].max())
                note("vowels open", gap[inside(phoneme, 0.02)].max() > 0.08)
                middle = int((phoneme.start_s + phoneme.end_s) / 2 * CURVE_RATE)
                note("vowels wrongly shut", gap[middle] < SHUT and aim[middle] > 0.05)
                if "i" in present and len(present) == 1:
                    note("i spread, not rounded", column(got, "mouthPucker")[middle] < 0.25)
    mean = {name: float(np.median(v) if name.endswith(", ms") else np.mean(v)) for name, v in found.items()}
    shut, wide = mean.pop("_gap of bilabials"), mean.pop("_gap of open vowels")
    return {**mean, "open vowels / bilabials, opening": min(wide / max(shut, 1e-9), 99.0)}


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


def coefficient_errors(items: list[Item], model: SpeechModel) -> dict[str, float]:
    """Mean absolute error of each coefficient while somebody speaks."""
    errors = []
    for item in items:
        got = model(item.wave).values
        wanted = targets(item.phonemes, duration_s=len(item.wave) / SAMPLE_RATE, wave=item.wave)
        errors.append(np.abs(got - wanted.values)[wanted.activity > 0])
    return dict(zip(NAMES, np.concatenate(errors).mean(0).tolist(), strict=True))


def with_interval(values: np.ndarray, summary: Callable[[np.ndarray], float], draws: int = 2000) -> str:
    """A figure over clips, and between which values it lies in 95 % of the draws of as many clips (bootstrap)."""
    rng = np.random.default_rng(0)
    drawn = [summary(rng.choice(values, len(values))) for _ in range(draws)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{summary(values):.2f} ({low:.2f} to {high:.2f})"
