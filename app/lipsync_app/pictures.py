"""Pictures as the app needs them: small ones for its pages, bounded ones for its work."""

from __future__ import annotations

import base64
import io

import cv2
import numpy as np
from PIL import Image

THUMBNAIL = 320
"""Longer side of a thumbnail in pixels."""


def reduced(image: np.ndarray, longest: int) -> np.ndarray:
    """The picture ``(H, W, 3) uint8`` RGB with a longer side of ``longest`` pixels at most."""
    factor = longest / max(image.shape[:2])
    if factor >= 1.0:
        return image
    size = [max(2, round(length * factor)) for length in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def thumbnail(image: np.ndarray) -> bytes:
    """A small version of ``(H, W, 3) uint8`` RGB, as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(reduced(image, THUMBNAIL)).save(buffer, "WEBP", quality=82)
    return buffer.getvalue()


def as_address(picture: bytes, kind: str = "webp") -> str:
    """A picture as an address that HTML and CSS take."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
