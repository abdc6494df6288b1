"""RGB pictures to and from those of video files, which hold brightness and colour by some matrix and range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .decoding import quarter_turns

if TYPE_CHECKING:
    import av

BT709, BT601 = 1, 6  # matrices of HD and of older television (ITU-T H.273, FFmpeg's AVColorSpace)
LIMITED, FULL = 1, 2  # ranges 16 to 235 and 0 to 255 (AVColorRange)

_HD_ROWS = 720  # players take so many rows for BT.709 where a file does not tell, and fewer for BT.601
# Matrix -> swscale's number for it (SWS_CS_*).
_SWSCALE = {BT709: 1, 4: 4, 5: 5, BT601: 5, 7: 7, 9: 9, 10: 9}
# SWS_BILINEAR | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND: without the flags, flat colours come out 3 levels off.
_PRECISE = 0x2 | 0x2000 | 0x40000
_QUICK = 0x1  # fast bilinear


def to_rgb(
    picture: av.VideoFrame,
    *,
    reformatter: av.video.reformatter.VideoReformatter,
    width: int,
    height: int,
    exact: bool,
) -> np.ndarray:
    """A decoded picture as shown, ``(height, width, 3) uint8`` RGB, by the matrix and range that the file declares.

    The reformatter should be one for all pictures: it holds threads and tables. Without ``exact``, colours are off by a
    few levels, and it is three times as quick.
    """
    turns = quarter_turns(picture)
    stored = (height, width) if turns % 2 else (width, height)
    options = {
        "width": stored[0],
        "height": stored[1],
        "format": "rgb24",
        "interpolation": _PRECISE if exact else _QUICK,
    }
    if not (picture.format.is_rgb or picture.format.has_palette):
        guess = BT709 if picture.height >= _HD_ROWS else BT601
        matrix = _SWSCALE.get(int(picture.colorspace), _SWSCALE[guess])
        full = int(picture.color_range) == FULL or picture.format.name.startswith("yuvj")
        options |= {
            "src_colorspace": matrix,
            "dst_colorspace": matrix,
            "src_color_range": FULL if full else LIMITED,
            # RGB is full range either way; but PyAV 14 drops the matrix when source and destination look equal.
            "dst_color_range": 0 if full else FULL,
        }
    image = reformatter.reformat(picture, **options).to_ndarray()
    return np.ascontiguousarray(np.rot90(image, turns))


def to_yuv420(rgb: np.ndarray) -> np.ndarray:
    """Planes of a picture by BT.601, limited range, each chroma sample the mean of its four pixels.

    OpenCV's conversion is many times faster than swscale's, but takes chroma from one pixel in four, which frays
    coloured edges; a second pass over the averaged picture puts that right.

    Args:
        rgb: ``(H, W, 3) uint8``. An odd last row or column is repeated.

    Returns:
        ``(H' * 3 / 2, W') uint8`` with H' and W' rounded up to even; a new array.
    """
    import cv2

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
