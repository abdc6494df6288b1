"""Speakers who are not ours: from timed phonemes to face curves with a style of their own, for the sync expert only.

The speech model learned one way of articulating (``lipsync_utils/speech/phonetics.py``). An expert that had learned the
same would find our own results perfect and real people wrong. So here every speaker draws their own: how far the jaw
opens and the lips round and spread, how early they move, how widely sounds blend, how firmly lips meet, what each class
of sounds looks like, how loudness opens the mouth, and what the mouth does when it does not speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Phoneme
from lipsync_utils.speech.composing import CONTACTS, Gestures, compose
from lipsync_utils.speech.phonetics import Segment, segments_of
from lipsync_utils.speech.visemes import CHANNELS, KINDS, is_vowel

_INDEX = {name: i for i, name in enumerate(CHANNELS)}
_ROUND = [_INDEX[name] for name in ("mouthFunnel", "mouthPucker", "jawForward")]
_OPEN = [i for i in range(len(CHANNELS)) if i not in _ROUND]
_REACH_S = 0.4

_GROUPS = {
    "jaw": ("jawOpen",),
    "rounding": ("mouthFunnel", "mouthPucker"),
    "spread": ("mouthSmile", "mouthStretch"),
    "lower lip": ("mouthLowerDown",),
    "upper lip": ("mouthUpperUp",),
}


@dataclass(frozen=True)
class Style:
    """How one speaker articulates; drawn by :meth:`draw`.

    Attributes:
        scale: ``(channels,)`` how far each channel goes.
        kinds: for each class of sounds, ``(channels,)`` a further factor.
        weights: for each class of sounds, a factor on its dominance.
        lead_s: by how much vowels, rounding and consonants are ahead of their sound.
        before_s, after_s: widths of the blending on both sides of a sound.
        contact: how completely lips, lip and teeth, tongue and teeth meet.
        loudness: by how much more the mouth opens, for each 6 dB, in a louder vowel; half of it in all sounds.
        pause_s: shorter pauses do not close the mouth.
        idle: how much the mouth does of itself.
    """

    scale: np.ndarray
    kinds: dict[str, np.ndarray]
    weights: dict[str, float]
    lead_s: tuple[float, float, float]
    before_s: float
    after_s: float
    contact: np.ndarray
    loudness: float
    pause_s: float
    idle: float
    rest: np.ndarray = field(repr=False)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Style:
        """A speaker."""
        scale = np.full(len(CHANNELS), np.exp(rng.normal(0.0, 0.15)))
        for channels in _GROUPS.values():
            scale[[_INDEX[name] for name in channels]] *= np.exp(rng.normal(0.0, 0.35))
        lead = rng.uniform(0.02, 0.10)
        rest = np.zeros(len(CHANNELS))
        rest[_INDEX["mouthSmile"]] = max(rng.normal(0.0, 0.1), 0.0)
        rest[_INDEX["jawOpen"]] = max(rng.normal(-0.02, 0.04), 0.0)
        return cls(
            scale=scale,
            kinds={kind: np.exp(rng.normal(0.0, 0.25, len(CHANNELS))) for kind in KINDS},
            weights={kind: float(np.exp(rng.normal(0.0, 0.3))) for kind in KINDS},
            lead_s=(lead, lead + rng.uniform(-0.01, 0.05), lead - rng.uniform(0.0, 0.04)),
            before_s=0.055 * np.exp(rng.normal(0.0, 0.3)),
            after_s=0.055 * np.exp(rng.normal(0.0, 0.3)),
            contact=1.0 - rng.uniform(0.0, 0.35, len(CONTACTS)) * (rng.random(len(CONTACTS)) < 0.5),
            loudness=rng.uniform(0.0, 0.2),
            pause_s=rng.uniform(0.12, 0.45),
            idle=rng.uniform(0.0, 1.0),
            rest=rest,
        )


def speak(phonemes: Sequence[Phoneme], wave: np.ndarray, style: Style, rng: np.random.Generator) -> np.ndarray:
    """Face curves of a speaker: ``(T, len(NAMES)) float32`` at 100 Hz for a sound of ``T / 100`` seconds.

    Args:
        phonemes: in order of time.
        wave: ``(n,) float32`` mono at 16 kHz.
        style: the speaker.
        rng: for what differs from time to time: timing and effort of each sound, idle motion.
    """
    times = np.arange(len(wave) * CURVE_RATE // SAMPLE_RATE) / CURVE_RATE
    segments = _unsteady(segments_of(phonemes), rng)
    loud = _level(wave, len(times))
    pose = _blend(segments, times, 1.0 + style.loudness * loud, style, rng)
    pose[:, _OPEN] *= 1.0 + 0.5 * style.loudness * loud[:, None]
    gate = _gate(segments, times, style)[:, None]
    contacts = np.stack([_contact(segments, times, kind, style) for kind in CONTACTS], axis=1)
    idle = _idle(len(times), rng) * style.idle
    pose = np.clip(pose * gate + style.rest + idle, 0.0, 1.0)
    return compose(Gestures(pose, contacts * style.contact * gate, gate[:, 0]))


def _unsteady(segments: list[Segment], rng: np.random.Generator) -> list[Segment]:
    """Nobody keeps time to the millisecond."""
    moves = rng.normal(0.0, 0.012, len(segments))
    return [Segment(s.viseme, s.start_s + m, s.end_s + m, s.stress) for s, m in zip(segments, moves, strict=True)]


def _blend(
    segments: Sequence[Segment], times: np.ndarray, loudness: np.ndarray, style: Style, rng: np.random.Generator
) -> np.ndarray:
    """Weighted mean of the poses, ``(T, channels)``; weights fall as Gaussians, not exponentially as the model's."""
    weighted = np.zeros((len(times), len(CHANNELS)))
    total = np.full_like(weighted, 1e-4)
    efforts = np.exp(rng.normal(0.0, 0.2, len(segments)))
    for segment, effort in zip(segments, efforts, strict=True):
        viseme, vowel = segment.viseme, is_vowel(segment.viseme)
        first = max(int((segment.start_s - _REACH_S) * CURVE_RATE), 0)
        now = times[first : max(int((segment.end_s + _REACH_S) * CURVE_RATE) + 1, 0)]
        if not len(now):
            continue
        pose = np.array([viseme.pose.get(channel, 0.0) for channel in CHANNELS]) * style.scale
        pose = pose * style.kinds[viseme.kind] * (effort * {1: 1.1, 2: 1.0}.get(segment.stress, 0.82) if vowel else 1.0)
        rows = slice(first, first + len(now))
        quiet = viseme.kind == "silence"
        opening, rounding, consonant = (-0.02, -0.02, -0.02) if quiet else style.lead_s
        for columns, weight, lead, wide in (
            (_OPEN, viseme.weight, opening if vowel or quiet else consonant, 1.0),
            (_ROUND, viseme.rounding, rounding, 1.5 if viseme.rounding > 0.5 else 1.0),
        ):
            early = np.maximum(segment.start_s - lead - now, 0.0) / (style.before_s * wide)
            late = np.maximum(now - segment.end_s + lead, 0.0) / style.after_s
            share = weight * style.weights[viseme.kind] * np.exp(-0.5 * (early**2 + late**2))
            target = pose[columns][None] * (loudness[rows, None] if vowel and columns is _OPEN else 1.0)
            weighted[rows, columns] += share[:, None] * target
            total[rows, columns] += share[:, None]
        if viseme.jaw_limit < 1.0:
            _limit(weighted, total, segment, rows, now, viseme.jaw_limit * style.scale[_INDEX["jawOpen"]])
    return weighted / total


def _limit(weighted, total, segment: Segment, rows: slice, now: np.ndarray, limit: float) -> None:
    """Sounds made at the teeth pull the jaw up: a heavy vote for a nearly shut one."""
    middle, half = 0.5 * (segment.start_s + segment.end_s), 0.5 * (segment.end_s - segment.start_s)
    share = 1.5 * np.exp(-0.5 * np.square((now - middle) / (0.6 * half + 0.015)))
    weighted[rows, _INDEX["jawOpen"]] += share * limit
    total[rows, _INDEX["jawOpen"]] += share


def _contact(segments: Sequence[Segment], times: np.ndarray, kind: str, style: Style) -> np.ndarray:
    """How far a contact is made, ``(T,)``: complete in the sound, coming and going in 30 to 90 ms."""
    out = np.zeros(len(times))
    flank = 0.5 * (style.before_s + style.after_s)
    for segment in segments:
        if segment.viseme.kind == kind:
            length = segment.end_s - segment.start_s
            start, end = segment.start_s - 0.25 * style.lead_s[2], segment.end_s - 0.2 * length
            away = np.maximum(np.maximum(start - times, times - end), 0.0)
            out = np.maximum(out, np.exp(-0.5 * np.square(away / (0.5 * flank))))
    return out


def _gate(segments: Sequence[Segment], times: np.ndarray, style: Style) -> np.ndarray:
    """1 in speech, 0 at rest, ``(T,)``, softly."""
    speech = np.zeros(len(times))
    last = None
    for segment in segments:
        if segment.viseme.kind == "silence":
            continue
        start = segment.start_s - style.lead_s[0] - 0.03
        if last is not None and segment.start_s - last < style.pause_s:
            start = last
        speech[max(int(start * CURVE_RATE), 0) : max(int((segment.end_s + 0.06) * CURVE_RATE), 0)] = 1.0
        last = segment.end_s
    window = np.hanning(2 * int(CURVE_RATE * style.after_s * 1.6) + 3)
    return np.convolve(np.pad(speech, len(window) // 2, "edge"), window / window.sum(), mode="valid")


def _level(wave: np.ndarray, rows: int) -> np.ndarray:
    """Level in steps of 6 dB around the voice's own, ``(rows,)``, within two steps."""
    hop = SAMPLE_RATE // CURVE_RATE
    power = np.square(wave[: rows * hop].reshape(rows, hop)).mean(axis=1)
    power = np.convolve(power, np.hanning(13)[1:-1] / 6.0, mode="same") + 1e-9
    voice = power[power > 0.05 * power.max()].mean()
    return np.clip(10.0 * np.log10(power / voice) / 6.0, -2.0, 2.0)


def _idle(rows: int, rng: np.random.Generator) -> np.ndarray:
    """What the mouth does of itself: slow smiles, a jaw that hangs, lips that press; ``(rows, channels)``."""
    out = np.zeros((rows, len(CHANNELS)))
    for name, size in (("mouthSmile", 0.08), ("jawOpen", 0.03), ("mouthPress", 0.1), ("mouthPucker", 0.05),
                       ("mouthShrugLower", 0.05), ("mouthStretch", 0.04), ("mouthUpperUp", 0.03)):  # fmt: skip
        knots = rng.normal(0.0, size, max(rows // 60, 2) + 2)
        out[:, _INDEX[name]] = np.interp(np.arange(rows), np.linspace(0, rows, len(knots)), knots)
    return out
