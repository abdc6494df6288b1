"""Sound from any file: prepared for analysis, or in full quality for the result."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction

import av
import numpy as np
import soxr
from av.format import Flags

from ..errors import InputError
from ..messages import Message
from ..options import ALL, Span
from ..records import SAMPLE_RATE, Speech
from .decoding import check_end, chosen_track, films_in, frames_in, opened, packets, start_s

MIN_DURATION_S = 0.04
"""Shortest voice that is accepted: one video frame at 25 per second."""

GAP_S = 0.04
"""Time without packets from which on they count as lost, and silence stands for them."""

_LONGEST_GAP_S = 3600.0
_LONGEST_JUMP_S = 10.0  # of clocks that may be set anew on the way (broadcast, joined files)
_NOTED_LEAD_S = 0.1
SILENT = 10 ** (-60 / 20)
"""The loudest sample of what nobody hears."""

_EASED_S = 0.005  # a voice that is cut into would begin or end with a click

_CANCELLED = 0.1  # less of the power is left in mono: channels are in opposite phase

_NO_SOUND = Message("No sound can be read from {path!r}: {reason}. Give a WAV, MP3, M4A, FLAC, OGG or video file.")

# ITU-R BS.775 downmix, folded to mono: centre at -3 dB against the sum of left and right, no low-frequency channel.
_MONO_WEIGHT = {"FC": math.sqrt(0.5), "FL": 0.5, "FR": 0.5, "LFE": 0.0, "LFE2": 0.0}
_MONO_WEIGHT_ELSEWHERE = 0.5 * math.sqrt(0.5)


class SoundReader(AbstractContextManager):
    """A sound track of a file, decoded block by block.

    Use it in a ``with`` block. The blocks together are exactly the samples that the container declares: priming and
    padding of the codec are cut off. Where packets are missing in between, silence stands for them, and so it does for
    the time that a video is seen before it sounds. A stretch of it is exactly those samples of the whole; they are
    counted from the beginning, since no lossy codec can be entered in the middle to the sample, but nothing after the
    stretch is decoded.

    Args:
        path: an audio file, or a video with sound.
        role: what it is for, as messages should name it.
        track: which of several tracks, counting from 1; None: the file's default.
        span: what is taken of it, eased in and out over 5 ms where it is cut.

    Attributes:
        track: as given.
        span: as given.
        lead_s: the silence before the track begins.
        notes: what was noticed; complete after the last block.
        rate: samples per second.
        channels: number of channels.
        tracks: number of sound tracks in the file.
        speakers: FFmpeg's short name of each channel: ``"FL"``, ``"FC"`` ...
        layout: FFmpeg's name for their arrangement, such as ``"mono"``, ``"stereo"``, ``"5.1"``.

    Raises:
        InputError: no such file, no sound in it, no such track, or damaged.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        role: str = "voice",
        track: int | None = None,
        span: Span = ALL,
    ) -> None:
        self.path, self.track, self.span, self.notes = str(path), track, span, []
        self._due_s, self._end_s, self._gaps = None, None, []
        self._container = opened(path, role=role, complaint=_NO_SOUND)
        try:
            self._open_track()
        except BaseException:
            self._container.close()
            raise

    def _open_track(self) -> None:
        streams = [stream for stream in self._container.streams.audio if stream.codec_context is not None]
        if not streams:
            raise InputError("{path!r} has no sound track. Give an audio file, or a video with sound.", path=self.path)
        self._stream = chosen_track(streams, self.track, path=self.path, note=self.notes.append)
        late_s = [start_s(self._stream) - start_s(film) for film in films_in(self._container)[:1]]
        self.lead_s = late_s[0] if late_s and 0 < late_s[0] <= self._longest_gap_s else 0.0
        self._last_packet_s = Fraction(0)
        self._frames = self._decoded()
        self._first = next(self._frames, None)
        if self._first is None:
            raise InputError(
                "The sound of {path!r} is empty or damaged: not one sample could be decoded.", path=self.path
            )
        self._tick_s = float(self._first.time_base or 0)
        # The decoder knows better than the header: HE-AAC, for one, declares half its rate.
        self.rate = self._first.sample_rate
        self.layout = self._first.layout.name
        self.speakers = [channel.name for channel in self._first.layout.channels]
        self.channels = len(self.speakers)
        self.tracks = len(streams)

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def blocks(self) -> Iterator[np.ndarray]:
        """All samples in order, once.

        Yields:
            ``(channels, n) float32``, nominally in [-1, 1], at :attr:`rate`.

        Raises:
            InputError: a sample is not a number or infinite, or the track ends before the stretch begins.
        """
        return self._whole() if self.span.is_all else self._stretch()

    def _stretch(self) -> Iterator[np.ndarray]:
        """What of the whole lies in the span."""
        first, done = round(self.span.from_s * self.rate), 0
        stop = math.inf if self.span.to_s is None else round(self.span.to_s * self.rate)
        for block in self._whole():
            begin, done = done, done + block.shape[1]
            if done > first:
                low, high = max(begin, first), min(done, stop)
                yield block[:, low - begin : high - begin] * self._easing(np.arange(low, high), first, stop)
            if done >= stop:
                self._note_gaps()
                return
        if done <= first:
            raise InputError(
                "The sound of {path!r} lasts {duration_s:.2f} s, but a part from {from_s:g} s on was asked for. Let it "
                "begin earlier.",
                path=self.path,
                duration_s=done / self.rate,
                from_s=self.span.from_s,
            )

    def _easing(self, samples: np.ndarray, first: int, stop: float) -> np.ndarray:
        """``(n,) float32`` gains, from 0 to 1, of samples by their numbers in the whole."""
        begun = samples - first if first else np.inf  # where nothing is cut, nothing clicks
        return np.clip(np.minimum(begun, stop - 1 - samples) / (_EASED_S * self.rate), 0, 1).astype(np.float32)

    def _whole(self) -> Iterator[np.ndarray]:
        total, held = 0, None
        yield from self._silence(self.lead_s)
        for block in self._planar():
            if not np.isfinite(block).all():
                raise InputError(
                    "The sound of {path!r} holds values that are not finite numbers (NaN or infinity). "
                    "Export it again from the program that made it.",
                    path=self.path,
                )
            if held is not None:
                yield held
            total, held = total + block.shape[1], block
        if held is not None:
            yield held[:, : held.shape[1] - self._padding(total, held.shape[1])]
        self._conclude()

    def _padding(self, total: int, last: int) -> int:
        """Samples beyond the end of an MP4 or MOV track; FFmpeg's reader leaves those of the last frame in.

        The last packet's duration is exact to the sample, but only some programs shorten it; the edit list always
        tells, but mostly in whole milliseconds.
        """
        if "mov" not in self._container.format.name.split(",") or not self._stream.duration:
            return 0
        excess = total - round(self._stream.duration * self._stream.time_base * self.rate)
        if self._last_packet_s:
            by_packet = last - round(self._last_packet_s * self.rate)
            if abs(excess - by_packet) <= self.rate / 1000 + 1:
                excess = by_packet
        return excess if 0 < excess < last else 0  # a larger one is a header that was never completed

    def _planar(self) -> Iterator[np.ndarray]:
        """``(channels, n) float32`` blocks; a track that changes its rate or layout midway is made uniform."""
        kind, converter = None, None
        for frame in itertools.chain([self._first], self._frames):
            if gap_s := self._gap_before(frame):
                yield from self._silence(gap_s)
            if (frame.sample_rate, frame.layout.name) == (self.rate, self.layout):
                yield _planar_float(frame)
                continue
            if kind != (frame.sample_rate, frame.layout.name, frame.format.name):
                kind = (frame.sample_rate, frame.layout.name, frame.format.name)
                converter = av.AudioResampler(format="fltp", layout=self.layout, rate=self.rate)
            for converted in converter.resample(frame):
                yield _planar_float(converted)

    def _gap_before(self, frame: av.AudioFrame) -> float:
        """Seconds that lack before a frame, by its timestamp."""
        lasts_s = frame.samples / frame.sample_rate
        if frame.pts is None:
            self._due_s = None if self._due_s is None else self._due_s + lasts_s
            return 0.0
        at_s = frame.pts * self._tick_s
        begin_s = at_s if self._due_s is None else self._due_s  # not from frame to frame: small gaps add up
        gap_s = at_s - begin_s
        if abs(gap_s) <= GAP_S:
            at_s, gap_s = begin_s, 0.0
        elif not 0 < gap_s <= self._longest_gap_s:  # the clock was reset: joined recordings, broadcast
            gap_s = 0.0
        if gap_s:
            self._gaps.append((begin_s, gap_s))
        self._due_s, self._end_s = at_s + lasts_s, at_s + lasts_s
        return gap_s

    @property
    def _longest_gap_s(self) -> float:
        """What is longer is no gap but an error."""
        if Flags.ts_discont in Flags(self._container.format.flags):
            return _LONGEST_JUMP_S
        return self._container.duration / 1e6 if self._container.duration else _LONGEST_GAP_S

    def _silence(self, seconds: float) -> Iterator[np.ndarray]:
        left = round(seconds * self.rate)
        while left:
            block = np.zeros((self.channels, min(left, self.rate)), np.float32)
            left -= block.shape[1]
            yield block

    def _conclude(self) -> None:
        """What is known when all has been read."""
        self._note_gaps()
        if self._end_s is not None:
            check_end(self.path, self._container, self._stream, self._end_s, self.notes.append)

    def _note_gaps(self) -> None:
        """Say where silence stands in what has been read."""
        if self.lead_s >= _NOTED_LEAD_S:
            self.notes.append(
                Message(
                    "The sound of {path!r} begins {lead_s:.2f} s after its picture: silence stands before it.",
                    path=self.path,
                    lead_s=self.lead_s,
                )
            )
        if self._gaps:
            count = len(self._gaps)
            (begin_s, longest_s), lost_s = max(self._gaps, key=lambda gap: gap[1]), sum(gap for _, gap in self._gaps)
            begin_s -= start_s(self._stream) - self.lead_s
            about = {"path": self.path, "begin_s": begin_s, "end_s": begin_s + longest_s}
            one = Message(
                "The sound of {path!r} has a gap from {begin_s:.2f} to {end_s:.2f} s, "
                "where its packets are missing: silence stands for them. Record or copy it again if words are lost.",
                **about,
            )
            several = Message(
                "The sound of {path!r} has {count} gaps, the longest from {begin_s:.2f} to {end_s:.2f} s, {lost_s:.2f} "
                "s in all, "
                "where its packets are missing: silence stands for them. Record or copy it again if words are lost.",
                count=count,
                lost_s=lost_s,
                **about,
            )
            self.notes.append(one if count == 1 else several)

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Frames of the track; damaged packets are skipped."""
        for packet in packets(self._container, self._stream):
            if packet.size and packet.duration:
                self._last_packet_s = packet.duration * packet.time_base
            yield from (frame for frame in frames_in(packet) if frame.samples)


def load_speech(
    path: str | os.PathLike[str],
    *,
    role: str = "voice",
    track: int | None = None,
    span: Span = ALL,
) -> Speech:
    """Prepare a voice for analysis; only the 16 kHz mono version is kept in memory.

    Several channels are folded to mono after ITU-R BS.775, or where they cancel each other, the loudest one is taken;
    the rate is converted by soxr (high quality, linear phase).

    Args:
        path: an audio file in any common format, or a video whose sound track is taken.
        role: what it is for, as messages should name it.
        track: which of several sound tracks, counting from 1; None: the file's default.
        span: what is taken of it; other functions then take the same of the same file.

    Returns:
        The wave, the exact length of the source in its own samples, and what was noticed.

    Raises:
        InputError: no such file, no sound, no such track, damaged, values that are not finite, shorter than
            :data:`MIN_DURATION_S`, or ended before the span begins.
    """
    with SoundReader(path, role=role, track=track, span=span) as reader:
        weights = _mono_weights(reader)
        wave, samples, products = _folded(reader, weights)
        notes = list(reader.notes)
    if samples < MIN_DURATION_S * reader.rate:
        raise InputError(
            "The {role} {path!r} lasts {duration_s:.3f} s; at least {least_s} s are needed. Give a longer recording.",
            role=Message(role),
            path=str(path),
            duration_s=samples / reader.rate,
            least_s=MIN_DURATION_S,
        )
    powers = products.diagonal()
    if weights @ products @ weights < _CANCELLED * np.square(weights) @ powers:  # equal where channels are unlike
        loudest = int(np.argmax(powers * (weights > 0)))
        notes.append(
            Message(
                "The channels of {path!r} are in opposite phase and cancel each other in mono: the lips follow "
                "channel {channel}. Turn one of them round, or many phones play silence.",
                path=str(path),
                channel=loudest + 1,
            )
        )
        with SoundReader(path, role=role, track=track, span=span) as again:
            wave = _folded(again, np.eye(reader.channels, dtype=np.float32)[loudest])[0]
    if np.abs(wave).max() < SILENT:
        notes.append(
            Message(
                "The sound of {path!r} is silent: the lips will rest. Choose another track with --audio-track."
                if reader.tracks > 1
                else "The sound of {path!r} is silent: the lips will rest. Give the right recording.",
                path=str(path),
            )
        )
    wave.setflags(write=False)
    about = {"path": reader.path, "track": track, "lead_s": reader.lead_s, "notes": tuple(notes), "span": span}
    return Speech(wave=wave, samples=samples, rate=reader.rate, channels=reader.channels, **about)


def _folded(reader: SoundReader, weights: np.ndarray) -> tuple[np.ndarray, int, np.ndarray]:
    """A whole track as a mono wave at SAMPLE_RATE; its samples at its own rate; ``(channels, channels)`` products."""
    resample = _resampler(reader.rate)
    samples, pieces, products = 0, [], np.zeros((reader.channels, reader.channels))
    for block in reader.blocks():
        samples += block.shape[1]
        products += block @ block.T
        pieces.append(resample(np.ascontiguousarray(weights @ block), False))
    pieces.append(resample(np.zeros(0, np.float32), True))
    wave = np.concatenate(pieces)
    wave.resize(round(samples * SAMPLE_RATE / reader.rate), refcheck=False)  # in place, since it may be long
    np.clip(wave, -1.0, 1.0, out=wave)
    return wave, samples, products


def source_blocks(
    path: str | os.PathLike[str],
    *,
    rate: int,
    layout: str,
    samples: int,
    track: int | None = None,
    span: Span = ALL,
) -> Iterator[np.ndarray]:
    """Stream the sound of a file at full quality, converted only where ``rate`` or ``layout`` differ from its own.

    Args:
        path: an audio file, or a video with sound.
        rate: samples per second to deliver.
        layout: channel arrangement to deliver, by FFmpeg's name.
        samples: exactly so many are delivered; silence fills what is missing.
        track: which of several sound tracks, counting from 1; None: the file's default.
        span: what is taken of it.

    Yields:
        ``(channels, n) float32`` blocks.

    Raises:
        InputError: as for :class:`SoundReader`.
    """
    left, channels = samples, 1
    with SoundReader(path, track=track, span=span) as reader:
        for block in _converted(reader, rate, layout):
            block = block[:, :left]
            left, channels = left - block.shape[1], block.shape[0]
            if block.shape[1]:
                yield block
    while left:
        block = np.zeros((channels, min(left, rate)), np.float32)
        left -= block.shape[1]
        yield block


def _converted(reader: SoundReader, rate: int, layout: str) -> Iterator[np.ndarray]:
    if (rate, layout) == (reader.rate, reader.layout):
        yield from reader.blocks()
        return
    converter = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    for block in reader.blocks():
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=reader.layout)
        frame.sample_rate = reader.rate
        yield from (_planar_float(converted) for converted in converter.resample(frame))
    yield from (_planar_float(converted) for converted in converter.resample(None))


def _planar_float(frame: av.AudioFrame) -> np.ndarray:
    """Samples as ``(channels, n) float32`` with integers scaled to [-1, 1)."""
    data = frame.to_ndarray()
    if not frame.format.is_planar:
        data = data.reshape(frame.samples, -1).T
    if data.dtype == np.uint8:
        return (data.astype(np.float32) - 128.0) / 128.0
    scale = -float(np.iinfo(data.dtype).min) if data.dtype.kind == "i" else 1.0
    return data.astype(np.float32) / np.float32(scale)


def _mono_weights(reader: SoundReader) -> np.ndarray:
    """``(channels,) float32`` weights of the fold-down to mono."""
    if reader.channels <= 2:
        return np.full(reader.channels, 1 / reader.channels, np.float32)
    return np.array([_MONO_WEIGHT.get(name, _MONO_WEIGHT_ELSEWHERE) for name in reader.speakers], np.float32)


def _resampler(rate: int) -> Callable[[np.ndarray, bool], np.ndarray]:
    """A function ``(mono block, is last) -> mono block at SAMPLE_RATE`` that remembers what it has seen."""
    if rate == SAMPLE_RATE:
        return lambda block, last: block
    return soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=1, dtype="float32", quality="HQ").resample_chunk
