"""The avatar studio's own Python: where it is, what it needs, and how to get it.

Blender's Python package needs an older NumPy and one certain version of Python, so the studio lives apart from this
package.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lipsync_utils import assets
from lipsync_utils.errors import InputError, LipSyncError, MissingExtraError
from lipsync_utils.messages import Message

from .processes import scrubbed_environment
from .requirements import requirements as declared

VARIABLE = "LIPSYNC_STUDIO"
"""Environment variable: the studio's Python, or the folder of its environment."""

EXTRA = "avatars"
PYTHONS = ("3.11", "3.13")
"""Versions of Python that Blender's package exists for, the best tried first."""

_PROBE = """
import importlib.metadata, json
found = {}
for name in ("bpy", "anny"):
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


class StudioMissingError(MissingExtraError):
    """There is no studio on this machine; the message has the commands that make one."""

    def __init__(self, reason: str, /, **values: object) -> None:
        LipSyncError.__init__(self, "{reason} {how}", reason=Message(reason, **values), how=how_to_get())
        self.extra = EXTRA


@dataclass(frozen=True)
class Studio:
    """A Python that has what the studio needs.

    Attributes:
        python: the interpreter.
        versions: of ``bpy`` (Blender) and ``anny`` (the parametric human).
    """

    python: Path
    versions: dict[str, str]


def studio_folder() -> Path:
    """Where ``lipsync avatar --setup`` puts the studio's environment."""
    return assets.cache_folder() / "studio"


def find_studio() -> Studio:
    """The studio's Python: ``LIPSYNC_STUDIO``, the one that was set up, or the running Python.

    Raises:
        InputError: ``LIPSYNC_STUDIO`` names something else.
        StudioMissingError: there is none.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return _chosen_studio(Path(chosen).expanduser().absolute(), chosen)
    for python in (python_in(studio_folder()), sys.executable):
        versions = probe(python) if python else {}
        if len(versions) == 2:
            return Studio(Path(python), versions)
    if python_in(studio_folder()) is not None:
        raise StudioMissingError("The avatar studio in {folder} is not complete.", folder=studio_folder())
    raise StudioMissingError("The avatar studio is not set up on this machine.")


def _chosen_studio(path: Path, given: str) -> Studio:
    python = path if path.is_file() else python_in(path)
    if python is None:
        raise InputError(
            "{variable} is {given!r}, where there is no Python. Set it to the studio's Python or to the folder of its "
            "environment, or unset it. {how}",
            variable=VARIABLE,
            given=given,
            how=how_to_get(),
        )
    versions = probe(python)
    absent = [name for name in ("bpy", "anny") if name not in versions]
    if absent:
        raise InputError(
            "{variable} is {given!r}, a Python without {absent}. Install there: {command}",
            variable=VARIABLE,
            given=given,
            absent=Message("{first} and {second}", first=absent[0], second=absent[1]) if absent[1:] else absent[0],
            command=shlex.join([str(python), "-m", "pip", "install", *requirements(PYTHONS[0])]),
        )
    return Studio(python, versions)


def python_in(environment: Path) -> Path | None:
    """The interpreter of an environment's folder; None where there is none."""
    places = ("bin/python", "Scripts/python.exe", "python.exe")
    return next((environment / place for place in places if (environment / place).is_file()), None)


def probe(python: Path | str) -> dict[str, str]:
    """Versions of the studio's packages in a Python; empty where it does not run."""
    try:
        done = subprocess.run(
            [python, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=scrubbed_environment(),
            timeout=60,
            check=True,
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}


def requirements(python: str) -> list[str]:
    """The packages of the extra ``avatars`` for a version of Python (``"3.11"``), as pip takes them."""
    return [str(item) for item in declared(EXTRA, python)] or [f"lipsync_utils[{EXTRA}]"]


@dataclass(frozen=True)
class Recipe:
    """How the studio's environment is made on this machine.

    Attributes:
        make: the command that makes the environment.
        install: the command that puts the packages into it.
    """

    make: list[str]
    install: list[str]


def recipe() -> Recipe | None:
    """Commands for this machine; None where it has no fitting Python."""
    folder = studio_folder()
    inside = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    for version in PYTHONS:
        python = _python_of(version)
        if python is not None:
            make = [*python, "-m", "venv", str(folder)]
        elif version == PYTHONS[0] and shutil.which("uv"):
            make = ["uv", "venv", "--seed", "--python", version, str(folder)]  # uv fetches a Python of its own
        else:
            continue
        return Recipe(make, [inside, "-m", "pip", "install", *requirements(version)])
    return None


def how_to_get() -> Message:
    """The commands that make the studio here, for a message."""
    found = recipe()
    if found is None:
        return Message(
            "It needs Python {best} or {other}, and none is here. Install one (or uv, which brings it: "
            "https://docs.astral.sh/uv), then run: lipsync avatar --setup",
            best=PYTHONS[0],
            other=PYTHONS[1],
        )
    quote = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return Message(
        "Set it up with one command (about 3 GB on the disk):\n    lipsync avatar --setup\n"
        "or by hand:\n    {make}\n    {install}\n"
        "A studio elsewhere is used when {variable} names its Python.",
        make=quote(found.make),
        install=quote(found.install),
        variable=VARIABLE,
    )


@functools.cache
def _python_of(version: str) -> tuple[str, ...] | None:
    """A command that starts that version of Python and can make environments; None where there is none."""
    candidates = [(sys.executable,)] if sys.executable else []
    candidates += [(path,) for name in (f"python{version}", "python3", "python") if (path := shutil.which(name))]
    if shutil.which("py"):
        candidates.append(("py", f"-{version}"))
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for command in candidates:
        try:  # asked, for a name on the path may be a shim that starts nothing
            done = subprocess.run(
                [*command, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if done.stdout.strip() == version:
            return command
    return None
