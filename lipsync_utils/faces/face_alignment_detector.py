"""The second detector: S3FD and the Face Alignment Network, 68 points, on machines with a network.

S. Zhang et al., "S3FD: Single Shot Scale-invariant Face Detector", 2017 (arXiv:1708.05237); A. Bulat and
G. Tzimiropoulos, "How far are we from solving the 2D & 3D Face Alignment problem?", 2017 (arXiv:1703.07332). The
package ``face-alignment`` fetches its weights from its own site when it is first used.
"""

from __future__ import annotations

import warnings

import numpy as np

from ..errors import AssetError, MissingExtraError
from ..records import Face
from . import topology


class FaceAlignmentDetector:
    """:class:`~lipsync_utils.faces.detector.FaceDetector` on the package ``face-alignment``.

    The 68 points lie where the network saw them; the other 400 are a neutral face fitted to them, so cheeks, forehead
    and all depths are plausible rather than measured.

    Args:
        device: torch device.

    Raises:
        MissingExtraError: the package is not installed.
        AssetError: its weights could not be fetched.
    """

    def __init__(self, *, device: str = "cpu") -> None:
        try:
            import face_alignment
        except ImportError as error:
            raise MissingExtraError("The detector 'face-alignment'", "face-alignment") from error
        kind = face_alignment.LandmarksType.TWO_D
        try:  # compiling takes longer than detecting in a hundred pictures
            self._network = face_alignment.FaceAlignment(kind, device=device, flip_input=False, compile=False)
        except OSError as error:  # urllib's errors are OSErrors
            raise AssetError(
                "The package face-alignment could not fetch its weights ({error}). Connect this machine to the "
                "network once, or use the detector 'embedded', which needs none.",
                error=str(error),
            ) from error

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in ``image`` (``(H, W, 3) uint8`` RGB), sorted from left to right; empty where there is none."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "No faces were detected."
            found = self._network.get_landmarks_from_image(image.copy(), return_bboxes=True)
        landmarks, _, boxes = found
        faces = []
        for points_68, box in zip(landmarks or [], boxes if boxes is not None else [], strict=False):
            points = mesh_from_68(np.asarray(points_68, np.float32)[:, :2])
            score = float(np.clip(box[4], 0, 1)) if len(box) > 4 else 1.0
            faces.append(Face(box=topology.box_of(points), points=points, score=score))
        return sorted(faces, key=lambda face: float(face.box[0] + face.box[2]))


def mesh_from_68(landmarks: np.ndarray) -> np.ndarray:
    """Fit the neutral mesh to 68 landmarks.

    An affine camera turns and scales the neutral face (least squares); what remains is spread from the 68 points to
    their neighbours by the biharmonic spline of three dimensions, which leaves the 68 points exactly in place.

    Args:
        landmarks: ``(68, 2)`` iBUG points in pixels.

    Returns:
        ``(468, 3) float32`` points as in :class:`~lipsync_utils.records.Face`.
    """
    from scipy.interpolate import RBFInterpolator

    neutral, known = topology.NEUTRAL.astype(np.float64), np.array(topology.IBUG_68)
    homogeneous = np.column_stack([neutral, np.ones(len(neutral))])
    camera, *_ = np.linalg.lstsq(homogeneous[known], landmarks.astype(np.float64), rcond=None)  # (4, 2)
    flat = homogeneous @ camera
    flat += RBFInterpolator(neutral[known], landmarks - flat[known], kernel="linear", degree=-1)(neutral)
    # Depth: along the normal of the two image axes, in pixels.
    scales = np.linalg.norm(camera[:3], axis=0)
    normal = np.cross(camera[:3, 0] / scales[0], camera[:3, 1] / scales[1])
    return np.column_stack([flat, neutral @ normal * scales.mean()]).astype(np.float32)
