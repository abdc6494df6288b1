"""From words to an avatar on the disk: understand, draw, check, save."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync_utils.errors import AssetError
from lipsync_utils.messages import Message
from lipsync_utils.pipeline import Listener

from .backends import make_backend
from .records import Avatar, PortraitOrder

if TYPE_CHECKING:
    import numpy as np

    from .backends import Backend
    from .check import PortraitCheck
    from .prompt import Understood
    from .studio.description import AvatarDescription


def from_prompt(
    prompt: str,
    out: str | os.PathLike[str] | None = None,
    *,
    backend: str = "studio",
    seed: int = 0,
    size: int = 1024,
    preview: bool = False,
    device: str = "auto",
    listener: Listener | None = None,
) -> Avatar:
    """Make the portrait of a person who does not exist.

    The same prompt, backend and seed give the same person; another seed gives another one who fits the prompt.

    Args:
        prompt: what the person looks like, in English or Arabic.
        out: the picture to write (``.png``); None: ``avatar-SEED.png`` in the working folder. ``NAME.json`` and, where
            they are known, ``NAME.points.json`` are written beside it.
        backend: ``"studio"`` (modelled and rendered) or ``"diffusion"`` (a generative model).
        seed: decides what the prompt leaves open.
        size: width and height in pixels, 128 to 2048.
        preview: quick and coarse.
        device: for ``"diffusion"``: ``"auto"``, ``"cuda"``, ``"mps"`` or ``"cpu"``.
        listener: is told about progress.

    Raises:
        InputError: a prompt that :func:`~lipsync_avatars.prompt.understand` refuses, or an option out of range.
        MissingExtraError: the backend is not set up; the message has the commands.
        OutputError: the picture cannot be written.
        LipSyncError: drawing failed. In every case nothing is left behind.
    """
    started, listener = time.perf_counter(), listener or Listener()
    target, drawer = _target(out, seed), make_backend(backend)
    from .prompt import understand

    understood = understand(prompt)
    order = PortraitOrder(understood.traits, None, seed, size, preview, device, target.stem)
    for line in tell(understood):
        listener.message(line)
    return _make(order, target, drawer, started, listener, prompt=prompt, understood=understood)


def from_description(
    description: str | os.PathLike[str] | AvatarDescription,
    out: str | os.PathLike[str] | None = None,
    *,
    seed: int | None = None,
    size: int | None = None,
    preview: bool = False,
    listener: Listener | None = None,
) -> Avatar:
    """Draw the portrait that a description gives, in the studio.

    Args:
        description: a file (``.json``, ``.yaml``; also the ``NAME.json`` that lies beside an avatar), or the record.
        out: as for :func:`from_prompt`.
        seed: instead of the description's.
        size: instead of the description's, in pixels.
        preview: quick and coarse.
        listener: is told about progress.

    Raises:
        InputError: the file is missing, or has a name or value that is not known.
        LipSyncError: as for :func:`from_prompt`.
    """
    started, listener = time.perf_counter(), listener or Listener()
    if isinstance(description, str | os.PathLike):
        from .description_files import read_description

        description = read_description(description)
    seed = description.seed if seed is None else seed
    target = _target(out, seed)
    order = PortraitOrder(
        None, description, seed, description.picture.size if size is None else size, preview, "auto", target.stem
    )
    return _make(order, target, make_backend("studio"), started, listener)


def tell(understood: Understood) -> list[str]:
    """What was understood, what was not, and what is drawn otherwise, in lines for a person."""
    from .wording import phrase

    lines = [Message("Understood: {traits}.", traits=phrase(understood.traits))]
    if understood.ignored:
        lines.append(Message("Not understood, or not drawn: {ignored}.", ignored=", ".join(understood.ignored)))
    return [*lines, *understood.notes]


def _target(out: str | os.PathLike[str] | None, seed: int) -> Path:
    from .saving import check_target

    return check_target(f"avatar-{seed}.png" if out is None else out)


def _make(
    order: PortraitOrder,
    target: Path,
    backend: Backend,
    started: float,
    listener: Listener,
    *,
    prompt: str | None = None,
    understood: Understood | None = None,
) -> Avatar:
    """Draw, check and save."""
    from .saving import save

    portrait = backend.draw(order, listener)
    check, warnings = portrait.check, portrait.warnings
    if check is None:
        check, more = _look(portrait.image)
        warnings += more
    avatar = Avatar(
        path=target,
        shape=portrait.image.shape[:2],
        prompt=prompt,
        seed=portrait.seed,
        backend=backend.name,
        understood=understood,
        description=portrait.description,
        points=portrait.points,
        wall_s=time.perf_counter() - started,
        check=check,
        made_with=portrait.made_with,
        licence=portrait.licence,
        warnings=warnings,
    )
    save(avatar, portrait.image)
    return avatar


def _look(image: np.ndarray) -> tuple[PortraitCheck | None, tuple[str, ...]]:
    """What the face detector sees, and what is wrong with it."""
    from .check import check_portrait

    try:
        check = check_portrait(image)
    except AssetError as error:  # drawing needs no detector, so a machine without its models may still draw
        return None, (Message("The picture was not checked: {error}", error=error.message),)
    return check, check.problems
