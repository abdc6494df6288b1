"""The form, without a browser: what it orders, what comes of it, and what it says when nothing does."""

import re
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("ipywidgets")
pytest.importorskip("anywidget")
pytest.importorskip("matplotlib")
from app_visitor import wav
from quick_runs import models_loaded_once
from synthetic_faces import SyntheticFace, draw
from widget_messages import upload

from lipsync_tools.sounds import beginning
from lipsync_tools.widgets.demo import Demo
from lipsync_tools.widgets.players import PREVIEW, preview
from lipsync_tools.widgets.results import told
from lipsync_tools.widgets.wording import words
from lipsync_tools.workflow import Made, Order, Prompt, Text, make_video
from lipsync_utils.errors import InputError
from lipsync_utils.media import open_source, read_metadata, read_picture, write_picture
from lipsync_utils.messages import Message
from lipsync_utils.options import FaceOptions, MotionOptions, RunOptions
from lipsync_utils.records import RunReport

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
FACE, VOICE = SAMPLES / "avatars" / "woman.png", SAMPLES / "audio" / "english.wav"
LONG_S = 300


@pytest.fixture(scope="module", autouse=True)
def _models():
    with models_loaded_once():
        yield


@pytest.fixture(scope="module")
def small_face(tmp_path_factory) -> Path:
    """A sample avatar at a quarter of its size."""
    path = tmp_path_factory.mktemp("face") / "small.png"
    write_picture(path, read_picture(FACE)[::4, ::4].copy())
    return path


@pytest.fixture
def demo(tmp_path) -> Demo:
    return Demo(tmp_path / "out")


def videos(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.mp4") if not path.name.endswith(".preview.mp4"))


# --- orders ---------------------------------------------------------------------------------------------------------


def test_the_form_asks_for_a_result_at_once(demo):
    assert demo.order() == Order(face=FACE, voice=VOICE, seconds=6.0)


def test_every_choice_reaches_the_order(demo):
    demo.face.sample.value = SAMPLES / "avatars" / "child.png"
    demo.voice.switch.value, demo.voice.text.value = "voice text", " مرحبا "
    demo.settings.engine.value, demo.settings.motion.value = "rig", "still"
    demo.settings.expression.value, demo.settings.articulation.value = "sad", 1.3
    options = RunOptions(engine="rig", motion=MotionOptions(style="still", expression="sad", articulation=1.3))
    assert demo.order() == Order(SAMPLES / "avatars" / "child.png", Text("مرحبا"), options=options)
    demo.language.value = "ar"  # other words, the same choices
    assert demo.order().options == options
    assert demo.order().face.name == "child.png"


def test_who_reads_a_text_and_how_reaches_the_order(demo):
    demo.voice.switch.value, demo.voice.text.value = "voice text", "Hello."
    assert demo.order().voice == Text("Hello."), "fits the face"
    demo.voice.speaker.value, demo.voice.rate.value, demo.voice.pitch.value = "old_woman", 1.2, 0.9
    assert demo.order().voice == Text("Hello.", voice="en-old-woman", rate=1.2, pitch=0.9)
    demo.voice.text.value = "مرحبا"
    assert demo.order().voice.voice == "ar-old-woman", "the same person in the language of the text"
    demo.language.value = "ar"
    assert demo.order().voice == Text("مرحبا", voice="ar-old-woman", rate=1.2, pitch=0.9)
    assert {value: name for name, value in demo.voice.speaker.options}[None] == "يناسب الوجه"


def test_a_description_is_ordered(demo):
    demo.face.switch.value = "face prompt"
    with pytest.raises(InputError, match="One face is needed"):
        demo.order()
    demo.face.prompt.value, demo.face.fine.value = " an old man ", True
    assert demo.order().face == Prompt("an old man", fine=True)


def test_a_persons_own_picture_needs_consent(demo):
    assert demo.consent_box.layout.display == "none"
    demo.face.switch.value = "face upload"
    assert demo.consent_box.layout.display is None
    upload(demo.face.upload, "me.png", FACE.read_bytes())
    assert "1024" in demo.face.seen.value
    demo.start()
    assert demo.job is None
    assert "agreed" in demo.message.value
    demo.consent.value = True
    order = demo.order()
    assert Path(order.face).read_bytes() == FACE.read_bytes()
    assert order.personal
    assert order.consent


def test_another_face_or_other_words_need_another_tick(demo, small_face, tmp_path):
    demo.face.switch.value = "face upload"
    upload(demo.face.upload, "me.png", small_face.read_bytes())
    write_picture(tmp_path / "you.png", read_picture(small_face)[:, ::-1].copy())

    def ticked() -> bool:
        was, demo.consent.value = demo.consent.value, True
        return was

    ticked()
    demo.language.value = "ar"
    demo.settings.motion.value = "still"
    assert ticked(), "the same face and words"
    upload(demo.face.upload, "you.png", (tmp_path / "you.png").read_bytes())
    assert not ticked()
    demo.voice.seconds.value = 9
    assert not ticked()
    demo.voice.switch.value = "voice text"
    demo.voice.text.value = "Hello."
    assert not ticked()
    demo.voice.text.value = "I owe you a million."
    assert not demo.consent.value
    with pytest.raises(InputError, match="Tick that this person has agreed"):
        demo.order()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_agreed_to_is_written_beside_the_tick(demo, language):
    demo.language.value = language
    assert words(language)["consent"] in demo.consent_text.value
    assert demo.consent_text in demo.consent_box.children
    assert demo.consent.description == words(language)["consent tick"]


def test_who_of_a_group_speaks_is_chosen(demo, tmp_path):
    group = draw(*(SyntheticFace(x=x, y=200, width=160) for x in (130, 380)), size=(512, 400))
    write_picture(tmp_path / "us.png", group)
    demo.face.switch.value = "face upload"
    upload(demo.face.upload, "us.png", (tmp_path / "us.png").read_bytes())
    assert demo.face.group.layout.display is None
    assert [label for label, _ in demo.face.people.options] == ["Person 1", "Person 2"]
    for place, x in enumerate((130, 380)):
        demo.face.people.value = place
        demo.consent.value = True
        assert demo.order().options.face.choose == pytest.approx((x, 220), abs=40)
    seen = demo.face.seen.value
    demo.face.people.value = 0
    assert not demo.consent.value
    assert demo.face.seen.value != seen, "it shows who speaks"
    demo.language.value = "ar"
    assert demo.face.people.value == 0
    assert demo.face.people.options[0][0] == "الشخص 1"
    upload(demo.face.upload, "me.png", FACE.read_bytes())
    assert demo.face.group.layout.display == "none"
    assert demo.face.speaker() == FaceOptions()


def test_a_face_that_no_run_could_use_is_refused_at_once(demo, tmp_path):
    write_picture(tmp_path / "tiny.png", read_picture(FACE)[::17, ::17].copy())
    demo.face.switch.value = "face upload"
    upload(demo.face.upload, "tiny.png", (tmp_path / "tiny.png").read_bytes())
    assert "at least 40 are needed" in demo.face.problem.value
    assert "will work well" not in demo.face.seen.value
    with pytest.raises(InputError, match="One face is needed"):
        demo.order()


def test_a_silent_recording_is_refused_at_once(demo):
    demo.voice.switch.value = "voice record"
    demo.voice.microphone.set_state({"recording": memoryview(wav(np.zeros(16_000))), "state": "done"})
    assert "it is silent" in demo.voice.problem.value
    with pytest.raises(InputError, match="One voice is needed"):
        demo.order()
    demo.voice.switch.value = "voice upload"
    upload(demo.voice.upload, "silence.wav", wav(np.zeros(16_000)))
    assert "it is silent" in demo.voice.problem.value


def test_a_file_that_is_no_picture_is_said_at_once_and_not_used(demo):
    demo.face.switch.value = "face upload"
    upload(demo.face.upload, "me.png", b"not a picture")
    assert "lipsync-problem" in demo.face.problem.value
    assert '<div dir="ltr">' in demo.face.problem.value
    demo.language.value = "ar"
    assert re.search(r'<div dir="rtl">لا توجد صورة متحركة في .*me', demo.face.problem.value)
    with pytest.raises(InputError, match="One face is needed"):
        demo.order()


def test_a_recording_is_kept_and_ordered(demo, tmp_path):
    demo.voice.switch.value = "voice record"
    said = beginning(VOICE, 2.0, tmp_path / "said.wav").read_bytes()
    demo.voice.microphone.set_state({"recording": memoryview(said), "state": "done"})
    demo.consent.value = True
    assert Path(demo.order().voice).read_bytes() == said
    assert demo.order().seconds is None


# --- work -----------------------------------------------------------------------------------------------------------


def test_the_button_makes_a_scored_video(demo, small_face, tmp_path):
    demo.face.file, demo.face.switch.value, demo.voice.seconds.value = small_face, "face upload", 4
    demo.consent.value = True
    began = time.perf_counter()
    demo.start()
    assert time.perf_counter() - began < 1.0  # the page is not kept waiting
    assert demo.button.disabled
    assert demo.job.wait(LONG_S)
    assert demo.message.value == ""
    assert not demo.button.disabled
    made = demo.made
    assert made.sync.verdict == "in sync"
    assert open_source(made.video).duration_s == pytest.approx(made.run.duration_s, abs=0.05)
    assert 3.0 <= made.run.duration_s <= 4.0
    assert words("en")["verdict in sync"] in demo.result.words.value
    assert "<video" in demo.result.player.value
    assert demo.result.figure.value[:4] == b"\x89PNG"
    assert demo.result.download.file_name == made.video.name
    demo.language.value = "ar"
    assert words("ar")["verdict in sync"] in demo.result.words.value


def test_the_cancel_button_is_heard(demo, small_face):
    demo.face.file, demo.face.switch.value, demo.voice.seconds.value = small_face, "face upload", 30
    demo.consent.value = True
    demo.start()
    demo.cancel()
    assert demo.job.wait(LONG_S)
    assert demo.made is None
    assert words("en")["stopped"] in demo.message.value
    assert videos(demo.out) == []


def test_notes_are_said_in_the_forms_language(tmp_path):
    note = Message("{path!r} has {count} frames at 25 a second; too few to compare one window.", path="<a>", count=3)
    run = RunReport(**dict.fromkeys(RunReport.__dataclass_fields__, 0))
    run = replace(run, engine="rig", warnings=(note, "as the system says"))
    made = Made(tmp_path / "a.mp4", run, FaceOptions(), unmeasured=note)
    said = told(made, words("ar"))
    assert '<p dir="rtl">عدد إطارات' in said
    assert '<span dir="rtl">عدد إطارات' in said
    assert '<p dir="ltr">as the system says</p>' in said, "what is not known in Arabic stays as it is"
    assert "&lt;a&gt;" in said
    assert '<p dir="ltr">&#x27;&lt;a&gt;&#x27; has 3 frames' in told(made, words("en"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            'The sound is <bdi dir="ltr">40</bdi> ms early (with 95 % certainty from <bdi dir="ltr">9</bdi> ms late',
        ),
        ("ar", 'الصوت سابق بمقدار <bdi dir="ltr">40</bdi> مللي ثانية (بيقين 95٪: من متأخر بمقدار'),
    ],
)
def test_an_offset_is_early_or_late_in_words(tmp_path, language, said):
    run = replace(RunReport(**dict.fromkeys(RunReport.__dataclass_fields__, 0)), engine="rig", warnings=())
    sync = SimpleNamespace(verdict="in sync", offset_ms=40.2, offset_interval_ms=(-9.0, 51.0), confidence=0.5)
    assert said in told(Made(tmp_path / "a.mp4", run, FaceOptions(), sync=sync), words(language))


# --- when it goes wrong ---------------------------------------------------------------------------------------------


def test_a_picture_without_a_face_is_a_message(demo, tmp_path):
    write_picture(tmp_path / "sky.png", np.full((240, 320, 3), 200, np.uint8))
    demo.face.file, demo.face.switch.value = tmp_path / "sky.png", "face upload"
    demo.consent.value = True
    demo.start()
    assert demo.job.wait(LONG_S)
    assert "No face found" in demo.message.value
    assert "Traceback" not in demo.message.value
    demo.language.value = "ar"
    assert '<div dir="rtl">لم يُعثر على وجه في الصورة' in demo.message.value
    assert "No face found" not in demo.message.value
    assert videos(tmp_path) == []


def test_an_error_nobody_foresaw_is_shown_too(demo, monkeypatch):
    import lipsync_tools.widgets.demo as module

    def broken(*_, **__):
        raise RuntimeError("<b>the roof is on fire</b>")

    monkeypatch.setattr(module, "make_video", broken)
    demo.start()
    assert demo.job.wait(LONG_S)
    assert "RuntimeError: &lt;b&gt;the roof is on fire" in demo.message.value
    assert not demo.button.disabled


def test_a_studio_that_is_missing_is_said(monkeypatch, tmp_path):
    import lipsync_tools.widgets.panels as module

    monkeypatch.setattr(module, "studio_is_ready", lambda: False)
    demo = Demo(tmp_path)
    assert "lipsync avatar --setup" in demo.face.note.value
    assert demo.face.prompt.disabled


# --- previews -------------------------------------------------------------------------------------------------------


def test_a_large_result_gets_a_small_preview(tmp_path, monkeypatch):
    import lipsync_tools.widgets.players as module

    made = make_video(Order(FACE, VOICE, seconds=2.0, score=False), tmp_path / "out.mp4")
    assert preview(made.video) == made.video or made.video.stat().st_size > module.SMALL_BYTES
    monkeypatch.setattr(module, "SMALL_BYTES", 1000)
    small = open_source(preview(made.video))
    assert max(small.width, small.height) == PREVIEW.max_side
    assert small.duration_s == pytest.approx(open_source(made.video).duration_s, abs=0.05)
    assert small.has_audio
    assert "Synthetic video" in read_metadata(small.path)["comment"]
