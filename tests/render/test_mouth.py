"""The inside of the mouth: between the lips only, teeth where teeth are, dark towards the throat."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.render.mouth import MouthInterior, MouthState, mouth_frame, mouth_state, skin_light
from lipsync_utils.speech.visemes import NAMES


class Paint:
    """The drawn portrait with and without its mouth's interior."""

    def __init__(self, renderer, values: np.ndarray, *, width: float | None = None) -> None:
        """The mouth ``width`` pixels wide; None: as in the portrait."""
        size = 1.0 if width is None else width / renderer.fitted.mouth_width
        interior = renderer.mouth if width is None else MouthInterior(width, renderer.mouth._light)
        self.points = renderer.points(values)[: topology.POINTS] * np.float32(size)
        self.frame = mouth_frame(renderer.fitted) * size
        state = mouth_state(renderer.fitted, NAMES, values)
        height, wide = (int(np.ceil(side * size)) for side in renderer.image.shape[:2])
        self.before = np.full((height, wide, 3), (0, 255, 0), np.uint8)
        self.after = self.before.copy()
        interior.paint(self.after, self.points, np.eye(2, 3), self.frame, state)

    @property
    def touched(self) -> np.ndarray:
        return np.abs(self.after.astype(int) - self.before).max(2) > 8

    def lips(self, *, grown: int) -> np.ndarray:
        mask = np.zeros(self.before.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self.points[list(topology.MOUTH_HOLE)].round().astype(np.int32)], 1)
        kernel = np.ones((2 * abs(grown) + 1,) * 2, np.uint8)
        return (cv2.dilate if grown > 0 else cv2.erode)(mask, kernel) > 0

    def at(self, x: float, y: float) -> np.ndarray:
        """Colour at a place in mouth widths from the mouth's centre."""
        column, row = (self.frame[:, :2] @ [x, y] + self.frame[:, 2]).round().astype(int)
        return self.after[row, column].astype(int)


@pytest.fixture
def wide(renderer, pose) -> Paint:
    return Paint(renderer, pose(jawOpen=0.7))


def test_closed_lips_show_nothing(renderer, pose):
    assert not Paint(renderer, pose()).touched.any()
    assert not Paint(renderer, pose(jawOpen=0.1, mouthClose=0.1, mouthPress=0.2)).touched.any()


@pytest.mark.parametrize("jaw", [0.15, 0.4, 0.8])
def test_paint_stays_between_the_lips_and_fills_them(renderer, pose, jaw):
    paint = Paint(renderer, pose(jawOpen=jaw))
    assert not (paint.touched & ~paint.lips(grown=3)).any()
    inside = paint.lips(grown=-2)
    assert inside.any()
    assert paint.after[inside][:, 1].max() < 250, "no background shines through"


def test_upper_teeth_are_light_and_the_throat_is_dark(wide):
    ys = np.linspace(-0.1, 0.5, 60)
    brightness = np.array([wide.at(0.04, y).sum() for y in ys if wide.lips(grown=-1)[tuple(place(wide, 0.04, y))]])
    assert brightness.max() > 2 * brightness.min()


def place(paint: Paint, x: float, y: float) -> np.ndarray:
    return (paint.frame[:, :2] @ [x, y] + paint.frame[:, 2]).round().astype(int)[::-1]


def test_upper_teeth_stay_when_the_jaw_drops(renderer, pose):
    def edge(jaw: float) -> float:
        """Lower edge of the upper teeth: where it gets dark below them."""
        paint = Paint(renderer, pose(jawOpen=jaw, mouthUpperUp=0.5))
        column = np.array([paint.at(0.05, y).sum() for y in np.linspace(-0.05, 0.15, 80)])
        return float(np.argmin(np.diff(cv2.GaussianBlur(column.astype(np.float32)[:, None], (1, 9), 0)[:, 0])))

    assert abs(edge(0.5) - edge(0.8)) <= 6  # of 80 steps over a fifth of the mouth


def test_lower_teeth_go_down_with_the_jaw(renderer):
    small, large = (mouth_state(renderer.fitted, ("jawOpen",), np.array([v], np.float32)).drop for v in (0.2, 0.8))
    assert large[1] > small[1] > 0
    assert abs(large[0]) < 0.2 * large[1], "and not sideways"


def test_controls_without_the_jaw_keep_everything_in_place(renderer):
    state = mouth_state(renderer.fitted, ("mouthPucker",), np.array([0.7], np.float32))
    assert not state.drop.any()
    assert state.tongue == 0
    assert state.rounded == pytest.approx(0.7)


def test_dark_skin_means_dim_light(face):
    bright, dark = (skin_light(face.points, np.full((512, 512, 3), v, np.uint8)) for v in (200, 70))
    assert (dark < bright).all()
    assert dark.min() > 0.3, "teeth are never black"
    assert bright.max() <= 1.1


def test_mouth_far_outside_of_the_picture_is_no_error(wide, renderer):
    for shift in ((-700, 0), (700, 0), (0, -700), (0, 700)):
        out = wide.before.copy()
        moved = (wide.points + np.float32(shift)).astype(np.float32)
        renderer.mouth.paint(out, moved, np.eye(2, 3), wide.frame, MouthState(np.zeros(2)))
        np.testing.assert_array_equal(out, wide.before)


@pytest.mark.parametrize(("width", "tolerance"), [(8.0, 40), (40.0, 25), (250.0, 24)])
def test_a_mouth_looks_the_same_at_any_size(renderer, pose, width, tolerance):
    """Teeth, tongue and dark lie at the same places in mouth widths; small ones are a little blurred."""
    usual, other = (Paint(renderer, pose(jawOpen=0.7), width=pixels) for pixels in (None, width))
    assert other.after[other.lips(grown=-1)][:, 1].max() < 250, "no background shines through"
    for x in (-0.1, 0.05, 0.1):
        for first in (0.02, 0.14, 0.26):  # averaged over a little height: a pixel is an eighth of the smallest mouth
            ys = np.linspace(first, first + 0.12, 9)
            here, there = (np.mean([paint.at(x, y) for y in ys], axis=0) for paint in (usual, other))
            assert np.abs(here - there).max() < tolerance, (x, first)


def test_teeth_come_out_of_the_shadow_of_the_lip(renderer, pose):
    """Right under the upper lip they are dim, and lighter below, as far as they reach."""
    smile = Paint(renderer, pose(jawOpen=0.5, mouthUpperUp=0.7, mouthSmile=0.5, mouthLowerDown=0.5))
    for x in (-0.06, 0.06):
        rows = [smile.at(x, y) for y in np.linspace(-0.12, 0.02, 57)]
        teeth = np.array([row[0] for row in rows if row[2] > 100 and row[1] < row[0]])  # red; no lip, no background
        assert teeth[0] < 0.85 * teeth.max()
        assert teeth[:3].max() < teeth[len(teeth) // 2 - 1 : len(teeth) // 2 + 2].min()


def test_back_teeth_lie_in_the_shadow_of_the_cheeks(renderer, pose):
    smile = Paint(renderer, pose(jawOpen=0.5, mouthUpperUp=0.7, mouthSmile=0.5, mouthLowerDown=0.5))
    front, side = (max(smile.at(x, 0.0).sum() for x in (at - 0.02, at, at + 0.02)) for at in (0.05, 0.34))
    assert side < 0.5 * front


def test_a_tongue_that_is_out_lies_between_the_teeth(renderer, pose):
    """Where lower teeth were, there is the red of a tongue, under upper teeth that are still seen."""
    values = pose(jawOpen=0.14, mouthLowerDown=0.5, mouthUpperUp=0.2)
    without = Paint(renderer, values)
    values[NAMES.index("tongueOut")] = 0.3
    out = Paint(renderer, values)

    def redness(paint: Paint, y: float) -> float:
        red, green, _ = np.mean([paint.at(x, y) for x in (-0.06, -0.03, 0.03, 0.06)], axis=0)
        return float(red / green)

    ys = [y for y in np.linspace(0.0, 0.16, 33) if out.lips(grown=-2)[tuple(place(out, 0.0, y))]]
    assert any(redness(without, y) < 1.3 and redness(out, y) > 1.4 for y in ys)
    assert redness(out, ys[0]) < 1.25


def test_behind_rounded_lips_it_is_dark(renderer, pose):
    spread, rounded = (Paint(renderer, pose(jawOpen=0.3, mouthUpperUp=0.4, mouthPucker=much)) for much in (0.0, 0.9))
    bright = [np.percentile(paint.after[paint.lips(grown=-2)].mean(1), 90) for paint in (spread, rounded)]
    assert bright[1] < 0.85 * bright[0]


def test_it_gets_darker_towards_the_throat_and_not_towards_the_cheeks(renderer, pose):
    paint = Paint(renderer, pose(jawOpen=1.0))
    middle, cheek = (paint.at(x, 0.22).sum() for x in (0.0, 0.24))
    assert middle < 0.85 * cheek
    assert middle < 0.6 * paint.at(0.0, 0.42).sum(), "the tongue before it"
