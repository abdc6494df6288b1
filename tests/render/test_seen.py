"""What a viewer sees on a rendered face: an inside of the mouth that is one, lids with lashes, a head on a neck."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.records import Frame, TrackedFrame
from lipsync_utils.render.eyes import MEETING
from lipsync_utils.render.mouth import MouthState, mouth_frame
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.speech.visemes import NAMES

GREEN = (20, 230, 40)


def hole_of(points: np.ndarray, shape: tuple[int, ...], *, shrunk: int) -> np.ndarray:
    """Pixels well between the lips."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [points[list(topology.MOUTH_HOLE), :2].round().astype(np.int32)], 1)
    return cv2.erode(mask, np.ones((2 * shrunk + 1, 2 * shrunk + 1), np.uint8)) > 0


@pytest.fixture(scope="module")
def green_lips(portrait, face) -> np.ndarray:
    """The portrait with lips of a colour that nothing inside a mouth has."""
    image = portrait.copy()
    outline = topology.OUTER_LIP_UPPER + topology.OUTER_LIP_LOWER[-2:0:-1]
    cv2.fillPoly(image, [face.points[list(outline), :2].round().astype(np.int32)], GREEN)
    return image


@pytest.mark.parametrize("kind", ["picture", "video"])
@pytest.mark.parametrize("jaw", [0.3, 0.6])
def test_between_the_lips_is_a_mouth_and_no_stretched_lip(green_lips, face, rig, pose, kind, jaw):
    values = pose(jawOpen=jaw)
    portrait = PortraitRenderer(green_lips, face, rig=rig, names=NAMES)
    if kind == "picture":
        out = portrait.render(values)
    else:
        video = VideoRenderer(rig=rig, names=NAMES)
        (prepared,) = video.prepared([TrackedFrame(Frame(0, 0.0, green_lips), face)])
        out = video.render(prepared, values)
    inside = out[hole_of(portrait.points(values), out.shape, shrunk=3)].astype(int)
    assert len(inside) > 50
    assert (inside[:, 1] > inside[:, 0] + 40).mean() < 0.02


class Inside:
    """The interior by itself, between lips that the test puts where it likes."""

    def __init__(self, renderer) -> None:
        self.renderer, self.frame = renderer, mouth_frame(renderer.fitted)

    def paint(self, points, *, drop: float = 0.0, skull: np.ndarray | None = None) -> np.ndarray:
        out = np.zeros_like(self.renderer.image)
        state = MouthState(np.array([0.0, drop]))
        self.renderer.mouth.paint(out, points, np.eye(2, 3) if skull is None else skull, self.frame, state)
        return out

    def column(self, image: np.ndarray, x: float, ys: np.ndarray) -> np.ndarray:
        """Brightness down the mouth, places in mouth widths from its centre."""
        places = np.stack([np.full_like(ys, x), ys]) * 1.0
        columns, rows = (self.frame[:, :2] @ places + self.frame[:, 2:]).round().astype(int)
        return image[rows, columns].mean(1)


@pytest.fixture
def inside(renderer) -> Inside:
    return Inside(renderer)


@pytest.fixture
def wide(renderer, pose) -> np.ndarray:
    return renderer.points(pose(jawOpen=0.8))[: topology.POINTS]


def test_lower_teeth_are_seen_to_go_down_with_the_jaw(inside, wide):
    ys = np.linspace(0.04, 0.5, 93)
    edges = [ys[np.argmax(inside.column(inside.paint(wide, drop=drop), 0.04, ys) > 200)] for drop in (0.0, 0.1, 0.25)]
    np.testing.assert_allclose(np.diff(edges), [0.1, 0.15], atol=0.03)


def test_the_inside_goes_where_the_head_goes(inside, wide):
    shift = np.array([14, 9])
    still = inside.paint(wide, drop=0.1)
    moved = inside.paint(wide + np.float32(shift), drop=0.1, skull=np.column_stack([np.eye(2), shift]))
    assert still.any()
    expected = np.roll(still, shift[::-1], axis=(0, 1)).astype(int)
    assert np.abs(moved - expected).max() <= 2


def test_both_eyes_shut_and_lashes_lie_where_the_lids_meet(renderer, person, pose):
    shut = renderer.render(pose(), blink=1.0)
    points = renderer.points(pose())
    lids = (topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER), (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER)
    for (lid, lower), (x, y) in zip(lids, person.eye_centres, strict=True):
        reach = round(0.05 * person.width)
        eye = shut[int(y) - reach : int(y) + reach, int(x) - reach : int(x) + reach].astype(int)
        assert (np.abs(eye - (82, 96, 72)).max(2) < 25).mean() < 0.04, "no iris"
        line = points[list(lid[2:-2])] + MEETING * (points[list(lower[2:-2])] - points[list(lid[2:-2])])

        def brightness(down: float, line=line) -> float:
            columns, rows = (line + np.float32([0, down])).round().astype(int).T
            return float(shut[rows, columns].mean())

        assert brightness(0) < 0.7 * min(brightness(-4), brightness(4))


def test_shoulders_stay_while_the_hair_goes_along(renderer, face):
    field = renderer.head.forward(np.array([0.05, 0.05, 0.03]), np.array([0.02, 0.01]))
    height = face.points[topology.CHIN, 1] - face.points[topology.HAIR_LINE, 1]
    places = {
        "nose": face.points[topology.NOSE_TIP, :2],
        "hair": face.points[topology.HAIR_LINE, :2] - [0, 0.12 * height],
        "shoulder": face.points[topology.CHIN, :2] + [0.3 * height, 0.45 * height],
    }
    moved = np.linalg.norm(renderer.head.at(field, np.array(list(places.values()), np.float32)), axis=1)
    nose, hair, shoulder = moved
    assert nose > 5
    assert hair > 0.8 * nose
    assert shoulder < 0.5 * nose
