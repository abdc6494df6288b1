"""Lips of real speakers, measured on videos with sound: what the model's curves are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from baselines import loudness, recognised_opening

from lipsync_utils.faces.detector import make_detector
from lipsync_utils.faces.geometry import opening_and_width
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Face, FaceCurves
from lipsync_utils.rig import Rig
from lipsync_utils.speech import SpeechModel

KNOWN_LATE_S = {"AUDIO_LATE": 0.219}
"""Clips whose name says that their sound is late, and by how much it was measured to be: it is moved back."""

MAX_LAG = 10
"""Frames of 40 ms that the curves are moved against each other for the figure."""

FREE_LAG = 3
"""Frames of 40 ms within which the best lag may lie: published clips are not in sync to the frame."""


@dataclass(frozen=True)
class Lips:
    """A clip's sound and lips.

    Attributes:
        wave: ``(n,) float32`` mono at 16 kHz; begins when the picture begins.
        times: ``(F,)`` seconds of the frames in which the face was found.
        opening: ``(F,)`` gap between the inner lips, down the face, in lengths of the nose.
        width: ``(F,)`` distance of the mouth's corners, across the face, in distances of the eyes.
        points: ``(468, 3)`` the face in the frame with the narrowest opening, in pixels.
    """

    wave: np.ndarray
    times: np.ndarray
    opening: np.ndarray
    width: np.ndarray
    points: np.ndarray


def clips_in(folder: Path) -> list[Path]:
    """The videos of a folder by name."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".mp4", ".mpg", ".mov", ".webm", ".mkv"))


def track(path: Path) -> Lips:
    """Measure the largest face of a clip, frame by frame, without smoothing."""
    detector, points, rows, faces = make_detector(FaceOptions()), None, [], []
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
                rows.append((frame.time - first, *opening_and_width(points)))
                faces.append(points)
    times, opening, width = np.array(rows).T
    return Lips(sound(path, since=first or 0.0), times, opening, width, faces[int(np.argmin(opening))])


def cached(path: Path, folder: Path | None) -> Lips:
    """:func:`track`, kept in ``folder`` for the next time."""
    if folder is None:
        return track(path)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{path.name}.npz"
    if not file.exists():
        np.savez(file, **vars(track(path)))
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


@dataclass(frozen=True)
class Agreement:
    """How well curves follow real lips; correlations are Pearson's.

    Attributes:
        scores: of the opening, at each lag from ``-MAX_LAG`` to ``MAX_LAG``.
        zero: of the opening, at lag zero.
        best: the highest within :data:`FREE_LAG`.
        lag: where that is, in frames of 40 ms; positive: the real lips are later.
        concordance: Lin's coefficient of the opening at that lag, which punishes other extents, too; what the mesh
            reads between shut lips (the 5th percentile of the real opening) is added to the model's.
        ratio: how much the model's opening varies (standard deviation) in parts of how much the real one does.
        width: of the mouth's width, at lag zero.
        width_best: the same at the lag of ``best``.
        width_ratio: how much the model's width varies in parts of how much the real one does.
        loudness, recogniser: of the baselines' opening, at lag zero.
    """

    scores: tuple[float, ...]
    zero: float
    best: float
    lag: int
    concordance: float
    ratio: float
    width: float
    width_best: float
    width_ratio: float
    loudness: float
    recogniser: float


def agreement(lips: Lips, model: SpeechModel, *, sound_late_s: float = 0.0) -> Agreement:
    """The model, which gets nothing but the sound, against the lips."""
    opening, width = shown(lips, model(lips.wave))

    def at(lag: int, curve: np.ndarray) -> np.ndarray:
        return sampled(curve, lips.times - lag * 0.04 + sound_late_s)

    scores = [correlation(at(k, opening), lips.opening) for k in range(-MAX_LAG, MAX_LAG + 1)]
    near = scores[MAX_LAG - FREE_LAG : MAX_LAG + FREE_LAG + 1]
    lag = int(np.argmax(near)) - FREE_LAG
    recognised = recognised_opening(lips.wave)
    return Agreement(
        tuple(scores),
        scores[MAX_LAG],
        max(near),
        lag,
        concordance(at(lag, opening) + np.percentile(lips.opening, 5), lips.opening),
        float(at(lag, opening).std() / lips.opening.std()),
        correlation(at(0, width), lips.width),
        correlation(at(lag, width), lips.width),
        float(at(lag, width).std() / lips.width.std()),
        correlation(at(0, loudness(lips.wave)), lips.opening),
        np.nan if recognised is None else correlation(at(0, recognised), lips.opening),
    )


def shown(lips: Lips, curves: FaceCurves) -> tuple[np.ndarray, np.ndarray]:
    """Opening and width of the mouth, ``(T,)`` each, that the rig gives this very face under the curves."""
    rig = Rig.load()
    points = lips.points.astype(np.float32)
    fitted = rig.fit(Face(np.array([*points[:, :2].min(0), *points[:, :2].max(0)]), points, 1.0))
    columns = rig.columns(curves.names)
    moved = (fitted.move(row, columns) for row in curves.values)
    opening, width = np.array([opening_and_width(points) for points in moved]).T
    return opening, width


def sampled(curve: np.ndarray, times: np.ndarray) -> np.ndarray:
    """A curve at 100 Hz at some times, blurred as a camera's exposure and the tracker blur."""
    window = np.hanning(9)[1:-1]
    blurred = np.convolve(curve, window / window.sum(), mode="same")
    return np.interp(times, np.arange(len(blurred)) / CURVE_RATE, blurred)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's; 0 where one of them does not vary."""
    return float(np.corrcoef(one, other)[0, 1]) if min(one.std(), other.std()) > 0.0 else 0.0


def concordance(one: np.ndarray, other: np.ndarray) -> float:
    """Lin's coefficient (*Biometrics* 1989): 1 only where both are equal, not merely in proportion."""
    apart = (one.mean() - other.mean()) ** 2
    return float(2 * np.cov(one, other, bias=True)[0, 1] / (one.var() + other.var() + apart))


def sound_late(path: Path) -> float:
    """By how much a clip's sound is known to be late, in seconds; 0 for all but those that say so."""
    return next((late for word, late in KNOWN_LATE_S.items() if word in path.stem), 0.0)
