"""What a person asks of an avatar, in the words of everyday: sex, age, skin, hair, clothes. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass, fields

from lipsync_utils.errors import InputError

CHOICES: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "origin": ("african", "east_asian", "south_asian", "middle_eastern", "european", "latin_american"),
    "skin": ("very_light", "light", "olive", "tan", "brown", "dark"),
    "hair_color": (
        "black", "dark_brown", "brown", "light_brown", "blonde", "red", "grey", "white",
        "pink", "blue", "green", "purple",
    ),
    "hair_length": ("bald", "buzz", "short", "medium", "long"),
    "hair_style": ("straight", "wavy", "curly", "afro", "tied"),
    "headwear": ("none", "headscarf"),
    "facial_hair": ("none", "stubble", "moustache", "goatee", "beard", "long_beard"),
    "facial_hair_color": (
        "black", "dark_brown", "brown", "light_brown", "blonde", "red", "grey", "white",
    ),
    "eyes": ("dark_brown", "brown", "hazel", "amber", "green", "blue", "grey"),
    "build": ("slim", "average", "heavy", "muscular"),
    "glasses": ("none", "round", "rectangular"),
    "freckles": ("no", "yes"),
    "expression": ("neutral", "smile", "serious"),
    "garment": ("sweater", "tshirt", "shirt", "vneck", "suit"),
    "garment_color": (
        "black", "white", "grey", "red", "orange", "yellow", "green", "teal", "blue", "navy", "purple", "pink", "brown",
        "beige",
    ),
    "headwear_color": (
        "black", "white", "grey", "red", "orange", "yellow", "green", "teal", "blue", "navy", "purple", "pink", "brown",
        "beige",
    ),
    "background": (
        "black", "white", "grey", "red", "orange", "yellow", "green", "teal", "blue", "navy", "purple", "pink", "brown",
        "beige",
    ),
}  # fmt: skip
"""The values that each trait may take; ``age_years`` is a number."""

YOUNGEST, OLDEST = 5.0, 95.0
"""Ages that can be drawn, in years."""


@dataclass(frozen=True)
class Traits:
    """What was asked for; None leaves a trait to chance (the seed decides).

    Attributes:
        sex: and the others: one of :data:`CHOICES` of that name.
        age_years: from :data:`YOUNGEST` to :data:`OLDEST`.

    Raises:
        InputError: a value that is not known, or an age out of range.
    """

    sex: str | None = None
    age_years: float | None = None
    origin: str | None = None
    skin: str | None = None
    hair_color: str | None = None
    hair_length: str | None = None
    hair_style: str | None = None
    headwear: str | None = None
    headwear_color: str | None = None
    facial_hair: str | None = None
    facial_hair_color: str | None = None
    eyes: str | None = None
    build: str | None = None
    glasses: str | None = None
    freckles: str | None = None
    expression: str | None = None
    garment: str | None = None
    garment_color: str | None = None
    background: str | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is None:
                continue
            if item.name == "age_years":
                if not YOUNGEST <= value <= OLDEST:
                    raise InputError(
                        "The age is {value:g} years; avatars can be {youngest:g} to {oldest:g} years old.",
                        value=value,
                        youngest=YOUNGEST,
                        oldest=OLDEST,
                    )
            elif value not in CHOICES[item.name]:
                raise InputError(
                    "The trait {name} is {value!r}; choose one of {choices}.",
                    name=item.name,
                    value=value,
                    choices=", ".join(CHOICES[item.name]),
                )
