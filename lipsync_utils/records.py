"""The records that travel between stages. Arrays are never modified once they are in a record.

Conventions, everywhere in the package: pictures are ``(H, W, 3) uint8``, **RGB**, but for the planes that frames of
videos carry (:mod:`~lipsync_utils.pixels`); pixel coordinates are float32 with
the *centre* of the top-left pixel at (0, 0), x to the right and y down; times are seconds; analysis audio is mono
float32 at 16 kHz in [-1, 1].
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from .options import ALL, Span

if TYPE_CHECKING:
    import numpy as np

    from .pixels import Pixels

SAMPLE_RATE = 16_000
"""Rate of analysis audio, in samples per second."""

CURVE_RATE = 100
"""Rate of speech features and face curves, in frames per second."""


@dataclass(frozen=True)
class Timeline:
    """The output's clock: made once, obeyed by every stage.

    Attributes:
        fps: exact frame rate of the output.
        frames: number of video frames, ``ceil(duration x fps)``.
        duration_s: length of the sound in seconds.
    """

    fps: Fraction
    frames: int
    duration_s: float

    @classmethod
    def covering(cls, samples: int, rate: int, fps: Fraction) -> Timeline:
        """Timeline just long enough for ``samples`` of audio at ``rate`` per second."""
        exact = Fraction(samples, rate)
        return cls(fps=fps, frames=math.ceil(exact * fps), duration_s=float(exact))

    def time_of(self, index: int) -> float:
        """Time at which frame ``index`` is shown, in seconds."""
        return float(index / self.fps)

    def sample(self, rows: np.ndarray, rate: float) -> np.ndarray:
        """Something known at another rate, at the middle of the time that each frame is shown.

        Args:
            rows: ``(T, ...)`` floating point, row ``i`` at ``i / rate`` seconds.
            rate: rows per second.

        Returns:
            ``(frames, ...)`` of the same type, linear between the rows; after the last row, the last row.
        """
        import numpy as np

        at = (np.arange(self.frames) + 0.5) / float(self.fps) * rate
        low = np.clip(np.floor(at).astype(int), 0, len(rows) - 1)
        high = np.minimum(low + 1, len(rows) - 1)
        part = (at - np.floor(at)).astype(rows.dtype).reshape(-1, *[1] * (rows.ndim - 1))
        return rows[low] * (1 - part) + rows[high] * part


@dataclass(frozen=True)
class Frame:
    """One picture of a source on the timeline.

    Attributes:
        index: position on the output timeline.
        time_s: presentation time in the source, in seconds (0 for a still picture).
        pixels: ``(H, W, 3) uint8`` RGB, or the planes that the file holds. Repeated frames share them.
    """

    index: int
    time_s: float
    pixels: Pixels

    @property
    def image(self) -> np.ndarray:
        """``(H, W, 3) uint8`` RGB; of planes it is made when it is asked for, and kept."""
        from .pixels import as_rgb

        return as_rgb(self.pixels)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Face:
    """One face in one picture.

    Attributes:
        box: ``(4,) float32`` left, top, right, bottom in pixels, tight around the face from brows to chin.
        points: ``(468, 3) float32`` face mesh (MediaPipe topology): x and y in pixels; z in pixels too, relative to
            the head's centre, negative towards the camera.
        score: the detector's confidence, 0 to 1.
    """

    box: np.ndarray
    points: np.ndarray
    score: float


@dataclass(frozen=True)
class TrackedFrame:
    """A frame and the chosen face in it.

    Attributes:
        frame: the frame.
        face: None where there is none.
        continues: it is the face of the frame before, moved on; not after cuts, and not where it was found anew.
        covered: 1 where something is before the mouth, so that it must be left alone; less in the few frames before
            and after, where it fades.
    """

    frame: Frame
    face: Face | None
    continues: bool = False
    covered: float = 0.0


@dataclass(frozen=True)
class Phoneme:
    """One spoken sound: IPA symbol, start and end in seconds. Silence is the empty symbol."""

    ipa: str
    start_s: float
    end_s: float
    stress: int = 0


@dataclass(frozen=True)
class Speech:
    """The voice, prepared for analysis.

    Attributes:
        wave: ``(n,) float32`` mono at :data:`SAMPLE_RATE`.
        samples: length of the *source* track, or of what is taken of it, in samples at ``rate`` (the output keeps
            exactly this length).
        rate: the source's own sample rate.
        channels: the source's own number of channels.
        path: where the source lies; its sound goes into the output at full quality.
        track: which of several sound tracks of the source, counting from 1; None: its default.
        lead_s: silence at the beginning, as long as the source, a video, shows its picture before it sounds.
        notes: what was noticed while reading (gaps, silence, several tracks), and what was done about it.
        span: what is taken of the source.
    """

    wave: np.ndarray
    samples: int
    rate: int
    channels: int
    path: str
    track: int | None = None
    lead_s: float = 0.0
    notes: tuple[str, ...] = ()
    span: Span = ALL

    @property
    def duration_s(self) -> float:
        """Exact length in seconds."""
        return self.samples / self.rate


@dataclass(frozen=True)
class FaceCurves:
    """Face motion over time, the common language between speech, motion and render.

    Attributes:
        names: ARKit blendshape names, one per column.
        values: ``(T, len(names)) float32``, mostly in [0, 1].
        rate: rows per second.
        activity: ``(T,) float32`` probability that somebody speaks, 0 to 1.
    """

    names: tuple[str, ...]
    values: np.ndarray
    rate: float
    activity: np.ndarray


@dataclass(frozen=True)
class HeadMotion:
    """Idle life on the timeline, one row per video frame.

    Attributes:
        rotation: ``(T, 3) float32`` pitch (nod, positive: chin down), yaw, roll in radians, relative to the picture.
        shift: ``(T, 2) float32`` x and y displacement in units of the face's width.
        gaze: ``(T, 2) float32`` how far the irises are turned across and down, in widths of the eye.
        blink: ``(T,) float32`` eyelid closure, 0 open to 1 shut.
        face: ``(T, 17) float32`` coefficients of :data:`lipsync_utils.expression.NAMES`, 0 to 1.
        breath: ``(T,) float32`` how far the shoulders are raised, 0 to 1.
    """

    rotation: np.ndarray
    shift: np.ndarray
    gaze: np.ndarray
    blink: np.ndarray
    face: np.ndarray
    breath: np.ndarray

    @cached_property
    def moves(self) -> bool:
        """Whether anything but the lips ever moves."""
        return self.turns or any(rows.any() for rows in (self.gaze, self.blink, self.face))

    @cached_property
    def turns(self) -> bool:
        """Whether the head ever moves."""
        return any(rows.any() for rows in (self.rotation, self.shift, self.breath))

    def at(self, index: int) -> dict[str, object]:
        """Frame ``index`` as :meth:`~lipsync_utils.render.portrait.PortraitRenderer.render` wants it."""
        if not self.moves:
            return {}
        face = {"gaze": self.gaze[index], "blink": float(self.blink[index]), "face": self.face[index]}
        if not self.turns:
            return face
        head = {"rotation": self.rotation[index], "shift": self.shift[index], "breath": float(self.breath[index])}
        return head | face


@dataclass(frozen=True)
class SpeakerReport:
    """What became of one speaker.

    Attributes:
        face: which face it was to be, as :class:`~lipsync_utils.options.FaceOptions` chooses, in the output's pixels.
        faceless_frames: frames of a video in which it was not seen; its lips were left as they were there.
        covered_frames: likewise, in which something is before the mouth.
    """

    face: str | int | tuple[float, float]
    faceless_frames: tuple[int, ...] = ()
    covered_frames: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunReport:
    """What a run did; ``lipsync run --json`` prints it.

    Attributes:
        scale: pixels of the output for each of the source.
        window: what is shown of the source: left, top, width and height in its pixels; None: all of it.
        load_s: time to load models and compile loops, in seconds; the other times do not include it.
        wall_s: from reading the inputs to the finished file.
        frames_per_second: ``frames / wall_s``.
        first_frame_s: from reading the inputs to the first finished picture.
        peak_rss_mb: largest resident memory of the process in MB; None where the system does not tell.
        faceless_frames: frames of a video without a face, passed through as they were; of several speakers, none was
            seen there.
        covered_frames: frames of a video in which something is before the mouth, passed through as they were; of
            several speakers, before one of them.
        speakers: each of them, in the order in which they were given; mostly one.
        models: name and version of what was run.
    """

    output: str
    engine: str
    engine_reason: str
    frames: int
    fps: float
    width: int
    height: int
    duration_s: float
    load_s: float
    wall_s: float
    frames_per_second: float
    first_frame_s: float
    peak_rss_mb: float | None
    faceless_frames: tuple[int, ...] = ()
    covered_frames: tuple[int, ...] = ()
    speakers: tuple[SpeakerReport, ...] = ()
    warnings: tuple[str, ...] = ()
    models: dict[str, str] = field(default_factory=dict)
    scale: float = 1.0
    window: tuple[int, int, int, int] | None = None
