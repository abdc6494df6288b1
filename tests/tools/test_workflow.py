"""From an order to a measured video: what is made, what is refused at once, and what is left when it fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import quick_runs

import lipsync_avatars
from lipsync_tools import samples
from lipsync_tools.models import Models
from lipsync_tools.progress import Progress, Stopped
from lipsync_tools.sounds import beginning
from lipsync_tools.workflow import Made, Order, Prompt, Text, make_video, measure, speak, voice_for_face
from lipsync_utils import pipeline, voices
from lipsync_utils.errors import InputError, LipSyncError, NoFaceError, OutputError
from lipsync_utils.media import load_speech, open_source, read_picture, write_picture
from lipsync_utils.options import FaceOptions, MotionOptions, RunOptions
from lipsync_utils.speech import SpeechModel, lip_opening
from lipsync_utils.voices import Utterance

STILL = RunOptions(engine="rig", motion=MotionOptions(style="still"))


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once():
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def face(tmp_path_factory) -> Path:
    """A sample avatar at a quarter of its size."""
    path = tmp_path_factory.mktemp("face") / "small.png"
    write_picture(path, read_picture(samples.find("woman", "face"))[::4, ::4].copy())
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(face, tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    return make_video(
        Order(face, "english", seconds=3.5, options=STILL), folder / "out.mp4", figure=folder / "sync.png"
    )


def test_an_order_becomes_a_video_with_report_score_and_figure(made):
    assert open_source(made.video).duration_s == pytest.approx(made.run.duration_s, abs=0.05)
    assert 2.5 <= made.run.duration_s <= 3.5
    assert made.sync.verdict == "in sync"
    assert read_picture(made.figure).shape[1] > 1000
    assert (made.measured, made.unmeasured) == (True, "")
    assert made.summary()["sync"]["verdict"] == "in sync"
    assert made.summary()["frames"] == made.run.frames


def test_it_knows_the_curves_of_its_voice(made):

    voice = lip_opening(SpeechModel.load()(load_speech(made.video.with_name("voice-1.wav"))))
    opening = lip_opening(SpeechModel.load()(load_speech(made.video)))
    assert len(opening) == pytest.approx(100 * made.run.duration_s, abs=1)
    assert np.corrcoef(opening, voice[: len(opening)])[0, 1] > 0.99


def test_stages_are_those_that_the_order_needs():
    assert Order("woman", "english").stages == ("frames", "score")
    assert Order("woman", "english", score=False).stages == ("frames",)
    assert Order(Prompt("a man"), Text("hello")).stages == ("voice", "portrait", "frames", "score")


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"voice": "english"}, "One face is needed"),
        ({"face": "woman"}, "One voice is needed"),
        ({"face": "woman", "voice": "english", "personal": True}, "Tick that this person has agreed"),
    ],
)
def test_an_order_that_is_not_whole_is_refused(wishes, message):
    with pytest.raises(InputError, match=message):
        Order(**wishes)


# --- what is refused before anything slow ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "out", "figure", "error", "message"),
    [
        (Order("womam", "english"), "out.mp4", None, InputError, "samples: woman, old_woman, old_man, man, child"),
        (Order("woman", "englisch"), "out.mp4", None, InputError, "samples: english, arabic"),
        (Order(Prompt("a man"), "gone.wav"), "out.mp4", None, InputError, "'gone.wav' does not exist"),
        (Order("gone.png", Text("hello")), "out.mp4", None, InputError, "'gone.png' does not exist"),
        (Order(Prompt("a man"), "english"), "out.gif", None, LipSyncError, "out.gif"),
        (Order(Prompt("a man"), "english"), "out.mp4", "sync.doc", InputError, "must end in .png"),
        (Order(Prompt("a man"), "english"), "out.mp4", "gone/sync.png", OutputError, "folder of the figure"),
        (Order(Prompt("a man"), "english", score=False), "out.mp4", "sync.png", InputError, "add --score"),
    ],
)
def test_what_cannot_work_is_refused_at_once(tmp_path, monkeypatch, order, out, figure, error, message):
    def slow(*_, **__):
        pytest.fail("slow work was begun")

    monkeypatch.chdir(tmp_path)
    for module, name in ((lipsync_avatars, "from_prompt"), (pipeline, "run")):
        monkeypatch.setattr(module, name, slow, raising=False)
    with pytest.raises(error, match=message):
        make_video(order, out, figure=figure)
    assert names(tmp_path) == set()


# --- the score -------------------------------------------------------------------------------------------------------


def test_a_voice_too_short_to_score_is_still_a_video(face, tmp_path):
    short = beginning(samples.find("english", "voice"), 0.3, tmp_path / "short.wav")
    made = make_video(Order(face, short, options=STILL), tmp_path / "out.mp4")
    assert made.video.exists()
    assert made.unmeasured or made.sync.verdict == "too short"


def test_what_cannot_be_measured_stands_and_says_why(made, tmp_path):
    (tmp_path / "damaged.mp4").write_bytes(b"damaged")
    told = measure(Made(tmp_path / "damaged.mp4", made.run, FaceOptions()), figure=tmp_path / "f.png")
    assert (told.sync, told.figure, told.measured) == (None, None, True)
    assert "damaged.mp4" in told.unmeasured
    assert "{" in told.unmeasured.template, "so that it can be said in another language"
    assert "sync" not in told.summary()


def test_it_counts_as_measured_once_its_figure_is_there(made, tmp_path, monkeypatch):
    """A page that looks in between would show a verdict without one, and look no more."""
    again, seen = Made(made.video, made.run, made.face), []

    def draw(reports, path, *, language):
        seen.append((again.measured, language))

    monkeypatch.setattr("lipsync_utils.sync.draw", draw, raising=False)
    measure(again, figure=tmp_path / "f.png", language="ar")
    assert seen == [(False, "ar")]
    assert (again.measured, again.figure) == (True, tmp_path / "f.png")


def test_the_face_that_was_animated_is_the_one_that_is_measured(tmp_path, face):
    """A point is given in the source's pixels; the output of a preview has half as many."""
    small = read_picture(face)
    two = np.concatenate([small, np.zeros_like(small[:, :40]), small], axis=1)
    write_picture(tmp_path / "two.png", two)
    chosen = FaceOptions(choose=(small.shape[1] * 1.5 + 40, 120.0))
    order = Order(tmp_path / "two.png", "english", 2.0, replace(STILL, face=chosen, preview=True), score=False)
    made = make_video(order, tmp_path / "out.mp4")
    assert made.face.choose == pytest.approx((small.shape[1] * 0.75 + 20, 60.0), rel=0.02)
    assert made.face.min_size == pytest.approx(chosen.min_size / 2, rel=0.02)


# --- cancelling, failing ---------------------------------------------------------------------------------------------


class Impatient(Progress):
    """Stops after some frames, or when a stage is entered."""

    def __init__(self, order: Order, *, at: object) -> None:
        super().__init__(order.stages)
        self._at = at

    def enter(self, stage):
        super().enter(stage)
        if stage == self._at:
            self.stop()

    def step(self, part, done, total):
        if done == self._at:
            self.stop()
        super().step(part, done, total)


@pytest.mark.parametrize("at", [5, "frames", "score"])
def test_cancelling_keeps_nothing(face, tmp_path, at):
    order = Order(face, "english", seconds=2.0, options=STILL)
    with pytest.raises(Stopped):
        make_video(order, tmp_path / "out.mp4", progress=Impatient(order, at=at))
    assert names(tmp_path) == set()


def test_ctrl_c_while_scoring_keeps_nothing(face, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lipsync_utils.sync.score", interrupted, raising=False)
    with pytest.raises(KeyboardInterrupt):
        make_video(Order(face, "english", seconds=1.0, options=STILL), tmp_path / "out.mp4")
    assert names(tmp_path) == set()


def test_a_run_that_fails_leaves_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    write_picture(tmp_path / "in" / "sky.png", np.full((240, 320, 3), 200, np.uint8))
    with pytest.raises(NoFaceError):
        make_video(Order(tmp_path / "in" / "sky.png", "english", seconds=2.0), tmp_path / "out.mp4")
    assert names(tmp_path) == {"in"}


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_text_is_spoken(face, tmp_path):
    pytest.importorskip("hibari")
    pytest.importorskip("pyloudnorm")
    made = make_video(Order(face, Text("Hello there, how are you?"), options=STILL, score=False), tmp_path / "out.mp4")
    assert made.run.duration_s > 1
    assert (tmp_path / "spoken-1.wav").exists()


@pytest.mark.parametrize(
    ("face", "language", "voice"),
    [
        ("old_man", "en", "en-old-man"),
        ("child", "ar", "ar-child"),
        (Prompt("an old woman"), "ar", "ar-old-woman"),
        (Prompt("رجل شاب"), "en", "en-man"),
        ("gone.png", "en", None),
    ],
)
def test_a_voice_fits_the_face_where_it_is_known_whose_that_is(face, language, voice):
    assert voice_for_face(face, language) == voice


def test_a_strangers_picture_gets_the_usual_voice(face):
    assert voice_for_face(face, "en") is None


@pytest.mark.parametrize(("asked", "taken"), [(None, "en-old-man"), ("en-child", "en-child")])
def test_a_text_is_spoken_by_the_voice_that_was_asked_for_or_that_fits(monkeypatch, tmp_path, asked, taken):
    heard = {}

    def say(words, **options):
        heard.update(options)
        return Utterance(np.full(2400, 0.1, np.float32), 24_000, words, "en", ())

    monkeypatch.setattr(voices, "speak", say, raising=False)
    spoken = speak(Text("Hello.", voice=asked), tmp_path / "spoken.wav", face="old_man")
    assert heard["voice"] == taken
    assert (spoken.duration_s, spoken.language, spoken.cues) == (pytest.approx(0.1), "en", ())


def test_words_are_burnt_in_when_they_are_heard(face, tmp_path):
    pytest.importorskip("hibari")
    pytest.importorskip("pyloudnorm")
    order = Order(face, Text("Hello. How are you?"), options=STILL, score=False, burn_in=True)
    made = make_video(order, tmp_path / "out.mp4")
    assert " ".join(cue.text for cue in made.cues).split() == ["Hello.", "How", "are", "you?"]
    assert made.summary()["cues"][0]["from_s"] == made.cues[0].from_s
    with av.open(str(made.video)) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    bottom = slice(round(0.75 * len(frames[0])), None)
    covered = [np.abs(frame[bottom].astype(int) - frames[0][bottom]).max() > 60 for frame in frames]  # none at first
    times = [i / made.run.fps for i in range(len(frames))]
    assert covered == [any(cue.from_s <= time < cue.to_s for cue in made.cues) for time in times]


def test_subtitles_need_a_text():
    with pytest.raises(InputError, match="the voice is a recording"):
        Order("woman", "english", burn_in=True)


@pytest.fixture
def drawn(monkeypatch, face) -> dict:
    """What the studio was asked for; it draws the same face whatever that is."""
    asked = {}

    def draw(prompt, out, *, listener, **options):
        asked.update(prompt=prompt, **options)
        listener.step("hair", 50, 100)
        Path(out).write_bytes(face.read_bytes())
        Path(out).with_suffix(".json").write_text("{}")
        return SimpleNamespace(path=Path(out))

    monkeypatch.setattr(lipsync_avatars, "from_prompt", draw, raising=False)
    return asked


def test_a_described_face_is_drawn_and_speaks(tmp_path, drawn):
    options = replace(STILL, motion=MotionOptions(style="still", seed=3))
    order, steps = Order(Prompt("a young woman"), "english", seconds=1.0, options=options), []
    made = make_video(order, tmp_path / "out.mp4", progress=Progress(order.stages, show=steps.append))
    assert drawn == {"prompt": "a young woman", "seed": 3, "preview": True}
    assert [step.stage for step in steps if not step.total] == ["portrait", "frames", "score"]
    assert [step.part for step in steps if step.share == 0.5][:1] == ["hair"]
    assert made.run.width == 256
    assert names(tmp_path) == {"out.mp4", "voice-1.wav", "avatar-1.png", "avatar-1.json"}


def test_a_portrait_goes_with_the_video_that_was_cancelled(tmp_path, drawn):
    order = Order(Prompt("a young woman"), "english", seconds=1.0, options=STILL)
    with pytest.raises(Stopped):
        make_video(order, tmp_path / "out.mp4", progress=Impatient(order, at="frames"))
    assert names(tmp_path) == set()


# --- models, samples -------------------------------------------------------------------------------------------------


def test_models_are_loaded_once_and_fit_the_run(face, tmp_path, monkeypatch):
    loads, models = [], Models()
    load = pipeline.load
    monkeypatch.setattr(pipeline, "load", lambda options: loads.append(options.engine) or load(options))
    for number in range(2):
        order = Order(face, "english", seconds=1.0, options=STILL)
        made = make_video(order, tmp_path / f"{number}.mp4", models=models)
        assert made.run.engine == "rig"
    assert loads == ["rig"]


def test_a_file_of_a_samples_name_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert samples.find("woman", "face").is_file()
    (tmp_path / "woman").write_bytes(b"mine")
    assert samples.find("woman", "face") == Path("woman")
    assert samples.find("a/woman", "face") == Path("a/woman"), "that is a path"


def test_a_sample_video_is_a_face_too():
    assert list(samples.named("video")) == ["woman_video", "old_man_video"]
    for name, path in samples.named("video").items():
        assert samples.find(name, "face") == path
    assert not set(samples.named("face")) & set(samples.named("video")), "a name means one thing"
    assert set(samples.named("example")) == {"example-en", "example-ar"}
    with pytest.raises(InputError, match=r"no sample is called so.*woman, .*woman_video"):
        samples.find("woman_movie", "face")
    with pytest.raises(InputError, match="english"):
        samples.find("woman_video", "voice")


def test_an_installed_package_has_its_own_samples(tmp_path, monkeypatch):
    (tmp_path / "sample_files" / "avatars").mkdir(parents=True)
    (tmp_path / "sample_files" / "avatars" / "robot.png").write_bytes(b"")
    monkeypatch.setattr(samples, "__file__", str(tmp_path / "samples.py"))
    assert list(samples.named("face")) == ["robot"]
