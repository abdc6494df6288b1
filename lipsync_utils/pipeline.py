"""A face and a voice in, a speaking face out. This module reads like the data-flow picture in ``ARCHITECTURE.md``."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .engines.contract import Engine
from .engines.registry import engine_name, load_engine, reason_for
from .errors import InputError
from .messages import Message
from .options import FaceChoice, RunOptions
from .performing import Cast
from .planning import make_plan
from .records import RunReport
from .reporting import Listener, became_of, in_all, in_any, peak_rss_mb, provenance
from .speakers import Sound, load_voices

if TYPE_CHECKING:
    from .faces.detector import FaceDetector


def run(
    face: str | os.PathLike[str],
    audio: Sound | Mapping[FaceChoice, Sound],
    out: str | os.PathLike[str],
    *,
    options: RunOptions | None = None,
    listener: Listener | None = None,
    loaded: Loaded | None = None,
) -> RunReport:
    """Make a face speak, or several.

    Args:
        face: a picture or a video.
        audio: a sound file, or a video whose sound is taken; several by the faces that speak them at the same time:
            ``{0: "a.wav", 1: "b.wav"}``, as ``FaceOptions.choose`` names faces. (By turns: ``RunOptions.turns``.)
        out: the video to write (``.mp4``, ``.m4v``, ``.mov``, ``.mkv``); appears only when it is complete.
        options: see :class:`~lipsync_utils.options.RunOptions`.
        listener: is told about progress; what it raises ends the run, and no output is left.
        loaded: models that are there already, from :func:`load` with options that ask for the same ones.

    Returns:
        What was done, with measured times.

    Raises:
        LipSyncError: with a message that says what was received, what is needed and what to do; no output is left.
    """
    from .media import VideoWriter, mixed, open_source

    started = time.perf_counter()
    options, listener = options or RunOptions(), listener or Listener()

    # 1. Every input is checked before anything slow.
    if loaded is not None:
        loaded.check(options)
    target = _checked_output(out, face, *(audio.values() if isinstance(audio, Mapping) else [audio]))
    source = open_source(face, track=options.video_track, span=options.video_span)
    voice = load_voices(audio, options)

    # 2. Models. Times do not include their loading.
    loading = time.perf_counter()
    loaded = loaded or load(options)
    load_s = time.perf_counter() - loading
    started += load_s
    engine, reason = loaded.engine, reason_for(options.engine)

    # 3. Who says what, one clock, and what is shown of the source in which size, which every stage obeys.
    plan = make_plan(source, voice, options, loaded.detector)
    timeline, framing, (width, height) = plan.timeline, plan.framing, plan.framing.size
    announcement = plan.announcement(engine.usual_speed)
    for note in (Message("Engine {reason}.", reason=reason), *announcement):
        listener.message(note)

    # 4. Frames, the face in each, and the engine that makes it speak; of several faces one after the other.
    cast = Cast(source, plan, loaded.detector, options.motion)
    speaking = cast.speaking(engine)
    for note in cast.notes:
        listener.message(note)

    # 5. The file: each frame in the output's shape.
    first_frame_s, canvas = 0.0, framing.canvas(still=source.is_picture)
    settings = {"timeline": timeline, "options": plan.write, "metadata": provenance(engine)}
    with (
        mixed(plan.voices, target) as heard,
        VideoWriter(target, width=width, height=height, speech=heard, **settings) as writer,
    ):
        for done, frame in enumerate(speaking, start=1):
            writer.write(canvas.show(frame))
            first_frame_s = first_frame_s or time.perf_counter() - started
            listener.step("frames", done, timeline.frames)
        cast.require_everybody()
    wall_s, speakers = time.perf_counter() - started, cast.reports()
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
        faceless_frames=in_all(speakers),
        covered_frames=in_any(speakers),
        speakers=speakers,
        warnings=(*announcement, *source.warnings, *cast.notes, *became_of(speakers, timeline)),
        models=engine.models,
        scale=framing.scale,
        window=None if options.part == "whole" and options.shape == "source" else framing.window,
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
                "The loaded models are for {have}, but the run asks for {want}. Call load() with this run's options.",
                have=have,
                want=want,
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


def _checked_output(out: str | os.PathLike[str], *inputs: str | os.PathLike[str]) -> Path:
    """The output's path, once it is sure that it can be written and is none of the inputs."""
    from .media import check_output

    target = check_output(out)
    for path in (Path(path).expanduser() for path in inputs):
        if target.exists() and path.exists() and target.samefile(path):
            raise InputError(
                "The output {out!r} is also an input and would be overwritten. Choose another name.", out=str(out)
            )
    return target
