"""Which of several faces is meant, and the one face of a still picture."""

from __future__ import annotations

import numpy as np

from ..errors import NoFaceError
from ..options import FaceOptions
from ..records import Face
from .detector import FaceDetector, RefiningDetector
from .geometry import width_of


def detect_still(image: np.ndarray, detector: FaceDetector, options: FaceOptions) -> Face:
    """The chosen face of a still picture, as precisely as the detector can.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        detector: from :func:`~lipsync_utils.faces.detector.make_detector`.
        options: which face, and how large it must be.

    Raises:
        NoFaceError: there is no face, not as many as asked for, or it is too small.
        InputError: ``options.choose`` is none of the ways to choose.
    """
    return chosen_of(faces_of_still(image, detector), image, options)


def faces_of_still(image: np.ndarray, detector: FaceDetector) -> list[Face]:
    """All faces of a still picture, ``(H, W, 3) uint8`` RGB, from left to right, as precisely as the detector can."""
    kwargs = {"precise": True} if isinstance(detector, RefiningDetector) else {}
    return detector.detect(image, **kwargs)


def chosen_of(faces: list[Face], image: np.ndarray, options: FaceOptions) -> Face:
    """The chosen one of the faces that were found in a still picture; raises as :func:`detect_still`."""
    height, width = image.shape[:2]
    if not faces:
        raise NoFaceError(
            "No face found in the picture of {width} x {height} pixels. "
            "Use one in which a face looks at the camera, is well lit, and shows both eyes and the mouth.",
            width=width,
            height=height,
        )
    face = choose(faces, options)
    if face is None:
        about = {"number": options.choose, "width": width, "height": height, "last": len(faces) - 1}
        if len(faces) == 1:
            raise NoFaceError(
                "Face number {number} was asked for, but there is only one face in the picture of {width} x {height} "
                "pixels. Faces count from 0 at the left: choose at most {last}.",
                **about,
            )
        raise NoFaceError(
            "Face number {number} was asked for, but there are only {count} faces in the picture of {width} x {height} "
            "pixels. Faces count from 0 at the left: choose at most {last}.",
            count=len(faces),
            **about,
        )
    if width_of(face) < options.min_size:
        raise NoFaceError(
            "The face is {face_width:.0f} pixels wide in the picture of {width} x {height} pixels; at least "
            "{least:.0f} are needed. Use a larger picture or crop and enlarge this one around the face.",
            face_width=width_of(face),
            width=width,
            height=height,
            least=options.min_size,
        )
    return face


def choose(faces: list[Face], options: FaceOptions) -> Face | None:
    """The face that ``options.choose`` means; None where there are not so many.

    Args:
        faces: at least one, sorted from left to right.
        options: ``choose`` is ``"largest"``, an index from the left, or a point.
    """
    how = options.choose
    if how == "largest":
        return max(faces, key=lambda face: float(np.prod(face.box[2:] - face.box[:2])))
    if isinstance(how, int):
        return faces[how] if how < len(faces) else None
    return nearest(faces, np.asarray(how, np.float32))


def nearest(faces: list[Face], point: np.ndarray) -> Face:
    """The face whose box is closest to ``point`` (x, y); inside of several boxes, the one with the closest centre."""

    def distance(face: Face) -> tuple[float, float]:
        outside = np.maximum(np.maximum(face.box[:2] - point, point - face.box[2:]), 0)
        return float(np.hypot(*outside)), float(np.hypot(*((face.box[:2] + face.box[2:]) / 2 - point)))

    return min(faces, key=distance)
