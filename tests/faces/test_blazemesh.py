"""The embedded detector finds drawn faces where they were drawn."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.errors import InputError
from lipsync_utils.faces import topology
from lipsync_utils.faces.blazeface import anchors, weighted_suppression
from lipsync_utils.faces.detector import RefiningDetector, make_detector
from lipsync_utils.faces.facemesh import Crop, crop_of_points, cut
from lipsync_utils.options import FaceOptions

EYES = [[33, 133], [362, 263]]


def eye_centres(face) -> np.ndarray:
    return face.points[EYES, :2].mean(axis=1)


@pytest.mark.parametrize(
    "drawn",
    [
        SyntheticFace(),
        SyntheticFace(x=150, y=300, width=120),
        SyntheticFace(roll=-30),
        SyntheticFace(roll=60, width=160),
        SyntheticFace(mouth=0.6, blink=1.0),
        SyntheticFace(skin=(96, 62, 44), hair=(20, 16, 14)),
        SyntheticFace(width=440, y=230),  # fills the picture
        SyntheticFace(x=90, y=200),  # cut by the border
    ],
)
def test_finds_the_face_and_its_parts(detector, drawn):
    faces = detector.detect(draw(drawn))
    assert len(faces) == 1
    face = faces[0]
    np.testing.assert_allclose(eye_centres(face), drawn.eye_centres, atol=0.04 * drawn.width)
    np.testing.assert_allclose(face.points[[61, 291], :2], drawn.mouth_corners, atol=0.06 * drawn.width)
    assert face.points.shape == (468, 3)
    assert face.points.dtype == face.box.dtype == np.float32
    assert 0.9 < face.score <= 1
    assert face.points[topology.NOSE_TIP, 2] < face.points[[234, 454], 2].min()  # the nose is nearest to the camera
    assert np.ptp(face.points[:, 2]) == pytest.approx(0.6 * drawn.width, rel=0.5)  # depth is in pixels too


def test_mouth_opening_is_seen(detector):
    gaps = []
    for mouth in (0.0, 0.3, 0.6, 1.0):
        points = detector.detect(draw(SyntheticFace(mouth=mouth)))[0].points
        gaps.append(float(np.hypot(*(points[14] - points[13])[:2])))
    assert gaps[0] < 5
    assert gaps == sorted(gaps)
    assert gaps[-1] > 25


def test_two_faces_from_left_to_right(detector):
    right, left = SyntheticFace(x=620, width=150), SyntheticFace(x=200, width=190)
    faces = detector.detect(draw(right, left, size=(820, 480)))
    assert len(faces) == 2
    for face, drawn in zip(faces, (left, right), strict=True):
        np.testing.assert_allclose(eye_centres(face), drawn.eye_centres, atol=6)


def test_small_face_in_a_large_picture(detector):
    drawn = SyntheticFace(x=1500, y=700, width=24)
    image = draw(drawn, size=(1920, 1080))
    assert detector.detect(image, thorough=False) == []
    faces = detector.detect(image)
    assert len(faces) == 1
    np.testing.assert_allclose(eye_centres(faces[0]), drawn.eye_centres, atol=3)


@pytest.mark.parametrize("size", [(512, 512), (64, 48), (1, 1), (3000, 40)])
def test_no_face_is_an_empty_list(detector, size):
    assert detector.detect(np.full((size[1], size[0], 3), 120, np.uint8)) == []


def test_noise_is_no_face(detector):
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    assert detector.detect(noise) == []


def test_input_is_not_modified(detector):
    image = draw(SyntheticFace())
    image.setflags(write=False)
    before = image.copy()
    detector.detect(image, precise=True)
    np.testing.assert_array_equal(image, before)


def test_pixel_convention_is_symmetrical(detector):
    """A picture and its mirror image have mirrored points: centres of pixels count from 0 to width - 1."""
    image = draw(SyntheticFace(x=240, width=200))
    points = detector.detect(image, precise=True)[0].points
    mirrored = detector.detect(image[:, ::-1].copy(), precise=True)[0].points[topology.MIRROR]
    difference = points[:, :2] - np.column_stack([511 - mirrored[:, 0], mirrored[:, 1]])
    assert np.abs(difference.mean(axis=0)).max() < 0.25


def test_precise_is_more_repeatable(detector):
    """The same face, moved by fractions of a pixel and a few pixels: its points should move along."""
    shifts = np.random.default_rng(0).uniform(-6, 6, (8, 2))
    spread = {}
    for precise in (False, True):
        found = [
            detector.detect(draw(SyntheticFace(x=256 + dx, y=240 + dy, width=200)), precise=precise)[0].points[:, :2]
            - [dx, dy]
            for dx, dy in shifts
        ]
        spread[precise] = float(np.sqrt(np.var(found, axis=0).sum(axis=-1)).mean())
    assert spread[True] < 0.3
    assert spread[True] < 0.8 * spread[False]


def test_refine_follows_and_gives_up(detector):
    points = detector.detect(draw(SyntheticFace()))[0].points
    moved = SyntheticFace(x=266, y=234)
    face = detector.refine(draw(moved), points)
    np.testing.assert_allclose(eye_centres(face), moved.eye_centres, atol=6)
    assert detector.refine(np.full((512, 512, 3), 120, np.uint8), points) is None


def test_crop_maps_its_pixels_to_the_picture():
    """A crop of exactly the network's size, upright, on whole pixels is a plain slice."""
    image = np.random.default_rng(0).integers(0, 255, (240, 260, 3), dtype=np.uint8)
    crop = Crop(x=20 + 95.5, y=30 + 95.5, side=192, angle=0)
    np.testing.assert_array_equal(cut(image, crop), image[30:222, 20:212])
    double = Crop(x=9.5, y=9.5, side=2 * 192, angle=0)  # averages of two by two pixels
    expected = image[:2, :2].astype(float).mean(axis=(0, 1))
    corner = round((192 * 2 - 20) / 2 / 2)  # where the picture's first pixels come to lie
    np.testing.assert_allclose(cut(image, double)[corner, corner], expected, atol=1.5)


def test_crop_of_points_is_upright_around_the_face():
    angle = np.radians(40)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    crop = crop_of_points(topology.NEUTRAL[:, :2] @ turn * 100 + [300, 200])
    assert crop.angle == pytest.approx(angle, abs=1e-3)
    height = np.ptp(topology.NEUTRAL[:, 1])
    assert crop.side == pytest.approx(150 * max(height, 1.0), rel=1e-3)


def test_anchors_and_suppression():
    assert anchors().shape == (896, 2)
    assert anchors()[[0, 2, 512], 0].tolist() == [0.5 / 16, 1.5 / 16, 0.5 / 8]
    one = np.zeros((3, 8, 2))
    one[:, 1] = [[0.4, 0.4], [0.42, 0.4], [1.0, 1.0]]
    one[2, 0] = 0.6
    merged, scores = weighted_suppression(one, np.array([0.6, 0.9, 0.7]))
    assert scores.tolist() == pytest.approx([0.9, 0.7])
    assert merged[0, 1, 0] == pytest.approx((0.4 * 0.6 + 0.42 * 0.9) / 1.5)


def test_registry(detector):
    assert isinstance(detector, RefiningDetector)
    assert type(make_detector(FaceOptions())) is type(detector)
    with pytest.raises(InputError, match="embedded, face-alignment"):
        make_detector(FaceOptions(detector="magic"))
