"""What a tracker must not believe: that a cushion is a face, or that two shots are one."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces import topology
from lipsync_utils.faces.tracking import CHECK_EVERY, track
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Face, Frame


def face_at(x: float, y: float, width: float = 120.0) -> Face:
    points = topology.NEUTRAL * width + np.float32([x, y, 0])
    return Face(topology.box_of(points), points, 1.0)


class Believer:
    """Its mesh goes on seeing a face where there was one; only its search knows where the face is now."""

    def __init__(self) -> None:
        self.searches = 0

    def detect(self, image, *, precise: bool = False, thorough: bool = True) -> list[Face]:
        self.searches += 1
        return [face_at(100, 100)] if self.searches == 1 else [face_at(400, 100)]

    def refine(self, image, points, *, precise: bool = False, quick: bool = False) -> Face:
        middle = points[:, :2].mean(axis=0)
        return face_at(*middle)


def test_what_the_search_does_not_see_is_no_face():
    """The person has walked off, the mesh clings to the wall: within a second the tracker looks, and goes along."""
    frames = (Frame(i, i / 25, np.full((200, 520, 3), 90, np.uint8)) for i in range(2 * CHECK_EVERY))
    tracked = list(track(frames, Believer(), FaceOptions(smooth_s=0.0)))
    places = np.array([t.face.points[:, 0].mean() for t in tracked])
    assert abs(places[0] - 100) < 5
    assert (np.abs(places[CHECK_EVERY + 1 :] - 400) < 5).all()


@pytest.mark.parametrize("apart", [10.0])
def test_the_same_person_in_another_room_begins_a_new_shot(detector, apart):
    """After a cut the face is nearly where it was: nothing of the old place may be smoothed into the new one."""
    size = (360, 320)
    before = [draw(SyntheticFace(x=180, y=140, width=150), size=size)] * 6
    after = [draw(SyntheticFace(x=180 + apart, y=140, width=150), size=size, background=(205, 215, 220))] * 6
    frames = (Frame(i, i / 25, image.copy()) for i, image in enumerate([*before, *after]))
    noses = np.array([t.face.points[topology.NOSE_ROOT, 0] for t in track(frames, detector, FaceOptions())])
    assert noses[9] - noses[2] == pytest.approx(apart, abs=2.0)
    assert np.ptp(noses[:6]) < 1.0
    assert np.ptp(noses[6:]) < 1.0
