"""Eyes that blink and look elsewhere, also those that are drawn larger than people's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.render.eyes import LID_FOLLOWS
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.speech.visemes import NAMES

BLUE, WHITE = (60, 120, 200), (235, 236, 238)


@pytest.fixture(scope="module")
def drawn(portrait, face, rig, person):
    """The portrait with the eyes of a cartoon, and a renderer of it; the mesh stays where it was found."""
    image = portrait.copy()
    for upper, lower in (
        (topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
        (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
    ):
        lids = face.points[list(upper + lower), :2]
        width = float(np.ptp(lids[:, 0]))
        x, y = lids.mean(0) + np.array([0, 0.12 * width])
        at = round(float(x)), round(float(y))
        cv2.ellipse(image, at, (round(0.55 * width), round(0.32 * width)), 0, 0, 360, WHITE, -1, cv2.LINE_AA)
        cv2.circle(image, at, round(0.24 * width), BLUE, -1, cv2.LINE_AA)
    return image, PortraitRenderer(image, face, rig=rig, names=NAMES)


def seen(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(image.astype(int) - colour).max(2) < 30).sum())


def test_large_drawn_eyes_shut_wholly(drawn, pose):
    image, renderer = drawn
    shut = renderer.render(pose(), blink=1.0)
    for colour, most in ((BLUE, 0.05), (WHITE, 0.15)):
        assert seen(image, colour) > 300
        assert seen(shut, colour) < most * seen(image, colour)


def test_large_drawn_eyes_do_not_look_elsewhere_and_others_do(drawn, renderer, pose):
    _, cartoon = drawn
    still, away = (cartoon.render(pose(), gaze=np.array([shift, 0.0])) for shift in (0.0, 0.1))
    np.testing.assert_array_equal(still, away)
    straight, aside = (renderer.render(pose(), gaze=np.array([shift, 0.0])) for shift in (0.0, 0.1))
    assert np.abs(straight.astype(int) - aside).max() > 40


def test_the_upper_lid_follows_a_look_down(renderer, pose):
    down = np.array([0.0, 0.06])
    follows, shut_as_far = (
        renderer.render(pose(), gaze=down),
        renderer.render(pose(), gaze=down, blink=0.06 * LID_FOLLOWS),
    )
    np.testing.assert_array_equal(follows, shut_as_far)
    up = renderer.render(pose(), gaze=-down)
    np.testing.assert_array_equal(up, renderer.render(pose(), gaze=-down, blink=0.0))
    assert np.abs(follows.astype(int) - renderer.render(pose(), gaze=down, blink=0.5)).max() > 40


def test_a_shut_lid_is_lit_as_one_that_bulges(renderer, pose, person):
    """From its fold down it gets lighter, and has the grain of skin."""
    shut = renderer.render(pose(), blink=1.0)
    points = renderer.points(pose())
    up, low = (points[list(line)][4] for line in (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER))
    x, (top, bottom) = round(float(up[0])), (up[1], low[1])
    rows = [shut[round(top + share * (bottom - top)), x - 3 : x + 4].mean() for share in (-0.25, 0.3)]
    assert rows[1] > rows[0] + 3
