"""Score a finished video: watch it, hear it, compare, and say what a viewer would."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..audio import tenths
from ..errors import InputError
from ..options import FaceOptions
from ..records import SAMPLE_RATE, Phoneme, Speech
from .mouth import MOUTH_MEASURES
from .phonetic import Lips, check, rest_in
from .protocol import FPS, Agreement, agree, distances, lowest, mean_curve
from .registry import EXPERTS
from .report import Moment, SyncReport, judge_offset, offset_of_column
from .watching import Mouth, open_video, watch

if TYPE_CHECKING:
    from ..faces.detector import FaceDetector
    from ..media import Source
    from .registry import Expert

LEAST_WINDOWS = 50
"""With fewer usable windows (two seconds) nothing can be said."""

CERTAIN = 3.0
"""Lips and sound agree where the best shift stands out by so many deviations ..."""

SETTLED_MS = 320.0
"""... and where the seconds of the video agree on it: the confidence interval of the offset is at most so wide."""

NEIGHBOURS = 4
"""Shifts on both sides of the best one that belong to it, in frames."""

LEAST_MOTION = 0.006
"""Deviation of the mouth's gap under which it does not move, in distances between the outer eye corners; by the range
of nine tenths of the frames, which is 3.3 deviations of a normal distribution."""

LEAST_LEVEL_DBFS = -55.0
"""A sound whose loudest tenth of a second lies under this has no voice in it."""

WORST = 3
"""Moments that a report shows."""

_RESAMPLES = 200
_BLOCK = 20  # windows that are drawn together, since neighbours say the same


def score(
    video: str | os.PathLike[str],
    *,
    audio: str | os.PathLike[str] | Speech | None = None,
    video_track: int | None = None,
    audio_track: int | None = None,
    model: str = "landmarks",
    face: FaceOptions | None = None,
    phonemes: Sequence[Phoneme] | None = None,
    detector: FaceDetector | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> SyncReport:
    """Measure whether the lips in a video are on its sound. The face is tracked afresh; nothing else is trusted.

    Args:
        video: any video with a face.
        audio: compare with this sound instead of the video's own; it begins with the video. What one of several
            speakers says, as :func:`~lipsync_utils.speakers.speakers_of` gives it, is compared where it is not silent.
        video_track: which of several videos in the file, counting from 1; None: its default.
        audio_track: likewise, which of several sound tracks, of ``audio`` if that is given.
        model: ``"landmarks"`` (ours, in the package) or ``"syncnet"`` (its weights are fetched).
        face: which face, where there are several; by default the largest at first sight.
        phonemes: the sounds with their times, for the phonetic checks.
        detector: a face detector that is already there.
        step: told ``(done, total)`` after each frame.

    Returns:
        The report. Short videos, several faces, cuts and frames without a face are counted in it; windows without a
        face in all of their frames are left out of every number.

    Raises:
        InputError: no video, no sound, or an unknown model.
        NoFaceError: no face in any frame.
        AssetError: the model's weights are missing and cannot be fetched.
    """
    options = replace(face or FaceOptions(), smooth_s=0.0)
    expert = EXPERTS.make(model)
    source = open_video(video, track=video_track, audio_track=None if audio else audio_track)
    wave = sound_on_clock(source, audio, track=audio_track)
    mouth = watch(source, options, detector=detector, step=step)
    count = min(len(mouth.run), max(1, len(wave) * FPS // SAMPLE_RATE))
    mouth = replace(mouth, measures=mouth.measures[:count], boxes=mouth.boxes[:count], run=mouth.run[:count])
    lips, usable = expert.lips(mouth, source)
    if not len(lips):
        raise InputError(
            "{path!r} has {count} frames at 25 a second; too few to compare one window.", path=str(video), count=count
        )
    if isinstance(audio, Speech):
        usable = usable & _speaks(wave, len(lips))
    table = distances(lips, expert.sound(wave, len(lips)), reach=expert.reach, beyond=expert.beyond)
    report = _compared(mouth, expert, table, usable, wave)
    seen = mouth_in_lengths(mouth)
    phonetics = None if phonemes is None else check(seen, phonemes, rest_in(seen, phonemes))
    heard = audio.path if isinstance(audio, Speech) else audio
    return replace(report, audio=str(heard or video), phonetics=phonetics, notes=tuple(source.warnings))


def sound_on_clock(
    source: Source, audio: str | os.PathLike[str] | Speech | None = None, *, track: int | None = None
) -> np.ndarray:
    """``(n,) float32`` at 16 kHz, beginning when the picture begins; what was noticed joins the source's warnings.

    Args:
        source: the video, whose own sound it is where ``audio`` is None.
        audio: another sound, which begins with the video.
        track: which of several sound tracks.
    """
    from ..media import load_speech

    if isinstance(audio, Speech):
        return audio.wave
    if audio is not None:
        speech = load_speech(audio, role="sound", track=track)
        source.warnings += speech.notes
        return speech.wave
    if not source.has_audio:
        raise InputError(
            "{path!r} has no sound track. Give the sound that belongs to it with --audio.", path=source.path
        )
    speech = load_speech(source.path, track=track)
    source.warnings += speech.notes
    late = round(source.audio_offset_s * SAMPLE_RATE) - round(speech.lead_s * SAMPLE_RATE)
    return np.pad(speech.wave, (late, 0)) if late > 0 else speech.wave[-late:]


def _speaks(wave: np.ndarray, count: int) -> np.ndarray:
    """``(count,) bool``: windows that begin with half a second in which anything is heard at all."""
    step = SAMPLE_RATE // FPS
    heard = np.pad(wave != 0, (0, max(0, (count + FPS // 2) * step - len(wave))))
    heard = heard[: len(heard) // step * step].reshape(-1, step).any(axis=1)
    return np.lib.stride_tricks.sliding_window_view(heard, FPS // 2).any(axis=1)[:count]


def _compared(mouth: Mouth, expert: Expert, table: np.ndarray, usable: np.ndarray, wave: np.ndarray) -> SyncReport:
    """All numbers and the verdict; ``audio`` and ``phonetics`` are filled in by :func:`score`."""
    enough = int(usable.sum()) >= LEAST_WINDOWS
    found = agree(table, usable if usable.any() else None)
    low, high = _interval(table[usable] if usable.any() else table)
    certainty = _certainty(found) if enough else float("nan")
    offset_ms = offset_of_column(lowest(found.curve), len(found.curve))
    seconds = _per_second(found)
    if not enough:
        verdict, reason = (
            "too short",
            f"Only {usable.sum()} windows of {len(mouth.run)} frames can be compared; at least {LEAST_WINDOWS} are "
            "needed (a good two seconds in which one face is seen without a cut).",
        )
    elif obstacle := _obstacle(mouth, wave, certainty, high - low, expert):
        verdict, reason = "no agreement", obstacle
    else:
        verdict, reason = judge_offset(offset_ms)
    return SyncReport(
        video=mouth.path,
        audio=mouth.path,
        model=f"{expert.name} {expert.version}",
        verdict=verdict,
        reason=reason,
        offset_frames=found.offset,
        offset_ms=offset_ms,
        offset_interval_ms=(low, high),
        distance=found.distance,
        confidence=found.confidence,
        certainty=certainty,
        curve=tuple(found.curve.tolist()),
        per_second=seconds,
        worst=_worst(seconds, mouth),
        windows=found.windows,
        frames=mouth.timeline.frames,
        fps=float(mouth.timeline.fps),
        faceless_frames=mouth.faceless,
        faces=mouth.most_faces,
        shots=int(mouth.run.max()) + 1,
    )


def _obstacle(mouth: Mouth, wave: np.ndarray, certainty: float, width_ms: float, expert: Expert) -> str | None:
    """Why no offset would mean anything; None where one does."""
    level = 10.0 * np.log10(tenths(wave).max() + 1e-12)
    if level < LEAST_LEVEL_DBFS:
        return f"There is no voice in the sound (its loudest moment is at {level:.0f} dBFS)."
    seen = mouth.measures[np.isfinite(mouth.measures).all(axis=1)]
    columns = [MOUTH_MEASURES.index(name) for name in ("inner gap, middle", "outer height")]
    low, high = np.percentile(seen[:, columns], (5, 95), axis=0)  # the first frames, in which the mesh settles, aside
    motion = float((high - low).max()) / 3.3
    if motion < LEAST_MOTION:
        return f"The mouth does not move (its opening varies by {motion:.3f} of the eyes' distance)."
    if certainty < CERTAIN or width_ms > SETTLED_MS:
        return (
            f"At no shift up to {1000 * expert.reach // FPS} ms do the lips agree with this sound: the best one stands "
            f"out by {certainty:.1f} deviations ({CERTAIN:g} are needed) and is known within {width_ms:.0f} ms "
            f"({SETTLED_MS:g} are allowed)."
        )
    return None


def _interval(rows: np.ndarray) -> tuple[float, float]:
    """95 % confidence interval of the offset in milliseconds: stretches of 0.8 s are drawn anew, 200 times."""
    rng = np.random.default_rng(0)
    blocks = max(1, round(len(rows) / _BLOCK))
    there = np.isfinite(rows)
    sums = np.stack([part.sum(axis=0) for part in np.array_split(np.where(there, rows, 0.0), blocks)])
    counts = np.stack([part.sum(axis=0) for part in np.array_split(there, blocks)])
    offsets = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, blocks, blocks)
        curve = mean_curve(sums[drawn].sum(axis=0), counts[drawn].sum(axis=0))
        offsets.append(offset_of_column(lowest(curve), len(curve)))
    low, high = np.percentile(offsets, [2.5, 97.5])
    return float(low), float(high)


def _certainty(found: Agreement) -> float:
    """How far the distance at the best shift lies under that at the others, in their standard deviations.

    The best shift's neighbours do not count as others: they share most of what makes it good.
    """
    best = found.reach - found.offset
    others = np.concatenate([found.curve[: max(best - NEIGHBOURS, 0)], found.curve[best + NEIGHBOURS + 1 :]])
    return float((np.nanmean(others) - found.distance) / (np.nanstd(others) + 1e-9))


def _per_second(found: Agreement) -> tuple[float | None, ...]:
    parts = [found.frame_confidence[first : first + FPS] for first in range(0, len(found.frame_confidence), FPS)]
    return tuple(float(np.nanmean(part)) if np.isfinite(part).any() else None for part in parts)


def _worst(seconds: tuple[float | None, ...], mouth: Mouth) -> tuple[Moment, ...]:
    known = sorted((value, second) for second, value in enumerate(seconds) if value is not None)
    return tuple(Moment(float(second), value, mouth.glimpses.get(second)) for value, second in known[:WORST])


def mouth_in_lengths(mouth: Mouth) -> Lips:
    """The mouth as the phonetic checks take it."""
    gap, width = (mouth.measures[:, MOUTH_MEASURES.index(name)] for name in ("inner gap, middle", "outer width"))
    return Lips(float(FPS), gap.astype(np.float64), width.astype(np.float64))
