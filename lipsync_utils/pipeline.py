"""A face and a voice in, a speaking face out. This module reads like the data-flow picture in ``ARCHITECTURE.md``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .engines.contract import Engine, Task
from .engines.registry import engine_name, load_engine, reason_for
from .errors import InputError, LipSyncError, NoFaceError
from .options import RunOptions
from .planning import Plan, make_plan
from .records import RunReport, TrackedFrame
from .reporting import MOUTH_NOT_SEEN, Listener, about_covered, peak_rss_mb, provenance

if TYPE_CHECKING:
    import numpy as np

    from .faces.detector import FaceDetector
    from .media import Source
    from .messages import Message


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
    options, listener = options or RunOptions(), listener or Listener()

    # 1. Every input is checked before anything slow.
    if loaded is not None:
        loaded.check(options)
    target = _checked_output(out, face, audio)
    source = open_source(face, track=options.video_track)
    voice = load_speech(audio, track=options.audio_track)

    # 2. One voice, one clock and one size, which every stage obeys.
    plan = make_plan(source, voice, options)
    timeline, (width, height) = plan.timeline, plan.size

    # 3. Models. Times do not include their loading.
    loading = time.perf_counter()
    loaded = loaded or load(options)
    load_s = time.perf_counter() - loading
    started += load_s
    engine, reason = loaded.engine, reason_for(options.engine)
    announcement = plan.announcement(engine.usual_speed)
    for note in (f"Engine {reason}.", *announcement):
        listener.message(note)

    # 4. Frames, the face in each, and the engine that makes it speak.
    faces = _Faces(source, plan, loaded.detector)
    speaking = faces.through(engine, Task(plan.speech, timeline, options.motion))
    for note in faces.notes:
        listener.message(note)

    # 5. The file.
    first_frame_s = 0.0
    settings = {"timeline": timeline, "speech": plan.speech, "options": plan.write, "metadata": provenance(engine)}
    with VideoWriter(target, width=width, height=height, **settings) as writer:
        for done, frame in enumerate(_exactly(timeline.frames, speaking, engine), start=1):
            writer.write(frame)
            first_frame_s = first_frame_s or time.perf_counter() - started
            listener.step("frames", done, timeline.frames)
        faces.require_one()
    wall_s = time.perf_counter() - started
    return RunReport(
        output=str(target),
        engine=engine.name,
        engine_reason=reason,
        frames=timeline.frames,
        fps=float(timeline.fps),
        width=width + width % 2,  # as the writer pads it
        height=height + height % 2,
        duration_s=timeline.duration_s,
        load_s=load_s,
        wall_s=wall_s,
        frames_per_second=timeline.frames / wall_s,
        first_frame_s=first_frame_s,
        peak_rss_mb=peak_rss_mb(),
        faceless_frames=tuple(faces.missing),
        covered_frames=tuple(faces.covered),
        warnings=(*announcement, *source.warnings, *faces.notes),
        models=engine.models,
    )


@dataclass(frozen=True)
class Loaded:
    """An engine and a detector that are kept between runs; for one run at a time.

    Attributes:
        engine: makes the face speak.
        detector: finds faces.
        options: what they were loaded for.
    """

    engine: Engine
    detector: FaceDetector
    options: RunOptions

    def check(self, options: RunOptions) -> None:
        """Make sure that a run with these options would load the same.

        Raises:
            InputError: it would not.
        """
        have, want = (
            (engine_name(one.engine), self.engine.load_key(one), one.face.detector) for one in (self.options, options)
        )
        if have != want:
            raise InputError(
                f"The loaded models are for {have}, but the run asks for {want}. Call load() with this run's options."
            )


def load(options: RunOptions | None = None) -> Loaded:
    """What :func:`run` loads at each call, for programs that make several videos.

    Args:
        options: engine, the engine's own options, and detector count; runs may differ in everything else.

    Raises:
        LipSyncError: a model is missing.
    """
    from .faces.detector import make_detector

    options = options or RunOptions()
    detector = make_detector(options.face)  # the smaller one first
    return Loaded(load_engine(options), detector, options)


class _Faces:
    """Finds the face in a source, and notes the frames of a video in which there is none, or its mouth is covered."""

    def __init__(self, source: Source, plan: Plan, detector: FaceDetector) -> None:
        self._source, self._plan, self._detector = source, plan, detector
        self.seen, self.missing, self.covered = 0, [], []
        self.veiled = False

    @property
    def notes(self) -> tuple[Message, ...]:
        """What there is to say about mouths that are covered."""
        if self.veiled:
            return (MOUTH_NOT_SEEN,)
        return about_covered(self.covered, frames=self.seen, fps=float(self._plan.timeline.fps))

    def through(self, engine: Engine, task: Task) -> Iterator[np.ndarray]:
        """The engine's frames."""
        from .faces.choosing import detect_still
        from .faces.covering import surely_covered

        frames = self._plan.frames(self._source)
        if not self._source.is_picture:
            return engine.for_video(self._tracked(frames), task)
        picture = next(frames)
        face = detect_still(picture.image, self._detector, self._plan.face)
        self.veiled = surely_covered(picture.image, face.points)
        return engine.for_picture(TrackedFrame(picture, face), task)

    def _tracked(self, frames: Iterator) -> Iterator[TrackedFrame]:
        from .faces.tracking import track

        for tracked in track(frames, self._detector, self._plan.face):
            self.seen += 1
            if tracked.face is None:
                self.missing.append(tracked.frame.index)
            elif tracked.covered >= 1:
                self.covered.append(tracked.frame.index)
            yield tracked

    def require_one(self) -> None:
        """Refuse a video in which nobody was found."""
        if not self.seen or len(self.missing) < self.seen:
            return
        number, source = self._plan.face.choose, self._source
        wanted = f"face number {number} (they count from 0 at the left)" if isinstance(number, int) else "face"
        raise NoFaceError(
            f"No {wanted} was found in any of the {self.seen} frames of {source.path!r} "
            f"({source.width}x{source.height}). Give a video in which a face is seen from the front, "
            f"at least {self._plan.face.min_size:g} pixels wide"
            + (", or choose another face." if isinstance(number, int) else ".")
        )


def _exactly(count: int, frames: Iterator[np.ndarray], engine: Engine) -> Iterator[np.ndarray]:
    """The frames of an engine, once it is sure that there are as many as the timeline has."""
    given = 0
    for given, frame in enumerate(frames, start=1):
        if given > count:
            break
        yield frame
    if given != count:
        raise LipSyncError(
            f"The engine {engine.name!r} gave {f'{given} of' if given < count else 'more than'} the {count} frames of "
            "the timeline; it must give each of them once (see lipsync_utils.engines.Engine). No output was written."
        )


def _checked_output(out: str | os.PathLike[str], *inputs: str | os.PathLike[str]) -> Path:
    """The output's path, once it is sure that it can be written and is none of the inputs."""
    from .media import check_output

    target = check_output(out)
    for path in (Path(path).expanduser() for path in inputs):
        if target.exists() and path.exists() and target.samefile(path):
            raise InputError(f"The output {str(out)!r} is also an input and would be overwritten. Choose another name.")
    return target
