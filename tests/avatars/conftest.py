"""A studio without Blender, and words without a lexicon."""

from __future__ import annotations

import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_avatars import backends
from lipsync_avatars.studio.description import AvatarDescription, Picture
from lipsync_avatars.studio_backend import StudioBackend
from lipsync_avatars.traits import Traits
from lipsync_utils.errors import InputError
from lipsync_utils.media import read_picture

SAMPLES = Path(__file__).parents[2] / "samples" / "avatars"
SIZE = 256

RENDERER = """
import json, os, shutil, struct, sys, time
from pathlib import Path
given, drawn = Path(sys.argv[1]), Path(sys.argv[2])
picture = Path({picture!r})

def points(count=468, size=256):
    drawn.with_suffix(".points.json").write_text(json.dumps({{"points": [[1.5, 2.5]] * count, "size": size}}))

def draw():
    print("Fra:1 Mem:12M", flush=True)
    print("progress 0.5 hair", flush=True)
    shutil.copy(picture, drawn)
    points()
    print("progress 1.0 rendering", flush=True)
"""


@dataclass(frozen=True)
class Understood:
    """As of ``prompt.understand``."""

    traits: Traits
    found: tuple[str, ...]
    ignored: tuple[str, ...]
    language: str
    notes: tuple[str, ...] = ()


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.messages, self.steps = [], []

    def message(self, text: str) -> None:
        self.messages.append(text)

    def step(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))


def portrait(name: str) -> np.ndarray:
    """A sample avatar at ``SIZE`` pixels."""
    return cv2.resize(read_picture(SAMPLES / f"{name}.png"), (SIZE, SIZE), interpolation=cv2.INTER_AREA)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture(scope="session")
def woman() -> np.ndarray:
    return portrait("woman")


@pytest.fixture(scope="session")
def man() -> np.ndarray:
    return portrait("man")


@pytest.fixture
def words(monkeypatch):
    """Stands for ``prompt`` and ``people``."""

    def understand(prompt: str) -> Understood:
        if not prompt.strip():
            raise InputError("The prompt is empty.")
        if "real" in prompt:
            raise InputError("The prompt names a real person.")
        ignored = ("unicorn",) if "unicorn" in prompt else ()
        notes = ("Avatars are at most 95 years old; this one is.",) if "oldest" in prompt else ()
        return Understood(Traits(sex="female", hair_color="red"), ("woman", "red hair"), ignored, "en", notes)

    def describe(traits: Traits, *, seed: int, name: str) -> AvatarDescription:
        assert traits.sex == "female"
        return AvatarDescription(name, seed=seed, picture=Picture(samples=1))

    for name, function in (("prompt", understand), ("people", describe)):
        module = types.ModuleType(f"lipsync_avatars.{name}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.fixture(scope="session")
def studio_environment(tmp_path_factory) -> Path:
    """A real environment whose Python knows Blender and anny by name only."""
    folder = tmp_path_factory.mktemp("bare studio استوديو") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("[lL]ib/**/site-packages"))
    for name, version in (("bpy", "5.0.1"), ("anny", "0.6.2")):
        about = packages / f"{name}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return folder


@pytest.fixture
def studio(monkeypatch, tmp_path_factory, studio_environment, woman):
    """``studio(body)``: the studio whose program runs ``body`` after the prelude :data:`RENDERER`."""
    from lipsync_utils.media import write_picture

    folder = tmp_path_factory.mktemp("program برنامج here")
    write_picture(folder / "drawn.png", woman)
    monkeypatch.setenv("LIPSYNC_STUDIO", str(studio_environment))

    def make(body: str = "draw()", **options) -> StudioBackend:
        program = folder / "render.py"
        program.write_text(RENDERER.format(picture=str(folder / "drawn.png")) + body, encoding="utf-8")
        backend = StudioBackend(program=program, **options)
        monkeypatch.setitem(backends.BACKENDS, "studio", lambda: backend)
        return backend

    return make
