"""A face to animate: a picture or a video behind one interface, resampled onto the output's timeline."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from av.video.reformatter import VideoReformatter

from ..errors import InputError
from ..options import ALL, Span
from ..records import Frame, Timeline
from .animation import Animation
from .colour import notes_on, shown_size, to_pixels, to_rgb
from .cutting import Cut
from .decoding import Film, chosen_track, start_s
from .files import existing_file
from .pictures import MAX_SIDE, is_animation, is_picture, read_picture
from .timeline import looped, once, resampled, there_and_back

_GLANCED_S = 8.0
"""A video that is longer, and has key frames that are not farther apart, is not decoded as a whole to be looked at."""

_PLAYED = {"loop": looped, "pingpong": there_and_back, "freeze": once}


@dataclass
class Source:
    """A picture or a video. Made by :func:`open_source`; holds no open file.

    Attributes:
        path: where it lies.
        is_picture: a still picture. An animated one is a video.
        width: in pixels as shown, after rotation and with square pixels.
        height: likewise.
        fps: nominal rate of a video: how quickly its frames mostly follow each other; None for a picture.
        duration_s: length of a video, or of the stretch that is taken of it, in seconds; 0 for a picture.
        has_audio: a video with a sound track.
        audio_offset_s: how much later than the picture the sound track begins, in seconds.
        track: which of several videos in the file, counting from 1; None: its default.
        warnings: what was noticed while reading (damaged packets, converted colours); grows as frames are read.
        span: the stretch of a video that is taken.
        begins_s: timestamp of the video's first picture, in seconds.
    """

    path: str
    is_picture: bool
    width: int
    height: int
    fps: Fraction | None = None
    duration_s: float = 0.0
    has_audio: bool = False
    audio_offset_s: float = 0.0
    track: int | None = None
    warnings: list[str] = field(default_factory=list)
    span: Span = ALL
    begins_s: float = 0.0

    def frames(self, timeline: Timeline, *, when_short: str = "loop", exact: bool = True) -> Iterator[Frame]:
        """The source on the output's clock: exactly ``timeline.frames`` frames.

        At each output time the frame is given that the source shows at that time, by its timestamps. Repeated frames,
        and all frames of a picture, share their pixels, which are read-only.

        Args:
            timeline: clock of the output.
            when_short: what follows the end of a video that is too short: ``"loop"``, ``"pingpong"`` (backwards and
                forwards again, without showing the first and last frame twice) or ``"freeze"`` (its last frame).
            exact: colours as precise as they can be, for what is written again; otherwise off by a few levels, and
                three times as quick.

        Raises:
            InputError: not one frame can be decoded, or an unknown ``when_short``.
        """
        if when_short not in _PLAYED:
            raise InputError(
                "Unknown when_short={when_short!r}. Choose 'loop', 'pingpong' or 'freeze'.", when_short=when_short
            )
        if self.is_picture:
            image = read_picture(self.path)
            image.setflags(write=False)
            return (Frame(index=index, time_s=0.0, pixels=image) for index in range(timeline.frames))
        shown = _PLAYED[when_short](self._opened)
        convert = partial(to_pixels, reformatter=VideoReformatter(), width=self.width, height=self.height, exact=exact)
        return resampled(shown, timeline, convert)

    def glimpses(self, most: int) -> Iterator[Frame]:
        """A few frames, spread over the whole source, for a quick look; one of a picture.

        Those of a long video are its key frames, where the format finds them without decoding what lies between, and
        there are enough of them.

        Raises:
            InputError: not one frame can be decoded.
        """
        if self.is_picture:
            yield from self.frames(Timeline(fps=Fraction(1), frames=1, duration_s=1.0))
            return
        count = max(1, min(most, round(self.duration_s * (self.fps or 1))))
        if self.duration_s > _GLANCED_S and self._can_be_entered():
            found = 0
            for frame in self._key_frames([self.duration_s * number / count for number in range(count)]):
                found += 1
                yield frame
            if found >= min(count, self.duration_s / _GLANCED_S):
                return
        rate = Fraction(count) / Fraction(max(self.duration_s, 0.001)).limit_denominator(1000)
        timeline = Timeline(fps=rate, frames=count, duration_s=self.duration_s)
        yield from self.frames(timeline, when_short="freeze", exact=False)

    def _opened(self) -> Film | Animation | Cut:
        """The video, or the stretch of it, opened anew."""
        if is_animation(self.path):
            opener = partial(Animation, self.path, self.warnings)
        else:
            opener = partial(Film, self.path, fps=self.fps, track=self.track, warnings=self.warnings)
        return opener() if self.span.is_all else Cut(self.path, opener, span=self.span, begins_s=self.begins_s)

    def _can_be_entered(self) -> bool:
        """Whether the format finds a frame in the middle."""
        if is_animation(self.path):
            return False
        with Film(self.path, fps=self.fps, track=self.track) as film:
            return film.seek(start_s(film.stream))

    def _key_frames(self, times: list[float]) -> Iterator[Frame]:
        """The frames at which a decoder can begin before each time, where they are whole; each once."""
        last_s = None
        convert = partial(to_rgb, reformatter=VideoReformatter(), width=self.width, height=self.height, exact=False)
        for index, time_s in enumerate(times):
            with Film(self.path, fps=self.fps, track=self.track) as film, contextlib.suppress(InputError):
                begins_s = start_s(film.stream) + self.span.from_s
                film.seek(begins_s + time_s)
                shown = next(film.pictures())
                if shown.stamp_s == last_s or (self.span.from_s and shown.stamp_s < begins_s):
                    continue
                last_s, image = shown.stamp_s, convert(shown.picture)
                image.setflags(write=False)
                yield Frame(index=index, time_s=time_s, pixels=image)


def open_source(
    path: str | os.PathLike[str],
    *,
    role: str = "face",
    track: int | None = None,
    audio_track: int | None = None,
    span: Span = ALL,
) -> Source:
    """Open a picture or a video; the content decides which, not the name.

    Args:
        path: the file.
        role: what it is for, as messages should name it: ``"face"``, ``"video"``.
        track: which of several videos in the file, counting from 1; None: its default.
        audio_track: likewise, the sound that is meant.
        span: the stretch of a video that is taken.

    Raises:
        InputError: missing, empty, damaged, without pictures, of an unknown format, without such a track, or ended
            before the span begins.
    """
    source = _opened_source(path, role, track, audio_track)
    if span.is_all:
        return source
    if source.is_picture:
        raise InputError(
            "{path!r} is a picture, of which no part in time can be taken. Leave the part out, or give a video.",
            path=source.path,
        )
    if span.from_s >= source.duration_s:
        raise InputError(
            "The video {path!r} lasts {duration_s:.2f} s, but a part from {from_s:g} s on was asked for. Let it begin "
            "earlier.",
            path=source.path,
            duration_s=source.duration_s,
            from_s=span.from_s,
        )
    end_s = source.duration_s if span.to_s is None else min(source.duration_s, span.to_s)
    return replace(source, span=span, duration_s=end_s - span.from_s)


def _opened_source(path: str | os.PathLike[str], role: str, track: int | None, audio_track: int | None) -> Source:
    """All of it, as :func:`open_source` gives it."""
    file = existing_file(path, role=role)
    if is_picture(file):
        height, width = read_picture(file).shape[:2]
        if not is_animation(file):
            return Source(path=str(path), is_picture=True, width=width, height=height)
        with Animation(file) as animation:
            fps, duration_s = animation.clock()
        return Source(str(path), False, width, height, fps, duration_s)
    warnings: list[str] = []
    with Film(path, track=track, warnings=warnings) as film:
        sounds = film.container.streams.audio
        sound = chosen_track(sounds, audio_track, path=str(path), note=lambda _: None) if sounds else None
        late_s = start_s(sound) - start_s(film.stream) if sound else 0.0
        about = (film.frame_rate(), film.duration_s(), sound is not None, late_s)  # by the header, before decoding
        first, pixel_aspect = film.first()
    width, height = shown_size(first, pixel_aspect)
    if max(width, height) > MAX_SIDE:
        raise InputError(
            "The video {path!r} is {width}x{height} pixels; at most {most} a side are accepted.",
            path=str(path),
            width=width,
            height=height,
            most=MAX_SIDE,
        )
    found = {"track": track, "warnings": [*notes_on(first), *warnings], "begins_s": first.time or 0.0}
    return Source(str(path), False, width, height, *about, **found)
