"""The records of an avatar on its way: what is ordered, what a backend draws, and what lies on the disk in the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync_utils.errors import InputError
from lipsync_utils.messages import Message

if TYPE_CHECKING:
    import numpy as np

    from .check import PortraitCheck
    from .prompt import Understood
    from .studio.description import AvatarDescription
    from .traits import Traits

SMALLEST, LARGEST = 128, 2048
"""Width of an avatar, in pixels."""

LAST_SEED = 2**31 - 1
"""The renderer keeps seeds in 32 bits."""


@dataclass(frozen=True)
class PortraitOrder:
    """What a backend is to draw.

    Attributes:
        traits: what was asked for; None where a description says everything.
        description: the studio's description; None: made from the traits and the seed.
        seed: decides what was not asked for, 0 to :data:`LAST_SEED`.
        size: width and height in pixels, :data:`SMALLEST` to :data:`LARGEST`.
        preview: quick and coarse.
        device: what computes, ``"auto"``, ``"cuda"``, ``"mps"`` or ``"cpu"``; for backends that can choose.
        name: of the avatar.

    Raises:
        InputError: seed or size out of range.
    """

    traits: Traits | None
    description: AvatarDescription | None
    seed: int
    size: int
    preview: bool = False
    device: str = "auto"
    name: str = "avatar"

    def __post_init__(self) -> None:
        for what, value, low, high in (
            (Message("seed"), self.seed, 0, LAST_SEED),
            (Message("size"), self.size, SMALLEST, LARGEST),
        ):
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise InputError(
                    "The {what} is {value!r}; a whole number from {low} to {high} is needed.",
                    what=what,
                    value=value,
                    low=low,
                    high=high,
                )


@dataclass(frozen=True)
class Portrait:
    """What a backend has drawn.

    Attributes:
        image: ``(H, W, 3) uint8`` RGB.
        seed: the seed that was used in the end.
        made_with: name and version of the programs and models.
        licence: terms of the picture, as an SPDX identifier where there is one.
        points: ``(468, 2) float32`` where the face mesh's points were projected to, in pixels; None: not known.
        description: what the studio was given.
        check: where the backend has looked at its picture.
        warnings: what a person should know.
    """

    image: np.ndarray
    seed: int
    made_with: dict[str, str]
    licence: str
    points: np.ndarray | None = None
    description: AvatarDescription | None = None
    check: PortraitCheck | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Avatar:
    """A portrait on the disk; ``lipsync avatar --json`` prints it.

    Attributes:
        path: the picture (PNG). Beside it lie ``NAME.json`` and, where they are known, ``NAME.points.json``.
        shape: height and width in pixels.
        prompt: the text it was made from; None: made from a description.
        seed: the seed that was used in the end; the same words and seed give the same person.
        backend: what drew it.
        understood: what was taken from the prompt, and what was left aside; None for a description.
        description: what the studio was given; None for other backends.
        points: ``(468, 2) float32`` points of the face mesh in pixels; None where they are not known.
        wall_s: from the prompt to the finished file, in seconds.
        check: what the face detector sees in the picture; None where it could not look.
        made_with: name and version of the programs and models.
        licence: terms of the picture.
        warnings: what a person should know.
    """

    path: Path
    shape: tuple[int, int]
    prompt: str | None
    seed: int
    backend: str
    understood: Understood | None
    description: AvatarDescription | None
    points: np.ndarray | None
    wall_s: float
    check: PortraitCheck | None
    made_with: dict[str, str] = field(default_factory=dict)
    licence: str = ""
    warnings: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """The avatar in names, numbers and text, for JSON; without the description, which is a file of its own."""
        return {
            "output": str(self.path),
            "height": self.shape[0],
            "width": self.shape[1],
            "prompt": self.prompt,
            "seed": self.seed,
            "backend": self.backend,
            "understood": None if self.understood is None else asdict(self.understood),
            "wall_s": round(self.wall_s, 2),
            "check": None if self.check is None else self.check.summary(),
            "made_with": self.made_with,
            "licence": self.licence,
            "warnings": list(self.warnings),
        }
