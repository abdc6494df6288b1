"""One frozen set of options per stage. Unknown names and impossible values are refused where they enter."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field, fields
from fractions import Fraction
from numbers import Integral, Real

from .choices import DETECTORS, ENGINES, ENHANCERS, one_of
from .errors import InputError
from .messages import Message

DEFAULT_FPS = Fraction(25)
"""Frame rate of the output where neither the options nor the source say one."""

MAX_FPS = 120

MAX_SIDE = 4096
"""Longest side of an output in pixels; what common H.264 decoders play."""

WHEN_SHORT = {
    "loop": Message("the video is repeated"),
    "pingpong": Message("the video is shown backwards and forwards again"),
    "freeze": Message("its last frame stays"),
    "cut": Message("the voice is cut off with it"),
}
"""What may follow the end of a video that is shorter than the voice, and how people are told."""

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
"""Of the encoder x264, from the quickest to the slowest."""

SHAPES = {"source": None, "9:16": (9, 16), "4:5": (4, 5), "1:1": (1, 1), "16:9": (16, 9)}
"""What an output may be shaped like: as its source, or as wide to as high. Stories and short films stand upright, feeds
show 4:5 and 1:1, players 16:9."""

PARTS = ("whole", "head", "face")
"""What of a source is shown: all of it, or the heads (hair and shoulders with them) or the faces of those who speak."""

LEAST_PART = 16
"""Sides of a part that is given by its corner and size are at least so many pixels long."""

FaceChoice = str | int | tuple[float, float]
"""``"largest"``, an index (0 is the left-most face), or an ``(x, y)`` point in pixels (nearest face)."""

STYLES = ("still", "calm", "natural", "lively")
"""How much life a still picture may get."""

EXPRESSIONS = ("neutral", "friendly", "serious", "sad", "surprised")
"""What a still picture may look like while it speaks; see :mod:`~lipsync_utils.expression`."""

ARTICULATION = (0.5, 1.5)
"""Least and most that may be asked for."""

PRECISIONS = ("auto", "float32", "bfloat16", "float16")
"""In which a network may compute."""


@dataclass(frozen=True)
class FaceOptions:
    """Which face, and how its track is smoothed.

    Attributes:
        choose: see :data:`FaceChoice`.
        min_size: smallest face that is accepted, as the width of its box in pixels.
        smooth_s: standard deviation of the centred smoothing of a video's track, in seconds (at most 2).
        detector: ``"embedded"`` or ``"face-alignment"``.
    """

    choose: FaceChoice = "largest"
    min_size: float = 40.0
    smooth_s: float = 0.03
    detector: str = "embedded"

    def __post_init__(self) -> None:
        _settle(self, choose=_choice_of_face(self.choose))
        _check_number(self, "min_size", 0, math.inf, Message("a number of pixels from 0 on, such as 40"))
        _check_number(self, "smooth_s", 0, 2, Message("a number of seconds from 0 to 2, such as 0.03"))
        DETECTORS.check(self.detector)


@dataclass(frozen=True)
class MotionOptions:
    """How the face moves.

    Attributes:
        style: life of a still picture, one of :data:`STYLES`: ``"natural"`` moves head, eyes and brows two thirds as
            much as people do, ``"calm"`` less, ``"lively"`` as much; ``"still"`` moves the lips only.
        expression: of a still picture, one of :data:`EXPRESSIONS`. Brows, cheeks and lids have it with every engine,
            the corners of the mouth with ``rig``.
        seed: fixes the random part.
        articulation: how far mouth and jaw move, from 0.5 (mumbled) over 1 (as the voice is heard) to 1.5 (very
            clear). Lips that have to touch do so all the same. Only the engine ``rig`` obeys it.
    """

    style: str = "natural"
    seed: int = 0
    articulation: float = 1.0
    expression: str = "neutral"

    def __post_init__(self) -> None:
        one_of("motion", self.style, STYLES)
        one_of("expression", self.expression, EXPRESSIONS)
        _check_number(self, "seed", 0, math.inf, Message("a whole number from 0 on"), whole=True)
        _check_number(self, "articulation", *ARTICULATION, Message("a number from 0.5 to 1.5, such as 1"))


@dataclass(frozen=True)
class Cue:
    """Words and when they are heard or shown: start and end in seconds; lines of the text are parted by ``"\\n"``."""

    from_s: float
    to_s: float
    text: str


@dataclass(frozen=True)
class WriteOptions:
    """How the result is encoded.

    Attributes:
        crf: H.264 constant rate factor, 0 to 51; 17 is visually lossless, larger is smaller and coarser.
        preset: one of :data:`PRESETS`; faster presets give larger files.
        audio_kbps: AAC bit rate per channel pair, in kbit/s, 16 to 1024.
        badge: draw a small label, "AI-generated", into the corner of every picture.
        subtitles: words to draw into the pictures; in order, none overlapping.
    """

    crf: int = 17
    preset: str = "superfast"
    audio_kbps: int = 192
    badge: bool = False
    subtitles: tuple[Cue, ...] = ()

    def __post_init__(self) -> None:
        coarseness = Message("a whole number from 0 (lossless) to 51 (coarsest), such as 17")
        _check_number(self, "crf", 0, 51, coarseness, whole=True)
        one_of("preset", self.preset, PRESETS)
        _check_number(self, "audio_kbps", 16, 1024, Message("a whole number from 16 to 1024, such as 192"), whole=True)
        _check(self, "badge", isinstance(self.badge, bool), Message("True or False"))
        are_cues = isinstance(self.subtitles, tuple | list) and all(isinstance(cue, Cue) for cue in self.subtitles)
        _check(self, "subtitles", are_cues, Message("a tuple of Cue"))
        _settle(self, subtitles=tuple(self.subtitles))


@dataclass(frozen=True)
class Wav2LipOptions:
    """The engine ``wav2lip``.

    Attributes:
        checkpoint: a file with the generator's weights, or the name of one of the published ones (``lipsync models``);
            ``"official"``: the one in the cache, else the preferred one is fetched; None takes our own, and where this
            copy of the package has none, the official ones.
        device: ``"auto"``, ``"cpu"``, ``"cuda"`` ...
        precision: one of :data:`PRECISIONS`: ``"float32"`` is exact, ``"auto"`` is the fastest that the device is good
            at; see :class:`~lipsync_utils.wav2lip.fast.FastWav2Lip`.
        enhancer: what is done to the generated mouth before it is put into the frame: ``"none"``, ``"sharpen"`` ...
        pads: added to the face's box at the top, bottom, left and right, in pixels of a face that is 200 pixels high
            (the published code counts in the source's own pixels, so that its crop depends on the resolution).
    """

    checkpoint: str | os.PathLike[str] | None = None
    device: str = "auto"
    precision: str = "auto"
    enhancer: str = "none"
    pads: tuple[float, float, float, float] = (0.0, 10.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        is_path = isinstance(self.checkpoint, str | os.PathLike) and str(self.checkpoint)
        named = self.checkpoint is None or is_path
        _check(self, "checkpoint", named, Message("a file, a name that 'lipsync models' lists, or None"))
        if not isinstance(self.device, str) or not re.fullmatch(r"[a-z]\w*(:\d+)?", self.device):
            raise InputError(
                "The device {device!r} was asked for; a name such as 'auto', 'cpu', 'cuda' or 'cuda:1' is needed.",
                device=self.device,
            )
        one_of("precision", self.precision, PRECISIONS)
        ENHANCERS.check(self.enhancer)
        are_four = isinstance(self.pads, tuple | list) and len(self.pads) == 4
        fit = are_four and all(_is_number(pad, 0, 1000) for pad in self.pads)
        _check(self, "pads", fit, Message("four numbers from 0 to 1000 (top, bottom, left, right)"))
        _settle(self, pads=tuple(float(pad) for pad in self.pads))


@dataclass(frozen=True)
class Turn:
    """A stretch of the voice, and the face that speaks it.

    Attributes:
        from_s: where it begins, in seconds.
        to_s: where it ends; what lies beyond the voice's end is cut off.
        face: see :data:`FaceChoice`.
    """

    from_s: float
    to_s: float
    face: FaceChoice

    def __post_init__(self) -> None:
        for name in ("from_s", "to_s"):
            _check_number(self, name, 0, math.inf, Message("a number of seconds from 0 on, such as 2.5"))
        if self.from_s >= self.to_s:
            raise InputError(
                "A turn was given from {from_s:g} to {to_s:g} s; it must end after it begins. Correct its times.",
                from_s=self.from_s,
                to_s=self.to_s,
            )
        _settle(self, face=_choice_of_face(self.face))


@dataclass(frozen=True)
class Span:
    """A stretch of a recording or a video, on the clock of a player.

    Attributes:
        from_s: where it begins, in seconds.
        to_s: where it ends; None, and what lies beyond the file's own end: with the file.
    """

    from_s: float = 0.0
    to_s: float | None = None

    def __post_init__(self) -> None:
        needed = Message("a number of seconds from 0 on, such as 2.5")
        _check_number(self, "from_s", 0, math.inf, needed)
        if self.to_s is not None:
            _check_number(self, "to_s", 0, math.inf, needed)
            if self.to_s <= self.from_s:
                raise InputError(
                    "A part from {from_s:g} to {to_s:g} s was asked for; it must end after it begins. Correct its "
                    "times.",
                    from_s=self.from_s,
                    to_s=self.to_s,
                )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == ALL


@dataclass(frozen=True)
class RunOptions:
    """Options of :func:`lipsync_utils.run`.

    Attributes:
        engine: ``"auto"``, ``"rig"`` or ``"wav2lip"``.
        fps: output frame rate, as :func:`exact_rate` takes it and then exact; None takes 25 for a picture and the
            source's own rate for a video.
        preview: half size and coarser encoding, for a quick look.
        max_side: longest side of the output in pixels, 64 to 4096 (what common H.264 decoders play); larger sources
            are made smaller.
        shape: of the output, one of :data:`SHAPES`; how large it gets is said in :mod:`~lipsync_utils.framing`.
        part: of the source that is shown: one of :data:`PARTS`, or left, top, width and height in its own pixels. Where
            it is given in pixels, faces count within it; otherwise in the whole source.
        voice_span: the stretch of the voice's file that is spoken, exact to the sample. Turns count from its beginning.
        video_span: the stretch of the face's video that is shown, exact to the frame.
        video_track: of a face's file with several videos, which one, counting from 1; None takes its default.
        audio_track: likewise, of a voice's file with several sounds.
        when_short: what follows the end of a video that is shorter than the voice: ``"loop"``, ``"pingpong"``
            (backwards and forwards again), ``"freeze"`` (its last frame), or ``"cut"`` (the output ends with it).
        turns: who speaks the one voice when; each face named rests otherwise, the others stay as they are. Turns of
            different faces may overlap. Without any, one face speaks all of it.
    """

    engine: str = "auto"
    fps: Fraction | float | str | None = None
    preview: bool = False
    max_side: int = MAX_SIDE
    shape: str = "source"
    part: str | tuple[int, int, int, int] = "whole"
    voice_span: Span = field(default_factory=Span)
    video_span: Span = field(default_factory=Span)
    when_short: str = "loop"
    video_track: int | None = None
    audio_track: int | None = None
    turns: tuple[Turn, ...] = ()
    face: FaceOptions = field(default_factory=FaceOptions)
    motion: MotionOptions = field(default_factory=MotionOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    wav2lip: Wav2LipOptions = field(default_factory=Wav2LipOptions)

    def __post_init__(self) -> None:
        ENGINES.check(self.engine, also=("auto",))
        _settle(self, fps=None if self.fps is None else exact_rate(self.fps))
        _check(self, "preview", isinstance(self.preview, bool), Message("True or False"))
        side = Message("a whole number of pixels from 64 to {most}", most=MAX_SIDE)
        _check_number(self, "max_side", 64, MAX_SIDE, side, whole=True)
        one_of("shape", self.shape, tuple(SHAPES))
        _settle(self, part=_part(self.part))
        one_of("when_short", self.when_short, tuple(WHEN_SHORT))
        for name in ("video_track", "audio_track"):
            if getattr(self, name) is not None:
                _check_number(self, name, 1, 1000, Message("a whole number from 1 on, or None"), whole=True)
        are_turns = isinstance(self.turns, tuple | list) and all(isinstance(turn, Turn) for turn in self.turns)
        _check(self, "turns", are_turns, Message("a tuple of Turn"))
        _settle(self, turns=tuple(self.turns))
        for part in fields(self):
            kind = part.default_factory
            if isinstance(kind, type):
                needed = Message("an instance of {kind}", kind=kind.__name__)
                _check(self, part.name, isinstance(getattr(self, part.name), kind), needed)


def exact_rate(value: str | float | Fraction) -> Fraction:
    """A frame rate as broadcasting means it: 29.97 is 30000/1001, 25 is 25.

    Args:
        value: a number, or text such as ``"25"``, ``"29.97"`` or ``"30000/1001"``.

    Raises:
        InputError: no number, or outside of 1 to :data:`MAX_FPS` frames a second.
    """
    try:
        rate = Fraction(0 if isinstance(value, bool) else value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):  # also NaN and infinity
        rate = Fraction(0)
    if not 1 <= rate <= MAX_FPS:
        raise InputError(
            "A frame rate of {value!r} was asked for; a number of frames a second from 1 to {most} is needed, "
            "such as 25, 29.97 or 30000/1001.",
            value=value,
            most=MAX_FPS,
        )
    broadcast = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    if rate.denominator > 1 and abs(rate - broadcast) < Fraction(1, 100):
        return broadcast
    return rate.limit_denominator(1001)  # containers count time in 32 bits


# --- checks ----------------------------------------------------------------------------------------------------------


def _is_number(value: object, low: float, high: float, *, whole: bool = False) -> bool:
    """Whether it is one, finite and within the limits; truth values count as none."""
    kind = Integral if whole else Real
    return isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high and abs(value) < math.inf


def _check_number(options: object, name: str, low: float, high: float, needed: Message, *, whole: bool = False) -> None:
    value = getattr(options, name)
    _check(options, name, _is_number(value, low, high, whole=whole), needed)
    _settle(options, **{name: int(value) if whole else float(value)})


def _check(options: object, name: str, fits: bool, needed: Message) -> None:
    if not fits:
        raise InputError(
            "{name}={value!r} was asked for; needed is {needed}.",
            name=name,
            value=getattr(options, name),
            needed=needed,
        )


def _choice_of_face(how: object) -> FaceChoice:
    if isinstance(how, str) and how == "largest":
        return how
    if _is_number(how, 0, math.inf, whole=True):
        return int(how)
    is_point = isinstance(how, tuple | list) and len(how) == 2
    if is_point and all(_is_number(value, -math.inf, math.inf) for value in how):
        return float(how[0]), float(how[1])
    raise InputError(
        "Unknown choice of face {how!r}. Use 'largest', a number (0 is the left-most), or a point (x, y) in pixels.",
        how=how,
    )


def _part(how: object) -> str | tuple[int, int, int, int]:
    if how in PARTS:
        return how
    are_four = isinstance(how, tuple | list) and len(how) == 4
    lows = (0, 0, LEAST_PART, LEAST_PART)
    if are_four and all(_is_number(value, low, math.inf, whole=True) for value, low in zip(how, lows, strict=True)):
        return tuple(int(value) for value in how)
    raise InputError(
        "The part {how!r} was asked for; 'whole', 'head', 'face', or left, top, width and height in whole pixels of "
        "the source are needed, such as 200,100,640,480 (sides of at least {least}).",
        how=how,
        least=LEAST_PART,
    )


def _settle(options: object, **values: object) -> None:
    """Give options that are frozen the values in their own form."""
    for name, value in values.items():
        object.__setattr__(options, name, value)


ALL = Span()  # here, since it is checked as well
"""A recording or a video from its beginning to its end."""
