"""An individual for the traits that were asked for: what is left open is filled by the seed, plausibly.

Each aspect (face, skin, hair, ...) draws from a source of its own, so that asking for another garment keeps the face.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from . import features, palettes
from .studio import description as d
from .traits import Traits

_T = TypeVar("_T")
_SKINS = tuple(palettes.SKINS)


@dataclass(frozen=True)
class _Person:
    """What is settled first, because the rest depends on it; ``tone`` is a place among the skins."""

    traits: Traits
    seed: int
    sex: str
    years: float
    origin: palettes.Origin
    tone: float

    @property
    def child(self) -> float:
        """1 for a child, 0 from youth on."""
        return _ramp(self.years, (10, 1), (16, 0))

    @property
    def old(self) -> float:
        """0 until middle age, 1 for the old."""
        return _ramp(self.years, (48, 0), (75, 1))

    @property
    def woman(self) -> bool:
        return self.sex == "female"

    def chance(self, aspect: str) -> random.Random:
        """The source of random choices of one aspect."""
        return random.Random(f"{self.seed}/{aspect}")


def describe(traits: Traits, *, seed: int, name: str = "avatar") -> d.AvatarDescription:
    """A person with these traits, who does not exist.

    Args:
        traits: what was asked for; it is kept.
        seed: decides everything else; the same gives the same person.
        name: of the description.
    """
    person = _settle(traits, seed)
    pigment = _pigment(person)
    hair = _hair(person, pigment)
    return d.AvatarDescription(
        name=name,
        seed=seed,
        shape=_shape(person),
        skin=_skin(person),
        eyes=_eyes(person),
        hair=hair,
        brows=_brows(person, pigment),
        beard=_beard(person, pigment),
        garment=_garment(person),
        accessories=_accessories(person),
        picture=_picture(person),
    )


def _settle(traits: Traits, seed: int) -> _Person:
    """Sex, age, origin and skin; each is guessed from what was asked, where that tells something."""
    chance = {aspect: random.Random(f"{seed}/{aspect}") for aspect in ("sex", "age", "origin", "tone")}
    bearded = traits.facial_hair not in (None, "none") or traits.facial_hair_color
    scarf = traits.headwear == "headscarf" or (traits.headwear is None and traits.headwear_color)
    sex = traits.sex or ("male" if bearded else "female" if scarf else chance["sex"].choice(("female", "male")))
    years = traits.age_years
    if years is None:
        greyed = traits.hair_color in ("grey", "white") or traits.facial_hair_color in ("grey", "white")
        years = chance["age"].triangular(58, 80, 66) if greyed else chance["age"].triangular(21, 62, 29)
    likely = {origin: _fits(table, traits) for origin, table in palettes.ORIGINS.items()}
    origin = palettes.ORIGINS[traits.origin or _pick(likely, chance["origin"])]
    spread = _gauss(chance["tone"], 1.0)
    tone = (
        origin.skin[0] + origin.skin[1] * spread if traits.skin is None else _SKINS.index(traits.skin) + 0.15 * spread
    )
    return _Person(traits, seed, sex, years, origin, min(max(tone, 0.0), len(_SKINS) - 1.0))


def _fits(origin: palettes.Origin, traits: Traits) -> float:
    """How likely people of an origin have the skin, hair and eyes that were asked for."""
    likely = 1.0
    if traits.skin:
        away = (_SKINS.index(traits.skin) - origin.skin[0]) / origin.skin[1]
        likely *= 2.0 ** -(away**2)
    for asked, table in ((traits.hair_color, origin.hair), (traits.eyes, origin.eyes)):
        if any(asked in other for each in palettes.ORIGINS.values() for other in (each.hair, each.eyes)):
            likely *= table.get(asked, 0.0) / sum(table.values()) + 0.001
    return likely + 1e-9


def _shape(person: _Person) -> d.Shape:
    traits, chance = person.traits, person.chance("body")
    shares = [max(0.0, share + _gauss(chance, 0.05)) for share in person.origin.phenotype]
    weight, muscle = {
        "slim": (0.30, 0.42), "average": (0.48, 0.48), "heavy": (0.80, 0.42), "muscular": (0.55, 0.85),
    }.get(traits.build, (0.46 + 0.06 * person.old, 0.46))  # fmt: skip
    phenotype = {
        "gender": 1.0 if person.woman else 0.0,
        "age": _ramp(person.years, *features.AGES),
        "muscle": muscle + _gauss(chance, 0.05),
        "weight": weight + _gauss(chance, 0.05),
        "height": 0.45 + _gauss(chance, 0.08),
        "proportions": 0.5,
        **{name: share / sum(shares) for name, share in zip(("african", "asian", "caucasian"), shares, strict=True)},
    }
    mouth, expression = features.EXPRESSIONS[traits.expression or "neutral"]
    changes = _sum((1, _face(person)), (1, mouth))
    return d.Shape(
        {name: round(value, 3) for name, value in phenotype.items()},
        {name: round(min(max(value, -1.0), 1.0), 3) for name, value in changes.items()},
        dict(expression),
    )


def _face(person: _Person) -> dict[str, float]:
    """Local changes: those of the age and sex, and the individual's own."""
    grown, aged = (features.WOMAN, features.OLD_WOMAN) if person.woman else (features.MAN, features.OLD_MAN)
    own = {name: _gauss(person.chance(f"face/{name}"), sigma) for name, sigma in features.SPREAD.items()}
    return _sum(
        (1, features.EVERYBODY),
        (person.child, features.CHILD),
        ((1 - person.child) * (1 - person.old), grown),
        ((1 - person.child) * person.old, aged),
        (1 - 0.4 * person.child, own),
    )


def _skin(person: _Person) -> d.Skin:
    chance, years = person.chance("skin"), person.years
    darker = int(min(person.tone, len(_SKINS) - 1.001))
    lighter_tone, darker_tone = (palettes.SKINS[_SKINS[place]] for place in (darker, darker + 1))
    share = person.tone - darker
    tone = _mix(lighter_tone.skin, darker_tone.skin, share)
    lips = _mix(lighter_tone.lips, darker_tone.lips, share)
    pale = 1 - person.tone / 5
    freckles = {"yes": 0.85, "no": 0.0}.get(
        person.traits.freckles, pale * chance.choice((0.0, 0.1, 0.2, 0.35)) * (1 + person.child)
    )
    unmade = 0.1 if person.woman and not person.child else 0.38  # towards the skin's own colour
    return d.Skin(
        tone=tone,
        lips=_mix(lips, tone, unmade - 0.1 * person.child + 0.1 * person.old),
        blush=round((0.32 + 0.25 * pale) * (1.1 if person.woman or person.child else 0.9), 3),
        freckles=round(freckles, 3),
        pores=round(0.3 if person.child > 0.5 else 0.65 if person.woman else 0.9, 3),
        age=round(_ramp(years, (30, 0), (42, 0.15), (55, 0.35), (70, 0.6), (85, 0.85)), 3),
        spots=round(_ramp(years, (45, 0), (60, 0.25), (85, 0.8)) * (0.5 + 0.5 * pale), 3),
        stubble=_stubble(person),
    )


def _eyes(person: _Person) -> d.Eyes:
    color = person.traits.eyes or _pick(person.origin.eyes, person.chance("eyes"))
    lashes = 0.9 if person.child else 1.0 if person.woman else 0.6
    return d.Eyes(*palettes.IRISES[color], lashes=round(lashes - 0.3 * person.old * person.woman, 2))


def _pigment(person: _Person) -> palettes.Pigment:
    """Colour of the hair, greying with the years unless a colour was asked for."""
    chance = person.chance("hair colour")
    own = palettes.HAIRS[_pick(person.origin.hair, chance)]
    if person.traits.hair_color:
        return palettes.HAIRS[person.traits.hair_color]
    white = palettes.HAIRS["white"]
    grey = _ramp(person.years + _gauss(chance, 4.0), (44, 0), (52, 0.15), (62, 0.5), (72, 0.85), (75, 1))
    if person.years >= 75:
        return white
    faded = _ramp(grey, (0.4, 0), (1, 1))
    melanin = own.melanin + (white.melanin - own.melanin) * faded
    return palettes.Pigment(round(melanin, 3), round(own.redness * (1 - grey), 3), grey=round(grey, 3))


def _hair(person: _Person, pigment: palettes.Pigment) -> d.Hair:
    traits, chance = person.traits, person.chance("hair")
    usual, length = _usual_style(person, chance), chance.uniform(0.05, 0.13)
    side, wave = chance.choice((-1, 1)), chance.uniform(0.15, 0.6)
    by_length = {"medium": "bob"}.get(traits.hair_length, traits.hair_length)
    if traits.hair_style in ("curly", "afro", "tied") and by_length not in ("bald", "buzz"):
        by_length = traits.hair_style
    elif traits.hair_style in ("straight", "wavy") and by_length is None and usual in ("curly", "afro", "bald", "buzz"):
        by_length = "long" if person.woman else "short"
    cropped = traits.hair_length == "short" or (traits.hair_length is None and not person.woman)
    receding = 0.0 if person.woman else max(0.0, _ramp(person.years, (32, 0), (75, 0.7)) + _gauss(chance, 0.15))
    return d.Hair(
        style=by_length or usual,
        melanin=pigment.melanin,
        redness=pigment.redness,
        dye=pigment.dye,
        grey=pigment.grey,
        strands=40_000 if person.woman else 32_000,
        part=round(side * chance.uniform(0.08, 0.22), 3),
        length=0.0 if cropped else round(length, 3),
        wave=round({"straight": 0.04, "wavy": 0.9}.get(traits.hair_style, wave), 3),
        receding=round(min(receding, 0.9) if person.years > 28 else 0.0, 3),
    )


def _usual_style(person: _Person, chance: random.Random) -> str:
    if person.woman:
        table = {"long": 5, "bob": 3, "tied": 3, "curly": 1, "short": 0.3}
        aged = {"bob": 4, "tied": 3, "short": 2.5, "long": 0.5}
    else:
        table = {"short": 9, "curly": 1.5, "buzz": 1}
        aged = {"short": 8, "bald": 2, "buzz": 1}
    own = {} if person.child > 0.5 and not person.woman else person.origin.styles[0 if person.woman else 1]
    return _pick(_sum((1 - person.old, table), (person.old, aged), (1, own)), chance)


def _brows(person: _Person, pigment: palettes.Pigment) -> d.Brows:
    chance = person.chance("brows")
    grow = 1 + _gauss(chance, 0.1) - 0.3 * person.child - 0.1 * person.old
    density, thickness, arch = (510, 0.0046, 0.6) if person.woman else (480, 0.0050, 0.4)
    melanin = max(pigment.melanin, 0.3) if pigment.grey > 0.3 else min(1.0, pigment.melanin + 0.1 - 0.2 * person.child)
    return d.Brows(
        round(melanin, 3), round(density * grow), round(thickness * (0.5 + grow / 2), 5),
        round(max(0.1, arch - 0.2 * person.child + _gauss(chance, 0.12)), 2),
    )  # fmt: skip


def _facial_hair(person: _Person) -> str:
    """What grows in the face, asked for or not."""
    traits = person.traits
    table = {"none": 5, "stubble": 3, "beard": 2.5, "goatee": 0.6, "moustache": 0.6}
    drawn = _pick(table, person.chance("beard"))
    if traits.facial_hair:
        return traits.facial_hair
    if traits.facial_hair_color:
        return "beard"
    return "none" if person.woman or person.years < 21 else drawn


def _stubble(person: _Person) -> float:
    if _facial_hair(person) == "stubble":
        return 0.8
    return 0.0 if person.woman or person.years < 19 else 0.22 * (1 - 0.6 * person.old)


def _beard(person: _Person, pigment: palettes.Pigment) -> d.Beard:
    kind, asked = _facial_hair(person), person.traits.facial_hair_color
    style, length = {
        "moustache": ("moustache", 0.011), "goatee": ("goatee", 0.014), "beard": ("full", 0.014),
        "long_beard": ("full", 0.06),
    }.get(kind, ("none", 0.0))  # fmt: skip
    own = palettes.HAIRS[asked] if asked else pigment
    early = 0.0 if asked or person.traits.hair_color or not 0 < own.grey < 1 else 0.15  # beards turn grey first
    return d.Beard(style, length, own.melanin, own.redness, round(min(1.0, own.grey + early), 3))


def _garment(person: _Person) -> d.Garment:
    chance, traits = person.chance("garment"), person.traits
    if person.child > 0.5:
        table = {"tshirt": 5, "sweater": 4}
    elif person.woman:
        table = {"sweater": 3, "scoop": 3, "vneck": 2, "shirt": 2, "tshirt": 1}
    else:
        table = {"sweater": 3, "shirt": 3, "tshirt": 2, "vneck": 1.5, "suit": 1}
    kind = traits.garment or _pick(table, chance)
    wardrobe = palettes.WARDROBES["child" if person.child > 0.5 else "adult"]
    color = _pick(wardrobe, person.chance("garment colour"))
    return d.Garment(kind, palettes.CLOTHS[traits.garment_color] if traits.garment_color else color)


def _accessories(person: _Person) -> d.Accessories:
    traits, chance = person.traits, person.chance("accessories")
    often = 0.04 if person.child else 0.10 + 0.2 * person.old
    glasses = chance.choice(("round", "rectangular")) if chance.random() < often else "none"
    frame = chance.choice(((0.02, 0.018, 0.017), (0.08, 0.035, 0.016), (0.03, 0.035, 0.045)))
    scarf = palettes.CLOTHS[traits.headwear_color or chance.choice(("beige", "navy", "teal", "grey", "pink"))]
    worn = traits.headwear == "headscarf" or (traits.headwear is None and traits.headwear_color)
    return d.Accessories(traits.glasses or glasses, frame, scarf if worn else None)


def _picture(person: _Person) -> d.Picture:
    chance = person.chance("picture")
    middle, turn = chance.choice(palettes.QUIET), chance.uniform(1.0, 3.0) * chance.choice((-1, 1))
    middle = palettes.BACKDROPS[person.traits.background] if person.traits.background else middle
    bright = person.traits.background == "white"
    return d.Picture(background=(middle, _mix((0.0, 0.0, 0.0), middle, 0.75 if bright else 0.36)), turn=round(turn, 1))


def _ramp(x: float, *points: tuple[float, float]) -> float:
    """Piecewise linear through ``points``, constant beyond."""
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * max(0.0, x - x0) / (x1 - x0)
    return points[-1][1]


def _gauss(chance: random.Random, sigma: float) -> float:
    """Normal, cut at two sigma."""
    return sigma * min(max(chance.gauss(0.0, 1.0), -2.0), 2.0)


def _pick(weights: Mapping[_T, float], chance: random.Random) -> _T:
    return chance.choices(list(weights), list(weights.values()))[0]


def _mix(a: Sequence[float], b: Sequence[float], share: float) -> d.Color:
    return tuple(round(x + (y - x) * share, 4) for x, y in zip(a, b, strict=True))


def _sum(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Weighted sum of tables; missing values are 0."""
    names = dict.fromkeys(name for _, table in parts for name in table)
    return {name: sum(weight * table.get(name, 0.0) for weight, table in parts) for name in names}
