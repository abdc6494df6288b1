"""Several faces speak, each its own voice or one voice by turns: seen on their lips, heard in the mix."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import quick_runs
from quick_runs import lipsync
from real_files import PAIR, pair, pair_frame, two_people
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound, write_video

from lipsync_tools import samples
from lipsync_tools.progress import Progress
from lipsync_tools.sounds import beginning
from lipsync_tools.turns import read_turns
from lipsync_utils import FaceOptions, MotionOptions, RunOptions, Turn, WriteOptions, run
from lipsync_utils.errors import InputError, LipSyncError, NoFaceError
from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.media import SoundReader, load_speech, open_source
from lipsync_utils.media.mixing import limited, mixed
from lipsync_utils.messages import said_in
from lipsync_utils.performing import Cast
from lipsync_utils.pipeline import load
from lipsync_utils.planning import make_plan
from lipsync_utils.records import SpeakerReport, Timeline
from lipsync_utils.reporting import absences, in_all
from lipsync_utils.speakers import load_voices, speakers_of

RATE = 24_000
HALF_S = 1.2
STILL = RunOptions(motion=MotionOptions(style="still"), write=WriteOptions(crf=0))
FIRST, SECOND = slice(4, 28), slice(34, 58)  # frames well within the halves


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once() -> Iterator[None]:
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """Two faces as a video and as a picture; a voice, before silence (early) and after it (late)."""
    folder = tmp_path_factory.mktemp("two صوتان")
    pair(folder / "two.mp4", seconds=2 * HALF_S)
    pair(folder / "two.png")
    beginning(samples.find("english", "voice"), 2 * HALF_S + 1, folder / "spoken.wav")
    spoken, rate = heard(folder / "spoken.wav")
    words, rest = spoken[:, : round(HALF_S * rate)], np.zeros((len(spoken), round(HALF_S * rate)), np.float32)
    write_sound(folder / "whole.wav", spoken[:, : round(2 * HALF_S * rate)], rate=rate)
    write_sound(folder / "early.wav", np.concatenate([words, rest], axis=1), rate=rate)
    write_sound(folder / "late.wav", np.concatenate([rest, words], axis=1), rate=rate)
    write_sound(folder / "short.wav", words, rate=rate)
    write_sound(folder / "silent.wav", np.concatenate([rest, rest], axis=1), rate=rate)
    return folder


@pytest.fixture(scope="module")
def resting(given, tmp_path_factory) -> np.ndarray:
    """The video with everybody silent."""
    out = tmp_path_factory.mktemp("resting") / "out.mp4"
    return decoded(run(given / "two.mp4", dict.fromkeys((0, 1), given / "silent.wav"), out, options=STILL).output)


def heard(path: str | Path) -> tuple[np.ndarray, int]:
    with SoundReader(path) as reader:
        return np.concatenate(list(reader.blocks()), axis=1), reader.rate


def decoded(path: str | Path) -> np.ndarray:
    """``(T, H, W, 3) int`` RGB."""
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]).astype(int)


def lip_gaps(images: np.ndarray, detector: BlazeMeshDetector) -> np.ndarray:
    """``(2, T)`` distance between the inner lips of each face, as a part of its mouth's width."""
    upper, lower = topology.INNER_LIP_UPPER[5], topology.INNER_LIP_LOWER[5]
    gaps = []
    for image in images.astype(np.uint8):
        faces = [face.points[:, :2] for face in detector.detect(image)]
        assert len(faces) == 2
        gaps.append([np.linalg.norm(p[lower] - p[upper]) / np.linalg.norm(p[61] - p[291]) for p in faces])
    return np.array(gaps).T


def check_speaks(seen: np.ndarray, resting: np.ndarray, face: int, frames: slice) -> None:
    """The face's half differs from one that rests then, much, and in the other half of the time not by one level."""
    half = (slice(0, 220), slice(260, 480))[face]
    changed = np.abs(seen - resting)[:, :, half].max(axis=(1, 2, 3))
    assert changed[SECOND if frames is FIRST else FIRST].max() == 0
    assert (changed[frames] > 40).mean() > 0.5, "but for a pause between the words"


def beside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- a voice for each face -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
def test_each_face_speaks_its_own_voice_and_rests_otherwise(given, tmp_path, resting, first):
    voices = {first: given / "early.wav", 1 - first: given / "late.wav"}
    report = run(given / "two.mp4", voices, tmp_path / "out.mp4", options=STILL)
    seen = decoded(report.output)
    check_speaks(seen, resting, first, FIRST)
    check_speaks(seen, resting, 1 - first, SECOND)
    assert report.speakers == (SpeakerReport(first), SpeakerReport(1 - first))
    assert report.faceless_frames == report.warnings == ()
    assert beside(tmp_path) == {"out.mp4"}


def test_who_rests_has_shut_lips_and_who_speaks_opens_them(given, tmp_path, resting, detector):
    """Both mouths go wide open all the time in the source."""
    before, rest = lip_gaps(decoded(given / "two.mp4"), detector), lip_gaps(resting, detector)
    voices = {0: given / "early.wav", 1: given / "late.wav"}
    gaps = lip_gaps(decoded(run(given / "two.mp4", voices, tmp_path / "out.mp4", options=STILL).output), detector)
    assert (before.max(axis=1) > 0.24).all()
    assert (rest.max(axis=1) < 0.15).all()
    assert (np.median(rest, axis=1) < 0.03).all()
    for face, frames in enumerate((FIRST, SECOND)):
        assert (gaps - rest)[face, frames].max() > 0.1


def test_nobody_changes_for_the_other(given, tmp_path):
    """Each half of the picture is what a run with that face alone makes of it, to the last pixel."""
    both = run(given / "two.mp4", {0: given / "whole.wav", 1: given / "late.wav"}, tmp_path / "both.mp4", options=STILL)
    alone = [
        run(given / "two.mp4", given / name, tmp_path / f"{face}.mp4", options=replace(STILL, face=FaceOptions(face)))
        for face, name in enumerate(("whole.wav", "late.wav"))
    ]
    seen, left, right = (decoded(report.output) for report in (both, *alone))
    assert len(seen) == len(left) == len(right) == 60
    np.testing.assert_array_equal(seen[:, :, :220], left[:, :, :220])
    np.testing.assert_array_equal(seen[:, :, 260:], right[:, :, 260:])


def test_a_point_names_a_face_too(given, tmp_path):
    """In the source's pixels, of which a preview has half as many; the other face stays as it is."""
    options = replace(STILL, preview=True)
    voices = {(PAIR[1].x, PAIR[1].y + 30): given / "early.wav"}
    report = run(given / "two.mp4", voices, tmp_path / "out.mp4", options=options)
    assert report.speakers == (SpeakerReport((PAIR[1].x / 2, PAIR[1].y / 2 + 15)),)
    source = decoded(given / "two.mp4")[:, ::2, ::2]
    changed = np.abs(decoded(report.output) - source)
    assert np.abs(changed[:, :, :110]).mean() < 3 < 40 < changed[:, 40:, 130:].max()


def test_a_voice_that_is_over_leaves_lips_at_rest(given, tmp_path, resting):
    voices = {0: given / "short.wav", 1: given / "late.wav"}
    report = run(given / "two.mp4", voices, tmp_path / "out.mp4", options=STILL)
    assert report.frames == 60
    seen = decoded(report.output)
    check_speaks(seen, resting, 0, FIRST)
    check_speaks(seen, resting, 1, SECOND)


def test_the_output_may_end_with_the_video(given, tmp_path):
    film = pair(tmp_path / "film.mp4", seconds=1.0)
    options = replace(STILL, when_short="cut")
    report = run(film, {0: given / "short.wav", 1: given / "late.wav"}, tmp_path / "out.mp4", options=options)
    assert (report.frames, report.duration_s) == (25, 1.0)
    sound, rate = heard(report.output)
    assert sound.shape[1] == rate
    assert report.warnings == ("The video lasts 1.0 s, the voice 2.4 s: the voice is cut off with it.",)


# --- one voice by turns ----------------------------------------------------------------------------------------------


def test_faces_speak_by_turns(given, tmp_path, resting):
    options = replace(STILL, turns=(Turn(0, HALF_S, 1), Turn(HALF_S, 99, 0)))
    report = run(given / "two.mp4", given / "whole.wav", tmp_path / "out.mp4", options=options)
    seen = decoded(report.output)
    check_speaks(seen, resting, 1, FIRST)
    check_speaks(seen, resting, 0, SECOND)
    assert [speaker.face for speaker in report.speakers] == [1, 0]
    out, original = heard(report.output)[0], heard(given / "whole.wav")[0]
    assert out.shape == original.shape
    assert np.corrcoef(out[0], original[0])[0, 1] > 0.99, "the voice itself is whole"


def test_turns_may_overlap_and_who_is_not_named_stays_as_they_are(given, tmp_path, resting):
    options = replace(STILL, turns=(Turn(0.2, HALF_S, 1), Turn(0, 0.4, 1)))
    out = run(given / "two.mp4", given / "whole.wav", tmp_path / "out.mp4", options=options).output
    seen, source = decoded(out), decoded(given / "two.mp4")
    assert np.abs(seen - source)[:, :, :220].max() < 24, "coding, nothing else"
    check_speaks(seen, resting, 1, FIRST)


def test_turns_cut_the_wave_and_nothing_else(given):
    speech = load_speech(given / "whole.wav")
    options = RunOptions(turns=(Turn(0.5, 1.0, 0), Turn(0.9, 1.5, 1), Turn(2.0, 50, 0), Turn(70, 80, 1)))
    left, right = (speaker.speech for speaker in speakers_of(speech, options))
    second = slice(8_200, 15_800)
    np.testing.assert_array_equal(left.wave[second], speech.wave[second])
    assert not left.wave[16_200:31_800].any()
    np.testing.assert_array_equal(left.wave[32_200:], speech.wave[32_200:])
    assert not right.wave[:14_200].any()
    assert right.wave[14_600:15_800].any()
    assert (left.samples, left.rate, left.path) == (speech.samples, speech.rate, speech.path)
    (said,) = make_plan(open_source(given / "two.mp4"), speech, options).notes
    assert said == "1 of 4 turns begin after the voice has ended, at 2.4 s: nobody speaks in them."


# --- a picture of two ------------------------------------------------------------------------------------------------


def test_two_in_a_picture_speak_and_live(given, tmp_path, detector):
    voices = {0: given / "early.wav", 1: given / "late.wav"}
    report = run(given / "two.png", voices, tmp_path / "out.mp4", options=RunOptions())
    seen = decoded(report.output)
    for gaps, speaks, rests in zip(lip_gaps(seen, detector), (FIRST, SECOND), (SECOND, FIRST), strict=True):
        assert np.ptp(gaps[speaks]) > 0.08
        assert np.ptp(gaps[rests]) < 0.04
    assert min(lives(seen)[:, -1]) > 0.5, "both heads live"


def lives(seen: np.ndarray) -> np.ndarray:
    """``(2, T)``: how much brows and eyes of both have changed since the beginning."""
    tops = [seen[:, 40:90, x : x + 100].astype(float).mean(axis=3) for x in (70, 310)]  # brows and eyes
    return np.array([np.abs(top - top[0]).mean(axis=(1, 2)) for top in tops])


def test_each_head_lives_its_own_life(given, tmp_path, detector):
    """Even if they say the same: the bridges of their noses go different ways, in widths of their faces."""
    voices = dict.fromkeys((0, 1), given / "whole.wav")
    seen = decoded(run(given / "two.png", voices, tmp_path / "out.mp4", options=RunOptions()).output)
    faces = [detector.detect(image.astype(np.uint8), precise=True) for image in seen]
    places = np.array([[face.points[168, 0] / (face.box[2] - face.box[0]) for face in two] for two in faces])
    assert np.abs(np.diff(places - places[0])).max() > 0.02


def test_a_head_in_a_picture_is_what_it_is_alone(given, tmp_path):
    """Its neighbour has another half; between them their frames are mixed."""
    options = RunOptions(write=WriteOptions(crf=0))
    both = run(given / "two.png", {0: given / "short.wav", 1: given / "short.wav"}, tmp_path / "2.mp4", options=options)
    alone = run(given / "two.png", {0: given / "short.wav"}, tmp_path / "1.mp4", options=options)
    seen, left = decoded(both.output), decoded(alone.output)
    np.testing.assert_array_equal(seen[:, :, :180], left[:, :, :180])
    assert np.abs(seen - left)[:, :, 300:].max() > 40


def test_lips_only_leaves_the_picture_alone(given, tmp_path):
    report = run(
        given / "two.png", {0: given / "early.wav", 1: given / "late.wav"}, tmp_path / "out.mp4", options=STILL
    )
    moved = np.abs(decoded(report.output) - pair_frame(0.0, 0.0)).max(axis=(0, 3))
    assert moved[:, 200:270].max() < 8
    assert moved[:50].max() < 10
    assert min(moved[:, :200].max(), moved[:, 270:].max()) > 60


# --- who is away -----------------------------------------------------------------------------------------------------


def test_a_speaker_who_leaves_is_told_and_the_other_speaks_on(given, tmp_path):
    film = two_people(tmp_path / "film.mp4", leaves=(0.8, 1.4))
    voices = {0: given / "whole.wav", 1: given / "whole.wav"}
    report = run(film, voices, tmp_path / "out.mp4", options=replace(STILL, when_short="cut"))
    away = tuple(range(20, 35))
    assert report.speakers == (SpeakerReport(0, away), SpeakerReport(1, ()))
    assert report.faceless_frames == (), "somebody is seen in every frame"
    said = "In 15 of 50 frames (0:00.8-0:01.4) the face 0 was not seen: there it is left as it is."
    assert said in report.warnings
    seen, source = decoded(report.output), decoded(film)
    assert np.abs(seen - source)[list(away), :, :180].max() < 24
    assert (np.abs(seen - source)[list(away), :, 190:].max(axis=(1, 2, 3)) > 40).mean() > 0.7


@pytest.mark.parametrize(
    ("choose", "said"),
    [
        ("largest", "In 4 of 11 frames (0:00.1-0:00.2, 0:00.4-0:00.4) no face was seen: there the picture is left"),
        (
            0,
            "In 4 of 11 frames (0:00.1-0:00.2, 0:00.4-0:00.4) the chosen face was not seen: there it is left as it is.",
        ),
    ],
)
def test_the_only_speaker_who_is_away_is_told_once(capfd, tmp_path, choose, said):
    face, size = SyntheticFace(x=128, y=115, width=120), (256, 256)
    here, gone = draw(face, size=size), draw(size=size)
    film = write_video(tmp_path / "film.mp4", [here, here, gone, gone, gone, here, here, here])
    sound = write_sound(tmp_path / "voice.wav", voice(0.41))
    arguments = ("run", film, sound, "-o", tmp_path / "out.mp4", "--face", choose)
    outcome = lipsync(capfd, *arguments)
    assert outcome.out.count("not seen") + outcome.out.count("no face was seen") == 1
    assert f"Note: {said}" in outcome.out
    report = json.loads(lipsync(capfd, *arguments, "--json").out)
    assert report["faceless_frames"] == report["speakers"][0]["faceless_frames"] == [2, 3, 4, 10]
    assert sum(warning.startswith(said) for warning in report["warnings"]) == 1


def test_many_absences_are_one_sentence_in_both_languages():
    clock = Timeline.covering(3000, 25, 25)
    away = SpeakerReport((320.0, 200.5), (0, 1, 100, 1600, 1601, 2000, 2500))
    (said,) = absences((away, SpeakerReport(1)), clock)[:1]
    assert said == (
        "In 7 of 3000 frames (0:00.0-0:00.1, 0:04.0-0:04.0, 1:04.0-1:04.1, ...) the face 320,200.5 was not seen: there "
        "it is left as it is."
    )
    assert re.search("[؀-ۿ]", said_in(said, "ar"))
    assert "1:04.1" in said_in(said, "ar")
    assert in_all((away, SpeakerReport(1, (1, 100)))) == (1, 100)


# --- what is heard ---------------------------------------------------------------------------------------------------


def tone(folder: Path, hertz: float, seconds: float, *, rate: int, level: float = 0.2, channels: int = 1) -> Path:
    time = np.arange(round(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hertz * time)
    path = folder / f"{hertz:g}-{rate}-{level:g}-{channels}.wav"
    return write_sound(path, np.stack([wave] * channels), rate=rate, codec="pcm_f32le")


def amplitude(sound: np.ndarray, rate: int, hertz: float) -> float:
    time = np.arange(len(sound)) / rate
    return 2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * time)))


def test_voices_are_mixed_at_their_own_levels_for_the_length_of_the_longest(tmp_path):
    low = load_speech(tone(tmp_path, 300, 2.5, rate=16_000, level=0.4))
    high = load_speech(tone(tmp_path, 700, 1.0, rate=44_100, level=0.1, channels=2))
    with mixed([low, high], tmp_path / "out.mp4") as speech:
        assert (speech.rate, speech.channels, speech.samples) == (44_100, 2, round(2.5 * 44_100))
        sound, rate = heard(speech.path)
    for channel in sound:
        assert amplitude(channel[:44_100], rate, 300) == pytest.approx(0.4, rel=0.01)
        assert amplitude(channel[:44_100], rate, 700) == pytest.approx(0.1, rel=0.01)
        assert amplitude(channel[52_920:], rate, 700) < 1e-3
    assert not list(tmp_path.glob(".*"))


def test_mono_voices_stay_mono_and_are_added_to_the_bit(tmp_path):
    one, two = (tone(tmp_path, hertz, 1.3, rate=RATE, level=0.3) for hertz in (250, 610))
    with mixed([load_speech(one), load_speech(two)], tmp_path / "out.mp4") as speech:
        assert (speech.rate, speech.channels, speech.samples) == (RATE, 1, round(1.3 * RATE))
        np.testing.assert_array_equal(heard(speech.path)[0], heard(one)[0] + heard(two)[0])


def test_what_would_clip_is_limited_there_and_only_there():
    rate, time = 8000, np.arange(24_000) / 8000
    loud = (time > 1) & (time < 1.5)
    wave = (0.6 * np.sin(2 * np.pi * 200 * time) * (1 + 1.5 * loud)).astype(np.float32)[None]
    blocks = [wave[:, start : start + 777] for start in range(0, wave.shape[1], 777)]
    out = np.concatenate(list(limited(iter(blocks), rate)), axis=1)
    assert out.shape == wave.shape
    assert np.abs(out).max() <= 1
    far = (time < 0.97) | (time > 1.53)
    np.testing.assert_array_equal(out[:, far], wave[:, far])
    assert np.abs(np.diff(out)).max() < np.abs(np.diff(wave)).max(), "no corners"
    inside = (time > 1.1) & (time < 1.4)
    np.testing.assert_allclose(out[:, inside], wave[:, inside] / 1.5, atol=0.01)


def test_one_voice_is_not_touched(given, tmp_path):
    speech = load_speech(given / "whole.wav")
    with mixed([speech], tmp_path / "out.mp4") as same:
        assert same is speech
    assert not list(tmp_path.iterdir())
    plan = make_plan(open_source(given / "two.mp4"), speech, RunOptions())
    assert plan.speakers[0].speech is plan.voices[0] is speech


def test_the_output_sounds_as_long_as_the_longest_voice(given, tmp_path):
    voices = {0: tone(tmp_path, 300, 0.8, rate=16_000), 1: tone(tmp_path, 500, 1.137, rate=32_000, channels=2)}
    report = run(given / "two.png", voices, tmp_path / "out.mkv", options=STILL)
    sound, rate = heard(report.output)
    assert (rate, sound.shape) == (32_000, (2, round(1.137 * 32_000)))
    assert report.duration_s == pytest.approx(1.137)
    assert report.frames == 29


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["two.png", "two.mp4"])
def test_a_face_that_is_not_there(given, tmp_path, face):
    voices = {0: given / "short.wav", 5: given / "short.wav"}
    with pytest.raises(NoFaceError, match=r"[Ff]ace number 5 "):
        run(given / face, voices, tmp_path / "out.mp4", options=STILL)
    assert not beside(tmp_path)


@pytest.mark.parametrize("face", ["two.png", "two.mp4"])
def test_two_voices_for_one_face(given, tmp_path, face):
    voices = {0: given / "short.wav", (PAIR[0].x, PAIR[0].y): given / "late.wav"}
    with pytest.raises(InputError, match=r"is one that has another voice already; each face can have only one"):
        run(given / face, voices, tmp_path / "out.mp4", options=STILL)
    assert not beside(tmp_path)


def test_who_is_alone_in_a_shot_is_not_spoken_for_twice(given, tmp_path):
    """At first only the right one is seen, so this is face 0; whoever comes in from the left makes them face 1."""
    frames = [draw(PAIR[1], size=(480, 240))] * 12 + [pair_frame(0.0, 0.0)] * 18
    film = write_video(tmp_path / "film.mp4", frames)
    with pytest.raises(InputError, match="has another voice already"):
        run(film, {0: given / "short.wav", 1: given / "short.wav"}, tmp_path / "out.mp4", options=STILL)


@pytest.mark.parametrize(
    ("voices", "options", "message"),
    [
        ({}, {}, "No voice was given. Give each face that is to speak"),
        ({"prettiest": "short.wav"}, {}, "Unknown choice of face 'prettiest'"),
        ({0: "gone.wav"}, {}, "gone.wav' does not exist"),
        ({0: "short.wav", 1: "late.wav"}, {"turns": (Turn(0, 1, 0),)}, "2 voices and a table of turns were given"),
        ({0: "short.wav"}, {"face": FaceOptions(choose=1)}, "face 1 was chosen for the whole run, but the voices name"),
        ("short.wav", {"face": FaceOptions(choose=1), "turns": (Turn(0, 1, 0),)}, "but the turns name faces as well"),
    ],
)
def test_what_contradicts_itself_is_refused_at_once(given, tmp_path, voices, options, message):
    audio = {face: given / name for face, name in voices.items()} if isinstance(voices, dict) else given / voices
    with pytest.raises(InputError) as refusal:
        run(given / "two.mp4", audio, tmp_path / "out.mp4", options=RunOptions(**options))
    assert message in str(refusal.value)


@pytest.mark.parametrize(("begin", "end"), [(2, 1), (1, 1)])
def test_a_turn_ends_after_it_begins(begin, end):
    with pytest.raises(InputError, match=rf"from {begin} to {end} s; it must end after it begins"):
        Turn(begin, end, 0)


def test_the_output_is_none_of_the_voices(given, tmp_path):
    film = two_people(tmp_path / "film.mp4")
    with pytest.raises(InputError, match="is also an input and would be overwritten"):
        run(given / "two.mp4", {0: given / "short.wav", 1: film}, film, options=STILL)


@pytest.mark.parametrize("face", ["two.png", "two.mp4"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, LipSyncError])
def test_nothing_is_left_of_what_was_stopped(given, tmp_path, monkeypatch, face, error):
    seen = []

    class Impatient(Progress):
        def step(self, part, done, total):
            if done == 20:
                seen.extend(beside(tmp_path))
                raise error("stop")

    with pytest.raises(error):
        run(
            given / face,
            {0: given / "short.wav", 1: given / "late.wav"},
            tmp_path / "out.mp4",
            options=STILL,
            listener=Impatient(("frames",)),
        )
    assert len(seen) == 2, "the picture and the mix"
    assert not beside(tmp_path)


def test_an_engine_that_loses_frames_is_refused_among_several_too(given):
    loaded = load(STILL)

    class Losing:
        name = "losing"

        def for_video(self, tracked, task):
            return (image for number, image in enumerate(loaded.engine.for_video(tracked, task)) if number != 7)

    voices = {0: given / "short.wav", 1: given / "short.wav"}
    source = open_source(given / "two.mp4")
    plan = make_plan(source, load_voices(voices, STILL), STILL)
    with pytest.raises(LipSyncError, match="gave 29 of the 30 frames"):
        list(Cast(source, plan, loaded.detector, STILL.motion).speaking(Losing()))


# --- the command line ------------------------------------------------------------------------------------------------


def test_voices_and_scores_on_the_command_line(capfd, given, tmp_path):
    """A sample by its name, and a file; short as they are, no score says more than that."""
    out = tmp_path / "out.mp4"
    arguments = ("run", given / "two.mp4", "-o", out, "--when-short", "cut", "--preview", "--score")
    voices = ("--voice", f"1={given / 'whole.wav'}", "--voice", "0=english")
    outcome = lipsync(capfd, *arguments, *voices)
    assert outcome.code == 0, outcome.err
    assert re.findall(r"^Sync of face (\d): (\w+)", outcome.out, re.MULTILINE)[0][0] == "1"
    assert outcome.out.count("Sync of face") == 2
    report = json.loads(lipsync(capfd, *arguments, *voices, "--json").out)
    assert [speaker["face"] for speaker in report["speakers"]] == [1, 0]
    assert [(score["face"], Path(score["audio"]).name) for score in report["sync"]] == [
        (1, "whole.wav"),
        (0, "english.wav"),
    ]


def test_turns_on_the_command_line(capfd, given, tmp_path, resting):
    table = tmp_path / "turns.csv"
    table.write_text(f"from,to,face\n0,{HALF_S},0\n0:01.2,0:05,1\n")
    out = tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", given / "two.mp4", given / "whole.wav", "--turns", table, "--crf", 0, "-o", out)
    assert outcome.code == 0, outcome.err
    check_speaks(decoded(out), resting, 0, FIRST)
    check_speaks(decoded(out), resting, 1, SECOND)


VOICE = ("--voice", "0=short.wav")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "No voice was given. Give a recording after the face, a text with --say, or a recording"),
        (("late.wav", *VOICE), "--voice was given together with AUDIO (late.wav)"),
        (("--turns", "t.csv", *VOICE), "--voice was given together with --turns"),
        ((*VOICE, "--voice", "0=late.wav"), "gives the face 0 two voices, 'short.wav' and 'late.wav'"),
        (("--voice", "0="), "--voice received '0='; a face and its recording are needed, such as 0=a.wav"),
        (("--voice", "short.wav"), "--voice received 'short.wav'; a face and its recording are needed"),
        (("--voice", "left=short.wav"), "A face was named as 'left'; 'largest', a number from 0 on"),
        (("--voice", "0=englisch"), "samples: english, arabic"),
        ((*VOICE, "--face", "1"), "The face 1 was chosen for the whole run, but the voices name faces as well"),
        (("late.wav", "--turns", "gone.csv"), "table of turns file 'gone.csv' does not exist"),
        (("late.wav", "--turns", "two.png"), "'two.png' holds no table of turns. Give a text file"),
    ],
)
def test_the_command_line_says_what_is_wrong(capfd, given, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(given)
    before = beside(given)
    outcome = lipsync(capfd, "run", "two.mp4", *arguments, "-o", tmp_path / "out.mp4")
    assert outcome.code == 2, outcome.err
    assert message in " ".join(outcome.err.split())
    assert not beside(tmp_path)
    assert beside(given) == before


# --- the table -------------------------------------------------------------------------------------------------------

TURNS = (Turn(0, 2.5, 1), Turn(62.5, 3600, (320, 200)))


@pytest.mark.parametrize(
    "text",
    [
        "0,2.5,1\n62.5,3600,320,200\n",
        'From, To, Face\n0:00,0:02.5,1\n\n1:02.5,1:00:00,"320,200"\n',
        "\ufefffrom;to;face\r\n0;2,5;1\r\n1:02,5;3600;320,200\r\n",
        "0\t2.5\t1\n62.5\t3600\t320,200\n",
    ],
)
def test_turns_are_read_as_spreadsheets_write_them(tmp_path, text):
    (tmp_path / "turns.csv").write_text(text, encoding="utf-8", newline="")
    assert read_turns(tmp_path / "turns.csv") == TURNS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from,to,face\n", "holds no table of turns"),
        ("\n \n", "holds no table of turns"),
        ("from,to,face\n0,2,0\n3,1,1\n", r"Line 3 of '.*' is no turn: 3,1,1"),
        ("0,2\n", r"Line 1 of '.*' is no turn: 0,2\. Give from,to,face"),
        ("0,soon,1\n", "Line 1 of '.*' is no turn: 0,soon,1"),
        ("0,2,left\n", "Line 1 of '.*' is no turn: 0,2,left"),
        ("0,nan,1\n", "Line 1 of '.*' is no turn"),
        ("-1,2,1\n", "Line 1 of '.*' is no turn"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, message):
    (tmp_path / "turns.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_turns(tmp_path / "turns.csv")


def test_a_table_is_a_text_of_some_size(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x80" * 30)
    (tmp_path / "large.csv").write_text("0,1,0\n" * 200_000)
    for name in ("binary.csv", "large.csv"):
        with pytest.raises(InputError, match="holds no table of turns"):
            read_turns(tmp_path / name)
