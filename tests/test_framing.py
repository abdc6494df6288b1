"""The shape of the picture and the part of it that is shown: on plain numbers, and as a person sees the output."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import quick_runs
from synthetic_faces import SyntheticFace, draw, moving
from synthetic_media import voice, write_sound, write_video

from lipsync_tools import samples
from lipsync_tools.looking import look
from lipsync_tools.workflow import Order, make_video
from lipsync_utils.errors import InputError, NoFaceError
from lipsync_utils.faces.choosing import faces_of_still
from lipsync_utils.faces.geometry import apart
from lipsync_utils.framing import ENLARGED, make_framing, window_around
from lipsync_utils.media import Source, load_speech, open_source, read_picture, write_picture
from lipsync_utils.options import SHAPES, FaceOptions, MotionOptions, RunOptions, Span, Turn, WriteOptions
from lipsync_utils.pipeline import load, run
from lipsync_utils.records import Timeline
from lipsync_utils.render.canvas import Canvas, ends_in_a_wall

STILL = RunOptions(engine="rig", motion=MotionOptions(style="still"), write=WriteOptions(crf=8))
SHAPED = [name for name, shape in SHAPES.items() if shape]
SPAN = Span(0.5, 0.9)


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once():
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    return write_sound(tmp_path_factory.mktemp("voice") / "voice.wav", voice(2.0, rate=48_000), rate=48_000)


def framing(width: int, height: int, **options):
    source = Source("clip.mp4", is_picture=False, width=width, height=height)
    return make_framing(source, [FaceOptions()], RunOptions(**options))


def first_frame(path) -> np.ndarray:
    return next(open_source(path).frames(Timeline(Fraction(25), 1, 0.04))).image


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shape", "options", "size", "inner"),
    [
        ((1920, 1080), "9:16", {}, (1080, 1920), (1080, 608)),
        ((1920, 1080), "1:1", {}, (1080, 1080), (1080, 608)),
        ((1920, 1080), "16:9", {}, (1920, 1080), (1920, 1080)),
        ((1920, 1088), "16:9", {}, (1920, 1080), (1920, 1080)),
        ((1024, 1024), "4:5", {}, (1080, 1350), (1080, 1080)),
        ((1024, 1024), "9:16", {"max_side": 960}, (540, 960), (540, 540)),
        ((1024, 1024), "9:16", {"preview": True}, (540, 960), (540, 540)),
        ((6000, 4000), "1:1", {}, (1080, 1080), (1080, 720)),
        ((300, 200), "9:16", {}, (600, 1066), (600, 400)),
        ((300, 200), "source", {}, (300, 200), (300, 200)),
        ((301, 201), "16:9", {"max_side": 64}, (64, 36), (54, 36)),
    ],
)
def test_the_size_of_an_output(source, shape, options, size, inner):
    made = framing(*source, shape=shape, **options)
    assert (made.size, made.inner) == (size, inner)


def test_nothing_is_stretched_blown_up_or_odd():
    rng = np.random.default_rng(0)
    for width, height in rng.integers(64, 5000, (200, 2)).tolist():
        for shape in SHAPED:
            made = framing(width, height, shape=shape)
            scales = np.divide(made.inner, made.window[2:])
            off_by = np.abs(np.subtract(made.inner, np.multiply(made.window[2:], scales[::-1])))
            assert off_by.min() < 1.1 * max(1, scales.max()), "within a pixel"
            assert scales.max() <= ENLARGED * 1.02
            assert all(side % 2 == 0 for side in made.size)
            assert min(made.size) <= 1080
            assert any(part == whole for part, whole in zip(made.inner, made.size, strict=True))
            assert np.abs(made.size[0] / made.size[1] / (SHAPES[shape][0] / SHAPES[shape][1]) - 1) < 0.04
            lost = 1 - np.divide(made.window[2:], (width, height))
            assert lost.max() < 0.035, "the picture is whole"


def test_places_move_with_the_window_and_with_the_background():
    made = framing(1920, 1080, shape="9:16", part=(400, 100, 1080, 600))
    assert (made.inner, made.size, made.corner) == ((1080, 600), (1080, 1920), (0, 660))
    seen = made.in_frames(FaceOptions(choose=(500.0, 300.0)))
    assert (seen.choose, made.in_output(seen.choose)) == ((100, 200), (100, 860))
    assert replace(made, continued=True).in_output(seen.choose) == (100, 1520)
    assert made.in_output("largest") == "largest"
    assert framing(3840, 2160, shape="9:16").in_frames(FaceOptions(choose=(960.0, 96.0))).choose == (270, 27)


def test_a_window_holds_what_it_must_and_has_the_shape():
    rng = np.random.default_rng(1)
    for _ in range(300):
        size = rng.integers(200, 2000, 2)
        middle, half = rng.uniform(0.2, 0.8, 2) * size, rng.uniform(20, 150)
        least = np.concatenate([middle - half, middle + 1.2 * half])
        liked = np.concatenate([middle - 1.6 * half, middle + 2 * half])
        for shape in SHAPES.values():
            left, top, width, height = window_around(least, liked, tuple(size.tolist()), shape)
            assert left >= 0 <= top
            assert left + width <= size[0] >= width > 1 < height <= size[1] >= top + height
            low, high = np.clip(least[:2], 0, size), np.clip(least[2:], 0, size)
            given = 0.11 * (high - low) + 1
            assert (np.array([left, top]) <= low + given).all()
            assert (np.array([left + width, top + height]) >= high - given).all()
            if shape and not (width == size[0] or height == size[1]):
                assert width / height == pytest.approx(shape[0] / shape[1], rel=2 / min(width, height))


# --- backgrounds -----------------------------------------------------------------------------------------------------


def test_the_picture_is_whole_before_a_blurred_and_darker_copy():
    frame = np.random.default_rng(0).integers(100, 200, (90, 160, 3), np.uint8)
    frame[:, :80, 2] = 0
    for still in (True, False):
        picture = Canvas((0, 105), (160, 300), still=still, continued=False).show(frame)
        assert np.array_equal(picture[105:195], frame)
        for band in (picture[:105].astype(float), picture[195:].astype(float)):
            assert 0.5 * frame.mean() < band.mean() < 0.7 * frame.mean(), "neither black bars nor as bright"
            assert np.abs(np.diff(band, axis=1)).max() < 12, "nothing sharp in it"
            assert band[:, -10:, 2].mean() > 2 * band[:, :10, 2].mean(), "its own colours, where they are"


def test_the_background_of_a_video_changes_with_it_and_that_of_a_picture_stays():
    dark, light = np.full((90, 160, 3), 40, np.uint8), np.full((90, 160, 3), 200, np.uint8)
    for still in (True, False):
        canvas = Canvas((0, 105), (160, 300), still=still, continued=False)
        before, after = canvas.show(dark)[0, 0, 0], canvas.show(light)[0, 0, 0]
        assert (before == after) == still


def test_a_wall_above_a_head_goes_on_without_a_seam():
    portrait = draw(SyntheticFace(y=260), size=(512, 512))
    assert ends_in_a_wall(portrait)
    picture = Canvas((0, 200), (512, 712), still=True, continued=True).show(portrait)
    assert np.array_equal(picture[200:], portrait)
    assert np.abs(picture[198:200].astype(float) - portrait[:1]).max() <= 2
    assert picture[:200].std(axis=0).max() < 2
    assert not ends_in_a_wall(draw(SyntheticFace(y=120), size=(512, 512))), "hair touches the edge"
    assert not ends_in_a_wall(np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8))


# --- what is shown ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A large photograph of three, the ones at the sides small in it; their places."""
    faces = [SyntheticFace(x=x, y=540, width=width, hair=hair) for x, width, hair in PEOPLE]
    path = tmp_path_factory.mktemp("crowd") / "crowd.png"
    write_picture(path, draw(*faces, size=(1800, 1080)))
    return path, faces


PEOPLE = ((300, 100, (70, 48, 36)), (900, 252, (20, 20, 20)), (1500, 114, (150, 110, 40)))


@pytest.mark.parametrize("part", ["head", "face"])
def test_a_small_face_in_a_large_photograph_is_as_sharp_as_in_it(crowd, part):
    path, faces = crowd
    seen = look(path, replace(STILL, part=part, face=FaceOptions(choose=0), max_side=640))
    left, top, width, height = seen.framing.window
    assert seen.scale == 1.0
    assert np.array_equal(seen.image, read_picture(path)[top : top + height, left : left + width])
    assert max(width, height) < (540 if part == "head" else 250)
    assert left < faces[0].x - 0.55 * faces[0].width < faces[0].x + 0.55 * faces[0].width < left + width
    assert top < faces[0].y - 0.45 * faces[0].width < faces[0].y + 0.8 * faces[0].width < top + height
    assert seen.point(seen.chosen) == pytest.approx((300, 570), abs=15), "in the source's pixels"


@pytest.mark.parametrize("shape", SHAPED)
def test_a_head_is_as_wide_to_high_in_any_shape(crowd, shape):
    plain = look(crowd[0], replace(STILL, part="head")).chosen
    shaped = look(crowd[0], replace(STILL, part="head", shape=shape))
    assert shaped.framing.size == shaped.framing.inner, "there is enough around the head: no background"
    ratios = [apart(face.points, (10, 152)) / apart(face.points, (234, 454)) for face in (plain, shaped.chosen)]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.02)


def test_all_who_speak_are_in_it_and_no_one_else(crowd):
    turns = (Turn(0, 1, 0), Turn(1, 2, 1))
    seen = look(crowd[0], replace(STILL, part="head", turns=turns))
    left, _, width, _ = seen.framing.window
    assert left < 246
    assert 1044 < left + width < 1440
    assert [round(x, -2) for x, _ in map(seen.point, seen.faces)] == [300, 900]


def test_a_part_in_pixels_is_exactly_that(crowd):
    path, _ = crowd
    seen = look(path, replace(STILL, part=(1320, 360, 360, 420), face=FaceOptions(choose=(1500.0, 560.0))))
    assert np.array_equal(seen.image, read_picture(path)[360:780, 1320:1680])
    assert len(seen.faces) == 1
    with pytest.raises(InputError, match=r"from 1320,360 to 1920,780 reaches beyond .*1800x1080"):
        look(path, replace(STILL, part=(1320, 360, 600, 420)))
    with pytest.raises(InputError, match=r"face at 300,540 is not within the part from 1320,360 to 1680,780"):
        look(path, replace(STILL, part=(1320, 360, 360, 420), face=FaceOptions(choose=(300, 540))))
    with pytest.raises(NoFaceError, match="360 x 240"):
        look(path, replace(STILL, part=(0, 0, 360, 240)))


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "shape"), [("head", "9:16"), ("face", "source")])
def test_the_chosen_face_speaks_and_is_found_again_in_the_output(crowd, spoken, tmp_path, part, shape):
    """By number, which is another one where the others are cut off; the score looks where the run says."""
    choice = {"face": FaceOptions(choose=2), "max_side": 960}
    options = replace(STILL, part=part, shape=shape, voice_span=Span(0, 0.2), **choice)
    made = make_video(Order(crowd[0], spoken, options=options, score=False), tmp_path / "out.mp4")
    image = first_frame(made.video)
    assert image.shape[1::-1] == (made.run.width, made.run.height)
    (face,) = faces_of_still(image, load(options).detector)
    assert made.face.choose == pytest.approx((face.box[:2] + face.box[2:]) / 2, abs=0.03 * made.run.width)
    assert made.face.min_size == pytest.approx(40 * made.run.scale)


def test_what_is_looked_at_is_what_is_made(crowd, spoken, tmp_path):
    options = replace(STILL, part="head", shape="9:16", max_side=640, voice_span=Span(0.0, 0.2))
    run(crowd[0], spoken, tmp_path / "out.mp4", options=options)
    seen = look(crowd[0], options)
    assert np.abs(first_frame(tmp_path / "out.mp4").astype(float) - seen.shown()).mean() < 3


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """A small face that walks to the right through a wide video, for two seconds."""
    faces = moving(SyntheticFace(y=220, width=90), 50, x=(150.0, 450.0))
    frames = (draw(face, size=(960, 480)) for face in faces)
    return write_video(tmp_path_factory.mktemp("walk") / "walk.mp4", frames)


def test_one_window_holds_a_head_that_moves(walk, spoken, tmp_path):
    options = replace(STILL, part="head", when_short="cut")
    report = run(walk, spoken, tmp_path / "out.mp4", options=options)
    left, top, width, height = report.window
    assert (report.width, report.height) == (width + width % 2, height + height % 2)
    assert left < 100
    assert 490 < left + width < 700
    assert top < 160
    assert report.faceless_frames == ()
    part = run(walk, spoken, tmp_path / "part.mp4", options=replace(options, video_span=Span(0.0, 1.0)))
    assert part.window[2] < width - 100, "for what of the video is shown"
    assert part.frames == 25


def test_a_video_in_a_shape_has_a_face_in_every_frame(walk, spoken, tmp_path):
    options = replace(STILL, shape="9:16", max_side=640, voice_span=SPAN)
    report = run(walk, spoken, tmp_path / "out.mp4", options=options)
    assert (report.width, report.height, report.faceless_frames) == (360, 640, ())
    image = first_frame(tmp_path / "out.mp4")
    assert image[:200].mean() > 30, "no black bars"
    (face,) = faces_of_still(image, load(options).detector)
    assert face.box[1] > 230, "the picture is in the middle"


def test_nobody_to_cut_out_is_said(tmp_path, spoken):
    clip = write_video(tmp_path / "empty.mp4", [np.full((240, 320, 3), 90, np.uint8)] * 5)
    with pytest.raises(NoFaceError, match=r"face largest was not found .*Show the whole picture"):
        run(clip, spoken, tmp_path / "out.mp4", options=replace(STILL, part="head"))
    assert not (tmp_path / "out.mp4").exists()


# --- stretches -------------------------------------------------------------------------------------------------------


def test_a_stretch_of_the_voice_is_spoken_and_heard(walk, spoken, tmp_path):
    report = run(walk, spoken, tmp_path / "out.mkv", options=replace(STILL, voice_span=SPAN, max_side=320))
    assert report.frames == 10
    made, whole = load_speech(tmp_path / "out.mkv"), load_speech(spoken)
    assert made.samples == round(0.4 * 48_000)
    assert np.corrcoef(made.wave, whole.wave[8000:14400])[0, 1] > 0.99


def test_stretches_of_several_voices_are_refused(walk, spoken, tmp_path):
    with pytest.raises(InputError, match="2 voices and a part of the voice"):
        run(walk, {0: spoken, 1: spoken}, tmp_path / "out.mp4", options=replace(STILL, voice_span=SPAN))
    with pytest.raises(InputError, match="Both the first 2 s of the voice and a part"):
        Order("woman", "english", seconds=2.0, options=replace(STILL, voice_span=SPAN))


def test_a_real_portrait_in_a_story(tmp_path):
    options = replace(STILL, shape="9:16", part="head", max_side=960, voice_span=Span(0, 3))
    made = make_video(Order("woman", "english", options=options), tmp_path / "out.mp4")
    assert (made.run.width, made.run.height) == (540, 960)
    assert made.sync.verdict == "in sync"
    assert look(samples.find("woman", "face"), options).framing.continued


# --- the command line ------------------------------------------------------------------------------------------------


def test_shape_part_and_stretches_on_the_command_line(capfd, walk, spoken, tmp_path):
    times = {"--voice-from": "0:00.5", "--voice-to": "1.1", "--video-from": "0:01", "--video-to": "2"}
    options = {"--shape": "1:1", "--part": "100,100,400,300", "--max-side": 200, **times}
    outcome = quick_runs.lipsync(
        capfd, "run", walk, spoken, "-o", tmp_path / "out.mp4", "--json", *(x for pair in options.items() for x in pair)
    )
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["width"], report["height"], report["frames"]) == (200, 200, 15)
    assert (report["window"], report["scale"]) == ([100, 100, 400, 300], 0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--voice-from", "soon"], "--voice-from received 'soon'; a time in seconds or as m:ss is needed"),
        (["--video-to", "1:xx"], "--video-to received '1:xx'"),
        (["--voice-from", "3", "--voice-to", "0:02"], "A part from 3 to 2 s was asked for"),
        (["--voice-from", "2.5"], "lasts 2.00 s, but a part from 2.5 s on was asked for"),
        (["--video-from", "9"], "lasts 2.00 s, but a part from 9 s on was asked for"),
        (["--part", "0,0,4000,300"], "reaches beyond"),
        (["--part", "0,0,40"], "The part (0, 0, 40) was asked for"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left(capfd, walk, spoken, tmp_path, options, message):
    outcome = quick_runs.lipsync(capfd, "run", walk, spoken, "-o", tmp_path / "out.mp4", *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == []
