"""From timed phonemes to face curves: coarticulation by dominance, with closures that nothing may open.

Vowels and rounding blend by dominance functions (Cohen and Massaro, *Modeling coarticulation in synthetic visual
speech*, 1993) and lead the sound, as lips do (Öhman 1967; on real speakers 60 to 120 ms). The obligatory gestures of
JALI (Edwards et al., SIGGRAPH 2016) come on top and coincide with the sound: p, b, m shut the lips for the whole
closure; f, v bring the lower lip to the teeth; sibilants and dentals keep the jaw nearly shut.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..records import CURVE_RATE, SAMPLE_RATE, FaceCurves, Phoneme
from .composing import CONTACTS, Gestures, compose
from .visemes import CHANNELS, NAMES, Viseme, is_vowel, visemes_of

LEAD_S = 0.085
"""How much the opening of a vowel is ahead of its sound."""

ROUNDING_LEAD_S = 0.105
"""How much protrusion is ahead of its sound."""

CONSONANT_LEAD_S = 0.05
"""The same for consonants, whose own sound the lips shape."""

ONSET_S = 0.12
"""The lips start to move this long before the sound after a pause."""

RELEASE_S = 0.16
"""The lips are at rest this long after the last sound."""

ROUNDED = 0.45
"""Sounds whose pose puckers the lips at least so far round them, whatever surrounds them."""

SHORT_PAUSE_S = 0.15
"""The mouth does not come to rest in pauses shorter than this."""

_JAW = CHANNELS.index("jawOpen")
_ROUND = [CHANNELS.index(name) for name in ("mouthFunnel", "mouthPucker", "jawForward")]
_OPEN = [i for i in range(len(CHANNELS)) if i not in _ROUND]
_REACH_S = 0.35


@dataclass(frozen=True)
class Segment:
    """One viseme in time."""

    viseme: Viseme
    start_s: float
    end_s: float
    stress: int = 0


def segments_of(phonemes: Sequence[Phoneme]) -> list[Segment]:
    """Phonemes as visemes in time; the first part of a diphthong takes 55 % of it."""
    segments = []
    for phoneme in phonemes:
        parts = visemes_of(phoneme.ipa)
        length = phoneme.end_s - phoneme.start_s
        edges = np.linspace(0.0, 1.0, len(parts) + 1) if len(parts) != 2 else np.array([0.0, 0.55, 1.0])
        for i, viseme in enumerate(parts):
            start, end = (phoneme.start_s + length * float(e) for e in edges[i : i + 2])
            segments.append(Segment(viseme, start, end, phoneme.stress))
    return segments


def targets(phonemes: Sequence[Phoneme], *, duration_s: float, wave: np.ndarray | None = None) -> FaceCurves:
    """Face curves that speak the phonemes.

    Args:
        phonemes: in order, times in seconds.
        duration_s: length of the result in seconds.
        wave: ``(n,) float32`` mono at 16 kHz; if given, louder vowels open more and softer ones less.

    Returns:
        Curves named :data:`visemes.NAMES` at 100 Hz, in [0, 1]; exactly 0 in silence. ``activity`` is 1 while somebody
        speaks, pauses under 150 ms included, and 0 elsewhere.

    Raises:
        InputError: if the phonemes are not in order.
    """
    planned = gestures(phonemes, duration_s=duration_s, wave=wave)
    return FaceCurves(NAMES, compose(planned), CURVE_RATE, planned.activity)


def gestures(phonemes: Sequence[Phoneme], *, duration_s: float, wave: np.ndarray | None = None) -> Gestures:
    """What :func:`targets` is composed of; the same arguments and errors. This is what the network learns."""
    if any(b.start_s < a.start_s for a, b in itertools.pairwise(phonemes)):
        raise InputError("Received phonemes that are not in order of time; sort them by start_s.")
    times = np.arange(math.ceil(round(duration_s * CURVE_RATE, 6))) / CURVE_RATE
    segments = segments_of(phonemes)
    spans = speech_spans(phonemes)
    pose = _blend(segments, times, _loudness(wave, times))
    _limit_jaw(pose, segments, times)
    gate = _gate(spans, times)[:, None]
    contacts = np.stack([closure(segments, times, kind) for kind in CONTACTS], axis=1)
    return Gestures(_smooth(pose * gate), contacts * gate, _activity(spans, times))


def speech_spans(phonemes: Sequence[Phoneme]) -> list[tuple[float, float]]:
    """Stretches of speech as (start, end) in seconds; pauses under :data:`SHORT_PAUSE_S` do not part them."""
    spans: list[tuple[float, float]] = []
    for phoneme in phonemes:
        if visemes_of(phoneme.ipa)[0].kind == "silence":
            continue
        if spans and phoneme.start_s - spans[-1][1] < SHORT_PAUSE_S:
            spans[-1] = (spans[-1][0], phoneme.end_s)
        else:
            spans.append((phoneme.start_s, phoneme.end_s))
    return spans


def closure(segments: Sequence[Segment], times: np.ndarray, kind: str = "bilabial") -> np.ndarray:
    """How far the obligatory contact of a kind of sound is made at each time, ``(T,)`` from 0 to 1.

    Bilabial stops hold it until their burst, m until just before its end; the lips take about 60 ms to come and go.
    Lips that are at rest before or after it stay shut. Rounding takes longer and is early: it is a vowel's.
    """
    contact = np.zeros(len(times))
    for i, segment in enumerate(segments):
        hold = _hold(segment, kind)
        if hold is None:
            continue
        start, end = hold
        if kind == "bilabial":
            first = i == 0 or _is_pause(segments[i - 1])
            last = i == len(segments) - 1 or _is_pause(segments[i + 1])
            start, end = start - first * ONSET_S, end + last * (RELEASE_S - 0.04)
        rise, fall = (0.1, 0.09) if kind == "rounded" else (0.06, 0.05)
        window = _window(times, start - rise - 0.01, end + fall + 0.01)
        contact[window] = np.maximum(contact[window], _plateau(times[window], start, end, rise=rise, fall=fall))
    return contact


def _is_pause(segment: Segment) -> bool:
    return segment.viseme.kind == "silence" and segment.end_s - segment.start_s >= SHORT_PAUSE_S


def _hold(segment: Segment, kind: str) -> tuple[float, float] | None:
    """From when to when the articulators touch, or the lips are rounded; None where the sound does not need that."""
    start, end, pose = segment.start_s, segment.end_s, segment.viseme.pose
    length = end - start
    if kind == "rounded":
        return (start - 0.05, max(end - 0.05, start)) if pose.get("mouthPucker", 0.0) >= ROUNDED else None
    if segment.viseme.kind != kind:
        return None
    if kind == "bilabial":
        nasal = pose["jawOpen"] > 0.13
        return start, end - (0.01 if nasal else min(0.25 * length, 0.03))
    return start + 0.1 * length, end - 0.15 * length


def _blend(segments: Sequence[Segment], times: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """Weighted mean of the poses by dominance, ``(T, channels)``."""
    weighted = np.zeros((len(times), len(CHANNELS)))
    total = np.full_like(weighted, 1e-6)
    for segment in segments:
        viseme = segment.viseme
        window = _window(times, segment.start_s - _REACH_S, segment.end_s + _REACH_S)
        now = times[window]
        pose = np.array([viseme.pose.get(channel, 0.0) for channel in CHANNELS])[None, :].repeat(len(now), 0)
        if is_vowel(viseme):
            pose[:, _OPEN] *= ({1: 1.1, 2: 0.98}.get(segment.stress, 0.78) * loudness[window])[:, None]
        lead, ahead = LEAD_S, ROUNDING_LEAD_S if is_vowel(viseme) else CONSONANT_LEAD_S
        if viseme.kind == "silence":
            lead = ahead = -0.02
        opening = viseme.weight * _dominance(segment, now, lead=lead, before=0.05, after=0.055)
        spread = 0.08 if viseme.rounding > 0.5 else 0.05
        rounding = viseme.rounding * _dominance(segment, now, lead=ahead, before=spread, after=0.045)
        for columns, dominance in ((_OPEN, opening), (_ROUND, rounding)):
            part = np.ix_(window, columns)
            weighted[part] += dominance[:, None] * pose[:, columns]
            total[part] += dominance[:, None]
    return weighted / total


def _dominance(segment: Segment, times: np.ndarray, *, lead: float, before: float, after: float) -> np.ndarray:
    """1 during the segment (moved ahead by ``lead``), falling exponentially on both sides."""
    early = np.maximum(segment.start_s - lead - times, 0.0)
    late = np.maximum(times - (segment.end_s - lead), 0.0)
    return np.exp(-early / before - late / after)


def _limit_jaw(values: np.ndarray, segments: Sequence[Segment], times: np.ndarray) -> None:
    """Sounds made at the teeth need a nearly shut jaw, whatever surrounds them."""
    for segment in segments:
        limit = segment.viseme.jaw_limit
        if limit >= 1.0:
            continue
        third = (segment.end_s - segment.start_s) / 3.0
        window = _window(times, segment.start_s - 0.1, segment.end_s + 0.1)
        hold = _plateau(times[window], segment.start_s + third, segment.end_s - third, rise=0.09, fall=0.08)
        values[window, _JAW] -= hold * np.maximum(values[window, _JAW] - limit, 0.0)


def _gate(spans: Sequence[tuple[float, float]], times: np.ndarray) -> np.ndarray:
    """1 in speech, 0 at rest, ``(T,)``."""
    gate = np.zeros(len(times))
    for start, end in spans:
        gate = np.maximum(gate, _plateau(times, start - 0.02, end, rise=ONSET_S - 0.02, fall=RELEASE_S - 0.02))
    return gate


def _activity(spans: Sequence[tuple[float, float]], times: np.ndarray) -> np.ndarray:
    active = np.zeros(len(times), np.float32)
    for start, end in spans:
        active[(times >= start - 0.005) & (times < end)] = 1.0
    return active


def _plateau(times: np.ndarray, start: float, end: float, *, rise: float, fall: float) -> np.ndarray:
    """1 from ``start`` to ``end`` with raised-cosine flanks outside."""
    up = np.clip((times - (start - rise)) / rise, 0.0, 1.0)
    down = np.clip(((max(end, start) + fall) - times) / fall, 0.0, 1.0)
    return 0.25 * (1.0 - np.cos(np.pi * up)) * (1.0 - np.cos(np.pi * down))


def _window(times: np.ndarray, start: float, end: float) -> np.ndarray:
    """Indices of the times between ``start`` and ``end``."""
    return np.arange(max(math.floor(start * CURVE_RATE), 0), max(min(math.ceil(end * CURVE_RATE) + 1, len(times)), 0))


def _loudness(wave: np.ndarray | None, times: np.ndarray) -> np.ndarray:
    """Factor on the opening of vowels, 0.65 to 1.3, from the level within 100 ms relative to the utterance's."""
    if wave is None or not len(wave) or not len(times):
        return np.ones(len(times))
    hop = SAMPLE_RATE // CURVE_RATE
    padded = np.zeros(len(times) * hop)
    padded[: min(len(wave), len(padded))] = wave[: len(padded)]
    power = np.convolve(np.square(padded).reshape(-1, hop).mean(1), np.hanning(13)[1:-1] / 6.0, mode="same")
    voiced = power[power > 0.05 * power.max()] if power.max() > 0.0 else np.ones(1)
    level = 10.0 * np.log10((power + 1e-9) / (voiced.mean() + 1e-9))
    return np.clip(1.0 + 0.04 * level, 0.65, 1.3)


def _smooth(values: np.ndarray) -> np.ndarray:
    """Gaussian of 15 ms over time: nothing on a face jumps."""
    radius = 4
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / 1.5) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(values, ((radius, radius), (0, 0)))
    return sum(weight * padded[i : i + len(values)] for i, weight in enumerate(kernel))
