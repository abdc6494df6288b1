"""The inside of the mouth has the colours of the picture: grey in grey ones, brown in sepia, blue in blue light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from real_files import coloured_light, talking, without_colour
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.choosing import detect_still
from lipsync_utils.media import read_picture
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Frame, TrackedFrame
from lipsync_utils.render.mouth import MouthInterior, tone_of
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.rig import Rig
from lipsync_utils.speech.visemes import NAMES

FACE = SyntheticFace(x=128, y=112, width=110)


@pytest.fixture(scope="module")
def face():
    return detect_still(draw(FACE, size=(256, 256)), BlazeMeshDetector(), FaceOptions())


def inside(image: np.ndarray, face) -> np.ndarray:
    """Pixels between the lips of the picture with an open mouth: ``(n, 3) int``."""
    values = np.zeros(len(NAMES), np.float32)
    values[list(NAMES).index("jawOpen")] = 0.6
    renderer = PortraitRenderer(image, face, rig=Rig.load(), names=NAMES)
    hole = renderer.points(values)[list(topology.MOUTH_HOLE)].round().astype(np.int32)
    mask = cv2.fillPoly(np.zeros(image.shape[:2], np.uint8), [hole], 1)
    return renderer.render(values)[mask > 0].astype(int)


def test_a_grey_picture_gets_a_grey_mouth(tmp_path, face):
    painted = inside(read_picture(without_colour(tmp_path / "grey.png")), face)
    assert np.ptp(painted, axis=1).max() <= 2
    assert np.ptp(painted[:, 1]) > 40  # teeth and the dark are there


def test_a_sepia_picture_gets_its_tint(tmp_path, face):
    painted = inside(read_picture(without_colour(tmp_path / "sepia.png", tint=(1.07, 0.94, 0.73))), face)
    bright = painted @ (0.30, 0.59, 0.11)
    expected = np.outer(bright, (1.07, 0.94, 0.73)) / np.dot((1.07, 0.94, 0.73), (0.30, 0.59, 0.11))
    assert np.abs(painted - expected).max() < 4


def test_blue_light_falls_into_the_mouth(tmp_path, face):
    painted = inside(read_picture(coloured_light(tmp_path / "blue.png")), face)
    teeth = painted[painted.sum(1) > np.percentile(painted.sum(1), 80)].mean(0)
    assert teeth[2] > 1.4 * teeth[0]
    usual = inside(draw(FACE, size=(256, 256)), face)
    teeth = usual[usual.sum(1) > np.percentile(usual.sum(1), 80)].mean(0)
    assert teeth[2] < teeth[0]


@pytest.mark.parametrize("skin", [(222, 178, 150), (190, 140, 108), (92, 56, 42), (250, 214, 190)])
def test_ordinary_pictures_have_no_tone(skin, face):
    image = draw(SyntheticFace(**{**FACE.__dict__, "skin": skin}), size=(256, 256))
    assert tone_of(face.points, image) is None


def test_a_video_that_turns_grey_gets_a_grey_mouth_from_that_frame_on(face):
    still = next(iter(talking(0.1)))
    grey = np.repeat(cv2.cvtColor(still, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    tracked = [TrackedFrame(Frame(i, i / 25, image), face) for i, image in enumerate([still, still, grey, grey])]
    made = [each.interior for each in VideoRenderer(rig=Rig.load(), names=()).prepared(tracked)]
    assert made[0] is made[1]
    assert made[2] is made[3]
    assert isinstance(made[2], MouthInterior)
    assert made[1]._tone is None
    assert made[2]._tone.saturation == 0
