"""Faces that stand on their head or lie in the picture: found as they are, in pictures and in videos."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from real_files import FACE, SIZE, upside_down_video
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.tracking import track
from lipsync_utils.media import open_source
from lipsync_utils.options import FaceOptions
from lipsync_utils.pipeline import run
from lipsync_utils.records import Timeline

TURNS = (0, 60, 90, 105, 120, 150, 180, 210, 240, 270)


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def turned(turn: float) -> SyntheticFace:
    return SyntheticFace(**{**FACE.__dict__, "y": 128, "roll": turn})


def mouth_of(face) -> np.ndarray:
    return face.points[[13, 14], :2].mean(0)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("precise", [False, True])
def test_the_mouth_is_where_it_is_at_any_turn(detector, turn, precise):
    drawn = turned(turn)
    faces = detector.detect(draw(drawn, size=SIZE), precise=precise)
    assert len(faces) == 1
    assert np.linalg.norm(mouth_of(faces[0]) - drawn.mouth_corners.mean(0)) < 0.06 * drawn.width
    eyes = faces[0].points[[33, 133, 362, 263], :2].reshape(2, 2, 2).mean(1)
    assert np.abs(eyes - drawn.eye_centres).max() < 0.06 * drawn.width


@pytest.mark.parametrize("turn", [120, 150, 180])
def test_no_face_is_seen_the_wrong_way_up_at_a_quick_look_either(detector, turn):
    """As in a video, after the face was lost for a moment."""
    drawn = turned(turn)
    for face in detector.detect(draw(drawn, size=SIZE), thorough=False):
        assert np.linalg.norm(mouth_of(face) - drawn.mouth_corners.mean(0)) < 0.06 * drawn.width


@pytest.mark.parametrize("turn", [120, 180])
def test_a_turned_video_does_not_flicker(tmp_path, detector, turn):
    source = open_source(upside_down_video(tmp_path / "turned.mp4", turn=turn))
    timeline = Timeline.covering(40, 25, source.fps)
    mouths = [mouth_of(t.face) for t in track(source.frames(timeline), detector, FaceOptions())]
    assert len(mouths) == timeline.frames
    expected = turned(turn).mouth_corners.mean(0)
    assert np.linalg.norm(np.array(mouths) - expected, axis=1).max() < 0.16 * FACE.width  # it opens


def test_lips_speak_where_they_are_when_upside_down(tmp_path):
    sound = write_sound(tmp_path / "voice.wav", voice(1.0))
    source = upside_down_video(tmp_path / "turned.mp4")
    report = run(source, sound, tmp_path / "out.mp4")
    assert report.faceless_frames == ()
    clock = Timeline(Fraction(25), 25, 1.0)
    before, after = (
        [f.image.astype(int) for f in open_source(p).frames(clock)] for p in (source, tmp_path / "out.mp4")
    )
    change = np.mean([np.abs(a - b).max(2) for a, b in zip(before, after, strict=True)], axis=0)
    rows, columns = np.nonzero(change > 0.5 * change.max())
    x, y = turned(180).mouth_corners.mean(0)
    assert abs(columns.mean() - x) < 12
    assert y - 20 < rows.mean() < y + 6  # the jaw opens upwards
