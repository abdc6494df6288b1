"""Light on a face that changes its shape."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils import expression
from lipsync_utils.faces import topology
from lipsync_utils.render.relight import MOST, Relight


@pytest.fixture(scope="module")
def change(renderer):
    """A function: coefficients -> by how much each pixel of a grey picture gets lighter, as a part."""
    columns = renderer._columns
    relight = Relight(renderer.fitted)

    def of(values: np.ndarray) -> np.ndarray:
        moved = renderer.fitted.move(np.concatenate([values, np.zeros(len(expression.NAMES))]), columns)
        grey = np.full((512, 512, 3), 120, np.uint8)
        relight.paint(grey, moved, moved[:, :2])
        return grey[..., 0] / 120 - 1

    return of


def test_a_face_at_rest_keeps_its_light(change, pose):
    assert not change(pose()).any()


def test_protruded_lips_are_lit_anew_and_nothing_far_from_them(change, pose, face):
    light = change(pose(mouthPucker=0.8, mouthFunnel=0.3))
    x, y = face.points[list(topology.LIPS), :2].round().astype(int).T
    assert light[y, x].max() > 0.03
    assert light[y, x].min() < -0.03
    assert np.abs(light).max() <= MOST + 0.01
    assert not light[: int(face.points[topology.NOSE_ROOT, 1])].any()


def test_what_turns_away_from_above_gets_darker(change, pose, face):
    """Under a lower lip that comes forward."""
    light = change(pose(mouthPucker=0.8))
    lip, chin = (face.points[i, :2] for i in (topology.OUTER_LIP_MIDDLES[1], topology.CHIN))
    column, low, high = round(lip[0]), round(lip[1]), round(lip[1] + 0.3 * (chin[1] - lip[1]))
    assert light[low:high, column - 3 : column + 4].mean() < -0.01


def test_light_does_not_jump(change, pose):
    steps = [change(pose(jawOpen=0.5 * share, mouthPucker=0.6 * share)) for share in np.linspace(0, 1, 26)]
    assert np.abs(np.diff(steps, axis=0)).max() < 0.06
