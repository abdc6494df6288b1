"""Shapes of faces: what makes a woman, a man, a child and the old, and how much individuals differ. anny's names."""

from __future__ import annotations

AGES = (
    (5, 0.25), (8, 0.3), (12, 0.42), (16, 0.56), (20, 0.63), (26, 0.665), (40, 0.72), (60, 0.85), (75, 0.94), (95, 1),
)  # fmt: skip
"""Age in years -> anny's, by the look of the face (its own anchors: 1/3 a child, 2/3 young, 1 old)."""

EVERYBODY = {
    "neck-scale-horiz-incr": -0.15, "ear-wing-incr": -0.5, "ear-scale-incr": -0.2, "mouth-scale-horiz-incr": -0.15,
}  # fmt: skip
WOMAN = {
    "eye-scale-incr": 0.95, "eye-height2-incr": 0.35, "eye-corner2-up": 0.15, "head-age-incr": -0.5,
    "head-scale-vert-incr": -0.15, "mouth-upperlip-height-incr": 0.25, "mouth-lowerlip-height-incr": 0.2,
    "mouth-cupidsbow-incr": 0.2, "nose-scale-horiz-incr": -0.3, "nose-point-width-incr": -0.25,
    "nose-volume-incr": -0.2, "chin-width-incr": -0.45, "chin-height-incr": -0.1, "cheek-bones-incr": 0.25,
    "ear-scale-incr": -0.7, "ear-wing-incr": -0.9, "neck-scale-horiz-incr": -0.2,
}  # fmt: skip
MAN = {
    "eye-scale-incr": 0.9, "eye-height2-incr": 0.4, "head-age-incr": -0.3, "head-scale-vert-incr": -0.1,
    "nose-scale-horiz-incr": -0.2, "mouth-lowerlip-height-incr": 0.15, "eyebrows-trans-up": -0.1,
    "chin-bones-incr": 0.15, "cheek-bones-incr": 0.15,
}  # fmt: skip
CHILD = {
    "eye-scale-incr": 0.9, "eye-height2-incr": 0.5, "nose-scale-vert-incr": -0.3, "nose-volume-incr": -0.45,
    "nose-point-up": 0.3, "cheek-volume-incr": 0.35, "cheek-inner-incr": 0.15, "chin-width-incr": -0.4,
    "head-age-incr": -0.3, "head-scale-vert-incr": -0.3, "forehead-scale-vert-incr": 0.1, "ear-wing-incr": -0.6,
    "neck-scale-horiz-incr": -0.3, "mouth-scale-horiz-incr": -0.1,
}  # fmt: skip
OLD_WOMAN = {
    "eye-scale-incr": 0.85, "eye-height2-incr": 0.4, "mouth-upperlip-height-incr": 0.2,
    "mouth-lowerlip-height-incr": 0.25, "mouth-upperlip-volume-incr": 0.2, "nose-scale-horiz-incr": -0.25,
    "nose-volume-incr": -0.15, "chin-width-incr": -0.3, "head-scale-vert-incr": -0.1, "cheek-bones-incr": 0.2,
    "head-age-incr": -0.2, "mouth-laugh-lines-out": 0.2, "mouth-angles-up": 0.15,
}  # fmt: skip
OLD_MAN = {
    "eye-scale-incr": 0.85, "eye-height2-incr": 0.45, "mouth-lowerlip-height-incr": 0.3,
    "mouth-upperlip-height-incr": 0.2, "nose-scale-horiz-incr": -0.15, "eyebrows-trans-up": -0.1,
    "head-age-incr": -0.2, "mouth-laugh-lines-out": 0.2, "mouth-angles-up": 0.2, "head-scale-vert-incr": -0.1,
}  # fmt: skip

SPREAD = {
    "head-scale-horiz-incr": 0.1, "head-scale-vert-incr": 0.12, "head-fat-incr": 0.1, "forehead-scale-vert-incr": 0.15,
    "forehead-temple-incr": 0.2, "forehead-trans-forward": 0.15, "eyebrows-trans-forward": 0.15,
    "eyebrows-angle-up": 0.15, "eye-scale-incr": 0.15, "eye-height2-incr": 0.12, "eye-corner2-up": 0.2,
    "eye-trans-out": 0.08, "eye-eyefold-up": 0.2, "nose-scale-horiz-incr": 0.2, "nose-scale-vert-incr": 0.18,
    "nose-scale-depth-incr": 0.2, "nose-hump-incr": 0.2, "nose-point-up": 0.2, "nose-point-width-incr": 0.2,
    "nose-width1-incr": 0.2, "nose-width2-incr": 0.2, "nose-volume-incr": 0.15, "nose-greek-incr": 0.15,
    "nose-flaring-incr": 0.15, "mouth-scale-horiz-incr": 0.14, "mouth-upperlip-height-incr": 0.2,
    "mouth-lowerlip-height-incr": 0.2, "mouth-cupidsbow-incr": 0.25, "mouth-trans-up": 0.15,
    "mouth-philtrum-volume-incr": 0.2, "cheek-bones-incr": 0.2, "cheek-volume-incr": 0.2, "cheek-inner-incr": 0.15,
    "chin-width-incr": 0.22, "chin-height-incr": 0.15, "chin-prominent-incr": 0.2, "chin-bones-incr": 0.18,
    "chin-jaw-drop-incr": 0.15, "ear-scale-incr": 0.15, "ear-wing-incr": 0.15, "ear-lobe-incr": 0.3,
    "ear-shape-round": 0.3,
}  # fmt: skip
"""Standard deviation of each change among individuals; two of them are the limit."""

EXPRESSIONS: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "neutral": (
        {"mouth-angles-up": 0.42, "mouth-scale-horiz-incr": 0.05},
        {"mouthSmileBoth": 0.16, "cheekSquintBoth": 0.2, "mouthShrugLower": 0.06},
    ),
    "smile": (
        {"mouth-angles-up": 0.32, "mouth-scale-horiz-incr": 0.22},
        {"mouthSmileBoth": 0.38, "cheekSquintBoth": 0.4, "eyeSquintBoth": 0.06, "mouthDimpleBoth": 0.25},
    ),
    "serious": ({"mouth-angles-up": 0.3}, {"browDownBoth": 0.06, "mouthShrugLower": 0.08}),
}
"""Local changes and blendshapes; the mouth stays shut, and a neutral face is a friendly one."""
