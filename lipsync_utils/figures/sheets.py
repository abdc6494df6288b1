"""Contact sheets: frames of a video side by side, for looking at a result without playing it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..faces import topology
from ..faces.geometry import apart, width_of
from .faces import Picture, pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..records import Face


def sheet(
    video: str | os.PathLike[str],
    times_s: Sequence[float],
    *,
    labels: Sequence[str] | None = None,
    mouth: bool = True,
    columns: int = 8,
) -> Figure:
    """Frames of a finished video, cut to the mouth or the face.

    Args:
        video: any video.
        times_s: moments in seconds, in rising order.
        labels: what to write over each tile; by default its time.
        mouth: cut to the mouth; otherwise to the face.
        columns: tiles in a row.

    Raises:
        InputError: a moment lies outside of the video, or nothing is asked for.
    """
    from ..faces.blazemesh import BlazeMeshDetector

    detector = BlazeMeshDetector()
    labels = labels or [f"{time:.2f} s" for time in times_s]
    tiles = []
    for image, label in zip(_frames_at(video, times_s), labels, strict=False):
        faces = detector.detect(image)
        tiles.append(Picture(_cut(image, max(faces, key=width_of), mouth) if faces else image, label))
    return pictures(tiles, columns=columns)


def _frames_at(video: str | os.PathLike[str], times_s: Sequence[float]) -> list[np.ndarray]:
    """``(H, W, 3) uint8`` RGB of the frames that are shown at these moments."""
    from ..media import open_source
    from ..records import Timeline

    source = open_source(video)
    rate = source.fps
    if not len(times_s) or source.is_picture or rate is None:
        raise InputError("A video and at least one moment in seconds are needed for a contact sheet.")
    wanted = [int(time * rate + 1e-6) for time in times_s]
    last = int(source.duration_s * rate) - 1
    if min(wanted) < 0 or max(wanted) > last or wanted != sorted(wanted):
        raise InputError(
            "Moments from {first_s:.2f} to {last_s:.2f} s were asked for; moments in rising order "
            "between 0 and {duration_s:.2f} s are needed.",
            first_s=min(times_s),
            last_s=max(times_s),
            duration_s=source.duration_s,
        )
    timeline = Timeline(fps=rate, frames=wanted[-1] + 1, duration_s=source.duration_s)
    found = {frame.index: frame.image for frame in source.frames(timeline) if frame.index in wanted}
    return [found[index] for index in wanted]


def _cut(image: np.ndarray, face: Face, mouth: bool) -> np.ndarray:
    """The square around the mouth, or around the face, within the picture."""
    points = face.points[:, :2]
    if mouth:
        middle = points[list(topology.INNER_LIP_MIDDLES)].mean(0)
        half = 0.85 * apart(points, topology.OUTER_LIP_CORNERS)
    else:
        middle, half = points.mean(0), 0.72 * float(np.ptp(points[:, 1]))
    left, top = np.maximum(middle - half, 0).astype(int)
    right, bottom = np.minimum(middle + half, image.shape[1::-1]).astype(int)
    return image[top:bottom, left:right]
