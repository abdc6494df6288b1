"""The committed course: its form, its links, and outputs of one run from top to bottom (``make notebooks`` runs it)."""

import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

nbformat = pytest.importorskip("nbformat")

FOLDER = Path(__file__).parents[1] / "notebooks"


def _script(name: str):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


course, set_up = _script("course"), _script("set_up")
NOTEBOOKS = course.everything()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_what_is_committed_is_sound(path):
    assert course.faults_of(path) == []


@pytest.mark.parametrize("path", course.lessons(), ids=lambda path: path.name)
def test_promise_goals_and_recap_are_in_both_languages(path):
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    arabic = [text for text in texts if '<div dir="rtl" lang="ar">' in text]
    assert len(arabic) >= 3


@pytest.mark.parametrize("path", course.lessons(), ids=lambda path: path.name)
def test_every_lesson_has_solutions(path):
    assert (FOLDER / "solutions" / path.name).exists()


def test_set_up_leaves_what_colab_made_for_its_gpu():
    assert all(set_up.satisfied(Requirement(text)) for text in ("numpy>=99", "torch>=99", "opencv-python-headless>=99"))


def test_set_up_wants_what_is_missing_or_too_old():
    assert set_up.satisfied(Requirement("librosa>=0.10"))
    assert not set_up.satisfied(Requirement("librosa>=99"))
    assert not set_up.satisfied(Requirement("a-package-that-does-not-exist>=1"))


def test_set_up_knows_what_the_package_and_the_notebooks_need():
    names = {item.name for item in set_up.needed()}
    assert {"av", "librosa", "ipywidgets", "anywidget", "hibari-tts"} <= names
    assert "jupyterlab" not in names


def test_set_up_installs_with_the_kept_versions_pinned(monkeypatch):
    commands, pins = [], []

    def run(command, **_):
        commands.append(command)
        pins.append(Path(command[command.index("-c") + 1]).read_text(encoding="utf-8"))

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "google.colab", object())
    monkeypatch.setattr(set_up, "needed", lambda: [Requirement("librosa>=99"), Requirement("numpy>=99")])
    monkeypatch.setattr(set_up.subprocess, "run", run)
    set_up.main()
    assert commands[0][-1] == "librosa>=99"
    assert f"numpy=={version('numpy')}" in pins[0]
    assert f"torch=={version('torch')}" in pins[0]


def test_set_up_elsewhere_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(set_up, "needed", lambda: [Requirement("librosa>=99")])
    with pytest.raises(SystemExit, match=r"librosa.*pip install"):
        set_up.main()
