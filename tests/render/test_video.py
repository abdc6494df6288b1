"""A face in a video: its lips follow the coefficients, the rest of the frame is left alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces import topology
from lipsync_utils.pixels import as_planes, planes_in
from lipsync_utils.records import Face, Frame, TrackedFrame
from lipsync_utils.render import mesh
from lipsync_utils.render.mouth import mouth_frame
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.render.warp import MeshWarp, warped
from lipsync_utils.speech.visemes import NAMES


@pytest.fixture
def video(rig) -> VideoRenderer:
    return VideoRenderer(rig=rig, names=NAMES)


def tracked(image: np.ndarray, face: Face | None) -> TrackedFrame:
    return TrackedFrame(Frame(0, 0.0, image), face)


def gap(detector, image: np.ndarray) -> float:
    (face,) = detector.detect(image, precise=True)
    return float(np.linalg.norm(face.points[13, :2] - face.points[14, :2]))


def spoken(video, frame, values):
    (prepared,) = video.prepared([frame])
    return video.render(prepared, values)


def test_frame_without_a_face_is_the_same_object(video, portrait, pose):
    assert spoken(video, tracked(portrait, None), pose(jawOpen=0.5)) is portrait


def test_frame_is_not_modified(video, portrait, face, pose):
    image = portrait.copy()
    out = spoken(video, tracked(image, face), pose(jawOpen=0.5))
    np.testing.assert_array_equal(image, portrait)
    assert out is not image
    assert out.shape == image.shape
    assert out.dtype == np.uint8


def test_only_the_face_changes(video, portrait, face, pose):
    out = spoken(video, tracked(portrait, face), pose(jawOpen=0.5, mouthPucker=0.3))
    rows, columns = np.nonzero(np.abs(out.astype(int) - portrait).max(2))
    left, right, bottom = face.points[:, 0].min(), face.points[:, 0].max(), face.points[:, 1].max()
    size = right - left
    assert columns.min() > left - 0.7 * size
    assert columns.max() < right + 0.7 * size
    assert rows.max() < bottom + 0.7 * size
    eyes = face.points[list(topology.EYE_CORNERS), :2].round().astype(int)
    y, x = eyes[:, 1].min() - 10, eyes[:, 0]
    assert np.abs(out[y, x].astype(int) - portrait[y, x]).max() < 12, "the upper face speaks its own mind"


def test_brightness_and_hues_go_the_same_way(portrait, face):
    pixels, way = as_planes(portrait), 6
    source = mesh.surround(face.points)
    out = warped(pixels, source, source + np.float32(way), np.ones(len(source), bool))
    x, y = face.points[topology.NOSE_TIP, :2].astype(int) // 2 * 2
    for old, new, half in zip(planes_in(pixels.planes), planes_in(out.planes), (1, 2, 2), strict=True):
        there = np.s_[(y - 30) // half : (y + 30) // half, (x - 30) // half : (x + 30) // half]
        here = np.s_[(y + way - 30) // half : (y + way + 30) // half, (x + way - 30) // half : (x + way + 30) // half]
        away = np.abs(new[here].astype(int) - old[there])
        assert away.mean() < 0.25 * np.abs(new[there].astype(int) - old[there]).mean() + 0.3


def test_edges_of_parted_lips_are_as_smooth_as_in_a_picture_twice_as_large(video, portrait, face, pose, monkeypatch):
    large = cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    twice = replace(face, points=(face.points * 2 + np.float32([0.5, 0.5, 0])).astype(np.float32), box=2 * face.box)
    values = pose(jawOpen=0.5)
    known = cv2.resize(
        spoken(video, tracked(large, twice), values), portrait.shape[1::-1], interpolation=cv2.INTER_AREA
    )
    low, high = (end(face.points[list(topology.LIPS), :2], axis=0).astype(int) for end in (np.min, np.max))
    lips = np.s_[low[1] - 5 : high[1] + 30, low[0] : high[0]]

    def off() -> float:
        out = spoken(video, tracked(portrait, face), values)
        return float(np.square(out[lips].astype(float) - known[lips]).mean())

    fine = off()
    monkeypatch.setattr(MeshWarp, "refine", lambda *_: None)
    assert fine < 0.99 * off()


def test_lips_of_the_source_are_closed_where_the_voice_is_silent(video, detector, pose):
    image = draw(SyntheticFace(x=256, y=230, width=170, mouth=0.4))
    (face,) = detector.detect(image, precise=True)
    assert gap(detector, spoken(video, tracked(image, face), pose())) < 0.4 * gap(detector, image)


def test_at_rest_a_frame_has_closed_lips_and_says_where_they_are(video, detector, portrait):
    image = draw(SyntheticFace(x=256, y=230, width=170, mouth=0.4))
    (face,) = detector.detect(image, precise=True)
    (prepared,) = video.prepared([tracked(image, face)])
    rested = video.at_rest(prepared)
    assert gap(detector, rested.frame.image) < 0.4 * gap(detector, image)
    upper, lower = rested.face.points[list(topology.INNER_LIP_MIDDLES), :2]
    assert np.linalg.norm(lower - upper) < 0.1 * gap(detector, image)
    np.testing.assert_allclose(rested.face.points[topology.NOSE_TIP], face.points[topology.NOSE_TIP], atol=0.5)
    assert (rested.frame.index, rested.frame.time_s) == (0, 0.0)
    (nobody,) = video.prepared([tracked(portrait, None)])
    assert video.at_rest(nobody) is nobody.tracked


def test_closed_lips_open_with_the_voice(video, detector, portrait, face, pose):
    seen = [gap(detector, spoken(video, tracked(portrait, face), pose(jawOpen=v))) for v in (0, 0.25, 0.5)]
    assert (np.diff(seen) > 2).all()


def test_face_that_comes_nearer_gets_a_larger_mouth(video, portrait, face):
    near = tracked(np.kron(portrait, np.ones((2, 2, 1), np.uint8)), replace(face, points=face.points * 2))
    far = tracked(portrait, face)
    first, same, larger = (prepared.interior for prepared in video.prepared([far, far, near]))
    assert same is first
    assert larger.width > 1.8 * first.width


def test_an_open_mouth_shows_teeth_tongue_and_the_dark(video, portrait, face, rig, pose):
    out = spoken(video, tracked(portrait, face), pose(jawOpen=0.6))
    frame = mouth_frame(rig.fit(face))
    places = frame[:, :2] @ [np.full(80, 0.04), np.linspace(-0.1, 0.45, 80)] + frame[:, 2:]
    x, y = places.round().astype(int)
    column = out[y, x].astype(int)  # down the middle of the mouth, from lip to lip
    dark = int(column.sum(axis=1).argmin())
    assert column[dark].sum() < 115
    teeth, tongue = column[:dark], column[dark:]
    assert np.any(teeth.min(axis=1) > 95), "light, and without the red of lips"
    assert np.any((tongue[:, 0] > 100) & (tongue[:, 1] > 55) & (tongue[:, 1] < 75)), "red, lit from the front"


@pytest.mark.parametrize("shift", [(-250, 0), (250, 0), (0, -330), (0, 210), (-290, 150)])
def test_face_cut_by_the_border(video, portrait, face, pose, shift):
    """What is left of the face speaks as it does in the whole picture."""
    whole = spoken(video, tracked(portrait, face), pose(jawOpen=0.5))
    moved = replace(face, points=face.points + np.float32([*shift, 0]))
    image, expected = (np.roll(picture, shift[::-1], axis=(0, 1)) for picture in (portrait, whole))
    out = spoken(video, tracked(image, moved), pose(jawOpen=0.5))
    left, top, right, bottom = (max(0, shift[0]), max(0, shift[1]), *np.minimum(shift, 0))
    kept = (slice(top + 30, image.shape[0] + bottom - 30), slice(left + 30, image.shape[1] + right - 30))
    error = np.abs(out[kept].astype(int) - expected[kept])
    assert np.abs(expected[kept].astype(int) - image[kept]).max() > 20, "something is left to move"
    assert error.max() <= 12
    assert error.mean() < 0.05


def test_face_outside_of_the_picture(video, portrait, face, pose):
    moved = replace(face, points=face.points - np.float32([2000, 0, 0]))
    np.testing.assert_array_equal(spoken(video, tracked(portrait, moved), pose(jawOpen=0.5)), portrait)
