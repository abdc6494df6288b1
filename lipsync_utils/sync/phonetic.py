"""Phonetic checks, where the times of the sounds are known: lips shut in p, b, m, round in u and w, quiet in silence.

They are measured on the finished file with the face mesh, which knows nothing of what was rendered. Gaps are in units
of the mouth's width at rest. A gap counts as closed up to three deviations of the measurement over the gap at rest, but
at least a :data:`HAIR`, which nobody sees (0.6 pixels in a mouth 50 pixels wide). That this says something is shown by
the open vowels, judged by the same threshold: none of them may count as closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..faces import topology
from ..faces.geometry import apart
from ..records import Phoneme

HAIR = 0.012
"""A gap that nobody sees, in mouth widths."""

AFTER_SOUND_S, BEFORE_SOUND_S = 0.20, 0.12
"""The lips may take so long to come to rest, and may start so early."""

BILABIALS = frozenset({"p", "b", "m"})
OPEN_VOWELS = frozenset({"a", "æ", "ɑ", "aɪ", "aʊ"})
ROUNDED, SPREAD = frozenset({"u", "w"}), frozenset({"i"})

_UPPER, _LOWER = (lip[topology.LIP_MIDDLE] for lip in (topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER))


@dataclass(frozen=True)
class Lips:
    """The mouth in each frame of a file, as the face mesh sees it.

    Attributes:
        fps: frames per second.
        gap: ``(n,)`` between the inner lips, in distances between the outer eye corners; NaN without a face.
        width: ``(n,)`` between the mouth's corners, likewise.
    """

    fps: float
    gap: np.ndarray
    width: np.ndarray

    def frames_in(self, start_s: float, end_s: float) -> np.ndarray:
        """Frames whose middle is shown in that time; the nearest one if there is none."""
        inside = np.flatnonzero((self.middle >= start_s) & (self.middle < end_s))
        return inside if inside.size else np.array([np.argmin(np.abs(self.middle - (start_s + end_s) / 2))])

    @property
    def middle(self) -> np.ndarray:
        """``(n,)`` seconds: the middle of the time that each frame is shown."""
        return (np.arange(len(self.gap)) + 0.5) / self.fps

    def frame_of(self, phoneme: Phoneme) -> int:
        """The middle frame of a sound, or of the first part of a diphthong."""
        share = 0.3 if len(base(phoneme)) > 1 else 0.5
        time = phoneme.start_s + share * (phoneme.end_s - phoneme.start_s)
        return min(int(time * self.fps), len(self.gap) - 1)


@dataclass(frozen=True)
class Rest:
    """Lips at rest: what their gap is measured against.

    Attributes:
        unit: width of the mouth, in distances between the outer eye corners.
        gap: mean gap, in mouth widths.
        deviation: standard deviation of the gap, in mouth widths.
    """

    unit: float
    gap: float
    deviation: float

    @property
    def limit(self) -> float:
        """Largest gap that counts as closed, in mouth widths."""
        return self.gap + max(3.0 * self.deviation, HAIR)


@dataclass(frozen=True)
class PhoneticReport:
    """How the lips keep to the sounds; NaN where a kind of sound does not occur.

    Attributes:
        bilabials: how many p, b, m there are.
        bilabials_closed: part of them whose smallest gap, over the frames whose middle lies in the sound, is closed.
        silent_frames: how many frames lie from 200 ms after a sound to 120 ms before the next.
        silence_closed: part of them with closed lips.
        open_vowels: how many open vowels there are.
        open_vowels_closed: part of them whose middle frame counts as closed: should be 0.
        open_gap: their gap, median, in mouth widths.
        rounding: median width of the mouth in u and w, divided by that in i.
    """

    bilabials: int
    bilabials_closed: float
    silent_frames: int
    silence_closed: float
    open_vowels: int
    open_vowels_closed: float
    open_gap: float
    rounding: float


def gap_and_width(points: np.ndarray) -> tuple[float, float]:
    """Gap between the inner lips and width of the mouth on a mesh ``(468, 3)``, in distances of the eyes' corners."""
    flat = points[:, :2].astype(np.float64)
    left, right = flat[list(topology.OUTER_LIP_CORNERS)]
    along = right - left
    down = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    eyes = apart(flat, topology.OUTER_EYE_CORNERS)
    return float((flat[_LOWER, :] - flat[_UPPER, :]).mean(0) @ down / eyes), float(np.linalg.norm(along) / eyes)


def rest_in(lips: Lips, phonemes: Sequence[Phoneme]) -> Rest:
    """Rest as seen in the pauses of the speech itself: its more closed half, so that a mouth that moves there shows.

    Raises:
        InputError: hardly any pause with a face.
    """
    silent = silent_frames(lips, phonemes)
    silent = silent[np.isfinite(lips.gap[silent])]
    if len(silent) < 5:
        raise InputError(
            "The speech has {count} frames of silence with a face; at least 5 are needed to know this mouth at "
            "rest. Give a video with a pause of half a second, or leave the phonemes out.",
            count=len(silent),
        )
    gap, unit = lips.gap[silent], float(np.median(lips.width[silent]))
    lower = gap[gap <= np.median(gap)]
    return Rest(unit, float(lower.mean()) / unit, float(lower.std()) / unit)


def check(lips: Lips, phonemes: Sequence[Phoneme], rest: Rest) -> PhoneticReport:
    """All phonetic checks of one video."""
    gap = lips.gap / rest.unit
    closures = [float(np.nanmin(gap[lips.frames_in(p.start_s, p.end_s)], initial=np.inf)) for p in bilabials(phonemes)]
    vowels = np.array([gap[lips.frame_of(p)] for p in phonemes if base(p) in OPEN_VOWELS])
    silence = gap[silent_frames(lips, phonemes)]
    return PhoneticReport(
        bilabials=len(closures),
        bilabials_closed=share(closures, rest.limit),
        silent_frames=len(silence),
        silence_closed=share(silence, rest.limit),
        open_vowels=len(vowels),
        open_vowels_closed=share(vowels, rest.limit),
        open_gap=_median(vowels),
        rounding=_median(_widths(lips, phonemes, ROUNDED)) / _median(_widths(lips, phonemes, SPREAD)),
    )


def bilabials(phonemes: Sequence[Phoneme]) -> list[Phoneme]:
    """The sounds in which lips must meet."""
    return [p for p in phonemes if base(p) in BILABIALS]


def base(phoneme: Phoneme) -> str:
    """The symbol without length and secondary articulation."""
    return phoneme.ipa.rstrip("ːˑˤˠʷʰʲ")


def silent_frames(lips: Lips, phonemes: Sequence[Phoneme]) -> np.ndarray:
    """Frames in which nobody speaks, nor has just spoken, nor is about to."""
    silent = np.ones(len(lips.gap), bool)
    for phoneme in phonemes:
        if phoneme.ipa:
            early, late = phoneme.start_s - BEFORE_SOUND_S, phoneme.end_s + AFTER_SOUND_S
            silent &= (lips.middle < early) | (lips.middle > late)
    return np.flatnonzero(silent)


def share(values: Sequence[float] | np.ndarray, limit: float) -> float:
    """Share of values up to the limit; those that could not be measured do not count as such. NaN of none."""
    return float(np.mean(np.asarray(values) <= limit)) if len(values) else float("nan")


def _widths(lips: Lips, phonemes: Sequence[Phoneme], kind: frozenset[str]) -> np.ndarray:
    return np.array([lips.width[lips.frame_of(p)] for p in phonemes if base(p) in kind])


def _median(values: np.ndarray) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")
