"""The mesh is a face-shaped sheet with three holes, and its named parts are where their names say."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.faces.topology import MIRROR, NEUTRAL, TRIANGLES

EDGES = {(int(a), int(b)) for t in TRIANGLES for a, b in zip(t, np.roll(t, -1), strict=True)}


def boundary_loops() -> list[list[int]]:
    after = {a: b for a, b in EDGES if (b, a) not in EDGES}
    loops = []
    while after:
        loop = [next(iter(after))]
        while (following := after.pop(loop[-1])) != loop[0]:
            loop.append(following)
        loops.append(loop)
    return loops


def test_every_triangle_is_turned_the_same_way():
    assert len(EDGES) == 3 * len(TRIANGLES)  # no edge is used twice in one direction
    a, b, c = (NEUTRAL[TRIANGLES[:, k]] for k in range(3))
    turned = np.cross(b - a, c - a)[:, 2] > 0
    assert turned.mean() > 0.95  # nostrils and rolled-in lips face away from the camera


def test_disc_with_holes_at_eyes_and_mouth_only():
    undirected = {frozenset(edge) for edge in EDGES}
    assert len(np.unique(TRIANGLES)) - len(undirected) + len(TRIANGLES) == 1 - 3  # Euler: a disc with three holes
    named = [topology.FACE_OVAL, topology.MOUTH_HOLE, topology.RIGHT_EYE_HOLE, topology.LEFT_EYE_HOLE]
    assert sorted(map(sorted, boundary_loops())) == sorted(map(sorted, named))


@pytest.mark.parametrize("name", ["FACE_OVAL", "MOUTH_HOLE", "RIGHT_EYE_HOLE", "LEFT_EYE_HOLE"])
def test_loops_run_along_edges_clockwise(name):
    loop = getattr(topology, name)
    both = EDGES | {(b, a) for a, b in EDGES}
    assert all(pair in both for pair in zip(loop, (*loop[1:], loop[0]), strict=True))
    x, y = NEUTRAL[list(loop), :2].T
    assert np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)) > 0


CURVES = [
    *("OUTER_LIP_UPPER", "OUTER_LIP_LOWER", "INNER_LIP_UPPER", "INNER_LIP_LOWER"),
    *("RIGHT_EYE_UPPER", "RIGHT_EYE_LOWER", "LEFT_EYE_UPPER", "LEFT_EYE_LOWER"),
    *("RIGHT_BROW_UPPER", "RIGHT_BROW_LOWER", "LEFT_BROW_UPPER", "LEFT_BROW_LOWER", "NOSE_BASE"),
]


@pytest.mark.parametrize("name", CURVES)
def test_curves_go_from_left_to_right(name):
    assert (np.diff(NEUTRAL[list(getattr(topology, name)), 0]) > 0).all()


@pytest.mark.parametrize(
    ("upper", "lower"),
    [(u, u.replace("UPPER", "LOWER")) for u in CURVES if u.endswith("UPPER")],
)
def test_upper_is_above_lower(upper, lower):
    up, low = (NEUTRAL[list(getattr(topology, name)), 1] for name in (upper, lower))
    assert up[1:-1].mean() < low[1:-1].mean()


def test_mirror_pairs_the_sides():
    assert (MIRROR[MIRROR] == np.arange(468)).all()
    np.testing.assert_allclose(NEUTRAL[MIRROR] * [-1, 1, 1], NEUTRAL, atol=1e-6)
    assert tuple(MIRROR[list(topology.RIGHT_EYE_UPPER)][::-1]) == topology.LEFT_EYE_UPPER
    assert tuple(MIRROR[list(topology.INNER_LIP_LOWER)][::-1]) == topology.INNER_LIP_LOWER


def test_mirror_carries_the_mesh_onto_itself():
    both = EDGES | {(b, a) for a, b in EDGES}
    lost = {frozenset(edge) for edge in EDGES if tuple(MIRROR[list(edge)]) not in both}
    assert len(lost) == 6  # diagonals of three pairs of quadrangles: MediaPipe's mesh is not quite symmetrical


def test_68_points_are_distinct_and_symmetrical():
    assert len(set(topology.IBUG_68)) == 68
    assert set(MIRROR[list(topology.IBUG_68)]) == set(topology.IBUG_68)


def test_box_is_from_brows_to_chin():
    left, top, right, bottom = topology.box_of(NEUTRAL)
    assert bottom == NEUTRAL[topology.CHIN, 1]
    assert top == NEUTRAL[list(topology.BROWS), 1].min()
    assert left == pytest.approx(-right)


def test_neutral_face_is_measured_in_eye_distances():
    assert NEUTRAL.shape == (468, 3)
    assert NEUTRAL.dtype == np.float32
    right_eye, left_eye = NEUTRAL[list(topology.EYE_CORNERS), :][[0, -1]]
    assert np.linalg.norm(left_eye - right_eye) == pytest.approx(1)
    np.testing.assert_allclose(NEUTRAL.mean(axis=0), 0, atol=1e-4)
    assert NEUTRAL[:, 2].argmin() in topology.NOSE_BRIDGE
    with pytest.raises(AttributeError, match="NEUTRALS"):
        topology.NEUTRALS  # noqa: B018


def test_arrays_are_read_only():
    for array in (NEUTRAL, TRIANGLES, MIRROR):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
