"""Traits in an English phrase, for people and for generative models."""

from __future__ import annotations

from .traits import Traits

_ORIGIN = {
    "african": "African",
    "east_asian": "East Asian",
    "south_asian": "South Asian",
    "middle_eastern": "Middle Eastern",
    "european": "European",
    "latin_american": "Latin American",
}
_BUILD = {"slim": "slim", "average": "average", "heavy": "heavy-set", "muscular": "muscular"}
_BEARD = {
    "stubble": "stubble",
    "moustache": "moustache",
    "goatee": "goatee",
    "beard": "beard",
    "long_beard": "long beard",
}
_GARMENT = {"sweater": "sweater", "tshirt": "T-shirt", "shirt": "shirt", "vneck": "V-neck sweater", "suit": "suit"}
_ADULT = 18


def phrase(traits: Traits) -> str:
    """``"a 60-year-old man with short grey hair and a beard, wearing a blue shirt"``: what was asked for, no more."""
    parts = [_person(traits)]
    features = [*_skin(traits), *_hair(traits), *_face(traits)]
    if features:
        parts[0] += f" with {_listed(features)}"
    worn = _worn(traits)
    if worn:
        parts.append(f"wearing {_listed(worn)}")
    if traits.background:
        parts.append(f"in front of a {traits.background} background")
    return ", ".join(parts)


def _person(traits: Traits) -> str:
    age = traits.age_years
    young = age is not None and age < _ADULT
    noun = {"female": "girl" if young else "woman", "male": "boy" if young else "man"}.get(
        traits.sex, "child" if young else "person"
    )
    words = {"smile": "smiling", "serious": "serious"}.get(traits.expression), _BUILD.get(traits.build)
    words += (f"{age:.0f}-year-old" if age is not None else None, _ORIGIN.get(traits.origin))
    return _with_article(" ".join([*filter(None, words), noun]))


def _skin(traits: Traits) -> list[str]:
    found = [f"{traits.skin.replace('_', ' ')} skin"] if traits.skin else []
    return found + {"yes": ["freckles"], "no": ["no freckles"]}.get(traits.freckles, [])


def _hair(traits: Traits) -> list[str]:
    if traits.hair_length == "bald":
        return ["a bald head"]
    length = {"buzz": "buzz-cut"}.get(traits.hair_length, traits.hair_length)
    style = {"tied": "tied-back"}.get(traits.hair_style, traits.hair_style)
    words = [length, style, (traits.hair_color or "").replace("_", " ")]
    return [" ".join([*filter(None, words), "hair"])] if any(words) else []


def _face(traits: Traits) -> list[str]:
    color = (traits.facial_hair_color or "").replace("_", " ")
    if traits.facial_hair == "none":
        found = ["a clean-shaven face"] if traits.sex != "female" else []
    elif traits.facial_hair:
        words = f"{color} {traits.facial_hair.replace('_', ' ')}".strip()
        found = [words if traits.facial_hair == "stubble" else _with_article(words)]
    else:
        found = [f"a {color} beard"] if color else []
    return found + ([f"{traits.eyes.replace('_', ' ')} eyes"] if traits.eyes else [])


def _worn(traits: Traits) -> list[str]:
    found = []
    if traits.glasses:
        found.append("no glasses" if traits.glasses == "none" else f"{traits.glasses} glasses")
    if traits.headwear == "headscarf" or (traits.headwear is None and traits.headwear_color):
        found.append(_with_article(f"{traits.headwear_color or ''} headscarf".strip()))
    if traits.garment or traits.garment_color:
        found.append(_with_article(f"{traits.garment_color or ''} {_GARMENT.get(traits.garment, 'top')}".strip()))
    return found


def _with_article(words: str) -> str:
    # 8, 11, 18 and 80 to 89 begin with a vowel when they are spoken.
    vowel = words[0].lower() in "aeiou8" or words.startswith(("11-", "18-"))
    return f"{'an' if vowel else 'a'} {words}"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
