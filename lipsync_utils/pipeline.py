"""A face and a voice in, a speaking face out. This module reads like the data-flow picture in ``ARCHITECTURE.md``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .engines.contract import Engine, Task
from .engines.registry import choose_engine
from .errors import InputError, NoFaceError
from .options import MAX_SIDE, FaceOptions, RunOptions, WriteOptions
from .records import SAMPLE_RATE, Frame, RunReport, Speech, Timeline, TrackedFrame

if TYPE_CHECKING:
    from .faces.detector import FaceDetector
    from .media import Source

DEFAULT_FPS = Fraction(25)
LONG_S = 600.0
"""Sound longer than this is announced before work starts."""


class Listener(Protocol):
    """Told what a run does."""

    def message(self, text: str) -> None:
        """Something a person should read."""

    def step(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` frames have left the stage."""


class Silent:
    """A listener that does nothing."""

    def message(self, text: str) -> None:
        """Ignore it."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Ignore it."""


@dataclass(frozen=True)
class Loaded:
    """An engine and a detector that are kept between runs; for one run at a time.

    Attributes:
        engine: makes the face speak.
        reason: why it was taken, in a line.
        detector: finds faces.
        made_for: the options that decided about both: name and options of the engine, name of the detector.
    """

    engine: Engine
    reason: str
    detector: FaceDetector
    made_for: tuple[object, ...]


def load(options: RunOptions | None = None) -> Loaded:
    """What :func:`run` loads at each call, for programs that make several videos.

    Args:
        options: engine, the engine's own options, and detector count; runs may differ in everything else.

    Raises:
        LipSyncError: a model is missing, or there is no engine or detector of that name.
    """
    from .faces.detector import make_detector

    options = options or RunOptions()
    engine, reason = choose_engine(options.engine, options)
    return Loaded(engine, reason, make_detector(options.face), _decides_loading(options))


def _decides_loading(options: RunOptions) -> tuple[object, ...]:
    own = options.wav2lip if options.engine == "wav2lip" else None
    return options.engine, own, options.face.detector


def run(
    face: str | os.PathLike[str],
    audio: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    options: RunOptions | None = None,
    listener: Listener | None = None,
    loaded: Loaded | None = None,
) -> RunReport:
    """Make a face speak.

    Args:
        face: a picture or a video.
        audio: a sound file, or a video whose sound is taken.
        out: the video to write (``.mp4``, ``.m4v``, ``.mov``, ``.mkv``); appears only when it is complete.
        options: see :class:`~lipsync_utils.options.RunOptions`.
        listener: is told about progress; what it raises ends the run, and no output is left.
        loaded: models that are there already, from :func:`load` with options that ask for the same ones.

    Returns:
        What was done, with measured times.

    Raises:
        LipSyncError: with a message that says what was received, what is needed and what to do; no output is left.
    """
    from .media import VideoWriter, load_speech, open_source

    started = time.perf_counter()
    options, listener = options or RunOptions(), listener or Silent()
    asked_fps = None if options.fps is None else exact_rate(options.fps)
    target = _checked_output(out, face, audio)
    source = open_source(face)
    loading = time.perf_counter()
    loaded = load(options) if loaded is None else _fitting(loaded, options)
    engine, reason = loaded.engine, loaded.reason
    load_s = time.perf_counter() - loading
    speech = load_speech(audio)

    listener.message(f"Engine {reason}.")
    fps = asked_fps or source.fps or DEFAULT_FPS
    warnings = _announce(source, speech, Timeline.covering(speech.samples, speech.rate, fps), options, engine, listener)
    speech = _cut_to(source, speech) if options.when_short == "cut" else speech
    timeline = Timeline.covering(speech.samples, speech.rate, fps)
    size = _output_size(source, options, warnings)
    after = "freeze" if options.when_short == "cut" else options.when_short
    frames = _resized(source.frames(timeline, when_short=after), size)
    track = _Track(frames, loaded.detector, source, _in_output_pixels(options.face, size[0] / source.width))
    task = Task(speech=speech, timeline=timeline, still=source.is_picture, motion=options.motion)
    first_frame_s = 0.0
    with VideoWriter(
        target,
        width=size[0],
        height=size[1],
        timeline=timeline,
        speech=speech,
        options=_encoding(options),
        metadata=_provenance(engine),
    ) as writer:
        for done, frame in enumerate(engine.frames(iter(track), task), start=1):
            writer.write(frame)
            first_frame_s = first_frame_s or time.perf_counter() - started - load_s
            listener.step("frames", done, timeline.frames)
        track.require_a_face()
    wall = time.perf_counter() - started - load_s
    return RunReport(
        output=str(target),
        engine=engine.name,
        engine_reason=reason,
        frames=timeline.frames,
        fps=float(timeline.fps),
        width=size[0] + size[0] % 2,  # as the writer pads it
        height=size[1] + size[1] % 2,
        duration_s=timeline.duration_s,
        load_s=load_s,
        wall_s=wall,
        frames_per_second=timeline.frames / wall,
        first_frame_s=first_frame_s,
        peak_rss_mb=_peak_rss_mb(),
        faceless_frames=tuple(track.faceless),
        warnings=(*warnings, *source.warnings),
        models=engine.models,
    )


def _fitting(loaded: Loaded, options: RunOptions) -> Loaded:
    """The loaded models, once it is sure that they are those that were asked for."""
    if loaded.made_for != _decides_loading(options):
        raise InputError(
            f"The loaded models are for {loaded.made_for}, but the run asks for {_decides_loading(options)}. "
            "Call load() with this run's options."
        )
    return loaded


class _Track:
    """Frames with their face; counts those without one."""

    def __init__(self, frames: Iterator[Frame], detector: FaceDetector, source: Source, options: FaceOptions) -> None:
        self._frames, self._detector, self._source, self._options = frames, detector, source, options
        self.seen, self.faceless = 0, []

    def __iter__(self) -> Iterator[TrackedFrame]:
        from .faces.tracking import detect_still, track

        if self._source.is_picture:
            first = next(self._frames)
            yield TrackedFrame(first, detect_still(first.image, self._detector, self._options))
            return
        for tracked in track(self._frames, self._detector, self._options):
            self.seen += 1
            if tracked.face is None:
                self.faceless.append(tracked.frame.index)
            yield tracked

    def require_a_face(self) -> None:
        """Refuse a video in which nobody was found."""
        if not self.seen or len(self.faceless) < self.seen:
            return
        number = self._options.choose
        wanted = f"face number {number} (they count from 0 at the left)" if isinstance(number, int) else "face"
        raise NoFaceError(
            f"No {wanted} was found in any of the {self.seen} frames of {self._source.path!r} "
            f"({self._source.width}x{self._source.height}). Give a video in which a face is seen from the front, "
            f"at least {self._options.min_size:g} pixels wide"
            + (", or choose another face." if isinstance(number, int) else ".")
        )


def _checked_output(out: str | os.PathLike[str], *inputs: str | os.PathLike[str]) -> Path:
    """The output's path, once it is sure that it can be written and is none of the inputs."""
    from .media import check_output

    target = check_output(out)
    for path in (Path(path).expanduser() for path in inputs):
        if target.exists() and path.exists() and target.samefile(path):
            raise InputError(f"The output {str(out)!r} is also an input and would be overwritten. Choose another name.")
    return target


def exact_rate(value: str | float | Fraction) -> Fraction:
    """A frame rate as broadcasting means it: 29.97 is 30000/1001, 25 is 25.

    Args:
        value: a number, or text such as ``"25"``, ``"29.97"`` or ``"30000/1001"``.

    Raises:
        InputError: no number, or outside of 1 to 120 frames a second.
    """
    try:
        rate = Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):  # also NaN and infinity
        rate = Fraction(0)
    if not 1 <= rate <= 120:
        raise InputError(
            f"A frame rate of {value!r} was asked for; a number of frames a second from 1 to 120 is needed, "
            "such as 25, 29.97 or 30000/1001."
        )
    broadcast = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    if rate.denominator > 1 and abs(rate - broadcast) < Fraction(1, 100):
        return broadcast
    return rate.limit_denominator(1001)  # containers count time in 32 bits


def _announce(
    source: Source, speech: Speech, timeline: Timeline, options: RunOptions, engine: Engine, listener: Listener
) -> list[str]:
    """Say before the work starts what may surprise; returns it, for the report."""
    notes = []
    if speech.duration_s > LONG_S:
        slow, fast = (timeline.frames / speed / 60 for speed in engine.usual_speed)
        minutes = round(speech.duration_s / 60)
        length = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
        notes.append(
            f"The voice lasts {length}: {timeline.frames} frames, about {fast:.0f} to {slow:.0f} minutes of work "
            "on an ordinary machine. Ctrl-C stops it and leaves nothing behind."
        )
    if not source.is_picture and source.duration_s + 1 / timeline.fps < speech.duration_s:
        lengths = f"The video lasts {source.duration_s:.1f} s, the voice {speech.duration_s:.1f} s"
        notes.append(f"{lengths}: {_THEN[options.when_short]}.")
    for note in notes:
        listener.message(note)
    return notes


_THEN = {
    "loop": "the video is repeated",
    "pingpong": "the video is shown backwards and forwards again",
    "freeze": "its last frame stays",
    "cut": "the voice is cut off with it",
}
"""What is done about a short video, for people."""


def _cut_to(source: Source, speech: Speech) -> Speech:
    """The voice without what would be heard after the end of a video."""
    samples = min(speech.samples, round(source.duration_s * speech.rate))
    if source.is_picture or not 0 < samples < speech.samples:
        return speech
    wave = speech.wave[: round(samples * SAMPLE_RATE / speech.rate)]
    return replace(speech, wave=wave, samples=samples)


def _output_size(source: Source, options: RunOptions, warnings: list[str]) -> tuple[int, int]:
    """Width and height of the output: the source's own, unless it is too large or a preview is asked for."""
    factor = 0.5 if options.preview else 1.0
    longest = max(source.width, source.height)
    if longest * factor > options.max_side:
        factor = options.max_side / longest
        if options.max_side == MAX_SIDE:  # otherwise it was asked for
            warnings.append(
                f"The source is {source.width}x{source.height} pixels; the longer side of the output is "
                f"reduced to {MAX_SIDE}, the most that common players show."
            )
    return max(2, round(source.width * factor)), max(2, round(source.height * factor))


def _in_output_pixels(options: FaceOptions, factor: float) -> FaceOptions:
    """A point and a size that were given in the source's pixels, for frames that are ``factor`` times as large."""
    choose = options.choose
    if isinstance(choose, tuple | list):
        choose = tuple(float(value) * factor for value in choose)
    return replace(options, choose=choose, min_size=options.min_size * factor)


def _resized(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Frame]:
    """Frames of that width and height; as in the source, repeated frames share one array."""
    import cv2

    original = small = None
    for frame in frames:
        if frame.image.shape[1::-1] == size:
            yield frame
            continue
        if frame.image is not original:
            original, small = frame.image, cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
            small.setflags(write=False)
        yield replace(frame, image=small)


def _encoding(options: RunOptions) -> WriteOptions:
    return replace(options.write, crf=max(options.write.crf, 24)) if options.preview else options.write


def _provenance(engine: Engine) -> dict[str, str]:
    """Tags that say what the output is."""
    from . import __version__

    models = ", ".join(f"{name} {version}" for name, version in engine.models.items())
    return {
        "comment": f"Synthetic video: lip motion generated by AI Lip Sync {__version__}, "
        f"engine {engine.name} ({models}).",
        "description": "AI-generated: the face in this video did not speak these words.",
        "lipsync_engine": engine.name,
        "lipsync_models": models,
    }


def _peak_rss_mb() -> float | None:
    """Largest resident memory of this process so far, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
