"""Watch a finished video: its face is tracked afresh, and its mouth measured 25 times a second."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, NoFaceError
from ..faces.detector import FaceDetector, make_detector
from ..faces.tracking import Follower
from ..pixels import Pixels, part_of
from ..records import Timeline
from ..streaming import prefetch
from .mouth import MOUTH_MEASURES, measure
from .protocol import FPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..media import Source
    from ..options import FaceOptions

MAX_RATE = 30
"""Videos with more frames a second are watched at 25: quicker, and lips do not move faster."""

AHEAD = 4
"""Frames that are decoded ahead."""

GLIMPSE = 112
"""Side of a thumbnail in pixels."""

_MARGIN = 0.25  # of the face's size, around it in a thumbnail


@dataclass(frozen=True)
class Mouth:
    """What was seen of one face in a video.

    Attributes:
        path: the video.
        timeline: the clock by which it was watched.
        measures: ``(T, 12) float32`` (:data:`~.mouth.MOUTH_MEASURES`), 25 a second; row ``i`` is about the time
            ``(i + 0.5) / 25`` s; NaN without a face.
        run: ``(T,) int`` number of the uninterrupted stretch that a row belongs to; -1 without a face. A cut, or a
            face that was lost, begins a new one.
        boxes: ``(T, 4) float32`` left, top, right, bottom of the whole mesh in pixels; NaN without a face.
        faceless: watched frames without a face, by their number.
        most_faces: the largest number of faces that were seen at once.
        glimpses: ``{second: (112, 112, 3) uint8}`` RGB thumbnail of the face in the middle of each second.
    """

    path: str
    timeline: Timeline
    measures: np.ndarray
    run: np.ndarray
    boxes: np.ndarray
    faceless: tuple[int, ...]
    most_faces: int
    glimpses: dict[int, np.ndarray]


def open_video(path: str | os.PathLike[str], **tracks: int | None) -> Source:
    """A video to watch; ``tracks`` as :func:`~lipsync_utils.media.open_source` takes them.

    Raises:
        InputError: missing, damaged, or a picture.
    """
    from ..media import open_source

    source = open_source(path, role="video", **tracks)
    if source.is_picture:
        raise InputError(
            "{path!r} is a picture; a video is needed, since only motion can be on the sound.", path=source.path
        )
    return source


def watch(
    source: Source,
    options: FaceOptions,
    *,
    detector: FaceDetector | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Mouth:
    """Follow one face through a video, from nothing but its pixels.

    Args:
        source: from :func:`open_video`.
        options: which face; nothing is smoothed.
        detector: one that is already there; by default the one that ``options`` names.
        step: told ``(done, total)`` after each frame.

    Raises:
        NoFaceError: no face in any frame.
    """
    timeline = timeline_of(source)
    follower = Follower(detector or make_detector(options), options, quick=True)
    found, times, runs, faceless, glimpses = [], [], [], [], {}
    run, previous = -1, None
    for frame in prefetch(source.frames(timeline, when_short="freeze", exact=False), depth=AHEAD):
        if previous is not None and frame.pixels is previous:
            if faceless and faceless[-1] == frame.index - 1:
                faceless.append(frame.index)
            continue
        previous = frame.pixels
        face, continues = follower.step(frame)
        step(frame.index + 1, timeline.frames)
        if face is None:
            faceless.append(frame.index)
            continue
        run += not continues
        flat = face.points[:, :2]
        box = np.concatenate([flat.min(axis=0), flat.max(axis=0)])
        found.append(np.concatenate([measure(face.points[None])[0], box]))
        times.append(frame.time_s + 0.5 / float(timeline.fps))
        runs.append(run)
        if int(frame.time_s) not in glimpses and frame.time_s % 1.0 >= 0.4:
            glimpses[int(frame.time_s)] = _glimpse(frame.pixels, box)
    if not found:
        raise NoFaceError(
            "No face was found in any of the {frames} frames of {path!r} ({width}x"
            "{height}). Give a video in which a face is seen from the front, at least {least:g} "
            "pixels wide, or choose another face.",
            frames=timeline.frames,
            path=source.path,
            width=source.width,
            height=source.height,
            least=options.min_size,
        )
    count = max(1, math.floor(source.duration_s * FPS + 1e-6))
    grid, number = _on_grid(np.array(found), np.array(times), np.array(runs), count, 0.75 / float(timeline.fps))
    return Mouth(
        path=source.path,
        timeline=timeline,
        measures=grid[:, : len(MOUTH_MEASURES)],
        run=number,
        boxes=grid[:, len(MOUTH_MEASURES) :],
        faceless=tuple(faceless),
        most_faces=follower.most_faces,
        glimpses=glimpses,
    )


def timeline_of(source: Source) -> Timeline:
    """The clock by which a video is watched: its own, or 25 a second where it is faster than :data:`MAX_RATE`."""
    fps = source.fps if source.fps and source.fps <= MAX_RATE else Fraction(FPS)
    return Timeline(fps=fps, frames=max(1, round(source.duration_s * fps)), duration_s=source.duration_s)


def _on_grid(
    found: np.ndarray, times: np.ndarray, runs: np.ndarray, count: int, reach_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Rows at 25 a second, interpolated within each run; NaN and -1 elsewhere."""
    grid = (np.arange(count) + 0.5) / FPS
    out = np.full((count, found.shape[1]), np.nan, np.float32)
    number = np.full(count, -1)
    for run in range(runs[-1] + 1):
        own = runs == run
        within = (grid >= times[own][0] - reach_s) & (grid <= times[own][-1] + reach_s)
        out[within] = np.stack([np.interp(grid[within], times[own], column) for column in found[own].T], axis=1)
        number[within] = run
    return out, number


def _glimpse(pixels: Pixels, box: np.ndarray) -> np.ndarray:
    """The face, square, as far as the picture reaches."""
    import cv2

    middle, half = (box[:2] + box[2:]) / 2, (0.5 + _MARGIN) * float((box[2:] - box[:2]).max())
    left, top = np.maximum(np.round(middle - half), 0).astype(int)
    right, bottom = np.maximum(np.round(middle + half), 1).astype(int)
    image = part_of(pixels, (left, top, min(right, pixels.shape[1]), min(bottom, pixels.shape[0])))
    return cv2.resize(image, (GLIMPSE, GLIMPSE), interpolation=cv2.INTER_AREA)
