"""Tables of what people look like: by origin, by age, by name of a colour. Colours are linear RGB, 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

from .studio.description import Color


@dataclass(frozen=True)
class Tone:
    """A skin: its colour, and that of the lips of a woman."""

    skin: Color
    lips: Color


SKINS: dict[str, Tone] = {
    "very_light": Tone((0.70, 0.44, 0.34), (0.58, 0.20, 0.19)),
    "light": Tone((0.62, 0.37, 0.265), (0.52, 0.17, 0.155)),
    "olive": Tone((0.53, 0.315, 0.205), (0.45, 0.15, 0.125)),
    "tan": Tone((0.42, 0.228, 0.137), (0.36, 0.115, 0.09)),
    "brown": Tone((0.235, 0.113, 0.063), (0.23, 0.075, 0.06)),
    "dark": Tone((0.105, 0.047, 0.026), (0.125, 0.043, 0.034)),
}
"""From the lightest to the darkest."""


@dataclass(frozen=True)
class Origin:
    """What people of one origin tend to look like.

    Attributes:
        phenotype: shares of anny's african, asian and caucasian.
        skin: mean and spread of the place among :data:`SKINS` (0 the first).
        hair, eyes: how common each colour is.
        styles: how common hair styles are that belong to this hair, beside the usual ones, for women and for men.
    """

    phenotype: tuple[float, float, float]
    skin: tuple[float, float]
    hair: dict[str, float]
    eyes: dict[str, float]
    styles: tuple[dict[str, float], dict[str, float]] = ({}, {})


ORIGINS: dict[str, Origin] = {
    "african": Origin(
        (0.75, 0.05, 0.20), (4.45, 0.45), {"black": 9, "dark_brown": 1}, {"dark_brown": 8, "brown": 2},
        ({"afro": 6, "curly": 4, "buzz": 1}, {"buzz": 24, "afro": 5}),
    ),
    "east_asian": Origin((0.0, 0.80, 0.20), (1.75, 0.35), {"black": 7, "dark_brown": 3}, {"dark_brown": 7, "brown": 3}),
    "south_asian": Origin(
        (0.22, 0.18, 0.60), (3.3, 0.5), {"black": 8, "dark_brown": 2}, {"dark_brown": 7, "brown": 3},
    ),
    "middle_eastern": Origin(
        (0.10, 0.08, 0.82), (2.1, 0.5), {"black": 4, "dark_brown": 5, "brown": 1},
        {"dark_brown": 4, "brown": 4, "hazel": 1, "green": 0.5},
    ),
    "european": Origin(
        (0.0, 0.06, 0.94), (0.7, 0.45), {"dark_brown": 3, "brown": 4, "light_brown": 3, "blonde": 3, "red": 0.8},
        {"brown": 3, "hazel": 2, "green": 1.5, "blue": 4, "grey": 1},
    ),
    "latin_american": Origin(
        (0.14, 0.34, 0.52), (2.4, 0.6), {"black": 4, "dark_brown": 5, "brown": 1.5},
        {"dark_brown": 5, "brown": 4, "hazel": 1},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Pigment:
    """Colour of hair as the description gives it."""

    melanin: float
    redness: float
    dye: Color | None = None
    grey: float = 0.0


HAIRS: dict[str, Pigment] = {
    "black": Pigment(0.97, 0.05),
    "dark_brown": Pigment(0.82, 0.14),
    "brown": Pigment(0.66, 0.22),
    "light_brown": Pigment(0.46, 0.26),
    "blonde": Pigment(0.24, 0.22),
    "red": Pigment(0.42, 0.95),
    "grey": Pigment(0.62, 0.05, grey=0.65),
    "white": Pigment(0.10, 0.05, grey=1.0),
    "pink": Pigment(0.30, 0.2, dye=(0.75, 0.20, 0.36)),
    "blue": Pigment(0.45, 0.1, dye=(0.05, 0.16, 0.52)),
    "green": Pigment(0.45, 0.1, dye=(0.06, 0.32, 0.16)),
    "purple": Pigment(0.45, 0.1, dye=(0.24, 0.08, 0.42)),
}

IRISES: dict[str, tuple[Color, Color]] = {
    "dark_brown": ((0.045, 0.019, 0.009), (0.115, 0.048, 0.020)),
    "brown": ((0.10, 0.045, 0.018), (0.24, 0.11, 0.04)),
    "hazel": ((0.095, 0.085, 0.030), (0.30, 0.17, 0.055)),
    "amber": ((0.19, 0.085, 0.018), (0.42, 0.21, 0.045)),
    "green": ((0.060, 0.115, 0.055), (0.21, 0.24, 0.085)),
    "blue": ((0.035, 0.085, 0.165), (0.15, 0.25, 0.36)),
    "grey": ((0.070, 0.095, 0.115), (0.20, 0.235, 0.255)),
}
"""Colours of the iris at its rim and around the pupil."""

CLOTHS: dict[str, Color] = {
    "black": (0.012, 0.012, 0.014),
    "white": (0.72, 0.70, 0.66),
    "grey": (0.17, 0.175, 0.185),
    "red": (0.33, 0.032, 0.030),
    "orange": (0.50, 0.135, 0.030),
    "yellow": (0.60, 0.36, 0.055),
    "green": (0.050, 0.140, 0.065),
    "teal": (0.030, 0.130, 0.150),
    "blue": (0.065, 0.155, 0.360),
    "navy": (0.016, 0.030, 0.075),
    "purple": (0.135, 0.055, 0.190),
    "pink": (0.56, 0.22, 0.26),
    "brown": (0.130, 0.066, 0.036),
    "beige": (0.47, 0.37, 0.265),
}

WARDROBES: dict[str, dict[Color, float]] = {
    "adult": {
        (0.035, 0.120, 0.135): 3, (0.020, 0.036, 0.085): 3, (0.40, 0.325, 0.245): 2, (0.145, 0.160, 0.180): 2,
        (0.200, 0.035, 0.038): 2, (0.075, 0.115, 0.070): 2, (0.110, 0.160, 0.245): 2, (0.300, 0.115, 0.050): 1,
        (0.52, 0.49, 0.44): 2, (0.150, 0.075, 0.120): 1,
    },
    "child": {
        (0.58, 0.34, 0.070): 3, (0.090, 0.215, 0.340): 3, (0.40, 0.085, 0.065): 2, (0.115, 0.250, 0.165): 2,
        (0.50, 0.26, 0.24): 1, (0.55, 0.51, 0.45): 2,
    },
}  # fmt: skip
"""Colours of clothes that go with most skins and backgrounds, and how often they are worn."""

BACKDROPS: dict[str, Color] = {
    "black": (0.022, 0.023, 0.026),
    "white": (0.80, 0.80, 0.79),
    "grey": (0.33, 0.345, 0.36),
    "red": (0.300, 0.070, 0.060),
    "orange": (0.48, 0.215, 0.100),
    "yellow": (0.56, 0.42, 0.16),
    "green": (0.145, 0.225, 0.140),
    "teal": (0.085, 0.210, 0.220),
    "blue": (0.130, 0.225, 0.360),
    "navy": (0.040, 0.060, 0.120),
    "purple": (0.200, 0.135, 0.270),
    "pink": (0.50, 0.30, 0.31),
    "brown": (0.210, 0.140, 0.098),
    "beige": (0.50, 0.43, 0.34),
}
"""Middle of the backdrop: the colours of paper rolls, quieter than cloth."""

QUIET: tuple[Color, ...] = (
    (0.35, 0.37, 0.39), (0.40, 0.38, 0.35), (0.31, 0.36, 0.38), (0.36, 0.37, 0.34), (0.39, 0.36, 0.36),
    (0.25, 0.28, 0.31),
)  # fmt: skip
"""Middles of the backdrop when none is asked for: neutral, with a slight hue."""
