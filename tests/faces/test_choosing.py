"""The face that is meant, or a message that helps."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.errors import InputError, NoFaceError
from lipsync_utils.faces.choosing import choose, detect_still
from lipsync_utils.options import FaceOptions

LEFT, MIDDLE, RIGHT = SyntheticFace(x=170, width=140), SyntheticFace(x=480, width=200), SyntheticFace(x=800, width=120)


@pytest.fixture(scope="module")
def group() -> np.ndarray:
    return draw(LEFT, MIDDLE, RIGHT, size=(960, 480))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("largest", MIDDLE),
        (0, LEFT),
        (1, MIDDLE),
        (2, RIGHT),
        ((790.0, 250.0), RIGHT),
        ((10.0, 10.0), LEFT),
        ((480, 470), MIDDLE),
    ],
)
def test_choice(detector, group, how, expected):
    face = detect_still(group, detector, FaceOptions(choose=how))
    np.testing.assert_allclose(face.points[168, 0], expected.x, atol=12)


@pytest.mark.parametrize("how", ["smallest", -1, 1.5, (1, 2, 3), True, None])
def test_unknown_choice(detector, group, how):
    with pytest.raises(InputError, match="Use 'largest', a number"):
        choose(detector.detect(group), FaceOptions(choose=how))


def test_no_face_says_what_was_received(detector):
    with pytest.raises(NoFaceError, match=r"320 x 200 pixels\. Use one in which a face looks at the camera"):
        detect_still(np.zeros((200, 320, 3), np.uint8), detector, FaceOptions())


def test_too_few_faces_says_how_many(detector, group):
    with pytest.raises(NoFaceError, match=r"Face number 3 .* are only 3 faces .* at most 2"):
        detect_still(group, detector, FaceOptions(choose=3))
    with pytest.raises(NoFaceError, match=r"is only one face .* at most 0"):
        detect_still(draw(SyntheticFace()), detector, FaceOptions(choose=1))


def test_too_small_says_how_large_it_is(detector):
    image = draw(SyntheticFace(width=60))
    with pytest.raises(NoFaceError, match=r"The face is 5\d pixels wide .* at least 100 are needed"):
        detect_still(image, detector, FaceOptions(min_size=100))


class Plain:
    """A detector with nothing but the contract."""

    def __init__(self, faces):
        self.faces = faces

    def detect(self, image):
        return self.faces


def test_works_with_any_detector(detector, group):
    faces = detector.detect(group)
    assert detect_still(group, Plain(faces), FaceOptions(choose=2)) is faces[2]
