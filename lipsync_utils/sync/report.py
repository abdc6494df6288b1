"""What a sync score says, and in which words: records, and the verdict by what viewers notice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .phonetic import PhoneticReport
from .protocol import FPS

NOTICED_MS = (-125.0, 45.0)
"""Offsets beyond which viewers begin to notice (late, early), ITU-R BT.1359-1: sound 125 ms late or 45 ms early."""

OBJECTED_MS = (-185.0, 90.0)
"""Offsets beyond which viewers object, ITU-R BT.1359-1: sound 185 ms late or 90 ms early."""

VERDICTS = ("in sync", "noticeable", "out of sync", "no agreement", "too short")
"""What a report may conclude; only the first one passes."""


COLUMNS = ("video", "verdict", "offset ms", "95 %", "confidence", "distance", "certainty", "no face")
"""Headings of :func:`table`."""


@dataclass(frozen=True)
class Moment:
    """A second of a video.

    Attributes:
        start_s: where it begins.
        confidence: mean confidence of its windows.
        glimpse: ``(112, 112, 3) uint8`` RGB thumbnail of the face then; None where there is none.
    """

    start_s: float
    confidence: float
    glimpse: np.ndarray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class SyncReport:
    """Are the lips on the sound? Offsets are positive where the sound comes early (leads the lips), as SyncNet's.

    Attributes:
        video: the file that was watched.
        audio: the file whose sound it was compared with.
        model: name and version of the expert that gave distance and confidence: only numbers of one model compare.
        verdict: one of :data:`VERDICTS`.
        reason: the verdict in a sentence.
        offset_frames: shift at which lips and sound agree best, in frames at 25 a second, whole.
        offset_ms: the same in milliseconds, between the frames.
        offset_interval_ms: 95 % confidence interval of ``offset_ms`` (block bootstrap over stretches of 0.8 s).
        distance: mean distance at that shift; smaller is better (LSE-D, where the model is SyncNet).
        confidence: median over the shifts minus ``distance``; larger is better (LSE-C, where the model is SyncNet).
        certainty: how far the best shift stands out from the others, in their standard deviations.
        curve: mean distance at each shift, offsets from +reach to -reach frames.
        per_second: confidence of each second; None where there is no face.
        worst: the seconds with the least confidence, worst first.
        windows: how many windows were compared.
        frames: how many frames of the video were watched.
        fps: how many of them are a second.
        faceless_frames: frames without a face, by number.
        faces: the largest number of faces seen at once; one was followed.
        shots: uninterrupted stretches of that face; more than one where the camera cut or the face was lost.
        phonetics: checks of single sounds, where their times were given.
        notes: what was noticed while reading the files (damage, gaps, several tracks).
    """

    video: str
    audio: str
    model: str
    verdict: str
    reason: str
    offset_frames: int
    offset_ms: float
    offset_interval_ms: tuple[float, float]
    distance: float
    confidence: float
    certainty: float
    curve: tuple[float, ...]
    per_second: tuple[float | None, ...]
    worst: tuple[Moment, ...]
    windows: int
    frames: int
    fps: float
    faceless_frames: tuple[int, ...]
    faces: int
    shots: int
    phonetics: PhoneticReport | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether a viewer would have nothing to notice."""
        return self.verdict == "in sync"

    def summary(self) -> dict[str, object]:
        """Everything but pictures, for JSON: what is not known is None."""
        worst = [{"start_s": moment.start_s, "confidence": moment.confidence} for moment in self.worst]
        phonetics = self.phonetics and vars(self.phonetics)
        return _known({**vars(self), "worst": worst, "phonetics": phonetics, "passed": self.passed})

    def sentence(self) -> str:
        """The report in one line."""
        low, high = self.offset_interval_ms
        return (
            f"{self.verdict}: {self.reason} Offset {self.offset_ms:+.0f} ms (95 %: {low:+.0f} to {high:+.0f}), "
            f"confidence {self.confidence:.3f}, distance {self.distance:.3f} ({self.model})."
        )


def judge_offset(offset_ms: float) -> tuple[str, str]:
    """Verdict and reason for lips that do agree with the sound, by ITU-R BT.1359-1.

    Args:
        offset_ms: positive where the sound is early.
    """
    way = "early" if offset_ms > 0 else "late"
    size = f"The sound is {abs(offset_ms):.0f} ms {way}"
    noticed, objected = (abs(band[int(offset_ms > 0)]) for band in (NOTICED_MS, OBJECTED_MS))
    if abs(offset_ms) <= noticed:
        return "in sync", f"{size}; viewers begin to notice at {noticed:.0f} ms."
    if abs(offset_ms) <= objected:
        return "noticeable", f"{size}: viewers notice that from {noticed:.0f} ms on (ITU-R BT.1359)."
    return "out of sync", f"{size}: viewers object to that from {objected:.0f} ms on (ITU-R BT.1359)."


def offset_of_column(column: float, count: int) -> float:
    """Milliseconds of a (fractional) column of a curve of ``count`` shifts."""
    return (count // 2 - column) * 1000.0 / FPS


def table(reports: Sequence[SyncReport]) -> str:
    """One line for each report, under a line of headings; the best confidence first.

    Confidence and distance compare only within one model; the last line names it.
    """
    ordered = sorted(reports, key=lambda report: -report.confidence)
    rows = [COLUMNS, *map(_row, ordered)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    models = ", ".join(dict.fromkeys(report.model for report in reports))
    return "\n".join([*lines, f"confidence and distance by: {models}"])


def _row(report: SyncReport) -> tuple[str, ...]:
    low, high = report.offset_interval_ms
    return (
        Path(report.video).name,
        report.verdict,
        f"{report.offset_ms:+.0f}",
        f"{low:+.0f} to {high:+.0f}",
        f"{report.confidence:.3f}",
        f"{report.distance:.3f}",
        f"{report.certainty:.1f}",
        f"{len(report.faceless_frames)} of {report.frames}",
    )


def _known(value: object) -> object:
    """Plain Python types; NaN and infinity become None."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_known(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, float):
        return value
    return round(value, 5) if math.isfinite(value) else None
