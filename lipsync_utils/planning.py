"""What a run will make, settled before it begins: who says what, one clock, one size, and what may surprise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .framing import Framing, make_framing
from .media.rates import rate_for_lips
from .messages import Message
from .options import DEFAULT_FPS, MAX_SIDE, WHEN_SHORT, FaceChoice, RunOptions, WriteOptions
from .records import SAMPLE_RATE, Frame, Speech, Timeline
from .speakers import Speaker, speakers_of, voices_in

if TYPE_CHECKING:
    from .faces.detector import FaceDetector
    from .media import Source

LONG_S = 600.0
"""An output longer than this is announced before work starts."""

PREVIEW_CRF = 24


@dataclass(frozen=True)
class Plan:
    """What every stage of a run obeys.

    Attributes:
        voices: what is heard, as far as it is; several at the same time.
        speakers: the faces that speak, in the pixels of :meth:`frames`, and what each says.
        timeline: the output's clock.
        framing: what is shown of the source, and how large.
        when_short: what follows the end of the video, as :meth:`~lipsync_utils.media.Source.frames` takes it.
        write: how to encode.
        notes: what a person should know before the work starts.
    """

    voices: tuple[Speech, ...]
    speakers: tuple[Speaker, ...]
    timeline: Timeline
    framing: Framing
    when_short: str
    write: WriteOptions
    notes: tuple[str, ...]

    def frames(self, source: Source) -> Iterator[Frame]:
        """What is shown of the source, on the output's clock; as in the source, repeated frames share their pixels."""
        original = cut = None
        for frame in source.frames(self.timeline, when_short=self.when_short):
            if frame.pixels is not original:
                original, cut = frame.pixels, self.framing.cut(frame.pixels)
            yield frame if cut is original else replace(frame, pixels=cut)

    def announcement(self, usual_speed: tuple[int, int]) -> tuple[str, ...]:
        """All notes, with how long a long output takes at so many frames a second, slow and fast."""
        if self.timeline.duration_s <= LONG_S:
            return self.notes
        slow, fast = (self.timeline.frames / speed / 60 for speed in usual_speed)
        minutes = round(self.timeline.duration_s / 60)
        length = Message("{minutes} min", minutes=minutes)
        if minutes >= 60:
            length = Message("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
        long = Message(
            "The output lasts {length}: {frames} frames, about {fast:.0f} to {slow:.0f} minutes of work "
            "on an ordinary machine. Ctrl-C stops it and leaves nothing behind.",
            length=length,
            frames=self.timeline.frames,
            fast=fast,
            slow=slow,
        )
        return long, *self.notes


def make_plan(
    source: Source,
    voice: Speech | Mapping[FaceChoice, Speech],
    options: RunOptions,
    detector: FaceDetector | None = None,
) -> Plan:
    """What these inputs and options come to; several voices by the faces that speak them.

    Raises:
        LipSyncError: as :func:`~lipsync_utils.framing.make_framing`, which takes the detector.
    """
    from .media.mixing import length_of

    fps = options.fps or rate_for_lips(source.fps or DEFAULT_FPS)
    ends_with_video = options.when_short == "cut"
    lasts_s = max(one.duration_s for one in voices_in(voice))
    notes = list(dict.fromkeys(note for one in voices_in(voice) for note in one.notes))
    if ends_with_video:
        voice = _cut_to(source, voice)
    voices = voices_in(voice)
    if not source.is_picture and source.duration_s + 1 / fps < lasts_s:
        notes.append(
            Message(
                "The video lasts {video_s:.1f} s, the voice {voice_s:.1f} s: {what}.",
                video_s=source.duration_s,
                voice_s=lasts_s,
                what=WHEN_SHORT[options.when_short],
            )
        )
    if late := sum(turn.from_s >= lasts_s for turn in options.turns):
        notes.append(
            Message(
                "{count} of {total} turns begin after the voice has ended, at {end_s:.1f} s: nobody speaks in them.",
                count=late,
                total=len(options.turns),
                end_s=lasts_s,
            )
        )
    if not options.fps and source.fps and fps != source.fps:
        notes.append(
            Message(
                "The video has {source_fps:.4g} frames a second, too few for lips; the output has {fps:.4g}.",
                source_fps=float(source.fps),
                fps=float(fps),
            )
        )
    speakers = speakers_of(voice, options)
    framing = make_framing(source, [speaker.face for speaker in speakers], options, detector)
    reduced = max(framing.inner) == MAX_SIDE < max(framing.window[2:])
    if reduced and options.shape == "source":  # otherwise it was asked for
        notes.append(
            Message(
                "The source is {width}x{height} pixels; the longer side of the output is "
                "reduced to {most}, the most that common players show.",
                width=framing.window[2],
                height=framing.window[3],
                most=MAX_SIDE,
            )
        )
    return Plan(
        voices=voices,
        speakers=tuple(replace(speaker, face=framing.in_frames(speaker.face)) for speaker in speakers),
        timeline=Timeline.covering(*length_of(voices), fps),
        framing=framing,
        when_short="freeze" if ends_with_video else options.when_short,
        write=replace(options.write, crf=max(options.write.crf, PREVIEW_CRF)) if options.preview else options.write,
        notes=tuple(notes),
    )


def _cut_to(source: Source, voice: Speech | Mapping[FaceChoice, Speech]) -> Speech | Mapping[FaceChoice, Speech]:
    """The voice, or each, without what would be heard after the end of a video."""
    if isinstance(voice, Mapping):
        return {face: _cut_to(source, one) for face, one in voice.items()}
    samples = min(voice.samples, round(source.duration_s * voice.rate))
    if source.is_picture or not 0 < samples < voice.samples:
        return voice
    return replace(voice, wave=voice.wave[: round(samples * SAMPLE_RATE / voice.rate)], samples=samples)
