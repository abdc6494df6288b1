"""One frozen set of options per stage. Unknown names and impossible values are refused where they enter."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from fractions import Fraction

from .errors import InputError

MAX_SIDE = 4096
"""Longest side of an output in pixels; what common H.264 decoders play."""

WHEN_SHORT = ("loop", "pingpong", "freeze", "cut")
"""What may follow the end of a video that is shorter than the voice."""


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
        badge: draw a small label, "AI-generated", into the corner of every picture.
    """

    crf: int = 17
    preset: str = "superfast"
    audio_kbps: int = 192
    badge: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise InputError(f"crf={self.crf} was asked for; 0 (lossless) to 51 (coarsest) are possible, 17 is usual.")


@dataclass(frozen=True)
class Wav2LipOptions:
    """The engine ``wav2lip``.

    Attributes:
        checkpoint: a file with the generator's weights, or the name of one of the published ones (``lipsync models``);
            None takes what is in the cache, else fetches the preferred one.
        device: ``"auto"``, ``"cpu"``, ``"cuda"`` ...
        precision: ``"float32"`` is exact, ``"auto"`` is the fastest that the device is good at; see
            :class:`~lipsync_utils.wav2lip.fast.FastWav2Lip`.
        enhancer: what is done to the generated mouth before it is put into the frame: ``"none"``, ``"sharpen"`` ...
        pads: added to the face's box at the top, bottom, left and right, in pixels of a face that is 200 pixels high
            (the published code counts in the source's own pixels, so that its crop depends on the resolution).
    """

    checkpoint: str | os.PathLike[str] | None = None
    device: str = "auto"
    precision: str = "auto"
    enhancer: str = "none"
    pads: tuple[float, float, float, float] = (0.0, 10.0, 0.0, 0.0)


@dataclass(frozen=True)
class RunOptions:
    """Options of :func:`lipsync_utils.run`.

    Attributes:
        engine: ``"auto"``, ``"rig"`` or ``"wav2lip"``.
        fps: output frame rate; None takes 25 for a picture and the source's own rate for a video.
        preview: half size and coarser encoding, for a quick look.
        max_side: longest side of the output in pixels, 64 to 4096 (what common H.264 decoders play); larger sources
            are made smaller.
        when_short: what follows the end of a video that is shorter than the voice: ``"loop"``, ``"pingpong"``
            (backwards and forwards again), ``"freeze"`` (its last frame), or ``"cut"`` (the output ends with it).
    """

    engine: str = "auto"
    fps: Fraction | None = None
    preview: bool = False
    max_side: int = MAX_SIDE
    when_short: str = "loop"
    face: FaceOptions = field(default_factory=FaceOptions)
    motion: MotionOptions = field(default_factory=MotionOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    wav2lip: Wav2LipOptions = field(default_factory=Wav2LipOptions)

    def __post_init__(self) -> None:
        if not 64 <= self.max_side <= MAX_SIDE:
            raise InputError(f"max_side={self.max_side} was asked for; 64 to {MAX_SIDE} pixels are possible.")
        if self.when_short not in WHEN_SHORT:
            raise InputError(f"Unknown when_short={self.when_short!r}. Choose one of: {', '.join(WHEN_SHORT)}.")
