"""What the words of a prompt can mean, whatever their language.

A :class:`Concept` is one meaning, such as *hair*, *black* or *smiling*. The words for it stand in ``lexicon_en`` and
``lexicon_ar``; how concepts next to each other join (*black* + *hair*) is decided in ``binding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..traits import CHOICES

Value = str | float
PLAIN, SUGGESTED, HINTED = 3, 2, 0
"""Weights of what is said outright ("elderly"), suggested ("grandmother") or only hinted at ("her", "young")."""


@dataclass(frozen=True)
class Concept:
    """One meaning.

    Attributes:
        thing: what it names, if it names something that can be described (hair, beard, garment, person, ...).
        sets: traits that its mention sets.
        without: traits that "no ..." sets; empty where a negation says nothing that can be drawn.
        means: for a describing word, what it sets of each thing.
        alone: the thing that it describes where nothing stands near; empty: it says nothing alone.
        weight: how firmly it says a trait, where that is less than :data:`PLAIN` ("girl" suggests an age,
            "12 years old" says it): the heavier statement wins, of equal ones the later.
        near: the word asks for something that cannot be drawn; this is the nearest that can.
        role: the grammatical work of words that set nothing: see ``binding``.
    """

    thing: str = ""
    sets: Mapping[str, Value] = field(default_factory=dict)
    without: Mapping[str, Value] = field(default_factory=dict)
    means: Mapping[str, tuple[str, Value]] = field(default_factory=dict)
    alone: str = ""
    weight: Mapping[str, int] = field(default_factory=dict)
    near: bool = False
    role: str = ""


def _colour(
    hair: str = "", *, eyes: str = "", skin: str = "", cloth: str = "", person: tuple[str, str] | None = None,
    alone: str = "", background: str = "",
) -> Concept:  # fmt: skip
    means: dict[str, tuple[str, Value]] = {}
    if hair:
        means["hair"] = ("hair_color", hair)
    if hair in CHOICES["facial_hair_color"]:
        means["beard"] = means["whiskers"] = ("facial_hair_color", hair)
    if eyes:
        means["eyes"] = ("eyes", eyes)
    if skin:
        means["skin"] = ("skin", skin)
    if cloth:
        means["garment"], means["headwear"] = ("garment_color", cloth), ("headwear_color", cloth)
    if cloth or background:
        means["background"] = ("background", background or cloth)
    if person:
        means["person"] = person
    return Concept(means=means, alone=alone)


COLOURS = {
    "black": _colour("black", eyes="dark_brown", skin="dark", cloth="black", person=("origin", "african")),
    "white": _colour("white", skin="light", cloth="white", person=("origin", "european")),
    "grey": _colour("grey", eyes="grey", cloth="grey"),
    "greying": _colour("grey", alone="hair"),
    "black and white": _colour("grey"),
    "red": _colour("red", cloth="red"),
    "auburn": _colour("red", person=("hair_color", "red"), alone="hair"),
    "brunette": _colour("brown", person=("hair_color", "brown"), alone="hair"),
    "dark red": _colour("red", cloth="red"),
    "orange": _colour("red", cloth="orange"),
    "yellow": _colour("blonde", cloth="yellow"),
    "golden": _colour("blonde", eyes="amber", cloth="yellow"),
    "green": _colour("green", eyes="green", cloth="green"),
    "teal": _colour("blue", eyes="blue", cloth="teal"),
    "blue": _colour("blue", eyes="blue", cloth="blue"),
    "navy": _colour("blue", eyes="blue", cloth="navy"),
    "purple": _colour("purple", cloth="purple"),
    "pink": _colour("pink", cloth="pink"),
    "brown": _colour("brown", eyes="brown", skin="brown", cloth="brown", person=("skin", "brown")),
    "dark brown": _colour("dark_brown", eyes="dark_brown", skin="dark", cloth="brown"),
    "light brown": _colour("light_brown", eyes="hazel", skin="tan", cloth="brown"),
    "beige": _colour(cloth="beige"),
    "tan": _colour(skin="tan", cloth="beige", person=("skin", "tan"), alone="skin"),
    "brown skin": _colour(skin="brown", person=("skin", "brown"), alone="skin"),
    "dark skin": _colour(skin="dark", person=("skin", "dark"), alone="skin"),
    "light skin": _colour(skin="light", person=("skin", "light"), alone="skin"),
    "very light": _colour("blonde", skin="very_light"),
    "blonde": _colour("blonde", person=("hair_color", "blonde"), alone="hair"),
    "fair": _colour("blonde", skin="light", person=("skin", "light")),
    "dark": _colour("dark_brown", eyes="dark_brown", skin="dark", person=("skin", "dark"), background="black"),
    "light": _colour("light_brown", skin="light", background="white"),
    "pale": _colour(skin="very_light", person=("skin", "very_light"), alone="skin"),
    "olive": _colour(skin="olive", cloth="green", person=("skin", "olive")),
    "hazel": _colour("light_brown", eyes="hazel"),
    "amber": _colour(eyes="amber"),
    "honey": _colour("blonde", eyes="amber", skin="tan"),
}
"""Colours and tones: one word, another value on hair, eyes, skin and cloth. Black eyes are drawn as dark brown."""


def _shape(alone: str = "", weight: Mapping[str, int] | None = None, **means: tuple[str, Value]) -> Concept:
    return Concept(means=means, alone=alone, weight=weight or {})


def _build(value: str) -> Concept:
    return _shape(person=("build", value), build=("build", value), alone="person")


SHAPES = {
    "long": _shape(hair=("hair_length", "long"), beard=("facial_hair", "long_beard")),
    "short": _shape(hair=("hair_length", "short"), beard=("facial_hair", "beard")),
    "sparse": _shape(beard=("facial_hair", "stubble")),
    "medium length": _shape(hair=("hair_length", "medium"), skin=("skin", "olive"), build=("build", "average")),
    "buzzed": _shape(hair=("hair_length", "buzz")),
    "shaved": _shape(hair=("hair_length", "bald")),
    "straight": _shape(hair=("hair_style", "straight")),
    "wavy": _shape(hair=("hair_style", "wavy")),
    "curly": _shape(hair=("hair_style", "curly"), person=("hair_style", "curly")),
    "tied": _shape(hair=("hair_style", "tied")),
    "round": _shape(glasses=("glasses", "round")),
    "square": _shape(glasses=("glasses", "rectangular")),
    "slim": _build("slim"),
    "average": _build("average"),
    "heavy": _build("heavy"),
    "muscular": _build("muscular"),
    "old": _shape(person=("age_years", 72.0), alone="person"),
    "young": _shape(person=("age_years", 25.0), alone="person", weight={"age_years": HINTED}),
}
"""Describing words that are no colours."""


def _thing(name: str, without: Mapping[str, Value] | None = None, **sets: Value) -> Concept:
    return Concept(thing=name, sets=sets, without=without or {})


_SHAVEN = {"facial_hair": "none"}
_GARMENTS = {name: _thing("garment", garment=name) for name in CHOICES["garment"]}
THINGS = {
    "hair": _thing("hair", {"hair_length": "bald"}),
    "afro": _thing("hair", hair_style="afro"),
    "bob": _thing("hair", hair_length="medium"),
    "short cut": _thing("hair", hair_length="short"),
    "bun": _thing("hair", hair_style="tied"),
    "eyes": _thing("eyes"),
    "skin": _thing("skin"),
    "figure": _thing("build"),
    "features": Concept(thing="features", role="stop"),
    "beard": _thing("beard", _SHAVEN, facial_hair="beard"),
    "long beard": _thing("beard", _SHAVEN, facial_hair="long_beard"),
    "stubble": _thing("whiskers", _SHAVEN, facial_hair="stubble"),
    "moustache": _thing("whiskers", _SHAVEN, facial_hair="moustache"),
    "goatee": _thing("whiskers", _SHAVEN, facial_hair="goatee"),
    "glasses": _thing("glasses", {"glasses": "none"}, glasses="rectangular"),
    "headscarf": _thing("headwear", {"headwear": "none"}, headwear="headscarf"),
    "hat": _thing("hat", {"headwear": "none"}),
    "clothes": _thing("garment"),
    "background": _thing("background"),
    **_GARMENTS,
    "like sweater": replace(_GARMENTS["sweater"], near=True),
    "like tshirt": replace(_GARMENTS["tshirt"], near=True),
    "like shirt": replace(_GARMENTS["shirt"], near=True),
    "like vneck": replace(_GARMENTS["vneck"], near=True),
    "like suit": replace(_GARMENTS["suit"], near=True),
    "like glasses": Concept(thing="glasses", sets={"glasses": "rectangular"}, without={"glasses": "none"}, near=True),
    "like bun": Concept(thing="hair", sets={"hair_style": "tied"}, near=True),
    "like curly": Concept(thing="hair", sets={"hair_style": "curly"}, near=True),
}
"""What can be described. Glasses of no stated shape are rectangular."""


def _person(sex: str = "", age: float | None = None, *, weight: int = SUGGESTED, role: str = "") -> Concept:
    sets: dict[str, Value] = {"sex": sex} if sex else {}
    if age is not None:
        sets["age_years"] = age
    return Concept(thing="person", sets=sets, weight={"age_years": weight}, role=role)


PEOPLE = {
    "man": _person("male"),
    "woman": _person("female"),
    "person": _person(role="stop"),
    "occupation": _person(),
    "boy": _person("male", 10.0, weight=1),
    "girl": _person("female", 10.0, weight=1),
    "little boy": _person("male", 7.0),
    "little girl": _person("female", 7.0),
    "child": _person(age=9.0),
    "toddler": _person(age=3.0),
    "teenager": _person(age=15.0),
    "teenage boy": _person("male", 15.0),
    "teenage girl": _person("female", 15.0),
    "young man": _person("male", 25.0),
    "young woman": _person("female", 25.0),
    "maiden": _person("female", 20.0),
    "grown man": _person("male", 45.0),
    "old man": _person("male", 72.0),
    "old woman": _person("female", 72.0),
    "old person": _person(age=72.0),
    "male worker": _person("male"),
    "female worker": _person("female"),
    "child boy": _person("male", 9.0),
    "child girl": _person("female", 9.0),
    "toddler boy": _person("male", 3.0),
    "toddler girl": _person("female", 3.0),
    "he": Concept(sets={"sex": "male"}, weight={"sex": HINTED}, role="stop"),
    "she": Concept(sets={"sex": "female"}, weight={"sex": HINTED}, role="stop"),
}
"""Words for people, with the age that each suggests; a boy or a girl is taken for ten years old."""


def _fact(near: bool = False, without: Mapping[str, Value] | None = None, **sets: Value) -> Concept:
    return Concept(sets=sets, without=without or {}, near=near)


FACTS = {
    **{origin: _fact(origin=origin) for origin in CHOICES["origin"]},
    "bald": _fact(hair_length="bald"),
    "like bald": _fact(near=True, hair_length="bald"),
    "buzz cut": _fact(hair_length="buzz"),
    "shaven": _fact(facial_hair="none"),
    "bareheaded": _fact(headwear="none"),
    "freckles": _fact(freckles="yes", without={"freckles": "no"}),
    "smile": _fact(expression="smile", without={"expression": "neutral"}),
    "serious": _fact(expression="serious", without={"expression": "neutral"}),
    "like serious": _fact(near=True, expression="serious", without={"expression": "neutral"}),
    "neutral": _fact(expression="neutral"),
    "adult": _fact(age_years=35.0),
    "very young": Concept(sets={"age_years": 20.0}, weight={"age_years": 1}),
    "middle aged": _fact(age_years=50.0),
    "very old": _fact(age_years=84.0),
}
"""What is said of the person outright. A shaved head counts as bald: nothing of the hair is to be seen."""

ROLES = {
    role: Concept(role=role)
    for role in ("stop", "soft", "and", "break", "copula", "in", "not", "plain", "several", "not a person")
}
"""Words that join others: see ``binding``."""

CONCEPTS: dict[str, Concept] = {**COLOURS, **SHAPES, **THINGS, **PEOPLE, **FACTS, **ROLES}
