"""A picture in two layers: together they are the picture, and one moves before the other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.records import Face
from lipsync_utils.render.head import HeadWarp
from lipsync_utils.render.layers import filled, parted, refined
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.render.raster import (
    coverage_between,
    draw_triangles,
    fill_from_nodes,
    lay_over,
    warm_up,
)
from lipsync_utils.speech.visemes import NAMES

TURNED = np.array([0.08, 0.12, -0.08])


@pytest.fixture(scope="module")
def scene():
    """A person (a blue disc with some grain) before a red and green ramp, and a coarse mask of where it is."""
    y, x = np.mgrid[:240, :240]
    person = np.hypot(x - 120, y - 120) < 70
    image = np.where(person[..., None], (40, 60, 200), np.stack([x * 0.8, y * 0.8, np.full_like(x, 30)], -1))
    image = np.clip(image + np.random.default_rng(0).normal(0, 1, image.shape), 0, 255).astype(np.uint8)
    coarse = cv2.resize(person.astype(np.float32), (40, 40), interpolation=cv2.INTER_AREA)
    return image, person, cv2.resize(coarse, (240, 240))


def test_together_they_are_the_picture(scene):
    image, person, mask = scene
    layers = parted(image, mask, coarse=6)
    share = layers.alpha[..., None] / 255
    again = share * layers.front + (1 - share) * layers.back
    away = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 3)
    within = cv2.distanceTransform(person.astype(np.uint8), cv2.DIST_L2, 3)
    assert np.abs(again - image)[(within > 10) | (away > 30)].max() <= 1
    assert np.abs(again - image).mean() < 2


def test_the_outline_is_found_where_it_is(scene):
    image, person, mask = scene
    alpha = refined(image, mask, coarse=6)
    blurred = np.abs((mask > 0.5).astype(float) - person).sum()
    assert np.abs((alpha > 0.5).astype(float) - person).sum() < 0.5 * blurred + 40


def test_what_is_behind_goes_on_behind_the_person(scene):
    image, person, mask = scene
    back = parted(image, mask, coarse=6).back.astype(int)
    assert back[person][:, 2].max() < 90, "nothing of the blue is left"
    x, y = np.array([60, 180]), np.array([120, 120])
    assert back[y, x][1, 0] > back[y, x][0, 0], "redder to the right, as around it"


def test_filling_keeps_what_is_known_and_invents_nothing_beyond_it():
    image = np.full((33, 50, 3), 7, np.float32)
    image[:, 25:] = 90
    weight = np.zeros((33, 50), np.float32)
    weight[:, :10] = weight[:, 40:] = 1
    out = filled(image, weight)
    np.testing.assert_allclose(out[weight == 1], image[weight == 1], atol=1e-3)
    assert out.min() >= 6.9
    assert out.max() <= 90.1
    assert (np.diff(out[16, 8:42, 0]) > -0.5).all(), "a ramp from one to the other"


def test_a_head_moves_before_its_background(portrait, face, rig, pose):
    x, y = np.meshgrid(*(np.arange(s, dtype=np.float32) for s in portrait.shape[1::-1]))
    mask = (np.hypot((x - 256) / 110, (y - 230) / 150) < 1).astype(np.float32)
    layers = parted(portrait, mask, coarse=3)
    out = PortraitRenderer(portrait, face, rig=rig, names=NAMES, layers=layers).render(pose(), rotation=TURNED)
    behind = np.hypot((x - 256) / 110, (y - 230) / 150) > 1.35
    np.testing.assert_array_equal(out[behind], portrait[behind])
    inside = mask > 0
    assert np.abs(out[inside].astype(int) - portrait[inside]).mean() > 3


@pytest.mark.parametrize("turn", [0.004, 0.12])
@pytest.mark.parametrize("kind", ["layers", "one", "one, cut off"])
def test_bands_are_as_wide_as_they_must_be(portrait, face, rig, pose, monkeypatch, turn, kind):
    """Whether the head goes far, or the jaw goes farther than the head; at the picture's border as well."""
    image = portrait.copy()
    image[:, :120] = image[:, 392:] = (20, 200, 90)
    x, y = np.meshgrid(*(np.arange(s, dtype=np.float32) for s in image.shape[1::-1]))
    mask = (np.hypot((x - 256) / 110, (y - 230) / 150) < 1).astype(np.float32)
    layers = parted(image, mask, coarse=3) if kind == "layers" else None
    if kind == "one, cut off":
        left, bottom = int(face.points[:, 0].min()) - 8, int(face.points[topology.CHIN, 1]) + 8
        image = np.ascontiguousarray(image[:bottom, left:])
        face = Face(face.box, face.points - np.float32([left, 0, 0]), 1.0)
    renderer = PortraitRenderer(image, face, rig=rig, names=NAMES, layers=layers)
    moves = {"rotation": np.array([turn, turn, turn]), "shift": np.array([turn, 0.0])}
    bands = renderer.render(pose(jawOpen=1.0), **moves)
    height, width = image.shape[:2]
    monkeypatch.setattr(HeadWarp, "regions", lambda *_: ((0, 0, width, height),))
    whole = renderer.render(pose(jawOpen=1.0), **moves)
    assert np.abs(bands.astype(int) - whole).max() <= (3 if kind == "layers" else 0)


def test_a_breath_raises_the_shoulders_more_than_the_head_and_no_background(portrait, face, rig, pose):
    person = np.zeros(portrait.shape[:2], np.uint8)
    person[60:, 120:390] = 255
    head = HeadWarp(rig.fit(face), width=512, height=512, person=person)
    out, full = (head.forward(np.zeros(3), np.zeros(2), breath) for breath in (0.0, 1.0))
    assert not out.any()
    chin = face.points[topology.CHIN, :2]
    nose, shoulder = head.at(
        full, np.array([face.points[topology.NOSE_TIP, :2], chin + np.array([60, 80])], np.float32)
    )
    assert shoulder[1] < 1.5 * nose[1] < 0
    assert not full[..., 0].any()
    assert not full[[0, -1]].any(), "the picture's border stands still"
    assert not HeadWarp(rig.fit(face), width=512, height=512).forward(np.zeros(3), np.zeros(2), 1.0).any()


def test_one_picture_over_another():
    random = np.random.default_rng(1)
    front = random.integers(0, 255, (50, 60, 4)).astype(np.uint8)
    front[:20, :, 3], front[20:30, :, 3] = 0, 255
    back = random.integers(0, 255, (50, 60, 3)).astype(np.uint8)
    out = np.zeros((70, 90, 3), np.uint8)
    lay_over(out[10:60, 20:80], front, back)
    share = front[..., 3:] / 255
    np.testing.assert_allclose(out[10:60, 20:80], back + share * (front[..., :3].astype(float) - back), atol=0.51)
    assert not out[:10].any()


def test_hair_at_the_border_slides_along_it(portrait, face, rig):
    """With what is right below it, and is not carried over the border; a background that goes along stands still."""
    high = Face(face.box, face.points - np.float32([0, face.points[topology.HAIR_LINE, 1] - 30, 0]), 1.0)
    person = np.full(portrait.shape[:2], 255, np.uint8)
    turned, still = np.array([0.0, 0.0, 0.1]), np.zeros(2)
    field = HeadWarp(rig.fit(high), width=512, height=512, person=person).forward(turned, still)
    middle = round(high.points[topology.NOSE_TIP, 0] / 512 * (field.shape[1] - 1))
    column = field[:, middle]
    assert abs(column[0, 0]) > 0.8 * abs(column[4, 0]) > 2
    assert not field[0, :, 1].any()
    alone = HeadWarp(rig.fit(high), width=512, height=512).forward(turned, still)
    assert not alone[[0, -1]].any()
    assert not alone[:, [0, -1]].any()


def test_loose_hair_belongs_to_the_person_and_rough_background_does_not(scene):
    image, _, mask = scene
    image = image.copy()
    cv2.line(image, (194, 88), (200, 150), (250, 250, 250), 2, cv2.LINE_AA)
    alpha = parted(image, mask, coarse=6).alpha
    assert alpha[105:135, 194:201].max(1).min() > 80
    rough = np.random.default_rng(2).uniform(0, 255, image.shape).astype(np.uint8)
    foliage = np.where((mask > 0.5)[..., None], image, cv2.GaussianBlur(rough, (0, 0), 1.5))
    assert (parted(foliage, mask, coarse=6).alpha[mask < 0.01] > 100).mean() < 0.02


def test_nothing_is_compiled_for_the_first_frame_that_was_not_before(portrait, face, rig, pose):
    """Of a person beside wide background: what is rendered is a part of the picture."""
    loops = (draw_triangles, fill_from_nodes, coverage_between, lay_over)
    warm_up()
    known = [set(loop.signatures) for loop in loops]
    image = np.pad(portrait, ((0, 0), (400, 400), (0, 0)), mode="edge")
    there = Face(face.box, face.points + np.float32([400, 0, 0]), 1.0)
    mask = np.zeros(image.shape[:2], np.float32)
    mask[60:, 540:780] = 1
    layers = parted(image, mask, coarse=3)
    renderer = PortraitRenderer(image, there, rig=rig, names=NAMES, layers=layers)
    left, _, right, _ = renderer.head.regions(np.zeros((1, 1, 2)))[0]
    assert 0 < left < right < image.shape[1]
    renderer.render(pose(jawOpen=0.4), rotation=TURNED, blink=0.5, gaze=np.array([0.05, 0.02]))
    assert [set(loop.signatures) - before for loop, before in zip(loops, known, strict=True)] == [set()] * 4
