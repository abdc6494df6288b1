"""``lipsync avatar`` as a person and as a script meet it."""

from __future__ import annotations

import json
import os
import re

import pytest
from quick_runs import lipsync

from lipsync_avatars import studio_setup
from lipsync_avatars.studio.description import AvatarDescription
from lipsync_avatars.studio_python import Studio
from lipsync_tools import progress
from lipsync_tools.cli import terminal
from lipsync_utils.media import read_picture

pytestmark = pytest.mark.usefixtures("words")
PROMPT = "a woman with red hair and a unicorn"


def test_says_what_was_understood_and_made(capfd, studio, tmp_path):
    studio()
    out = tmp_path / "صورة.png"
    outcome = lipsync(capfd, "avatar", PROMPT, "-o", out, "--seed", 3, "--size", 256)
    assert outcome.code == 0, outcome.err
    assert outcome.err.splitlines()[:2] == [
        "Understood: a woman with red hair.",
        "Not understood, or not drawn: unicorn.",
    ]
    assert re.fullmatch(rf"{re.escape(str(out))}: 256x256 pixels, seed 3, made in \d+\.\d s\n", outcome.out)
    assert read_picture(out).shape == (256, 256, 3)


def test_json_is_one_object(capfd, studio, tmp_path):
    studio()
    outcome = lipsync(capfd, "avatar", PROMPT, "-o", tmp_path / "a.png", "--size", 256, "--json")
    made = json.loads(outcome.out)
    assert outcome.out.count("\n") == 1
    assert (made["prompt"], made["seed"], made["backend"], made["licence"]) == (PROMPT, 0, "studio", "CC0-1.0")
    assert made["understood"]["ignored"] == ["unicorn"]
    assert made["check"]["ok"] is True


def test_a_description(capfd, studio, tmp_path):
    studio()
    (tmp_path / "p.json").write_text(AvatarDescription("someone", seed=8).to_json())
    arguments = ("avatar", "--description", tmp_path / "p.json", "-o", tmp_path / "a.png", "--size", 256, "--preview")
    outcome = lipsync(capfd, *arguments)
    assert outcome.code == 0, outcome.err
    assert "seed 8" in outcome.out
    assert "Understood" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Received neither of PROMPT and --description; exactly one"),
        ((PROMPT, "--description", "p.json", "-o", "a.png"), 2, "Received both of PROMPT and --description"),
        ((PROMPT,), 2, "add -o avatar.png"),
        (("", "-o", "a.png"), 2, "The prompt is empty"),
        (("a real person", "-o", "a.png"), 2, "names a real person"),
        ((PROMPT, "-o", "a.gif"), 2, "must end in .png"),
        ((PROMPT, "-o", "none/a.png"), 5, "does not exist. Create it first"),
        ((PROMPT, "-o", "a.png", "--backend", "crayon"), 2, "Choose one of: studio, diffusion"),
        ((PROMPT, "-o", "a.png", "--size", "64"), 2, "The size is 64"),
        ((PROMPT, "-o", "a.png", "--seed", "-1"), 2, "The seed is -1"),
        ((PROMPT, "-o", "a.png", "--seed", "many"), 2, "Invalid value for '--seed'"),
        (("--description", "p.json", "-o", "a.png"), 2, "'p.json' does not exist"),
        (("--description", "p.json", "-o", "a.png", "--backend", "diffusion"), 2, "'studio' only"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_use_is_explained(capfd, studio, tmp_path, monkeypatch, arguments, code, said):
    studio("sys.exit('drawn')")
    monkeypatch.chdir(tmp_path)
    outcome = lipsync(capfd, "avatar", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", outcome.err).split())
    assert "Traceback" not in outcome.err
    assert not os.listdir(tmp_path)


def test_a_failure_of_the_studio(capfd, studio, tmp_path):
    studio("print('error garment.kind is toga.'); sys.exit(2)")
    outcome = lipsync(capfd, "avatar", PROMPT, "-o", tmp_path / "a.png")
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1] == "Error: The studio cannot draw this: garment.kind is toga."
    assert not os.listdir(tmp_path)


def test_without_a_studio(capfd, tmp_path, monkeypatch):
    monkeypatch.delenv("LIPSYNC_STUDIO", raising=False)
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path / "cache"))
    outcome = lipsync(capfd, "avatar", PROMPT, "-o", tmp_path / "a.png")
    assert outcome.code == 6
    assert "The avatar studio is not set up on this machine." in outcome.err
    assert "lipsync avatar --setup" in outcome.err
    assert not os.listdir(tmp_path)
    outcome = lipsync(capfd, "doctor")
    assert re.search(r"missing +avatars from a prompt .*\n +lipsync avatar --setup", outcome.out)


def test_doctor_knows_the_studio(capfd, studio_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_STUDIO", str(studio_environment))
    assert "avatars from a prompt (studio: bpy 5.0.1, anny 0.6.2)" in lipsync(capfd, "doctor").out
    monkeypatch.setenv("LIPSYNC_STUDIO", str(tmp_path / "gone"))
    outcome = lipsync(capfd, "doctor")
    assert outcome.code == 0, "it is optional"
    assert re.search(r"missing +avatars from a prompt\n +LIPSYNC_STUDIO is .*where there is no Python", outcome.out)


def test_setup(capfd, monkeypatch, tmp_path):
    monkeypatch.setattr(studio_setup, "set_up", lambda _: Studio(tmp_path, {"bpy": "5.0.1", "anny": "0.6.2"}))
    outcome = lipsync(capfd, "avatar", "--setup")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "The avatar studio is ready (bpy 5.0.1, anny 0.6.2).\n"


def test_the_bar_follows_the_stages(monkeypatch, capfd):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    monkeypatch.setattr(terminal, "EVERY_S", 0.0)
    with terminal.Bar("portrait", layout=terminal.PERCENT) as listener:
        listener.step("hair", 10, 100)
        listener.step("rendering", 60, 100)
    line = capfd.readouterr().err
    assert "hair: " in line
    assert "rendering:  60%" in line
    assert "frames" not in line
