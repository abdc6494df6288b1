"""What phones, cameras and editors store, and what a person sees of it."""

import itertools
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from real_files import FACE, SIZE, high_dynamic_range, interlaced
from synthetic_faces import draw
from synthetic_media import COLOURS, quadrants, set_matrix, write_video

from lipsync_utils.media import open_source
from lipsync_utils.records import Timeline

GREYS = ((255, 255, 255), (128, 128, 128), (64, 64, 64), (16, 16, 16), (0, 0, 0))
SKINS = ((222, 178, 150), (196, 140, 120), (110, 70, 52), (235, 200, 180), (60, 40, 32))
MIRRORS_AND_TURNS = [
    matrix
    for one, other in itertools.product((1, -1), repeat=2)
    for matrix in (((one, 0), (0, other)), ((0, one), (other, 0)))
]


def clock(frames, fps=25):
    return Timeline(fps=Fraction(fps), frames=frames, duration_s=float(frames / Fraction(fps)))


def first(source, **options):
    return next(iter(source.frames(clock(1), **options))).image


def patches(colours, side=64):
    return np.hstack([np.full((side, side, 3), colour, np.uint8) for colour in colours])


def middles(image, count, side=64):
    """The colour in the middle of each patch."""
    return np.array([image[side // 2, side // 2 + side * number] for number in range(count)]).astype(int)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("transfer", ["hlg", "pq"])
def test_high_dynamic_range_has_the_colours_of_the_scene(tmp_path, transfer, exact):
    colours = (*GREYS, *SKINS, *COLOURS)
    source = open_source(high_dynamic_range(tmp_path / "hdr.mp4", transfer, still=patches(colours), seconds=0.08))
    seen = middles(first(source, exact=exact), len(colours))
    assert seen[0].min() >= 253, "white stays white"
    assert np.abs(seen - colours).max() <= 5
    assert len(source.warnings) == 1
    assert "HDR" in source.warnings[0]


def test_wide_colours_of_ordinary_range_are_converted(tmp_path):
    """BT.2020 with the curve of ordinary video, as cameras record it: taken for BT.709, reds and skin turn pale."""
    colours = (*GREYS, *SKINS, *COLOURS)
    path = high_dynamic_range(tmp_path / "wide.mp4", "sdr", still=patches(colours), seconds=0.08)
    source = open_source(path)
    assert np.abs(middles(first(source), len(colours)) - colours).max() <= 5
    assert "BT.2020" in source.warnings[0]


def test_ordinary_ten_bits_stay_as_they_are(tmp_path):
    colours = (*GREYS, *SKINS, *COLOURS)
    path = write_video(tmp_path / "ten.mkv", [patches(colours)] * 2, pixel_format="yuv420p10le", matrix=1)
    source = open_source(path)
    assert np.abs(middles(first(source), len(colours)) - colours).max() <= 5
    assert source.warnings == []


@pytest.mark.parametrize("matrix", MIRRORS_AND_TURNS)
def test_mirrors_and_turns_in_any_combination(tmp_path, matrix):
    """Each corner goes where the matrix sends it: x' = ax + cy, y' = bx + dy about the middle of the picture."""
    path = write_video(tmp_path / "phone.mp4", [quadrants()] * 3)
    set_matrix(path, matrix)
    source = open_source(path)
    image = first(source)
    assert image.shape[:2] == (source.height, source.width) == ((48, 64) if matrix[0][0] else (64, 48))
    for number, corner in enumerate(itertools.product((-1, 1), repeat=2)):
        x, y = np.array(corner)[::-1] @ np.array(matrix)
        seen = image[-4 if y > 0 else 4, -4 if x > 0 else 4].astype(int)
        assert np.abs(seen - COLOURS[number]).max() < 10, (corner, x, y)


def combing(image):
    """How much each row differs from the mean of its neighbours."""
    rows = image.astype(float)
    return np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean()


@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001)])
def test_interlaced_video_becomes_whole_pictures(tmp_path, fps):
    source = open_source(interlaced(tmp_path / "camera.mp4", fps=Fraction(fps)))
    assert source.fps == fps
    shown = list(source.frames(clock(24, fps)))
    assert len({id(frame.image) for frame in shown}) == 24, "every frame of the file is one picture"
    for index in (3, 12, 23):
        moment = draw(replace(FACE, x=70 + 120 * index / float(fps), mouth=0), size=SIZE)
        assert combing(shown[index].image) < 1.4 * combing(moment)
        assert np.abs(shown[index].image.astype(int) - moment)[:130].mean() < 4, "the first of the two moments"
    assert len(source.warnings) == 1
    assert "deinterlaced" in source.warnings[0]


def test_interlaced_raw_stream_without_timestamps(tmp_path):
    with av.open(str(interlaced(tmp_path / "a.mp4", seconds=0.4))) as source:
        filter_ = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
        packets = [out for packet in source.demux(video=0) for out in filter_.filter(packet if packet.size else None)]
        (tmp_path / "raw.h264").write_bytes(b"".join(bytes(packet) for packet in packets))
    source = open_source(tmp_path / "raw.h264")
    shown = list(source.frames(clock(10, source.fps), when_short="freeze"))
    assert len({id(frame.image) for frame in shown}) == 10
    assert "deinterlaced" in source.warnings[0]


def test_progressive_pictures_are_not_touched(tmp_path):
    """Rows of alternating brightness, which a deinterlacer would blur, in a file that is not flagged."""
    striped = np.zeros((64, 64, 3), np.uint8)
    striped[::2] = 200
    source = open_source(write_video(tmp_path / "stripes.mp4", [striped] * 3))
    assert np.abs(first(source).astype(int) - striped).max() < 10
    assert source.warnings == []
