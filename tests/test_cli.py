"""The command line as a person and as a script meet it."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import quick_runs
import torch
import wav2lip_weights as made_up
from quick_runs import lipsync
from safetensors.torch import save_file
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound, write_video

import lipsync_utils
from lipsync_tools import cli, progress, samples
from lipsync_tools.cli import terminal
from lipsync_tools.sounds import beginning
from lipsync_utils import assets, pipeline
from lipsync_utils.asset_sources import Url
from lipsync_utils.errors import AssetError
from lipsync_utils.faces import make_detector
from lipsync_utils.media import read_picture, write_picture
from lipsync_utils.options import FaceOptions
from lipsync_utils.wav2lip import own
from lipsync_utils.wav2lip.compact import FORMAT, CompactWav2Lip

FACE = SyntheticFace(x=128, y=115, width=120)
SIZE = (256, 256)
REPORT = {
    *("output", "engine", "engine_reason", "frames", "fps", "width", "height", "duration_s", "wall_s"),
    *("frames_per_second", "first_frame_s", "peak_rss_mb", "faceless_frames", "covered_frames"),
    *("warnings", "models"),
}
SPEECH_EXTRA = all(map(importlib.util.find_spec, ("hibari", "espeakng_loader", "text2tashkeel", "pyloudnorm")))
needs_speech = pytest.mark.skipif(not SPEECH_EXTRA, reason="the extra 'speech' is not installed")


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once() -> Iterator[None]:
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("given files صوت")
    write_picture(folder / "face.png", draw(FACE, size=SIZE))
    write_sound(folder / "voice.wav", voice(0.41))
    return folder


def plain(text: str) -> str:
    """Without the frames and line breaks of help and usage errors."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", text).split())


# --- a real process --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def process(given, tmp_path_factory) -> subprocess.CompletedProcess:
    """A script runs the program in a plain locale and reads what it prints."""
    out = tmp_path_factory.mktemp("out") / "متكلم.mp4"
    command = [sys.executable, "-m", "lipsync_tools", "run", given / "face.png", given / "voice.wav", "-o", out]
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    return subprocess.run([*command, "--json"], capture_output=True, text=True, env=env, check=False)


def test_json_is_one_object_and_nothing_else(process):
    assert process.returncode == 0, process.stderr
    assert process.stdout.count("\n") == 1
    report = json.loads(process.stdout)
    assert set(report) >= REPORT
    assert (report["engine"], report["frames"], report["fps"]) == ("rig", 11, 25.0)
    assert report["duration_s"] == pytest.approx(0.41)
    assert 0 < report["first_frame_s"] <= report["wall_s"]
    assert report["frames_per_second"] > 0
    assert report["faceless_frames"] == report["covered_frames"] == report["warnings"] == []
    assert Path(report["output"]).stat().st_size > 1000
    assert Path(report["output"]).name == "متكلم.mp4"


def test_standard_error_says_which_engine_and_no_more(process):
    """No notices of libraries, and no progress bar where nobody watches."""
    assert process.stderr == "Engine auto: rig, the engine whose models are part of the package.\n"


# --- run -------------------------------------------------------------------------------------------------------------


def test_run_says_what_came_out(capfd, given, tmp_path):
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", tmp_path / "out.mp4", "--fps", 29.97)
    assert outcome.code == 0
    assert outcome.out.startswith(
        f"{tmp_path / 'out.mp4'}: 0.4 s, 13 frames at 29.97 a second, 256x256 pixels, made in"
    )
    assert outcome.out.count("\n") == 1


def test_frames_without_a_face_are_told(capfd, given, tmp_path):
    blank, face = draw(size=SIZE), draw(FACE, size=SIZE)
    path = write_video(tmp_path / "gone.mp4", [face, face, blank, blank, blank, face, face, face])
    arguments = ("run", path, given / "voice.wav", "-o", tmp_path / "out.mp4")
    outcome = lipsync(capfd, *arguments)
    away = "In 4 of 11 frames (0:00.1-0:00.2, 0:00.4-0:00.4) no face was seen: there the picture is left as it is."
    assert outcome.out.count(away) == 1
    message = "The video lasts 0.3 s, the voice 0.4 s: the video is repeated."
    assert message in outcome.err
    assert message not in outcome.out, "nothing is said twice"
    assert json.loads(lipsync(capfd, *arguments, "--json").out)["warnings"] == [message, away]


def test_the_bar_shows_stage_speed_and_time_left(monkeypatch, capfd):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    monkeypatch.setattr(terminal, "EVERY_S", 0.0)
    with terminal.Bar("frames") as listener:
        listener.step("frames", 1, 100)
        listener.step("frames", 50, 100)
    line = capfd.readouterr().err
    assert "frames:  50%" in line
    assert "50/100" in line
    assert "<" in line, "time left"


# --- what is asked for reaches the file ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    """A sample avatar at a quarter of its size, the same person twice, a short video, and a good second of a voice."""
    folder = tmp_path_factory.mktemp("real")
    small = read_picture(samples.find("woman", "face"))[::4, ::4].copy()
    write_picture(folder / "face.png", small)
    write_picture(folder / "two.png", np.concatenate([small, small[:, ::-1]], axis=1))
    shades = [small.copy() for _ in range(4)]
    for number, shade in enumerate(shades):
        shade[:32] = 60 * number  # tells the frames apart, far from the face
    write_video(folder / "short.mp4", shades, fps=25)
    beginning(samples.find("english", "voice"), 1.2, folder / "voice.wav")
    return folder


@pytest.fixture(scope="module")
def made_with(real, tmp_path_factory):
    """Runs the program with options; the file, and what it says about it. The same options are run once."""
    kept = {}

    def make(options: str = "", *, face: str = "face.png") -> tuple[Path, dict]:
        if (options, face) not in kept:
            out = tmp_path_factory.mktemp("made") / "out.mp4"
            arguments = [real / face, real / "voice.wav", "-o", out, *options.split(), "--json"]
            said = io.StringIO()
            with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as end:
                cli.app(["run", *map(str, arguments)], prog_name="lipsync")
            assert end.value.code == 0
            kept[options, face] = out, json.loads(said.getvalue())
        return kept[options, face]

    return make


def pictures(path: Path) -> np.ndarray:
    """``(T, H, W, 3) int`` RGB: every frame of a file, as it is."""
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]).astype(int)


def crf_in(path: Path) -> float:
    """The rate factor that x264 writes into its stream."""
    return float(re.search(rb"crf=([0-9.]+)", path.read_bytes())[1])


def test_badge_is_seen_in_every_picture(made_with):
    plain, label = pictures(made_with()[0]), pictures(made_with("--badge")[0])
    changed = np.abs(label - plain).max(axis=3)
    assert (changed[:, 230:, :90].max(axis=(1, 2)) > 80).all()
    assert changed[:, :128].max() < 40, "and nowhere else"


def test_another_seed_is_another_motion_and_the_same_is_the_same(made_with, real):
    plain, other = pictures(made_with()[0]), pictures(made_with("--seed 5")[0])
    assert np.abs(plain - pictures(made_with("--seed 0")[0])).max() == 0
    assert np.abs(plain - other).max() > 60


def test_still_is_still_but_for_the_lips(made_with):
    moves, rests = (pictures(made_with(options)[0])[:, 40:110].std(axis=0).mean() for options in ("", "--motion still"))
    assert moves > 5 * rests, "brow and hair"


def test_an_expression_is_seen_above_the_mouth(made_with):
    plain, surprised = (pictures(made_with(f"--motion still{more}")[0]) for more in ("", " --expression surprised"))
    changed = np.abs(surprised - plain).mean(axis=(0, 2, 3))
    assert changed[64:80].mean() > 5, "brows"
    assert changed[160:].mean() < 1


def test_articulation_moves_the_mouth_further(made_with, real):
    little, much = (
        pictures(made_with(f"--motion still --articulation {articulation}")[0]).std(axis=0).mean()
        for articulation in (0.5, 1.5)
    )
    assert much > 1.15 * little


def test_quality_reaches_the_encoder(made_with):
    (fine, _), (coarse, _) = made_with(), made_with("--crf 40")
    assert (crf_in(fine), crf_in(coarse)) == (17, 40)
    assert coarse.stat().st_size < 0.5 * fine.stat().st_size


def test_a_preview_is_half_as_large_and_coarser(made_with):
    path, report = made_with("--preview")
    assert pictures(path).shape[1:3] == (128, 128)
    assert (report["width"], report["height"]) == (128, 128)
    assert crf_in(path) >= 24
    assert crf_in(made_with("--preview --crf 35")[0]) == 35


def test_the_longest_side_is_kept_to(made_with):
    assert pictures(made_with("--max-side 100")[0]).shape[1:3] == (100, 100)


def test_the_frame_rate_is_that_of_the_file(made_with):
    path, report = made_with("--fps 12")
    with av.open(str(path)) as file:
        assert file.streams.video[0].average_rate == 12
    assert (report["fps"], report["frames"]) == (12.0, len(pictures(path)))


@pytest.mark.parametrize(
    ("end", "order"),
    [
        ("loop", [0, 1, 2, 3, 0, 1, 2, 3, 0]),
        ("pingpong", [0, 1, 2, 3, 2, 1, 0, 1, 2]),
        ("freeze", [0, 1, 2, 3, 3, 3, 3]),
    ],
)
def test_what_follows_a_short_video(made_with, end, order):
    shades = pictures(made_with(f"--when-short {end}", face="short.mp4")[0])[:, 4:28].mean(axis=(1, 2, 3))
    assert (np.round(shades / 60)[: len(order)] == order).all()


def test_a_voice_may_be_cut_off_with_its_video(made_with):
    assert len(pictures(made_with("--when-short cut", face="short.mp4")[0])) == 4


@pytest.mark.parametrize(("choice", "speaks"), [("0", 0), ("1", 1), ("380,120", 1)])
def test_the_face_that_was_chosen_speaks(made_with, choice, speaks):
    moved = pictures(made_with(f"--motion still --face {choice}", face="two.png")[0]).std(axis=0).mean(axis=2)
    halves = moved[:, :256].max(), moved[:, 256:].max()
    assert halves[speaks] > 3 * halves[1 - speaks] > 0, "what the coder leaves of a face at rest"


def test_a_score_comes_with_its_figure(made_with, tmp_path):
    figure = tmp_path / "sync.png"
    _, report = made_with(f"--score --figure {figure}")
    assert report["sync"]["verdict"] == "too short"
    assert read_picture(figure).shape[1] > 1000
    assert "sync" not in made_with()[1]


def test_samples_are_called_by_their_names(capfd, tmp_path, monkeypatch):
    """Long, so cancelled at the first frame: whose face and voice it is, is known then."""
    asked = []

    def stop(face, audio, out, **_):
        asked.extend([face, audio])
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", stop)
    monkeypatch.chdir(tmp_path)
    assert lipsync(capfd, "run", "woman", "english", "-o", "out.mp4").code == 130
    assert [path.name for path in asked] == ["woman.png", "english.wav"]
    outcome = lipsync(capfd, "run", "woman", "englisch", "-o", "out.mp4")
    assert outcome.code == 2
    assert "no sample is called so. Give a file, or one of the samples: english, arabic." in plain(outcome.err)


# --- score -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("gone.mp4",), ("{made}", "gone.mp4"), ("{made}", "--audio", "gone.wav")])
def test_a_missing_file_is_told_before_anything_is_scored(capfd, tmp_path, monkeypatch, made_with, arguments):
    monkeypatch.setattr("lipsync_utils.sync.scoring.watch", lambda *_, **__: pytest.fail("slow work was begun"))
    monkeypatch.chdir(tmp_path)
    made, _ = made_with()
    outcome = lipsync(capfd, "score", *[argument.format(made=made) for argument in arguments])
    assert outcome.code == 2
    kind, name = ("sound", "gone.wav") if "--audio" in arguments else ("video", "gone.mp4")
    assert outcome.err.startswith(f"Error: The {kind} file '{name}' does not exist.")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--figure", "f.png"), 2, "add --score"),
        (("--score", "--figure", "f.doc"), 2, "must end in .png"),
        (("--score", "--figure", "gone/f.png"), 5, "folder of the figure 'gone/f.png' does not exist"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_first(capfd, given, tmp_path, monkeypatch, options, code, message):
    monkeypatch.setattr(pipeline, "run", lambda *_, **__: pytest.fail("slow work was begun"))
    monkeypatch.chdir(tmp_path)
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", "out.mp4", *options)
    assert outcome.code == code
    assert message in plain(outcome.err)
    assert not list(tmp_path.iterdir())


# --- help, usage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands(capfd, flag):
    outcome = lipsync(capfd, flag)
    assert outcome.code == 0
    text = plain(outcome.out)
    for command in (
        "run Make FACE speak AUDIO",
        "speak Speak TEXT",
        "voices List the voices",
        "models List the models",
        "doctor Say what works",
    ):
        assert command in text
    assert "lipsync run face.png voice.wav -o talking.mp4" in text


@pytest.mark.parametrize("command", ["run", "speak", "voices", "models", "doctor"])
def test_every_command_has_help(capfd, command):
    outcome = lipsync(capfd, command, "--help")
    assert outcome.code == 0
    assert f"lipsync {command}" in plain(outcome.out)


def test_version(capfd):
    outcome = lipsync(capfd, "--version")
    assert (outcome.code, outcome.out) == (0, f"lipsync {lipsync_utils.__version__}\n")


def test_no_arguments_show_help(capfd):
    outcome = lipsync(capfd)
    assert "doctor" in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sing",), "No such command 'sing'"),
        (("run",), "Missing argument 'FACE'"),
        (("run", "face.png", "voice.wav"), "Missing option '-o' / '--out'"),
        (("run", "face.png", "voice.wav", "-o", "out.mp4", "--seed", "many"), "Invalid value for '--seed'"),
        (("speak", "hello"), "Missing option '-o' / '--out'"),
        (("speak", "hello", "-o", "out.wav", "--rate", "9"), "Invalid value for '--rate'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_explained(capfd, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    outcome = lipsync(capfd, *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in plain(outcome.err)
    assert "Traceback" not in outcome.err
    assert not list(tmp_path.iterdir())


def test_a_fault_of_the_program_is_one_message_too(capfd, monkeypatch):
    def fail():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(assets, "status", fail)
    monkeypatch.setattr(sys, "argv", ["lipsync", "models"])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.delenv(cli.DEBUG, raising=False)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == cli.UNFORESEEN
    err = capfd.readouterr().err
    assert "ZeroDivisionError: division by zero. Set LIPSYNC_DEBUG=1 to see where" in err
    assert "Traceback" not in err
    monkeypatch.setenv(cli.DEBUG, "1")
    with pytest.raises(ZeroDivisionError):
        cli.main()


# --- models ----------------------------------------------------------------------------------------------------------


def test_models_lists_every_asset(capfd):
    outcome = lipsync(capfd, "models")
    assert outcome.code == 0
    for name, asset in assets.ASSETS.items():
        assert re.search(
            rf"^(ready|missing|damaged) +{name} .* MB  {re.escape(asset.licence)}$", outcome.out, re.MULTILINE
        )
    assert f"cache: {assets.cache_folder()}" in outcome.out


def test_models_as_json(capfd):
    outcome = lipsync(capfd, "models", "--json")
    rows = json.loads(outcome.out)
    assert [row["name"] for row in rows] == list(assets.ASSETS)
    assert set(rows[0]) == {"name", "version", "state", "megabytes", "licence", "purpose", "path"}
    assert {row["state"] for row in rows} <= {"ready", "missing", "damaged"}
    assert outcome.err == ""


def test_models_that_are_missing(capfd, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path))
    rows = json.loads(lipsync(capfd, "models", "--json").out)
    assert {row["state"] for row in rows} == {"missing"}
    assert all(row["path"].startswith(str(tmp_path)) for row in rows)

    def refuse():
        raise AssetError("Could not get face_mesh.tflite. Put the file by hand at ...")

    monkeypatch.setattr(assets, "fetch_all", refuse)
    outcome = lipsync(capfd, "models", "--fetch")
    assert outcome.code == 4
    assert outcome.err == "Error: Could not get face_mesh.tflite. Put the file by hand at ...\n"


# --- speak -----------------------------------------------------------------------------------------------------------


@needs_speech
@pytest.mark.parametrize(("text", "language"), [("Good morning.", "en"), ("صباح الخير.", "ar")])
def test_speak(capfd, tmp_path, text, language):
    from lipsync_utils.media import SoundReader

    out, phonemes = tmp_path / "كلام.wav", tmp_path / "phonemes.json"
    outcome = lipsync(capfd, "speak", text, "-o", out, "--phonemes", phonemes)
    assert outcome.code == 0, outcome.err
    assert re.fullmatch(rf"{re.escape(str(out))}: \d\.\d s, {language}\n", outcome.out)
    with SoundReader(out) as reader:
        sound = np.concatenate(list(reader.blocks()), axis=1)
        assert 0.6 < sound.shape[1] / reader.rate < 4
    assert np.abs(sound).max() > 0.05
    spoken = json.loads(phonemes.read_text(encoding="utf-8"))
    assert spoken["language"] == language
    assert len([p for p in spoken["phonemes"] if p["ipa"]]) >= 6


@needs_speech
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("...",), 2, "in which there is nothing to speak. Write a sentence"),
        (("hello", "--language", "xx"), 2, "Received language 'xx'; choose 'en'"),
        (("hello", "--voice", "nobody"), 2, "nobody"),
    ],
)
def test_speak_refuses(capfd, tmp_path, arguments, code, message):
    outcome = lipsync(capfd, "speak", *arguments, "-o", tmp_path / "out.wav")
    assert outcome.code == code
    assert message in outcome.err
    assert outcome.out == ""
    assert not list(tmp_path.iterdir())


@needs_speech
def test_speak_in_a_voice_with_subtitles(capfd, tmp_path):
    out, words = tmp_path / "out.wav", tmp_path / "out.vtt"
    arguments = ("hello", "-o", out, "--voice", "en-child", "--rate", "1.2", "--subtitles", words, "--json")
    outcome = lipsync(capfd, "speak", *arguments)
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    assert (said["output"], said["language"]) == (str(out), "en")
    assert [cue["text"] for cue in said["cues"]] == ["hello"]
    assert words.read_text(encoding="utf-8").startswith("WEBVTT\n\n00:00:00.")


def test_subtitles_of_another_kind_are_refused_before_anything_is_spoken(capfd, tmp_path):
    outcome = lipsync(capfd, "speak", "hello", "-o", tmp_path / "out.wav", "--subtitles", tmp_path / "out.doc")
    assert outcome.code == 2
    assert "must end in .srt, .vtt" in outcome.err
    assert not list(tmp_path.iterdir())


def test_voices_are_listed(capfd):
    lines = lipsync(capfd, "voices").out.splitlines()
    assert any(line.split() == ["en-old-man", "en", "male", "old", "natural", "offline"] for line in lines)
    listed = json.loads(lipsync(capfd, "voices", "--language", "ar", "--json").out)
    assert {voice["name"] for voice in listed} >= {"ar-man", "ar-woman", "ar-child"}
    assert {"language": "ar", "sex": None, "age": "child", "natural": False, "offline": True}.items() <= next(
        voice for voice in listed if voice["name"] == "ar-child"
    ).items()
    assert lipsync(capfd, "voices", "--language", "xx").code == 2


@needs_speech
def test_run_says_a_text(capfd, given, tmp_path):
    out, words = tmp_path / "out.mp4", tmp_path / "out.srt"
    how = ("--voice-name", "en-man", "--rate", "1.5", "--subtitles", words, "--burn-in", "--preview")
    outcome = lipsync(capfd, "run", given / "face.png", "--say", "Hello.", "-o", out, *how, "--json")
    assert outcome.code == 0, outcome.err
    assert [cue["text"] for cue in json.loads(outcome.out)["cues"]] == ["Hello."]
    assert words.read_text(encoding="utf-8").startswith("1\n00:00:00,")
    with av.open(str(out)) as file:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in file.decode(video=0)]
    assert np.abs(frames[len(frames) // 2] - frames[0])[-60:].max() > 60, "the word is in the picture"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("voice.wav", "--say", "hello"), "--say was given together with AUDIO (voice.wav)"),
        (("--voice", "0=a.wav", "--say", "hello"), "--say was given together with --voice"),
        (("voice.wav", "--rate", "1.2"), "--rate is for a text that is spoken"),
        (("voice.wav", "--burn-in"), "--burn-in is for a text that is spoken"),
        (("voice.wav", "--subtitles", "a.srt"), "--subtitles is for a text that is spoken"),
        ((), "a text with --say"),
    ],
)
def test_run_refuses_what_does_not_fit_a_text(capfd, given, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    outcome = lipsync(capfd, "run", given / "face.png", *arguments, "-o", "out.mp4")
    assert outcome.code == 2
    assert message in plain(outcome.err)
    assert not list(tmp_path.iterdir())


@needs_speech
def test_speak_to_a_folder_that_is_missing(capfd, tmp_path):
    outcome = lipsync(capfd, "speak", "hello", "-o", tmp_path / "nowhere" / "out.wav")
    assert outcome.code == 5
    assert "Choose a folder that exists" in outcome.err


def test_speak_without_the_extra(capfd, tmp_path, monkeypatch):
    for module in ("hibari", "espeakng_loader", "text2tashkeel", "pyloudnorm"):
        monkeypatch.setitem(sys.modules, module, None)
    outcome = lipsync(capfd, "speak", "صباح الخير", "-o", tmp_path / "out.wav")
    assert outcome.code == 6
    assert "pip install 'lipsync_utils[speech]'" in outcome.err
    assert not list(tmp_path.iterdir())


# --- Wav2Lip ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_weights(tmp_path, monkeypatch) -> Path:
    """An empty cache, and no way to any of the published weights; the detector, which is loaded first, is there."""
    make_detector(FaceOptions())
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(own, "PATH", tmp_path / "none.safetensors")
    for asset in assets.in_group("wav2lip"):
        unreachable = dataclasses.replace(asset, sources=(Url("http://127.0.0.1:9/weights"),))
        monkeypatch.setitem(assets.ASSETS, asset.name, unreachable)
    return tmp_path / "cache"


def run_wav2lip(capfd, given: Path, out: Path, *options: object) -> quick_runs.Outcome:
    return lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", out, "--engine", "wav2lip", *options)


def test_terms_are_shown_and_nothing_else_runs_in_place_of_wav2lip(capfd, given, tmp_path, no_weights):
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4")
    assert outcome.code == 4
    assert "non-commercial use only" in outcome.err
    assert "--accept-licence" in outcome.err
    assert "Works without it: the engine rig" in outcome.err
    assert not (tmp_path / "out.mp4").exists()
    assert not no_weights.exists()


@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_the_terms_are_asked_for_once(capfd, given, tmp_path, no_weights, monkeypatch, answer):
    asked = []
    monkeypatch.setattr(terminal, "_is_terminal", lambda: True)
    monkeypatch.setattr(terminal.typer, "confirm", lambda question, **_: asked.append(question) or answer)
    for _ in range(2):
        outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4")
        assert outcome.code == 4
        if answer:
            assert re.search(r"Could not get Wav2Lip-SD-GAN\.pt .*no connection", outcome.err, re.DOTALL), "offline"
        else:
            assert "terms of the wav2lip weights were not accepted, so they are not fetched" in outcome.err
    assert len(asked) == (1 if answer else 2)
    assert (no_weights / "accepted-licences.json").exists() == answer
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(("face", "voice"), [("none.png", "voice.wav"), ("face.png", "none.wav")])
def test_the_terms_are_asked_for_only_where_the_inputs_can_be_used(
    capfd, given, tmp_path, no_weights, monkeypatch, face, voice
):
    monkeypatch.setattr(terminal, "_is_terminal", lambda: True)
    monkeypatch.setattr(terminal.typer, "confirm", lambda *_, **__: pytest.fail("the terms were asked for"))
    arguments = (given / face, given / voice, "-o", tmp_path / "out.mp4", "--engine", "wav2lip")
    outcome = lipsync(capfd, "run", *arguments)
    assert outcome.code == 2
    assert re.search(r"none\.\w+' does not exist", outcome.err)
    assert "non-commercial" not in outcome.err


def test_accepted_on_the_command_line_and_offline(capfd, given, tmp_path, no_weights):
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4", "--accept-licence")
    assert outcome.code == 4
    assert outcome.err.startswith("The Wav2Lip weights are not part of this project.")
    for name in ("Wav2Lip-SD-GAN.pt", "wav2lip_gan.pth", "wav2lip.pth"):
        assert f"Put the file by hand at {no_weights / name}" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ("--checkpoint nothing.pth", 2, r"checkpoint 'nothing\.pth' does not exist.*names official, wav2lip_sd_gan"),
        ("--checkpoint {given}/face.png", 4, r"face\.png is no PyTorch checkpoint"),
        ("--precision double --accept-licence", 2, r"Unknown precision 'double'"),
        ("--device tpu9 --accept-licence", 2, r"device 'tpu9' was asked for, but it cannot be used here"),
        ("--enhancer magic --accept-licence", 2, r"Unknown enhancer 'magic'"),
        ("--when-short stop", 2, r"Unknown when_short 'stop'\. Choose one of: loop, pingpong, freeze, cut"),
    ],
)
def test_options_of_wav2lip_that_cannot_be(capfd, given, tmp_path, no_weights, options, code, message):
    arguments = [part.format(given=given) for part in options.split()]
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4", *arguments)
    assert outcome.code == code
    assert re.search(message, plain(outcome.err))
    assert not (tmp_path / "out.mp4").exists()


def test_a_file_of_ones_own_runs(capfd, given, tmp_path):
    """Made-up weights: that it runs, not what it shows."""
    torch.save({"state_dict": made_up.state()}, tmp_path / "own.pth")
    options = ("--checkpoint", tmp_path / "own.pth", "--precision", "float32", "--motion", "still", "--json")
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4", *options)
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["engine"], report["frames"]) == ("wav2lip", 11)
    assert re.fullmatch(r"own [0-9a-f]{12} \(float32\)", report["models"]["generator"])


@pytest.fixture
def own_weights(no_weights, monkeypatch) -> Path:
    """Made-up ones in the place of ours: that they run, not what they show."""
    torch.manual_seed(0)
    network = CompactWav2Lip()
    metadata = {"format": FORMAT, "options": json.dumps(dataclasses.asdict(network.options))}
    save_file({key: value.half() for key, value in network.state_dict().items()}, own.PATH, metadata)
    return own.PATH


def test_our_own_weights_run_offline_and_ask_for_nothing(capfd, given, tmp_path, own_weights, no_weights, monkeypatch):
    monkeypatch.setattr(terminal, "_is_terminal", lambda: True)
    monkeypatch.setattr(terminal.typer, "confirm", lambda *_, **__: pytest.fail("the terms were asked for"))
    options = ("--precision", "float32", "--motion", "still", "--json")
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4", *options)
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["engine"], report["frames"]) == ("wav2lip", 11)
    assert re.fullmatch(r"our own weights [0-9a-f]{12} \(float32\)", report["models"]["generator"])
    assert not no_weights.exists()


@pytest.mark.parametrize("name", ["official", "wav2lip_gan"])
def test_the_published_weights_still_ask_for_their_terms(capfd, given, tmp_path, own_weights, name):
    outcome = run_wav2lip(capfd, given, tmp_path / "out.mp4", "--checkpoint", name)
    assert outcome.code == 4
    assert "non-commercial use only" in outcome.err
    assert "--accept-licence" in outcome.err


def test_doctor_tells_of_our_own_weights(capfd, own_weights):
    assert re.search(r"ok +engine wav2lip \(our own weights\)", lipsync(capfd, "doctor").out)


def test_doctor_tells_of_wav2lip(capfd, no_weights):
    outcome = lipsync(capfd, "doctor")
    assert re.search(r"missing +engine wav2lip \(its weights, non-commercial", outcome.out)
    assert "lipsync models --fetch --accept-licence" in outcome.out
    assert "BROKEN   wav2lip" not in outcome.out
