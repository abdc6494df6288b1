"""Contacts over the blended pose: how a plan of gestures becomes face curves, and how far the lips are then open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FaceCurves
from .visemes import CHANNELS, NAMES, PAIRED

CONTACTS = ("bilabial", "labiodental", "dental", "rounded")
"""Gestures that are made or not, and not blended: three contacts, and the rounding of u and w."""

_INDEX = {name: i for i, name in enumerate(CHANNELS)}
_COLUMNS = [i for i, channel in enumerate(CHANNELS) for _ in range(2 if channel in PAIRED else 1)]


@dataclass(frozen=True)
class Gestures:
    """The plan behind face curves.

    Attributes:
        pose: ``(T, len(CHANNELS))`` blended coefficients in [0, 1], before contacts.
        contacts: ``(T, 4)`` lips together, lower lip at the teeth, tongue at the teeth, lips rounded; 0 to 1 (see
            :data:`CONTACTS`).
        activity: ``(T,) float32`` whether somebody speaks, 0 to 1.
    """

    pose: np.ndarray
    contacts: np.ndarray
    activity: np.ndarray


def compose(planned: Gestures) -> np.ndarray:
    """Put the contacts over the blended pose: ``(T, len(NAMES)) float32`` in [0, 1], tiny values exactly 0.

    Lips that touch take back the jaw's opening (mouthClose) and whatever parts them; the lower lip against the teeth
    rolls in under a nearly shut jaw; the tongue shows between the teeth; rounded lips are not spread.
    """
    values = planned.pose.astype(np.float64)
    lips, teeth, tongue, rounded = planned.contacts.T

    def fade(amount: np.ndarray, **keep: float) -> None:
        for channel, least in keep.items():
            values[:, _INDEX[channel]] *= 1.0 - (1.0 - least) * amount

    def hold(amount: np.ndarray, **pose: float) -> None:
        for channel, value in pose.items():
            column = values[:, _INDEX[channel]]
            values[:, _INDEX[channel]] = column + amount * np.maximum(value - column, 0.0)

    fade(rounded, mouthSmile=0.2, mouthStretch=0.2)
    hold(rounded, mouthPucker=0.42, mouthFunnel=0.14)
    hold(tongue, tongueOut=0.25)
    fade(teeth, mouthLowerDown=0.0, mouthFunnel=0.3, mouthPucker=0.5, tongueOut=0.0)
    hold(teeth, mouthRollLower=0.48, mouthUpperUp=0.42, mouthShrugLower=0.3)
    jaw = values[:, _INDEX["jawOpen"]]
    jaw -= teeth * np.maximum(jaw - 0.1, 0.0)
    fade(lips, jawOpen=0.65, mouthLowerDown=0.0, mouthUpperUp=0.0, mouthFunnel=0.25, mouthPucker=0.7, tongueOut=0.0,
         mouthStretch=0.5, mouthRollLower=0.3)  # fmt: skip
    values[:, _INDEX["mouthClose"]] = lips * values[:, _INDEX["jawOpen"]]
    hold(lips, mouthPress=0.2, mouthRollLower=0.1, mouthRollUpper=0.08, cheekPuff=0.03)
    values[values < 2e-3] = 0.0
    return np.clip(values[:, _COLUMNS], 0.0, 1.0).astype(np.float32)


def lip_opening(curves: FaceCurves | np.ndarray) -> np.ndarray:
    """Gap between the lips as a fraction of the widest, ``(T,) float32``; a proxy for what a renderer shows.

    The jaw parts the lips; mouthClose takes that back; raised and lowered lips add, rolled and pressed lips take away.

    Args:
        curves: face curves with the columns of :data:`visemes.NAMES`, or their ``values``.
    """
    values = curves.values if isinstance(curves, FaceCurves) else curves
    column = {name: values[:, i] for i, name in enumerate(NAMES)}
    gap = (
        column["jawOpen"]
        - column["mouthClose"]
        + 0.3 * column["mouthLowerDownLeft"]
        + 0.2 * column["mouthUpperUpLeft"]
        - 0.2 * (column["mouthRollLower"] + column["mouthRollUpper"])
        - 0.1 * column["mouthPressLeft"]
    )
    return np.maximum(gap, 0.0).astype(np.float32)
