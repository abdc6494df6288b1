"""What phones, cameras and editors store, and what a person sees of it."""

import itertools
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image
from real_files import FACE, FILES, SIZE, high_dynamic_range, interlaced, screen_recording, talking, with_alpha
from synthetic_faces import draw
from synthetic_media import COLOURS, flat, number_of, numbered, quadrants, set_matrix, write_video

from lipsync_utils.media import Source, open_source
from lipsync_utils.media.rates import rate_for_lips
from lipsync_utils.options import RunOptions
from lipsync_utils.planning import make_plan
from lipsync_utils.records import Speech, Timeline

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
        assert np.abs(shown[index].image.astype(int) - moment)[:130].mean() < 4.2, "the first of the two moments"
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


def recorded(path, times_ms, **options):
    """Numbered frames at some times, in milliseconds."""
    frames = [numbered(index) for index in range(len(times_ms))]
    return write_video(path, frames, timestamps=lambda index: times_ms[index], time_base=Fraction(1, 1000), **options)


def check_every_frame_at_its_time(source, times_ms):
    """On the clock of a run each frame begins less than one frame of the output late, and none is missing."""
    fps = rate_for_lips(source.fps)
    shown = [number_of(frame.image) for frame in source.frames(clock(int(times_ms[-1] / 1000 * fps) + 2, fps))]
    for number, time_ms in enumerate(times_ms):
        assert number in shown, number
        late_s = shown.index(number) / fps - time_ms / 1000
        assert -0.2 / fps < late_s < 0.81 / fps, number


@pytest.mark.parametrize("name", ["variable_rate.mp4", "variable_rate.webm"])
def test_a_phone_that_leaves_frames_out_has_its_nominal_rate(tmp_path, name):
    source = open_source(FILES[name](tmp_path / name))
    assert source.fps == 30, "not the average"
    assert "varies" in source.warnings[0]


def test_a_recording_of_the_screen_has_a_rate_that_shows_lips(tmp_path):
    assert open_source(screen_recording(tmp_path / "meeting.mp4")).fps == 25


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize(
    ("steps", "clock_of_camera", "fps"),
    [
        ([1, 1, 1, 2, 1, 1, 1, 3], 30, 30),
        ([2, 1, 3, 1, 1], 20, 25),
        ([1, 1, 1, 3, 1, 1, 2], 60, 60),
        ([1, 1, 1, 2, 1, 3], 15, 15),
        ([1, 1, 1, 2, 1], 24, 24),
    ],
)
def test_every_frame_of_a_varying_rate_is_shown_at_its_time(tmp_path, steps, clock_of_camera, fps, ending):
    times_ms = [round(1000 * step / clock_of_camera) for step in np.cumsum([0, *steps * 6]).tolist()]
    source = open_source(recorded(tmp_path / f"clip.{ending}", times_ms, fps=clock_of_camera))
    assert float(source.fps) == pytest.approx(fps, rel=0.0011), "of short clips in milliseconds 24 may be 23.976"
    check_every_frame_at_its_time(source, times_ms)


@pytest.mark.parametrize("fps", [5, 10, 12, 15, 20, 24, 25, 50, Fraction(24000, 1001), Fraction(60000, 1001)])
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_regular_rate_is_kept_and_not_remarked_on(tmp_path, fps, ending):
    source = open_source(write_video(tmp_path / f"clip.{ending}", map(numbered, range(45)), fps=fps))
    assert source.fps == fps
    assert source.warnings == []


@pytest.mark.parametrize(("rate", "wanted"), [(10, 30), (12, 36), (15, 30), (20, 40), (24, 24), (25, 25), (30, 30)])
def test_lips_need_twenty_five_frames_a_second(rate, wanted):
    source = Source("a.mp4", False, 64, 48, fps=Fraction(rate), duration_s=9.0)
    speech = Speech(np.zeros(16_000, np.float32), 16_000, 16_000, 1, "")
    plan = make_plan(source, speech, RunOptions())
    assert plan.timeline.fps == wanted
    assert bool(plan.notes) == (rate < 24)
    asked = make_plan(source, speech, RunOptions(fps=rate))
    assert asked.timeline.fps == rate, "who asks for a rate gets it"


@pytest.mark.parametrize("fps", [25, 30])
def test_a_clock_that_jitters_loses_no_frame(tmp_path, fps):
    """Of a camera whose frames come up to 3 ms early or late."""
    jitter = np.random.default_rng(4).integers(-3, 4, 60)
    times_ms = [max(0, round(1000 * index / fps + jitter[index])) for index in range(60)]
    times_ms[0] = 0
    source = open_source(recorded(tmp_path / "phone.mp4", times_ms, fps=fps))
    assert source.fps == fps
    assert source.warnings == []
    assert [number_of(frame.image) for frame in source.frames(clock(60, fps))] == list(range(60))


def animated(path, count=8, durations=100, **options):
    """Numbered frames, losslessly where the format can."""
    pictures = [Image.fromarray(numbered(index)) for index in range(count)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=durations, loop=0, **options)
    return path


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_an_animation_is_played(tmp_path, ending):
    durations = [100, 200, 100, 300, 100, 100, 100, 100]
    source = open_source(animated(tmp_path / f"face.{ending}", durations=durations))
    assert not source.is_picture
    assert source.duration_s == pytest.approx(1.1)
    shown = [number_of(frame.image) for frame in source.frames(clock(44, 40), when_short="freeze")]
    assert shown == np.repeat(range(8), np.array(durations) // 25).tolist(), "each as long as it asks for"
    assert source.warnings == []


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_a_short_animation_loops_and_goes_back_and_forth(tmp_path, ending):
    source = open_source(animated(tmp_path / f"face.{ending}", 4))
    assert source.fps == 10
    assert [number_of(frame.image) for frame in source.frames(clock(9, 10))] == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    there = [number_of(frame.image) for frame in source.frames(clock(9, 10), when_short="pingpong")]
    assert there == [0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_the_talking_face_of_an_animation_moves(tmp_path):
    for ending in ("gif", "webp", "png"):
        source = open_source(FILES[f"animation.{ending}"](tmp_path / f"face.{ending}"))
        assert source.duration_s == pytest.approx(1.0)
        images = [frame.image.astype(int) for frame in source.frames(clock(20, 20))]
        wanted = list(talking(1.0, fps=20))
        assert max(np.abs(image - face).mean() for image, face in zip(images, wanted, strict=True)) < 6, ending


def test_a_frame_without_a_duration_lasts_as_in_browsers(tmp_path):
    assert open_source(animated(tmp_path / "old.gif", 5, durations=0)).duration_s == pytest.approx(0.5)


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tiff"])
def test_one_frame_and_pages_stay_pictures(tmp_path, ending):
    path = animated(tmp_path / f"face.{ending}", 3 if ending == "tiff" else 1)
    assert open_source(path).is_picture


def test_the_picture_for_old_viewers_is_not_part_of_an_animation(tmp_path):
    path = animated(tmp_path / "face.png", 4, default_image=True)
    source = open_source(path)
    shown = [number_of(frame.image) for frame in source.frames(clock(3, 10), when_short="freeze")]
    assert shown == [1, 2, 3]


def test_transparent_frames_of_an_animation_lie_on_grey(tmp_path):
    frames = [np.dstack([flat(colour), np.full((48, 64), 255, np.uint8)]) for colour in COLOURS[:3]]
    for frame in frames:
        frame[:, :20, 3] = 0
    pictures = [Image.fromarray(frame) for frame in frames]
    for ending in ("webp", "png", "gif"):
        path = tmp_path / f"cut_out.{ending}"
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, disposal=2, lossless=True)
        for frame, colour in zip(open_source(path).frames(clock(3, 10)), COLOURS, strict=False):
            assert np.abs(frame.image[:, :20].astype(int) - 128).max() <= 2, ending
            assert np.abs(frame.image[:, 22:].astype(int) - colour).max() <= 16, ending


@pytest.mark.parametrize("ending", ["gif", "png"])
def test_an_animation_that_breaks_off_plays_as_far_as_it_is_whole(tmp_path, ending):
    path = animated(tmp_path / f"torn.{ending}", 10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    source = open_source(path)
    shown = [number_of(frame.image) for frame in source.frames(clock(10, 10), when_short="freeze")]
    assert shown[:4] == [0, 1, 2, 3]
    assert len(source.warnings) == 1
    assert "breaks off" in source.warnings[0]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("ending", ["mov", "webm"])
def test_what_hides_behind_transparent_pixels_stays_hidden(tmp_path, ending, exact):
    source = open_source(with_alpha(tmp_path / f"cut_out.{ending}"))
    shown = [frame.image.astype(int) for frame in source.frames(clock(15), when_short="freeze", exact=exact)]
    for image, face in zip(shown, talking(0.6), strict=True):
        assert np.abs(image[:8] - 128).max() <= 3, "the corners are grey, not red"
        assert np.abs(image[100:140, 110:146] - face[100:140, 110:146]).mean() < 6, "the face is itself"
        red = (image[..., 0] > 150) & (image[..., 1:].max(axis=-1) < 60)
        assert red.mean() < 0.001, "a pixel here and there on the rim, where the file itself mixes the colours"
    assert len({id(image) for image in shown}) == 15
    assert "transparent" in source.warnings[0]


@pytest.mark.parametrize(("codec", "layout"), [("prores_ks", "yuva444p10le"), ("png", "rgba"), ("libvpx", "yuva420p")])
def test_half_transparent_pixels_are_mixed_with_grey(tmp_path, codec, layout):
    path = tmp_path / ("clip.webm" if codec == "libvpx" else "clip.mov")
    colour = np.array((200, 60, 40))
    image = np.dstack([flat(tuple(colour)), np.full((48, 64), 128, np.uint8)])
    with av.open(str(path), "w") as output:
        options = {"auto-alt-ref": "0"} if codec == "libvpx" else {}
        stream = output.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, layout
        for index in range(4):
            picture = av.VideoFrame.from_ndarray(image, format="rgba").reformat(format=layout)
            picture.pts, picture.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    seen = first(open_source(path))[24, 32].astype(int)
    assert np.abs(seen - (colour + 128) / 2).max() <= 6


def test_an_opaque_video_that_could_be_transparent_is_not_remarked_on(tmp_path):
    path = write_video(tmp_path / "screen.mov", [quadrants()] * 3, codec="qtrle", pixel_format="argb")
    source = open_source(path)
    assert np.array_equal(first(source), quadrants())
    assert source.warnings == []
