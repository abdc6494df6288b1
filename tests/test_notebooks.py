"""The committed course: its form, its links, and outputs of one run from top to bottom (``make notebooks`` runs it)."""

import importlib.util
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")

FOLDER = Path(__file__).parents[1] / "notebooks"
_spec = importlib.util.spec_from_file_location("course", FOLDER / "course.py")
course = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(course)

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
