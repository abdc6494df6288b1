"""The rig: each blendshape does what its name says, on any face, and lips meet without crossing."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.engines.rig import as_shown
from lipsync_utils.errors import InputError
from lipsync_utils.faces import topology
from lipsync_utils.records import Face
from lipsync_utils.rig import FittedRig, Rig

WIDTH = 220.0
UPPER, LOWER = np.array(topology.INNER_LIP_UPPER), np.array(topology.INNER_LIP_LOWER)


@pytest.fixture(scope="module")
def rig() -> Rig:
    return Rig.load()


def face_of(points: np.ndarray) -> Face:
    return Face(box=topology.box_of(points), points=points.astype(np.float32), score=1.0)


def plain_points(*, parted: float = 0.0) -> np.ndarray:
    """The plain face in a picture; lips parted by that many pixels in the middle."""
    points = topology.NEUTRAL.astype(np.float64) * WIDTH + [256, 256, 0]
    lip_line = points[UPPER] / 2 + points[LOWER] / 2
    points[UPPER], points[LOWER] = lip_line, lip_line
    almond = np.sin(np.linspace(0, np.pi, len(UPPER)))
    points[UPPER, 1] -= parted / 2 * almond
    points[LOWER, 1] += parted / 2 * almond
    return points


@pytest.fixture(scope="module")
def fitted(rig) -> FittedRig:
    return rig.fit(face_of(plain_points()))


def moved(fitted: FittedRig, **coefficients: float) -> np.ndarray:
    values = np.zeros(len(fitted.names), np.float32)
    for name, value in coefficients.items():
        values[fitted.names.index(name)] = value
    return fitted.move(values)


def both(name: str, value: float) -> dict[str, float]:
    return {f"{name}Left": value, f"{name}Right": value}


def gaps(fitted: FittedRig, points: np.ndarray) -> np.ndarray:
    return (points[LOWER, :2] - points[UPPER, :2]) @ fitted.down


def width(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[61, :2] - points[291, :2]))


def rotation(pitch: float, yaw: float, roll: float) -> np.ndarray:
    def turn(angle: float, a: int, b: int) -> np.ndarray:
        out = np.eye(3)
        out[[a, b], [a, b]], out[a, b], out[b, a] = np.cos(angle), -np.sin(angle), np.sin(angle)
        return out

    return turn(roll, 0, 1) @ turn(yaw, 2, 0) @ turn(pitch, 1, 2)


# --- The basis


def test_basis_has_the_52_arkit_shapes_on_468_points(rig):
    assert len(set(rig.names)) == 52
    assert {"jawOpen", "mouthClose", "mouthPucker", "eyeBlinkLeft", "browInnerUp", "tongueOut"} <= set(rig.names)
    assert rig.neutral.shape == (468, 3)
    assert rig.shapes.shape == (52, 468, 3)
    assert np.isfinite(rig.shapes).all()


def test_unit_of_the_basis_is_the_distance_between_the_outer_eye_corners(rig):
    assert np.linalg.norm(rig.neutral[33] - rig.neutral[263]) == pytest.approx(1, abs=0.02)


def test_no_shape_moves_a_point_further_than_a_face_can(rig):
    assert np.linalg.norm(rig.shapes, axis=-1).max() < 0.6


def test_left_and_right_are_mirror_images(rig):
    for left in (n for n in rig.names if n.endswith("Left") and n not in ("jawLeft", "mouthLeft")):
        a = rig.shapes[rig.names.index(left)]
        b = rig.shapes[rig.names.index(left.replace("Left", "Right"))][topology.MIRROR] * [-1, 1, 1]
        # points are found on a rendered head, so that the sides agree closely, not exactly
        assert np.abs(a - b).max() < 0.05 + 0.35 * np.abs(a).max(), left


# --- Fitting


def test_fit_finds_scale_and_pose(rig):
    turn = rotation(0.1, 0.2, -0.15)
    fitted = rig.fit(face_of(130 * rig.neutral @ turn.T + [300, 200, 0]))
    assert fitted.scale == pytest.approx(130, rel=1e-3)
    np.testing.assert_allclose(fitted.rotation, turn, atol=1e-3)


@pytest.mark.parametrize("angles", [(0, 0, 0.5), (0.1, 0.3, -0.4)])
def test_displacements_turn_and_grow_with_the_face(rig, angles):
    plain, turn = plain_points(), rotation(*angles)
    here, there = rig.fit(face_of(plain)), rig.fit(face_of(1.6 * plain @ turn.T + [40, -20, 5]))
    np.testing.assert_allclose(there.shapes, 1.6 * here.shapes @ turn.T, atol=0.05)


def test_rolled_and_scaled_face_moves_alike(rig):
    plain, turn = plain_points(parted=14), rotation(0, 0, 0.35)
    shift = np.array([40, -20, 0])
    here, there = rig.fit(face_of(plain)), rig.fit(face_of(1.6 * plain @ turn.T + shift))
    values = np.random.default_rng(0).uniform(0, 0.5, 52).astype(np.float32)
    for a, b in ((here.rest, there.rest), (here.move(values), there.move(values))):
        np.testing.assert_allclose(b, 1.6 * a @ turn.T + shift, atol=0.1)


def test_unknown_blendshape_is_refused_by_name(rig):
    with pytest.raises(InputError, match="mouthWink"):
        rig.columns(("jawOpen", "mouthWink"))


def test_columns_choose_the_named_shapes(rig, fitted):
    values = np.array([0.5, 0.3], np.float32)
    chosen = fitted.move(values, rig.columns(("mouthPucker", "jawOpen")))
    np.testing.assert_allclose(chosen, moved(fitted, mouthPucker=0.5, jawOpen=0.3), atol=1e-3)


def test_inputs_are_not_modified(rig):
    face, values = face_of(plain_points(parted=10)), np.full(52, 0.4, np.float32)
    points = face.points.copy()
    fitted = rig.fit(face)
    rest = fitted.rest.copy()
    fitted.move(values)
    np.testing.assert_array_equal(face.points, points)
    np.testing.assert_array_equal(fitted.rest, rest)
    np.testing.assert_array_equal(values, np.full(52, 0.4, np.float32))


# --- Lips


@pytest.mark.parametrize("parted", [6, 24])
def test_rest_closes_parted_lips(rig, parted):
    fitted = rig.fit(face_of(plain_points(parted=parted)))
    assert fitted.gaps.max() == pytest.approx(parted, abs=1)
    assert np.abs(gaps(fitted, fitted.rest)).max() < 0.1


def test_closing_parted_lips_leaves_eyes_and_nose_alone(rig):
    plain = plain_points(parted=24)
    away = np.linalg.norm(rig.fit(face_of(plain)).rest - plain, axis=1)
    assert away[list(topology.EYE_CORNERS + topology.NOSE_BRIDGE)].max() < 1


def test_zero_is_rest(fitted):
    np.testing.assert_allclose(moved(fitted), fitted.rest, atol=0.2)


def test_lips_never_cross(rig):
    random = np.random.default_rng(0)
    for parted in (0, 18):
        fitted = rig.fit(face_of(plain_points(parted=parted)))
        for _ in range(100):
            values = (random.uniform(0, 1, 52) * (random.random(52) < 0.3)).astype(np.float32)
            assert gaps(fitted, fitted.move(values)).min() > -1e-2


def test_closed_lips_are_one_line(rig):
    """Upper and lower points of a pair need not lie above one another; no gap may stay between them for that."""
    points = plain_points()
    middle, reach = points[UPPER, 0].mean(), np.ptp(points[UPPER, 0]) / 2
    lower = middle + (points[UPPER, 0] - middle) * np.interp(np.abs(points[UPPER, 0] - middle), [0, reach], [0.85, 1])
    base = points[UPPER[0], 1]
    for curve, x in ((UPPER, points[UPPER, 0].copy()), (LOWER, lower)):
        points[curve, 0], points[curve, 1] = x, base + 0.3 * reach * (1 - ((x - middle) / reach) ** 2)
    fitted = rig.fit(face_of(points))
    for coefficients in ({}, {"jawOpen": 0.14, "mouthClose": 0.14, **both("mouthPress", 0.2)}):
        closed = moved(fitted, **coefficients)
        across = np.array([fitted.down[1], -fitted.down[0]])
        at = np.linspace(*(closed[UPPER[[0, -1]], :2] @ across), 100)
        top, low = (np.interp(at, closed[c, :2] @ across, closed[c, :2] @ fitted.down) for c in (UPPER, LOWER))
        assert np.abs(low - top).max() < 0.002 * fitted.mouth_width


def test_lips_share_their_corners(fitted):
    open_ = moved(fitted, jawOpen=0.7)
    assert np.abs(gaps(fitted, open_)[[0, -1]]).max() < 1e-3


def test_jaw_opens_the_mouth_ever_wider(fitted):
    opening = [gaps(fitted, moved(fitted, jawOpen=v)).max() for v in np.linspace(0, 1, 11)]
    assert opening[0] < 0.02 * fitted.mouth_width
    assert (np.diff(opening) > 0).all()
    assert opening[-1] > 0.35 * fitted.mouth_width


def test_open_mouth_is_an_almond(fitted):
    gap = gaps(fitted, moved(fitted, jawOpen=0.6))
    assert np.argmax(gap) in (4, 5, 6)
    assert gap[1] < 0.75 * gap[5]
    assert gap[-2] < 0.75 * gap[5]


@pytest.mark.parametrize("jaw", [0.1, 0.3, 0.6])
def test_mouth_close_cancels_the_jaw(fitted, jaw):
    parted = gaps(fitted, moved(fitted, jawOpen=jaw)).max()
    shut = gaps(fitted, moved(fitted, jawOpen=jaw, mouthClose=jaw)).max()
    assert shut < 0.12 * parted


@pytest.mark.parametrize(
    ("coefficients", "narrower"),
    [
        ({"mouthPucker": 0.7}, True),
        ({"mouthFunnel": 0.7}, True),
        (both("mouthSmile", 0.7), False),
        (both("mouthStretch", 0.7), False),
    ],
    ids=["pucker", "funnel", "smile", "stretch"],
)
def test_width_of_the_mouth(fitted, coefficients, narrower):
    change = width(moved(fitted, **coefficients)) / fitted.mouth_width
    assert change < 0.93 if narrower else change > 1.03


def test_funnel_and_lifted_lips_show_the_teeth(fitted):
    assert gaps(fitted, moved(fitted, **both("mouthUpperUp", 0.7), **both("mouthLowerDown", 0.7))).max() > 5
    assert gaps(fitted, moved(fitted, mouthFunnel=0.7, jawOpen=0.2)).max() > 5


@pytest.mark.parametrize(
    ("coefficients", "inner", "outer"),
    [
        (both("mouthPress", 1.0), 14, 17),
        ({"mouthRollLower": 1.0}, 14, 17),
        ({"mouthRollUpper": 1.0}, 13, 0),
    ],
    ids=["press", "roll lower", "roll upper"],
)
def test_red_of_the_lip_gets_thinner(fitted, coefficients, inner, outer):
    def thickness(points: np.ndarray) -> float:
        return float(np.linalg.norm(points[outer, :2] - points[inner, :2]))

    assert thickness(moved(fitted, **coefficients)) < 0.95 * thickness(fitted.rest)


@pytest.mark.parametrize(
    ("name", "point", "direction"),
    [  # x right in the picture, y down, z away; "left" is the person's own, on the right-hand side of the picture
        ("jawOpen", 152, (0, 1, 0)),
        ("jawForward", 152, (0, 0, -1)),
        ("jawLeft", 152, (1, 0, 0)),
        ("jawRight", 152, (-1, 0, 0)),
        ("mouthLeft", 13, (1, 0, 0)),
        ("mouthRight", 13, (-1, 0, 0)),
        ("mouthSmileLeft", 291, (0, -1, 0)),
        ("mouthSmileRight", 61, (0, -1, 0)),
        ("mouthFrownLeft", 291, (0, 1, 0)),
        ("mouthFrownRight", 61, (0, 1, 0)),
        ("mouthPucker", 13, (0, 0, -1)),
        ("mouthUpperUpLeft", 269, (0, -1, 0)),
        ("mouthLowerDownRight", 181, (0, 1, 0)),
        ("mouthShrugLower", 17, (0, -1, 0)),
        ("browInnerUp", 107, (0, -1, 0)),
        ("browDownLeft", 334, (0, 1, 0)),
        ("eyeBlinkLeft", 386, (0, 1, 0)),
        ("eyeBlinkRight", 159, (0, 1, 0)),
    ],
)
def test_points_move_where_the_name_says(rig, name, point, direction):
    motion = rig.shapes[rig.names.index(name), point]
    assert motion @ direction > 0.005
    assert motion @ direction > 0.3 * np.linalg.norm(motion)


def test_rounded_lips_touch_beside_a_small_opening(fitted):
    """As far as their middle is open, the opening is narrower than that of lips that are not rounded."""
    plain, rounded = gaps(fitted, moved(fitted, jawOpen=0.3)), gaps(fitted, moved(fitted, jawOpen=0.3, mouthPucker=0.8))
    assert rounded.max() > 0.6 * plain.max()
    assert (rounded > 0.5 * rounded.max()).sum() < (plain > 0.5 * plain.max()).sum()
    assert rounded[[1, -2]].max() < 0.2 * rounded.max()
    assert plain[[1, -2]].max() > 0.25 * plain.max()


def test_an_opening_is_shown_larger_than_it_was_read_and_a_closed_one_closed(fitted):
    names = ("jawOpen", "mouthClose", "mouthPucker")
    columns = np.array([fitted.names.index(name) for name in names])
    small, wide, shut = (np.array(row, np.float32) for row in ((0.1, 0, 0.3), (1, 0, 0), (0.2, 0.2, 0)))
    shown = as_shown(small, names)
    assert 1.4 * small[0] < shown[0] < 1.8 * small[0]
    np.testing.assert_array_equal(shown[1:], small[1:])
    half = as_shown(np.float32([0.5, 0, 0]), names)
    assert 0.57 < half[0] < 0.62, "large ones are read better"
    np.testing.assert_array_equal(as_shown(wide, names), wide)
    assert gaps(fitted, fitted.move(as_shown(shut, names), columns)).max() < 1e-3
    np.testing.assert_array_equal(as_shown(np.stack([small, wide]), names), [shown, wide])
