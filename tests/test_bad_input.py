"""Everything that cannot work: the message that the user gets, the exit code, and that nothing is left behind.

A message says what was received and what to do; it is one paragraph and shows no stack trace.
"""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import quick_runs
from quick_runs import Outcome, lipsync
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound, write_video

from lipsync_tools.progress import Progress
from lipsync_utils import media
from lipsync_utils.media import write_picture
from lipsync_utils.records import Speech

SIZE = (256, 256)
FACE = SyntheticFace(x=128, y=115, width=120)


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once() -> Iterator[None]:
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """A folder with good and bad files; no test changes it."""
    folder = tmp_path_factory.mktemp("given")
    _write_faces(folder)
    _write_voices(folder)
    (folder / "notes.txt").write_text("Buy milk.\nWater the plants.\n")
    (folder / "nothing.mp4").touch()
    (folder / "folder.mp4").mkdir()
    return folder


def _write_faces(folder: Path) -> None:
    write_picture(folder / "face.png", draw(FACE, size=SIZE))
    write_picture(folder / "landscape.png", draw(size=SIZE))
    write_picture(folder / "far away.png", draw(SyntheticFace(x=128, y=128, width=34), size=SIZE))
    write_picture(folder / "speck.png", np.zeros((1, 1, 3), np.uint8))
    picture = (folder / "face.png").read_bytes()
    (folder / "half.png").write_bytes(picture[: len(picture) // 2])
    (folder / "head only.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01")
    (folder / "text.png").write_text("This is no picture.\n" * 20)
    (folder / "phone.heic").write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(200))
    write_video(folder / "face.mp4", [draw(FACE, size=SIZE)] * 5, sound=voice(0.2))
    write_video(folder / "landscape.mp4", [draw(size=SIZE)] * 5)
    film = (folder / "face.mp4").read_bytes()
    (folder / "half.mp4").write_bytes(film[: len(film) // 2])


def _write_voices(folder: Path) -> None:
    sound = voice(0.2)
    write_sound(folder / "voice.wav", sound)
    write_sound(folder / "longer.wav", voice(2.0))
    with wave.open(str(folder / "no sound at all.wav"), "wb") as empty:
        empty.setparams((1, 2, 16_000, 0, "NONE", ""))
    write_sound(folder / "click.wav", sound[:160])
    sound[1000] = np.nan
    write_sound(folder / "not a number.wav", sound, codec="pcm_f32le")
    (folder / "text.wav").write_text("This is no sound.\n" * 20)
    (folder / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(3000))


def contents(folder: Path) -> dict[str, int]:
    """Every file below, hidden ones too, with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def check_refusal(outcome: Outcome, code: int, *messages: str) -> None:
    assert outcome.code == code, outcome.err
    assert outcome.out == ""
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", outcome.err).split())  # usage errors come in a frame
    for message in messages:
        assert re.search(message, text), text
    assert "Traceback" not in text
    assert text.count("Error") == 1
    assert len(text) < 600


FACES = {
    "no face": ("landscape.png", 3, r"No face found in the picture of 256 x 256 pixels\. Use one in which"),
    "small face": ("far away.png", 3, r"face is 3\d pixels wide .* at least 40 are needed\. Use a larger picture"),
    "one pixel": ("speck.png", 3, r"No face found in the picture"),
    "half a picture": ("half.png", 2, r"picture '.*half\.png' is damaged.* Save or download it again"),
    "header of a picture": ("head only.jpg", 2, r"picture '.*head only\.jpg' is damaged"),
    "empty file": ("nothing.mp4", 2, r"face file '.*nothing\.mp4' is empty \(0 bytes\)\. Copy or download it again"),
    "text named .png": (
        "text.png",
        2,
        r"text\.png' (is neither a picture nor a video|has no moving picture)",
    ),
    "text": ("notes.txt", 2, r"notes\.txt' (is neither a picture nor a video|has no moving picture)"),
    "missing": ("nowhere.png", 2, r"face file '.*nowhere\.png' does not exist\. Check the name"),
    "folder": ("folder.mp4", 2, r"face '.*folder\.mp4' is a folder\. Give one file"),
    "sound": ("voice.wav", 2, r"voice\.wav' has no moving picture in it\. Give a picture or a video"),
    "HEIC": ("phone.heic", 2, r"HEIC picture, as phones take them, .* Save it as JPEG|is damaged"),
    "half a video": ("half.mp4", 2, r"half\.mp4' is neither a picture nor a video that can be read"),
    "video without faces": ("landscape.mp4", 3, r"No face was found in 5 frames .* at least 40 pixels wide"),
}

VOICES = {
    "video without sound": ("landscape.mp4", r"landscape\.mp4' has no sound track\. Give an audio file"),
    "picture": ("face.png", r"face\.png' has no sound track\. Give an audio file|No sound can be read"),
    "no samples": ("no sound at all.wav", r"no sound at all\.wav' is empty or damaged"),
    "NaN": ("not a number.wav", r"not finite numbers \(NaN or infinity\)\. Export it again"),
    "10 ms": ("click.wav", r"lasts 0\.010 s; at least 0\.04 s are needed\. Give a longer recording"),
    "text": ("text.wav", r"(No sound can be read from|sound of) '.*text\.wav'"),
    "random bytes": ("noise.mp3", r"(No sound can be read from|sound of) '.*noise\.mp3'"),
    "missing": ("nowhere.wav", r"voice file '.*nowhere\.wav' does not exist\. Check the name"),
    "folder": ("folder.mp4", r"voice '.*folder\.mp4' is a folder\. Give one file"),
    "empty file": ("nothing.mp4", r"voice file '.*nothing\.mp4' is empty \(0 bytes\)"),
}

OUTPUTS = {
    "unknown ending": ("out.avi", 2, r"Cannot write 'out\.avi': the name must end in \.mp4, \.m4v, \.mov, \.mkv"),
    "no ending": ("out", 2, r"Cannot write 'out': the name must end in"),
    "missing folder": ("nowhere/out.mp4", 5, r"folder '.*nowhere' for the output does not exist\. Create it first"),
    "a folder": ("taken.mp4", 2, r"output '.*taken\.mp4' is a folder\. Give the name of a file"),
    "a file in place of the folder": ("file/out.mp4", 5, r"file' is a file, not a folder"),
}

_RATE = r"frame rate of {} was asked for; a number of frames a second from 1 to 120 is needed, such as 25"
_CHOICE = r"--face received {}; 'largest', a number from 0 on, or a point such as 320,200 is needed"

OPTIONS = {
    "engine": ("--engine best", 2, r"Unknown engine 'best'\. Choose one of: auto, rig"),
    "motion": ("--motion wild", 2, r"Unknown motion 'wild'\. Choose one of: still, calm, natural, lively"),
    "expression": ("--expression angry", 2, r"Unknown expression 'angry'\. Choose one of: neutral, friendly, serious"),
    "detector": ("--detector magic", 2, r"Unknown face detector 'magic'\. Choose one of: embedded, face-alignment"),
    "fps word": ("--fps fast", 2, _RATE.format("'fast'")),
    "fps empty": ("--fps=", 2, _RATE.format("''")),
    "fps 0": ("--fps 0", 2, _RATE.format("'0'")),
    "fps negative": ("--fps=-25", 2, _RATE.format("'-25'")),
    "fps fraction": ("--fps 25/0", 2, _RATE.format("'25/0'")),
    "fps nan": ("--fps nan", 2, _RATE.format("'nan'")),
    "fps too many": ("--fps 1e9", 2, _RATE.format("'1e9'")),
    "face word": ("--face prettiest", 2, _CHOICE.format("'prettiest'")),
    "face negative": ("--face=-1", 2, _CHOICE.format("'-1'")),
    "face half": ("--face 0.5", 2, _CHOICE.format("'0.5'")),
    "face three numbers": ("--face 1,2,3", 2, _CHOICE.format("'1,2,3'")),
    "face nan": ("--face nan,3", 2, _CHOICE.format("'nan,3'")),
    "face out of range": (
        "--face 3",
        3,
        r"Face number 3 was asked for, but there is only one face .* choose at most 0",
    ),
    "crf": ("--crf 99", 2, r"Invalid value for '--crf'.*51"),
    "seed": ("--seed=-1", 2, r"Invalid value for '--seed'.*0"),
    "unknown option": ("--sharper", 2, r"No such option:? '?--sharper"),
    "one argument too many": ("more", 2, r"unexpected extra argument"),
}


@pytest.mark.parametrize(("face", "code", "message"), FACES.values(), ids=FACES)
def test_a_bad_face(capfd, given, tmp_path, face, code, message):
    before = contents(given)
    outcome = lipsync(capfd, "run", given / face, given / "voice.wav", "-o", tmp_path / "out.mp4")
    check_refusal(outcome, code, message)
    assert not contents(tmp_path)
    assert contents(given) == before


@pytest.mark.parametrize(("sound", "message"), VOICES.values(), ids=VOICES)
def test_a_bad_voice(capfd, given, tmp_path, sound, message):
    outcome = lipsync(capfd, "run", given / "face.png", given / sound, "-o", tmp_path / "out.mp4")
    check_refusal(outcome, 2, message)
    assert not contents(tmp_path)


@pytest.mark.parametrize(("name", "code", "message"), OUTPUTS.values(), ids=OUTPUTS)
def test_a_bad_output(capfd, given, tmp_path, name, code, message):
    (tmp_path / "taken.mp4").mkdir()
    (tmp_path / "file").write_text("a file")
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", tmp_path / name)
    check_refusal(outcome, code, message)
    assert contents(tmp_path) == {"file": 6}


@pytest.mark.parametrize(("options", "code", "message"), OPTIONS.values(), ids=OPTIONS)
def test_a_bad_option(capfd, given, tmp_path, options, code, message):
    out = tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", out, *options.split())
    check_refusal(outcome, code, message)
    assert not contents(tmp_path)


def test_a_number_of_a_face_that_no_frame_shows(capfd, given, tmp_path):
    out = tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", given / "face.mp4", given / "voice.wav", "-o", out, "--face", 2)
    check_refusal(outcome, 3, r"No face number 2 .* was found in any of the 5 frames .* choose another face")
    assert not contents(tmp_path)


@pytest.mark.parametrize(("face", "sound"), [("face.mp4", "voice.wav"), ("face.png", "face.mp4")])
@pytest.mark.parametrize("way", ["same name", "by another way", "link"])
def test_an_input_is_never_overwritten(capfd, given, tmp_path, face, sound, way):
    out = {"same name": given / "face.mp4", "by another way": given / "folder.mp4" / ".." / "face.mp4"}.get(way)
    if out is None:
        out = tmp_path / "link.mp4"
        try:
            out.symlink_to(given / "face.mp4")
        except OSError:
            pytest.skip("no right to make links")
    before = (given / "face.mp4").read_bytes()
    outcome = lipsync(capfd, "run", given / face, given / sound, "-o", out)
    check_refusal(outcome, 2, r"is also an input and would be overwritten\. Choose another name")
    assert (given / "face.mp4").read_bytes() == before


def test_an_input_in_the_home_folder_is_never_overwritten(capfd, given, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "face.mp4").write_bytes((given / "face.mp4").read_bytes())
    outcome = lipsync(capfd, "run", "~/face.mp4", given / "voice.wav", "-o", "~/face.mp4")
    check_refusal(outcome, 2, r"is also an input and would be overwritten")


def test_an_old_output_survives_a_failure(capfd, given, tmp_path):
    (tmp_path / "out.mp4").write_bytes(b"precious")
    lipsync(capfd, "run", given / "landscape.png", given / "voice.wav", "-o", tmp_path / "out.mp4")
    assert contents(tmp_path) == {"out.mp4": 8}


def test_a_folder_that_may_not_be_written_to(capfd, given, tmp_path, monkeypatch):
    """As an ordinary user meets it; the superuser, who may run this, is stopped by no rights."""

    def refuse(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", tmp_path / "out.mp4")
    check_refusal(
        outcome, 5, r"out\.mp4' could not be written: Permission denied\. Choose a folder that you may write to"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of files")
def test_a_full_disk(capfd, given, tmp_path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    arguments = ("run", given / "face.png", given / "voice.wav", "-o", tmp_path / "out.mp4", "--crf", 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        outcome = lipsync(capfd, *arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    check_refusal(outcome, 5, r"out\.mp4' could not be written: .* Free some space or choose another disk")
    assert not contents(tmp_path)


def test_three_hours_are_announced_before_the_work(capfd, given, tmp_path, monkeypatch):
    """So that whoever did not mean it can stop it at once, which happens here when the face is looked for."""
    seconds = 3 * 3600
    speech = Speech(np.zeros(1600, np.float32), seconds * 8000, 8000, 1, str(given / "voice.wav"))
    monkeypatch.setattr(media, "load_speech", lambda path, **_: speech, raising=False)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("lipsync_utils.faces.choosing.detect_still", stop)
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", tmp_path / "out.mp4")
    assert outcome.code == 130
    assert "The output lasts 3 h 0 min: 270000 frames, about" in outcome.err
    assert "Ctrl-C stops it" in outcome.err
    assert outcome.err.endswith("Stopped; nothing was left behind.\n")
    assert not contents(tmp_path)


@pytest.mark.parametrize("face", ["face.png", "face.mp4"])
def test_an_interruption_in_the_middle(capfd, given, tmp_path, monkeypatch, face):
    steps = itertools.count()

    def interrupt(*_):
        if next(steps) == 45:
            assert len(contents(tmp_path)) == 1, "the hidden file is being written"
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "step", interrupt)
    outcome = lipsync(capfd, "run", given / face, given / "longer.wav", "-o", tmp_path / "out.mp4")
    assert outcome.code == 130
    assert "Stopped; nothing was left behind." in outcome.err
    assert "Traceback" not in outcome.err
    assert not contents(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_polite_kill_leaves_nothing_behind(given, tmp_path):
    """On a real process in the middle of its work, as a server that shuts down ends it."""
    long = write_sound(tmp_path / "long.wav", np.zeros(40 * 8000, np.float32), rate=8000)
    folder = tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-m", "lipsync_tools", "run", given / "face.png", long, "-o", folder / "out.mp4"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not any(contents(folder).values()) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in err
    assert not contents(folder)


def test_the_second_detector_without_its_packages(capfd, given, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "face_alignment", None)
    out = tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", given / "face.png", given / "voice.wav", "-o", out, "--detector", "face-alignment")
    check_refusal(outcome, 6, r"pip install 'lipsync_utils\[face-alignment\]'")
    assert not contents(tmp_path)
