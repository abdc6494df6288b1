"""BlazeFace: where the faces are, with six key points each.

V. Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019 (arXiv:1907.05047). The
weights are MediaPipe's back-camera model: 256x256 input, 896 anchors, box and six key points relative to each anchor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .geometry import overlap
from .interpreter import Network

INPUT_SIZE = 256
"""Side of the network's square input in pixels."""

MIN_SCORE = 0.5
"""Anchors below this probability are no faces."""

MIN_OVERLAP = 0.3
"""Detections that overlap by more than this (intersection over union) are one face."""

_LAYERS = ((16, 2), (8, 6))
"""Cells per side and anchors per cell of the two feature maps: 16 x 16 x 2 + 8 x 8 x 6 = 896."""


@dataclass(frozen=True)
class Detection:
    """One face as BlazeFace sees it.

    Attributes:
        box: ``(4,) float32`` left, top, right, bottom in pixels.
        keypoints: ``(6, 2) float32`` in pixels: the person's right eye, left eye, nose tip, mouth, right ear, left ear.
        score: probability, 0 to 1.
    """

    box: np.ndarray
    keypoints: np.ndarray
    score: float


class BlazeFace:
    """The detector network.

    Args:
        model: path of ``face_detection_back.tflite``.
        threads: CPU threads of the interpreter.
    """

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        self._network = Network(model, threads=threads)
        self._anchors = anchors()

    def detect(self, image: np.ndarray, *, region: tuple[float, float, float] | None = None) -> list[Detection]:
        """Faces in a square region of a picture.

        Args:
            image: ``(H, W, 3) uint8`` RGB.
            region: left, top and side in pixels of the square that is searched; it may reach beyond the picture, where
                it is black. None: the smallest square that holds the whole picture.

        Returns:
            One detection per face, best first.
        """
        height, width = image.shape[:2]
        if region is None:
            side = float(max(height, width))
            region = ((width - side) / 2, (height - side) / 2, side)
        left, top, side = region
        square = _cut_square(image, left=left, top=top, side=side)
        raw_boxes, raw_scores = self._network(square.astype(np.float32) / 127.5 - 1.0)
        found = decode(raw_boxes, raw_scores, self._anchors)
        # (k, 8, 2) in units of the square -> pixels of the picture; edges of pixels become centres.
        corners, scores = weighted_suppression(*found)
        corners = corners * side + np.array([left, top], np.float32) - 0.5
        return [
            Detection(box=c[:2].ravel().astype(np.float32), keypoints=c[2:].astype(np.float32), score=float(s))
            for c, s in zip(corners, scores, strict=True)
        ]


def anchors() -> np.ndarray:
    """Centres of the 896 anchors: ``(896, 2) float32`` x and y, in units of the input's side."""
    layers = []
    for cells, per_cell in _LAYERS:
        centre = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(centre, centre, indexing="ij")
        layers.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(layers)


def decode(raw_boxes: np.ndarray, raw_scores: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn the network's output into boxes and key points.

    Args:
        raw_boxes: ``(1, 896, 16)`` offsets in input pixels: box centre, box size, six key points.
        raw_scores: ``(1, 896, 1)`` logits.
        centres: ``(896, 2)`` from :func:`anchors`.

    Returns:
        ``(k, 8, 2)`` top-left corner, bottom-right corner and six key points in units of the input's side, and
        ``(k,)`` probabilities; only those of at least :data:`MIN_SCORE`.
    """
    scores = 1.0 / (1.0 + np.exp(-np.clip(raw_scores.reshape(-1), -80, 80)))
    keep = scores >= MIN_SCORE
    values = raw_boxes.reshape(-1, 8, 2)[keep] / INPUT_SIZE
    half = values[:, 1] / 2
    points = values + centres[keep][:, None]
    centre = points[:, 0].copy()
    points[:, 0], points[:, 1] = centre - half, centre + half
    return points, scores[keep]


def weighted_suppression(points: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge detections of one face into their mean, weighted by score (BlazeFace paper, section 3.3).

    Args:
        points: ``(k, 8, 2)`` from :func:`decode`.
        scores: ``(k,)``.

    Returns:
        The merged ``(m, 8, 2)`` and ``(m,)``, best first; a merged face keeps its best score.
    """
    order, boxes = np.argsort(-scores, kind="stable"), points[:, :2].reshape(-1, 4)
    merged, best = [], []
    while order.size:
        same = overlap(boxes[order[0]], boxes[order]) > MIN_OVERLAP
        same[0] = True
        group = order[same]
        merged.append(np.average(points[group], axis=0, weights=scores[group]))
        best.append(scores[order[0]])
        order = order[~same]
    return np.array(merged, np.float32).reshape(-1, 8, 2), np.array(best, np.float32)


def _cut_square(image: np.ndarray, *, left: float, top: float, side: float) -> np.ndarray:
    """The square as ``(256, 256, 3) uint8``, black outside of the picture, without aliasing."""
    height, width = image.shape[:2]
    x0, y0 = max(int(np.floor(left)), 0), max(int(np.floor(top)), 0)
    x1, y1 = min(int(np.ceil(left + side)), width), min(int(np.ceil(top + side)), height)
    scale = INPUT_SIZE / side
    part = image[y0:y1, x0:x1]
    small_w, small_h = max(round(part.shape[1] * scale), 1), max(round(part.shape[0] * scale), 1)
    small = cv2.resize(part, (small_w, small_h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
    put_x, put_y = (max(0, round(offset * scale)) for offset in (x0 - left, y0 - top))  # a corner between two pixels
    fit = small[: INPUT_SIZE - put_y, : INPUT_SIZE - put_x]
    square[put_y : put_y + fit.shape[0], put_x : put_x + fit.shape[1]] = fit
    return square
