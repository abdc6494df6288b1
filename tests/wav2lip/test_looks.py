"""What a viewer would see of Wav2Lip's mouths: their colours, their grain, their sharpness, and when they show."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.choices import ENHANCERS
from lipsync_utils.engines.contract import Task
from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.motion import make_motion
from lipsync_utils.options import MotionOptions, RunOptions, Wav2LipOptions
from lipsync_utils.records import SAMPLE_RATE, Face, Frame, Speech, Timeline, TrackedFrame
from lipsync_utils.render.head import HeadWarp
from lipsync_utils.wav2lip import Wav2LipEngine, checkpoints, fast
from lipsync_utils.wav2lip import engine as engine_module
from lipsync_utils.wav2lip.blending import Grain, Patch, mouth_mask
from lipsync_utils.wav2lip.crops import face_box, with_boxes
from lipsync_utils.wav2lip.mel import SILENCE
from lipsync_utils.wav2lip.placing import paste

SIDE = 384
FRAMES = 12
TINT = (0.06, 0.0, -0.06)
"""What the stand-in adds to red, green and blue: the network's own idea of skin."""


class Copycat:
    """Stands for the generator: gives back the face that it was shown, softened and tinted; dark where it is loud."""

    dtype = torch.float32

    def __init__(self, *, tint: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        self._tint = torch.tensor(tint[::-1]).reshape(1, 3, 1, 1)  # blue first, as the network sees
        self.heard: list[np.ndarray] = []

    early, moves = 0, False

    def encode(self, faces: torch.Tensor) -> torch.Tensor:
        self.seen = faces
        return faces

    def speak(self, mel: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        self.heard.extend(mel.numpy())
        half = features[:, 3:, 48:].expand(len(mel), -1, -1, -1)
        blurred = torch.nn.functional.avg_pool2d(half, 3, 1, 1, count_include_pad=False)
        return (blurred + self._tint).clamp(0, 1)


@pytest.fixture(scope="module")
def portrait() -> tuple[np.ndarray, Face]:
    """A grainy picture, as cameras make them."""
    image = draw(SyntheticFace(x=SIDE / 2, y=165, width=190), size=(SIDE, SIDE)).astype(np.float32)
    image += np.random.default_rng(0).normal(0, 4, (SIDE, SIDE, 1))
    image = np.clip(image, 0, 255).astype(np.uint8)
    (face,) = BlazeMeshDetector().detect(image, precise=True)
    return image, face


@pytest.fixture
def always_speaking(monkeypatch) -> None:
    monkeypatch.setattr(engine_module, "rest_gate", np.ones_like)


def render(
    generator: Copycat,
    portrait,
    *,
    still: bool,
    style: str = "still",
    expression="neutral",
    wave=None,
    engine=None,
    **more,
):
    """All frames ``(n, H, W, 3) uint8``, of a picture or of a video that shows it again and again."""
    image, face = portrait
    samples = FRAMES * SAMPLE_RATE // 25
    wave = np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32) if wave is None else wave
    speech = Speech(wave=wave, samples=len(wave), rate=SAMPLE_RATE, channels=1, path="voice.wav")
    timeline = Timeline.covering(len(wave), SAMPLE_RATE, Fraction(25))
    task = Task(speech=speech, timeline=timeline, motion=MotionOptions(style, seed=2, expression=expression))
    frames = (TrackedFrame(Frame(i, i / 25, image), face) for i in range(timeline.frames))
    engine = engine or Wav2LipEngine(generator, models={}, **more)
    return np.stack(list(engine.for_picture(next(frames), task) if still else engine.for_video(frames, task)))


def patch_of(face: Face, image: np.ndarray) -> np.ndarray:
    """Where the chin's skin lies, which the network has painted."""
    x, y = face.points[200, :2].round().astype(int)
    return image[..., y - 8 : y + 9, x - 16 : x + 17, :].astype(np.float32)


def grain_of(pixels: np.ndarray) -> np.ndarray:
    grey = pixels.mean(-1)
    return grey - cv2.GaussianBlur(grey, (0, 0), 2.0)


def test_the_mouth_is_the_networks_and_the_cheeks_are_the_pictures(portrait):
    image, face = portrait
    box = face_box(face.points, (0.0, 10.0, 0.0, 0.0))
    mask = mouth_mask(face.points, box)
    black = np.dstack([np.zeros((*mask.shape, 3), np.float32), mask])
    out = paste(image, Patch(black, box), Grain(), index=0, level=0.0)
    x, y = face.points[13, :2].round().astype(int)
    assert out[y - 4 : y + 5, x - 12 : x + 13].max() < 8
    left, top, right, bottom = box.round().astype(int)
    for corner in np.s_[bottom - 8 : bottom, left : left + 12], np.s_[bottom - 8 : bottom, right - 12 : right]:
        np.testing.assert_array_equal(out[corner], image[corner])
    np.testing.assert_array_equal(out[: (top + bottom) // 2 - 2], image[: (top + bottom) // 2 - 2])


@pytest.mark.usefixtures("always_speaking")
@pytest.mark.parametrize("still", [True, False], ids=["picture", "video"])
def test_the_mouth_has_the_colours_of_the_skin_around_it(portrait, still):
    image, face = portrait
    frames = render(Copycat(tint=TINT), portrait, still=still)
    for frame in frames:
        away = patch_of(face, frame).mean((0, 1)) - patch_of(face, image).mean((0, 1))
        assert np.abs(away).max() < 4, f"the network painted {255 * TINT[0]:.0f} levels beside it"


@pytest.mark.usefixtures("always_speaking")
def test_a_generator_that_moves_is_given_closed_lips(monkeypatch):
    """Of a video in which somebody speaks; the published one sees each frame as it is."""
    image = draw(SyntheticFace(x=SIDE / 2, y=165, width=190, mouth=0.4), size=(SIDE, SIDE))
    (face,) = BlazeMeshDetector().detect(image, precise=True)
    dark = {}
    for moves in (False, True):
        generator = Copycat()
        monkeypatch.setattr(generator, "moves", moves, raising=False)
        render(generator, (image, face), still=False)
        mouth = generator.seen[0, 3:, 60:88, 34:62]
        dark[moves] = float((mouth.mean(0) < 0.3).float().mean())
    assert dark[True] < 0.3 * dark[False]


@pytest.mark.usefixtures("always_speaking")
@pytest.mark.parametrize("still", [True, False], ids=["picture", "video"])
def test_all_that_a_generator_moves_is_taken(portrait, still, monkeypatch):
    """Else a jaw's edge would be seen twice; of a generator that paints all anew only mouth and jaw are taken."""
    image, _ = portrait
    changed = {}
    for moves in (False, True):
        generator = Copycat(tint=(0.1, -0.1, 0.1))
        monkeypatch.setattr(generator, "moves", moves, raising=False)
        out = render(generator, portrait, still=still)[6].astype(int)
        changed[moves] = (np.abs(out - image).max(2) > 4).sum()
    assert changed[True] > 1.3 * changed[False]


@pytest.mark.usefixtures("always_speaking")
def test_the_network_sees_blue_first(portrait):
    image, face = portrait
    generator = Copycat()
    render(generator, portrait, still=True)
    blue, _, red = generator.seen[0, 3:, 60:90, 30:66].mean((1, 2)).tolist()
    skin = patch_of(face, image).mean((0, 1)) / 255
    assert red > blue + 0.5 * (skin[0] - skin[2]), "skin is redder than blue"


@pytest.mark.usefixtures("always_speaking")
@pytest.mark.parametrize(("still", "style"), [(True, "still"), (True, "natural"), (False, "still")])
def test_the_mouth_has_the_grain_of_the_picture(portrait, still, style):
    image, face = portrait
    frames = render(Copycat(), portrait, still=still, style=style)
    there = grain_of(patch_of(face, image)).std()
    for frame in frames[:3]:
        assert grain_of(patch_of(face, frame)).std() > 0.8 * there


@pytest.mark.usefixtures("always_speaking")
def test_the_grain_of_a_picture_stands_still(portrait):
    """Only pixels of a video have another grain in each frame; what flickers on a picture draws the eye."""
    first, *_, last = render(Copycat(), portrait, still=True, style="natural")[:2]
    face = portrait[1]
    one, two = (grain_of(patch_of(face, frame)).ravel() for frame in (first, last))
    assert np.corrcoef(one, two)[0, 1] > 0.8


@pytest.mark.usefixtures("always_speaking")
def test_the_mouth_moves_as_the_head_does_breath_and_all(portrait, monkeypatch):
    asked, forward = [], HeadWarp.forward

    def noted(self, rotation, shift, breath=0.0):
        asked.append((*rotation, *shift, breath))
        return forward(self, rotation, shift, breath)

    def breathing(*given: object):
        motion = make_motion(*given)
        return replace(motion, breath=np.linspace(0, 1, len(motion.breath), dtype=np.float32))

    monkeypatch.setattr(HeadWarp, "forward", noted)
    monkeypatch.setattr(engine_module, "make_motion", breathing)
    render(Copycat(), portrait, still=True, style="natural")
    heads, times = np.unique(np.array(asked), axis=0, return_counts=True)
    assert len(heads) == FRAMES
    assert (times % 2 == 0).all(), "once for the picture, once for its mouth"


def test_the_mouth_is_left_to_the_network_whatever_the_expression(portrait):
    plain, sad = (
        render(Copycat(), portrait, still=True, expression=name)[0].astype(int) for name in ("neutral", "sad")
    )
    lips, brows = (
        portrait[1].points[list(part), :2].round().astype(int) for part in (topology.LIPS, (107, 66, 336, 296))
    )
    change = np.abs(plain - sad).max(2)
    assert change[brows[:, 1], brows[:, 0]].max() > 20
    np.testing.assert_array_equal(change[lips[:, 1], lips[:, 0]], 0)


@pytest.mark.usefixtures("always_speaking")
def test_an_enhancer_makes_a_difference(portrait):
    plain = render(Copycat(), portrait, still=False)
    sharp = render(Copycat(), portrait, still=False, enhancer=ENHANCERS.make("sharpen"))
    x, y = portrait[1].points[13, :2].round().astype(int)
    lips = np.s_[0, y - 20 : y + 20, x - 30 : x + 30]
    edges = [np.abs(cv2.Laplacian(cv2.GaussianBlur(f[lips], (0, 0), 1.5), cv2.CV_32F)).mean() for f in (plain, sharp)]
    assert edges[1] > 1.05 * edges[0]


def test_the_crop_does_not_slide_over_a_cut(portrait):
    """Two shots without a frame between them: each crop lies where its own shot has the face."""
    image, face = portrait
    other = Face(face.box, face.points + np.float32([200, 0, 0]), 1.0)
    frames = [TrackedFrame(Frame(i, i / 25, image), one) for i, one in enumerate([face] * 5 + [other] * 5)]
    pads = (0.0, 10.0, 0.0, 0.0)
    for given in with_boxes(iter(frames), pads):
        np.testing.assert_allclose(given.box, face_box(given.tracked.face.points, pads), atol=0.01)


def speech_then_noise() -> np.ndarray:
    """A second of a sample voice, then as much noise that is no voice, 40 dB under full scale."""
    from lipsync_utils.media import load_speech

    voice = load_speech(Path(__file__).parents[2] / "samples" / "audio" / "english.wav").wave[8000:24000]
    noise = 0.01 * np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    return np.concatenate([voice, noise])


def test_in_a_pause_a_video_hears_silence(portrait):
    generator = Copycat()
    render(generator, portrait, still=False, wave=speech_then_noise())
    heard = np.array(generator.heard)
    assert len(heard) == 50
    assert (heard[35:] == SILENCE).all(), "though there is noise"
    assert heard[5:15].max() > SILENCE + 3


def test_the_mouth_of_a_picture_fades_in_and_out(portrait, monkeypatch):
    """From the picture's own lips to the network's: the change grows over frames, it does not flash up."""
    gate = np.interp(np.arange(48), [10, 34], [0.0, 0.3])
    monkeypatch.setattr(engine_module, "rest_gate", lambda activity: np.resize(gate, len(activity)))
    x, y = portrait[1].points[13, :2].round().astype(int)

    class Dark(Copycat):
        def speak(self, mel, features):
            return 0 * super().speak(mel, features)

    frames = render(Dark(), portrait, still=True).astype(np.float32)
    change = np.abs(frames - frames[0])[:, y - 3 : y + 4, x - 3 : x + 4].mean((1, 2, 3))
    assert change[2] < 2
    assert np.diff(change).max() < 0.4 * change.max()
    assert change.max() > 50


def test_the_pads_of_the_options_reach_the_crop(portrait, tmp_path, monkeypatch):
    """A larger pad below the chin shows the network more of the neck."""
    generator, file = Copycat(), tmp_path / "made up.pth"
    file.write_bytes(b"weights")
    monkeypatch.setattr(checkpoints, "load_wav2lip", lambda path: None)
    monkeypatch.setattr(fast, "FastWav2Lip", lambda *_, **__: generator)
    crops = []
    for below in (10.0, 60.0):
        options = Wav2LipOptions(checkpoint=file, device="cpu", precision="float32", pads=(0.0, below, 0.0, 0.0))
        render(generator, portrait, still=False, engine=Wav2LipEngine.load(RunOptions(wav2lip=options)))
        crops.append(generator.seen[0, 3:].numpy())
    assert np.abs(crops[0] - crops[1]).mean() > 0.02
