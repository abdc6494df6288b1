"""Videos keep the numbers that they hold: planes in are planes out, with what they stand for."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from synthetic_media import voice, write_sound

from lipsync_utils.media import VideoWriter, load_speech, open_source
from lipsync_utils.media.encode import Encoder
from lipsync_utils.pixels import BT601, BT709, BT2020, Colour, Yuv, to_yuv420
from lipsync_utils.records import Timeline

SIZE = 96, 64  # width, height
FRAMES = 5


def moment(index: int) -> np.ndarray:
    """``(H, W, 3) uint8`` a soft picture that moves."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    waves = [np.sin((x + 3 * index) / 9), np.cos((y - 2 * index) / 7), np.sin((x + y) / 11)]
    return np.clip(128 + 90 * np.stack(waves, -1), 0, 255).astype(np.uint8)


def film(path, *, layout: str = "yuv420p", matrix: int = BT709, full: bool = False, primaries: int = BT709):
    """A video in a layout, with what its numbers stand for."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, layout
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, 2 if full else 1
        context.color_primaries, context.color_trc = primaries, primaries
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(moment(index), format="rgb24")
            declared = {"dst_colorspace": matrix, "dst_color_range": 2 if full else 1}
            frame = frame.reformat(format=layout, **declared)
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def clock() -> Timeline:
    return Timeline(fps=Fraction(25), frames=FRAMES, duration_s=FRAMES / 25)


def stored(path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def rewritten(source, path, tmp_path, monkeypatch) -> list[np.ndarray]:
    """A video written again; the planes that the encoder was given."""
    given, write = [], Encoder.write
    monkeypatch.setattr(
        Encoder, "write", lambda self, planes, colour: given.append(planes) or write(self, planes, colour)
    )
    speech = load_speech(write_sound(tmp_path / "s.wav", voice(FRAMES / 25)))
    with VideoWriter(path, width=SIZE[0], height=SIZE[1], timeline=clock(), speech=speech) as writer:
        for frame in open_source(source).frames(clock()):
            writer.write(frame.pixels)
    return given


@pytest.mark.parametrize(("matrix", "full", "primaries"), [(BT601, False, 6), (BT709, False, 1), (BT709, True, 1)])
def test_planes_come_through_to_the_bit_with_what_they_stand_for(tmp_path, monkeypatch, matrix, full, primaries):
    source = film(tmp_path / "in.mkv", matrix=matrix, full=full, primaries=primaries)
    given = rewritten(source, tmp_path / "out.mp4", tmp_path, monkeypatch)
    for planes, frame in zip(given, stored(source), strict=True):
        np.testing.assert_array_equal(planes, frame.to_ndarray())
    out = stored(tmp_path / "out.mp4")[0]
    assert (int(out.colorspace), int(out.color_range)) == (matrix, 2 if full else 1)
    assert (int(out.color_primaries), int(out.color_trc)) == (primaries, primaries)
    seen = next(iter(open_source(tmp_path / "out.mp4").frames(clock()))).image
    assert np.abs((seen.astype(int) - moment(0)).mean((0, 1))).max() < 1.5, "no shift of colours"


@pytest.mark.parametrize("layout", ["yuv420p10le", "yuv422p", "yuv444p", "yuv422p10le"])
def test_more_bits_and_more_colour_are_reduced_once(tmp_path, monkeypatch, layout):
    source = film(tmp_path / "in.mkv", layout=layout)
    given = rewritten(source, tmp_path / "out.mp4", tmp_path, monkeypatch)
    for index, (planes, frame) in enumerate(zip(given, stored(source), strict=True)):
        assert frame.format.name == layout
        out = open_source(source)
        assert isinstance(next(iter(out.frames(clock()))).pixels, Yuv)
        known = to_yuv420(moment(index), next(iter(out.frames(clock()))).pixels.colour)
        assert np.abs(planes.astype(int) - known).max() <= 3
        assert np.abs(planes.astype(int) - known).mean() < 0.7
    assert int(stored(tmp_path / "out.mp4")[0].colorspace) == BT709


def test_wide_colours_become_rgb(tmp_path):
    source = film(tmp_path / "in.mkv", layout="yuv420p10le", matrix=BT2020, primaries=BT2020)
    assert isinstance(next(iter(open_source(source).frames(clock()))).pixels, np.ndarray)


def test_planes_of_other_colours_become_those_of_the_file(tmp_path):
    """As of a video whose later frames are tagged otherwise."""
    speech = load_speech(write_sound(tmp_path / "s.wav", voice(2 / 25)))
    timeline, image = Timeline(fps=Fraction(25), frames=2, duration_s=2 / 25), moment(0)
    with VideoWriter(tmp_path / "out.mp4", width=SIZE[0], height=SIZE[1], timeline=timeline, speech=speech) as writer:
        for colour in (Colour(BT709), Colour(BT601, full=True)):
            writer.write(Yuv(to_yuv420(image, colour), colour))
    first, second = (frame.image.astype(int) for frame in open_source(tmp_path / "out.mp4").frames(timeline))
    assert np.abs((first - second).mean((0, 1))).max() < 1
