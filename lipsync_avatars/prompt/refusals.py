"""What is not drawn: people who exist or are holy, anything undressed, more than one person, and what is no person."""

from __future__ import annotations

from itertools import pairwise

from lipsync_utils.errors import InputError
from lipsync_utils.messages import Message

from .known import HOLY, MINOR, NOT_FOR_MINORS, PERSON, UNDRESSED, Hit
from .tokens import Item, Token

EXAMPLE = Message("an old man with a white beard, smiling, blue shirt")
OF_AGE = 18.0
"""Years."""


class RealPersonError(InputError):
    """A prompt that names, or seems to name, a person who exists."""


class HolyPersonError(RealPersonError):
    """A prompt that names a prophet, one of a prophet's family or companions, a saint, or a god."""


_LIKENESS_EN = frozenset((
    "look like", "looks like", "looking like", "lookalike of", "lookalike", "resembling", "resembles", "resemble",
    "similar to", "style of", "face of", "likeness of", "as", "like", "features of", "version of", "twin of",
    "double of", "impersonator of", "impersonating", "clone of", "doppelganger of", "inspired by", "based on",
))  # fmt: skip
_RANKS_EN = frozenset((
    "king", "queen", "prince", "princess", "president", "pope", "saint", "prophet", "sultan", "senator", "emperor",
    "empress",
))  # fmt: skip
_PLACE_EN = frozenset((
    "in", "at", "from", "near", "of", "to",
))  # fmt: skip
_THINGS_EN = frozenset((
    "cap", "hat", "jersey", "shirt", "tshirt", "t", "sweater", "hoodie", "jacket", "scarf", "badge", "logo", "pin",
    "flag", "building", "street", "bridge", "tower", "stadium", "uniform", "fan", "shoes", "brand", "dress",
    "watch", "bag", "coat", "tie", "suit", "accent", "style", "top", "glasses", "sunglasses", "boots", "jeans",
))  # fmt: skip
_LIKENESS_AR = frozenset((
    "يشبه", "تشبه", "شبيه", "شبيهه", "يشابه", "تشابه",
))  # fmt: skip
_TITLES_AR = frozenset((
    "الممثل", "الممثله", "المغني", "المغنيه", "المطرب", "المطربه", "الفنان", "الفنانه", "اللاعب", "الرييس", "الملك",
    "الملكه", "الامير", "الاميره", "الشاعر", "الرييسه", "النجم", "النجمه",
))  # fmt: skip
_RANKS_AR = frozenset((
    "رييس", "ملك", "ملكه", "امير", "سلطان",
))  # fmt: skip


def refuse_undressed(hits: list[Hit]) -> None:
    """Raise :class:`InputError` for words of nudity, underwear or sex."""
    for hit in hits:
        if hit.kind == UNDRESSED:
            raise InputError(
                "The prompt says “{words}”. Avatars are dressed and show head and shoulders. "
                'Leave it out and describe age, hair and clothes, for example: "{example}".',
                words=hit.words,
                example=EXAMPLE,
            )


def refuse_minors(hits: list[Hit], items: list[Item], age_years: float | None) -> None:
    """Raise :class:`InputError` where somebody under 18 is described by the body, by swimwear, or as a lover.

    Args:
        hits: what was found in the tables.
        items: the prompt's phrases; one that means a child counts, whatever else is said of the age.
        age_years: the age that was settled on.
    """
    young = (item.concept.sets.get("age_years", OF_AGE) for item in items if item.name not in ("boy", "girl"))
    minor = any(hit.kind == MINOR for hit in hits) or min(young, default=OF_AGE) < OF_AGE
    if not (minor or (age_years is not None and age_years < OF_AGE)):
        return
    for hit in hits:
        if hit.kind == NOT_FOR_MINORS:
            raise InputError(
                "The prompt says “{words}” of somebody under 18. Children and teenagers are drawn by face, hair "
                'and everyday clothes only. Leave it out, for example: "{example}".',
                words=hit.words,
                example=EXAMPLE,
            )


def _refuse(name: str) -> None:
    raise RealPersonError(
        "“{name}” seems to mean a real person. Avatars show nobody who exists. "
        'Describe age, hair and clothes instead, for example: "{example}".',
        name=name,
        example=EXAMPLE,
    )


def refuse_real_people(hits: list[Hit], tokens: tuple[Token, ...], items: list[Item], language: str) -> None:
    """Raise :class:`RealPersonError` for a name that is known, or for words that stand where a name stands.

    Known names are found in most spellings. Others are told in English by their capitals: two unknown capitalised words
    together, or one after "looks like", "as" or "King". Not in a prompt all in capitals or in title case; not after
    "in", "from", "at" (places); not before a thing ("New York Yankees cap"). An unknown name in small letters cannot
    be told from other words.
    """
    for hit in sorted(hits, key=lambda hit: hit.kind != HOLY):
        if hit.kind == HOLY:
            raise HolyPersonError(
                "“{name}” seems to mean somebody who is holy to many. Prophets, their families and companions, "
                'saints and gods are not drawn. Describe somebody of everyday, for example: "{example}".',
                name=hit.words,
                example=EXAMPLE,
            )
        if hit.kind == PERSON:
            _refuse(hit.words)
    if language == "ar":
        _refuse_arabic(tokens, items)
        return
    _refuse_of_country(tokens, items)
    if not _title_case(tokens, items):
        _refuse_capitals(tokens, items)


def _span(tokens: tuple[Token, ...], start: int, end: int) -> str:
    while start < end < len(tokens) and tokens[end - 1].capital and tokens[end].capital:
        end += 1
    return " ".join(token.text for token in tokens[start:end])


def _title_case(tokens: tuple[Token, ...], items: list[Item]) -> bool:
    """Whether most known words that are written small in a sentence have capitals."""
    known = [
        token for item in items if (item.name and item.concept.thing + item.concept.alone + "".join(item.concept.means))
        or item.name in ("smile", "bald", "serious", "plain")
        for token in tokens[item.start : item.end]
        if item.name and token.start > 0 and token.text[0].isalpha() and len(token.text) > 2
    ]  # fmt: skip
    return bool(known) and sum(token.capital for token in known) > len(known) / 2


def _refuse_capitals(tokens: tuple[Token, ...], items: list[Item]) -> None:
    unknown = {item.start for item in items if not item.name}
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and end in unknown and tokens[end].capital and not tokens[end].mark:
            end += 1
        if end > at and _is_name(tokens, at, end):
            _refuse(_span(tokens, at, end))
        at = max(end, at + 1)


def _is_name(tokens: tuple[Token, ...], start: int, end: int) -> bool:
    before = [token.word for token in tokens[max(0, start - 2) : start]]
    after = tokens[end].word if end < len(tokens) else ""
    last = before[-1] if before else ""
    likeness = " ".join(before) in _LIKENESS_EN or last in _LIKENESS_EN or after in ("lookalike", "impersonator")
    if likeness or last in _RANKS_EN:
        return True
    picture = len(before) == 2 and before[0] in ("portrait", "photo", "picture", "image", "painting", "drawing")
    place = last in _PLACE_EN and not (picture and last == "of")
    place = place or (last == "the" and len(before) == 2 and before[0] in _PLACE_EN)
    thing = after in _THINGS_EN and tokens[end].text.islower()
    return end - start >= 2 and not place and not thing


def _refuse_of_country(tokens: tuple[Token, ...], items: list[Item]) -> None:
    """Refuse one who is known by an office: "the king of Morocco"."""
    places = {item.start: item.end for item in items if item.concept.sets.keys() == {"origin"}}
    places |= {at: at + 1 for at, token in enumerate(tokens) if token.capital and at not in places}
    for at in range(len(tokens) - 2):
        place = at + 3 if tokens[at + 2].word == "the" else at + 2
        if tokens[at].word in {*_RANKS_EN, "minister"} and tokens[at + 1].word == "of" and place in places:
            _refuse(_span(tokens, at, places[place]))


def _refuse_arabic(tokens: tuple[Token, ...], items: list[Item]) -> None:
    named = {at: item for item in items for at in range(item.start, item.end)}
    for at, token in enumerate(tokens[:-1]):
        following, known = tokens[at + 1], named[at + 1]
        unknown = not known.name and not following.mark
        country = known.concept.sets.keys() == {"origin"}
        likeness = token.word in _LIKENESS_AR and unknown and not following.word.startswith("ال")
        title = token.word in _TITLES_AR and (unknown or country)
        rank = token.word in _RANKS_AR and country and following.word.startswith("ال")
        if likeness or title or rank:
            _refuse(_span(tokens, at + 1 if likeness else at, at + 2))


def likenesses(tokens: tuple[Token, ...], items: list[Item]) -> list[str]:
    """Unknown words that somebody should look like: nobody is drawn after them, and that is to be said."""
    words = _LIKENESS_EN | _LIKENESS_AR | {"مثل", "زي"}
    unknown, found = {item.start for item in items if not item.name}, []
    for at in sorted(unknown):
        before = [token.word for token in tokens[max(0, at - 2) : at]]
        end = at
        while end in unknown and end < len(tokens) and not tokens[end].mark:
            end += 1
        if end > at and before and (before[-1] in words or " ".join(before) in words):
            found.append(" ".join(token.text for token in tokens[at:end]))
    return found


def refuse_others(tokens: tuple[Token, ...], items: list[Item]) -> None:
    """Raise :class:`InputError` for several people, and for a prompt about something that is no person."""
    people = [at for at, item in enumerate(items) if item.concept.thing == "person"]
    for at, item in enumerate(items):
        words = " ".join(token.text for token in tokens[item.start : item.end])
        if item.name == "several" and not _belongs(tokens, items, at):
            _refuse_several(words)
        if item.name == "not a person" and not people and not _accompanies(items, tokens, at):
            raise InputError(
                "The prompt is about “{words}”; an avatar shows one person. "
                'Describe a person, for example: "{example}".',
                words=words,
                example=EXAMPLE,
            )
    for first, second in pairwise(people):
        if _second_person(tokens, items, first, second):
            start, end = items[first].start, items[second].end
            _refuse_several(" ".join(token.text for token in tokens[start:end]))


def _refuse_several(words: str) -> None:
    raise InputError(
        "The prompt asks for several people (“{words}”); an avatar shows one. "
        'Describe one person, for example: "{example}", and make one avatar after the other.',
        words=words,
        example=EXAMPLE,
    )


def _belongs(tokens: tuple[Token, ...], items: list[Item], at: int) -> bool:
    """Whether several people only belong to the one: "men's shirt", "a teacher of children"."""
    after = items[at].end
    if after < len(tokens) and tokens[after].joined and tokens[after].word in ("s", "style"):
        return True
    before = items[at - 1] if at else None
    person = any(item.concept.thing == "person" for item in items[: max(0, at - 1)])
    start = before.start if before else 0
    if before and tokens[start].word in ("two", "three", "four", "five", "young", "small"):
        start -= 1
    related = start > 0 and tokens[start].word in ("of", "for", "than")
    return bool(person and related) or items[at].prefix.startswith("ل")


def _accompanies(items: list[Item], tokens: tuple[Token, ...], at: int) -> bool:
    """Whether it only comes along, as in "with a cat": what comes along is left out, and said so."""
    before = at - 1
    while before >= 0 and (items[before].name in ("stop", "soft", "plain", "") or items[before].concept.means):
        before -= 1
    return before >= 0 and items[before].concept.role in ("break", "in")


_JOINING = frozenset((
    "and", "with", "plus", "beside", "&", "holding", "hugging", "carrying", "kissing", "و", "مع", "بجانب",
))  # fmt: skip


def _second_person(tokens: tuple[Token, ...], items: list[Item], first: int, second: int) -> bool:
    """Whether the second of two words for people, one after the other, brings in someone else: "a man and a boy"."""
    between = items[first + 1 : second]
    if items[second].name == "person" or items[first].name == "person":
        return False
    after = items[second].end
    if after < len(tokens) and tokens[after].joined:  # "boy's"
        return False
    if second + 1 < len(items) and items[second + 1].concept.thing not in ("", "person"):  # "with a pirate beard"
        return items[second].prefix.startswith("و")
    start = second
    while start > first + 1 and (items[start - 1].concept.means or items[start - 1].concept.role in ("soft", "plain")):
        start -= 1
    articles = ("a", "an", "the", "another", "one", "her", "his")
    article = start > first + 1 and tokens[items[start - 1].start].word in articles
    link = start - 2 if article else start - 1
    joined = (link > first and tokens[items[link].start].word in _JOINING) or items[second].prefix.startswith("و")
    if any(item.concept.role == "not" for item in between) or not joined:
        return False
    sexes = {items[at].concept.sets.get("sex") for at in (first, second)} - {None}
    return article or len(sexes) == 2 or tokens[items[link].start].word in ("مع", "بجانب")
