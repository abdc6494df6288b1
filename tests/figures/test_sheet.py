"""Contact sheets: each tile shows its moment, cut to the mouth or the face."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw
from synthetic_media import write_video

pytest.importorskip("matplotlib")

from lipsync_utils.errors import InputError
from lipsync_utils.figures import sheets

MOUTHS = (0.0, 0.7, 0.3)
"""Opening of the mouth in the first, second and third fifth of a second."""


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    faces = [SyntheticFace(x=150 + 40 * step, y=130, width=140, mouth=mouth) for step, mouth in enumerate(MOUTHS)]
    frames = [draw(face, size=(400, 300)) for face in faces for _ in range(5)]
    return write_video(tmp_path_factory.mktemp("sheet") / "talk.mp4", frames)


def tiles(figure) -> list[np.ndarray]:
    return [np.asarray(axis.images[0].get_array()) for axis in figure.axes if axis.images]


def test_tiles_show_the_mouth_at_their_moment(video):
    figure = sheets.sheet(video, [0.1, 0.3, 0.5], columns=2)
    shown = tiles(figure)
    assert [axis.get_title() for axis in figure.axes] == ["0.10 s", "0.30 s", "0.50 s", ""]
    dark = [(tile.max(axis=2) < 90).mean() for tile in shown]  # the dark between the lips
    assert dark[0] < dark[2] < dark[1]
    for tile in shown:
        red = tile[..., 0].astype(int) - tile[..., 1] > 60  # lips are the reddest there is
        y, x = np.argwhere(red).mean(axis=0) / red.shape
        assert abs(x - 0.5) < 0.1
        assert 0.3 < y < 0.7


def test_faces_are_shown_whole(video):
    mouth, face = (tiles(sheets.sheet(video, [0.1], mouth=mouth))[0] for mouth in (True, False))
    assert face.shape[0] > 2 * mouth.shape[0]
    whites = (face.min(axis=2) > 215).sum(axis=0)  # of two eyes
    assert whites[: face.shape[1] // 2].any()
    assert whites[face.shape[1] // 2 :].any()


@pytest.mark.parametrize("times", [[], [0.5, 0.1], [0.1, 9.0], [-1.0]])
def test_impossible_moments_are_refused(video, times):
    with pytest.raises(InputError, match="moment"):
        sheets.sheet(video, times)
