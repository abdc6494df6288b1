"""The data that Wav2Lip learns from: lips that are shut when they are heard to be, crops as the engine's, no mixing."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces import BlazeMeshDetector, snap_lip_line, topology
from lipsync_utils.records import Face, HeadMotion, Phoneme, Timeline
from lipsync_utils.wav2lip.crops import cut, face_box, to_crop

sys.path.append(str(Path(__file__).parents[2] / "training" / "wav2lip"))
import camera
import look
import make_data
import people
import takes
import talking

SIZE = 256
PARTS = ("train", "val", "test")
STEADY = camera.Camera(
    scale=1.0, mirrored=False, tilt=0.0, place=(0.0, 0.0), quality=None, aside=(0.0, 0.0, 0.0), unsteady=0.0
)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    image = draw(SyntheticFace(x=SIZE / 2, y=115, width=110), size=(SIZE, SIZE))
    noise = np.random.default_rng(0).normal(0, 2, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def face(portrait) -> Face:
    (found,) = BlazeMeshDetector().detect(portrait, precise=True)
    return snap_lip_line(portrait, found)


def take(*sounds: tuple[str, float]) -> takes.Take:
    """Sounds that last so many seconds each, with a tone as their voice."""
    ends = np.cumsum([length for _, length in sounds])
    phonemes = [Phoneme(ipa, end - length, end, 1) for (ipa, length), end in zip(sounds, ends, strict=True)]
    wave = 0.1 * np.sin(np.arange(round(ends[-1] * 16000)) * 0.05)
    return takes.Take("tone", wave.astype(np.float32), tuple(phonemes))


def shown(portrait: np.ndarray, face: Face, said: takes.Take, seed: int) -> list[talking.Shown]:
    rng = np.random.default_rng(seed)
    curves = talking.curves(said, rng)
    timeline = Timeline.covering(len(said.wave), 16000, talking.FPS)
    motion = talking.motion(said, curves, timeline, rng)
    who = talking.Speaker(portrait, face, np.ones(3))
    return list(who.speaking(timeline.sample(curves.values, curves.rate), motion))


@pytest.mark.parametrize("seed", [1, 2])
def test_lips_are_shut_in_m_and_open_in_a_whoever_speaks(portrait, face, seed):
    said = take(("", 0.4), ("a", 0.24), ("m", 0.16), ("a", 0.24), ("p", 0.16), ("a", 0.24), ("", 0.4))
    pictures = shown(portrait, face, said, seed)
    heard = {round(t * 25): closed for t, closed in ((0.1, 1), (0.52, 0), (0.7, 1), (0.92, 0), (1.1, 1), (1.32, 0))}
    assert {index: int(pictures[index].closed) for index in heard} == heard
    opening = np.array([picture.opening for picture in pictures])
    shut = np.array([picture.closed for picture in pictures])
    assert opening[shut].max() < 0.01 < 0.03 < opening.max() < 0.3

    def between_the_lips(picture: talking.Shown) -> float:
        """Brightness at the middle of the lip line, of its surroundings."""
        x, y = picture.points[list(topology.INNER_LIP_MIDDLES)].mean(0)
        return float(cv2.getRectSubPix(picture.image, (3, 3), (float(x), float(y))).mean())

    wide = int(opening.argmax())
    assert between_the_lips(pictures[wide]) < between_the_lips(pictures[round(0.7 * 25)]) - 15


def test_lips_that_nobody_sees_move_as_those_that_are_shown(portrait, face):
    """For the clips of sound alone: the same places and gaps as in pictures of a head that keeps still."""
    who, values = talking.Speaker(portrait, face, np.ones(3)), np.zeros((3, len(talking.NAMES)), np.float32)
    values[1:, talking.NAMES.index("jawOpen")] = 0.4, 0.1
    turned = (np.zeros((3, n), np.float32) for n in (3, 2, 2))
    still = HeadMotion(*turned, np.zeros(3, np.float32), np.zeros((3, 17), np.float32), np.full(3, 1e-6, np.float32))
    for seen, unseen in zip(who.speaking(values, still), who.unseen(values), strict=True):
        np.testing.assert_allclose(seen.points, unseen.points, atol=0.1)
        assert seen.opening == pytest.approx(unseen.opening)
        assert seen.closed == unseen.closed
        assert unseen.image.size == 0


def test_the_crop_is_the_engines_wherever_the_camera_stands(portrait, face):
    """The face lies at the same place of the crop, at any size and mirrored: what is seen there stays the same."""
    points = face.points[:, :2]
    eyes = points[list(topology.RIGHT_EYE_UPPER + topology.LEFT_EYE_UPPER)].mean(0)
    for changed in ({}, {"scale": 0.6}, {"mirrored": True}, {"place": (9.0, -5.0)}):
        placed = camera.Camera(**{**vars(STEADY), **changed})
        image = camera.seen(portrait, placed)
        at = camera.seen_points(points, portrait.shape[:2], placed)
        (box,) = camera.tracked_boxes([at], placed, image.shape[1], np.random.default_rng(0))
        crop = cut(image, box)
        assert crop.shape == (96, 96, 3)
        x, y = to_crop(camera.seen_points(eyes[None], portrait.shape[:2], placed), face_box(at, camera.PADS))[0]
        assert abs(x - 48) < 3
        assert 20 < y < 48
        straight = crop[:, ::-1] if placed.mirrored else crop
        if not changed:
            plain = crop
        assert np.abs(straight.astype(int) - plain).mean() < 6


def test_a_codec_keeps_the_pictures_in_order_and_loses_something(portrait):
    bright = [np.clip(portrait * share, 0, 255).astype(np.uint8) for share in (0.4, 0.7, 1.0)]
    better, worse = (camera.coded(bright, quality) for quality in (18, 40))
    loss = [np.abs(np.stack(got).astype(int) - np.stack(bright)).mean() for got in (better, worse)]
    assert 0 < loss[0] < loss[1] < 12
    assert camera.coded(bright, None) == bright


def test_what_is_given_new_lips_shows_the_same_head_and_tells_the_box(portrait, face, monkeypatch):
    """A head that stands still, its lips at rest: as in a portrait, every crop of it is the same."""
    said = take(("", 0.2), ("a", 0.4), ("m", 0.3), ("a", 0.4), ("p", 0.3), ("", 0.4))
    usual = talking.motion

    def still(*given: object) -> HeadMotion:
        motion = usual(*given)
        return replace(motion, **{name: 0 * value + 1e-6 for name, value in vars(motion).items()})

    monkeypatch.setattr(talking, "motion", still)
    monkeypatch.setattr(make_data, "speak", lambda *_, **__: said)
    monkeypatch.setattr(camera.Camera, "draw", lambda _: STEADY)
    monkeypatch.setattr(make_data, "FRAMES", (45, 46))
    monkeypatch.setattr(make_data, "DEGRADED", 0.0)
    who = talking.Speaker(portrait, face, np.ones(3))
    for resting in (1.0, 0.0):
        monkeypatch.setattr(make_data, "RESTING", resting)
        made = make_data.clip(who, "train", np.random.default_rng(0))
        assert made["before"].shape == made["frames"].shape == (45, 96, 96, 3)
        upper = (made[name][:, :40].astype(int) for name in ("before", "frames"))
        np.testing.assert_allclose(*upper, atol=6)
        moves = np.ptp(made["before"].astype(int), axis=0).max()
        assert moves == 0 if resting else moves > 40
        widest = int(made["opening"].argmax())
        assert np.abs(made["before"][widest, 50:].astype(int) - made["frames"][widest, 50:]).max() > 40


def test_nobody_is_in_two_parts_neither_face_nor_voice():
    voices = {}
    for part in PARTS:
        chance = random.Random(0)
        kinds = list(takes.SHARES[part])
        voices[part] = {takes.KINDS[kind](part, chance)[0] for kind in kinds for _ in range(60)}
    assert {make_data.part_of(f"{n:05d}") for n in range(10)} == set(PARTS)
    assert not voices["train"] & voices["val"]
    assert not voices["train"] & voices["test"]
    assert not voices["val"] & voices["test"]


def test_people_are_of_all_kinds_with_their_lips_shut():
    made = [people.person(seed) for seed in range(120)]
    assert made[7] == people.person(7)
    tones = [sum(each.skin.tone) for each in made]
    assert min(tones) < 0.25
    assert max(tones) > 1.3
    for kinds in (
        {each.beard.style for each in made} - {"none"},
        {each.accessories.glasses for each in made},
        {each.accessories.headscarf is not None for each in made},
        {each.hair.style for each in made},
    ):
        assert len(kinds) > 1
    assert not any({"jawOpen", "mouthFunnel"} & set(each.shape.expression) for each in made)


def test_a_look_is_the_same_for_all_pictures_of_a_sample(portrait):
    face = cv2.resize(portrait, (96, 96), interpolation=cv2.INTER_AREA)
    frames = np.stack([face] * 5)
    before = frames.copy()
    levels = []
    for seed in range(60):
        varied = look.vary(frames, np.random.default_rng(seed))
        assert varied.shape == frames.shape
        assert varied.dtype == np.uint8
        blurred = np.stack([cv2.GaussianBlur(each, (0, 0), 6) for each in varied]).astype(int)
        assert np.abs(blurred - blurred[0]).mean() < 1.5, "only noise is each picture's own"
        levels.append(varied.mean((0, 1, 2)))
        np.testing.assert_array_equal(varied, look.vary(frames, np.random.default_rng(seed)))
    np.testing.assert_array_equal(frames, before)
    spread = np.std(levels, axis=0)
    assert spread.min() > 10, "light differs"
    colour = np.std([level[0] - level[2] for level in levels])
    assert colour > 6, "its colour differs"
