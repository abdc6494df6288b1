"""The backend ``diffusion``: a generative model paints, the face mesh looks, and what does not fit is painted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lipsync_utils.errors import InputError, LipSyncError
from lipsync_utils.messages import Message, joined

from .check import PortraitCheck, check_portrait
from .records import LAST_SEED, Portrait, PortraitOrder
from .wording import phrase

if TYPE_CHECKING:
    from lipsync_utils.pipeline import Listener

RETRIES = 4
"""How many further seeds are tried while the picture has problems."""

STEPS, PREVIEW_STEPS = 30, 15

FRAMING = (
    "centred head and shoulders, front view, looking straight at the camera, relaxed closed mouth, open eyes, "
    "plain background, soft even studio light, sharp focus, natural skin"
)
AVOIDED = (
    "open mouth, teeth, side view, profile, turned head, tilted head, several people, hands, closed eyes, sunglasses, "
    "hair over the face, cropped head, text, watermark, frame, harsh shadow, deformed, blurry, nude"
)


class Painter(Protocol):
    """A loaded generative model.

    Attributes:
        made_with: name and revision of what it runs.
        licence: terms of its pictures.
    """

    made_with: dict[str, str]
    licence: str

    def paint(self, prompt: str, avoided: str, *, seed: int, steps: int) -> np.ndarray | None:
        """A square picture ``(H, H, 3) uint8`` RGB; None where the safety checker refuses it."""
        ...


def _load(device: str, listener: Listener) -> Painter:
    from .diffusion_model import load_painter

    return load_painter(device, listener)


class DiffusionBackend:
    """Paints until the face mesh is content, and keeps the best.

    The model sees the traits only, in English words of our own, never the text of the prompt.

    Args:
        load: makes the painter for a device (``"auto"``, ``"cuda"``, ``"mps"``, ``"cpu"``).
        check: looks at a picture ``(H, W, 3) uint8``.
    """

    name = "diffusion"

    def __init__(
        self,
        *,
        load: Callable[[str, Listener], Painter] = _load,
        check: Callable[[np.ndarray], PortraitCheck] = check_portrait,
    ) -> None:
        self._load, self._check = load, check

    def draw(self, order: PortraitOrder, listener: Listener) -> Portrait:
        """See :class:`~lipsync_avatars.backends.Backend`."""
        if order.traits is None:
            raise InputError("A description is drawn by the backend 'studio' only; 'diffusion' needs a prompt.")
        prompt = prompt_of(order)
        painter = self._load(order.device, listener)
        best: Portrait | None = None
        for attempt in range(RETRIES + 1):
            listener.step("painting", attempt, RETRIES + 1)
            seed = (order.seed + attempt) % (LAST_SEED + 1)
            image = painter.paint(prompt, AVOIDED, seed=seed, steps=PREVIEW_STEPS if order.preview else STEPS)
            if image is None:
                listener.message(Message("Seed {seed}: the safety checker refused the picture.", seed=seed))
                continue
            image = _resized(image, order.size)
            check = self._check(image)
            if best is None or _faults(check) < _faults(best.check):
                best = Portrait(image, seed, painter.made_with, painter.licence, check=check)
            if check.ok:
                break
            listener.message(Message("Seed {seed}: {problems}", seed=seed, problems=joined(check.problems)))
        if best is None:
            raise LipSyncError(
                "The safety checker refused all {count} pictures. Use another seed or another prompt.",
                count=RETRIES + 1,
            )
        listener.step("painting", RETRIES + 1, RETRIES + 1)
        return _with_warnings(best, order)


def prompt_of(order: PortraitOrder) -> str:
    """The English text that the model is given."""
    return f"studio portrait photograph of {phrase(order.traits)}, {FRAMING}"


def _faults(check: PortraitCheck) -> float:
    """How bad a picture is; without a face, worse than any with one."""
    return len(check.problems) if check.faces else float("inf")


def _with_warnings(portrait: Portrait, order: PortraitOrder) -> Portrait:
    warnings = portrait.check.problems
    if warnings:
        none = Message("None of {count} seeds gave a fitting portrait; this is the best of them.", count=RETRIES + 1)
        warnings = (none, *warnings)
    elif portrait.seed != order.seed:
        other = Message(
            "Seed {asked} gave no fitting portrait; this is seed {seed}.", asked=order.seed, seed=portrait.seed
        )
        warnings = (other,)
    return replace(portrait, warnings=warnings)


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    if image.shape[0] == size:
        return image
    import cv2

    smaller = size < image.shape[0]
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
