"""Whether a portrait can be made to speak: one face, frontal, mouth shut, eyes open, large and whole."""

from __future__ import annotations

import math
import threading
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from lipsync_utils.faces import topology
from lipsync_utils.faces.lip_line import CLOSED
from lipsync_utils.messages import Message

if TYPE_CHECKING:
    from lipsync_utils.faces.detector import FaceDetector
    from lipsync_utils.records import Face

MAX_ANGLE = 15.0
"""Yaw, pitch and roll up to here count as frontal, in degrees."""

MIN_EYE = 0.15
"""Least contrast across an open eye. Open eyes of avatars and drawings have 0.38 and more, shut ones 0.07 at most."""

MIN_SHARE = 0.25
"""Height of the face, from forehead to chin, that is needed, as a part of the picture's."""

_UPPER_LIP, _LOWER_LIP = list(topology.INNER_LIP_UPPER), list(topology.INNER_LIP_LOWER)
_CORNERS = list(topology.OUTER_LIP_CORNERS)
_EYES = (
    (topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
    (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
)


@dataclass(frozen=True)
class PortraitCheck:
    """What the face mesh sees in a portrait. Of several faces the largest is measured.

    Attributes:
        faces: how many there are. With none, the numbers below are NaN.
        yaw: turn of the head in degrees, positive to the viewer's right.
        pitch: nod in degrees, positive with the chin down.
        roll: tilt in degrees, positive clockwise as the viewer sees it.
        mouth: opening between the lips, in widths of the mouth.
        eyes: contrast across the less open eye: the standard deviation of its brightness divided by the mean.
        share: height of the face as a part of the picture's.
        problems: what stands in the way of a good result, in sentences.
    """

    faces: int
    yaw: float
    pitch: float
    roll: float
    mouth: float
    eyes: float
    share: float
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether there are no problems."""
        return not self.problems

    def summary(self) -> dict[str, object]:
        """The check for JSON, which knows no NaN: None stands for it."""
        numbers = {name: value for name, value in asdict(self).items() if isinstance(value, float)}
        rounded = {name: None if math.isnan(value) else round(value, 3) for name, value in numbers.items()}
        return {"ok": self.ok, "faces": self.faces, **rounded, "problems": list(self.problems)}


def check_portrait(image: np.ndarray, detector: FaceDetector | None = None) -> PortraitCheck:
    """Look at a portrait with the face mesh.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        detector: what finds the faces; None: the embedded one, made once for each thread.

    Raises:
        AssetError: the detector's models could not be found or fetched.
    """
    faces = (detector or _detector()).detect(image)
    if not faces:
        nothing = float("nan")
        return PortraitCheck(0, *[nothing] * 6, problems=(Message("No face is seen; one is needed."),))
    face = max(faces, key=lambda face: np.ptp(face.points[:, 1]))
    return measure(face, image, faces=len(faces))


def measure(face: Face, image: np.ndarray, *, faces: int = 1) -> PortraitCheck:
    """The check of one found face.

    Args:
        face: its mesh, in pixels.
        image: the picture, ``(H, W, 3) uint8`` RGB.
        faces: how many were found.
    """
    yaw, pitch, roll = head_pose(face)
    points = face.points[:, :2]
    gaps = np.linalg.norm(points[_UPPER_LIP] - points[_LOWER_LIP], axis=1)
    mouth = float(gaps.max() / max(np.linalg.norm(np.diff(points[_CORNERS], axis=0)), 1e-6))
    eyes = min(_eye_contrast(image, points, *lids) for lids in _EYES)
    height, width = image.shape[:2]
    share = float(np.ptp(points[:, 1])) / height
    inside = bool(np.all(points >= 0) and np.all(points <= [width - 1, height - 1]))
    turned = {"angle": abs(yaw), "most": MAX_ANGLE}
    nods, tilted = turned | {"angle": abs(pitch)}, turned | {"angle": abs(roll)}
    tests = (
        (faces == 1, Message("{count} faces are seen; exactly one is needed.", count=faces)),
        (
            abs(yaw) <= MAX_ANGLE,
            Message("The head is turned by {angle:.0f} degrees; at most {most:.0f} are good.", **turned),
        ),
        (
            abs(pitch) <= MAX_ANGLE,
            Message("The head nods by {angle:.0f} degrees; at most {most:.0f} are good.", **nods),
        ),
        (
            abs(roll) <= MAX_ANGLE,
            Message("The head is tilted by {angle:.0f} degrees; at most {most:.0f} are good.", **tilted),
        ),
        (
            mouth <= CLOSED,
            Message("The mouth is open by {share:.0%} of its width; it should be shut.", share=mouth),
        ),
        (eyes >= MIN_EYE, Message("An eye is shut; both should be open.")),
        (
            share >= MIN_SHARE,
            Message(
                "The face takes {share:.0%} of the picture's height; at least {least:.0%} are needed.",
                share=share,
                least=MIN_SHARE,
            ),
        ),
        (inside, Message("The face reaches beyond the picture's edge; all of it should be seen.")),
    )
    problems = tuple(sentence for good, sentence in tests if not good)
    return PortraitCheck(faces, yaw, pitch, roll, mouth, eyes, share, problems)


def head_pose(face: Face) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees, as in :class:`PortraitCheck`."""
    rotation = _rig().fit(face).rotation
    ahead = -rotation[:, 2]  # the head looks along -z
    yaw = np.arctan2(ahead[0], -ahead[2])
    pitch = np.arcsin(np.clip(ahead[1], -1, 1))
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    return tuple(float(angle) for angle in np.degrees([yaw, pitch, roll]))


def _eye_contrast(image: np.ndarray, points: np.ndarray, upper: tuple[int, ...], lower: tuple[int, ...]) -> float:
    """Contrast along a band through the middle of an eye: white, iris and pupil differ, a lid is even.

    The mesh draws lids apart over shut eyes too, so its points do not tell.
    """
    import cv2

    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle = (points[list(upper)] + points[list(lower)]) / 2
    across = middle[-1] - middle[0]
    length = max(float(np.linalg.norm(across)), 1e-6)
    along = (middle - middle[0]) @ across / length**2
    places = np.linspace(0.12, 0.88, 33)  # without the corners, which are dark in shut eyes too
    line = np.stack([np.interp(places, along, middle[:, axis]) for axis in (0, 1)], axis=-1)
    down = np.array([-across[1], across[0]])
    band = line + np.linspace(-0.08, 0.08, 5)[:, None, None] * down  # (5, 33, 2)
    x, y = np.moveaxis(band.astype(np.float32), -1, 0)
    values = cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).mean(axis=0)
    return float(values.std() / max(values.mean(), 1.0))


_OF_THREAD = threading.local()


def _detector() -> FaceDetector:
    """This thread's detector: an instance keeps buffers, so threads must not share one."""
    from lipsync_utils.faces.detector import make_detector
    from lipsync_utils.options import FaceOptions

    if not hasattr(_OF_THREAD, "detector"):
        _OF_THREAD.detector = make_detector(FaceOptions())
    return _OF_THREAD.detector


@cache
def _rig():
    from lipsync_utils.rig import Rig

    return Rig.load()
