"""From a prompt to files, and every way in which it is refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lipsync_avatars as avatars
from lipsync_avatars import backends, making, saving
from lipsync_avatars.records import Portrait
from lipsync_avatars.studio.description import AvatarDescription, from_dict
from lipsync_avatars.studio_backend import StudioError
from lipsync_utils.errors import AssetError, InputError, OutputError
from lipsync_utils.media import read_picture

pytestmark = pytest.mark.usefixtures("words")
PROMPT = "a woman with red hair"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "my avatars صور"
    made.mkdir()
    return made


class Brush:
    """A backend that paints a given picture and knows no points."""

    name = "brush"

    def __init__(self, image: np.ndarray) -> None:
        self.image = image

    def draw(self, order, listener) -> Portrait:
        return Portrait(self.image, order.seed, {"brush": "1"}, "CC0-1.0")


@pytest.fixture
def brush(monkeypatch, man) -> None:
    monkeypatch.setitem(backends.BACKENDS, "brush", lambda: Brush(man))


# --- what comes out --------------------------------------------------------------------------------------------------


def test_from_a_prompt(studio, folder, ear, woman):
    studio()
    made = avatars.from_prompt(PROMPT, folder / "هند.png", seed=3, size=256, listener=ear)
    assert sorted(os.listdir(folder)) == ["هند.json", "هند.png", "هند.points.json"]
    np.testing.assert_array_equal(read_picture(made.path), woman)
    assert (made.prompt, made.seed, made.backend, made.warnings) == (PROMPT, 3, "studio", ())
    assert made.check.ok
    assert made.points.shape == (468, 2)
    assert made.wall_s > 0
    assert ear.messages[0] == "Understood: a woman with red hair."


def test_what_was_ignored_is_told_before_drawing(studio, folder, ear):
    studio("sys.exit(1)")
    with pytest.raises(StudioError, match="studio failed"):
        avatars.from_prompt("the oldest woman, and a unicorn", folder / "a.png", size=256, listener=ear)
    assert ear.messages[:2] == ["Understood: a woman with red hair.", "Not understood, or not drawn: unicorn."]
    assert ear.messages[2].startswith("Avatars are at most 95")


def test_the_record_beside_the_picture(studio, folder):
    studio()
    made = avatars.from_prompt(PROMPT, folder / "a.png", seed=3, size=256)
    record = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    assert record["synthetic"] is True
    assert (record["prompt"], record["seed"], record["licence"]) == (PROMPT, 3, "CC0-1.0")
    assert record["understood"]["traits"]["hair_color"] == "red"
    assert set(record["made_with"]) == {"lipsync_utils", "bpy", "anny"}
    assert from_dict(record["description"]) == made.description
    assert str(folder) not in json.dumps(record, ensure_ascii=False)
    points = json.loads((folder / "a.points.json").read_text())
    assert (len(points["points"]), points["size"]) == (468, 256)


def test_the_picture_says_that_it_is_synthetic(studio, brush, folder):
    studio()
    for backend in ("studio", "brush"):
        path = avatars.from_prompt(PROMPT, folder / f"{backend}.png", backend=backend, size=256).path
        with Image.open(path) as image:
            assert image.text["Software"].startswith("lipsync_utils ")
            assert image.text["Description"].startswith("Synthetic portrait")
            assert image.text["License"] == "CC0-1.0"


def test_the_same_again_from_its_record(studio, folder):
    studio()
    first = avatars.from_prompt(PROMPT, folder / "a.png", seed=3, size=256)
    again = avatars.from_description(folder / "a.json", folder / "b.png")
    assert again.description == first.description
    assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()
    assert (again.prompt, again.understood) == (None, None)


def test_descriptions_in_every_form(studio, folder):
    studio()
    person = AvatarDescription("someone", seed=4)
    (folder / "p.json").write_text(person.to_json())
    (folder / "p.yaml").write_text("name: someone\nseed: 4\nhair:\n  style: short\n")
    for given, style in ((person, "long"), (str(folder / "p.json"), "long"), (folder / "p.yaml", "short")):
        made = avatars.from_description(given, folder / "a.png", size=256)
        assert (made.seed, made.description.hair.style) == (4, style)
    assert avatars.from_description(person, folder / "a.png", seed=9, size=256).description.seed == 9
    assert person.picture.size == 1024, "what was given is not changed"


def test_a_name_is_found_where_none_is_given(studio, folder, monkeypatch):
    studio()
    monkeypatch.chdir(folder)
    assert avatars.from_prompt(PROMPT, seed=12, size=256).path == folder / "avatar-12.png"


def test_points_of_an_older_avatar_do_not_stay(studio, brush, folder):
    studio()
    avatars.from_prompt(PROMPT, folder / "a.png", size=256)
    made = avatars.from_prompt(PROMPT, folder / "a.png", backend="brush", size=256)
    assert made.points is None
    assert sorted(os.listdir(folder)) == ["a.json", "a.png"]


def test_faults_of_the_picture_become_warnings(monkeypatch, folder, woman, man):
    monkeypatch.setitem(backends.BACKENDS, "brush", lambda: Brush(np.hstack([woman, man])))
    made = avatars.from_prompt(PROMPT, folder / "a.png", backend="brush")
    assert made.warnings == made.check.problems == ("2 faces are seen; exactly one is needed.",)


def test_without_a_detector_it_is_still_drawn(monkeypatch, brush, folder):
    def fail(_):
        raise AssetError("No connection.")

    monkeypatch.setattr("lipsync_avatars.check.check_portrait", fail)
    made = avatars.from_prompt(PROMPT, folder / "a.png", backend="brush")
    assert made.check is None
    assert made.warnings == ("The picture was not checked: No connection.",)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"prompt": "  "}, InputError, "The prompt is empty"),
        ({"prompt": "a real person"}, InputError, "names a real person"),
        ({"out": "a.jpg"}, InputError, r"'a.jpg': the name must end in .png"),
        ({"out": "a"}, InputError, "the name must end in .png"),
        ({"out": "folder.png"}, InputError, "is a folder"),
        ({"out": "nowhere/a.png"}, OutputError, "does not exist. Create it first"),
        ({"backend": "crayon"}, InputError, "Unknown backend 'crayon'. Choose one of: studio, diffusion"),
        ({"size": 127}, InputError, "The size is 127; a whole number from 128 to 2048"),
        ({"size": 2049}, InputError, "The size is 2049"),
        ({"size": 256.0}, InputError, "The size is 256.0"),
        ({"seed": -1}, InputError, "The seed is -1; a whole number from 0 to 2147483647"),
        ({"seed": 2**31}, InputError, "The seed is 2147483648"),
        ({"seed": True}, InputError, "The seed is True"),
    ],
)
def test_refused_before_anything_is_drawn(studio, folder, ear, arguments, kind, said):
    studio("sys.exit('drawn')")
    (folder / "folder.png").mkdir()
    out = folder / arguments.pop("out", "a.png")
    with pytest.raises(kind, match=said):
        avatars.from_prompt(arguments.pop("prompt", PROMPT), out, listener=ear, **arguments)
    assert os.listdir(folder) == ["folder.png"]
    assert not ear.messages
    assert not ear.steps


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.json", None, "does not exist"),
        ("empty.json", "", "is empty"),
        ("p.json", "{name: a}", "not valid JSON"),
        ("p.yaml", "name: [a", "not valid YAML"),
        ("p.yaml", "- a", "an object"),
        ("p.json", '{"name": "a", "beard": 1}', "beard"),
        ("p.json", '{"hair": {"colour": "red"}}', "hair has unknown names: colour"),
        ("p.json", '{"name": "a", "hair": {"style": "mohawk"}}', "mohawk"),
    ],
)
def test_descriptions_that_cannot_be_used(studio, folder, name, content, said):
    studio("sys.exit('drawn')")
    if content is not None:
        (folder / name).write_text(content)
    before = os.listdir(folder)
    with pytest.raises(InputError, match=said):
        avatars.from_description(folder / name, folder / "a.png")
    assert os.listdir(folder) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the system's administrator may write everywhere")
def test_a_folder_that_may_not_be_written(folder):
    folder.chmod(0o500)
    with pytest.raises(OutputError, match="could not be written"):
        avatars.from_prompt(PROMPT, folder / "a.png")
    folder.chmod(0o700)


@pytest.mark.parametrize("point", ["write_bytes", "replace"])
def test_a_disk_that_fills_up_leaves_nothing(monkeypatch, brush, folder, point):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, "write_bytes", full) if point == "write_bytes" else (saving.os, "replace", full)))
        with pytest.raises(OutputError, match="No space left on device"):
            avatars.from_prompt(PROMPT, folder / "a.png", backend="brush")
    assert not os.listdir(folder)


def test_a_failed_drawing_leaves_what_was_there(studio, folder):
    studio()
    made = avatars.from_prompt(PROMPT, folder / "a.png", size=256)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    studio("draw(); sys.exit(1)")
    with pytest.raises(StudioError, match="studio failed"):
        avatars.from_prompt(PROMPT, made.path, size=256)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_importing_it_loads_nothing():
    assert set(avatars.__all__) >= {"from_prompt", "from_description", "Avatar", "BACKENDS"}
    assert avatars.from_prompt is making.from_prompt
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        _ = avatars.paint


def test_a_summary_is_json(brush, folder):
    made = replace(avatars.from_prompt(PROMPT, folder / "a.png", backend="brush"), wall_s=1.23456)
    summary = json.loads(json.dumps(made.summary()))
    assert (summary["wall_s"], summary["width"], summary["check"]["ok"]) == (1.23, 256, True)
