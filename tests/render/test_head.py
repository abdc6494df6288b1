"""Head motion: it turns the face, leaves the border alone, and can be undone."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.render.head import HeadWarp

NOSE_TIP, CHIN = 1, 152
NO_SHIFT = np.zeros(2)


@pytest.fixture(scope="module")
def head(renderer) -> HeadWarp:
    return renderer.head


@pytest.fixture(scope="module")
def points(renderer) -> np.ndarray:
    return renderer.fitted.rest[:, :2]


def motion(head: HeadWarp, points: np.ndarray, *, rotation=(0, 0, 0), shift=(0, 0)) -> np.ndarray:
    return head.at(head.forward(np.array(rotation, float), np.array(shift, float)), points)


def test_no_rotation_is_no_motion(head):
    assert not head.forward(np.zeros(3), NO_SHIFT).any()


def test_pitch_lowers_the_nose(head, points):
    assert motion(head, points, rotation=(0.06, 0, 0))[NOSE_TIP, 1] > 1


def test_yaw_moves_the_nose_more_than_the_ears(head, points):
    sideways = motion(head, points, rotation=(0, 0.06, 0))[:, 0]
    assert abs(sideways[NOSE_TIP]) > 1
    assert abs(sideways[NOSE_TIP]) > 1.5 * abs(sideways[[234, 454]].mean())


def test_positive_and_negative_yaw_are_opposite(head, points):
    a, b = (motion(head, points, rotation=(0, v, 0))[NOSE_TIP, 0] for v in (0.05, -0.05))
    assert a == pytest.approx(-b, rel=0.1)


def test_roll_turns_the_line_of_the_eyes(head, points):
    moved = points + motion(head, points, rotation=(0, 0, 0.05))
    before, after = (np.arctan2(*(p[263] - p[33])[::-1]) for p in (points, moved))
    assert after - before == pytest.approx(0.05, abs=0.01)


def test_shift_is_in_face_widths(head, points):
    moved = motion(head, points, shift=(0.02, 0.01))[[NOSE_TIP, 4, 168]]
    np.testing.assert_allclose(moved, np.tile([0.02, 0.01], (3, 1)) * head.face_width, rtol=0.05)


def test_border_stands_still(head):
    field = head.forward(np.array([0.08, 0.1, 0.08]), np.array([0.03, 0.03]))
    for edge in (field[0], field[-1], field[:, 0], field[:, -1]):
        assert not edge.any()


def test_motion_has_no_seam(head):
    field = head.forward(np.array([0.05, 0.08, 0.04]), np.array([0.02, 0.01]))
    step = min(head.width / head.columns, head.height / head.rows)
    for axis in (0, 1):
        assert np.abs(np.diff(field, axis=axis)).max() < 0.9 * step, "neighbouring nodes must not run into each other"


def test_backward_undoes_forward(head, points):
    field = head.forward(np.array([0.04, 0.06, 0.03]), np.array([0.01, 0.01]))
    map_x, map_y = head.maps(head.backward(field), (0, 0, head.width, head.height), factor=1)
    moved = points + head.at(field, points)
    x, y = moved.round().astype(int).T
    back = np.stack([map_x[y, x], map_y[y, x]], -1) + (moved - moved.round())
    assert np.abs(back - points).max() < 0.35


def test_affine_around_follows_the_field(head, points):
    field = head.forward(np.array([0.04, 0.06, 0.03]), np.array([0.01, 0.01]))
    mouth = points[[61, 291, 13, 14]]
    affine = head.affine_around(field, mouth.mean(0), reach=20)
    np.testing.assert_allclose(mouth @ affine[:, :2].T + affine[:, 2], mouth + head.at(field, mouth), atol=1.5)


def test_region_holds_all_that_moves(head):
    field = head.forward(np.array([0.08, 0.1, 0.08]), np.array([0.03, 0.03]))
    map_x, map_y = head.maps(head.backward(field), (0, 0, head.width, head.height), factor=1)
    y, x = np.mgrid[: head.height, : head.width]
    moving = np.maximum(np.abs(map_x - x), np.abs(map_y - y)) > 0.02
    for left, top, right, bottom in head.regions(field):
        moving[top:bottom, left:right] = False
    assert not moving.any()
