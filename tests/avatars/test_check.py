"""What the face mesh says about portraits: good ones pass, and each fault is named."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_avatars.check import MIN_EYE, check_portrait, head_pose, measure
from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Face
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.rig import Rig


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """Turned clockwise as the viewer sees it."""
    side = image.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), -degrees, 1)
    return cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("name", ["woman", "man"])
def test_the_samples_are_good(name, request):
    check = check_portrait(request.getfixturevalue(name))
    assert check.ok, check.problems
    assert check.faces == 1
    assert max(abs(check.yaw), abs(check.pitch), abs(check.roll)) < 8
    assert 0.4 < check.share < 0.55
    assert check.eyes > 2 * MIN_EYE
    assert check.mouth < 0.08


def test_no_face():
    check = check_portrait(np.full((256, 256, 3), 90, np.uint8))
    assert (check.faces, check.ok) == (0, False)
    assert np.isnan(check.yaw)
    assert check.problems == ("No face is seen; one is needed.",)
    assert json.loads(json.dumps(check.summary(), allow_nan=False))["yaw"] is None


def test_two_faces(woman, man):
    check = check_portrait(np.hstack([woman, man]))
    assert check.faces == 2
    assert check.problems == ("2 faces are seen; exactly one is needed.",)


def test_tilted(woman):
    check = check_portrait(turned(woman, 25))
    assert check.roll == pytest.approx(25, abs=2)
    assert "The head is tilted by 25 degrees; at most 15 are good." in check.problems


def test_open_mouth():
    check = check_portrait(draw(SyntheticFace(mouth=0.6), size=(512, 512)))
    assert check.mouth > 0.2
    assert any("mouth is open" in problem for problem in check.problems)


@pytest.mark.parametrize("name", ["woman", "man"])
def test_shut_eyes(name, request):
    """The mesh does not see them; the picture tells. The renderer of the package shuts them."""
    image = request.getfixturevalue(name)
    (found,) = make_detector(FaceOptions()).detect(image)
    renderer = PortraitRenderer(image, found, rig=Rig.load(), names=("jawOpen",))
    check = check_portrait(renderer.render(np.zeros(1, np.float32), blink=1.0))
    assert check.eyes < 0.1
    assert check.problems == ("An eye is shut; both should be open.",)


def test_small(woman):
    small = np.full((256, 256, 3), 120, np.uint8)
    small[60:188, 60:188] = cv2.resize(woman, (128, 128), interpolation=cv2.INTER_AREA)
    assert any("of the picture's height" in problem for problem in check_portrait(small).problems)


def test_cut_off(woman):
    check = check_portrait(np.ascontiguousarray(woman[:, 105:]))
    assert any("beyond the picture's edge" in problem for problem in check.problems)


def test_each_thread_looks_with_its_own_detector(woman, monkeypatch):
    """A detector keeps buffers: two threads that share one would write over each other."""
    users: dict[int, set[int]] = {}
    detect = BlazeMeshDetector.detect

    def noted(detector, image, **kwargs):
        users.setdefault(id(detector), set()).add(threading.get_ident())
        kept.append(detector)
        return detect(detector, image, **kwargs)

    kept: list[BlazeMeshDetector] = []  # so that no id is used twice
    monkeypatch.setattr(BlazeMeshDetector, "detect", noted)
    alone = check_portrait(woman)
    both_there = threading.Barrier(2)

    def check(_: int):
        both_there.wait(30)
        return [check_portrait(woman) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        results = [one for pair in threads.map(check, range(2)) for one in pair]
    assert results == [alone] * 4
    assert sorted(len(threads) for threads in users.values()) == [1, 1, 1]


def test_the_picture_is_not_modified(woman):
    before = woman.copy()
    check_portrait(woman)
    np.testing.assert_array_equal(woman, before)


# --- the numbers, on a known mesh ------------------------------------------------------------------------------------


def face(*, pitch: float = 0, yaw: float = 0, roll: float = 0, **shapes: float) -> Face:
    """The neutral head in a picture of 500 x 500 pixels, turned by degrees, with blendshapes."""
    rig = Rig.load()
    points = rig.neutral + sum(rig.shapes[rig.names.index(name)] * value for name, value in shapes.items())
    p, y, r = np.radians([pitch, yaw, roll])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    points = (points @ (tilt @ turn @ nod).T * 120 + [250, 250, 0]).astype(np.float32)
    return Face(topology.box_of(points), points, 1.0)


def with_eyes(found: Face) -> np.ndarray:
    """A picture of 500 x 500 pixels with a pupil in each eye."""
    image = np.full((500, 500, 3), 180, np.uint8)
    for corners in (topology.EYE_CORNERS[:2], topology.EYE_CORNERS[2:]):
        x, y = found.points[list(corners), :2].mean(axis=0)
        cv2.circle(image, (round(float(x)), round(float(y))), 12, (20, 20, 20), -1)
    return image


def nose_of(found: Face) -> np.ndarray:
    return found.points[topology.NOSE_TIP, :2] - found.points[list(topology.FACE_OVAL), :2].mean(0)


def test_signs_of_the_pose():
    """Yaw to the viewer's right and pitch down are positive: there goes the nose."""
    straight = nose_of(face())
    right, down = face(yaw=20), face(pitch=20)
    assert (nose_of(right) - straight)[0] > 5
    assert (nose_of(down) - straight)[1] > 5
    np.testing.assert_allclose(head_pose(right), (20, 0, 0), atol=0.1)
    np.testing.assert_allclose(head_pose(down), (0, 20, 0), atol=0.1)
    np.testing.assert_allclose(head_pose(face(roll=20)), (0, 0, 20), atol=0.1)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (face(yaw=-25), "The head is turned by 25 degrees"),
        (face(pitch=25), "The head nods by 25 degrees"),
        (face(jawOpen=0.6), "The mouth is open by"),
    ],
    ids=["turned", "nods", "mouth"],
)
def test_each_fault_alone(found, said):
    problems = measure(found, with_eyes(found)).problems
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_outside():
    aside = replace(face(), points=face().points + np.float32([-190, 0, 0]))
    problems = measure(aside, with_eyes(aside)).problems
    assert problems == ("The face reaches beyond the picture's edge; all of it should be seen.",)
