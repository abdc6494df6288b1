"""A source whose mouth is wide open while the voice is silent: its lips are closed, and look like lips."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from real_files import FACE, FPS, SIZE
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.tracking import track
from lipsync_utils.options import FaceOptions
from lipsync_utils.pixels import as_planes
from lipsync_utils.records import Frame, TrackedFrame
from lipsync_utils.render.closed_lips import WAIT_S, Lent, lend, opening
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.rig import Rig

REST = np.zeros(1, np.float32)
MOUTH = (slice(150, 190), slice(95, 160))
"""Rows and columns around the drawn mouth."""


@pytest.fixture(scope="module")
def rig() -> Rig:
    return Rig.load()


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def film(detector, mouths: list[float], **changes) -> list[TrackedFrame]:
    """A shot of a drawn face, with the mouth open as the list says."""
    faces = [SyntheticFace(**{**FACE.__dict__, "mouth": mouth, **changes}) for mouth in mouths]
    frames = [Frame(i, i / FPS, draw(face, size=SIZE)) for i, face in enumerate(faces)]
    return list(track(iter(frames), detector, FaceOptions(smooth_s=0)))


def like_closed(image: np.ndarray) -> float:
    """How much the mouth looks like that of the same face with closed lips, wherever near it is: correlation, to 1."""
    rows, columns = MOUTH
    around = image[rows.start - 10 : rows.stop + 10, columns.start - 10 : columns.stop + 10]
    closed = draw(FACE, size=SIZE)[MOUTH]
    return float(cv2.matchTemplate(around.copy(), closed.copy(), cv2.TM_CCOEFF_NORMED).max())


@pytest.mark.parametrize("order", ["closed before", "closed after"])
def test_lips_of_a_closed_frame_are_taken(detector, rig, order):
    mouths = [0.0] * 3 + [0.8] * 4 if order == "closed before" else [0.8] * 4 + [0.0] * 3
    video = VideoRenderer(rig=rig, names=("jawOpen",))
    opened = [each for each in video.prepared(film(detector, mouths)) if opening(each.tracked.face.points) > 0.1]
    assert len(opened) == 4
    for prepared in opened:
        own = like_closed(prepared.tracked.frame.image)
        warped = like_closed(video.render(replace(prepared, lent=Lent()), REST))
        assert own < 0.65
        assert warped < 0.75
        assert like_closed(video.render(prepared, REST)) > 0.82


def test_all_of_lent_lips_is_painted(detector, rig, monkeypatch):
    """With more room around them they would be no different."""
    video = VideoRenderer(rig=rig, names=("jawOpen",))
    *_, prepared = video.prepared(film(detector, [0.0] * 3 + [0.8] * 4))
    pixels = as_planes(prepared.tracked.frame.image)
    prepared = replace(prepared, tracked=replace(prepared.tracked, frame=Frame(0, 0.0, pixels)))
    jaw = np.array([0.3], np.float32)
    out = video.render(prepared, jaw)
    monkeypatch.setattr(Lent, "margin", lambda *_: 90)
    np.testing.assert_array_equal(video.render(prepared, jaw).planes, out.planes)


def test_lent_lips_speak(detector, rig):
    """They open with the coefficients, and what is seen between them is a mouth."""
    video = VideoRenderer(rig=rig, names=("jawOpen",))
    *_, prepared = video.prepared(film(detector, [0.0] * 3 + [0.8] * 4))
    gaps = []
    for jaw in (0.0, 0.3, 0.6):
        (face,) = detector.detect(video.render(prepared, np.array([jaw], np.float32)), precise=True)
        gaps.append(opening(face.points))
    assert gaps[0] < 0.05
    assert (np.diff(gaps) > 0.03).all()


def test_a_little_open_is_left_as_it_is(detector, rig):
    """A mouth that is closed has its own lips, and in between one passes into the other."""
    frames = film(detector, [0.0, 0.0, 0.1, 0.2, 0.3, 0.5])
    shares = [sum(share for _, share in lent.layers) for _, lent in lend(frames, rig)]
    assert shares[:2] == [0, 0]
    assert shares[-1] == 1
    assert (np.diff(shares) >= 0).all()


def test_never_from_another_shot(detector, rig):
    """Nor from before a cut within the scene: whoever is seen after it may be another person."""
    before, after = film(detector, [0.0] * 5), film(detector, [0.8] * 5, skin=(120, 80, 60))
    assert not after[0].continues
    lent = [lent.layers for _, lent in lend(before + after, rig)]
    assert not any(lent[5:])
    assert any(lent.layers for _, lent in lend(film(detector, [0.0, 0.8]), rig)), "within a shot they are lent"


def test_what_is_before_a_mouth_is_not_lent(detector, rig):
    frames = [replace(frame, covered=1.0 - frame.frame.index / 3) for frame in film(detector, [0.0] * 3)]
    assert not any(lent.layers for _, lent in lend([*frames, *film(detector, [0.8] * 3)[1:]], rig))


def test_frames_do_not_wait_for_ever(detector, rig):
    """Nothing is held back but frames that need lips, and those not for longer than a second."""
    taken = 0

    def counted(frames):
        nonlocal taken
        for taken, frame in enumerate(frames, start=1):  # noqa: B007
            yield frame

    closed = lend(counted(film(detector, [0.0] * 5)), rig)
    next(closed)
    assert taken == 1
    shouting = film(detector, [0.8])[0]
    frames = [replace(shouting, frame=Frame(i, i / FPS, shouting.frame.image), continues=i > 0) for i in range(60)]
    made = lend(counted(frames), rig)
    next(made)
    assert taken <= WAIT_S * FPS + 2
    assert len(list(made)) == 59


@pytest.mark.parametrize("mouth", [0.4, 0.6, 0.8])
def test_a_picture_with_an_open_mouth_can_close_it(detector, rig, mouth):
    """There is no other frame: the lips meet, in the shape of lips, and nothing dark is left between them."""
    image = draw(replace(FACE, mouth=mouth), size=SIZE)
    (face,) = detector.detect(image, precise=True)
    rest = PortraitRenderer(image, face, rig=rig, names=("jawOpen",)).render(REST)
    (closed,) = detector.detect(rest, precise=True)
    assert opening(closed.points) < 0.06
    assert (rest[MOUTH].max(axis=2) < 60).sum() <= 0.1 * (image[MOUTH].max(axis=2) < 60).sum()
