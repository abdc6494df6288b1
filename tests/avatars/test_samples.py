"""The five sample avatars: small files, faces that animate, points that are where they say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lipsync_avatars.check import check_portrait
from lipsync_avatars.description_files import read_description
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.media import read_picture
from lipsync_utils.options import FaceOptions

SAMPLES = Path(__file__).parents[2] / "samples" / "avatars"
NAMES = ("woman", "man", "old_woman", "old_man", "child")
OUTER_EYE_CORNERS = (33, 263)


@pytest.fixture(scope="module", params=NAMES)
def avatar(request):
    path = SAMPLES / f"{request.param}.png"
    return path, read_picture(path)


def test_the_file_is_small_and_large_enough(avatar):
    path, image = avatar
    assert image.shape == (1024, 1024, 3)
    assert path.stat().st_size < 1.5e6


def test_it_says_how_it_was_made(avatar):
    path, _ = avatar
    record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert record["synthetic"] is True
    assert record["licence"] == "CC0-1.0"
    given, drawn = read_description(path.with_suffix(".yaml")), read_description(path.with_suffix(".json"))
    assert (given.shape, given.skin, given.hair, given.seed) == (drawn.shape, drawn.skin, drawn.hair, drawn.seed)


def test_it_will_animate(avatar):
    check = check_portrait(avatar[1])
    assert check.problems == ()
    assert max(abs(check.yaw), abs(check.pitch), abs(check.roll)) <= 8


def test_the_points_are_where_the_face_mesh_finds_them(avatar):
    path, image = avatar
    true = np.array(json.loads(path.with_suffix(".points.json").read_text())["points"])
    (face,) = make_detector(FaceOptions()).detect(image)
    eyes = np.linalg.norm(true[OUTER_EYE_CORNERS[0]] - true[OUTER_EYE_CORNERS[1]])
    assert np.median(np.linalg.norm(face.points[:, :2] - true, axis=1)) < 0.02 * eyes
