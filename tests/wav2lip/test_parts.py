"""Crop, mask, colour, grain and enhancers by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.choices import ENHANCERS
from lipsync_utils.errors import InputError
from lipsync_utils.faces import topology
from lipsync_utils.faces.geometry import overlap
from lipsync_utils.records import Face, Frame, TrackedFrame
from lipsync_utils.wav2lip.blending import ColourMatch, Detail, Grain, Patch, mouth_mask, whole_mask, within
from lipsync_utils.wav2lip.crops import cut, face_box, to_crop, with_boxes
from lipsync_utils.wav2lip.placing import MovingHead, paste

GOLDEN = Path(__file__).parents[1] / "golden"
PADS = (0.0, 10.0, 0.0, 0.0)
POINTS = topology.NEUTRAL * 120 + np.array([200, 180, 0], np.float32)
BOX = face_box(POINTS, PADS)


def tracked(index: int, points: np.ndarray | None) -> TrackedFrame:
    image = np.zeros((10, 10, 3), np.uint8)
    face = None if points is None else Face(topology.box_of(points), points, 1.0)
    return TrackedFrame(Frame(index, index / 25, image), face)


def test_the_box_is_the_one_that_the_published_training_data_had():
    """Boxes of S3FD against ours, on portraits and frames of videos; sides in shares of the box."""
    golden = np.load(GOLDEN / "s3fd.npz")
    theirs = golden["boxes"].astype(float)
    ours = np.array([face_box(points, (0, 0, 0, 0)) for points in golden["points"]])
    size = np.tile(theirs[:, 2:] - theirs[:, :2], 2)
    assert (np.median(np.abs(ours - theirs) / size, axis=0) < 0.02).all()
    overlaps = overlap(ours, theirs)
    assert np.median(overlaps) > 0.93
    assert overlaps.min() > 0.8


def test_the_box_grows_with_pads_and_with_the_face():
    plain = face_box(POINTS, (0, 0, 0, 0))
    grown = BOX - plain
    assert grown[3] == pytest.approx(0.05 * (plain[3] - plain[1])), "10 pixels of a face 200 pixels high"
    np.testing.assert_allclose(grown[:3], 0)
    np.testing.assert_allclose(face_box(POINTS * 3, PADS), BOX * 3, rtol=1e-5)
    upper_lip = to_crop(POINTS[0, :2], BOX)
    assert upper_lip[1] > 48, "the mouth lies in the half that is generated"


def test_the_crop_is_what_lies_in_the_box():
    y, x = np.mgrid[:400, :400]
    image = np.stack([x * 0.6, y * 0.6, 0 * x], -1).astype(np.uint8)
    box = np.array([40.0, 60.0, 328.0, 348.0])  # three times 96
    crop = cut(image, box)
    assert crop.shape == (96, 96, 3)
    centre = box[:2] + 3 * 10.5  # of pixel (10, 10)
    np.testing.assert_allclose(crop[10, 10, :2], centre * 0.6, atol=1)
    np.testing.assert_allclose(to_crop(centre, box), [10, 10])
    assert cut(image, np.array([-50.0, -50.0, 50.0, 50.0])).shape == (96, 96, 3), "also beyond the border"


def test_boxes_are_smoothed_within_a_shot_only():
    random = np.random.default_rng(0)
    jitter = [POINTS + random.normal(0, 2, (1, 3)).astype(np.float32) for _ in range(12)]
    far = POINTS + np.array([900, 0, 0], np.float32)
    frames = [tracked(i, p) for i, p in enumerate([*jitter, None, far, far])]
    given = list(with_boxes(iter(frames), PADS))
    assert [item.tracked for item in given] == frames
    assert given[12].box is None
    raw = np.array([face_box(p, PADS) for p in jitter])
    smooth = np.array([item.box for item in given[:12]])
    for i in range(12):
        np.testing.assert_allclose(smooth[i], raw[max(0, i - 2) : i + 3].mean(0))
    np.testing.assert_allclose(given[13].box, face_box(far, PADS))


def test_only_a_few_frames_are_held_back():
    source = iter([tracked(i, POINTS) for i in range(10)])
    next(with_boxes(source, PADS))
    assert len(list(source)) >= 6


def test_the_mask_takes_mouth_and_chin_and_leaves_nose_and_cheeks():
    mask = mouth_mask(POINTS, BOX)
    assert mask.shape == (48, 96)
    assert (mask[[0, -1]] == 0).all()
    assert (mask[:, [0, -1]] == 0).all()

    def at(*numbers: int) -> np.ndarray:
        x, y = np.round(to_crop(POINTS[list(numbers), :2], BOX)).astype(int).T
        return np.where(y < 48, 0, mask[np.clip(y - 48, 0, 47), x])

    assert at(*topology.LIPS).min() > 0.5
    assert at(0, 13, 14, 17, 18, 200, 199).min() > 0.95, "middle of the lips and the chin"
    assert at(1, 4, 5, 195, 98, 327, 50, 280, 123, 352).max() < 0.05, "nose and outer cheeks"
    assert np.abs(np.diff(mask, axis=0)).max() < 0.35, "no hard edge"


def test_colours_meet_where_the_mask_ends():
    mask = mouth_mask(POINTS, BOX)
    random = np.random.default_rng(0)
    source = random.uniform(0.3, 0.7, (48, 96, 3)).astype(np.float32)
    x = np.linspace(-1, 1, 96)[None, :, None]
    tinted = (source + np.array([0.05, -0.03, 0.02]) + 0.02 * x).astype(np.float32)
    before = tinted.copy()
    match = ColourMatch()
    matched = match(tinted, source, mask)
    np.testing.assert_array_equal(tinted, before)
    assert np.abs(matched - source)[mask > 0].mean() < 0.006
    jump = match((tinted + 0.1).astype(np.float32), source, mask)
    assert np.abs(jump - source)[mask > 0].mean() > 0.05, "it does not flicker: a sudden change is followed slowly"
    match.reset()
    again = match((tinted + 0.05).astype(np.float32), source, mask)
    assert np.abs(again - source)[mask > 0].mean() < 0.01


@pytest.mark.parametrize("sigma", [0.0, 4.0])
def test_grain_is_that_of_the_picture(sigma):
    random = np.random.default_rng(0)
    picture = np.clip(128 + sigma * random.standard_normal((300, 300, 1)), 0, 255).repeat(3, 2).astype(np.uint8)
    box = np.array([50.0, 50.0, 250.0, 250.0])
    pixels = np.full((48, 96, 4), 128, np.float32)
    pixels[..., 3] = 0
    pixels[4:-4, 8:-8, 3] = 1
    out = paste(picture, Patch(pixels, box), Grain(), index=0).astype(np.float32)
    inside, outside = out[180:220, 100:200], out[:40, :]
    assert inside.std() == pytest.approx(outside.std(), rel=0.35, abs=0.3)
    np.testing.assert_array_equal(out[:140], picture[:140])


def test_grain_of_a_still_picture_does_not_depend_on_which_frame_is_made_first():
    """Frames are made in several threads; the mouths differ in how rough they are, as the network makes them."""
    random = np.random.default_rng(0)
    picture = np.clip(128 + 4 * random.standard_normal((300, 300, 1)), 0, 255).repeat(3, 2).astype(np.uint8)
    mouths = []
    for index, sigma in enumerate((0.0, 30.0)):
        pixels = np.clip(128 + sigma * random.standard_normal((48, 96, 4)), 0, 255).astype(np.float32)
        pixels[..., 3] = 0
        pixels[4:-4, 8:-8, 3] = 1
        mouths.append((index, Patch(pixels, np.array([50.0, 50.0, 250.0, 250.0]))))
    portrait = SimpleNamespace(image=picture, render=lambda _: picture.copy())

    def frames(order):
        head = MovingHead(portrait, SimpleNamespace(moves=False), closed=np.zeros(1))
        ready = list(head.measured(mouths))
        return {index: head.frame(*ready[index]) for index in order}

    first, last = frames((0, 1)), frames((1, 0))
    for index in (0, 1):
        np.testing.assert_array_equal(first[index], last[index])
    rough = first[0][180:220, 100:200].astype(float).std()
    assert rough == pytest.approx(picture[:50].astype(float).std(), rel=0.35), (
        "the first mouth, which has none, decides"
    )


def test_a_patch_beyond_the_border_is_cut_off():
    picture = np.zeros((100, 100, 3), np.uint8)
    pixels = np.full((48, 96, 4), 1, np.float32)
    for corner in ((-80, -80), (60, 60), (500, 500)):
        box = np.array([*corner, corner[0] + 120, corner[1] + 120], float)
        out = paste(picture, Patch(pixels, box), Grain(), index=0)
        assert out.shape == picture.shape
    assert within((-5, -5, 500, 500), picture.shape) == (0, 0, 100, 100)
    assert not picture.any()


def test_all_of_what_was_moved_is_taken_and_the_edges_of_the_crop_are_not_seen():
    mask = whole_mask()
    assert (mask.shape, mask.dtype) == ((48, 96), np.float32)
    assert (mask[8:-8, 8:-8] == 1).all()
    edges = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    assert not edges.any()
    assert np.abs(np.diff(mask, axis=0)).max() < 0.4


def test_detail_of_the_picture_stays_where_nothing_changed_and_only_there():
    """A generated half that leaves the right side as it is and paints the left one over."""
    fine = np.random.default_rng(0).integers(80, 180, (192, 384, 3), np.uint8)
    coarse = cv2.resize(fine, (96, 48), interpolation=cv2.INTER_AREA)
    half = coarse.astype(np.float32) / 255
    half[:, :48] = 0.1
    shown = Detail(fine, coarse)(half)
    assert shown.shape == fine.shape
    assert np.abs(shown[:, 240:] - fine[:, 240:] / 255).max() < 1e-5
    assert np.abs(shown[:, :150] - 0.1).max() < 1e-5
    plain = Detail(coarse, coarse)(half)
    assert np.array_equal(plain, half), "a face no larger than the crop has nothing finer"


def test_detail_of_the_picture_goes_along_with_what_was_moved():
    """A generated half that fetched everything from three pixels to the right; the left part of it is painted over."""
    fine = np.random.default_rng(0).integers(80, 180, (192, 384, 3), np.uint8)
    coarse = cv2.resize(fine, (96, 48), interpolation=cv2.INTER_AREA)
    half = np.roll(coarse, -3, axis=1).astype(np.float32) / 255
    moved = np.zeros((48, 96, 3), np.float32)
    moved[..., 0], moved[:, 48:, 2] = 3, 1
    shown = Detail(fine, coarse)(half, moved)
    expected = np.roll(fine, -12, axis=1) / 255
    inner = np.s_[:, 240:340]
    assert np.abs(shown[inner] - expected[inner]).mean() < 0.01
    assert np.abs(half.repeat(4, 0).repeat(4, 1)[inner] - expected[inner]).mean() > 0.05
    assert np.abs(shown[:, :150] - cv2.resize(half, (384, 192), interpolation=cv2.INTER_CUBIC)[:, :150]).max() < 1e-5


def test_an_enlarged_patch_lies_in_the_same_place():
    """Where an enhancer gives more pixels, they are the same face in the same place."""
    small = np.zeros((48, 96, 4), np.float32)
    small[20:28, 40:56] = (255, 255, 255, 1)
    large = small.repeat(2, 0).repeat(2, 1)
    picture, box = np.zeros((200, 200, 3), np.uint8), np.array([20.0, 20.0, 180.0, 180.0])
    one, two = (
        paste(picture, Patch(p, box), Grain(), index=0, level=0.0).astype(float).mean(2) for p in (small, large)
    )
    y, x = np.mgrid[:200, :200]
    for axis in (x, y):
        assert (one * axis).sum() / one.sum() == pytest.approx((two * axis).sum() / two.sum(), abs=0.05)


def test_enhancers():
    face = draw(SyntheticFace(x=48, y=40, width=60), size=(96, 96)).astype(np.float32) / 255
    before = face.copy()
    better = ENHANCERS.make("sharpen")(face)
    assert better.shape == (192, 192, 3)
    assert 0 <= better.min() <= better.max() <= 1
    np.testing.assert_array_equal(face, before)
    assert ENHANCERS.make("none") is None
    with pytest.raises(InputError, match=r"Unknown enhancer 'magic'\. Choose one of: none, sharpen"):
        ENHANCERS.make("magic")


def test_inputs_are_not_changed():
    image = draw(SyntheticFace(x=128, y=115, width=120), size=(256, 256))
    image.setflags(write=False)
    patch = Patch(np.ones((48, 96, 4), np.float32), np.array([60.0, 60, 200, 200]))
    kept = replace(patch, pixels=patch.pixels.copy())
    cut(image, patch.box)
    paste(image, patch, Grain(), index=0)
    np.testing.assert_array_equal(patch.pixels, kept.pixels)
