"""A face to animate: a picture or a video behind one interface, resampled onto the output's timeline."""

from __future__ import annotations

import contextlib
import gc
import itertools
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..records import Frame, Timeline
from .files import existing_file
from .pictures import MAX_SIDE, is_picture, read_picture

if TYPE_CHECKING:
    import av

_USUAL_RATES = tuple(Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1)))
_USUAL_RATES += tuple(Fraction(n, d) for n, d in ((48, 1), (50, 1), (60000, 1001), (60, 1)))
_FALLBACK_RATE = Fraction(25)
_COLLECT_EVERY = 100
_PIECE = 32  # frames that are kept to be shown backwards

# AVColorSpace of the stream -> swscale's number for its matrix (SWS_CS_*).
_MATRIX = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
_BT709, _BT601 = 1, 5
_UNSPECIFIED, _LIMITED, _FULL = 0, 1, 2
# SWS_BILINEAR | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND: without the flags, flat colours come out 3 levels off.
_PRECISE = 0x2 | 0x2000 | 0x40000
_QUICK = 0x1  # fast bilinear


@dataclass
class Source:
    """A picture or a video. Made by :func:`open_source`; holds no open file.

    Attributes:
        path: where it lies.
        is_picture: a still picture (also the first frame of an animated one).
        width: in pixels as shown, after rotation and with square pixels.
        height: likewise.
        fps: average rate of a video, None for a picture.
        duration_s: length of a video in seconds, 0 for a picture.
        has_audio: a video with a sound track.
        audio_offset_s: how much later than the picture the sound track begins, in seconds.
        warnings: what was found wrong while reading (damaged packets); grows as frames are read.
    """

    path: str
    is_picture: bool
    width: int
    height: int
    fps: Fraction | None = None
    duration_s: float = 0.0
    has_audio: bool = False
    audio_offset_s: float = 0.0
    warnings: list[str] = field(default_factory=list)

    def frames(self, timeline: Timeline, *, when_short: str = "loop", exact: bool = True) -> Iterator[Frame]:
        """The source on the output's clock: exactly ``timeline.frames`` frames.

        At each output time the frame is given that the source shows at that time, by its timestamps. Repeated frames,
        and all frames of a picture, share one array. Arrays are read-only.

        Args:
            timeline: clock of the output.
            when_short: what follows the end of a video that is too short: ``"loop"``, ``"pingpong"`` (backwards and
                forwards again, without showing the first and last frame twice) or ``"freeze"`` (its last frame).
            exact: colours as precise as they can be, for what is written again; otherwise off by a few levels, and
                three times as quick.

        Raises:
            InputError: not one frame can be decoded, or an unknown ``when_short``.
        """
        if when_short not in ("loop", "pingpong", "freeze"):
            raise InputError(f"Unknown when_short={when_short!r}. Choose 'loop', 'pingpong' or 'freeze'.")
        if self.is_picture:
            image = read_picture(self.path)
            image.setflags(write=False)
            return (Frame(index=index, time_s=0.0, image=image) for index in range(timeline.frames))
        return self._resampled(timeline, when_short, _PRECISE if exact else _QUICK)

    def _resampled(self, timeline: Timeline, when_short: str, scaling: int) -> Iterator[Frame]:
        from av.video.reformatter import VideoReformatter

        reformatter = VideoReformatter()  # one for all: each holds threads and tables of its own
        shown = self._there_and_back() if when_short == "pingpong" else self._passes(loop=when_short == "loop")
        current = upcoming = next(shown)
        image = None
        for index in range(timeline.frames):
            while upcoming is not None and upcoming.begins(timeline.time_of(index)):
                current, upcoming, image = upcoming, next(shown, None), None
            if image is None:  # only frames that are shown are converted
                image = _to_rgb(current.picture, reformatter, self.width, self.height, scaling)
                image.setflags(write=False)
            yield Frame(index=index, time_s=current.source_s, image=image)

    def _passes(self, *, loop: bool) -> Iterator[_Shown]:
        """Decoded frames with the time at which each is to be shown, again from the start when looping."""
        offset_s, since_collection = 0.0, 0
        while True:
            with _opened(self.path) as (container, stream):
                rewound = True
                while rewound:
                    end_s, count = 0.0, 0
                    for shown in _decode(self, container, stream):
                        count += 1
                        end_s = shown.source_s + shown.duration_s
                        shown.output_s = offset_s + shown.source_s
                        yield shown
                    if not count:
                        raise InputError(
                            f"Not one frame of {self.path!r} can be decoded. Convert the video to H.264 MP4."
                        )
                    if not loop or count == 1:
                        return
                    offset_s += end_s
                    since_collection += count
                    if since_collection >= _COLLECT_EVERY:
                        gc.collect()  # decoders lie in reference cycles and would keep their frame buffers
                        since_collection = 0
                    rewound = _rewind(container, stream)

    def _there_and_back(self) -> Iterator[_Shown]:
        """Decoded frames forwards, backwards, forwards and so on; first and last frame are not repeated."""
        times_s: list[float] = []
        origin_s = end_s = 0.0
        for shown in self._passes(loop=False):
            if not times_s and shown.picture.pts is not None:
                origin_s = float(shown.picture.pts * shown.picture.time_base)
            times_s.append(shown.source_s)
            shown.output_s, end_s = shown.source_s, shown.source_s + shown.duration_s
            yield shown
        forwards = False
        while len(times_s) > 1:
            again = itertools.islice(self._passes(loop=False), 1, None)
            for shown in again if forwards else self._backwards(times_s, origin_s):
                shown.output_s, end_s = end_s, end_s + shown.duration_s
                yield shown
            forwards = not forwards

    def _backwards(self, times_s: list[float], origin_s: float) -> Iterator[_Shown]:
        """All frames but the last, in reverse: decoded forwards in pieces of :data:`_PIECE`, the last piece first."""
        for stop in range(len(times_s) - 1, 0, -_PIECE):
            piece = self._piece(max(0, stop - _PIECE), stop, times_s, origin_s)
            while piece:
                yield piece.pop()
            gc.collect()  # as in _passes

    def _piece(self, first: int, stop: int, times_s: list[float], origin_s: float) -> list[_Shown]:
        """Frames ``first`` to ``stop`` (excluded) by number."""
        with _opened(self.path) as (container, stream):
            if _rewind(container, stream, times_s[first] + origin_s):
                shown = _decode(self, container, stream, origin_s=origin_s)
                until = itertools.takewhile(lambda one: one.source_s < times_s[stop - 1] + 1e-6, shown)
                piece = [one for one in until if one.source_s > times_s[first] - 1e-6]
                if len(piece) == stop - first:
                    return piece
        return list(itertools.islice(self._passes(loop=False), first, stop))  # slower, and always right


def open_source(path: str | os.PathLike[str]) -> Source:
    """Open a picture or a video; the content decides which, not the name.

    Raises:
        InputError: missing, empty, damaged, without pictures, or of an unknown format.
    """
    file = existing_file(path, role="face")
    if is_picture(file):
        height, width = read_picture(file).shape[:2]
        return Source(path=str(path), is_picture=True, width=width, height=height)
    with _opened(path) as (container, stream):
        fps = _frame_rate(file, stream)
        has_audio = bool(container.streams.audio)
        offset_s = _start_s(container.streams.audio[0]) - _start_s(stream) if has_audio else 0.0
        duration_s = _duration_s(file, container, stream)
        pixel_aspect = stream.sample_aspect_ratio or Fraction(1)
    probe = Source(path=str(path), is_picture=False, width=0, height=0, fps=fps)
    with _opened(path) as (container, stream):
        first = next(_decode(probe, container, stream), None)
    if first is None:
        raise InputError(f"Not one frame of {str(path)!r} can be decoded. Convert the video to H.264 MP4.")
    width, height = _shown_size(first.picture, pixel_aspect)
    if max(width, height) > MAX_SIDE:
        raise InputError(f"The video {str(path)!r} is {width}x{height} pixels; at most {MAX_SIDE} a side are accepted.")
    return Source(
        path=str(path),
        is_picture=False,
        width=width,
        height=height,
        fps=fps,
        duration_s=duration_s,
        has_audio=has_audio,
        audio_offset_s=offset_s,
    )


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """The tags of a media file, such as ``comment`` and ``description``.

    Raises:
        InputError: missing or unreadable file.
    """
    with _container(path) as container:
        return dict(container.metadata)


# --- decoding -------------------------------------------------------------------------------------------------------


@dataclass
class _Shown:
    """A decoded frame, when its source shows it and for how long, and when the output does."""

    picture: av.VideoFrame
    source_s: float
    duration_s: float
    tolerance_s: float
    output_s: float = 0.0

    def begins(self, time_s: float) -> bool:
        return self.output_s <= time_s + self.tolerance_s


def _rewind(container: av.container.InputContainer, stream: av.VideoStream, time_s: float | None = None) -> bool:
    """Go to the key frame before a time, or back to the first frame, where the format finds it exactly.

    Opening the file anew costs memory.
    """
    if not {"mp4", "matroska"} & set(container.format.name.split(",")):
        return False
    try:
        target = (stream.start_time or 0) if time_s is None else int(time_s / float(stream.time_base))
        container.seek(target, stream=stream)
    except av.FFmpegError:
        return False
    return True


def _decode(
    source: Source,
    container: av.container.InputContainer,
    stream: av.VideoStream,
    *,
    origin_s: float | None = None,
) -> Iterator[_Shown]:
    """Frames in order with times that start at 0 (or count from ``origin_s``) and never run backwards."""
    usual_s = float(1 / (source.fps or _FALLBACK_RATE))
    if not stream.codec_context.is_open:
        stream.thread_type = "AUTO"
    # Timestamps are rounded to the time base, which is a whole millisecond in Matroska and WebM.
    tolerance_s = min(float(stream.time_base or 0), 0.002) + 1e-6
    last_s = None
    for picture in _decodable(container, stream, source.warnings):
        stamp_s = None if picture.pts is None else float(picture.pts * picture.time_base)
        if last_s is None:
            origin_s = (stamp_s or 0.0) if origin_s is None else origin_s
            time_s = (stamp_s or 0.0) - origin_s
        elif stamp_s is None:
            time_s = last_s + usual_s
        else:
            time_s = stamp_s - origin_s
            if time_s <= last_s:  # the clock was reset: joined recordings, broadcast
                origin_s, time_s = stamp_s - last_s - usual_s, last_s + usual_s
        last_s = time_s
        length = getattr(picture, "duration", None)
        duration_s = float(length * picture.time_base) if length else usual_s
        yield _Shown(picture, time_s, duration_s, tolerance_s)


def _decodable(container: av.container.InputContainer, stream: av.VideoStream, warnings: list[str]) -> Iterator:
    """Pictures of a stream; damaged packets are left out and noted."""
    import av

    packets = container.demux(stream)
    for number in itertools.count():
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError as error:
            _note(warnings, f"The video breaks off at packet {number}: {error.strerror}.")
            return
        try:
            pictures = packet.decode()
        except av.FFmpegError as error:
            when = "an unknown time" if packet.pts is None else f"{float(packet.pts * packet.time_base):.2f} s"
            _note(warnings, f"Skipped a damaged video packet at {when}: {error.strerror}.")
            continue
        yield from pictures


def _note(warnings: list[str], message: str) -> None:
    if message not in warnings:  # a looped video meets the same damage again
        warnings.append(message)


@contextlib.contextmanager
def _container(path: str | os.PathLike[str]) -> Iterator[av.container.InputContainer]:
    """An input container, with our errors."""
    import av

    file = existing_file(path, role="face")
    try:
        container = av.open(str(file), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise InputError(
            f"{str(path)!r} is neither a picture nor a video that can be read: "
            f"{getattr(error, 'strerror', None) or error}. Give a JPEG, PNG, MP4, MOV, WebM or MKV file, "
            "and if it is one, copy or download it again."
        ) from error
    with container:
        yield container


@contextlib.contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
    """An input container and its video stream."""
    with _container(path) as container:
        streams = [stream for stream in container.streams.video if not _is_cover(stream)]
        # FFmpeg renders plain text files as video ("tty"), and believes a picture's name ("image2", "png_pipe").
        guessed = container.format.name in ("tty", "image2") or container.format.name.endswith("_pipe")
        if not streams or guessed:
            raise InputError(f"{str(path)!r} has no moving picture in it. Give a picture or a video that shows a face.")
        yield container, streams[0]


def _is_cover(stream: av.VideoStream) -> bool:
    attached_picture = 0x400  # AV_DISPOSITION_ATTACHED_PIC
    return bool(int(getattr(stream, "disposition", 0)) & attached_picture)  # PyAV 14.0 does not tell


# --- what the header says --------------------------------------------------------------------------------------------


def _start_s(stream: av.stream.Stream) -> float:
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _frame_rate(file: Path, stream: av.VideoStream) -> Fraction:
    """The header's average rate if it is believable, else measured on the first packets."""
    average = stream.average_rate
    if not average or not 1 <= average <= 120:
        times = list(itertools.islice(_packet_times(file), 300))
        span_s = max(times) - min(times) if times else 0.0
        average = Fraction((len(times) - 1) / span_s) if span_s > 0 else _FALLBACK_RATE
    for usual in _USUAL_RATES:
        if abs(average / usual - 1) < 0.0004:  # 30 and 29.97 differ by 0.001
            return usual
    return min(max(average, Fraction(1)), Fraction(120)).limit_denominator(1001)


def _duration_s(file: Path, container: av.container.InputContainer, stream: av.VideoStream) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / 1e6
    # Recordings of a browser carry no length: look at the packets, which costs no decoding.
    first_s = last_s = None
    for time_s in _packet_times(file):
        first_s = time_s if first_s is None else min(first_s, time_s)
        last_s = time_s if last_s is None else max(last_s, time_s)
    return 0.0 if first_s is None else last_s - first_s


def _packet_times(file: Path) -> Iterator[float]:
    import av

    with _opened(file) as (container, stream):
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):
                return
            if packet.pts is not None:
                yield float(packet.pts * packet.time_base)


# --- pixels ---------------------------------------------------------------------------------------------------------


def _quarter_turns(picture: av.VideoFrame) -> int:
    """Counter-clockwise quarter turns that bring the stored picture upright, from its display matrix."""
    matrix = picture.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return 0
    cosine, sine = np.frombuffer(bytes(matrix), "=i4")[:2]
    return round(-math.atan2(sine, cosine) / (math.pi / 2)) % 4


def _shown_size(picture: av.VideoFrame, pixel_aspect: Fraction) -> tuple[int, int]:
    """Width and height as shown: square pixels, upright."""
    width, height = round(picture.width * pixel_aspect), picture.height
    return (height, width) if _quarter_turns(picture) % 2 else (width, height)


def _to_rgb(
    picture: av.VideoFrame,
    reformatter: av.video.reformatter.VideoReformatter,
    width: int,
    height: int,
    scaling: int,
) -> np.ndarray:
    """``(height, width, 3) uint8`` RGB, upright, converted by the matrix and range that the stream declares."""
    turns = _quarter_turns(picture)
    stored = (height, width) if turns % 2 else (width, height)
    options = {"width": stored[0], "height": stored[1], "format": "rgb24", "interpolation": scaling}
    if not (picture.format.is_rgb or picture.format.has_palette):
        guess = _BT709 if picture.height >= 720 else _BT601  # what players assume of untagged video
        matrix = _MATRIX.get(int(picture.colorspace), guess)
        full = int(picture.color_range) == _FULL or picture.format.name.startswith("yuvj")
        options |= {
            "src_colorspace": matrix,
            "dst_colorspace": matrix,
            "src_color_range": _FULL if full else _LIMITED,
            # RGB is full range either way; but PyAV 14 drops the matrix when source and destination look equal.
            "dst_color_range": _UNSPECIFIED if full else _FULL,
        }
    image = reformatter.reformat(picture, **options).to_ndarray()
    return np.ascontiguousarray(np.rot90(image, turns))
