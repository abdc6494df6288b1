"""One frozen set of options per stage. Unknown names and impossible values are refused where they enter."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from .errors import InputError


@dataclass(frozen=True)
class FaceOptions:
    """Which face, and how its track is smoothed.

    Attributes:
        choose: ``"largest"``, an index (0 is the left-most face), or an ``(x, y)`` point in pixels (nearest face).
        min_size: smallest face that is accepted, as the width of its box in pixels.
        smooth_s: standard deviation of the centred smoothing of a video's track, in seconds.
        detector: ``"embedded"`` or ``"face-alignment"``.
    """

    choose: str | int | tuple[float, float] = "largest"
    min_size: float = 40.0
    smooth_s: float = 0.03
    detector: str = "embedded"

    def __post_init__(self) -> None:
        how = self.choose
        is_number = isinstance(how, int) and not isinstance(how, bool) and how >= 0
        is_point = isinstance(how, tuple | list) and len(how) == 2
        if how != "largest" and not is_number and not is_point:
            raise InputError(
                f"Unknown choice of face {how!r}. Use 'largest', a number (0 is the left-most), "
                "or a point (x, y) in pixels."
            )


@dataclass(frozen=True)
class MotionOptions:
    """Idle life of a still picture.

    Attributes:
        style: ``"natural"`` (head sway, blinks, accents) or ``"still"`` (lips only).
        seed: fixes the random part.
    """

    style: str = "natural"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.style not in ("natural", "still"):
            raise InputError(f"Unknown motion {self.style!r}. Choose 'natural' or 'still'.")
        if not isinstance(self.seed, int) or self.seed < 0:
            raise InputError(f"The seed {self.seed!r} was given; a whole number from 0 is needed.")


@dataclass(frozen=True)
class WriteOptions:
    """How the result is encoded.

    Attributes:
        crf: H.264 constant rate factor; 17 is visually lossless, larger is smaller and coarser.
        preset: x264 preset; faster presets give larger files.
        audio_kbps: AAC bit rate per channel pair, in kbit/s.
    """

    crf: int = 17
    preset: str = "superfast"
    audio_kbps: int = 192

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise InputError(f"crf={self.crf} was asked for; 0 (lossless) to 51 (coarsest) are possible, 17 is usual.")


@dataclass(frozen=True)
class RunOptions:
    """Options of :func:`lipsync_utils.run`.

    Attributes:
        engine: ``"auto"``, ``"rig"`` or ``"wav2lip"``.
        fps: output frame rate; None takes 25 for a picture and the source's own rate for a video.
        preview: half size and coarser encoding, for a quick look.
    """

    engine: str = "auto"
    fps: Fraction | None = None
    preview: bool = False
    face: FaceOptions = field(default_factory=FaceOptions)
    motion: MotionOptions = field(default_factory=MotionOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
