"""The wheel: everything is in it, and it speaks in an environment of its own, outside of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from one_process import ONE_PROCESS

from lipsync_avatars import requirements

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("lipsync_utils", "lipsync_avatars", "lipsync_tools")
SAMPLES = "lipsync_tools/sample_files"
SHARED = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "samples", *PACKAGES)
"""What a wheel is made of."""

PYTHONS = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python ::" in name]
SPEECH = not any(map(requirements.unmet, requirements.requirements("speech")))


def run(*command: object, folder: Path) -> str:
    """What a command prints, started in a folder that knows nothing of the checkout."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments: object, folder: Path) -> None:
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments, folder=folder)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, so that nothing of an earlier build gets in, and the checkout stays as it is."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in SHARED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    pip("wheel", "--no-build-isolation", "--no-index", "--no-deps", "--wheel-dir", out, copy, folder=copy)
    [path] = out.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def contents(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("contents")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder)
    return folder


def test_everything_is_in_it(contents):
    files = [path for name in (*PACKAGES, "samples") for path in (ROOT / name).rglob("*") if path.is_file()]
    names = {path.relative_to(ROOT).as_posix().replace("samples/", f"{SAMPLES}/", 1) for path in files}
    wanted = {name for name in names if "__pycache__" not in name and not name.endswith("README.md")}
    there = {path.relative_to(contents).as_posix() for path in contents.rglob("*") if path.is_file()}
    assert wanted <= there
    others = {name for name in there - wanted if ".dist-info/" not in name}
    assert all(name.endswith("README.md") for name in others), "and nothing else"
    assert any(name.endswith("licenses/LICENSE") for name in there)


def test_its_metadata_and_the_checkout_say_the_same(contents, monkeypatch):
    extras = ("", *PROJECT["optional-dependencies"])
    here = {extra: list(map(str, requirements.requirements(extra))) for extra in extras}
    [described] = contents.glob("*.dist-info")
    monkeypatch.setattr(requirements, "PYPROJECT", contents / "pyproject.toml")
    monkeypatch.setattr(requirements.metadata, "requires", lambda _: Distribution.at(described).requires)
    assert {extra: list(map(str, requirements.requirements(extra))) for extra in extras} == here
    assert "hibari-tts>=0.2.1" in here["speech"]


@pytest.mark.skipif(not SPEECH, reason="the extra 'speech' is not installed")
def test_it_speaks_in_an_environment_of_its_own(wheel, tmp_path):
    """Dependencies are lent by this environment, which is looked through after the new one."""
    place = Place.make(tmp_path)
    (place.packages / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip("--python", place.python, "install", "--no-index", "--no-deps", wheel, folder=tmp_path)
    run(place.lipsync, "speak", TEXT, "-o", "voice.wav", folder=tmp_path)
    check(run(place.python, "-c", ONE_PROCESS, json.dumps(commands("voice.wav")), folder=tmp_path), tmp_path)


@pytest.mark.wheel
def test_it_speaks_in_an_empty_environment(wheel, tmp_path, capsys):
    """Every dependency is installed anew, and every command is a process of its own."""
    place = Place.make(tmp_path)
    pip("--python", place.python, "install", "-c", ROOT / "constraints.txt", wheel, folder=tmp_path)
    check("".join(run(place.lipsync, *command, folder=tmp_path) for command in commands("english")), tmp_path)
    size = sum(path.stat().st_size for path in place.packages.rglob("*") if path.is_file())
    pip("--python", place.python, "install", "-c", ROOT / "constraints.txt", f"{wheel}[speech]", folder=tmp_path)
    run(place.lipsync, "speak", TEXT, "-o", "voice.wav", folder=tmp_path)
    with capsys.disabled():
        print(f"\n{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB; installed, with all it needs: {size / 1e6:.0f} MB")


TEXT = "Good morning, everybody, and welcome. It is good to see all of you here today, and to hear what you have made."


def commands(voice: str) -> list[list[str]]:
    """What a person does first."""
    return [
        ["doctor"],
        ["run", "woman", voice, "--max-side", "256", "-o", "talking.mp4"],
        ["score", "talking.mp4"],
    ]


def check(printed: str, folder: Path) -> None:
    assert re.search(r"^ok +all \d+ packages", printed, re.MULTILINE)
    assert "BROKEN" not in printed
    assert (folder / "talking.mp4").stat().st_size > 10_000
    assert re.search(r"^talking\.mp4: in sync", printed, re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """An environment that knows nothing of the checkout."""

    python: Path
    lipsync: Path
    packages: Path

    @classmethod
    def make(cls, folder: Path) -> Place:
        venv.create(folder / "env", symlinks=os.name != "nt")
        inside, end = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        python, lipsync = (folder / "env" / inside / f"{name}{end}" for name in ("python", "lipsync"))
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return cls(python, lipsync, Path(run(python, "-c", asked, folder=folder).strip()))


# --- what is declared ------------------------------------------------------------------------------------------------


def test_the_lowest_python_is_one_that_the_project_ran_on():
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    assert ruff["target-version"] == f"py{PYTHONS[0].replace('.', '')}"


@pytest.mark.parametrize("name", ["environment.yml", "app/Dockerfile"])
def test_recipes_take_a_python_that_the_project_ran_on(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.search(r"python[=:]([\d.]+\d)", text)[1] in PYTHONS


def test_the_container_gets_what_a_wheel_is_made_of():
    recipe = (ROOT / "app" / "Dockerfile").read_text(encoding="utf-8")
    copied = {word for line in re.findall(r"^COPY (.*)", recipe, re.MULTILINE) for word in line.split()}
    kept = (ROOT / "app" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert set(SHARED) <= copied
    assert {f"!{name}" for name in (*SHARED, "constraints.txt")} <= set(kept)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_clean_removes_what_make_makes(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    made = (".venv", ".venv-colab", "out", "build", "dist", "any.egg-info", ".ruff_cache", ".pytest_cache")
    nested = ("lipsync_utils/faces/__pycache__", "notebooks/.ipynb_checkpoints")
    for name in (*made, *nested, "training/speech/cache"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    run("make", "clean", folder=tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Makefile", "training/speech/cache/file"}


def test_make_bench_runs_every_command_that_the_readme_names():
    named = re.findall(r"`(python (?:benchmarks|training)/[^`]*)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    shown = subprocess.run(
        ["make", "-n", "bench", "CLIPS=FOLDER"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    scripts = {command.split()[1] for command in named}
    assert len(scripts) > 5
    assert scripts <= set(re.findall(r"(?:benchmarks|training)/\S+\.py", shown))
