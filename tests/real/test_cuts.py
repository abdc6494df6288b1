"""Cuts that hardly change the picture: nothing is smoothed across them; and heads that move are not cut."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from real_files import FACE, SIZE, jump_cut, opening, similar_shots
from synthetic_faces import draw, moving

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.tracking import Follower, track
from lipsync_utils.media import open_source
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Frame, Timeline


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def frames_of(path) -> list[Frame]:
    return list(open_source(path).frames(Timeline(Fraction(FPS), 50, 2.0)))


def cuts(frames, detector, **options) -> list[int]:
    follower = Follower(detector, FaceOptions(**options))
    return [frame.index for frame in frames if not follower.step(frame)[1]]


FPS = 25


@pytest.mark.parametrize("write", [jump_cut, similar_shots])
def test_nothing_is_smoothed_across_a_cut_within_a_scene(tmp_path, detector, write):
    frames = frames_of(write(tmp_path / "cut.mp4"))
    assert cuts(frames, detector) == [0, 25]
    tracked = list(track(iter(frames), detector, FaceOptions()))
    for index in (23, 24, 25, 26):
        alone = detector.detect(frames[index].image)[0].points[:, :2]
        away = np.linalg.norm(tracked[index].face.points[:, :2] - alone, axis=1).mean()
        assert away < 0.008 * FACE.width  # what the face's place is known to; smearing the cut adds three times as much


@pytest.mark.parametrize("fps", [10, 25, 60])
@pytest.mark.parametrize(
    "motion",
    [
        {"x": (100, 160), "roll": (-12, 12)},  # a turn of the head within half a second
        {"width": (90, 125), "y": (100, 124)},  # coming nearer
    ],
)
def test_heads_that_move_are_not_cut(detector, fps, motion):
    drawn = moving(FACE, round(0.5 * fps), **motion)
    frames = [
        Frame(i, i / fps, draw(type(face)(**{**face.__dict__, "mouth": opening(i / fps)}), size=SIZE))
        for i, face in enumerate(drawn)
    ]
    assert cuts(frames, detector) == [0]


def test_a_picture_that_is_cut_to_another_room_is_noticed_though_the_face_stays(detector):
    rooms = [draw(FACE, size=(640, 360), background=wall) for wall in ((96, 120, 132), (108, 112, 120))]
    frames = [Frame(i, i / FPS, rooms[i >= 5]) for i in range(10)]
    assert cuts(frames, detector) == [0, 5]
