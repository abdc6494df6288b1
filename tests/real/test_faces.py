"""Faces wherever real pictures have them: at any size of the picture, near its borders."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces.blazeface import INPUT_SIZE, _cut_square
from lipsync_utils.faces.blazemesh import BlazeMeshDetector, _searches


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def test_every_square_of_the_search_can_be_cut_at_any_size():
    """Corners of the squares are fractions of pixels at most sizes; what is in the picture must be in its square."""
    rng = np.random.default_rng(15)
    ramp = np.arange(2048, dtype=np.int32)
    across = np.broadcast_to((ramp[None, :, None] // 8).astype(np.uint8), (2048, 2048, 3))
    for height, width in rng.integers(480, 2049, (400, 2)):
        image = across[:height, :width]
        squares = [region for regions in _searches(height, width) for region in regions if region is not None]
        for left, top, side in rng.choice(squares, 3):
            square = _cut_square(image, left=left, top=top, side=side)
            assert square.shape == (INPUT_SIZE, INPUT_SIZE, 3)
            # The colour tells the column it was taken from; the middle row shows the picture from border to border.
            x = left + (np.arange(INPUT_SIZE) + 0.5) * side / INPUT_SIZE - 0.5
            inside = (x > 10) & (x < width - 11)
            assert np.abs(square[INPUT_SIZE // 2, inside, 0] - x[inside] / 8).max() < 2


@pytest.mark.parametrize("size", [(1024, 1024), (576, 1024), (1024, 768), (1366, 768), (1080, 1350), (853, 481)])
def test_a_picture_without_a_face_has_none(detector, size):
    assert detector.detect(draw(size=size)) == []


@pytest.mark.parametrize("place", ["left", "top", "right", "bottom"])
def test_small_faces_are_found_near_every_border(detector, place):
    width, height, away = 1366, 1080, 62
    x, y = {
        "left": (away, 500), "right": (width - away, 410), "top": (700, away), "bottom": (431, height - away)
    }[place]  # fmt: skip
    faces = detector.detect(draw(SyntheticFace(x=x, y=y, width=70), size=(width, height)))
    assert len(faces) == 1
    assert np.abs(faces[0].points[168, :2] - (x, y)).max() < 8
