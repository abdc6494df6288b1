"""The square of face that Wav2Lip works on: where it lies, how it is cut out, how it is held steady."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import overlap
from ..pixels import Pixels, part_of
from ..records import TrackedFrame
from .network import FACE_SIZE

PADS_OF = 200.0
"""Height of a face box in pixels for which pads are given."""

ABOVE, BELOW = 0.144, 0.028
"""How far the box reaches above the mesh's point at the hair line and below the chin, in heights of the face between
these two."""

LEFT, RIGHT = 0.019, 0.014
"""How far inside of the face's outline its sides lie, in widths of the face."""

SMOOTHED_FRAMES = 5
"""Boxes are averaged over so many frames, as in the published code (there over the frames that follow; here
centred)."""


FINEST = 6
"""Pixels of the finest crop for one of the network's, a side."""


@dataclass(frozen=True)
class CroppedFrame:
    """A tracked frame and the box of its face: ``(4,) float64`` left, top, right, bottom; None where there is none."""

    tracked: TrackedFrame
    box: np.ndarray | None


def face_box(points: np.ndarray, pads: tuple[float, float, float, float]) -> np.ndarray:
    """The box in which Wav2Lip expects a face.

    It was trained on the boxes of the detector S3FD (Zhang et al., ICCV 2017), which begin above the hair line, end
    below the chin and cut off a little of the cheeks: :data:`ABOVE` and the others are medians over 57 portraits and
    frames, measured with an S3FD trained on WIDER FACE (``tests/golden``).

    Args:
        points: ``(468, 2 or 3)`` mesh points in pixels.
        pads: added at the top, bottom, left and right, for a box :data:`PADS_OF` pixels high.

    Returns:
        ``(4,) float64`` left, top, right, bottom: edges in pixels, the first pixel reaching from -0.5 to 0.5.
    """
    oval = points[list(topology.FACE_OVAL), :2].astype(np.float64)
    hair_line, chin = float(points[topology.HAIR_LINE, 1]), oval[:, 1].max()
    width, height = np.ptp(oval[:, 0]), chin - hair_line
    left, right = oval[:, 0].min() + LEFT * width, oval[:, 0].max() - RIGHT * width
    top, bottom = hair_line - ABOVE * height, chin + BELOW * height
    above, below, before, behind = np.asarray(pads, float) * (bottom - top) / PADS_OF
    return np.array([left - before, top - above, right + behind, bottom + below])


def to_crop(points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """``(..., 2)`` positions in the picture as positions in the crop (96 x 96), pixel centres at whole numbers."""
    size = box[2:] - box[:2]
    return (points - box[:2]) * (FACE_SIZE / size) - 0.5


def cut(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The crop: ``(96, 96, 3) uint8`` RGB.

    Beyond the picture's border its edge is repeated. Large faces are sampled finely and averaged, so that nothing
    flickers when they move by a fraction of a pixel.
    """
    return shrunk(sampled(image, box))


def sampled(pixels: Pixels, box: np.ndarray) -> np.ndarray:
    """The crop as finely as the picture has it, ``(96 k, 96 k, 3) uint8``; ``k`` is at most :data:`FINEST`."""
    limits = np.array(pixels.shape[1::-1])
    low = np.clip(box[:2].astype(int) - 2, 0, limits - 1)
    high = np.clip(box[2:].astype(int) + 3, low + 1, limits)
    image = part_of(pixels, (*low.tolist(), *high.tolist()))
    box = box - np.concatenate([low, low])
    size = box[2:] - box[:2]
    side = FACE_SIZE * int(np.clip(np.ceil(size.max() / FACE_SIZE), 1, FINEST))
    scale = size / side
    to_picture = np.array([[scale[0], 0, box[0] + 0.5 * scale[0]], [0, scale[1], box[1] + 0.5 * scale[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, to_picture, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def shrunk(fine: np.ndarray) -> np.ndarray:
    """A fine crop ``(96 k, 96 k, 3)`` as the network takes it, ``(96, 96, 3)``."""
    same = len(fine) == FACE_SIZE
    return fine if same else cv2.resize(fine, (FACE_SIZE, FACE_SIZE), interpolation=cv2.INTER_AREA)


def with_boxes(tracked: Iterable[TrackedFrame], pads: tuple[float, float, float, float]) -> Iterator[CroppedFrame]:
    """Each frame with the box of its face, averaged over its neighbours; never across a gap or a cut."""
    reach = SMOOTHED_FRAMES // 2
    held: deque[TrackedFrame] = deque()
    boxes: deque[np.ndarray] = deque()  # of the held frames and of up to ``reach`` before them

    def give() -> CroppedFrame:
        at = len(boxes) - len(held)
        box = np.mean([boxes[i] for i in range(max(0, at - reach), min(len(boxes), at + reach + 1))], axis=0)
        if at >= reach:
            boxes.popleft()
        return CroppedFrame(held.popleft(), box)

    for frame in tracked:
        box = None if frame.face is None else face_box(frame.face.points, pads)
        if boxes and (box is None or overlap(box, boxes[-1]) < 0.5):
            while held:
                yield give()
            boxes.clear()
        if box is None:
            yield CroppedFrame(frame, None)
            continue
        held.append(frame)
        boxes.append(box)
        if len(held) > reach:
            yield give()
    while held:
        yield give()
