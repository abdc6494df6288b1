"""A face and a voice in, a speaking face out: measured on the files that come out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import quick_runs
from PIL import Image
from synthetic_faces import SyntheticFace, draw, moving
from synthetic_media import set_rotation, voice, write_sound, write_video

import lipsync_utils
from lipsync_utils import FaceOptions, MotionOptions, RunOptions, run
from lipsync_utils.choices import ENGINES
from lipsync_utils.errors import InputError, LipSyncError
from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.media import SoundReader, Source, read_metadata, write_picture
from lipsync_utils.options import Wav2LipOptions, WriteOptions, exact_rate
from lipsync_utils.pipeline import Listener, load
from lipsync_utils.planning import make_plan
from lipsync_utils.records import RunReport, Speech

FACE = SyntheticFace(x=128, y=115, width=120)
SIZE = (256, 256)
RATE = 24_000
VOICE_S = 1.2371  # no whole number of frames at any rate, nor of AAC blocks
STILL = RunOptions(motion=MotionOptions(style="still"))


@pytest.fixture(scope="module", autouse=True)
def models_loaded_once() -> Iterator[None]:
    """Loading them is tested with the command line."""
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """With spaces and Arabic letters in its name, as all paths here."""
    path = tmp_path_factory.mktemp("run") / "my videos" / "مقاطع الفيديو"
    path.mkdir(parents=True)
    return path


@pytest.fixture(scope="module")
def picture(folder) -> Path:
    write_picture(folder / "a face وجه.png", draw(FACE, size=SIZE))
    return folder / "a face وجه.png"


@pytest.fixture(scope="module")
def sound(folder) -> Path:
    return write_sound(folder / "a voice صوت.wav", voice(VOICE_S, rate=RATE), rate=RATE)


@pytest.fixture(scope="module")
def short_sound(folder) -> Path:
    return write_sound(folder / "short.wav", voice(0.41, rate=16_000), rate=16_000)


@pytest.fixture(scope="module")
def spoken(folder, picture, sound) -> RunReport:
    """The run that most tests look at: a picture, lips only."""
    return run(picture, sound, folder / "speaking متكلم.mp4", options=STILL)


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


# --- reading the result ----------------------------------------------------------------------------------------------


def decoded(path: str | Path) -> tuple[np.ndarray, list[Fraction]]:
    """All frames of a video ``(n, H, W, 3) uint8`` and the times at which they are shown."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        images = [frame.reformat(format="rgb24", src_colorspace=5, dst_colorspace=5).to_ndarray() for frame in frames]
        return np.stack(images), [frame.pts * frame.time_base for frame in frames]


def heard(path: str | Path) -> tuple[np.ndarray, int]:
    with SoundReader(path) as reader:
        return np.concatenate(list(reader.blocks()), axis=1).mean(0), reader.rate


def lag_of(sound: np.ndarray, original: np.ndarray) -> int:
    """By how many samples ``sound`` comes after ``original``."""
    n = len(original)
    spectrum = np.fft.rfft(sound, 2 * n) * np.conj(np.fft.rfft(original, 2 * n))
    lag = int(np.fft.irfft(spectrum, 2 * n).argmax())
    return lag - 2 * n if lag > n else lag


def lip_gaps(images: np.ndarray, detector: BlazeMeshDetector) -> np.ndarray:
    """Distance between the inner lips in the middle of the mouth, as a part of the mouth's width, frame by frame."""
    upper, lower = topology.INNER_LIP_UPPER[5], topology.INNER_LIP_LOWER[5]
    gaps = []
    for image in images:
        points = detector.detect(image)[0].points[:, :2]
        gaps.append(np.linalg.norm(points[lower] - points[upper]) / np.linalg.norm(points[61] - points[291]))
    return np.array(gaps)


def difference(image: np.ndarray, other: np.ndarray) -> np.ndarray:
    """``(H, W)`` largest difference of the three channels, without what compression does to single pixels."""
    import cv2

    error = np.abs(image.astype(np.float32) - other.astype(np.float32)).max(2)
    return cv2.blur(error, (5, 5))


def check_timing(report: RunReport, samples: int, rate: int, fps: Fraction) -> None:
    """Number of frames, even spacing, and an end within one frame of the sound's."""
    images, times = decoded(report.output)
    assert report.frames == len(images) == math.ceil(Fraction(samples, rate) * fps)
    assert report.fps == pytest.approx(float(fps))
    assert times[0] == 0
    np.testing.assert_allclose(np.diff(np.array(times, float)), 1 / float(fps), atol=1e-4)
    sound, out_rate = heard(report.output)
    assert len(sound) == round(samples * out_rate / rate)
    end_of_video = times[-1] + 1 / fps
    assert -1e-6 <= float(end_of_video - Fraction(samples, rate)) <= float(1 / fps) + 1e-6


# --- one picture, one voice ------------------------------------------------------------------------------------------


def test_the_output_is_complete_and_alone(spoken, folder):
    assert Path(spoken.output) == folder / "speaking متكلم.mp4"
    assert not list(folder.glob(".*")), "no temporary file is left"
    images, _ = decoded(spoken.output)
    assert images.shape[1:] == (*SIZE[::-1], 3)


def test_the_report_tells_what_was_done(spoken):
    assert (spoken.engine, spoken.frames, spoken.fps, spoken.width, spoken.height) == ("rig", 31, 25, *SIZE)
    assert spoken.engine_reason.startswith("auto: rig")
    assert spoken.duration_s == pytest.approx(VOICE_S, abs=1 / RATE)
    assert 0 < spoken.first_frame_s < spoken.wall_s
    assert spoken.frames_per_second == pytest.approx(31 / spoken.wall_s)
    assert spoken.peak_rss_mb is None or 100 < spoken.peak_rss_mb < 4000
    assert spoken.faceless_frames == spoken.warnings == ()
    assert set(spoken.models) == {"speech", "rig"}


def test_the_file_says_what_it_is(spoken):
    tags = read_metadata(spoken.output)
    assert f"lip motion generated by AI Lip Sync {lipsync_utils.__version__}" in tags["comment"]
    assert "Synthetic video" in tags["comment"]
    assert "did not speak these words" in tags["description"]
    assert tags["lipsync_engine"] == "rig"
    assert all(version in tags["lipsync_models"] for version in spoken.models.values())


def test_the_voice_is_kept_to_the_sample(spoken, sound):
    out, rate = heard(spoken.output)
    original, _ = heard(sound)
    assert rate == RATE
    assert len(out) == len(original)
    assert lag_of(out, original) == 0
    assert np.corrcoef(out, original)[0, 1] > 0.99


def test_the_mouth_moves_with_the_voice(spoken, detector):
    gaps = lip_gaps(decoded(spoken.output)[0], detector)
    assert gaps.max() - gaps.min() > 0.08


def test_lips_only_leaves_everything_else_alone(spoken, picture, detector):
    images, _ = decoded(spoken.output)
    source = np.asarray(Image.open(picture))
    left, top, right, bottom = detector.detect(source)[0].box
    margin = 0.15 * (right - left)
    outside = np.ones(source.shape[:2], bool)
    outside[int(top + 0.15 * (bottom - top)) : int(bottom + margin), int(left - margin) : int(right + margin)] = False
    for image in images:
        assert difference(image, source)[outside].max() < 8
    moved = np.max([difference(image, source) for image in images], axis=0)
    assert moved[~outside].max() > 40, "and something did move"


def test_silence_keeps_the_mouth_shut(folder, picture, detector):
    silence = write_sound(folder / "silence.wav", np.zeros(10_000), rate=16_000)
    report = run(picture, silence, folder / "silent.mp4", options=STILL)
    images, _ = decoded(report.output)
    source = np.asarray(Image.open(picture))
    before = lip_gaps(source[None], detector)[0]
    assert lip_gaps(images, detector).max() < before + 0.02
    assert max(difference(image, source).max() for image in images) < 12


def test_noise_is_no_voice(folder, picture, detector):
    noise = 0.003 * np.random.default_rng(0).standard_normal(10_000)
    report = run(picture, write_sound(folder / "noise.wav", noise), folder / "noise.mp4", options=STILL)
    images, _ = decoded(report.output)
    before = lip_gaps(np.asarray(Image.open(picture))[None], detector)[0]
    assert lip_gaps(images, detector).max() < before + 0.02


# --- natural motion --------------------------------------------------------------------------------------------------


def test_the_seed_decides_on_every_pixel(folder, picture, sound):
    seeds = {"one": 5, "again": 5, "other": 6}
    frames = {}
    for name, seed in seeds.items():
        options = RunOptions(motion=MotionOptions(seed=seed))
        frames[name], _ = decoded(run(picture, sound, folder / f"{name}.mp4", options=options).output)
    np.testing.assert_array_equal(frames["one"], frames["again"])
    assert difference(frames["one"][-1], frames["other"][-1]).max() > 10
    source = np.asarray(Image.open(picture))
    assert difference(frames["one"][0], source)[:100].max() < 12, "it begins with the picture as it is"
    assert difference(frames["one"][-1], source)[:100].max() > 10, "and the head has moved at the end"


# --- rates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(12)])
def test_frames_cover_the_voice(folder, picture, short_sound, fps):
    report = run(picture, short_sound, folder / f"rate {float(fps):.2f}.mp4", options=replace(STILL, fps=fps))
    check_timing(report, round(0.41 * 16_000), 16_000, fps)


@pytest.mark.parametrize(
    ("given", "meant"), [(30, Fraction(30)), (29.97, Fraction(30000, 1001)), (12.5, Fraction(25, 2))]
)
def test_plain_numbers_are_rates(folder, picture, short_sound, given, meant):
    report = run(picture, short_sound, folder / "plain.mp4", options=replace(STILL, fps=given, preview=True))
    check_timing(report, round(0.41 * 16_000), 16_000, meant)


def test_a_video_of_variable_frame_rate(folder, short_sound):
    """Shown at 30 frames a second at first, then at 15: the face's place tells which source frame is shown."""
    ticks = [*range(0, 8, 1), *range(8, 40, 2)]  # thirtieths of a second
    path = folder / "variable.mp4"
    frames = [draw(replace(FACE, x=110.0 + ticks[i]), size=SIZE) for i in range(len(ticks))]
    write_video(path, frames, fps=30, timestamps=lambda i: ticks[i] * 512, time_base=Fraction(1, 30 * 512))
    report = run(path, short_sound, folder / "variable out.mp4")
    fps = exact_rate(report.fps)
    check_timing(report, round(0.41 * 16_000), 16_000, fps)
    images, times = decoded(report.output)
    for image, time in zip(images, times, strict=True):
        shown = max(tick for tick in ticks if tick <= float(time) * 30 + 1e-6)
        wanted = draw(replace(FACE, x=110.0 + shown), size=SIZE)
        assert difference(image[:100], wanted[:100]).max() < 20, f"at {float(time):.3f} s"


# --- videos ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def video(folder) -> Path:
    """Two seconds of a face that wanders and moves its lips."""
    faces = moving(FACE, 50, x=(118.0, 138.0), mouth=(0.0, 0.4))
    return write_video(folder / "face.mp4", (draw(face, size=SIZE) for face in faces))


def test_a_video_longer_than_the_voice_is_cut(folder, video, sound):
    report = run(video, sound, folder / "cut.mp4")
    check_timing(report, round(VOICE_S * RATE), RATE, Fraction(25))
    assert report.warnings == ()
    images, _ = decoded(report.output)
    originals, _ = decoded(video)
    for image, original in zip(images, originals, strict=False):
        assert difference(image[:100], original[:100]).max() < 14, "hair and eyes stay as they are"


def test_articulation_moves_the_mouth_of_a_video(folder, video, sound, detector):
    gaps = []
    for articulation in (0.5, 1.5):
        options = RunOptions(motion=MotionOptions(articulation=articulation))
        images, _ = decoded(run(video, sound, folder / f"clear {articulation}.mp4", options=options).output)
        gaps.append(lip_gaps(images, detector).max())
    assert gaps[1] > 1.5 * gaps[0]


def test_a_video_shorter_than_the_voice_is_repeated(folder, sound):
    faces = list(moving(FACE, 10, x=(112.0, 144.0)))
    path = write_video(folder / "brief.mp4", (draw(face, size=SIZE) for face in faces))
    report = run(path, sound, folder / "repeated.mp4")
    check_timing(report, round(VOICE_S * RATE), RATE, Fraction(25))
    assert "lasts 0.4 s, the voice 1.2 s: the video is repeated" in report.warnings[0]
    images, _ = decoded(report.output)
    for index, image in enumerate(images):
        assert difference(image[:100], draw(faces[index % 10], size=SIZE)[:100]).max() < 16, f"frame {index}"


def test_frames_without_a_face_pass_through_and_are_listed(folder, short_sound):
    blank = draw(size=SIZE)
    frames = [blank if 4 <= index < 8 else draw(FACE, size=SIZE) for index in range(11)]
    path = write_video(folder / "gone.mp4", frames)
    report = run(path, short_sound, folder / "gone out.mp4")
    assert report.faceless_frames == (4, 5, 6, 7)
    images, _ = decoded(report.output)
    for index in report.faceless_frames:
        assert difference(images[index], blank).max() < 6
    assert report.frames == len(images) == 11


def test_a_video_of_a_phone_held_upright(folder, short_sound, detector):
    upright = draw(replace(FACE, x=120), size=(240, 320))
    path = write_video(folder / "phone.mp4", [np.ascontiguousarray(np.rot90(upright))] * 12)
    set_rotation(path, 90)
    report = run(path, short_sound, folder / "phone out.mp4")
    assert (report.width, report.height) == (240, 320)
    assert report.faceless_frames == ()
    images, _ = decoded(report.output)
    assert difference(images[0][:100], upright[:100]).max() < 14
    assert len(detector.detect(images[-1])) == 1


def test_a_video_with_sound_is_a_voice(folder, picture, sound):
    path = write_video(folder / "talk.mp4", [draw(size=SIZE)] * 31, sound=voice(VOICE_S, rate=RATE), rate=RATE)
    report = run(picture, path, folder / "from video.mp4", options=STILL)
    original, _ = heard(path)
    out, _ = heard(report.output)
    assert len(out) == len(original)
    assert lag_of(out, original) == 0


# --- pictures of all kinds -------------------------------------------------------------------------------------------


def _grey(image: Image.Image, path: Path) -> None:
    image.convert("L").save(path.with_suffix(".png"))


def _transparent(image: Image.Image, path: Path) -> None:
    image.putalpha(255)
    image.save(path.with_suffix(".png"))


def _turned(image: Image.Image, path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by the viewer
    image.rotate(90, expand=True).save(path.with_suffix(".jpg"), quality=95, exif=exif)


@pytest.mark.parametrize("save", [_grey, _transparent, _turned])
def test_pictures_of_all_kinds(folder, short_sound, save):
    shown = Image.fromarray(draw(replace(FACE, x=110), size=(220, 260)))
    path = folder / save.__name__
    save(shown.copy(), path)
    report = run(next(folder.glob(f"{save.__name__}.[pj]*")), short_sound, path.with_suffix(".mp4"), options=STILL)
    assert (report.width, report.height) == shown.size
    images, _ = decoded(report.output)
    wanted = np.asarray(shown.convert("L").convert("RGB") if save is _grey else shown)
    assert difference(images[0][:100], wanted[:100]).max() < 10


def test_odd_sizes_gain_a_pixel(folder, short_sound):
    image = draw(FACE, size=(255, 257))
    write_picture(folder / "odd.png", image)
    report = run(folder / "odd.png", short_sound, folder / "odd.mp4", options=STILL)
    images, _ = decoded(report.output)
    assert (report.width, report.height) == images.shape[2:0:-1] == (256, 258)
    assert difference(images[0][:100, :255], image[:100]).max() < 8


@pytest.mark.parametrize("ending", [".mkv", ".mov", ".m4v"])
def test_other_containers(folder, picture, short_sound, ending):
    report = run(picture, short_sound, folder / f"other{ending}", options=replace(STILL, preview=True))
    check_timing(report, round(0.41 * 16_000), 16_000, Fraction(25))
    assert "Synthetic" in next(value for key, value in read_metadata(report.output).items() if key.lower() == "comment")


def test_a_huge_picture_is_reduced(folder, short_sound):
    image = np.full((300, 4300, 3), (96, 120, 132), np.uint8)
    image[:, 2000:2256] = draw(FACE, size=(256, 300))
    write_picture(folder / "huge.png", image)
    report = run(folder / "huge.png", short_sound, folder / "huge.mp4", options=replace(STILL, fps=5))
    assert (report.width, report.height) == (4096, 286)
    assert "4300x300" in report.warnings[0]
    assert "4096" in report.warnings[0]


# --- previews, several faces -----------------------------------------------------------------------------------------


TWO = (SyntheticFace(x=110, y=130, width=110), SyntheticFace(x=370, y=140, width=140))


@pytest.fixture(scope="module")
def couple(folder) -> Path:
    write_picture(folder / "two.png", draw(*TWO, size=(512, 300)))
    return folder / "two.png"


def speaker(report: RunReport, picture: Path) -> str:
    """On which side of the picture a mouth moves."""
    images, _ = decoded(report.output)
    source = Image.open(picture).resize(images.shape[2:0:-1], Image.Resampling.BOX)
    change = np.max([difference(image, np.asarray(source))[images.shape[1] // 2 :] for image in images], axis=0)
    middle = change.shape[1] // 2
    sides = change[:, :middle].max(), change[:, middle:].max()
    assert min(sides) < 15
    assert max(sides) > 25
    return "left" if sides[0] > sides[1] else "right"


@pytest.mark.parametrize(
    ("choose", "who", "preview"),
    [
        ("largest", "right", False),
        (0, "left", False),
        (1, "right", True),
        ((100, 120), "left", False),
        ((200, 130), "left", True),  # in the preview's own pixels it would be the other one
        ((300.0, 200.0), "right", True),
    ],
    ids=str,
)
def test_the_chosen_face_speaks(folder, couple, short_sound, choose, who, preview):
    """A point is meant in the pixels of the source, also where the output is smaller."""
    options = replace(STILL, face=FaceOptions(choose=choose), preview=preview, write=WriteOptions(crf=12))
    report = run(couple, short_sound, folder / "two.mp4", options=options)
    assert speaker(report, couple) == who


def test_the_chosen_face_of_a_video(folder, couple, short_sound):
    path = write_video(folder / "two video.mp4", [np.asarray(Image.open(couple))] * 11)
    report = run(path, short_sound, folder / "two out.mp4", options=RunOptions(face=FaceOptions(choose=0)))
    assert report.faceless_frames == ()
    assert speaker(report, couple) == "left"


def test_a_preview_is_half_as_large(folder, picture, sound, spoken):
    report = run(picture, sound, folder / "preview.mp4", options=replace(STILL, preview=True))
    assert (report.width, report.height, report.frames) == (128, 128, 31)
    assert Path(report.output).stat().st_size < Path(spoken.output).stat().st_size
    out, _ = heard(report.output)
    assert len(out) == len(heard(sound)[0])


def test_a_face_that_is_just_large_enough_has_a_preview_too(folder, short_sound):
    write_picture(folder / "small.png", draw(SyntheticFace(x=128, y=115, width=62), size=SIZE))
    report = run(folder / "small.png", short_sound, folder / "small.mp4", options=replace(STILL, preview=True))
    assert report.width == 128


# --- progress, inputs ------------------------------------------------------------------------------------------------


class Notebook:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.messages, self.steps = [], []

    def message(self, text: str) -> None:
        self.messages.append(text)

    def step(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))


def test_the_listener_hears_of_every_frame(folder, picture, short_sound):
    notebook = Notebook()
    run(picture, short_sound, folder / "heard.mp4", options=replace(STILL, preview=True), listener=notebook)
    assert notebook.messages == ["Engine auto: rig, the engine whose models are part of the package."]
    assert notebook.steps == [("frames", done, 11) for done in range(1, 12)]


def test_an_old_output_is_replaced_and_the_inputs_stay(folder, picture, short_sound):
    inputs = picture.read_bytes(), short_sound.read_bytes()
    (folder / "old.mp4").write_bytes(b"old")
    run(picture, short_sound, folder / "old.mp4", options=replace(STILL, preview=True))
    assert (folder / "old.mp4").stat().st_size > 1000
    assert (picture.read_bytes(), short_sound.read_bytes()) == inputs


# --- kept models, and runs that are ended ---------------------------------------------------------------------------


class Counting(BlazeMeshDetector):
    """Counts its uses."""

    used = 0

    def detect(self, image, **how):
        self.used += 1
        return super().detect(image, **how)


def test_models_that_are_loaded_once_serve_several_runs(picture, sound, folder):
    detector = Counting()
    kept = replace(load(STILL), detector=detector)
    reports = [run(picture, sound, folder / f"kept {n}.mp4", options=STILL, loaded=kept) for n in range(2)]
    fresh = run(picture, sound, folder / "fresh.mp4", options=STILL)
    assert detector.used >= 2
    assert all(report.load_s < 0.01 for report in reports)
    assert len({Path(report.output).read_bytes() for report in (*reports, fresh)}) == 1, "the same video"


def test_what_is_loaded_for_auto_serves_a_run_with_that_engine(picture, sound, folder):
    kept = load(RunOptions())
    asked = replace(STILL, engine="rig", preview=True, wav2lip=Wav2LipOptions(device="cuda"))  # which it has no use for
    assert run(picture, sound, folder / "auto.mp4", options=asked, loaded=kept).engine_reason == "rig: asked for"
    back = run(picture, sound, folder / "rig.mp4", options=replace(STILL, preview=True), loaded=load(asked))
    assert back.engine_reason.startswith("auto: rig")


@pytest.mark.parametrize(
    "asked", [RunOptions(engine="wav2lip"), RunOptions(face=FaceOptions(detector="face-alignment"))], ids=str
)
def test_models_that_do_not_fit_the_run_are_refused(picture, sound, folder, asked):
    with pytest.raises(InputError, match=r"Call load\(\) with this run's options"):
        run(picture, sound, folder / "misfit.mp4", options=asked, loaded=load(STILL))
    assert not (folder / "misfit.mp4").exists()


def test_what_a_listener_raises_ends_the_run_and_leaves_nothing(picture, sound, tmp_path):
    class Enough(Exception):
        pass

    class Impatient(Listener):
        def step(self, stage, done, total):
            if done == 3:
                raise Enough

    with pytest.raises(Enough):
        run(picture, sound, tmp_path / "ended.mp4", options=STILL, listener=Impatient())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("longest", "size"), [(128, (128, 96)), (4096, (256, 192))])
def test_the_longest_side_is_bounded(sound, folder, longest, size):
    write_picture(folder / "wide.png", draw(replace(FACE, y=90), size=(256, 192)))
    options = replace(STILL, max_side=longest)
    report = run(folder / "wide.png", sound, folder / f"at most {longest}.mp4", options=options)
    assert (report.width, report.height) == size
    assert report.warnings == (), "what was asked for is no surprise"


# --- engines ---------------------------------------------------------------------------------------------------------


class Slate:
    """An engine that shows what it is given, and may lose or add a frame.

    Args:
        too_many: frames more than there should be.
    """

    name, usual_speed = "slate", (1, 2)

    def __init__(self, *, too_many: int = 0) -> None:
        self.models, self._too_many = {"chalk": "1"}, too_many

    @staticmethod
    def load_key(options: RunOptions) -> object:
        return options.motion

    def for_picture(self, tracked, task):
        assert tracked.face is not None
        return itertools.repeat(tracked.frame.image, task.timeline.frames + self._too_many)

    def for_video(self, tracked, task):
        images = [one.frame.image for one in tracked]
        yield from (images + images)[: len(images) + self._too_many]


@pytest.fixture
def slate(monkeypatch) -> RunOptions:
    """Options that ask for it; one line has made it known."""
    monkeypatch.setitem(ENGINES, "slate", lambda options: Slate())
    return RunOptions(engine="slate")


def test_a_new_engine_is_a_class_and_a_line(slate, folder, picture, video, short_sound):
    report = run(picture, short_sound, folder / "slate.mp4", options=slate)
    assert (report.engine, report.engine_reason, report.models) == ("slate", "slate: asked for", {"chalk": "1"})
    images, _ = decoded(report.output)
    assert len(images) == report.frames == 11, "a picture, which is tracked once, gives as many as the voice needs"
    assert difference(images[-1], np.asarray(Image.open(picture))).max() < 8
    images, _ = decoded(run(video, short_sound, folder / "slate video.mp4", options=slate).output)
    for image, original in zip(images, decoded(video)[0], strict=False):
        assert difference(image, original).max() < 14
    assert len(images) == 11


@pytest.mark.parametrize(("too_many", "said"), [(-1, "10 of"), (-11, "0 of"), (1, "more than")])
@pytest.mark.parametrize("kind", ["picture", "video"])
def test_an_engine_that_cannot_count_is_named(slate, monkeypatch, request, tmp_path, short_sound, kind, too_many, said):
    monkeypatch.setitem(ENGINES, "slate", lambda options: Slate(too_many=too_many))
    with pytest.raises(LipSyncError, match=f"The engine 'slate' gave {said} the 11 frames of the timeline"):
        run(request.getfixturevalue(kind), short_sound, tmp_path / "out.mp4", options=slate)
    assert list(tmp_path.iterdir()) == []


def test_an_engine_says_itself_what_decides_about_its_loading(slate, folder, picture, short_sound):
    kept = load(slate)
    kept.check(replace(slate, fps=12, wav2lip=Wav2LipOptions(enhancer="sharpen")))
    with pytest.raises(InputError, match=r"Call load\(\) with this run's options"):
        kept.check(replace(slate, motion=MotionOptions(seed=1)))


# --- before anything slow --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["face", "voice", "folder", "fit"])
def test_inputs_are_checked_before_anything_is_loaded(monkeypatch, tmp_path, picture, sound, missing):
    """Loading may fetch hundreds of megabytes; nobody should wait for them to learn of a wrong name."""
    kept = load(RunOptions()) if missing == "fit" else None
    monkeypatch.setitem(ENGINES, "wav2lip", lambda options: pytest.fail("the weights were fetched"))
    face = tmp_path / "nobody.png" if missing == "face" else picture
    voice_file = tmp_path / "silence.wav" if missing == "voice" else sound
    out = tmp_path / ("nowhere/out.mp4" if missing == "folder" else "out.mp4")
    words = {"face": "face file", "voice": "voice file", "folder": "does not exist. Create it", "fit": "Call load"}
    with pytest.raises(LipSyncError, match=words[missing]):
        run(face, voice_file, out, options=RunOptions(engine="wav2lip"), loaded=kept)


HOUR = Speech(np.zeros(16_000, np.float32), 3600 * 8000, 8000, 1, "voice.wav")
TEN_SECONDS = Source("face.mp4", is_picture=False, width=256, height=256, fps=Fraction(25), duration_s=10.0)


@pytest.mark.parametrize(
    ("when_short", "frames", "said"),
    [
        ("cut", 250, ["The video lasts 10.0 s, the voice 3600.0 s: the voice is cut off with it."]),
        ("loop", 90_000, ["The output lasts 1 h 0 min: 90000 frames, about 12 to 38 minutes", "is repeated"]),
    ],
)
def test_what_is_announced_is_what_will_be_done(when_short, frames, said):
    plan = make_plan(TEN_SECONDS, HOUR, RunOptions(when_short=when_short))
    assert plan.timeline.frames == frames
    announced = plan.announcement((40, 120))
    assert len(announced) == len(said)
    assert all(words in note for words, note in zip(said, announced, strict=True))
