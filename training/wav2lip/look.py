"""How one camera, in one light, would have shown the same crops: varied anew whenever they are used.

Photographs differ from renderings in colour, contrast, sharpness and noise more than in shape. Who learns with all of
these, and more of each than photographs have, does not lean on the renderer's.
"""

from __future__ import annotations

import cv2
import numpy as np

LUMA = np.array((0.299, 0.587, 0.114), np.float32)
PLAIN = 0.1
"""Part of the samples that stay as they are."""


def vary(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same variation of all pictures of a sample; only noise is each picture's own.

    Args:
        frames: ``(..., H, W, 3) uint8`` RGB: pictures of one face from one clip, reference included.
        rng: decides everything.

    Returns:
        The same shape and type, a new array.
    """
    if rng.random() < PLAIN:
        return frames.copy()
    height, width = frames.shape[-3:-1]
    light = _shading(height, width, rng) if rng.random() < 0.4 else None
    colours, matrix = _curves(rng), _saturation(rng)
    sharpness = rng.normal(0.0, 0.7) if rng.random() < 0.6 else 0.0
    grain = rng.triangular(0.0, 1.0, 9.0) if rng.random() < 0.5 else 0.0
    noise = _noise((height, width), grain, rng) if grain else None
    out = np.empty_like(frames)
    for source, target in zip(frames.reshape(-1, height, width, 3), out.reshape(-1, height, width, 3), strict=True):
        image = cv2.transform(cv2.LUT(source, colours), matrix)
        image = _focused(image, sharpness)
        if light is not None:
            image = cv2.multiply(image, light, dtype=cv2.CV_8U)
        if noise is not None:
            moved = np.roll(noise, rng.integers(0, (height, width)), (0, 1))
            image = cv2.add(image, moved, dtype=cv2.CV_8U)
        target[:] = image
    return out


def _curves(rng: np.random.Generator) -> np.ndarray:
    """``(256, 1, 3) uint8``: exposure, contrast, gamma and white balance as one table a colour."""
    level = np.linspace(0.0, 1.0, 256)[:, None] ** np.exp(rng.normal(0.0, 0.25))
    warmth, green = rng.normal(0.0, 0.08), rng.normal(0.0, 0.03)
    gains = np.exp(rng.normal(0.0, 0.18) + np.array((warmth, green, -warmth)))
    contrast, pivot = np.exp(rng.normal(0.0, 0.2)), rng.uniform(0.3, 0.6)
    black = max(rng.normal(0.0, 0.04), 0.0)  # haze
    shown = black + (1 - black) * (pivot + contrast * (level * gains - pivot))
    return np.rint(np.clip(shown, 0.0, 1.0) * 255).astype(np.uint8)[:, None]


def _saturation(rng: np.random.Generator) -> np.ndarray:
    """``(3, 3) float32`` mixing of the colours: paler to richer, now and then black and white."""
    amount = 0.0 if rng.random() < 0.04 else np.exp(rng.normal(-0.1, 0.25))
    return (amount * np.eye(3) + (1 - amount) * np.tile(LUMA, (3, 1))).astype(np.float32)


def _shading(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """``(H, W, 3) float32``: light that falls off to one side, or a shadow's soft edge."""
    angle, steep = rng.uniform(0.0, 2 * np.pi), np.exp(rng.uniform(np.log(0.7), np.log(6.0)))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    across = np.tanh(steep * (np.cos(angle) * x + np.sin(angle) * y - rng.uniform(-0.7, 0.7)))
    light = np.exp(rng.uniform(0.1, 0.5) * across)
    return np.repeat((light / light.mean())[..., None], 3, axis=2).astype(np.float32)


def _focused(image: np.ndarray, sharpness: float) -> np.ndarray:
    """Sharpened where positive, out of focus by so many pixels where negative."""
    if sharpness < -0.3:
        return cv2.GaussianBlur(image, (0, 0), -sharpness)
    if sharpness > 0.0:
        return cv2.addWeighted(image, 1 + sharpness, cv2.GaussianBlur(image, (0, 0), 1.0), -sharpness, 0)
    return image


def _noise(shape: tuple[int, int], size: float, rng: np.random.Generator) -> np.ndarray:
    """``(H, W, 3) int16`` of standard deviation ``size``: grain of one or two pixels, of brightness or of colours."""
    grey = rng.uniform(0.0, 1.0)
    noise = grey * rng.standard_normal((*shape, 1)) + (1 - grey) * rng.standard_normal((*shape, 3))
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.4, 1.0))
    return np.rint(noise * (size / (noise.std() + 1e-6))).astype(np.int16)
