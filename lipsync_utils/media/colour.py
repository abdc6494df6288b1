"""RGB pictures to and from those of video files, which hold brightness and colour by some matrix and range."""

from __future__ import annotations

from functools import cache

import av
import cv2
import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from ..messages import Message
from ..pixels import BT601, BT709, BT2020, Colour, Pixels, Yuv, planes_in
from .pictures import BACKDROP

LIMITED, FULL = 1, 2  # ranges 16 to 235 and 0 to 255 (AVColorRange)
PQ, HLG = 16, 18  # curves of high dynamic range (SMPTE ST 2084, ARIB STD-B67; AVColorTransferCharacteristic)

_BT709_FROM_BT2020 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
_BT2020_LUMA = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
_WHITE = 203.0
"""Light of white paper in high dynamic range, in cd/m2 (ITU-R BT.2408); what is brighter becomes white too."""
_TOP = 65283  # what swscale makes of a signal's white in 16 bits
_STRIP = 64  # rows that are converted at once, so that they stay in the processor's cache

_HD_ROWS = 720  # players take so many rows for BT.709 where a file does not tell, and fewer for BT.601
_SWSCALE = {
    BT709: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    BT601: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    BT2020: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
# Without the flags, flat colours come out 3 levels off.
_PRECISE = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


def to_pixels(
    picture: av.VideoFrame,
    *,
    reformatter: VideoReformatter,
    width: int,
    height: int,
    exact: bool,
) -> Pixels:
    """A decoded picture as shown: its own planes where screens show their colours as they are, else RGB.

    Planes with more bits, or more samples of colour, are reduced once to what every player shows (yuv420p); matrix,
    range and primaries stay. RGB are pictures with an odd side, in high dynamic range or wide colours, transparent
    ones, and those that are stored as RGB. Args are those of :func:`to_rgb`.
    """
    colour = None if width % 2 or height % 2 else colour_of(picture)
    if colour is None:
        return to_rgb(picture, reformatter=reformatter, width=width, height=height, exact=exact)
    matrix = display_matrix(picture)
    stored = (width, height) if _keeps_rows(matrix) else (height, width)
    if picture.format.name not in ("yuv420p", "yuvj420p") or (picture.width, picture.height) != stored:
        declared = {"colorspace": _SWSCALE[colour.matrix], "color_range": FULL if colour.full else LIMITED}
        same = {f"{side}_{name}": value for side in ("src", "dst") for name, value in declared.items()}
        interpolation = _PRECISE if exact else Interpolation.FAST_BILINEAR
        picture = reformatter.reformat(picture, *stored, "yuv420p", interpolation=interpolation, **same)
    planes = picture.to_ndarray()
    if matrix != (1, 0, 0, 1):
        planes = np.concatenate([_upright(plane, matrix).ravel() for plane in planes_in(planes)]).reshape(-1, width)
    return Yuv(planes, colour)


def colour_of(picture: av.VideoFrame) -> Colour | None:
    """What a picture's numbers stand for, by what the file declares or players assume; None of RGB, HDR or BT.2020."""
    if picture.format.is_rgb or picture.format.has_palette or is_wide(picture) or has_alpha(picture):
        return None
    matrix = int(picture.colorspace)
    if matrix not in _SWSCALE or matrix in (BT2020, 10):
        matrix = BT709 if picture.height >= _HD_ROWS else BT601
    full = int(picture.color_range) == FULL or picture.format.name.startswith("yuvj")
    return Colour(matrix, full, int(picture.color_primaries), int(picture.color_trc))


def to_rgb(
    picture: av.VideoFrame,
    *,
    reformatter: VideoReformatter,
    width: int,
    height: int,
    exact: bool,
) -> np.ndarray:
    """A decoded picture as shown, ``(height, width, 3) uint8`` RGB, by the matrix and range that the file declares.

    Wide primaries (BT.2020) and curves of high dynamic range become sRGB; lights brighter than white paper become
    white. Behind transparent pixels is the same grey as in pictures. The display matrix is obeyed.

    The reformatter should be one for all pictures: it holds threads and tables. Without ``exact``, colours are off by a
    few levels, and it is three times as quick.
    """
    matrix = display_matrix(picture)
    stored = (width, height) if _keeps_rows(matrix) else (height, width)
    options = {}
    if not (picture.format.is_rgb or picture.format.has_palette):
        guess = BT709 if picture.height >= _HD_ROWS else BT601
        if is_wide(picture):
            guess = BT2020
        full = int(picture.color_range) == FULL or picture.format.name.startswith("yuvj")
        options["src_colorspace"] = _SWSCALE.get(int(picture.colorspace), _SWSCALE[guess])
        options["src_color_range"] = FULL if full else LIMITED
    wide, clear = is_wide(picture), has_alpha(picture)
    interpolation = _PRECISE if exact else Interpolation.FAST_BILINEAR
    if wide:
        interpolation = Interpolation.BILINEAR  # with the precise flags, swscale mixes up 16-bit colours
    layout = "rgb48le" if wide else "rgba" if clear else "rgb24"
    image = reformatter.reformat(picture, *stored, layout, interpolation=interpolation, **options).to_ndarray()
    if wide:
        image = _narrowed(image, int(picture.color_trc))
    elif clear:
        image = _on_backdrop(image)
    return np.ascontiguousarray(_upright(image, matrix))


def notes_on(picture: av.VideoFrame) -> list[Message]:
    """What a person should know about how the pictures of a video are converted."""
    notes = []
    if is_hdr(picture):
        notes.append(
            Message(
                "The video is in high dynamic range (HDR). Its colours were converted to the ordinary range of screens "
                "(SDR, BT.709); lights brighter than white paper have become white."
            )
        )
    elif is_wide(picture):
        notes.append(
            Message("The video has wide colours (BT.2020). They were converted to those of ordinary screens (BT.709).")
        )
    if has_alpha(picture) and picture.reformat(format="rgba").to_ndarray()[..., 3].min() < 255:
        notes.append(
            Message(
                "The video has transparent parts, and lies on plain grey in the output. Put a background behind it "
                "beforehand if you want another."
            )
        )
    return notes


def is_hdr(picture: av.VideoFrame) -> bool:
    """Whether a picture declares a curve of high dynamic range."""
    return int(picture.color_trc) in (PQ, HLG)


def is_wide(picture: av.VideoFrame) -> bool:
    """Whether a picture's numbers stand for other colours than those of an ordinary screen: HDR, or BT.2020."""
    return is_hdr(picture) or int(picture.color_primaries) == BT2020


def has_alpha(picture: av.VideoFrame) -> bool:
    """Whether a picture can be transparent."""
    return _carries_alpha(picture.format.name)


def display_matrix(picture: av.VideoFrame) -> tuple[int, int, int, int]:
    """How a picture is shown: the signs ``a, b, c, d`` of x' = ax + cy, y' = bx + dy, for quarter turns and mirrors.

    Angles between are rounded to the next quarter turn.
    """
    # Not picture.side_data: that and the picture refer to each other, and megabytes wait for the collector of cycles.
    data = SideDataContainer(picture).get(Type.DISPLAYMATRIX)
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d = (int(value) for value in np.frombuffer(data, np.int32)[:5])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (-1 if a < 0 else 1), 0, 0, (-1 if d < 0 else 1)
    return 0, (-1 if b < 0 else 1), (-1 if c < 0 else 1), 0


def shown_size(picture: av.VideoFrame, pixel_aspect: float) -> tuple[int, int]:
    """Width and height as shown, in square pixels."""
    width, height = round(picture.width * pixel_aspect), picture.height
    return (width, height) if _keeps_rows(display_matrix(picture)) else (height, width)


def _keeps_rows(matrix: tuple[int, int, int, int]) -> bool:
    return matrix[0] != 0


def _upright(image: np.ndarray, matrix: tuple[int, int, int, int]) -> np.ndarray:
    a, b, c, d = matrix
    if not _keeps_rows(matrix):
        image = image.swapaxes(0, 1)
    return image[:: b + d, :: a + c]


@cache
def _carries_alpha(name: str) -> bool:
    format_ = av.VideoFormat(name)
    return not format_.has_palette and any(component.is_alpha for component in format_.components)


def _on_backdrop(rgba: np.ndarray) -> np.ndarray:
    """``(H, W, 4)`` over :data:`~.pictures.BACKDROP`."""
    share = rgba[..., 3:].astype(np.float32) / 255
    return np.rint(rgba[..., :3] * share + np.float32(BACKDROP) * (1 - share)).astype(np.uint8)


def _narrowed(signal: np.ndarray, curve: int) -> np.ndarray:
    """``(H, W, 3) uint16`` RGB of BT.2020 by some curve -> ``uint8`` sRGB."""
    out = np.empty(signal.shape, np.uint8)
    for top in range(0, len(signal), _STRIP):
        light = _light_of(curve)[signal[top : top + _STRIP]]
        if curve == HLG:  # BT.2100: the screen's light grows with the scene's to the power of 1.2
            luma = np.maximum(cv2.transform(light, _BT2020_LUMA), 1e-6)
            light *= cv2.pow(luma, 0.2).reshape(*light.shape[:2], 1) * np.float32(1000 / _WHITE)
        narrow = cv2.transform(light, _BT709_FROM_BT2020)
        out[top : top + _STRIP] = _srgb()[(np.clip(narrow, 0, 1) * 65535 + 0.5).astype(np.uint16)]
    return out


@cache
def _light_of(curve: int) -> np.ndarray:
    """``(65536,) float32``: light of each value of a signal; 1 is white, in HLG the scene's brightest."""
    value = np.minimum(np.arange(1 << 16) / _TOP, 1)
    if curve == PQ:  # SMPTE ST 2084
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = value ** (1 / m2)
        light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1) * 10_000 / _WHITE
    elif curve == HLG:  # ARIB STD-B67
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        light = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    else:  # ordinary video is shown as sRGB everywhere, so that greys stay as they are
        light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


@cache
def _srgb() -> np.ndarray:
    """``(65536,) uint8``: the sRGB value of light from 0 to 1."""
    light = np.linspace(0, 1, 1 << 16)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * value).astype(np.uint8)


def declare(context: av.VideoCodecContext, colour: Colour) -> None:
    """Let a file say what the numbers of its planes stand for."""
    context.colorspace, context.color_range = colour.matrix, FULL if colour.full else LIMITED
    context.color_primaries, context.color_trc = colour.primaries, colour.curve
