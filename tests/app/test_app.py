"""Every page and every error of the app, as a visitor meets them."""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from app_visitor import APP, PATIENCE_S, SIZE, Visitor, first_picture, png, wav
from lipsync_app import faces, making, options, progress, state, taking, texts, voices, work, workshop
from lipsync_app.look import in_plain_words, offset_in_words
from lipsync_app.refusals import NoRoomError, QueueFullError
from PIL import Image
from streamlit.testing.v1 import AppTest
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_video

from lipsync_tools import looking
from lipsync_tools.workflow import Text
from lipsync_utils import FaceOptions, MotionOptions
from lipsync_utils.errors import AssetError, InputError
from lipsync_utils.faces import make_detector
from lipsync_utils.media import open_source, read_metadata
from lipsync_utils.voices import offered

ARABIC = re.compile("[\u0621-\u064a]")


def shown_video(visitor: Visitor, page: str = "talk") -> Path:
    return visitor["jobs"][page].result.video


# --- the way from opening to a talking picture ------------------------------------------------------------------------


def test_one_click_makes_the_sample_talk(visitor):
    assert not visitor.page.exception
    visitor.press("make_talk")
    assert visitor.step == "result"
    assert visitor.page.get("progress"), "something is seen at once"
    visitor.wait("talk")
    visitor.settle()
    assert visitor.addresses("video")
    assert len(visitor.addresses("a")) == 4
    told = ("Save the video", "Sound (WAV)", "Measurement (PNG)", "Details (JSON)")
    assert all(words in visitor.words() for words in told)
    assert "Too short to measure" in visitor.words(), "the samples are 1.5 s here; a verdict comes in any case"
    assert 'class="wide"' in visitor.words(), "with its figure"
    assert "AI-generated" in read_metadata(shown_video(visitor))["description"]


def test_a_video_that_is_finished_while_the_page_is_run_is_shown(visitor, monkeypatch):
    monkeypatch.setattr(progress, "strip", lambda: state.job("talk") and state.job("talk").wait(PATIENCE_S))
    visitor.press("make_talk")
    assert visitor.addresses("video")
    assert not visitor.errors()


def test_the_same_again_is_there_at_once(visitor):
    visitor.press("make_talk")
    first = visitor.wait("talk").result
    other = Visitor()
    other.press("make_talk")
    assert other.wait("talk").result is first, "results of samples are kept for everybody"


def test_every_step_can_be_visited_and_leads_on(visitor):
    for step, following in (("face", "voice"), ("voice", "talk")):
        visitor.go(step)
        assert not visitor.page.exception
        visitor.press("next")
        assert visitor.step == following
    visitor.go("result")
    assert "Nothing has been made yet" in visitor.words()
    visitor.press("back_talk")
    assert visitor.step == "face"


def test_choices_survive_the_way_through_the_steps(visitor, monkeypatch):
    orders, make_video = [], work.workflow.make_video

    def noted(order, *arguments, **named):
        orders.append(order)
        return make_video(order, *arguments, **named)

    monkeypatch.setattr(work.workflow, "make_video", noted)
    visitor.press("tile_old_man")
    visitor.go("voice")
    visitor.page.radio[0].set_value("arabic-short").run()
    visitor.go("talk")
    visitor.choose("motion", "still")
    visitor.page.selectbox(key="expression_en").set_value("friendly").run()
    visitor.page.slider[0].set_value(1.3).run()
    visitor.page.toggle[0].set_value(False).run()
    for step in ("face", "voice", "talk"):
        visitor.go(step)
    assert visitor["face"].label == "old_man"
    assert visitor["voice"].label == "arabic-short"
    assert "Arabic, short" in visitor.words()
    visitor.press("make_talk")
    run = visitor.wait("talk").result.run
    assert run.engine == "rig"
    assert visitor["choices"]["motion"] == "still"
    assert visitor["choices"]["expression"] == "friendly"
    assert visitor["choices"]["articulation"] == 1.3
    assert visitor["choices"]["badge"] is False
    motion = MotionOptions(style="still", expression="friendly", articulation=1.3)
    assert [order.options.motion for order in orders] == [motion]


def test_the_label_is_in_the_picture_unless_it_is_switched_off(visitor):
    videos = {}
    for badge in (True, False):
        visitor.go("talk")
        visitor.page.toggle[0].set_value(badge).run()
        visitor.press("make_talk")
        videos[badge] = first_picture(visitor.wait("talk").result.video)
    difference = np.abs(videos[True].astype(int) - videos[False].astype(int)).max(axis=2)
    rows, columns = np.nonzero(difference > 60)
    assert len(rows) > 200
    assert rows.min() > 430
    assert columns.max() < 160


@pytest.mark.parametrize("page", ["talk", "dub"])
def test_what_explains_the_label_is_no_part_of_its_switch(visitor, page):
    """Streamlit puts the mark of its help into the switch's label: who taps it, switches."""
    visitor.open(page)
    if page == "talk":
        visitor.go("talk")
    (switch,) = visitor.page.toggle
    assert switch.help == ""
    assert texts._TABLE["badge_note"][0] in [caption.value for caption in visitor.page.caption]


def test_a_finished_example_is_on_the_first_view(visitor):
    assert visitor.addresses("video")
    visitor.press("make_talk")
    visitor.wait("talk")
    visitor.go("face")
    assert not visitor.addresses("video"), "who has made a video has a better one"


# --- faces ------------------------------------------------------------------------------------------------------------


def test_an_uploaded_face_and_voice_speak_once_everybody_agreed(visitor, face_png, voice_wav):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "../../../etc/passwd.png", face_png)
    assert visitor["face"].label == "own_picture"
    assert visitor["face"].path.is_relative_to(visitor["visit"].folder)
    visitor.go("voice")
    visitor.choose("voice_source", "upload")
    visitor.upload("upload_voice", "voice.wav", voice_wav)
    assert "Your sound file" in visitor.words()
    visitor.press("make_talk")
    assert "Please confirm this first" in visitor.errors()
    assert "talk" not in visitor["jobs"]
    visitor.agree()
    visitor.press("make_talk")
    job = visitor.wait("talk")
    assert job.error is None
    assert job.result.video.is_relative_to(visitor["visit"].folder), "a visitor's video is nobody else's"
    visitor.settle()
    report = json.loads(work.report(job.result))
    assert report["run"]["frames"] == 15
    assert report["sync"]["verdict"] == "too short"


def test_another_face_needs_another_agreement(visitor, face_png):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "a.png", face_png)
    visitor.agree()
    flipped = png(draw_face(x=0.47))
    visitor.upload("upload_face", "b.png", flipped)
    assert visitor.page.checkbox[0].value is False


def test_other_words_need_another_agreement(visitor, face_png, voice_wav):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "a.png", face_png)
    at_voice(visitor, "text")
    visitor.agree()
    visitor.page.text_area[0].set_value("I owe you a million.").run()
    assert visitor.page.checkbox[0].value is False
    visitor.agree()
    visitor.choose("voice_source", "upload")
    for samples in (voice_wav, wav(np.sin(np.arange(9600) / 20))):
        visitor.upload("upload_voice", "voice.wav", samples)
        assert visitor.page.checkbox[0].value is False
        visitor.agree()
    visitor.choose("voice_source", "samples")
    assert visitor.page.checkbox[0].value is False, "what a sample says is said by this face as well"
    visitor.press("make_talk")
    assert "Please confirm this first" in visitor.errors()


def test_what_is_typed_and_sent_with_the_press_of_the_button_was_not_agreed_to(visitor, face_png):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "a.png", face_png)
    at_voice(visitor, "text")
    visitor.agree()
    visitor.page.text_area[0].set_value("I owe you a million.")
    visitor.press("make_talk")
    assert "Please confirm this first" in visitor.errors()
    assert "talk" not in visitor["jobs"]


def draw_face(x: float) -> np.ndarray:
    return draw(SyntheticFace(x=SIZE * x, y=SIZE * 0.45, width=SIZE * 0.47), size=(SIZE, SIZE))


def test_a_snapshot_is_a_face_too(visitor, face_png):
    visitor.choose("face_source", "camera")
    visitor.page.camera_input(key="camera_face").set_value(("shot.jpg", face_png, "image/jpeg")).run()
    assert visitor["face"].label == "snapshot"
    assert visitor["face"].real
    assert visitor.page.checkbox


def test_the_gallery_needs_no_agreement(visitor):
    visitor.press("tile_man")
    assert not visitor.page.checkbox


def test_pictures_of_phones_are_taken(visitor):
    """Which uploaders offer, and what is made of one."""
    visitor.choose("face_source", "upload")
    assert {".heic", ".heif", ".avif"} <= set(visitor.page.file_uploader(key="upload_face").proto.type)
    visitor.upload("upload_face", "IMG_0001.avif", picture(draw_face(0.5), "AVIF"))
    assert visitor["face"].label == "own_picture"


def picture(image: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, quality=90)
    return buffer.getvalue()


def test_clips_of_phones_are_taken(visitor, tmp_path):
    frames = [draw(SyntheticFace(x=88, y=66, width=90), size=(176, 144))] * 10
    clip = write_video(tmp_path / "clip.3gp", frames, codec="h263", options={}, sound=voice(0.5))
    at_voice(visitor, "upload")
    assert ".3gp" in visitor.page.file_uploader(key="upload_voice").proto.type
    visitor.upload("upload_voice", "clip.3gp", clip.read_bytes())
    assert visitor["voice"].seconds == pytest.approx(0.5, abs=0.1)
    at_dub(visitor)
    assert ".3gp" in visitor.page.file_uploader(key="upload_video").proto.type
    visitor.upload("upload_video", "clip.3gp", clip.read_bytes())
    assert not visitor["video"].shared


BAD_FACES = {
    "no face": (lambda: png(np.full((64, 64, 3), 200, np.uint8)), "No face found in the picture of 64 x 64 pixels"),
    "too small a face": (
        lambda: png(draw_face(0.5)[::2, ::2]),
        "pixels wide in the picture of 64 x 64 pixels; at least 40",
    ),
    "no picture": (lambda: b"%PDF-1.7 not a picture at all", "This is not a picture that can be read"),
    "cut off": (lambda: png(draw_face(0.5))[:900], "damaged"),
    "empty": (lambda: b"", "is empty"),
    "too large": (lambda: bytes(15_000_001), "The file has 15 MB; at most 15 MB"),
}


@pytest.mark.parametrize("case", BAD_FACES)
def test_a_face_that_cannot_be_used_is_told(visitor, case):
    make, message = BAD_FACES[case]
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", make())
    assert message in visitor.errors()
    assert str(visitor["visit"].folder) not in visitor.errors()
    assert visitor["face"].label == "woman", "the choice from before stays"
    assert not visitor.page.exception
    assert [path for path in visitor["visit"].folder.iterdir() if path.is_file()] == []
    visitor.press("make_talk")
    assert "talk" not in visitor["jobs"], "nothing is made of another face instead"


def test_after_a_file_that_was_refused_the_gallery_is_a_way_out(visitor):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", b"no picture")
    visitor.choose("face_source", "samples")
    assert not visitor.errors()
    visitor.press("make_talk")
    assert visitor.wait("talk").error is None


def test_doubts_about_a_picture_are_told(visitor, monkeypatch, face_png):
    visitor.choose("face_source", "upload")
    doubt = "The head is turned by 30 degrees; at most 15 are good."
    monkeypatch.setattr(looking.Seen, "doubts", lambda seen, face: (doubt,))
    visitor.upload("upload_face", "face.png", face_png)
    assert "The head is turned by 30 degrees" in visitor.words()


def two_people() -> np.ndarray:
    """Two faces beside each other, the right one larger."""
    one, other = (SyntheticFace(x=x, y=100, width=width) for x, width in ((90, 90), (290, 110)))
    return draw(one, other, size=(384, 200))


def test_of_several_people_the_one_who_was_chosen_speaks(visitor):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "two.png", png(two_people()))
    assert visitor.page.button(key="person_face_2").label == "Person 2 speaks", "at first the largest"
    visitor.agree()
    visitor.press("person_face_1")
    assert visitor.page.button(key="person_face_1").label == "Person 1 speaks"
    assert visitor.page.button(key="person_face_2").label == "Person 2"
    assert visitor.page.checkbox[0].value is False, "this person has not agreed yet"
    shown = np.asarray(Image.open(io.BytesIO(visitor["face"].thumbnail)).convert("RGB"))
    faces = make_detector(FaceOptions()).detect(shown)
    assert len(faces) == 1, "the card shows who speaks, and nobody else"
    visitor.go("talk")
    visitor.choose("motion", "still")
    visitor.agree()
    visitor.press("make_talk")
    video = visitor.wait("talk").result.video
    frames = [frame.image.astype(int) for frame in open_source(video).glimpses(20)]
    moved = np.max([np.abs(frame - frames[0]).max(axis=2) for frame in frames], axis=0)[:180]
    assert moved[:, :192].max() > 60
    assert moved[:, 200:].max() < 40


def test_one_person_need_not_be_chosen(visitor, face_png):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "one.png", face_png)
    assert not [button.key for button in visitor.page.button if button.key.startswith("person_")]
    assert visitor["face"].choose is None


# --- portraits from a prompt ------------------------------------------------------------------------------------------


@pytest.fixture
def studio(monkeypatch, face_png):
    """An avatar studio that draws the same face whatever is asked for."""

    def draw_portrait(prompt, out, *, seed, size, listener):
        from lipsync_avatars.making import tell
        from lipsync_avatars.prompt import understand

        for line in tell(understand(prompt)):
            listener.message(line)
        listener.step("hair", 40, 100)
        out.write_bytes(face_png)

    monkeypatch.setattr("lipsync_avatars.from_prompt", draw_portrait, raising=False)
    monkeypatch.setattr(faces, "studio_ready", lambda: True)


def test_a_portrait_is_drawn_from_words(studio, visitor):
    visitor.choose("face_source", "prompt")
    visitor.page.text_area[0].set_value("an old man with a white beard").run()
    visitor.press("draw")
    visitor.wait("draw")
    assert visitor["face"].label == "own_portrait"
    assert not visitor["face"].real, "nobody has to agree"
    assert "white beard" in visitor.words(), "what was understood is told"
    assert visitor.page.button(key="draw").label == "Another person"


def test_prompts_that_name_somebody_real_are_refused_in_the_packages_words(studio, visitor):
    visitor.choose("face_source", "prompt")
    visitor.page.text_area[0].set_value("Albert Einstein").run()
    visitor.press("draw")
    job = visitor.wait("draw")
    assert isinstance(job.error, InputError)
    assert in_plain_words(job.error) in visitor.errors()


def test_an_empty_prompt_is_told(studio, visitor):
    visitor.choose("face_source", "prompt")
    visitor.press("draw")
    assert "Describe the person first" in visitor.errors()


@pytest.mark.parametrize("ready", [True, False])
def test_words_are_asked_for_only_where_the_studio_can_draw(visitor, monkeypatch, ready):
    monkeypatch.setattr(faces, "studio_ready", lambda: ready)
    visitor.page.run()
    with visitor._options_named():
        options = visitor.page.segmented_control(key="face_source_en").options
    assert options[:3] == ["Gallery", "Upload", "Camera"]
    assert ("Describe" in options) == ready


def test_how_long_a_portrait_takes_is_what_it_took_here(studio, visitor, monkeypatch):
    visitor.choose("face_source", "prompt")
    assert "one to five minutes" in visitor.words()
    monkeypatch.setattr(faces.pace, "usual_s", lambda kind: 229.0)
    visitor.page.run()
    assert "took about 4 min each" in visitor.words()


def test_a_portrait_holds_up_no_video(studio, visitor, monkeypatch):
    shop, drawing = workshop.workshop(), threading.Event()
    monkeypatch.setattr("lipsync_avatars.from_prompt", lambda *_, **__: drawing.wait(60.0), raising=False)
    visitor.choose("face_source", "prompt")
    visitor.page.text_area[0].set_value("an old man").run()
    visitor.press("draw")
    try:
        other = Visitor()
        other.press("make_talk")
        assert other.wait("talk").result
        assert not visitor["jobs"]["draw"].over
    finally:
        drawing.set()
    visitor["jobs"]["draw"].wait(60.0)
    assert shop.queue_of("draw") is not shop.queue_of("talk")
    assert shop.queue_of("talk") is shop.queue_of("dub") is shop.queue_of("score")


# --- voices -----------------------------------------------------------------------------------------------------------


def at_voice(visitor: Visitor, source: str) -> None:
    visitor.go("voice")
    visitor.choose("voice_source", source)


def test_a_recording_is_a_voice(visitor, voice_wav):
    at_voice(visitor, "record")
    visitor.page.audio_input(key="record_voice").set_value(("recording.wav", voice_wav, "audio/wav")).run()
    assert visitor["voice"].label == "own_recording"
    assert visitor["voice"].seconds == pytest.approx(0.6, abs=0.01)
    assert visitor.page.checkbox, "whoever is heard has to agree"


BAD_VOICES = {
    "too long": (lambda: wav(np.zeros(601 * 4000), rate=4000), "longer than 600 s"),
    "no sound": (lambda: b"RIFF????WAVEnothing that could be heard", "No sound can be read from 'your file'"),
    "a picture": (lambda: png(np.full((64, 64, 3), 200, np.uint8)), "has no sound track"),
    "empty": (lambda: b"", "is empty"),
    "silent": (lambda: wav(np.zeros(9600)), "Nothing can be heard in 'your file': it is silent"),
    "too large": (lambda: bytes(25_000_001), "at most 25 MB"),
}


@pytest.mark.parametrize("case", BAD_VOICES)
def test_a_voice_that_cannot_be_used_is_told(visitor, case):
    make, message = BAD_VOICES[case]
    at_voice(visitor, "upload")
    visitor.upload("upload_voice", "voice.wav", make())
    assert message in visitor.errors()
    assert str(visitor["visit"].folder) not in visitor.errors()
    assert not visitor.page.exception
    assert visitor["voice"].label == "english-short"


BAD_TEXTS = {
    "": "The text is empty",
    " ... !": "The text is empty",
    "Привет, мир": "letters belong to neither: П р",
    "你好": "letters belong to neither: 你 好",
    "یہ پانچ چیزیں گھر میں ہیں": "letters belong to neither: ",
}


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_a_text_that_cannot_be_spoken_is_told(visitor, text):
    at_voice(visitor, "text")
    visitor.page.text_area[0].set_value(text).run()
    assert BAD_TEXTS[text] in visitor.errors()
    visitor.press("make_talk")
    assert "talk" not in visitor["jobs"]


def test_too_long_a_text_is_told(visitor):
    """The field takes it: of a text that it does not take, a visitor would not even see that it was pasted."""
    at_voice(visitor, "text")
    assert visitor.page.text_area[0].max_chars == 0
    visitor.page.text_area[0].set_value("word " * 184).run()
    assert "has 919 characters; at most 600" in visitor.errors()
    visitor.press("make_talk")
    assert "has 919 characters; at most 600" in visitor.errors()
    assert "talk" not in visitor["jobs"]


@pytest.mark.parametrize(
    ("text", "foreign", "doubtful"),
    [
        ("A naïve café, Zoë!", "", False),
        ("مرحبا بكم في Google سنة 2024", "", False),
        ("Où êtes-vous allés, après le dîner ?", "", True),
        ("Γειά", "Γειά", False),
        ("ڤيديو پيتزا", "", False),
    ],
)
def test_languages_are_told_apart_by_their_letters(text, foreign, doubtful):
    assert "".join(voices.foreign_letters(text)) == foreign
    assert voices.looks_unlike_english(text) == doubtful


@pytest.mark.parametrize("text", ["Hello you.", "مرحبا بكم."])
def test_a_text_is_spoken(visitor, text):
    for name in ("hibari", "espeakng_loader", "text2tashkeel"):
        pytest.importorskip(name, reason="the extra 'speech' is not installed")
    at_voice(visitor, "text")
    visitor.page.text_area[0].set_value(text).run()
    visitor.press("listen")
    spoken = visitor.wait("listen").result
    assert visitor.addresses("audio"), "it can be heard first"
    visitor.press("make_talk")
    made = visitor.wait("talk")
    assert made.error is None
    assert made.result.run.duration_s == pytest.approx(work.check_sound(spoken), abs=0.01)


def test_every_speaker_has_a_voice_in_both_languages():
    for language in ("en", "ar"):
        known = {info.name for info in offered(language) if info.offline}
        assert {voices.voice_of(person, language) for person in voices.SPEAKERS[1:]} == known


@pytest.mark.parametrize(
    ("face", "chosen", "language", "voice_name"),
    [
        ("old_man", "speaker_auto", "en", "en-old-man"),
        ("child", "speaker_auto", "ar", "ar-child"),
        ("old_man", "woman", "en", "en-woman"),
    ],
)
def test_the_voice_fits_the_face_unless_another_is_chosen(visitor, monkeypatch, face, chosen, language, voice_name):
    ordered = []
    monkeypatch.setattr(making, "make_video", lambda order, *_: ordered.append(order))
    visitor.press(f"tile_{face}")
    at_voice(visitor, "text")
    visitor.page.text_area[0].set_value({"en": "Hello you.", "ar": "مرحبا بكم."}[language]).run()
    visitor.page.selectbox(key="speaker_en").set_value(chosen).run()
    visitor.page.slider(key="speed_en").set_value(1.2).run()
    visitor.press("make_talk")
    visitor.wait("talk")
    assert ordered[0].voice.voice == voice_name
    assert ordered[0].voice.rate == 1.2


def test_whom_a_photograph_shows_is_not_guessed_at(visitor, face_png):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", face_png)
    at_voice(visitor, "text")
    assert "is not guessed at" in visitor.words()
    assert voices.spoken_for(visitor["face"], visitor["voice"].content).voice is None


def test_a_text_comes_with_subtitles(visitor):
    pytest.importorskip("hibari", reason="the extra 'speech' is not installed")
    at_voice(visitor, "text")
    visitor.page.text_area[0].set_value("Hello you.").run()
    visitor.go("talk")
    pictures = {}
    for burnt in (False, True):
        next(toggle for toggle in visitor.page.toggle if toggle.key == "captions_en").set_value(burnt).run()
        visitor.press("make_talk")
        made = visitor.wait("talk").result
        visitor.settle()
        pictures[burnt] = list(open_source(made.video).glimpses(3))[1].image.astype(int)
        visitor.go("talk")
    assert [cue.text for cue in made.cues] == ["Hello you."]
    assert np.abs(pictures[True] - pictures[False])[380:].max() > 100, "they are in the picture if that is wanted"
    files = work.files_of(made, "en")
    assert "00:00:00," in files["srt"].read_text(encoding="utf-8")
    assert files["vtt"].read_text(encoding="utf-8").startswith("WEBVTT")


def test_only_a_text_has_subtitles(visitor):
    visitor.go("talk")
    assert [toggle.label for toggle in visitor.page.toggle] == ["Show the label “AI-generated” in the picture"]


@pytest.mark.parametrize(("shape", "size"), [("9:16", (288, 512)), ("16:9", (512, 288)), ("1:1", (512, 512))])
def test_a_video_has_the_shape_that_was_chosen(visitor, shape, size):
    visitor.go("talk")
    visitor.choose("shape", shape)
    card = Image.open(io.BytesIO(making_framed(visitor)))
    assert card.width / card.height == pytest.approx(size[0] / size[1], rel=0.02), "the card shows it"
    visitor.press("make_talk")
    run = visitor.wait("talk").result.run
    assert (run.width, run.height) == size


def test_what_cannot_be_shown_in_a_shape_shows_the_face_as_it_is(visitor, monkeypatch):
    def refuse(*_):
        raise InputError("There is no head.")

    monkeypatch.setattr(workshop.Workshop, "look", refuse)
    visitor.go("talk")
    visitor.choose("part", "head")
    assert not visitor.page.exception
    assert making_framed(visitor) == visitor["face"].thumbnail


def making_framed(visitor: Visitor) -> bytes:
    """The picture on the card."""
    body = next(element.body for element in visitor.page.get("html") if 'class="stage"' in element.body)
    return base64.b64decode(re.search(r'base64,([^"]+)"', body)[1])


def test_a_head_that_is_cut_out_stays_sharp(visitor):
    """It is cut out of the picture as it was uploaded, not as large as the video."""
    picture = draw(SyntheticFace(x=300, y=250, width=200), size=(1600, 1600))
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "wide.png", png(picture))
    visitor.go("talk")
    visitor.choose("part", "head")
    visitor.agree()
    visitor.press("make_talk")
    run = visitor.wait("talk").result.run
    assert run.scale > 0.7, "pixels of the video for each of the picture: without it, 512 of 1600"


# --- options, cancelling, faults --------------------------------------------------------------------------------------


def test_an_engine_that_cannot_run_here_is_greyed_out_and_said_why(visitor, monkeypatch):
    monkeypatch.setattr(options, "wav2lip_ready", lambda: False)
    visitor.go("talk")
    assert visitor.page.button(key="engine_wav2lip").disabled
    assert "it is not installed on this server" in visitor.words()


def test_an_engine_that_can_run_is_on_offer_with_its_terms(visitor, monkeypatch):
    monkeypatch.setattr(options, "wav2lip_ready", lambda: True)
    monkeypatch.setattr(options, "own_weights", lambda: None)
    visitor.go("talk")
    visitor.choose("engine", "wav2lip")
    assert "non-commercial use only" in visitor.words()


def test_our_own_weights_have_no_terms(visitor, monkeypatch, tmp_path):
    monkeypatch.setattr(options, "wav2lip_ready", lambda: True)
    monkeypatch.setattr(options, "own_weights", lambda: tmp_path)
    visitor.go("talk")
    visitor.choose("engine", "wav2lip")
    assert "any use is allowed" in visitor.words()
    assert "non-commercial" not in visitor.words()


def test_a_video_can_be_cancelled(visitor, monkeypatch):
    def slow(*given):
        given[-1].enter("frames")
        while True:
            given[-1].step("frames", 1, 4)

    monkeypatch.setattr(making, "make_video", slow)
    visitor.press("make_talk")
    while visitor["jobs"]["talk"].state == "queued":  # somebody else's measurement may be running
        time.sleep(0.01)
    visitor.page.run()
    assert "Making the video" in visitor.page.get("progress")[0].proto.text
    cancel = next(button.key for button in visitor.page.button if button.label == "Cancel")
    visitor.press(cancel)
    assert visitor.wait("talk").state == "cancelled"
    assert "Cancelled. Nothing was kept" in visitor.words()
    visitor.press("back_talk")
    assert visitor.page.button(key="make_talk")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (AssetError("The face mesh could not be fetched."), "The face mesh could not be fetched."),
        (ZeroDivisionError("float division"), "Something went wrong that was not foreseen"),
    ],
)
def test_a_job_that_fails_shows_a_message_and_a_way_back(visitor, monkeypatch, error, message):
    def fail(*_):
        raise error

    monkeypatch.setattr(making, "make_video", fail)
    visitor.press("make_talk")
    visitor.wait("talk")
    assert message in visitor.errors()
    assert "Traceback" not in visitor.words()
    assert "float division" not in visitor.words()
    assert visitor.page.button(key="back_talk").label == "Change something"


def test_a_full_queue_is_told(visitor, monkeypatch):
    def full(*_):
        raise QueueFullError("30 videos are waiting.")

    monkeypatch.setattr(workshop.workshop().queue, "submit", full)
    visitor.press("make_talk")
    assert "Too many people are waiting" in visitor.errors()
    assert visitor.step == "face"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_too_many_tabs_are_told(monkeypatch, language):
    def full(*_):
        raise NoRoomError(
            "{visits} tabs with this page are open at your internet address, as many as this server takes. "
            "Close some of them, or try again in a few minutes.",
            visits=60,
        )

    monkeypatch.setattr(workshop.workshop().store, "open", full)
    page = AppTest.from_file(str(APP / "page.py"), default_timeout=300)
    page.query_params["lang"] = language
    page.run()
    assert not page.exception
    assert "60" in page.error[0].value
    assert bool(ARABIC.search(page.error[0].value)) == (language == "ar")
    assert not page.button


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_upload_without_room_is_told(monkeypatch, language):
    def full(file):
        raise NoRoomError("This server has no room for more files now. Try again in a few minutes.")

    visitor = Visitor(language)
    visitor.choose("face_source", "upload")
    monkeypatch.setattr(taking, "_arrived", full)
    visitor.upload("upload_face", "face.png", b"")
    assert {"en": "This server has no room", "ar": "بعد بضع دقائق"}[language] in visitor.errors()
    assert visitor["face"].label == "woman"


def test_another_tab_of_the_same_browser_has_to_wait(visitor, monkeypatch):
    entered, let_go = threading.Event(), threading.Event()

    def slow(*given):
        entered.set()
        let_go.wait(PATIENCE_S)
        given[-1].check()

    monkeypatch.setattr(making, "make_video", slow)
    monkeypatch.setattr(state, "_browser", lambda: "the same")
    one, other = Visitor(), Visitor()
    one.press("make_talk")
    assert entered.wait(PATIENCE_S)
    other.press("make_talk")
    assert "in another tab" in other.errors()
    assert other.step == "face"
    let_go.set()
    one.wait("talk")
    other.press("make_talk")
    assert other.wait("talk").error is None


def test_a_file_that_takes_the_place_of_another_is_kept_instead_of_it(visitor, face_png):
    visitor.choose("face_source", "upload")
    for number, data in enumerate((face_png, png(draw_face(x=0.47)))):
        visitor.upload("upload_face", f"{number}.png", data)
        files = [path for path in visitor["visit"].folder.iterdir() if path.is_file()]
        assert files == [visitor["face"].path]


def test_what_has_arrived_is_not_asked_of_streamlit(visitor, face_png, tmp_path):
    visit = visitor["visit"]

    class Arrived(dict):
        def pop(self, name, default):
            (visit.folder / "upload-1").write_bytes(face_png)
            return visit.folder / "upload-1"

    visit.uploads = Arrived()
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", b"")
    assert visitor["face"].label == "own_picture"
    assert [path.name for path in visit.folder.iterdir()] == [visitor["face"].path.name]


def test_whoever_comes_back_after_the_files_were_removed_is_told(visitor):
    visit = visitor["visit"]
    visit.seen = -1e9
    workshop.workshop().store.sweep()
    assert not visit.folder.exists()
    visitor.page.run()
    assert "your files were removed" in visitor.words()
    assert visitor["visit"].folder.exists()
    visitor.page.run()
    assert "your files were removed" not in visitor.words(), "said once"


# --- nothing is lost --------------------------------------------------------------------------------------------------


@pytest.fixture
def at_home(monkeypatch) -> Callable[[Visitor | None], Visitor]:
    """Opens the page in one browser: anew, or the tab of a visitor again."""
    monkeypatch.setattr(state, "_browser", lambda: "the same")

    def opened(again: Visitor | None = None) -> Visitor:
        where = {"visit": f"{next(tabs):032x}"} if again is None else again.where()
        return Visitor(**where)

    tabs = itertools.count(1)
    return opened


def test_what_was_recorded_is_there_after_a_look_at_the_samples(visitor, voice_wav):
    at_voice(visitor, "record")
    visitor.page.audio_input(key="record_voice").set_value(("recording.wav", voice_wav, "audio/wav")).run()
    recorded = visitor["voice"]
    visitor.choose("voice_source", "samples")
    assert visitor["voice"].shared, "what is open is what will be heard"
    assert recorded.content.exists()
    visitor.choose("voice_source", "record")
    assert visitor["voice"] is recorded
    assert "Your recording" in visitor.words()
    assert visitor.addresses("audio")
    visitor.press("remove_voice")
    assert visitor["voice"].shared
    assert not recorded.content.exists()


def test_what_is_taken_out_of_an_uploader_is_forgotten(visitor, face_png):
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", face_png)
    path = visitor["face"].path
    visitor.page.file_uploader(key="upload_face").set_value(None).run()
    assert visitor["face"].label == "woman"
    assert not path.exists()
    visitor.choose("face_source", "samples")
    visitor.choose("face_source", "upload")
    assert visitor["face"].label == "woman"


def test_a_page_that_is_loaded_again_has_everything(at_home, face_png, voice_wav):
    before = at_home()
    before.choose("face_source", "upload")
    before.upload("upload_face", "face.png", face_png)
    at_voice(before, "upload")
    before.upload("upload_voice", "voice.wav", voice_wav)
    before.go("talk")
    before.choose("motion", "still")
    after = at_home(before)
    assert after.step == "talk"
    assert after["face"] is before["face"]
    assert after["voice"] is before["voice"]
    with after._options_named():
        assert after.page.segmented_control(key="motion_en").value == "still"
    at_voice(after, "upload")
    assert "Your sound file" in after.words()
    after.agree()
    after.press("make_talk")
    again = at_home(after)
    assert again.step == "result"
    assert again.wait("talk").error is None
    again.settle()
    assert at_home(again).addresses("video"), "the result, too"
    stranger = at_home()
    assert stranger["face"].label == "woman"
    assert stranger.where()["visit"] != before.where()["visit"]


def test_a_job_goes_on_while_the_page_is_loaded_again(at_home, monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(making, "make_video", lambda *given: let_go.wait(PATIENCE_S) and work.make_video(*given))
    before = at_home()
    before.press("make_talk")
    after = at_home(before)
    assert after.page.get("progress")
    assert not after["jobs"]["talk"].over
    let_go.set()
    assert after.wait("talk").error is None


def test_another_browser_gets_a_page_of_its_own(at_home, monkeypatch, face_png):
    mine = at_home()
    mine.choose("face_source", "upload")
    mine.upload("upload_face", "face.png", face_png)
    monkeypatch.setattr(state, "_browser", lambda: "another")
    theirs = at_home(mine)
    assert theirs["face"].label == "woman"
    assert theirs["visit"] is not mine["visit"]


def test_back_goes_back(visitor):
    """The address tells where the visitor is; the browser's "Back" changes nothing but that."""
    visitor.go("voice")
    visitor.open("dub")
    assert visitor.page.button(key="make_dub")
    for where, seen in (({"step": "voice"}, "next"), ({}, "tile_woman")):
        visitor.page.query_params.clear()
        visitor.page.query_params.update({"lang": "en", **where})
        visitor.page.run()
        assert visitor.page.button(key=seen)
        with visitor._options_named():
            assert visitor.page.segmented_control(key="step").value == where.get("step", "face")
            assert visitor.page.segmented_control(key="page").value == "talk"


def test_the_language_is_in_the_address(visitor):
    visitor.page.segmented_control(key="language").set_value("ar").run()
    assert visitor.where()["lang"] == "ar"


def test_what_is_at_work_is_shown_everywhere_and_is_what_was_ordered(visitor, monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(making, "make_video", lambda *given: let_go.wait(PATIENCE_S) and work.make_video(*given))
    visitor.press("tile_old_man")
    visitor.press("make_talk")
    visitor.go("face")
    visitor.press("tile_child")
    for go in (lambda: visitor.go("voice"), lambda: visitor.open("dub")):
        go()
        assert "Your video is being made" in visitor.words()
        assert "Old man · English, short" in visitor.words()
        assert len(visitor.page.get("progress")) == 1
        assert visitor.page.button(key=f"make_{'dub' if 'page' in visitor.where() else 'talk'}").disabled
    visitor.press("go_there")
    assert visitor.step == "result"
    assert "Your video is being made" not in visitor.words(), "its own page shows it in full"
    let_go.set()
    visitor.wait("talk")


def test_what_a_visit_has_made_can_be_looked_at_again(visitor):
    for name in ("man", "child"):
        visitor.go("face")
        visitor.press(f"tile_{name}")
        visitor.press("make_talk")
        visitor.wait("talk")
        visitor.settle()
    newest, oldest = visitor["results"]
    assert visitor["shown"] is newest
    assert visitor.page.button(key="result_1").label.startswith("Man · ")
    shown = visitor.addresses("video")
    visitor.press("result_1")
    assert visitor["shown"] is oldest
    assert visitor.addresses("video") != shown
    visitor.press("back_talk")
    assert visitor.step == "face"


def test_part_of_a_recording_is_taken(visitor):
    at_voice(visitor, "upload")
    visitor.upload("upload_voice", "long.wav", wav(voice(70.0)))
    assert visitor["voice"].part == (0.0, 60.0), "of what is too long, the beginning"
    visitor.agree()
    visitor.page.slider[0].set_value((10.0, 12.5)).run()
    assert visitor["voice"].lasts_s == 2.5
    assert not visitor.page.checkbox[0].value, "these are other words"
    assert visitor.addresses("audio")[0].endswith("#t=10.00,12.50")
    visitor.agree()
    visitor.press("make_talk")
    assert visitor.wait("talk").result.run.duration_s == pytest.approx(2.5, abs=0.05)


# --- help and privacy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["help", "privacy"])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_help_and_privacy_are_at_the_foot_of_every_page(page, language):
    visitor = Visitor(language)
    visitor.press(f"foot_{page}")
    assert not visitor.page.exception
    assert visitor.page.header[0].value == texts._TABLE[f"page_{page}"][language == "ar"]
    visitor.press("back")
    assert visitor.page.button(key="tile_woman")


def test_abuse_is_reported_to_whoever_runs_the_server(monkeypatch, visitor):
    assert "Report abuse" not in visitor.words()
    monkeypatch.setenv("LIPSYNC_CONTACT", "mailto:abuse@example.org")
    visitor.page.run()
    assert 'href="mailto:abuse@example.org"' in visitor.words()
    assert "Report abuse" in visitor.words()


# --- dubbing ----------------------------------------------------------------------------------------------------------


def at_dub(visitor: Visitor, source: str = "upload") -> None:
    visitor.open("dub")
    visitor.choose("video_source", source)


def test_a_video_is_dubbed(visitor, face_mp4):
    at_dub(visitor)
    visitor.upload("upload_video", "clip.mp4", face_mp4)
    visitor.agree()
    visitor.press("make_dub")
    job = visitor.wait("dub")
    assert job.error is None
    visitor.settle()
    assert visitor.addresses("video")
    assert "The video lasts 0.4 s" in visitor.words(), "what may surprise is told"
    assert open_source(job.result.video).duration_s == pytest.approx(visitor["voice"].seconds, abs=0.05)
    visitor.press("back_dub")
    assert visitor.page.button(key="make_dub")


def test_one_click_dubs_the_sample(visitor):
    at_dub(visitor, "samples")
    visitor.press("tile_old_man_video")
    assert not visitor.page.checkbox, "it shows nobody real"
    visitor.press("make_dub")
    made = visitor.wait("dub").result
    assert visitor["results"][0].made is made
    assert voices.spoken_for(visitor["video"], Text("Hello.")).voice == "en-old-man"


def test_what_was_uploaded_is_there_after_a_look_at_the_sample_videos(visitor, face_mp4):
    at_dub(visitor)
    visitor.upload("upload_video", "clip.mp4", face_mp4)
    mine = visitor["video"]
    visitor.choose("video_source", "samples")
    assert visitor["video"].shared
    visitor.choose("video_source", "upload")
    assert visitor["video"] is mine
    assert visitor.addresses("video"), "it can be watched before it is dubbed"


BAD_VIDEOS = {
    "a picture": (lambda: png(draw_face(0.5)), "Received a picture; this page needs a video"),
    "no video": (lambda: b"not a video", "your file"),
    "too large": (lambda: bytes(50_000_001), "at most 50 MB"),
}


@pytest.mark.parametrize("case", BAD_VIDEOS)
def test_a_video_that_cannot_be_used_is_told(visitor, case):
    make, message = BAD_VIDEOS[case]
    at_dub(visitor)
    visitor.upload("upload_video", "clip.mp4", make())
    assert message in visitor.errors()
    assert visitor["video"].shared
    assert not visitor.page.exception


def test_a_video_without_a_face_says_so(visitor, tmp_path):
    blank = write_video(tmp_path / "blank.mp4", [draw(size=(SIZE, SIZE))] * 10)
    at_dub(visitor)
    visitor.upload("upload_video", "clip.mp4", blank.read_bytes())
    assert "No face was found in 10 frames spread over 'your file'" in visitor.errors()
    assert not visitor.page.checkbox, "before anybody is asked or waits"
    visitor.press("make_dub")
    assert "No face was found" in visitor.errors()
    assert "dub" not in visitor["jobs"]
    assert [path for path in visitor["visit"].folder.iterdir() if path.is_file()] == []


def test_of_several_people_in_a_video_one_is_chosen(visitor, tmp_path):
    clip = write_video(tmp_path / "two.mp4", [two_people()] * 5)
    at_dub(visitor)
    visitor.upload("upload_video", "clip.mp4", clip.read_bytes())
    visitor.press("person_video_1")
    assert visitor["video"].choose == pytest.approx((90, 120), abs=25)


# --- two languages ----------------------------------------------------------------------------------------------------


def test_every_text_is_there_in_both_languages_with_the_same_gaps():
    for name in texts.names():
        english, arabic = texts._TABLE[name]
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", arabic)), name
        assert ARABIC.search(arabic), name
        assert not ARABIC.search(english), name


@pytest.mark.parametrize("step", state.STEPS)
def test_in_arabic_no_english_sentence_is_left(step):
    visitor = Visitor("ar")
    visitor.go(step)
    assert not visitor.page.exception
    said = [re.sub(r"<[^>]*>", "", text) for text in visitor.words().split("\n")]
    left = [text for text in said if re.search(r"[A-Za-z]{3,} [a-z]{2,}", text) and not ARABIC.search(text)]
    assert left == []


def test_the_switch_changes_the_language_and_keeps_the_choices(visitor):
    visitor.press("tile_man")
    visitor.page.segmented_control(key="language").set_value("ar").run()
    assert visitor.page.button(key="make_talk").label == "اجعلها تتكلم"
    assert visitor["face"].label == "man"


def test_the_address_chooses_the_language():
    assert Visitor("ar").page.button(key="make_talk").label == "اجعلها تتكلم"
    assert Visitor("fr").page.button(key="make_talk").label == "Make it talk"


def test_errors_of_the_package_are_said_in_arabic():
    visitor = Visitor("ar")
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "face.png", png(np.full((64, 64, 3), 200, np.uint8)))
    heading, said = visitor.errors().split("\n\n")
    assert "لم يُعثر على وجه" in heading
    assert "استعمل صورة ينظر فيها الوجه إلى الكاميرا" in said
    assert not re.search(r"[A-Za-z]{2,}", said)
    visitor.page.segmented_control(key="language").set_value("en").run()
    assert "Use one in which a face looks at the camera" in visitor.errors(), "the same error in another language"


def test_errors_of_a_job_and_notes_of_a_run_are_said_in_arabic(face_png):
    visitor = Visitor("ar")
    visitor.choose("face_source", "upload")
    visitor.upload("upload_face", "a.png", face_png)
    visitor.go("voice")
    visitor.choose("voice_source", "upload")
    visitor.upload("upload_voice", "stereo.wav", opposite_channels())
    visitor.agree()
    visitor.press("make_talk")
    made = visitor.wait("talk").result
    visitor.settle()
    assert "are in opposite phase" in made.run.warnings[-1]
    note = next(line for line in visitor.words().splitlines() if "تتبع الشفاه القناة" in line)
    assert "«ملفك»" in note, "the name that the file has on the server is not shown"
    visitor["visit"].desk.shown = None
    visitor["jobs"]["talk"].state, visitor["jobs"]["talk"].error = "failed", work_error()
    visitor.page.run()
    assert "الصوت أطول من" in visitor.errors()


def opposite_channels() -> bytes:
    """A stereo file whose channels cancel each other."""
    samples = (8000 * np.sin(np.arange(9600) / 9)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((2, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(np.stack([samples, -samples], axis=1).tobytes())
    return buffer.getvalue()


def work_error() -> InputError:
    """What a job raises, in its own thread, where no language is known."""
    with pytest.raises(InputError) as caught:
        work.check_length(1000.0, 60.0)
    return caught.value


OFFSETS = {
    23.4: ("the sound comes 23 ms early", "يسبق الصوت الشفاه بمقدار 23 مللي ثانية"),
    -61.0: ("the sound comes 61 ms late", "يتأخر الصوت عن الشفاه بمقدار 61 مللي ثانية"),
    0.2: ("the sound comes exactly with the lips", "يأتي الصوت مع الشفاه تمامًا"),
}


@pytest.mark.parametrize("offset_ms", OFFSETS)
@pytest.mark.parametrize("place", [0, 1], ids=["en", "ar"])
def test_an_offset_is_early_or_late_in_words(monkeypatch, offset_ms, place):
    monkeypatch.setattr(texts, "language", lambda: ("en", "ar")[place])
    assert offset_in_words(offset_ms, "sound_") == OFFSETS[offset_ms][place]
    assert not re.search("[-+−]", offset_in_words(offset_ms))


JARGON = r"\b(rig|weights?|metadata|engine|models?|checkpoint|frames?|kernel|embedding)\b|الأوزان|أوزان|الهيكل"


def test_no_word_of_the_trade_is_left():
    for name in texts.names():
        for said in texts._TABLE[name]:
            assert not re.search(JARGON, said, re.IGNORECASE), name


# --- words ------------------------------------------------------------------------------------------------------------


def test_names_of_files_on_the_server_are_not_shown():
    message = "No sound can be read from '/tmp/lipsync-app-1/ab/voice-0123456789abcdef01234567': why."
    assert in_plain_words(message) == "No sound can be read from 'your file': why."


def test_messages_cannot_bring_markup():
    assert in_plain_words("see [this](http://x) *now*") == r"see \[this\](http://x) \*now\*"
