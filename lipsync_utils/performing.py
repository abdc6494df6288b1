"""From a source's frames to frames in which its faces speak: each is found and followed, an engine moves its lips."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

from .engines.contract import Engine, Task
from .errors import InputError, LipSyncError, NoFaceError
from .messages import Message
from .records import Frame, SpeakerReport, TrackedFrame
from .reporting import MOUTH_NOT_SEEN
from .streaming import shared

if TYPE_CHECKING:
    import numpy as np

    from .faces.detector import FaceDetector
    from .media import Source
    from .options import FaceChoice, MotionOptions
    from .pixels import Pixels
    from .planning import Plan
    from .records import Face
    from .speakers import Speaker

SAME_FACE = 0.3
"""Two boxes that overlap by so much are of one face."""

_REMEMBERED = 1000  # frames: more than all stages together hold at a time


class Cast:
    """The speakers of a run. Notes the frames of a video in which one is not seen, or has something before the mouth.

    In a video each is followed through the source's own frames, so nobody changes for another; then the frames in which
    the first one speaks are what the second speaks in. In a still picture each moves in a copy of its own, and the
    copies are joined.

    Args:
        source: the picture or video.
        plan: what was settled.
        detector: finds their faces.
        motion: idle life of a still picture; each head lives its own.

    Attributes:
        notes: what a person should know about a still picture.
    """

    def __init__(self, source: Source, plan: Plan, detector: FaceDetector, motion: MotionOptions) -> None:
        self._source, self._plan, self._detector = source, plan, detector
        self._tasks = [
            Task(speaker.speech, plan.timeline, replace(motion, seed=motion.seed + number))
            for number, speaker in enumerate(plan.speakers)
        ]
        self._sights: list[_Sight] = []
        self.notes: tuple[Message, ...] = ()

    def speaking(self, engine: Engine) -> Iterator[Pixels]:
        """The source's frames, in which everybody speaks."""
        frames = self._plan.frames(self._source)
        return self._in_picture(next(frames), engine) if self._source.is_picture else self._in_video(frames, engine)

    def reports(self) -> tuple[SpeakerReport, ...]:
        """What became of each."""
        seen = [(tuple(sight.missing), tuple(sight.covered)) for sight in self._sights] or repeat(((), ()))
        return tuple(
            SpeakerReport(self._plan.framing.in_output(speaker.face.choose), missing, covered)
            for speaker, (missing, covered) in zip(self._plan.speakers, seen, strict=False)
        )

    def require_everybody(self) -> None:
        """Refuse a video in which a speaker was never found."""
        for sight in self._sights:
            sight.require_one(self._source)

    def _in_picture(self, picture: Frame, engine: Engine) -> Iterator[np.ndarray]:
        from .faces.choosing import detect_still
        from .faces.covering import surely_covered

        faces = [detect_still(picture.image, self._detector, speaker.face) for speaker in self._plan.speakers]
        if any(surely_covered(picture.image, face.points) for face in faces):
            self.notes = (MOUTH_NOT_SEEN,)
        _check_apart(faces, self._plan.speakers)
        count = self._plan.timeline.frames
        shown = [
            exactly(count, engine.for_picture(TrackedFrame(picture, face), task), engine)
            for face, task in zip(faces, self._tasks, strict=True)
        ]
        return shown[0] if len(shown) == 1 else _joined(shown, faces, *self._plan.framing.inner)

    def _in_video(self, frames: Iterator[Frame], engine: Engine) -> Iterator[Pixels]:
        speakers, speaking = self._plan.speakers, None
        sources = shared(frames, len(speakers)) if len(speakers) > 1 else [frames]
        for speaker, task, source in zip(speakers, self._tasks, sources, strict=True):
            sight = _Sight(speaker, self._detector, tuple(self._sights))
            self._sights.append(sight)
            tracked = sight.tracked(source) if speaking is None else _within(speaking, sight.tracked(source))
            speaking = exactly(self._plan.timeline.frames, engine.for_video(tracked, task), engine)
        return speaking


class _Sight:
    """One speaker's face through the frames of a video."""

    def __init__(self, speaker: Speaker, detector: FaceDetector, before: Sequence[_Sight]) -> None:
        self._speaker, self._detector, self._before = speaker, detector, before
        self._boxes: dict[int, np.ndarray] = {}
        self.seen, self.missing, self.covered, self.taken = 0, [], [], 0

    def tracked(self, frames: Iterator[Frame]) -> Iterator[TrackedFrame]:
        """The frames with the face in each."""
        from .faces.tracking import track

        for tracked in track(frames, self._detector, self._speaker.face):
            index, self.seen = tracked.frame.index, self.seen + 1
            if tracked.face is not None and any(other.has(tracked.face, index) for other in self._before):
                tracked, self.taken = replace(tracked, face=None), self.taken + 1
            if tracked.face is None:
                self.missing.append(index)
            else:
                self._boxes[index] = tracked.face.box
                if tracked.covered >= 1:
                    self.covered.append(index)
            self._boxes.pop(index - _REMEMBERED, None)
            yield tracked

    def has(self, face: Face, index: int) -> bool:
        """Whether it is this speaker who has that face in that frame."""
        from .faces.geometry import overlap

        return index in self._boxes and overlap(self._boxes[index], face.box) > SAME_FACE

    def require_one(self, source: Source) -> None:
        """Refuse a video in which this speaker was never found."""
        if not self.seen or len(self.missing) < self.seen:
            return
        choice = self._speaker.face.choose
        if self.taken:
            raise _same_face(choice)
        about = {"frames": self.seen, "path": source.path, "width": source.width, "height": source.height}
        if isinstance(choice, int):
            raise NoFaceError(
                "No face number {number} (they count from 0 at the left) was found in any of the {frames} frames of "
                "{path!r} ({width}x{height}). Give a video in which a face is seen from the front, at least {least:g} "
                "pixels wide, or choose another face.",
                number=choice,
                least=self._speaker.face.min_size,
                **about,
            )
        raise NoFaceError(
            "No face was found in any of the {frames} frames of {path!r} ({width}x{height}). Give a video in which a "
            "face is seen from the front, at least {least:g} pixels wide.",
            least=self._speaker.face.min_size,
            **about,
        )


def _within(speaking: Iterator[Pixels], tracked: Iterator[TrackedFrame]) -> Iterator[TrackedFrame]:
    """A face that was found in the source's frames, in what others who speak have made of them."""
    with contextlib.closing(speaking):
        for pixels, seen in zip(speaking, tracked, strict=True):
            yield seen if pixels is seen.frame.pixels else replace(seen, frame=replace(seen.frame, pixels=pixels))


def _check_apart(faces: Sequence[Face], speakers: Sequence[Speaker]) -> None:
    """Refuse two voices for one face of a picture."""
    from .faces.geometry import overlap

    for number, face in enumerate(faces):
        if any(overlap(face.box, other.box) > SAME_FACE for other in faces[:number]):
            raise _same_face(speakers[number].face.choose)


def _same_face(choice: FaceChoice) -> InputError:
    return InputError(
        "The face {face} is one that has another voice already; each face can have only one. Name another face: they "
        "count from 0 at the left, or are named by a point on them.",
        face=choice,
    )


def _joined(shown: Sequence[Iterator[np.ndarray]], faces: Sequence[Face], *size: int) -> Iterator[np.ndarray]:
    """Frames with all heads, from one stream of frames for each."""
    from .render.together import Heads

    heads = Heads(faces, width=size[0], height=size[1])
    with contextlib.ExitStack() as stack:
        for frames in shown:
            stack.enter_context(contextlib.closing(frames))
        for frames in zip(*shown, strict=True):
            yield heads.join(frames)


def exactly(count: int, frames: Iterator[Pixels], engine: Engine) -> Iterator[Pixels]:
    """The frames of an engine, once it is sure that there are as many as the timeline has."""
    given = 0
    for given, frame in enumerate(frames, start=1):
        if given > count:
            break
        yield frame
    if given != count:
        about = {"engine": engine.name, "count": count}
        fault = Message("The engine {engine!r} gave more than the {count} frames of the timeline", **about)
        if given < count:
            fault = Message(
                "The engine {engine!r} gave {given} of the {count} frames of the timeline", given=given, **about
            )
        raise LipSyncError(
            "{fault}; it must give each of them once (see lipsync_utils.engines.Engine). No output was written.",
            fault=fault,
        )
