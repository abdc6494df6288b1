"""A still portrait that speaks: what moves, what stays, and what a viewer would measure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils import expression
from lipsync_utils.faces import topology
from lipsync_utils.records import Face
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.speech.visemes import NAMES
from lipsync_utils.streaming import in_order

RAISED = expression.around_the_mouth(
    dict.fromkeys(NAMES, np.zeros(1)), expression="neutral", strength=np.ones(1), brow=np.full(1, 0.5), life=np.ones(1)
)[0]
"""Brows that are raised half."""

TURNED = np.array([0.04, 0.06, -0.03])
SHIFTED = np.float32([1, 1, 0])  # pixel centres


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def area_of(points: np.ndarray, shape: tuple[int, int], *, grown: int = 0) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [points.round().astype(np.int32)], 1)
    return cv2.dilate(mask, np.ones((2 * grown + 1, 2 * grown + 1), np.uint8)) > 0


def face_area(face: Face, image: np.ndarray) -> np.ndarray:
    return area_of(face.points[list(topology.FACE_OVAL), :2], image.shape[:2])


def measured_gap(detector, image: np.ndarray) -> float:
    (face,) = detector.detect(image, precise=True)
    gap = np.linalg.norm(face.points[[82, 13, 312], :2] - face.points[[87, 14, 317], :2], axis=1).mean()
    return float(gap / np.linalg.norm(face.points[61, :2] - face.points[291, :2]))


def test_no_motion_is_the_picture(renderer, portrait, face, pose):
    inside = face_area(face, portrait)
    out = renderer.render(pose())
    assert psnr(out[inside], portrait[inside]) > 45


def test_still_head_motion_is_the_picture(renderer, portrait, face, pose):
    out = renderer.render(pose(), rotation=np.zeros(3), shift=np.zeros(2))
    inside = face_area(face, portrait)
    assert psnr(out[inside], portrait[inside]) > 45


def test_beyond_the_moving_region_the_picture_is_kept_exactly(renderer, portrait, pose):
    values = pose(jawOpen=0.5, mouthPucker=0.4)
    out = renderer.render(values, blink=0.5, face=RAISED)
    points = renderer.points(values, face=RAISED)
    (left, top), (right, bottom) = np.floor(points.min(0)).astype(int), np.ceil(points.max(0)).astype(int)
    inside = np.zeros(portrait.shape[:2], bool)
    inside[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
    assert inside.mean() < 0.7
    np.testing.assert_array_equal(out[~inside], portrait[~inside])


@pytest.mark.parametrize("rotation", [None, TURNED], ids=["still", "turned"])
def test_border_of_the_picture_stands_still(renderer, portrait, pose, rotation):
    out = renderer.render(pose(jawOpen=0.5, mouthPucker=0.4), rotation=rotation, blink=0.5, face=RAISED)
    assert out.shape == portrait.shape
    assert out.dtype == np.uint8
    change = np.abs(out.astype(int) - portrait).max(2)
    assert change.max() > 30
    for edge in (change[:3], change[-3:], change[:, :3], change[:, -3:]):
        assert edge.max() <= 6  # the grain, sampled again


def test_picture_and_coefficients_are_not_modified(portrait, face, rig, pose):
    image, values = portrait.copy(), pose(jawOpen=0.5)
    points, kept = face.points.copy(), values.copy()
    out = PortraitRenderer(image, face, rig=rig, names=NAMES).render(values, rotation=TURNED, blink=1.0)
    np.testing.assert_array_equal(image, portrait)
    np.testing.assert_array_equal(face.points, points)
    np.testing.assert_array_equal(values, kept)
    assert not np.shares_memory(out, image)


def test_mouth_opens_as_seen_on_the_picture(renderer, detector, pose):
    seen = [measured_gap(detector, renderer.render(pose(jawOpen=v))) for v in (0, 0.15, 0.3, 0.5, 0.7)]
    assert (np.diff(seen) > 0).all(), seen
    assert seen[-1] > seen[0] + 0.2


def test_closed_lips_look_closed(renderer, detector, pose):
    rest = measured_gap(detector, renderer.render(pose()))
    shut = measured_gap(detector, renderer.render(pose(jawOpen=0.15, mouthClose=0.15, mouthPress=0.2)))
    assert shut < rest + 0.02


def test_smile_that_shows_teeth_is_closed_at_rest(detector, rig, pose):
    image = draw(SyntheticFace(x=256, y=230, width=170, mouth=0.35))
    (face,) = detector.detect(image, precise=True)
    out = PortraitRenderer(image, face, rig=rig, names=NAMES).render(pose())
    assert measured_gap(detector, out) < 0.4 * measured_gap(detector, image)


def test_pucker_narrows_the_mouth_as_seen_on_the_picture(renderer, detector, pose):
    def width(image: np.ndarray) -> float:
        (face,) = detector.detect(image, precise=True)
        return float(np.linalg.norm(face.points[61, :2] - face.points[291, :2]))

    assert width(renderer.render(pose(mouthPucker=0.7))) < 0.95 * width(renderer.render(pose()))


def irises(image: np.ndarray, person: SyntheticFace) -> int:
    """Pixels in the colours of iris and pupil around the eyes."""
    count = 0
    for x, y in person.eye_centres.round().astype(int):
        reach = round(0.06 * person.width)
        eye = image[y - reach : y + reach, x - reach : x + reach].astype(int)
        iris = np.abs(eye - (82, 96, 72)).max(2) < 25
        pupil = np.abs(eye - (16, 14, 14)).max(2) < 15
        count += int((iris | pupil).sum())
    return count


def test_irises_turn_and_lids_stay(renderer, portrait, person, pose):
    straight, aside = (renderer.render(pose(), gaze=np.array([shift, 0.0])) for shift in (0.0, 0.12))
    for x, y in person.eye_centres.round().astype(int):
        reach = round(0.08 * person.width)
        middles = []
        for image in (straight, aside):
            eye = image[y - reach : y + reach, x - reach : x + reach].astype(int)
            dark = np.abs(eye - (16, 14, 14)).max(2) < 15
            middles.append(np.nonzero(dark)[1].mean())
        assert middles[1] - middles[0] > 1.5, "pixels of about four"
    changed = np.abs(straight.astype(int) - aside).max(2) > 8
    upper, lower = (list(topology.RIGHT_EYE_UPPER), list(topology.RIGHT_EYE_LOWER))
    lids = renderer.points(pose())[upper + lower + list(topology.LEFT_EYE_UPPER) + list(topology.LEFT_EYE_LOWER)]
    rows = np.nonzero(changed)[0]
    assert changed.any()
    assert rows.min() > lids[:, 1].min() - 3
    assert rows.max() < lids[:, 1].max() + 3


def test_blink_hides_the_eyes(renderer, portrait, person, pose):
    seen = irises(portrait, person)
    shut = [irises(renderer.render(pose(), blink=v), person) for v in (0, 0.5, 1)]
    assert seen > 100
    assert shut[0] > 0.8 * seen
    assert shut[1] < shut[0]
    assert shut[2] < 0.15 * seen


def test_shut_lids_show_no_white(renderer, portrait, person, pose):
    def whites(image: np.ndarray) -> int:
        count = 0
        for x, y in person.eye_centres.round().astype(int):
            reach = round(0.11 * person.width)
            count += int((image[y - 12 : y + 13, x - reach : x + reach].min(2) > 205).sum())
        return count

    assert whites(portrait) > 50
    assert whites(renderer.render(pose(), blink=1.0)) < 0.1 * whites(portrait)


def test_brows_rise(renderer, portrait, person, pose):
    def height(image: np.ndarray) -> float:
        x, y = person.eye_centres[0].round().astype(int)
        column = image[y - 45 : y - 12, x - 12 : x + 12].astype(float).sum(2)
        dark = np.clip(column.max() - column - 150, 0, None)
        return float((dark.sum(1) * np.arange(len(dark))).sum() / dark.sum())

    assert height(renderer.render(pose(), face=1.6 * RAISED)) < height(renderer.render(pose())) - 0.7


def test_threads_give_the_same_pictures(renderer, pose):
    poses = [pose(jawOpen=0.05 * i, mouthPucker=0.3) for i in range(12)]

    def render(values: np.ndarray) -> np.ndarray:
        return renderer.render(values, rotation=TURNED * float(values.sum()), shift=np.array([0.01, 0]), blink=0.3)

    one, two = list(in_order(render, poses, workers=1)), list(in_order(render, poses, workers=2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom", "all"])
@pytest.mark.parametrize("share", [0.15, 0.4, 0.6])
def test_face_cut_by_the_border(portrait, face, rig, pose, side, share):
    (left, top), (right, bottom) = face.points[:, :2].min(0), face.points[:, :2].max(0)
    box = [0, 0, portrait.shape[1], portrait.shape[0]]
    within = {"left": left, "top": top, "right": right, "bottom": bottom}
    for i, (name, sign) in enumerate((("left", 1), ("top", 1), ("right", -1), ("bottom", -1))):
        if side in (name, "all"):
            size = (right - left) if name in ("left", "right") else (bottom - top)
            box[i] = int(within[name] + sign * (share * 0.7) * size)
    image = np.ascontiguousarray(portrait[box[1] : box[3], box[0] : box[2]])
    cut = Face(face.box, face.points - np.float32([box[0], box[1], 0]), 1.0)
    partly, whole = (PortraitRenderer(*of, rig=rig, names=NAMES) for of in ((image, cut), (portrait, face)))
    values = pose(jawOpen=0.6, mouthPucker=0.2)
    still, expected = (
        partly.render(values, face=RAISED),
        whole.render(values, face=RAISED)[box[1] : box[3], box[0] : box[2]],
    )
    inner = (slice(8, -8), slice(8, -8))  # what moves in from beyond the border is not known
    assert psnr(still[inner], expected[inner]) > 60
    turned = partly.render(values, rotation=TURNED, blink=1.0, face=RAISED)
    assert 15 < psnr(turned, image) < 30, "the head turns, and nothing foreign comes in over the border"


def test_small_face_in_a_large_picture(portrait, face, rig, pose):
    """It speaks as it does alone, and what is far from it stays as it is."""
    side, left, top = 256, 1700, 60
    alone = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    image = np.full((1500, 2000, 3), 128, np.uint8)
    image[top : top + side, left : left + side] = alone
    points = (face.points + 0.5 * SHIFTED) * np.float32(0.5) - 0.5 * SHIFTED
    values = pose(jawOpen=0.5)
    expected = PortraitRenderer(alone, Face(face.box, points, 1.0), rig=rig, names=NAMES).render(values)
    there = Face(face.box, points + np.float32([left, top, 0]), 1.0)
    renderer = PortraitRenderer(image, there, rig=rig, names=NAMES)
    inner = (slice(top + 20, top + side - 20), slice(left + 20, left + side - 20))
    still, turned = renderer.render(values), renderer.render(values, rotation=TURNED)
    assert psnr(still[inner], expected[20:-20, 20:-20]) > 45
    assert 20 < psnr(turned[inner], still[inner]) < 30, "the head turns"
    for out in (still, turned):
        out[max(0, top - 60) : top + side + 60, left - 60 : left + side + 44] = 128
        assert (out == 128).all()
