"""Which pixels are the person."""

from pathlib import Path

import cv2
import pytest

from lipsync_utils import assets
from lipsync_utils.errors import AssetError
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.person import PersonFinder
from lipsync_utils.media import read_picture

AVATARS = Path(__file__).parents[2] / "samples" / "avatars"


@pytest.mark.parametrize("name", ["woman", "old_man"])
def test_head_and_shoulders_are_the_person_and_the_wall_is_not(name):
    image = read_picture(AVATARS / f"{name}.png")
    (face,) = BlazeMeshDetector().detect(image)
    mask, coarse = PersonFinder()(image, face)
    assert mask.shape == image.shape[:2]
    assert 2 < coarse < 5
    x, y = face.points[:, :2].round().astype(int).T
    assert mask[y, x].mean() > 0.98
    left, _, right, bottom = face.box.astype(int)
    assert mask[:40, :40].max() < 0.1
    assert mask[:40, -40:].max() < 0.1
    assert mask[min(bottom + (bottom - y.min()) // 2, 1000), (left + right) // 2] > 0.9, "the chest"


def test_far_from_a_small_face_there_is_nobody():
    image = cv2.copyMakeBorder(read_picture(AVATARS / "woman.png"), 0, 0, 1500, 1500, cv2.BORDER_REPLICATE)
    (face,) = BlazeMeshDetector().detect(image)
    mask, _ = PersonFinder()(image, face)
    assert not mask[:, :800].any()
    assert mask[int(face.points[1, 1]), int(face.points[1, 0])] > 0.9


def test_a_network_that_cannot_be_had_is_said(monkeypatch):
    def missing(name):
        raise AssetError("Could not get selfie_segmentation.tflite.")

    monkeypatch.setattr(assets, "path", missing)
    with pytest.raises(AssetError, match="selfie_segmentation"):
        PersonFinder()
