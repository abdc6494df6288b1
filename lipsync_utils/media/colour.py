"""RGB pictures to and from those of video files, which hold brightness and colour by some matrix and range."""

from __future__ import annotations

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from .decoding import quarter_turns

BT709, BT601 = 1, 6  # matrices of HD and of older television (ITU-T H.273, FFmpeg's AVColorSpace)
LIMITED, FULL = 1, 2  # ranges 16 to 235 and 0 to 255 (AVColorRange)
PQ, HLG = 16, 18  # curves of high dynamic range (SMPTE ST 2084, ARIB STD-B67; AVColorTransferCharacteristic)
SRGB = 13

_HD_ROWS = 720  # players take so many rows for BT.709 where a file does not tell, and fewer for BT.601
_SWSCALE = {
    BT709: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    BT601: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
# Without the flags, flat colours come out 3 levels off.
_PRECISE = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


def to_rgb(
    picture: av.VideoFrame,
    *,
    reformatter: VideoReformatter,
    width: int,
    height: int,
    exact: bool,
) -> np.ndarray:
    """A decoded picture as shown, ``(height, width, 3) uint8`` RGB, by the matrix and range that the file declares.

    High dynamic range is brought to sRGB: its curve and wide primaries are converted, its brightest lights are mapped
    into what a screen has.

    The reformatter should be one for all pictures: it holds threads and tables. Without ``exact``, colours are off by a
    few levels, and it is three times as quick.
    """
    turns = quarter_turns(picture)
    stored = (height, width) if turns % 2 else (width, height)
    options = {}
    if not (picture.format.is_rgb or picture.format.has_palette):
        guess = BT709 if picture.height >= _HD_ROWS else BT601
        full = int(picture.color_range) == FULL or picture.format.name.startswith("yuvj")
        options["src_colorspace"] = _SWSCALE.get(int(picture.colorspace), _SWSCALE[guess])
        options["src_color_range"] = FULL if full else LIMITED
    interpolation = _PRECISE if exact else Interpolation.FAST_BILINEAR
    if is_hdr(picture):
        options |= {"dst_color_trc": SRGB, "dst_color_primaries": BT709}
        interpolation = Interpolation.BILINEAR  # with the precise flags swscale mixes up the colours
    image = reformatter.reformat(picture, *stored, "rgb24", interpolation=interpolation, **options).to_ndarray()
    return np.ascontiguousarray(np.rot90(image, turns))


def is_hdr(picture: av.VideoFrame) -> bool:
    """Whether a picture declares a curve of high dynamic range."""
    return int(picture.color_trc) in (PQ, HLG)


def to_yuv420(rgb: np.ndarray) -> np.ndarray:
    """Planes of a picture by BT.601, limited range, each chroma sample the mean of its four pixels.

    OpenCV's conversion is many times faster than swscale's, but takes chroma from one pixel in four, which frays
    coloured edges; a second pass over the averaged picture puts that right.

    Args:
        rgb: ``(H, W, 3) uint8``. An odd last row or column is repeated.

    Returns:
        ``(H' * 3 / 2, W') uint8`` with H' and W' rounded up to even; a new array.
    """
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        rgb = cv2.copyMakeBorder(rgb, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        height, width = rgb.shape[:2]
    planes = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    mean = cv2.resize(rgb, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    mean = cv2.resize(mean, (width, height), interpolation=cv2.INTER_NEAREST)
    planes[height:] = cv2.cvtColor(mean, cv2.COLOR_RGB2YUV_I420)[height:]
    return planes


def declare(context: av.VideoCodecContext) -> None:
    """Let a file say by which matrix and range :func:`to_yuv420` has converted."""
    context.colorspace, context.color_range = BT601, LIMITED
    context.color_primaries, context.color_trc = BT709, BT709  # numbered alike
