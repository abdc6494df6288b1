"""Files as phones, cameras, editors and meetings really make them, built on the spot from drawn faces.

``python tests/real_files.py FOLDER`` writes all of them, to be looked at; tests call the functions. Nothing here needs
a file of the outside world, and none of it is larger than 200 kB.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image
from synthetic_faces import SyntheticFace, draw
from synthetic_media import set_matrix, voice, write_sound, write_video

FACE = SyntheticFace(x=128, y=112, width=110)
SIZE = (256, 256)
FPS = 25
SYLLABLES = 3.1
"""Openings of a talking mouth in a second."""

_BT2020_FROM_BT709 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
_BT2020_LUMA = np.array([0.2627, 0.6780, 0.0593])


def opening(time_s: float) -> float:
    """Of a mouth that talks as :func:`synthetic_media.voice` sounds, 0 to 1."""
    return 0.7 * max(0.0, float(np.sin(2 * np.pi * SYLLABLES * time_s)))


def talking(
    seconds: float = 2.0,
    *,
    face: SyntheticFace = FACE,
    fps: float = FPS,
    size: tuple[int, int] = SIZE,
    **changes: float,
) -> Iterable[np.ndarray]:
    """Frames of a face that talks; ``changes`` are attributes that hold for all of them."""
    for index in range(round(seconds * fps)):
        yield draw(_with(face, mouth=opening(index / fps), **changes), size=size)


def _with(face: SyntheticFace, **changes: float) -> SyntheticFace:
    return SyntheticFace(**{**face.__dict__, **changes})


# --- 1, 19: sizes and turns -------------------------------------------------------------------------------------------


def no_face(path: Path, *, width: int, height: int) -> Path:
    """A picture of a wall with a window."""
    image = np.full((height, width, 3), (150, 140, 120), np.uint8)
    cv2.rectangle(image, (width // 5, height // 5), (width // 2, height // 2), (210, 225, 235), -1)
    return _picture(path, image)


def upside_down(path: Path, *, turn: float = 180.0) -> Path:
    """A portrait whose face is turned in the picture, by degrees."""
    return _picture(path, draw(_with(FACE, y=128, roll=turn), size=SIZE))


def upside_down_video(path: Path, *, turn: float = 180.0) -> Path:
    """A video without a display matrix whose face is turned in the picture."""
    return write_video(path, talking(face=_with(FACE, y=128), roll=turn), sound=voice(2.0))


# --- 2, 3, 7, 8: what happens in front of the camera ------------------------------------------------------------------


def jump_cut(path: Path) -> Path:
    """A second was cut out of a talking clip: the same room, the head a little elsewhere. The cut is at frame 25."""
    before, after = list(talking(1.0)), list(talking(1.0, x=FACE.x + 14, y=FACE.y + 6, width=FACE.width * 1.08))
    return write_video(path, before + after, sound=voice(2.0))


def similar_shots(path: Path) -> Path:
    """Two people of the same size before the same wall; the cut is at frame 25."""
    other = _with(FACE, x=120, width=104, skin=(190, 140, 108), hair=(30, 24, 20))
    return write_video(path, [*talking(1.0), *talking(1.0, face=other)], sound=voice(2.0))


def wide_open(path: Path, *, mouth: float = 0.9) -> Path:
    """A mouth that stays wide open, of a singer or somebody at the dentist's."""
    return write_video(path, (draw(_with(FACE, mouth=mouth), size=SIZE) for _ in range(2 * FPS)), sound=voice(2.0))


def two_people(path: Path, *, leaves: tuple[float, float] = (0.8, 1.4), seconds: float = 2.0) -> Path:
    """Two faces side by side; the left one is out of the picture between two times, and the wall is seen there."""
    left, right = SyntheticFace(x=90, y=112, width=84), SyntheticFace(x=280, y=118, width=90, skin=(188, 138, 106))

    def frames() -> Iterable[np.ndarray]:
        for index in range(round(seconds * FPS)):
            here = not leaves[0] <= index / FPS < leaves[1]
            shown = [_with(face, mouth=opening(index / FPS)) for face in ((left, right) if here else (right,))]
            yield draw(*shown, size=(372, 240))

    return write_video(path, frames(), sound=voice(seconds))


PAIR = (
    SyntheticFace(x=120, y=112, width=110),
    SyntheticFace(x=360, y=116, width=116, skin=(188, 138, 106), hair=(30, 24, 20)),
)
"""Two who sit beside each other; each has the half of :func:`pair` to themselves."""


def pair_frame(*mouths: float) -> np.ndarray:
    """``(240, 480, 3) uint8``: :data:`PAIR`, with their mouths so far open."""
    return draw(*(_with(face, mouth=mouth) for face, mouth in zip(PAIR, mouths, strict=True)), size=(480, 240))


def pair(path: Path, *, seconds: float = 2.0) -> Path:
    """Two who talk at the same time, in turn wide and narrow, as a video; or as a picture, if the name says so."""
    if path.suffix == ".png":
        return _picture(path, pair_frame(0.0, 0.0))
    times = [index / FPS for index in range(round(seconds * FPS))]
    return write_video(path, (pair_frame(opening(t), opening(t + 0.5 / SYLLABLES)) for t in times))


def microphone(path: Path, *, hidden: tuple[float, float] = (0.6, 1.4)) -> Path:
    """A dark microphone is before the mouth between two times; it is there and gone at once."""
    return before_the_mouth(path, "microphone", hidden=hidden, comes_s=0.0, seconds=2.0)


def before_the_mouth(
    path: Path,
    thing: str,
    *,
    hidden: tuple[float, float] = (0.8, 1.6),
    comes_s: float = 0.2,
    seconds: float = 2.4,
    face: SyntheticFace = FACE,
) -> Path:
    """A face that talks, and something that comes from below, hides the mouth between two times, and goes again.

    Args:
        path: the file.
        thing: ``"microphone"``, ``"hand"`` (in the skin's own colour) or ``"mask"``.
        hidden: from when to when it is in its place.
        comes_s: how long it takes to come, and to go.
        seconds: length.
        face: who talks.
    """

    def frames() -> Iterable[np.ndarray]:
        for index, image in enumerate(talking(seconds, face=face)):
            early, late = hidden[0] - index / FPS, index / FPS - (hidden[1] - 1 / FPS)
            away = max(early, late, 0.0) / max(comes_s, 1e-6)
            yield image if away > 1 else cover(image, thing, face=face, away=away)

    return write_video(path, frames(), sound=voice(seconds))


def covered_picture(path: Path, thing: str, *, face: SyntheticFace = FACE) -> Path:
    """A portrait whose mouth is behind a ``"microphone"``, a ``"hand"`` or a ``"mask"``."""
    return _picture(path, cover(draw(face, size=SIZE), thing, face=face))


def cover(image: np.ndarray, thing: str, *, face: SyntheticFace = FACE, away: float = 0.0) -> np.ndarray:
    """The picture with a thing before the mouth; with ``away`` 1 it is below the chin."""
    image = image.copy()
    paint = _Things(image, face, 0.75 * away)
    {"microphone": paint.microphone, "hand": paint.hand, "mask": paint.mask}[thing]()
    return image


class _Things:
    """Draws onto a picture; places are in widths of the head, as in :class:`SyntheticFace`."""

    def __init__(self, image: np.ndarray, face: SyntheticFace, down: float) -> None:
        self._image, self._face, self._down = image, face, np.array([0.0, down])

    def microphone(self) -> None:
        """Foam on a handle."""
        self._line([(0.04, 0.55), (0.3, 1.6)], 0.15, (52, 52, 56))
        self._line([(0.0, 0.49), (0.0, 0.51)], 0.5, (34, 34, 38))

    def hand(self) -> None:
        """Four fingers beside each other and the back of the hand, in the skin's colour; darker between them."""
        skin = np.array(self._face.skin)
        self._line([(0.5, 0.95), (0.15, 0.6)], 0.5, skin * 0.96)
        for finger in range(4):
            y = 0.32 + 0.1 * finger
            self._line([(0.3, y + 0.06), (-0.26, y)], 0.115, skin * 0.78)
            self._line([(0.3, y + 0.06), (-0.26, y)], 0.092, skin)

    def mask(self) -> None:
        """Light blue cloth from the nose to below the chin, with folds."""
        edge = [(-0.5, 0.2), (-0.2, 0.2), (0, 0.14), (0.2, 0.2), (0.5, 0.2), (0.42, 0.6), (0.2, 0.86), (-0.2, 0.86)]
        corners = self._face.place(np.array([*edge, (-0.42, 0.6)]) + self._down)
        cv2.fillPoly(self._image, [np.rint(16 * corners).astype(np.int32)], (150, 195, 222), cv2.LINE_AA, shift=4)
        for y in (0.38, 0.48, 0.58):
            self._line([(-0.36, y), (0.36, y)], 0.012, (128, 172, 200))

    def _line(self, way: list[tuple[float, float]], width: float, colour: object) -> None:
        pixels = np.rint(16 * self._face.place(np.array(way) + self._down)).astype(np.int32)
        thick = max(1, round(width * self._face.width))
        cv2.polylines(self._image, [pixels], False, tuple(float(c) for c in colour), thick, cv2.LINE_AA, shift=4)


# --- 4, 9, 10, 13, 17: colour, light, geometry ------------------------------------------------------------------------


def high_dynamic_range(path: Path, transfer: str, *, still: np.ndarray | None = None, seconds: float = 1.0) -> Path:
    """10-bit BT.2020 as phones record it.

    Args:
        path: the file, ``.mp4``.
        transfer: ``"hlg"`` (ARIB STD-B67), ``"pq"`` (SMPTE ST 2084), or ``"sdr"`` for wide colours of ordinary range.
        still: ``(H, W, 3) uint8`` sRGB shown all the time; a talking face if not given. White is at 203 cd/m2, the
            level of diffuse white in ITU-R BT.2408.
        seconds: length.
    """
    frames = list(talking(seconds)) if still is None else [still] * round(seconds * FPS)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "qp": "4"})
        context = stream.codec_context
        context.height, context.width = frames[0].shape[:2]
        context.pix_fmt, context.time_base = "yuv420p10le", Fraction(1, FPS)
        context.color_primaries, context.colorspace, context.color_range = 9, 9, 1
        context.color_trc = {"hlg": 18, "pq": 16, "sdr": 14}[transfer]
        for index, image in enumerate(frames):
            picture = _ten_bit(_hdr_signal(image, transfer))
            picture.pts, picture.time_base = index, context.time_base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def _hdr_signal(image: np.ndarray, transfer: str) -> np.ndarray:
    """sRGB to a BT.2020 signal in [0, 1]."""
    value = image.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) @ _BT2020_FROM_BT709.T
    if transfer == "pq":  # ST 2084: absolute, 10,000 cd/m2 at 1
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        level = (linear * 203 / 10_000) ** m1
        return ((c1 + c2 * level) / (1 + c3 * level)) ** m2
    if transfer == "sdr":
        return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    # BT.2100 HLG: the inverse of the system gamma of a 1000 cd/m2 display, then the camera's curve.
    display = linear * 203 / 1000
    luma = np.maximum(display @ _BT2020_LUMA, 1e-9)[..., None]
    scene = display * luma ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def _ten_bit(signal: np.ndarray) -> av.VideoFrame:
    """BT.2020 signal to limited-range 4:2:0 with 10 bits."""
    height, width = signal.shape[:2]
    luma = signal @ _BT2020_LUMA
    blue, red = (signal[..., 2] - luma) / 1.8814, (signal[..., 0] - luma) / 1.4746
    small = [cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA) for plane in (blue, red)]
    levels = [876 * luma + 64, *(896 * plane + 512 for plane in small)]
    flat = np.concatenate([np.rint(plane).astype(np.uint16).ravel() for plane in levels])
    return av.VideoFrame.from_ndarray(flat.reshape(height * 3 // 2, width), format="yuv420p10le")


def without_colour(path: Path, *, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Path:
    """A black-and-white picture; with a tint such as (1.07, 0.94, 0.73) a sepia one."""
    grey = cv2.cvtColor(draw(FACE, size=SIZE), cv2.COLOR_RGB2GRAY)[..., None]
    return _picture(path, np.clip(grey * np.array(tint), 0, 255).astype(np.uint8))


def coloured_light(path: Path, *, light: tuple[float, float, float] = (0.45, 0.55, 1.25)) -> Path:
    """A face under blue light: its colours are there, multiplied."""
    return _picture(path, np.clip(draw(FACE, size=SIZE) * np.array(light), 0, 255).astype(np.uint8))


def mirrored(path: Path) -> Path:
    """Stored the wrong way round; its display matrix asks players to mirror it from left to right. See `quadrants`."""
    write_video(path, talking(), sound=voice(2.0))
    set_matrix(path, ((-1, 0), (0, 1)))
    return path


def interlaced(path: Path, *, fps: Fraction = Fraction(25), seconds: float = 1.0, speed: float = 120.0) -> Path:
    """Two moments in each frame, upper field first, tagged; the face moves sideways by pixels a second."""
    with av.open(str(path), "w") as output:
        options = {"preset": "ultrafast", "qp": "4", "x264-params": "tff=1"}
        stream = output.add_stream("libx264", rate=fps, options=options)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
        context.flags |= 1 << 18 | 1 << 29  # AV_CODEC_FLAG_INTERLACED_DCT, _INTERLACED_ME
        context.time_base = 1 / Fraction(fps)
        for index in range(round(seconds * fps)):
            moments = (index / float(fps), (index + 0.5) / float(fps))
            first, second = (draw(_with(FACE, x=70 + speed * t, mouth=opening(t)), size=SIZE) for t in moments)
            woven = first.copy()
            woven[1::2] = second[1::2]
            picture = av.VideoFrame.from_ndarray(woven, format="rgb24").reformat(format="yuv420p")
            picture.pts, picture.time_base = index, context.time_base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def with_alpha(path: Path) -> Path:
    """A cut-out face as editors export it (``.mov`` in QuickTime Animation, ``.webm`` in VP9); red hides behind it."""
    codec, pixel_format = ("qtrle", "argb") if path.suffix == ".mov" else ("libvpx-vp9", "yuva420p")
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=FPS)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = *SIZE, pixel_format
        context.time_base = Fraction(1, FPS)
        for index, image in enumerate(talking(0.6)):
            picture = av.VideoFrame.from_ndarray(_cut_out(image), format="rgba").reformat(format=pixel_format)
            picture.pts, picture.time_base = index, context.time_base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def _cut_out(image: np.ndarray) -> np.ndarray:
    """``(H, W, 4)``: alpha 255 on the head, 0 elsewhere, where the hidden pixels are red."""
    alpha = np.zeros(image.shape[:2], np.uint8)
    centre = (round(FACE.x), round(FACE.y + 0.12 * FACE.width))
    cv2.ellipse(alpha, centre, (round(0.66 * FACE.width), round(0.86 * FACE.width)), 0, 0, 360, 255, -1)
    hidden = np.where(alpha[..., None] > 0, image, np.array((255, 0, 0), np.uint8))
    return np.dstack([hidden, alpha])


# --- 5, 11, 12, 14: sound and containers ------------------------------------------------------------------------------


def late_sound(path: Path, *, late_s: float = 0.7, seconds: float = 2.5) -> Path:
    """The sound track begins later than the picture, as ``ffmpeg -itsoffset`` makes it; lips and sound agree."""
    return _with_holes(path, seconds, lambda time_s: time_s >= late_s)


def sound_with_gap(path: Path, *, gap: tuple[float, float] = (1.0, 1.6), seconds: float = 2.5) -> Path:
    """Packets of the sound were dropped between two times; what follows keeps its time stamps."""
    return _with_holes(path, seconds, lambda time_s: not gap[0] <= time_s < gap[1])


def _with_holes(path: Path, seconds: float, kept: Callable[[float], bool]) -> Path:
    """A talking video whose sound packets are there only where ``kept`` says so."""
    whole = write_video(path.with_name(f"whole-{path.name}"), talking(seconds), sound=voice(seconds))
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        copies = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            time_s = None if packet.pts is None else float(packet.pts * packet.time_base)
            if time_s is not None and (packet.stream.type == "video" or kept(time_s)):
                packet.stream = copies[packet.stream.index]
                output.mux(packet)
    whole.unlink()
    return path


def several_tracks(path: Path, *, default: int = 1, silent: int | None = None, seconds: float = 1.5) -> Path:
    """A video with two sound tracks, of which one is the default (and one may be silent): tones of 300 and 600 Hz."""
    time = np.arange(round(16_000 * seconds)) / 16_000
    tracks = [0.3 * np.sin(2 * np.pi * hertz * time) * (number != silent) for number, hertz in enumerate((300, 600))]
    pictures = list(talking(seconds))
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "qp": "8"})
        video.codec_context.width, video.codec_context.height, video.codec_context.pix_fmt = *SIZE, "yuv420p"
        streams = [output.add_stream("aac", rate=16_000, layout="mono") for _ in tracks]
        for number, stream in enumerate(streams):
            stream.disposition = av.stream.Disposition.default if number == default else 0
        for index, image in enumerate(pictures):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
            picture.pts = index
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        for stream, samples in zip(streams, tracks, strict=True):
            for start in range(0, len(samples), 1024):
                block = samples[None, start : start + 1024].astype(np.float32)
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = 16_000, start, Fraction(1, 16_000)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    return path


def two_videos(path: Path) -> Path:
    """A red and a blue video in one file; the second one is the default."""
    with av.open(str(path), "w") as output:
        streams = [output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"}) for _ in range(2)]
        for number, stream in enumerate(streams):
            context = stream.codec_context
            context.width, context.height, context.pix_fmt = 64, 48, "yuv420p"
            stream.disposition = av.stream.Disposition.default if number else 0
        for index in range(5):
            for stream, colour in zip(streams, ((220, 30, 30), (30, 30, 220)), strict=True):
                image = np.full((48, 64, 3), colour, np.uint8)
                picture = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
                picture.pts = index
                output.mux(stream.encode(picture))
        for stream in streams:
            output.mux(stream.encode(None))
    return path


def opposite_phase(path: Path) -> Path:
    """Stereo whose channels cancel each other, as a wrongly wired microphone gives it."""
    wave = voice(2.0)
    return write_sound(path, np.stack([wave, -wave]))


def truncated(path: Path, *, share: float = 0.5, seconds: float = 3.0) -> Path:
    """A copy that broke off: the first part of an MP4 whose index lies at its beginning."""
    write_video(path, talking(seconds), sound=voice(seconds), container_options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


# --- 6, 15, 18: clocks and formats ------------------------------------------------------------------------------------


def variable_rate(path: Path, *, seconds: float = 2.0) -> Path:
    """A phone at 30 frames a second that leaves out frames in the dark: every third one is missing in the middle."""
    times = [index for index in range(round(30 * seconds)) if not (15 <= index < 45 and index % 3 == 2)]
    frames = [draw(_with(FACE, mouth=opening(index / 30)), size=SIZE) for index in times]
    return write_video(
        path, frames, fps=30, timestamps=lambda number: 20 * times[number], time_base=Fraction(1, 600),
        sound=voice(seconds),
    )  # fmt: skip


def screen_recording(path: Path, *, seconds: float = 3.0) -> Path:
    """A meeting that was recorded from the screen: about ten frames a second, at irregular times."""
    rng, times, now = np.random.default_rng(3), [], 0.0
    while now < seconds:
        times.append(now)
        now += float(rng.choice([0.05, 0.1, 0.15]))
    frames = [draw(_with(FACE, mouth=opening(time_s)), size=SIZE) for time_s in times]
    return write_video(
        path, frames, fps=30, timestamps=lambda number: round(1000 * times[number]), time_base=Fraction(1, 1000),
        sound=voice(seconds),
    )  # fmt: skip


def animation(path: Path) -> Path:
    """A talking face as an animated GIF, WebP or PNG (``.gif``, ``.webp``, ``.png``): 20 frames of 50 ms."""
    pictures = [Image.fromarray(image) for image in talking(1.0, fps=20)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=50, loop=0)
    return path


def picture_of_kind(path: Path) -> Path:
    """A face as TGA, BMP, ... by its name; Pillow's choice."""
    return _picture(path, draw(FACE, size=SIZE))


def photoshop(path: Path, image: np.ndarray) -> Path:
    """A PSD file of one RGB layer, uncompressed (Adobe's specification: header, three empty sections, planes)."""
    height, width = image.shape[:2]
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, height, width, 8, 3)
    path.write_bytes(header + bytes(12) + bytes(2) + image.transpose(2, 0, 1).tobytes())
    return path


def _picture(path: Path, image: np.ndarray) -> Path:
    Image.fromarray(image).save(path)
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "no_face.png": lambda path: no_face(path, width=1024, height=768),
    "upside_down.png": upside_down,
    "turned_120.png": lambda path: upside_down(path, turn=120),
    "upside_down.mp4": upside_down_video,
    "jump_cut.mp4": jump_cut,
    "similar_shots.mp4": similar_shots,
    "wide_open.mp4": wide_open,
    "two_people.mp4": two_people,
    "pair.mp4": pair,
    "pair.png": pair,
    "microphone.mp4": microphone,
    "hand.mp4": lambda path: before_the_mouth(path, "hand"),
    "mask.mp4": lambda path: before_the_mouth(path, "mask"),
    "masked.png": lambda path: covered_picture(path, "mask"),
    "hlg.mp4": lambda path: high_dynamic_range(path, "hlg"),
    "pq.mp4": lambda path: high_dynamic_range(path, "pq"),
    "grey.png": without_colour,
    "sepia.png": lambda path: without_colour(path, tint=(1.07, 0.94, 0.73)),
    "blue_light.png": coloured_light,
    "mirrored.mp4": mirrored,
    "interlaced_25.mp4": interlaced,
    "interlaced_29.97.mp4": lambda path: interlaced(path, fps=Fraction(30000, 1001)),
    "alpha.mov": with_alpha,
    "alpha.webm": with_alpha,
    "late_sound.mp4": late_sound,
    "late_sound.mkv": late_sound,
    "sound_with_gap.mp4": sound_with_gap,
    "several_tracks.mp4": several_tracks,
    "silent_first_track.mp4": lambda path: several_tracks(path, default=0, silent=0),
    "opposite_phase.wav": opposite_phase,
    "truncated.mp4": truncated,
    "variable_rate.mp4": variable_rate,
    "variable_rate.webm": lambda path: _as_webm(path, variable_rate),
    "screen_recording.mp4": screen_recording,
    "animation.gif": animation,
    "animation.webp": animation,
    "animation.png": animation,
    "face.tga": picture_of_kind,
}
"""Name of each file -> what writes it."""


def _as_webm(path: Path, write: Callable[[Path], Path]) -> Path:
    """The same packets of pictures, in Matroska with its time stamps of whole milliseconds."""
    source = write(path.with_suffix(".temporary.mp4"))
    with av.open(str(source)) as opened, av.open(str(path), "w", format="matroska") as output:
        copies = {stream.index: output.add_stream_from_template(stream) for stream in opened.streams}
        for packet in opened.demux():
            if packet.pts is not None:
                packet.stream = copies[packet.stream.index]
                output.mux(packet)
    source.unlink()
    return path


def build(folder: Path) -> list[Path]:
    """Write every file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write(folder / name) for name, write in FILES.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for file in build(parser.parse_args().folder):
        print(f"{file.name:<24} {file.stat().st_size / 1000:8.1f} kB")
