"""Pictures, videos and sounds made on the spot, so that no test needs a file of the outside world."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

COLOURS = ((220, 40, 40), (40, 200, 60), (50, 70, 220), (230, 220, 60), (200, 60, 200), (60, 210, 210))
"""Six colours that survive H.264 well enough to be told apart."""


def flat(colour: tuple[int, int, int], *, width: int = 64, height: int = 48) -> np.ndarray:
    """``(height, width, 3) uint8`` RGB of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def quadrants(*, width: int = 64, height: int = 48) -> np.ndarray:
    """Red, green / blue, yellow: tells every rotation and reflection apart."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 2, : width // 2], image[: height // 2, width // 2 :] = COLOURS[0], COLOURS[1]
    image[height // 2 :, : width // 2], image[height // 2 :, width // 2 :] = COLOURS[2], COLOURS[3]
    return image


def numbered(index: int, *, width: int = 64, height: int = 48) -> np.ndarray:
    """A frame that carries its number (0 to 255) as eight black or white bars; see :func:`number_of`."""
    bits = np.array([(index >> bit) & 1 for bit in range(8)], np.uint8)
    row = np.repeat(bits * 215 + 20, -(-width // 8))[:width]
    return np.broadcast_to(row[None, :, None], (height, width, 3)).copy()


def number_of(image: np.ndarray) -> int:
    """The number in a :func:`numbered` frame, after any compression."""
    width = image.shape[1]
    step = -(-width // 8)
    bars = [image[:, bit * step + step // 4 : (bit + 1) * step - step // 4].mean() > 127 for bit in range(8)]
    return sum(int(bar) << bit for bit, bar in enumerate(bars))


def voice(duration_s: float, *, rate: int = 16_000, seed: int = 0) -> np.ndarray:
    """``(n,) float32``: syllable-like bursts of a harmonic tone with noise; unlike itself at any other lag."""
    count = round(duration_s * rate)
    rng = np.random.default_rng(seed)
    time = np.arange(count) / rate
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tone = sum(np.sin(k * phase) / k for k in range(1, 8) if k * 160 < rate / 2)
    envelope = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, None)
    return (0.25 * envelope * tone + 0.02 * rng.standard_normal(count)).astype(np.float32)


def write_sound(
    path: Path,
    samples: np.ndarray,
    *,
    rate: int = 16_000,
    codec: str = "pcm_s16le",
    layout: str | None = None,
    container: str | None = None,
) -> Path:
    """Write ``(n,)`` or ``(channels, n)`` float samples; ``pcm_f32le`` in .wav keeps them as they are."""
    samples = np.atleast_2d(np.asarray(samples, np.float32))
    layout = layout or {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        for packet in _sound_packets(stream, samples, rate, layout):
            output.mux(packet)
    return path


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    fps: Fraction | int = 25,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container: str | None = None,
    timestamps: Callable[[int], int] | None = None,
    time_base: Fraction | None = None,
    sound: np.ndarray | None = None,
    rate: int = 16_000,
    sound_late_s: float = 0.0,
    matrix: int | None = None,
    full_range: bool = False,
    declared: bool = True,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write RGB frames as a video.

    Args:
        path: the file.
        frames: ``(H, W, 3) uint8`` RGB.
        fps: nominal rate.
        codec: encoder.
        pixel_format: what the encoder gets; ``yuv444p`` allows odd sizes.
        container: FFmpeg's format name, if the ending does not tell.
        timestamps: index -> time in units of ``time_base``; regular if not given.
        time_base: seconds per tick; 1 / fps if not given.
        sound: float samples to go along.
        rate: of the sound.
        sound_late_s: how much later than the picture the sound begins.
        matrix: AVColorSpace number to convert with and to declare (1: BT.709, 6: BT.601).
        full_range: use and declare 0 to 255 instead of 16 to 235.
        declared: say in the file which matrix and range were used.
        options: of the encoder; nearly lossless H.264 if not given.
        container_options: of the multiplexer.
    """
    frames = iter(frames)
    first = next(frames)
    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        if options is None:
            options = {"preset": "ultrafast", "qp": "4"} if codec == "libx264" else {}
        video = output.add_stream(codec, rate=Fraction(fps), options=options)
        context = video.codec_context
        context.height, context.width = first.shape[:2]
        context.pix_fmt = pixel_format
        context.time_base = time_base or 1 / Fraction(fps)
        if matrix is not None and declared:
            context.colorspace, context.color_range = matrix, 2 if full_range else 1
        audio = None
        if sound is not None:
            samples = np.atleast_2d(np.asarray(sound, np.float32))
            layout = {1: "mono", 2: "stereo"}[len(samples)]
            audio = output.add_stream("aac", rate=rate, layout=layout)
        for index, image in enumerate(_chain(first, frames)):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            swscale = {1: 1, None: 5, 6: 5}[matrix]
            picture = picture.reformat(
                format=pixel_format,
                src_colorspace=swscale,
                dst_colorspace=swscale,
                # Without meaning for RGB, but PyAV 14 skips the conversion when source and destination look equal.
                src_color_range=1 if full_range else 2,
                dst_color_range=2 if full_range else 1,
                interpolation=0x2 | 0x2000 | 0x40000,
            )
            picture.pts = timestamps(index) if timestamps else index
            picture.time_base = context.time_base
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        if audio is not None:
            for packet in _sound_packets(audio, samples, rate, layout, begin=round(sound_late_s * rate)):
                output.mux(packet)
    return path


def set_rotation(path: Path, degrees: int) -> None:
    """Write a display matrix into the video track of an MP4 file, as a phone held upright does.

    Args:
        path: the file.
        degrees: by how much a player has to turn the picture clockwise: 0, 90, 180 or 270.
    """
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    set_matrix(path, ((cosine, sine), (-sine, cosine)))


def set_matrix(path: Path, matrix: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """Write a display matrix of whole numbers into the video track of an MP4 file (ISO/IEC 14496-12, 6.2.2)."""
    one = 1 << 16
    (a, b), (c, d) = matrix
    packed = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    at += 40 if data[at] == 0 else 52  # version 1 has longer times
    data[at : at + 36] = packed
    path.write_bytes(data)


def _sound_packets(
    stream: av.AudioStream, samples: np.ndarray, rate: int, layout: str, *, begin: int = 0
) -> Iterable[av.Packet]:
    wanted = stream.codec_context.format.name if stream.codec_context.format else "fltp"
    convert = av.AudioResampler(format=wanted, layout=layout, rate=rate)
    for start in range(0, samples.shape[1], 4096):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[:, start : start + 4096]), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, begin + start, Fraction(1, rate)
        for converted in convert.resample(frame):
            yield from stream.encode(converted)
    yield from stream.encode(None)


def _chain(first: np.ndarray, rest: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    yield first
    yield from rest
