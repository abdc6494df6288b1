"""What a portrait shows, in numbers and names: small, seeded, readable as JSON. Pure Python, no dependency."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, get_type_hints

WHOLE = "the description"
"""How messages call all of it."""

Color = tuple[float, float, float]
"""Linear RGB, 0 to 1."""


class DescriptionError(ValueError):
    """A description with an unknown name or a value of the wrong kind.

    Args:
        template: the sentence, with fields for the values. (This module stands alone, without the package's messages.)
        values: what is filled in.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template.format(**values) if values else template)
        self.template, self.values = template, values


@dataclass(frozen=True)
class Shape:
    """The head and body, in the words of the parametric human model ``anny``.

    Attributes:
        phenotype: values from 0 to 1: gender (0 male, 1 female), age, muscle, weight, height, proportions, african,
            asian, caucasian.
        local_changes: local deformations from -1 to 1 by name; one whose name begins with ``l-`` and ``r-`` may be
            given without side for both.
        expression: ARKit blendshapes from 0 to 1 by name; ``Both`` at the end stands for left and right.
    """

    phenotype: dict[str, float] = field(default_factory=dict)
    local_changes: dict[str, float] = field(default_factory=dict)
    expression: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Skin:
    """Colour and surface of the skin.

    Attributes:
        tone: base colour of the cheeks' lower part.
        lips: colour of the lips.
        blush: strength of the redness of cheeks, nose, ears and chin, 0 to 1.
        freckles: strength of freckles, 0 to 1.
        pores: strength of the fine relief, 0 to 1.
        age: depth of wrinkles and folds, 0 to 1.
        spots: strength of age spots and uneven colour, 0 to 1.
        stubble: density of a shaved beard's shadow, 0 to 1.
    """

    tone: Color = (0.62, 0.36, 0.25)
    lips: Color = (0.52, 0.165, 0.155)
    blush: float = 0.65
    freckles: float = 0.15
    pores: float = 0.75
    age: float = 0.0
    spots: float = 0.0
    stubble: float = 0.0


@dataclass(frozen=True)
class Eyes:
    """Colours of the iris at its rim and around the pupil; density of the lashes (1 is usual)."""

    iris: Color = (0.10, 0.045, 0.018)
    iris_inner: Color = (0.24, 0.11, 0.04)
    lashes: float = 1.0


@dataclass(frozen=True)
class Hair:
    """Hair of the head.

    Attributes:
        style: one of :data:`HAIR_STYLES`.
        melanin: 0 white to 1 black, as in the Principled Hair shader.
        redness: share of red melanin, 0 to 1.
        dye: colour of dyed hair, instead of the pigments; None for natural hair.
        grey: share of strands that are white, 0 to 1.
        strands: number of strands on the head.
        part: x of the parting at the forehead, in head widths (negative: the viewer's left).
        length: how far the hair hangs below the chin, in metres (long and curly styles; 0 is for short curls).
        wave: strength of waves, 0 to 1.
        receding: how far the hairline has drawn back from forehead and temples, 0 to 1.
    """

    style: str = "long"
    melanin: float = 0.80
    redness: float = 0.15
    dye: Color | None = None
    grey: float = 0.0
    strands: int = 40_000
    part: float = 0.12
    length: float = 0.10
    wave: float = 0.4
    receding: float = 0.0


HAIR_STYLES = ("bald", "buzz", "short", "bob", "long", "curly", "afro", "tied")


@dataclass(frozen=True)
class Brows:
    """The eyebrows.

    Attributes:
        melanin: as of the hair; None: a little darker than the hair.
        density: hairs per brow.
        thickness: half height in metres.
        arch: how far the brow rises towards its arch (1 clearly, 0 low and straight).
    """

    melanin: float | None = None
    density: int = 520
    thickness: float = 0.0048
    arch: float = 1.0


@dataclass(frozen=True)
class Beard:
    """Hair of the face (a shaved beard's shadow is :attr:`Skin.stubble`).

    Attributes:
        style: one of :data:`BEARD_STYLES`.
        length: at the chin, in metres.
        melanin: as of the hair.
        redness: as of the hair.
        grey: share of strands that are white, 0 to 1.
    """

    style: str = "none"
    length: float = 0.012
    melanin: float = 0.8
    redness: float = 0.15
    grey: float = 0.0


BEARD_STYLES = ("none", "moustache", "goatee", "full")


@dataclass(frozen=True)
class Garment:
    """A top: its kind, one of :data:`GARMENTS`, and its colour."""

    kind: str = "sweater"
    color: Color = (0.05, 0.13, 0.16)


GARMENTS = ("sweater", "scoop", "tshirt", "vneck", "shirt", "suit")


@dataclass(frozen=True)
class Accessories:
    """What else is worn.

    Attributes:
        glasses: one of :data:`GLASSES`.
        glasses_color: of the frame.
        headscarf: its colour; None for none. A headscarf hides the hair.
    """

    glasses: str = "none"
    glasses_color: Color = (0.02, 0.018, 0.017)
    headscarf: Color | None = None


GLASSES = ("none", "round", "rectangular")


@dataclass(frozen=True)
class Picture:
    """Frame, light and background.

    Attributes:
        size: width and height in pixels.
        samples: light paths per pixel.
        background: colours of the backdrop's middle and of its edge.
        exposure: stops.
        turn: how far the head is turned from the camera, in degrees (positive: to the viewer's right).
    """

    size: int = 1024
    samples: int = 12
    background: tuple[Color, Color] = ((0.36, 0.38, 0.39), (0.12, 0.135, 0.15))
    exposure: float = 0.0
    turn: float = 2.0


@dataclass(frozen=True)
class AvatarDescription:
    """Everything that makes one portrait; equal descriptions give equal pictures (same versions).

    Attributes:
        name: of the files.
        seed: of every random choice (strands, noise of the renderer).
        made_with: versions of the programs that made the shipped picture, for the record.

    Raises:
        DescriptionError: a style, kind or pair of glasses that is not known.
    """

    name: str
    seed: int = 0
    shape: Shape = field(default_factory=Shape)
    skin: Skin = field(default_factory=Skin)
    eyes: Eyes = field(default_factory=Eyes)
    hair: Hair = field(default_factory=Hair)
    brows: Brows = field(default_factory=Brows)
    beard: Beard = field(default_factory=Beard)
    garment: Garment = field(default_factory=Garment)
    accessories: Accessories = field(default_factory=Accessories)
    picture: Picture = field(default_factory=Picture)
    made_with: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, value, known in (
            ("hair.style", self.hair.style, HAIR_STYLES),
            ("beard.style", self.beard.style, BEARD_STYLES),
            ("garment.kind", self.garment.kind, GARMENTS),
            ("accessories.glasses", self.accessories.glasses, GLASSES),
        ):
            if value not in known:
                raise DescriptionError(
                    "{what} is {value!r}; choose one of {known}.", what=what, value=value, known=", ".join(known)
                )

    def to_json(self) -> str:
        """The description as readable JSON; :func:`from_json` reads it."""
        return json.dumps(asdict(self), indent=2)


def from_json(text: str) -> AvatarDescription:
    """Read a description.

    Raises:
        DescriptionError: it is no JSON object, or has a name that is not known at its place.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise DescriptionError(
            "The description is not valid JSON ({error}). Compare with woman.json.", error=str(error)
        ) from error
    return from_dict(data)


def from_dict(data: Any) -> AvatarDescription:
    """A description from nested names and values, as JSON or YAML hold them.

    Raises:
        DescriptionError: it is no mapping, or has a name that is not known at its place.
    """
    return _build(AvatarDescription, data, where=WHOLE)


def _build(kind: type, data: Any, *, where: str) -> Any:
    if not isinstance(data, dict):
        raise DescriptionError(
            "{where} is {data!r}; an object with names and values is needed.", where=where, data=data
        )
    known = [item.name for item in fields(kind)]
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise DescriptionError(
            "{where} has unknown names: {unknown}. Known are: {known}.",
            where=where,
            unknown=", ".join(unknown),
            known=", ".join(known),
        )
    hints = get_type_hints(kind)
    values = {}
    for name, value in data.items():
        nested = is_dataclass(hints[name])
        values[name] = _build(hints[name], value, where=name) if nested else _tuples(value)
    try:
        return kind(**values)
    except TypeError as error:
        raise DescriptionError("{where} is incomplete: {error}.", where=where, error=str(error)) from error


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
