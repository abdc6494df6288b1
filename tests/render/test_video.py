"""A face in a video: its lips follow the coefficients, the rest of the frame is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces import topology
from lipsync_utils.records import Face, Frame, TrackedFrame
from lipsync_utils.render.video import VideoRenderer
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
    ((frame, interior),) = video.interiors([frame])
    return video.render(frame, values, interior)


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


def test_lips_of_the_source_are_closed_where_the_voice_is_silent(video, detector, pose):
    image = draw(SyntheticFace(x=256, y=230, width=170, mouth=0.4))
    (face,) = detector.detect(image, precise=True)
    assert gap(detector, spoken(video, tracked(image, face), pose())) < 0.4 * gap(detector, image)


def test_closed_lips_open_with_the_voice(video, detector, portrait, face, pose):
    seen = [gap(detector, spoken(video, tracked(portrait, face), pose(jawOpen=v))) for v in (0, 0.25, 0.5)]
    assert (np.diff(seen) > 2).all()


def test_face_that_comes_nearer_gets_a_larger_mouth(video, portrait, face):
    near = tracked(np.kron(portrait, np.ones((2, 2, 1), np.uint8)), replace(face, points=face.points * 2))
    far = tracked(portrait, face)
    first, same, larger = (interior for _, interior in video.interiors([far, far, near]))
    assert same is first
    assert larger.width > 1.8 * first.width


@pytest.mark.parametrize("shift", [(-250, 0), (250, 0), (0, -330), (0, 210), (-290, 150), (-2000, 0)])
def test_face_cut_by_the_border(video, portrait, face, pose, shift):
    moved = replace(face, points=face.points + np.float32([*shift, 0]))
    assert spoken(video, tracked(portrait, moved), pose(jawOpen=0.5)).shape == portrait.shape
