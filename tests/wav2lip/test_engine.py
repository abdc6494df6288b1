"""Wav2Lip between tracked frames and the finished file, with a network that shows what it hears."""

from __future__ import annotations

import gc
import math
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from real_files import cover
from synthetic_faces import SyntheticFace, draw, moving
from synthetic_media import set_rotation, voice, write_sound, write_video

from lipsync_utils import FaceOptions, MotionOptions, RunOptions, run
from lipsync_utils.errors import NoFaceError
from lipsync_utils.media import SoundReader, write_picture
from lipsync_utils.options import exact_rate
from lipsync_utils.pipeline import Listener
from lipsync_utils.records import RunReport
from lipsync_utils.wav2lip import engine as engine_module
from lipsync_utils.wav2lip.mel import WINDOW_CENTRE_S

FACE = SyntheticFace(x=128, y=115, width=120)
SIZE = (256, 256)
STILL = RunOptions(engine="wav2lip", motion=MotionOptions(style="still"))
pytestmark = pytest.mark.usefixtures("mouth")


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound") / "voice صوت.wav", voice(0.41))


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "face وجه.png"
    write_picture(path, draw(FACE, size=SIZE))
    return path


@pytest.fixture
def always_speaking(monkeypatch) -> None:
    """Sounds that are no voice are heard all the same."""
    monkeypatch.setattr(engine_module, "rest_gate", np.ones_like)


def decoded(path: str | Path) -> np.ndarray:
    """All frames ``(n, H, W, 3) uint8``."""
    with av.open(str(path)) as container:
        frames = container.decode(container.streams.video[0])
        return np.stack([f.reformat(format="rgb24", src_colorspace=5, dst_colorspace=5).to_ndarray() for f in frames])


def check_length(report: RunReport, seconds: float) -> np.ndarray:
    """As many frames as the sound needs, none dropped; returns them."""
    images = decoded(report.output)
    fps = exact_rate(report.fps)
    assert report.frames == len(images) == math.ceil(Fraction(round(seconds * 16_000), 16_000) * fps)
    with SoundReader(report.output) as reader:
        assert sum(block.shape[1] for block in reader.blocks()) == round(seconds * reader.rate)
    return images


def difference(image: np.ndarray, other: np.ndarray) -> np.ndarray:
    """``(H, W)`` largest difference of the three channels, without what compression does to single pixels."""
    return cv2.blur(np.abs(image.astype(np.float32) - other.astype(np.float32)).max(2), (5, 5))


def darkness(images: np.ndarray, face: SyntheticFace = FACE) -> np.ndarray:
    """How dark the mouth is in each frame, as the sum over its surroundings."""
    x, y, half = int(face.x), int(face.y + 0.42 * face.width), int(0.3 * face.width)
    region = images[:, y - half // 2 : y + half // 2 + 10, x - half : x + half].astype(np.float32).mean(3)
    return np.clip(60 - region, 0, None).sum((1, 2))


# --- a picture -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30_000, 1001), Fraction(30), Fraction(60)])
def test_frames_cover_the_voice(tmp_path, picture, sound, fps):
    report = run(picture, sound, tmp_path / "out.mp4", options=replace(STILL, fps=fps))
    check_length(report, 0.41)
    assert (report.engine, report.engine_reason) == ("wav2lip", "wav2lip: asked for")
    assert report.models["generator"] == "stand-in"


def test_a_still_face_is_encoded_once_and_the_rest_is_left_alone(tmp_path, picture, sound, mouth, always_speaking):
    report = run(picture, sound, tmp_path / "out.mp4", options=STILL)
    images = check_length(report, 0.41)
    assert (mouth.encoded, mouth.spoken) == (1, len(images))
    source = draw(FACE, size=SIZE)
    changed = np.max([difference(image, source) for image in images], axis=0)
    nose = int(FACE.y + 0.18 * FACE.width)
    assert changed[: nose - 5].max() < 12, "nose and everything above"
    assert changed[:, : int(FACE.x - 0.5 * FACE.width)].max() < 10, "beside the face"
    assert changed.max() > 40, "and the mouth did move"


def test_silence_is_not_even_computed(tmp_path, picture, mouth):
    silence = write_sound(tmp_path / "silence.wav", np.zeros(8000))
    images = check_length(run(picture, silence, tmp_path / "out.mp4", options=STILL), 0.5)
    assert mouth.spoken == 0
    assert np.abs(images.astype(int) - images[0]).max() < 12
    assert np.abs(images[0].astype(int) - draw(FACE, size=SIZE)).mean() < 2


def test_lips_rest_in_a_pause(tmp_path, picture):
    """Noise in the pause is loud enough for the network to chatter, if it were asked."""
    noise = 0.01 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    noise[:8000] += voice(0.5)
    images = decoded(run(picture, write_sound(tmp_path / "s.wav", noise), tmp_path / "out.mp4", options=STILL).output)
    dark = darkness(images)
    assert dark[17:].max() < 0.1 * dark[:10].max() + darkness(draw(FACE, size=SIZE)[None])[0]


def test_offset_between_what_is_heard_and_what_is_shown(tmp_path, picture, always_speaking):
    """Measured on the file: bursts of sound at known times, each between two frames in another way."""
    times = np.array([0.5, 1.013, 1.524, 2.036])
    wave = np.zeros(40_000, np.float32)
    clock = np.arange(len(wave)) / 16_000
    for time in times:
        burst = np.exp(-0.5 * ((clock - time) / 0.03) ** 2)
        wave += (0.5 * burst * np.random.default_rng(1).standard_normal(len(wave))).astype(np.float32)
    report = run(picture, write_sound(tmp_path / "bursts.wav", wave), tmp_path / "out.mp4", options=STILL)
    dark = darkness(decoded(report.output))
    dark = np.clip(dark - np.median(dark) - 0.2 * dark.max(), 0, None)
    shown = np.arange(len(dark)) / 25
    offsets = []
    for time in times:
        near = np.abs(shown - time + WINDOW_CENTRE_S) < 0.2
        offsets.append((shown[near] * dark[near]).sum() / dark[near].sum() - time)
    assert np.mean(offsets) == pytest.approx(-WINDOW_CENTRE_S, abs=0.02), "less than half a frame"


def test_the_mouth_goes_with_the_head(tmp_path, picture, mouth, always_speaking):
    """On a moving head the network still sees the picture once, and the mouth is where the head has taken it."""
    options = RunOptions(engine="wav2lip", motion=MotionOptions(seed=3))
    tone = write_sound(tmp_path / "s.wav", 0.3 * np.random.default_rng(0).standard_normal(48_000))
    images = check_length(run(picture, tone, tmp_path / "out.mp4", options=options), 3.0)
    assert (mouth.encoded, mouth.spoken) == (1, 75)
    still = check_length(run(picture, tone, tmp_path / "still.mp4", options=STILL), 3.0)
    centres, paths = [], {}
    for name, frames in (("moving", images), ("still", still)):
        y, x = np.mgrid[: SIZE[1], : SIZE[0]]
        region = (np.abs(x - FACE.x) < 45) & (np.abs(y - FACE.y - 0.42 * FACE.width) < 30)
        weight = np.clip(60 - frames.astype(np.float32).mean(3), 0, None) * region
        paths[name] = np.stack([(weight * axis).sum((1, 2)) / weight.sum((1, 2)) for axis in (x, y)], 1)
        centres.append(np.ptp(paths[name], axis=0).max())
    assert centres[0] > 1.5, "it moves"
    assert centres[1] < 1.0, "because of the head"
    steps = np.linalg.norm(np.diff(paths["moving"], axis=0), axis=1)
    assert steps.max() < 1.5, "smoothly"


# --- videos ----------------------------------------------------------------------------------------------------------


def video(path: Path, faces: list[list[SyntheticFace]], *, size: tuple[int, int] = SIZE, **more) -> Path:
    return write_video(path, (draw(*frame, size=size) for frame in faces), **more)


def test_one_face(tmp_path, sound, mouth):
    path = video(tmp_path / "face.mp4", [[face] for face in moving(FACE, 11, x=(118.0, 138.0))])
    report = run(path, sound, tmp_path / "out.mp4", options=STILL)
    check_length(report, 0.41)
    assert report.faceless_frames == ()
    assert mouth.encoded == mouth.spoken == 11


def test_no_face(tmp_path, sound):
    path = video(tmp_path / "nobody.mp4", [[]] * 5)
    with pytest.raises(NoFaceError, match="No face was found in any of the"):
        run(path, sound, tmp_path / "out.mp4", options=STILL)
    assert [p.name for p in tmp_path.iterdir()] == ["nobody.mp4"]


@pytest.mark.parametrize("choice", [0, 2, (256, 110)])
def test_three_faces(tmp_path, sound, choice, always_speaking):
    faces = [replace(FACE, x=x, y=115, width=90) for x in (80, 256, 432)]
    path = video(tmp_path / "three.mp4", [faces] * 11, size=(512, 256))
    options = replace(STILL, face=FaceOptions(choose=choice))
    images = check_length(run(path, sound, tmp_path / "out.mp4", options=options), 0.41)
    source = draw(*faces, size=(512, 256))
    changed = np.max([difference(image, source) for image in images], axis=(0, 1))
    wanted = 1 if isinstance(choice, tuple) else choice
    for number, face in enumerate(faces):
        column = changed[int(face.x) - 40 : int(face.x) + 40].max()
        assert (column > 30) if number == wanted else (column < 12)


def test_a_face_that_leaves_and_returns(tmp_path, sound):
    faces = [[] if 4 <= index < 8 else [FACE] for index in range(11)]
    report = run(video(tmp_path / "gone.mp4", faces), sound, tmp_path / "out.mp4", options=STILL)
    assert report.faceless_frames == (4, 5, 6, 7)
    images = check_length(report, 0.41)
    assert np.abs(images[5].astype(int) - draw(size=SIZE)).max() < 16, "as it was"


def test_what_is_before_the_mouth_is_left_alone(tmp_path, sound, always_speaking):
    """The mouth fades away before, and comes back afterwards."""
    plain = draw(FACE, size=SIZE)
    images = [cover(plain, "mask", face=FACE) if 10 <= index < 16 else plain for index in range(26)]
    source = write_video(tmp_path / "mask.mp4", images)
    report = run(source, write_sound(tmp_path / "long.wav", voice(1.0)), tmp_path / "out.mp4", options=STILL)
    assert set(range(10, 16)) <= set(report.covered_frames) <= set(range(8, 18))
    changed = [
        difference(made, image).max() for made, image in zip(decoded(report.output), decoded(source), strict=False)
    ]
    assert max(changed[index] for index in report.covered_frames) < 16
    assert min(changed[:5]) > 30
    first = report.covered_frames[0]
    assert changed[first - 1] < changed[first - 3] < changed[0]


def test_thirty_frames_a_second(tmp_path, sound):
    report = run(video(tmp_path / "v.mp4", [[FACE]] * 13, fps=30), sound, tmp_path / "out.mp4", options=STILL)
    assert report.fps == 30
    check_length(report, 0.41)


def test_a_variable_frame_rate(tmp_path, sound):
    ticks = [*range(4), *range(4, 16, 2)]
    stamps = {"timestamps": lambda i: ticks[i] * 512, "time_base": Fraction(1, 30 * 512)}
    path = video(tmp_path / "v.mp4", [[FACE]] * len(ticks), fps=30, **stamps)
    check_length(run(path, sound, tmp_path / "out.mp4", options=STILL), 0.41)


def test_a_phone_held_upright(tmp_path, sound, mouth):
    upright = draw(replace(FACE, x=120), size=(240, 320))
    path = write_video(tmp_path / "phone.mp4", [np.ascontiguousarray(np.rot90(upright))] * 11)
    set_rotation(path, 90)
    report = run(path, sound, tmp_path / "out.mp4", options=STILL)
    assert (report.width, report.height) == (240, 320)
    assert mouth.encoded == 11
    check_length(report, 0.41)


@pytest.mark.parametrize("still", [True, False])
def test_odd_sizes(tmp_path, sound, still):
    image = draw(FACE, size=(253, 257))
    if still:
        write_picture(tmp_path / "face.png", image)
    else:
        write_video(tmp_path / "face.mp4", [image] * 11, pixel_format="yuv444p")
    face = tmp_path / ("face.png" if still else "face.mp4")
    report = run(face, sound, tmp_path / "out.mp4", options=STILL)
    assert (report.width, report.height) == (254, 258)
    check_length(report, 0.41)


def test_a_face_at_the_border(tmp_path, sound, always_speaking):
    """The crop reaches beyond the picture below and beside."""
    face = replace(FACE, x=70, y=178)
    path = video(tmp_path / "edge.mp4", [[face]] * 11)
    check_length(run(path, sound, tmp_path / "out.mp4", options=STILL), 0.41)


def test_one_single_frame(tmp_path, sound, mouth):
    report = run(video(tmp_path / "v.mp4", [[FACE]]), sound, tmp_path / "out.mp4", options=STILL)
    check_length(report, 0.41)
    assert mouth.encoded == report.frames


@pytest.mark.parametrize(
    ("when_short", "note"),
    [("loop", "repeated"), ("pingpong", "backwards and forwards"), ("freeze", "its last frame stays")],
)
def test_a_video_shorter_than_the_voice(tmp_path, sound, when_short, note):
    path = video(tmp_path / "v.mp4", [[face] for face in moving(FACE, 5, x=(118.0, 134.0))])
    report = run(path, sound, tmp_path / "out.mp4", options=replace(STILL, when_short=when_short))
    assert note in report.warnings[0]
    images = check_length(report, 0.41)
    order = {
        "loop": [0, 1, 2, 3, 4] * 3,
        "pingpong": [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2],
        "freeze": [0, 1, 2, 3] + [4] * 7,
    }
    xs = [face.x for face in moving(FACE, 5, x=(118.0, 134.0))]
    for image, number in zip(images, order[when_short], strict=False):
        shown = draw(replace(FACE, x=xs[number]), size=SIZE)
        assert np.abs(image[:90].astype(int) - shown[:90]).mean() < 3


def test_the_output_may_end_with_the_video(tmp_path, sound):
    path = video(tmp_path / "v.mp4", [[FACE]] * 5)
    report = run(path, sound, tmp_path / "out.mp4", options=replace(STILL, when_short="cut"))
    assert "the voice is cut off with it" in report.warnings[0]
    check_length(report, 0.2)


def test_a_video_without_sound_is_no_voice_but_a_face(tmp_path, sound):
    path = video(tmp_path / "mute.mp4", [[FACE]] * 11)
    check_length(run(path, sound, tmp_path / "out.mp4", options=STILL), 0.41)


class Impatient(Listener):
    """Presses Ctrl-C after five frames."""

    def step(self, stage: str, done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt


@pytest.mark.parametrize("still", [True, False])
def test_an_interruption_leaves_neither_a_file_nor_a_thread(tmp_path, picture, still):
    long = write_sound(tmp_path / "s.wav", voice(2.0))
    face = picture if still else video(tmp_path / "v.mp4", [[FACE]] * 50)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        run(face, long, tmp_path / "out.mp4", options=STILL, listener=Impatient())
    assert {path.name for path in tmp_path.iterdir()} == before
    gc.collect()
    assert not [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_a_long_video_goes_through_in_small_batches(tmp_path, shared_engine, mouth, monkeypatch):
    monkeypatch.setattr(engine_module, "HELD_BYTES", 3 * 256 * 256 * 1.5)
    heard = []
    speak = type(mouth).speak
    monkeypatch.setattr(
        type(mouth), "speak", lambda self, mel, faces: heard.append(len(mel)) or speak(self, mel, faces)
    )
    long = write_sound(tmp_path / "s.wav", voice(1.0))
    check_length(run(video(tmp_path / "v.mp4", [[FACE]] * 25), long, tmp_path / "out.mp4", options=STILL), 1.0)
    assert heard == [3] * 8 + [1]
