"""Makes the avatar studio's environment: all of it, or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from lipsync_utils.errors import LipSyncError
from lipsync_utils.messages import Message

from .processes import Ended, run_lines, scrubbed_environment
from .studio_python import Studio, StudioMissingError, probe, python_in, recipe, studio_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lipsync_utils.pipeline import Listener

TIMEOUT_S = 2 * 3600.0
LIBRARIES = "libx11-6 libxext6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1"
"""Debian's names of the system libraries that Blender needs, also without a screen."""


class StudioSetupError(LipSyncError):
    """The studio's environment could not be made."""


def libraries_missing(complaint: str) -> Message | None:
    """What to do where a shared library of the system is missing; None where that is not the complaint."""
    if "cannot open shared object file" not in complaint:
        return None
    name = complaint.split(": cannot open shared object file")[0].split()[-1]
    return Message(
        "Blender needs the system library {name}, which is missing. On Debian, Ubuntu or Colab install what it needs "
        "with: {command}",
        name=name,
        command=f"apt-get install -y {LIBRARIES}",
    )


def set_up(listener: Listener) -> Studio:
    """Make the studio's environment in the cache folder; nothing is done where a whole one is there.

    Raises:
        StudioMissingError: this machine has no fitting Python.
        StudioSetupError: a step failed; the half-made environment has been removed.
    """
    folder = studio_folder()
    there = python_in(folder)
    versions = probe(there) if there else {}
    if len(versions) == 2:
        listener.message(Message("The studio is there already: {folder}.", folder=folder))
        _check_starts(Studio(there, versions))
        return Studio(there, versions)
    steps = recipe()
    if steps is None:
        raise StudioMissingError("The avatar studio cannot be set up yet.")
    with _whole_or_nothing(folder) as temporary:
        listener.message(
            Message("Making the avatar studio in {folder} (about 3 GB; takes some minutes).", folder=folder)
        )
        _run(steps.make, Message("Could not make the environment"), listener, temporary)
        _run([*steps.install, "--progress-bar", "off"], Message("Could not install the packages"), listener, temporary)
        python = python_in(folder)
        studio = Studio(python, probe(python) if python else {})
        if len(studio.versions) < 2:
            raise StudioSetupError(
                "The packages were installed, but {folder} has only {versions}. Try again.",
                folder=folder,
                versions=studio.versions,
            )
    _check_starts(studio)
    return studio


@contextlib.contextmanager
def _whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Room for the environment, and a folder for temporary files; on failure neither is left."""
    if folder.exists() and not (folder / "pyvenv.cfg").is_file() and any(folder.iterdir()):
        raise StudioSetupError(
            "{folder} holds something else than a studio, and is left alone. Move it away first.", folder=folder
        )
    temporary = folder.with_name(f"{folder.name}-setup-{os.getpid()}")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        temporary.mkdir(parents=True)
    except OSError as error:
        raise StudioSetupError(
            "The studio cannot be made in {folder}: {reason}. Set LIPSYNC_CACHE to a folder with 3 GB of room.",
            folder=folder,
            reason=error.strerror,
        ) from error
    try:
        yield temporary
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _run(command: list[str], failed: Message, listener: Listener, temporary: Path) -> None:
    def heard(line: str) -> None:
        if line.lstrip().startswith(("Downloading ", "Installing collected")):
            listener.message(Message("  {line}", line=line.strip()[:110]))

    try:
        ended = run_lines(command, heard, timeout_s=TIMEOUT_S, env=scrubbed_environment(temporary))
    except OSError as error:
        raise StudioSetupError(
            "{failed}: {program} does not start ({reason}).",
            failed=failed,
            program=command[0],
            reason=error.strerror,
        ) from error
    if ended.code:
        raise StudioSetupError(
            "{failed}: {reason}. Nothing was left behind. The command was: {command}",
            failed=failed,
            reason=_reason(ended),
            command=" ".join(command),
        )


def _reason(ended: Ended) -> str:
    if ended.timed_out:
        return Message("it took longer than {hours:.0f} hours", hours=TIMEOUT_S / 3600)
    if "No space left" in ended.complaint:
        return Message("the disk is full; about 3 GB are needed, or set LIPSYNC_CACHE to another disk")
    errors = [line for line in ended.complaint.splitlines() if line.startswith("ERROR")]
    return (errors[-1].removeprefix("ERROR: ") if errors else ended.last_line).rstrip(".")


def _check_starts(studio: Studio) -> None:
    """Import Blender once: packages may be there while libraries of the system are not."""
    ended = run_lines([studio.python, "-c", "import bpy"], lambda _: None, timeout_s=300, env=scrubbed_environment())
    if ended.code:
        raise StudioSetupError(
            libraries_missing(ended.complaint)
            or Message("The studio is installed, but Blender does not start: {reason}", reason=ended.last_line)
        )
