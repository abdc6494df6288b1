"""What is looked at in each frame of a video: the part with the face, no larger than networks see it."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces.closeup import Closeup
from lipsync_utils.faces.facemesh import INPUT_SIZE
from lipsync_utils.faces.tracking import MIRROR_FIRST, track
from lipsync_utils.options import FaceOptions
from lipsync_utils.pixels import as_planes
from lipsync_utils.records import Frame


@pytest.mark.parametrize("width", [120, 300, 620])
@pytest.mark.parametrize("kind", ["rgb", "planes"])
def test_a_face_is_found_in_it_where_it_is_in_the_picture(detector, width, kind):
    image = draw(SyntheticFace(x=700, y=480, width=width), size=(1400, 1000))
    face = detector.detect(image)[0]
    near = Closeup.around(as_planes(image) if kind == "planes" else image, face.points)
    assert max(near.image.shape) < 2.2 * INPUT_SIZE
    np.testing.assert_allclose(near.outside(face).points[:, 2], face.points[:, 2] * near.factor, rtol=1e-5)
    inside = near.inside(face.points)
    again = near.outside(detector.refine(near.image, inside))
    known = detector.refine(image, face.points)
    assert np.abs(again.points - known.points)[:, :2].mean() < 0.004 * width
    assert np.abs((again.points - known.points)[:, :2].mean(0)).max() < 0.0015 * width, "not beside its place"
    np.testing.assert_allclose(again.box, known.box, atol=0.02 * width)


def test_at_the_border_it_ends_with_the_picture(detector):
    image = draw(SyntheticFace(x=70, y=100, width=120), size=(333, 251))
    face = detector.detect(image)[0]
    near = Closeup.around(image, face.points)
    assert near.corner == (0, 0)
    np.testing.assert_array_equal(near.image, image[: near.image.shape[0], : near.image.shape[1]])


def test_one_look_a_frame_is_as_right_as_two(detector):
    """The constant error of a look is learned where it is looked twice, and is then known."""
    faces = [SyntheticFace(x=200 + i, y=200 - 0.5 * i, width=150, roll=8 + 0.3 * i) for i in range(14)]
    images = [draw(face, size=(420, 400)) for face in faces]
    looks = []

    class Counting:
        detect = staticmethod(detector.detect)

        @staticmethod
        def refine(image, points, *, quick=False, precise=False):
            looks.append(quick)
            return detector.refine(image, points, quick=quick, precise=precise)

    frames = (Frame(i, i / 25, image) for i, image in enumerate(images))
    tracked = [each.face for each in track(frames, Counting(), FaceOptions(smooth_s=0.0))]
    assert sum(not quick for quick in looks[MIRROR_FIRST:]) <= 2
    away = {True: [], False: []}
    for image, before, face in zip(images[6:], tracked[5:], tracked[6:], strict=False):
        two = detector.refine(image, before.points)
        for corrected in away:
            one = face if corrected else detector.refine(image, before.points, quick=True)
            away[corrected].append(np.linalg.norm((one.points - two.points)[:, :2], axis=1).mean())
    assert np.mean(away[True]) < 0.5 * np.mean(away[False])


def test_another_face_has_another_mirror_image(detector):
    shots = [SyntheticFace(x=120, y=150, width=120)] * 6 + [
        SyntheticFace(x=290, y=180, width=170, skin=(110, 80, 60))
    ] * 6
    looks = []

    class Counting:
        detect = staticmethod(detector.detect)

        @staticmethod
        def refine(image, points, *, quick=False, precise=False):
            looks.append((at, quick))
            return detector.refine(image, points, quick=quick, precise=precise)

    def frames():
        nonlocal at
        for at, face in enumerate(shots):
            yield Frame(at, at / 25, draw(face, size=(420, 360)))

    at = 0
    assert all(each.face is not None for each in track(frames(), Counting(), FaceOptions(smooth_s=0.0)))
    twice = [at for at, quick in looks if not quick]
    assert [at for at in twice if at >= 6] == [7 + number for number in range(MIRROR_FIRST)]
