"""What a camera and a file make of a speaking portrait, and the crop that the engine would cut out of it.

What needs the large picture is done here, once: place, size and tilt of the face, the codec, the uncertainty of the
box. Colours, noise and blur are varied anew each time a crop is used (``look.py``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import av
import cv2
import numpy as np

from lipsync_utils.records import Face, Frame, TrackedFrame
from lipsync_utils.wav2lip.crops import with_boxes

PADS = (0.0, 10.0, 0.0, 0.0)
_NOTHING = np.zeros((1, 1, 3), np.uint8)


@dataclass(frozen=True)
class Camera:
    """One camera, file and tracker.

    Attributes:
        scale: width of its picture in that of the portrait.
        mirrored: whether left is right.
        tilt: of the picture, in degrees.
        place: shift of the picture, in pixels.
        quality: the rate factor of H.264, higher is worse; None: the pictures as they are.
        aside: by how much the box lies beside its place, across and down, and how much it is larger, in parts of it.
        unsteady: standard deviation of the tracker, in parts of the picture's width.
    """

    scale: float
    mirrored: bool
    tilt: float
    place: tuple[float, float]
    quality: int | None
    aside: tuple[float, float, float]
    unsteady: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Camera:
        """A camera of moderate quality, or a good one."""
        return cls(
            scale=float(rng.choice((1.0, rng.uniform(0.5, 1.0)))),
            mirrored=bool(rng.random() < 0.5),
            tilt=float(np.clip(rng.normal(0.0, 3.5), -9.0, 9.0)),
            place=tuple(rng.uniform(-0.5, 0.5, 2).tolist()),
            quality=int(rng.integers(18, 37)) if rng.random() < 0.6 else None,
            aside=tuple(np.clip(rng.normal(0.0, (0.015, 0.015, 0.025)), -0.05, 0.05).tolist()),
            unsteady=float(rng.uniform(0.0, 0.003)),
        )

    def matrix(self, width: int, height: int) -> np.ndarray:
        """``(2, 3)`` affine map from the portrait's pixels to those of the camera's picture."""
        middle = np.array([width - 1, height - 1]) / 2
        turn = cv2.getRotationMatrix2D((0.0, 0.0), self.tilt, self.scale)[:, :2]
        turn = turn @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        return np.column_stack([turn, np.array(self.place) + middle * self.scale - turn @ middle])


def seen(image: np.ndarray, camera: Camera) -> np.ndarray:
    """The camera's picture ``(h, w, 3) uint8`` of a portrait, its sides even numbers."""
    height, width = image.shape[:2]
    size = tuple(round(side * camera.scale / 2) * 2 for side in (width, height))
    flags = cv2.INTER_LINEAR
    return cv2.warpAffine(image, camera.matrix(width, height), size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def seen_points(points: np.ndarray, shape: tuple[int, int], camera: Camera) -> np.ndarray:
    """Mesh points ``(468, 2)`` of the portrait in the camera's picture; of mirrored faces not in the mesh's order."""
    matrix = camera.matrix(shape[1], shape[0])
    return points @ matrix[:, :2].T + matrix[:, 2]


def coded(images: Sequence[np.ndarray], quality: int | None) -> list[np.ndarray]:
    """The pictures ``(h, w, 3) uint8`` after H.264 at 25 a second; ``quality`` is its rate factor, None leaves them."""
    if quality is None:
        return list(images)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt, stream.options = "yuv420p", {"crf": str(quality), "preset": "veryfast", "threads": "1"}
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file) as container:
        return [frame.to_ndarray(format="rgb24", threads=1) for frame in container.decode(video=0)]


def tracked_boxes(points: Sequence[np.ndarray], camera: Camera, width: int, rng: np.random.Generator) -> np.ndarray:
    """The boxes ``(T, 4)`` that the engine would cut out, as far as the camera's tracker knows.

    Args:
        points: ``(468, 2)`` in each picture.
        camera: whose tracker finds the face.
        width: of its pictures.
        rng: for the tracker's noise.
    """
    noise, tracked = camera.unsteady * width, []
    for index, at in enumerate(points):
        moved = np.column_stack([at + rng.normal(0.0, noise, 2), np.zeros(len(at))]).astype(np.float32)
        around = np.concatenate([moved[:, :2].min(0), moved[:, :2].max(0)])
        tracked.append(TrackedFrame(Frame(index, index / 25, _NOTHING), Face(around, moved, 1.0)))
    boxes = np.stack([frame.box for frame in with_boxes(tracked, PADS)])
    size = boxes[:, 2:] - boxes[:, :2]
    across, down, larger = camera.aside
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2 + size * (across, down)
    half = size / 2 * (1 + larger)
    return np.concatenate([middle - half, middle + half], axis=1)
