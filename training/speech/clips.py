"""Lip opening of real speakers, measured on videos with sound: what the model's opening is compared with."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from lipsync_utils.faces.detector import make_detector
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import SAMPLE_RATE

INNER_UPPER, INNER_LOWER = (82, 13, 312), (87, 14, 317)
"""Points of the face mesh in the middle of the inner lips."""

EYES = (33, 263)


def real_opening(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A clip's sound ``(n,)`` at 16 kHz, and times in seconds and lip opening (in eye distances) of its frames."""
    detector, points, times, lips = make_detector(FaceOptions()), None, [], []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            image = frame.to_ndarray(format="rgb24")
            face = detector.refine(image, points) if points is not None else None
            if face is None:
                face = max(detector.detect(image), key=lambda f: f.box[2] - f.box[0], default=None)
            points = None if face is None else face.points
            if face is not None and frame.time is not None:
                gap = points[list(INNER_LOWER), :2].mean(0) - points[list(INNER_UPPER), :2].mean(0)
                times.append(frame.time)
                lips.append(np.linalg.norm(gap) / np.linalg.norm(points[EYES[0], :2] - points[EYES[1], :2]))
    return _sound(path), np.array(times), np.array(lips)


def _sound(path: Path) -> np.ndarray:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
    parts = []
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32)
