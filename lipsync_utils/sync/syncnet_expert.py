"""SyncNet as an expert: crops and MFCC windows as its authors cut them."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MissingExtraError

try:
    import torch
except ImportError as error:
    raise MissingExtraError("The sync expert 'syncnet'", "wav2lip") from error

from .. import assets
from ..records import Timeline
from ..streaming import prefetch
from .mfcc import COEFFICIENTS, syncnet_mfcc
from .protocol import FPS, REACH, median_filtered
from .syncnet import COLUMNS, EMBEDDING, FRAMES, SIDE, load
from .watching import AHEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..media import Source
    from .syncnet import SyncNet
    from .watching import Mouth

CROP_SCALE = 0.40
"""How far a crop reaches beyond the face's box, in sizes of the box: ``run_pipeline.py --crop_scale``."""

MEDIAN_FRAMES = 13
"""Boxes are smoothed by a median over so many frames, zeros beyond the ends, as ``scipy.signal.medfilt`` has it."""

GREY = 110
"""What lies beyond the picture's edge."""

_BATCH = 16
_COLUMNS_PER_FRAME = 4


class SyncNetExpert:
    """The published expert; an :class:`~.registry.Expert`."""

    name = "SyncNet"
    reach = REACH
    beyond = "zeros"

    def __init__(self, network: SyncNet, *, version: str = "unnamed") -> None:
        self._network = network
        self.version = version

    @classmethod
    def load(cls) -> SyncNetExpert:
        """With the published weights, fetched where they are missing.

        Raises:
            AssetError: they cannot be had.
        """
        return cls(load(assets.path("syncnet")), version=assets.ASSETS["syncnet"].version)

    def lips(self, mouth: Mouth, source: Source) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~.registry.Expert`; a window counts where all its frames show one stretch of the face."""
        count = max(len(mouth.run) - FRAMES, 0)
        runs = np.lib.stride_tricks.sliding_window_view(np.append(mouth.run, [-1] * FRAMES), FRAMES)[:count]
        usable = (runs[:, 0] >= 0) & (runs == runs[:, :1]).all(axis=1)
        out = np.zeros((count, EMBEDDING), np.float32)
        crops = self._crops(mouth, source)
        held = list(itertools.islice(crops, FRAMES - 1))
        for first in range(0, count, _BATCH):
            held = [*held[1 - FRAMES :], *itertools.islice(crops, min(_BATCH, count - first))]
            with torch.inference_mode():
                batch = torch.from_numpy(np.stack(held)).permute(3, 0, 1, 2)[None]  # (1, 3, frames, 224, 224) BGR
                out[first : first + _BATCH] = self._network.lips(batch.float())[0].numpy()
        return out, usable

    def sound(self, wave: np.ndarray, count: int) -> np.ndarray:
        """See :class:`~.registry.Expert`."""
        pcm = np.round(np.clip(wave, -1.0, 1.0) * 32767.0)
        rows = np.zeros((count * _COLUMNS_PER_FRAME + COLUMNS, COEFFICIENTS), np.float32)
        heard = syncnet_mfcc(pcm)[: len(rows)]
        rows[: len(heard)] = heard
        windows = np.lib.stride_tricks.sliding_window_view(rows, COLUMNS, axis=0)[::_COLUMNS_PER_FRAME][:count]
        with torch.inference_mode():  # (count, 13, 20)
            parts = torch.from_numpy(np.ascontiguousarray(windows)).split(256)
            return torch.cat([self._network.sound(part) for part in parts]).numpy()

    def _crops(self, mouth: Mouth, source: Source) -> Iterator[np.ndarray]:
        """``(224, 224, 3) uint8`` BGR of each frame at 25 a second; grey where there is no face."""
        timeline = Timeline(fps=Fraction(FPS), frames=len(mouth.run), duration_s=mouth.timeline.duration_s)
        boxes = smoothed(mouth.boxes, mouth.run)
        for frame in prefetch(source.frames(timeline, when_short="freeze"), depth=AHEAD):
            yield cut(frame.image, boxes[frame.index])


def smoothed(boxes: np.ndarray, run: np.ndarray) -> np.ndarray:
    """Half size and centre ``(T, 3)`` of boxes ``(T, 4)``, median-filtered in each stretch; NaN without a face."""
    out = np.full((len(boxes), 3), np.nan)
    for number in range(run.max() + 1):
        rows = run == number
        left, top, right, bottom = boxes[rows].astype(np.float64).T
        half = np.maximum(bottom - top, right - left) / 2.0
        columns = (half, (left + right) / 2.0, (top + bottom) / 2.0)
        out[rows] = np.stack([median_filtered(column, MEDIAN_FRAMES) for column in columns], axis=1)
    return out


def cut(image: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The crop around a face as the reference pads, cuts and resizes it.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        place: half size, centre x, centre y in pixels, from :func:`smoothed`.

    Returns:
        ``(224, 224, 3) uint8`` **BGR**.
    """
    import cv2

    half, x, y = place
    if not np.isfinite(half) or half < 1.0:
        return np.full((SIDE, SIDE, 3), GREY, np.uint8)
    margin = int(half * (1.0 + 2.0 * CROP_SCALE))
    padded = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), constant_values=GREY)
    x, y = x + margin, y + margin
    wide = half * (1.0 + CROP_SCALE)
    crop = padded[int(y - half) : int(y + half * (1.0 + 2.0 * CROP_SCALE)), int(x - wide) : int(x + wide)]
    return cv2.resize(np.ascontiguousarray(crop[..., ::-1]), (SIDE, SIDE))
