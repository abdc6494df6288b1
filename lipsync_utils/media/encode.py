"""One H.264 + AAC file, encoded frame by frame with the voice streamed in beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ..options import WriteOptions
from ..pixels import Colour
from ..records import Speech, Timeline
from .audio import source_blocks
from .colour import declare

_AAC_FRAME = 1024
_LAYOUT_OF = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1"}


class Encoder:
    """Encodes and multiplexes; one thread, no temporary names, no retries: see ``writer`` for those.

    The sound is kept to the sample. AAC comes in frames of 1024 samples, and few readers cut the padding of the last
    one; all of them cut what lies before time zero. So the padding goes in front: after it, and the encoder's own
    priming, the voice starts at exactly zero and ends at the end of the last frame.

    Args are those of :class:`~.writer.VideoWriter`, but for an even size, and for ``container``, FFmpeg's name of the
    format: ``"mp4"``, ``"mov"`` or ``"matroska"``.
    """

    def __init__(
        self,
        path: Path,
        *,
        container: str,
        width: int,
        height: int,
        timeline: Timeline,
        options: WriteOptions,
        speech: Speech,
        metadata: dict[str, str],
    ) -> None:
        self._fps = timeline.fps
        self._is_matroska = container == "matroska"
        self._rate = speech.rate if self._is_matroska else aac_rate(speech.rate)
        # The clock of the edit lists ticks in milliseconds unless told; with the sound's own rate they are exact.
        of_mp4 = {"movflags": "+faststart+use_metadata_tags", "movie_timescale": str(self._rate)}
        self._output = av.open(str(path), "w", format=container, options={} if self._is_matroska else of_mp4)
        try:
            self._output.metadata.update(metadata)
            self._video = self._add_video(width, height, options)
            self._audio = self._add_audio(speech.channels, options)
        except BaseException:
            self.close()
            raise
        self._frames = self._samples = 0
        self._blocks = self._sound(speech)

    def write(self, planes: np.ndarray, colour: Colour) -> None:
        """Encode one picture: ``(H * 3 / 2, W) uint8``, the three planes of yuv420p one below the other.

        What they stand for, the file says by its first picture.
        """
        if not self._frames:
            declare(self._video.codec_context, colour)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts, picture.time_base = self._frames, 1 / self._fps
        self._frames += 1
        self._output.mux(self._video.encode(picture))
        self._sound_until(Fraction(self._frames) / self._fps)

    def finish(self) -> None:
        """Encode what is left of the sound, flush the encoders and complete the file."""
        self._sound_until(None)
        self._output.mux(self._video.encode(None))
        self._output.mux(self._audio.encode(None))
        self._output.close()

    def close(self) -> None:
        """Let go of the file, complete or not. Never fails."""
        with contextlib.suppress(Exception):
            self._blocks.close()
        with contextlib.suppress(Exception):
            self._output.close()

    def _add_video(self, width: int, height: int, options: WriteOptions) -> av.VideoStream:
        stream = self._output.add_stream("libx264", rate=self._fps, options=x264_settings(options))
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = 1 / self._fps
        return stream

    def _add_audio(self, channels: int, options: WriteOptions) -> av.AudioStream:
        self._layout = _LAYOUT_OF.get(channels, "stereo")
        if self._is_matroska:  # lossless, and without any padding
            return self._output.add_stream("flac", rate=self._rate, layout=self._layout)
        stream = self._output.add_stream("aac", rate=self._rate, layout=self._layout)
        heard = min(channels, len(stream.layout.channels))
        most = 6 * self._rate * heard  # 6144 bits for a frame and channel
        stream.bit_rate = min(options.audio_kbps * 1000 * heard // 2, most)
        return stream

    def _sound(self, speech: Speech) -> Iterator[np.ndarray]:
        """Blocks of the voice at the output's rate, behind the padding that makes it end with an AAC frame."""
        samples = round(Fraction(speech.samples * self._rate, speech.rate))
        of_file = {"samples": samples, "track": speech.track, "span": speech.span}
        blocks = source_blocks(speech.path, rate=self._rate, layout=self._layout, **of_file)
        padding = 0 if self._is_matroska else -samples % _AAC_FRAME
        self._samples = -padding
        first = next(blocks)
        if padding:
            yield np.zeros((first.shape[0], padding), np.float32)
        yield first
        yield from blocks

    def _sound_until(self, time_s: Fraction | None) -> None:
        """Encode the sound up to a time, or to its end, so that both streams lie side by side in the file."""
        while time_s is None or self._samples < time_s * self._rate:
            block = next(self._blocks, None)
            if block is None:
                return
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._layout)
            frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
            frame.pts = self._samples
            self._samples += block.shape[1]
            self._output.mux(self._audio.encode(frame))


def x264_settings(options: WriteOptions) -> dict[str, str]:
    """What the encoder of pictures is told."""
    # 4:2:0 has already cost the chroma, in which lips differ from skin, half its resolution: quantise it less.
    return {"crf": str(options.crf), "preset": options.preset, "chromaoffset": "-4"}


def aac_rate(rate: int) -> int:
    """The rate itself where AAC has it, else the next higher one, else the highest."""
    known = av.codec.Codec("aac", "w").audio_rates
    return min((other for other in known if other >= rate), default=max(known))
