"""The mouth's measures: free of pose and size, and following the lips."""

import numpy as np
import pytest

from lipsync_utils.errors import InputError
from lipsync_utils.faces import topology
from lipsync_utils.rig import Rig
from lipsync_utils.sync.mouth import MOUTH_MEASURES, measure


def turned(points: np.ndarray, yaw: float, roll: float, scale: float) -> np.ndarray:
    cos, sin = np.cos(yaw), np.sin(yaw)
    about_y = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    cos, sin = np.cos(roll), np.sin(roll)
    about_z = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return scale * points @ (about_z @ about_y).T + [300.0, 200.0, 0.0]


def speaking(**coefficients: float) -> np.ndarray:
    rig = Rig.load()
    values = np.zeros(len(rig.names), np.float32)
    for name, value in coefficients.items():
        values[rig.columns((name,))] = value
    return rig.neutral + np.einsum("k,kpj->pj", values, rig.shapes)


def test_pose_and_size_do_not_matter():
    points = speaking(jawOpen=0.4)
    seen = measure(np.stack([points, turned(points, 0.3, 0.2, 180.0), turned(points, -0.4, -0.1, 60.0)]))
    np.testing.assert_allclose(seen[1:], seen[:1].repeat(2, 0), atol=2e-3)


def test_measures_follow_the_lips():
    shut, open_, round_ = measure(np.stack([speaking(), speaking(jawOpen=0.5), speaking(mouthPucker=0.8)]))
    at = {name: i for i, name in enumerate(MOUTH_MEASURES)}
    assert open_[at["inner gap, middle"]] > shut[at["inner gap, middle"]] + 0.05
    assert open_[at["chin, height"]] > shut[at["chin, height"]] + 0.03
    assert round_[at["outer width"]] < shut[at["outer width"]] - 0.05


def test_no_face_is_nan_and_inputs_stay():
    points = np.stack([topology.NEUTRAL, np.full_like(topology.NEUTRAL, np.nan)])
    before = points.copy()
    seen = measure(points)
    assert np.isfinite(seen[0]).all()
    assert np.isnan(seen[1]).all()
    np.testing.assert_array_equal(points, before)


def test_other_shapes_are_refused():
    with pytest.raises(InputError, match="468"):
        measure(np.zeros((3, 68, 2)))
