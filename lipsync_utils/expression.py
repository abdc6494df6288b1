"""The face around the mouth: the expression that is held, brows that rise with stress, cheeks and lids that join in.

Sources. The muscles of each expression are those of Ekman and Friesen's *Facial Action Coding System* (1978), in terms
of ARKit: happiness 6 and 12 (cheeks, corners of the lips), sadness 1, 4 and 15 (inner brows, corners down), surprise 1
and 2 (brows). Of each a small share, for people who speak.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .records import HeadMotion

_SIDES = ("Left", "Right")
_PAIRED = ("browDown", "browOuterUp", "cheekSquint", "eyeSquint", "noseSneer", "mouthSmile", "mouthFrown", "mouthPress")
_CHANNELS = ("browInnerUp", *_PAIRED)
NAMES = ("browInnerUp", *(f"{name}{side}" for name in _PAIRED for side in _SIDES))
"""The blendshapes of the face around the mouth."""

SHARES: dict[str, dict[str, float]] = {
    "neutral": {},
    "friendly": {"mouthSmile": 0.38, "cheekSquint": 0.45, "eyeSquint": 0.35, "browOuterUp": 0.12, "browInnerUp": 0.1},
    "serious": {"browDown": 0.5, "eyeSquint": 0.18, "mouthPress": 0.12, "mouthFrown": 0.3},
    "sad": {"browInnerUp": 0.75, "browDown": 0.12, "mouthFrown": 0.7, "eyeSquint": 0.1},
    "surprised": {"browInnerUp": 0.85, "browOuterUp": 0.85},
}
"""Coefficients of each expression, in the middle of its slow rise and fall."""

VARIES = 0.25
"""By how much, as a part, an expression gets stronger and weaker."""

YIELDS = 0.6
"""How much of an expression's mouth rounded lips take back."""

STRESS = {"browInnerUp": 1.0, "browOuterUp": 1.0}
"""What a raised brow is made of."""

WITH_SMILE = {"cheekSquint": 0.7, "eyeSquint": 0.35}
WITH_UPPER_LIP = {"noseSneer": 0.3}
"""How far cheeks, lower lids and the wings of the nose go with a mouth that smiles or shows its teeth."""


def around_the_mouth(
    mouth: dict[str, np.ndarray], *, expression: str, strength: np.ndarray, brow: np.ndarray, life: np.ndarray
) -> np.ndarray:
    """Coefficients of :data:`NAMES` over time.

    Args:
        mouth: ``(T,)`` of what speaks, by name of the blendshape.
        expression: one of :data:`SHARES`.
        strength: ``(T,)`` how strong it is just then, about 1.
        brow: ``(T,)`` brow raise, 0 to 1.
        life: ``(T,)`` how much the face goes with the mouth, 0 to 1.

    Returns:
        ``(T, len(NAMES)) float32`` in [0, 1].
    """
    channels = dict.fromkeys(_CHANNELS, np.zeros(len(brow)))
    for name, value in SHARES[expression].items():
        channels[name] = value * strength
    rounded = np.clip(mouth["mouthPucker"] + mouth["mouthFunnel"], 0, 1)
    for name in ("mouthSmile", "mouthFrown", "mouthPress"):
        channels[name] = channels[name] * (1 - YIELDS * rounded)
    smile = (mouth["mouthSmileLeft"] + mouth["mouthStretchLeft"]) / 2
    upper = mouth["mouthUpperUpLeft"]
    for amount, shares in ((brow, STRESS), (life * smile, WITH_SMILE), (life * upper, WITH_UPPER_LIP)):
        for name, share in shares.items():
            channels[name] = channels[name] + share * amount
    columns = [channels["browInnerUp"], *(channels[name] for name in _PAIRED for _ in _SIDES)]
    return np.clip(np.stack(columns, axis=1), 0, 1).astype(np.float32)


def without_mouth(motion: HeadMotion) -> HeadMotion:
    """The same life, for those who paint the mouth themselves."""
    keep = np.array([not name.startswith("mouth") for name in NAMES], np.float32)
    return replace(motion, face=motion.face * keep)
