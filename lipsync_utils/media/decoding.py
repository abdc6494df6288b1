"""Media files as FFmpeg decodes them: opened with our errors, and read as far as they are whole."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

import av
from av.stream import Disposition

from ..errors import InputError
from ..messages import Message
from .fields import deinterlaced
from .files import existing_file
from .rates import FALLBACK_RATE, rate_of, usual_rate

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own decoders of these know no transparency
_LOOKED_AT = 300  # packets, to find a frame rate
_REORDERED = 8  # of the last ones some may be missing between others, which are stored before them
_ASIDE = Disposition.hearing_impaired | Disposition.visual_impaired | Disposition.comment
_LEAST_MISSING_S = 0.3  # what lacks at the end of a file; less may be rounding
_LEAST_LEFT_S, _LEAST_LEFT_SHARE = 0.2, 0.05
# Formats whose header counts what they hold (for others FFmpeg guesses).
_TELL_DURATION = {"mov", "wav", "flac", "aiff", "au"}
_WAV_UNKNOWN = 0x7FFF0000  # sizes from here on stand for an unknown one, as programs that stream write it
_NO_FILM = Message(
    "{path!r} is neither a picture nor a video that can be read: {reason}. Give a JPEG, PNG, MP4, MOV, WebM or MKV "
    "file, and if it is one, copy or download it again."
)
_SOUND, _VIDEO = Message("sound"), Message("video")


def opened(path: str | os.PathLike[str], *, role: str, complaint: Message) -> av.container.InputContainer:
    """A container to read from; ``complaint`` is what the error says of a file that is none (path, reason)."""
    file = existing_file(path, role=role)
    try:
        return av.open(str(file), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(complaint, path=str(path), reason=reason) from error


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """The tags of a media file, such as ``comment`` and ``description``.

    Raises:
        InputError: missing or unreadable file.
    """
    with opened(path, role="media", complaint=_NO_FILM) as container:
        return dict(container.metadata)


def packets(
    container: av.container.InputContainer, stream: av.stream.Stream, note: Callable[[str], None] = lambda _: None
) -> Iterator[av.Packet]:
    """Packets of a stream up to its end, or to where the file breaks off, which is noted."""
    number = 0
    try:
        for packet in container.demux(stream):
            yield packet
            number += 1
    except av.FFmpegError as error:
        note(
            Message(
                "The {type} breaks off at packet {number}: {reason}.",
                type=_type_of(stream),
                number=number,
                reason=error.strerror,
            )
        )


def frames_in(
    packet: av.Packet, note: Callable[[str], None] = lambda _: None, decoder: av.CodecContext | None = None
) -> list[av.VideoFrame | av.AudioFrame]:
    """What a packet holds: nothing where it is damaged, which is noted. The decoder is its stream's, or another."""
    try:
        return packet.decode() if decoder is None else decoder.decode(packet)
    except av.FFmpegError as error:
        when = Message("an unknown time")
        if packet.pts is not None:
            when = Message("{seconds:.2f} s", seconds=float(packet.pts * packet.time_base))
        note(
            Message(
                "Skipped a damaged {type} packet at {when}: {reason}.",
                type=_type_of(packet.stream),
                when=when,
                reason=error.strerror,
            )
        )
        return []


def _type_of(stream: av.stream.Stream) -> Message:
    return Message("audio") if stream.type == "audio" else Message("video")


def start_s(stream: av.stream.Stream) -> float:
    """When a stream begins, by its header."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def films_in(container: av.container.InputContainer) -> list[av.VideoStream]:
    """Tracks of moving pictures that can be decoded: without the covers of records."""
    films = [stream for stream in container.streams.video if stream.codec_context is not None]
    return [stream for stream in films if Disposition.attached_pic not in stream.disposition]


def chosen_track(
    streams: Sequence[av.stream.Stream], number: int | None, *, path: str, note: Callable[[str], None]
) -> av.stream.Stream:
    """One of several tracks of a kind.

    Args:
        streams: the tracks, at least one.
        number: counts from 1; None: the file's default, before tracks for the deaf, the blind, and comments.
        path: as messages should name the file.
        note: is told which one was taken where nobody chose.

    Raises:
        InputError: there are not so many.
    """
    kind, count = streams[0].type, len(streams)
    about = {"path": path, "count": count, "option": f"--{kind}-track", "what": _SOUND if kind == "audio" else _VIDEO}
    if number is not None and number > count:
        about |= {"number": number, "title": Message("Sound") if kind == "audio" else Message("Video")}
        if count == 1:
            raise InputError(
                "{title} track {number} of {path!r} was asked for, but there is only one {what} track; they count from "
                "1. Choose at most {count} ({option}).",
                **about,
            )
        raise InputError(
            "{title} track {number} of {path!r} was asked for, but there are {count} {what} tracks; they count from 1. "
            "Choose at most {count} ({option}).",
            **about,
        )
    if number is not None:
        return streams[number - 1]
    ranks = [(Disposition.default in stream.disposition, not stream.disposition & _ASIDE) for stream in streams]
    taken = streams[ranks.index(max(ranks))]
    if count > 1:
        language = taken.metadata.get("language", "und")
        spoken = Message("") if language == "und" else Message(" (language {language!r})", language=language)
        note(
            Message(
                "{path!r} has {count} {what} tracks; number {number}{spoken} was taken, the file's "
                "default. Choose another one with {option}.",
                number=streams.index(taken) + 1,
                spoken=spoken,
                **about,
            )
        )
    return taken


def check_end(
    path: str,
    container: av.container.InputContainer,
    stream: av.stream.Stream,
    end_s: float,
    note: Callable[[str], None],
) -> None:
    """Note where a track ends before its header says, as half a download does.

    Args:
        path: as messages should name the file.
        container: the file.
        stream: its track.
        end_s: when the last that could be decoded ends, by its timestamp.
        note: is told how much is missing.

    Raises:
        InputError: hardly anything is left.
    """
    promised_s = _promised_end_s(path, container, stream)
    if promised_s is None or promised_s - end_s < _LEAST_MISSING_S:
        return
    begin_s, what = start_s(stream), _SOUND if stream.type == "audio" else Message("picture")
    left_s, whole_s = end_s - begin_s, promised_s - begin_s
    about = {"what": what, "path": path, "left_s": left_s, "whole_s": whole_s}
    if left_s < max(_LEAST_LEFT_S, _LEAST_LEFT_SHARE * whole_s):
        raise InputError(
            "The {what} of {path!r} breaks off after {left_s:.1f} s, of {whole_s:.1f} s by its header: the file is "
            "incomplete. Copy or download it again.",
            **about,
        )
    note(
        Message(
            "The {what} of {path!r} breaks off after {left_s:.1f} s, of {whole_s:.1f} s by its header: the file is "
            "incomplete, {missing_s:.1f} s are missing. Copy or download it again.",
            missing_s=whole_s - left_s,
            **about,
        )
    )


def _promised_end_s(path: str, container: av.container.InputContainer, stream: av.stream.Stream) -> float | None:
    """When a track ends by its header; None where that says nothing, or FFmpeg only guesses."""
    if tag := stream.metadata.get("DURATION"):  # Matroska and WebM
        hours, minutes, seconds = tag.split(":") if re.fullmatch(r"\d+:\d+:[\d.]+", tag) else (0, 0, 0)
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds) or None
    kinds = set(container.format.name.split(","))
    if not stream.duration or not (kinds & _TELL_DURATION or ("mp3" in kinds and _is_counted(path))):
        return None
    whole = _wav_share(path) if "wav" in kinds else 1.0
    return start_s(stream) + whole * float(stream.duration * stream.time_base)


def _wav_share(path: str) -> float:
    """How many times as long a WAV file is by its header; FFmpeg only believes what is there."""
    with existing_file(path, role="sound").open("rb") as file:
        head, size = file.read(8), os.fstat(file.fileno()).st_size
    declared = 8 + int.from_bytes(head[4:], "little")
    return declared / size if head[:4] == b"RIFF" and size < declared < _WAV_UNKNOWN else 1.0


def _is_counted(path: str) -> bool:
    """Whether the first frame of an MP3 file says how many there are."""
    with existing_file(path, role="sound").open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":
            file.seek(10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)))
        first = file.read(256)
    return any(name in first for name in (b"Xing", b"Info", b"VBRI"))


@dataclass
class Shown:
    """A decoded picture, its timestamp, when its source shows it and for how long, and when the output does."""

    picture: av.VideoFrame
    stamp_s: float
    source_s: float
    duration_s: float
    output_s: float


class Film(AbstractContextManager):
    """The moving picture of an open file; what is wrong with it is added to ``warnings``. Use it in a ``with`` block.

    Raises:
        InputError: missing or unreadable, or no moving picture in it, or no such ``track`` (as :func:`chosen_track`).
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fps: Fraction = FALLBACK_RATE,
        track: int | None = None,
        warnings: list[str] | None = None,
    ) -> None:
        self._path, self._usual_s = str(path), float(1 / fps)
        self._warnings = [] if warnings is None else warnings
        self.container = opened(path, role="video", complaint=_NO_FILM)
        films = films_in(self.container)
        # FFmpeg renders plain text files as video ("tty"), and believes a picture's name ("image2", "png_pipe").
        kind = self.container.format.name
        if not films or kind in ("tty", "image2") or kind.endswith("_pipe"):
            self.container.close()
            raise InputError(
                "{path!r} has no moving picture in it. Give a picture or a video that shows a face.", path=self._path
            )
        try:
            self.stream = chosen_track(films, track, path=self._path, note=self._note)
        except InputError:
            self.container.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def pictures(self, *, origin_s: float | None = None) -> Iterator[Shown]:
        """Pictures in order; their times start at 0, or count from the timestamp ``origin_s``, and never run backwards.

        Raises:
            InputError: not one can be decoded.
        """
        self.stream.thread_type = "AUTO"
        time_s = None
        for picture in deinterlaced(self._decoded(), self._note):
            stamp_s = picture.time
            if time_s is None:
                origin_s = (stamp_s or 0.0) if origin_s is None else origin_s
                time_s = (stamp_s or 0.0) - origin_s
            else:
                before_s, time_s = time_s, time_s + self._usual_s
                if stamp_s is not None and stamp_s - origin_s > before_s:
                    time_s = stamp_s - origin_s
                elif stamp_s is not None:  # the clock was reset: joined recordings, broadcast
                    origin_s = stamp_s - time_s
            duration_s = float(picture.duration * picture.time_base) if picture.duration else self._usual_s
            yield Shown(picture, stamp_s or 0.0, time_s, duration_s, output_s=time_s)
        if time_s is None:
            raise InputError(
                "Not one frame of {path!r} can be decoded. Convert the video to H.264 MP4.", path=self._path
            )
        if stamp_s is not None:
            check_end(self._path, self.container, self.stream, stamp_s + duration_s, self._note)

    def seek(self, stamp_s: float) -> bool:
        """Go to the key frame before a timestamp, where the format finds it exactly."""
        if not {"mp4", "matroska"} & set(self.container.format.name.split(",")):
            return False
        try:
            self.container.seek(int(stamp_s / float(self.stream.time_base)), stream=self.stream)
        except av.FFmpegError:
            return False
        return True

    def frame_rate(self) -> Fraction:
        """The header's rate where it is believable; else that at which most pictures follow each other."""
        average, fastest = self.stream.average_rate, self.stream.base_rate
        steady = not (average and fastest and 1.05 * average < fastest <= 120)
        if average and steady and (usual := usual_rate(average)):
            return usual
        times = self._times(_LOOKED_AT)
        if len(times) == _LOOKED_AT:
            times = times[:-_REORDERED]
        rate, varies = rate_of(times, average, float(self.stream.time_base or 0))
        if varies:
            self._note(
                Message(
                    "The frame rate of the video varies, as of phones or meetings. It is read at {rate:.4g} "
                    "frames a second, each at its time.",
                    rate=float(rate),
                )
            )
        return rate

    def duration_s(self) -> float:
        """Its length by the header; recordings of a browser carry none, and are measured without decoding."""
        if self.stream.duration:
            return float(self.stream.duration * self.stream.time_base)
        return self.container.duration / 1e6 if self.container.duration else self._span_s()

    def first(self) -> tuple[av.VideoFrame, float]:
        """The first picture, and how many times as wide as high its pixels are."""
        pixel_aspect = self.stream.sample_aspect_ratio or 1  # by the header, which the decoder overwrites
        return next(self.pictures()).picture, float(pixel_aspect)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        decoder = None
        kind = self.stream.codec_context.codec.canonical_name
        if self.stream.metadata.get("alpha_mode") == "1" and kind in _WITH_ALPHA:
            decoder = av.CodecContext.create(_WITH_ALPHA[kind], "r")
        for packet in packets(self.container, self.stream, self._note):
            yield from frames_in(packet, self._note, decoder)

    def _times(self, most: int | None = None) -> list[float]:
        """When the packets are shown, in seconds and in order, counting to ``most``."""
        with Film(self._path) as film:  # anew, since not every file can be rewound
            stream = film.container.streams[self.stream.index]
            timed = (packet for packet in packets(film.container, stream) if packet.pts is not None)
            return sorted(float(packet.pts * packet.time_base) for packet in itertools.islice(timed, most))

    def _span_s(self) -> float:
        times = self._times() or [0.0]
        return times[-1] - times[0]

    def _note(self, message: str) -> None:
        if message not in self._warnings:  # a looped video meets the same damage again
            self._warnings.append(message)
