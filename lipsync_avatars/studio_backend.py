"""The backend ``studio``: a modelled person, rendered by Blender in a Python of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lipsync_utils.errors import InputError, LipSyncError, message_of
from lipsync_utils.faces import topology
from lipsync_utils.messages import Message

from .description_files import translatable
from .processes import Ended, run_lines, scrubbed_environment
from .records import Portrait, PortraitOrder
from .studio_python import Studio, StudioMissingError, find_studio
from .studio_setup import libraries_missing

if TYPE_CHECKING:
    from lipsync_utils.pipeline import Listener

    from .studio.description import AvatarDescription

PROGRAM = Path(__file__).parent / "studio" / "render.py"
TIMEOUT_S = 3 * 3600.0
"""A portrait takes minutes; what takes longer than this has gone wrong."""

LICENCE = "CC0-1.0"
REFUSED = 2
"""Exit code of the program when the description is at fault."""


class StudioError(LipSyncError):
    """The studio failed at a description that is right."""


class StudioBackend:
    """Shapes a parametric human as the traits say and renders it; the same order gives the same picture.

    Args:
        program: what renders.
        timeout_s: how long it may take.
    """

    name = "studio"

    def __init__(self, *, program: Path = PROGRAM, timeout_s: float = TIMEOUT_S) -> None:
        self._program, self._timeout_s = program, timeout_s

    def draw(self, order: PortraitOrder, listener: Listener) -> Portrait:
        """See :class:`~lipsync_avatars.backends.Backend`."""
        studio = find_studio()
        description = _describe(order)
        description = replace(
            description,
            seed=order.seed,
            picture=replace(description.picture, size=order.size),
            made_with=studio.versions,
        )
        if not _model_cache().exists():
            listener.message(
                Message("The first avatar takes about a minute longer: the model of the human body is prepared.")
            )
        with tempfile.TemporaryDirectory(prefix="lipsync-avatar-", ignore_cleanup_errors=True) as folder:
            image, points = self._render(studio, description, order, Path(folder), listener)
        return Portrait(image, order.seed, studio.versions, LICENCE, points=points, description=description)

    def _render(
        self, studio: Studio, description: AvatarDescription, order: PortraitOrder, folder: Path, listener: Listener
    ) -> tuple[np.ndarray, np.ndarray]:
        given, drawn = folder / "description.json", folder / "avatar.png"
        given.write_text(description.to_json(), encoding="utf-8")
        command = [*_after_others(), studio.python, "-s", self._program, given, drawn, "--size", str(order.size)]
        command += ["--preview"] if order.preview else []
        faults: list[str] = []
        try:
            ended = run_lines(
                command, _hearing(listener, faults), timeout_s=self._timeout_s, env=scrubbed_environment(folder)
            )
        except OSError as error:
            raise StudioError(
                "The studio's Python {python!r} does not start: {reason}.",
                python=str(studio.python),
                reason=error.strerror,
            ) from error
        if ended.code or ended.timed_out:
            raise _failure(ended, faults, self._timeout_s)
        return _results(drawn, None if order.preview else order.size)


def _after_others() -> tuple[str, ...]:
    """What lets a program have only the time that others leave: a portrait takes minutes and must not slow a video."""
    nice = shutil.which("nice") if os.name == "posix" else None
    return (nice, "-n", "10") if nice else ()


def _describe(order: PortraitOrder) -> AvatarDescription:
    if order.description is not None:
        return order.description
    from .people import describe

    return describe(order.traits, seed=order.seed, name=order.name)


def _model_cache() -> Path:
    """Where ``anny`` keeps its prepared model."""
    return Path(os.environ.get("ANNY_CACHE_DIR") or Path.home() / ".cache" / "anny")


def _hearing(listener: Listener, faults: list[str]) -> Callable[[str], None]:
    """What to do with a line of the program: ``progress 0.4 hair``, ``error ...``, ``template ["{what} ...", {...}]``.

    Blender's own are left aside.
    """

    def heard(line: str) -> None:
        kind, _, rest = line.partition(" ")
        if kind == "progress":
            share, _, stage = rest.partition(" ")
            try:
                listener.step(stage or "rendering", round(100 * min(max(float(share), 0.0), 1.0)), 100)
            except ValueError:
                return
        elif kind == "error":
            faults.append(rest.strip())
        elif kind == "template" and faults:
            with contextlib.suppress(ValueError, TypeError, LookupError):  # a line of something else
                template, values = json.loads(rest)
                faults[-1] = translatable(template, values)

    return heard


def _failure(ended: Ended, faults: list[str], timeout_s: float) -> LipSyncError:
    """The error that says best why the program failed."""
    if ended.timed_out:
        return StudioError(
            "The studio was ended after {minutes:.0f} minutes without a picture. Try --preview or a smaller size.",
            minutes=timeout_s / 60,
        )
    if faults and ended.code == REFUSED:
        return InputError("The studio cannot draw this: {fault}", fault=faults[-1])
    libraries = libraries_missing(ended.complaint)
    if libraries:
        return StudioError(libraries)
    if "ModuleNotFoundError" in ended.complaint:
        return StudioMissingError("The avatar studio is not complete ({last_line}).", last_line=ended.last_line)
    if ended.code in (-9, 137) or "MemoryError" in ended.complaint or "bad_alloc" in ended.complaint:
        return StudioError(
            "The studio was ended by the system, most likely for want of memory. Close other programs, or try "
            "--preview or a smaller size."
        )
    return StudioError(
        "The studio failed (exit code {code}): {reason}",
        code=ended.code,
        reason=faults[-1] if faults else ended.last_line,
    )


def _results(drawn: Path, size: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Picture and points ``(468, 2) float32``, once they are whole and fit together."""
    from lipsync_utils.media import read_picture

    try:
        image = read_picture(drawn)
        data = json.loads(drawn.with_suffix(".points.json").read_text(encoding="utf-8"))
        points = np.array(data["points"], np.float32)
        fits = image.shape[:2] == (data["size"], data["size"]) and size in (None, data["size"])
    except (InputError, OSError, ValueError, KeyError, TypeError) as error:
        raise StudioError(
            "The studio ended without a whole picture and its points: {error}", error=message_of(error)
        ) from error
    if not fits or points.shape != (topology.POINTS, 2) or not np.isfinite(points).all():
        raise StudioError(
            "The studio's picture and points do not fit: {width}x{height} pixels, points {shape} for {size} pixels.",
            width=image.shape[1],
            height=image.shape[0],
            shape=points.shape,
            size=data["size"],
        )
    return image, points
