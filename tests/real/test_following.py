"""Who was chosen by number or place is followed: nobody speaks in their place while they are away."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from real_files import two_people
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.tracking import track
from lipsync_utils.media import open_source
from lipsync_utils.options import FaceOptions, RunOptions
from lipsync_utils.pipeline import run
from lipsync_utils.records import Frame, Timeline

FPS = 25
LEFT, RIGHT = SyntheticFace(x=90, y=112, width=84), SyntheticFace(x=280, y=118, width=90, skin=(188, 138, 106))
AWAY = range(20, 35)


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def places(shots, detector, choose) -> list[float | None]:
    """Where the followed face is in each frame, in pixels from the left."""
    frames = (Frame(i, i / FPS, draw(*faces, size=(372, 240))) for i, faces in enumerate(shots))
    tracked = track(frames, detector, FaceOptions(choose=choose))
    return [None if t.face is None else float(t.face.points[168, 0]) for t in tracked]


@pytest.mark.parametrize("choose", [0, (90.0, 120.0)])
def test_nobody_speaks_for_a_person_who_is_away(tmp_path, choose):
    source = two_people(tmp_path / "two.mp4", leaves=(AWAY.start / FPS, AWAY.stop / FPS))
    sound = write_sound(tmp_path / "voice.wav", voice(2.0))
    options = RunOptions(face=FaceOptions(choose=choose))
    report = run(source, sound, tmp_path / "out.mp4", options=options)
    assert report.faceless_frames == tuple(AWAY)
    clock = Timeline(Fraction(FPS), 50, 2.0)
    shown = zip(*(open_source(path).frames(clock) for path in (source, tmp_path / "out.mp4")), strict=True)
    changed = np.array([np.abs(a.image.astype(int) - b.image).max(2) for a, b in shown])
    half = changed.shape[2] // 2
    assert changed[:, :, half:].max() < 24  # the neighbour: nothing but coding
    assert changed[list(AWAY)].max() < 24
    for stretch in (slice(0, AWAY.start), slice(AWAY.stop, 50)):  # the chosen person speaks before and after
        assert (changed[stretch, :, :half] > 40).any(axis=(1, 2)).mean() > 0.3


@pytest.mark.parametrize("other", [RIGHT.skin, LEFT.skin])
def test_the_neighbour_is_known_by_place_even_if_they_look_alike(detector, other):
    right = SyntheticFace(**{**RIGHT.__dict__, "skin": other})
    found = places([(LEFT, right)] * 5 + [(right,)] * 30 + [(LEFT, right)] * 5, detector, 0)
    assert found[5:35] == [None] * 30
    assert all(abs(x - LEFT.x) < 6 for x in found[:5] + found[35:])


def test_a_person_may_return_elsewhere_and_is_known_by_the_look(detector):
    moved = SyntheticFace(**{**LEFT.__dict__, "x": 180, "y": 130, "width": 80})
    right = SyntheticFace(**{**RIGHT.__dict__, "x": 300})
    found = places([(LEFT, right)] * 5 + [(right,)] * 5 + [(moved, right)] * 5, detector, (90.0, 110.0))
    assert found[5:10] == [None] * 5
    assert all(abs(x - moved.x) < 6 for x in found[10:])


def test_two_who_change_places_are_not_mistaken_for_each_other(detector):
    """The chosen person leaves; the neighbour walks to their place."""
    walking = [SyntheticFace(**{**RIGHT.__dict__, "x": x}) for x in np.linspace(280, 95, 20)]
    found = places([(LEFT, RIGHT)] * 5 + [(one,) for one in walking], detector, 0)
    assert found[5:] == [None] * 20
