"""A free description of a person, in English or Arabic, understood: which traits it asks for, and what it leaves open.

The way: ``tokens`` cuts the prompt into phrases of the lexicon, ``known`` finds names and words that are not drawn,
``refusals`` turns them away, ``binding`` joins describing words to their things, and ``settling`` weighs what is
said twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipsync_utils.errors import InputError
from lipsync_utils.messages import Message

from ..traits import OLDEST, YOUNGEST, Traits
from .ages import ages_in
from .binding import Binder
from .known import find
from .lexicon import HINTED, PLAIN, Concept, Value
from .refusals import (
    EXAMPLE,
    HolyPersonError,
    RealPersonError,
    likenesses,
    refuse_minors,
    refuse_others,
    refuse_real_people,
    refuse_undressed,
)
from .settling import Settled
from .tokens import Item, Token, items_of, language_of, tokenise

__all__ = ["Found", "HolyPersonError", "RealPersonError", "Understood", "understand"]

_DRAWN = {
    "tied": Message("hair tied back"),
    "vneck": Message("v-neck"),
    "tshirt": Message("T-shirt"),
    "rectangular": Message("rectangular glasses"),
    "curly": Message("curly hair"),
}
LONGEST = 500
"""Characters that a prompt may have."""


@dataclass(frozen=True)
class Found:
    """A trait that a prompt asks for.

    Attributes:
        trait: its name in :class:`Traits`.
        value: its value there.
        words: the words of the prompt that it came from.
    """

    trait: str
    value: Value
    words: str


@dataclass(frozen=True)
class Understood:
    """What a prompt asks for.

    Attributes:
        traits: what was asked; None where the prompt says nothing.
        found: each of these traits with its words, in the order of the prompt.
        ignored: words and phrases that changed nothing, in order: unknown ones, and those that later ones contradict.
        language: "en" or "ar".
        notes: sentences for the user about what is drawn otherwise than asked: ages out of range, nearest clothes.
    """

    traits: Traits
    found: tuple[Found, ...]
    ignored: tuple[str, ...]
    language: str
    notes: tuple[str, ...] = ()


def understand(prompt: str) -> Understood:
    """Read a description such as "an old man with a white beard, smiling, blue shirt".

    Where words contradict each other, the later win. A headscarf implies a woman and facial hair a man, unless the
    prompt says otherwise. In a prompt of both scripts the one with more letters is read, the other ignored.

    Args:
        prompt: up to 500 characters of English or Arabic.

    Raises:
        RealPersonError: it names somebody who exists. The names that are known (``known_people.yaml``) are found in
            most spellings; others only by their capitals (a single given name is fine), so a name that is not known
            passes in small letters, and is then among what is ignored.
        HolyPersonError: it names somebody who is holy.
        InputError: it is empty, too long, in another script, about several people, about no person, about somebody
            undressed, or about the body of a child; or nothing in it is understood.
    """
    language = _checked(prompt)
    tokens = tokenise(prompt)
    items = items_of(tokens, language, _age_items(tokens, language))
    hits = find(prompt)
    refuse_undressed(hits)
    refuse_real_people(hits, tokens, items, language)
    settled = Settled(items, tokens, Binder(items, tokens, language).statements(), language)
    refuse_minors(hits, items, settled.age_years)
    refuse_others(tokens, items)
    return _answer(settled, language, likenesses(tokens, items))


def _checked(prompt: str) -> str:
    """The language of a prompt that can be read."""
    if not isinstance(prompt, str):
        raise InputError(
            "The prompt is a {kind}; it must be text, for example: {example!r}.",
            kind=type(prompt).__name__,
            example=EXAMPLE,
        )
    if not prompt.strip():
        raise InputError('The prompt is empty. Describe a person, for example: "{example}".', example=EXAMPLE)
    if len(prompt) > LONGEST:
        raise InputError(
            "The prompt has {count} characters; at most {most} are read. Shorten it.", count=len(prompt), most=LONGEST
        )
    language = language_of(prompt)
    if not language:
        raise InputError(
            "The prompt “{prompt}” has no English or Arabic words. "
            'Describe a person in one of the two, for example: "{example}".',
            prompt=prompt.strip()[:60],
            example=EXAMPLE,
        )
    return language


def _age_items(tokens: tuple[Token, ...], language: str) -> list[Item]:
    """Ages as items; "in her sixties" also hints at a woman."""
    items = []
    for age in ages_in(tokens, language):
        sets: dict[str, Value] = {"age_years": age.years}
        said = {token.word for token in tokens[age.start : age.end]}
        if said & {"her", "his"}:
            sets["sex"] = "female" if "her" in said else "male"
        concept = Concept(sets=sets, weight={"sex": HINTED, "age_years": PLAIN + 1})
        items.append(Item(age.start, age.end, "age", said=concept))
    return items


def _answer(settled: Settled, language: str, likenesses: list[str]) -> Understood:
    """What was settled, in the words of the prompt; raises InputError where that is nothing."""
    ignored = settled.ignored()
    if not settled.about_a_person(bool(ignored)):
        unknown = ", ".join(ignored) or Message("all of it")
        raise InputError(
            "Nothing in the prompt says what a person looks like; not understood: {unknown}. "
            "Understood are words for sex, age, origin, skin, hair, beard, eyes, build, glasses, freckles, expression, "
            'clothes, headscarf and background, for example: "{example}".',
            unknown=unknown,
            example=EXAMPLE,
        )
    winners = sorted(settled.winners.items(), key=lambda entry: min(entry[1].items))
    found = []
    notes = [
        Message("Nobody is drawn after “{words}”: only what the prompt itself describes.", words=w) for w in likenesses
    ]
    for trait, said in winners:
        words = settled.words(said.items)
        value = said.value
        if trait == "age_years":
            value = min(max(float(value), YOUNGEST), OLDEST)
            if value != said.value:
                notes.append(
                    Message(
                        "“{words}” is drawn as {value:g} years old, the youngest there is."
                        if value == YOUNGEST
                        else "“{words}” is drawn as {value:g} years old, the oldest there is.",
                        words=words,
                        value=value,
                    )
                )
        if settled.nearest(said):
            nearest = _DRAWN.get(str(value), value)
            notes.append(Message("“{words}” cannot be drawn; the nearest is: {nearest}.", words=words, nearest=nearest))
        found.append(Found(trait, value, words))
    traits = Traits(**{one.trait: one.value for one in found})
    return Understood(traits, tuple(found), ignored, language, tuple(notes))
