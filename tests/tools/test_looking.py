"""What is seen before a run is what the run will see."""

from __future__ import annotations

import numpy as np
import pytest
import quick_runs
from synthetic_faces import SyntheticFace, draw
from synthetic_media import write_video

from lipsync_tools import samples
from lipsync_tools.looking import look
from lipsync_tools.workflow import Order, checked
from lipsync_utils.errors import NoFaceError
from lipsync_utils.media import open_source, read_picture, write_picture
from lipsync_utils.options import FaceOptions, RunOptions
from lipsync_utils.pipeline import run


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once():
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture
def group(tmp_path):
    """Three faces; the one in the middle is too small to speak."""
    people = [SyntheticFace(x=x, y=200, width=width) for x, width in ((120, 170), (256, 36), (400, 150))]
    write_picture(tmp_path / "group.png", draw(*people, size=(512, 400)))
    return tmp_path / "group.png"


def test_a_good_face_is_seen_and_not_doubted():
    seen = look(samples.find("woman", "face"))
    assert seen.chosen is seen.faces[0]
    assert seen.doubts(seen.chosen) == ()
    assert seen.portrait(seen.chosen).shape == seen.image.shape, "alone in a square picture: all of it"


def test_what_the_run_refuses_is_refused_before_it(tmp_path):
    write_picture(tmp_path / "tiny.png", read_picture(samples.find("woman", "face"))[::17, ::17].copy())
    order, voice = Order(tmp_path / "tiny.png", "english"), samples.find("english", "voice")
    messages = set()
    for work in (
        lambda: look(order.face),
        lambda: checked(order, tmp_path / "out.mp4"),
        lambda: run(order.face, voice, tmp_path / "out.mp4"),
    ):
        with pytest.raises(NoFaceError, match="at least 40 are needed") as caught:
            work()
        messages.add(str(caught.value))
    assert len(messages) == 1


@pytest.mark.parametrize("max_side", [512, 256])
def test_a_point_means_the_same_face_at_every_size(group, max_side):
    seen = look(group, RunOptions(max_side=max_side))
    assert [round(seen.point(face)[0], -1) for face in seen.faces] == [120, 400], "the small one is not on offer"
    for face in seen.faces:
        again = look(group, RunOptions(face=FaceOptions(choose=seen.point(face))))
        assert np.allclose(again.chosen.box / again.scale, face.box / seen.scale, atol=4)


def test_a_portrait_shows_one_of_a_group(group):
    seen = look(group)
    for face in seen.faces:
        portrait = seen.portrait(face)
        assert portrait.shape[0] == portrait.shape[1] < 400
        write_picture(group.with_name("one.png"), portrait.copy())
        assert len(look(group.with_name("one.png")).faces) == 1


def blank_and(faces: dict[int, SyntheticFace], count: int) -> list[np.ndarray]:
    return [draw(*([faces[number]] if number in faces else []), size=(192, 144)) for number in range(count)]


def test_a_video_is_looked_at_until_a_face_is_seen(tmp_path):
    late = {number: SyntheticFace(x=96, y=64, width=90) for number in range(30, 40)}
    clip = write_video(tmp_path / "late.mp4", blank_and(late, 40))
    assert look(clip).chosen is not None
    nobody = write_video(tmp_path / "nobody.mp4", blank_and({}, 40))
    with pytest.raises(NoFaceError, match=r"24 frames spread over .*nobody.*\(192x144\)"):
        look(nobody)
    with pytest.raises(NoFaceError, match="spread over"):
        checked(Order(nobody, "english"), tmp_path / "out.mp4")


def test_a_number_that_is_not_seen_in_a_video_is_left_to_its_run(tmp_path):
    """A number may be seen in a frame that was not looked at."""
    clip = write_video(
        tmp_path / "one.mp4", blank_and({number: SyntheticFace(x=96, y=64, width=90) for number in range(5)}, 5)
    )
    assert look(clip, RunOptions(face=FaceOptions(choose=2))).chosen is None


LONG = {
    "long.mp4": {"g": "10", "qp": "0"},
    "long.mkv": {"g": "10", "qp": "0"},
    "long.avi": {"g": "10", "qp": "0"},
    "one-key-frame.mp4": {"g": "500", "sc_threshold": "0", "qp": "0"},
}


@pytest.mark.parametrize("name", LONG)
def test_glimpses_of_a_long_video_are_spread_over_it(tmp_path, name):
    frames = [np.full((48, 64, 3), 10 + 20 * (number // 10), np.uint8) for number in range(120)]
    clip = open_source(write_video(tmp_path / name, frames, fps=10, options=LONG[name]))
    levels = [float(frame.image.mean()) for frame in clip.glimpses(6)][-6:]
    assert levels == pytest.approx([10, 50, 90, 130, 170, 210], abs=25)
