"""Lips of real speakers, measured on videos with sound: what the model's curves are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from baselines import loudness, recognised_opening

from lipsync_utils.faces import topology
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves
from lipsync_utils.speech import SpeechModel, lip_opening
from lipsync_utils.speech.visemes import NAMES

INNER_UPPER, INNER_LOWER = (
    list(lip[topology.LIP_MIDDLE]) for lip in (topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER)
)
CORNERS, EYES = topology.OUTER_LIP_CORNERS, topology.OUTER_EYE_CORNERS
BRIDGE, BASE = topology.NOSE_ROOT, topology.UNDER_NOSE
"""Root and base of the nose: a length that no mouth changes and that shortens with a nod as the lips' gap does."""


KNOWN_LATE_S = {"AUDIO_LATE": 0.219}
"""Clips whose name says that their sound is late, and by how much it was measured to be: it is moved back."""

MAX_LAG = 10
"""Frames of 40 ms."""


@dataclass(frozen=True)
class Lips:
    """A clip's sound and lips.

    Attributes:
        wave: ``(n,) float32`` mono at 16 kHz; begins when the picture begins.
        times: ``(F,)`` seconds of the frames in which the face was found.
        opening: ``(F,)`` gap between the inner lips, down the face, in lengths of the nose.
        width: ``(F,)`` distance of the mouth's corners, across the face, in distances of the eyes.
    """

    wave: np.ndarray
    times: np.ndarray
    opening: np.ndarray
    width: np.ndarray


def track(path: Path) -> Lips:
    """Measure the largest face of a clip, frame by frame, without smoothing."""
    detector, points, rows = make_detector(FaceOptions()), None, []
    first = None
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            image = frame.to_ndarray(format="rgb24")
            face = detector.refine(image, points) if points is not None else None
            if face is None:
                face = max(detector.detect(image), key=lambda f: f.box[2] - f.box[0], default=None)
            points = None if face is None else face.points
            if face is not None:
                rows.append((frame.time - first, *_measure(points[:, :2])))
    return Lips(sound(path, since=first or 0.0), *np.array(rows).T)


def cached(path: Path, folder: Path | None) -> Lips:
    """:func:`track`, kept in ``folder`` for the next time."""
    if folder is None:
        return track(path)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{path.name}.npz"
    if not file.exists():
        lips = track(path)
        np.savez(file, wave=lips.wave, times=lips.times, opening=lips.opening, width=lips.width)
    return Lips(**np.load(file))


def sound(path: Path, *, since: float) -> np.ndarray:
    """The sound of a clip at 16 kHz from the time ``since`` of its own clock on, ``(n,) float32``."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
    parts, begin = [], None
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            begin = frame.time if begin is None else begin
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    wave = np.concatenate(parts).astype(np.float32)
    late = round(((begin or 0.0) - since) * SAMPLE_RATE)
    return np.pad(wave, (late, 0)) if late > 0 else wave[-late:]


def _measure(flat: np.ndarray) -> tuple[float, float]:
    """Opening and width of the mouth from points ``(468, 2)``."""
    across = flat[EYES[1]] - flat[EYES[0]]
    eyes = float(np.linalg.norm(across))
    across = across / eyes
    down = np.array([-across[1], across[0]])
    nose = float((flat[BASE] - flat[BRIDGE]) @ down)
    gap = float((flat[list(INNER_LOWER)].mean(0) - flat[list(INNER_UPPER)].mean(0)) @ down)
    return gap / nose, float((flat[CORNERS[1]] - flat[CORNERS[0]]) @ across) / eyes


@dataclass(frozen=True)
class Agreement:
    """How well curves follow real lips; correlations.

    Attributes:
        scores: of the opening, at each lag from ``-MAX_LAG`` to ``MAX_LAG``.
        zero: of the opening, at lag zero.
        best: the highest within :data:`MAX_LAG`.
        lag: where that is, in frames of 40 ms; positive: the real lips are later.
        width: of the mouth's width, at lag zero.
        loudness, recogniser: of the baselines' opening, at lag zero.
    """

    scores: tuple[float, ...]
    zero: float
    best: float
    lag: int
    width: float
    loudness: float
    recogniser: float


def agreement(lips: Lips, model: SpeechModel, *, sound_late_s: float = 0.0) -> Agreement:
    """The model, which gets nothing but the sound, against the lips."""
    curves = model(lips.wave)
    opening = lip_opening(curves)

    def at(lag_s: float, curve: np.ndarray, real: np.ndarray) -> float:
        return correlation(curve, lips.times - lag_s + sound_late_s, real)

    scores = [at(k * 0.04, opening, lips.opening) for k in range(-MAX_LAG, MAX_LAG + 1)]
    recognised = recognised_opening(lips.wave)
    return Agreement(
        tuple(scores),
        scores[MAX_LAG],
        max(scores),
        int(np.argmax(scores)) - MAX_LAG,
        at(0.0, mouth_width(curves), lips.width),
        at(0.0, loudness(lips.wave), lips.opening),
        np.nan if recognised is None else at(0.0, recognised, lips.opening),
    )


def correlation(curve: np.ndarray, times: np.ndarray, real: np.ndarray) -> float:
    """Pearson's, of a curve at 100 Hz, blurred as a camera's exposure and the tracker blur, with measured values."""
    window = np.hanning(9)[1:-1]
    blurred = np.convolve(curve, window / window.sum(), mode="same")
    return float(np.corrcoef(np.interp(times, np.arange(len(blurred)) / CURVE_RATE, blurred), real)[0, 1])


def mouth_width(curves: FaceCurves) -> np.ndarray:
    """A proxy for how wide the mouth is, ``(T,)``: spread lips widen it, rounded ones narrow it."""
    column = {name: curves.values[:, i] for i, name in enumerate(NAMES)}
    spread = column["mouthStretchLeft"] + column["mouthSmileLeft"]
    return 0.5 * spread - column["mouthPucker"] - 0.5 * column["mouthFunnel"]


def sound_late(path: Path) -> float:
    """By how much a clip's sound is known to be late, in seconds; 0 for all but those that say so."""
    return next((late for word, late in KNOWN_LATE_S.items() if word in path.stem), 0.0)
