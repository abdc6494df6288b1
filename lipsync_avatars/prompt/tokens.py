"""A prompt's words, brought to one spelling, and the matching of phrases of the lexicon in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Generic, TypeVar

from . import lexicon_ar, lexicon_en
from .lexicon import CONCEPTS, Concept

# Words (digits and letters apart: "70yo"), or any other visible character; hyphens, slashes and apostrophes only join.
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]")
_JOINING = frozenset("-‐‑'’‘`´/_\"“”«»*")
_PUNCTUATION = frozenset(",.;:!?()[]{}|،؛؟–—…\n")
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_LETTERS = str.maketrans("أإآٱىؤئیکةگ", "اااايوييكهك")
_LETTERS[ord("ء")] = ""


def is_arabic(text: str) -> bool:
    """Whether the text has an Arabic letter."""
    return any("\u0600" <= letter <= "\u06ff" and letter.isalpha() for letter in text)


def language_of(text: str) -> str:
    """The language: "ar" if most letters are Arabic, "en" if most are Latin, "" if there are neither."""
    arabic = sum(is_arabic(letter) for letter in text)
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())
    if not arabic + latin:
        return ""
    return "ar" if arabic >= latin else "en"


@dataclass(frozen=True)
class Token:
    """A word, a number, a punctuation mark or a symbol.

    Attributes:
        text: as written.
        forms: spellings under which the lexicon may know it, best first, each with the Arabic prefix taken off for it.
        start, end: its place in the prompt.
        mark: it is punctuation, and separates.
        gap: what stands between it and the token before.
    """

    text: str
    forms: Mapping[str, str]
    start: int
    end: int
    mark: bool
    gap: str

    @property
    def joined(self) -> bool:
        """Nothing but a hyphen or an apostrophe stands before it."""
        return bool(self.gap) and all(letter in _JOINING for letter in self.gap)

    @property
    def capital(self) -> bool:
        """It starts with a capital Latin letter."""
        return self.text[0].isupper()

    @property
    def word(self) -> str:
        """Its own normal spelling."""
        return next(iter(self.forms))


def tokenise(prompt: str) -> tuple[Token, ...]:
    """Cut a prompt into tokens; characters that only join words are dropped."""
    prompt = unicodedata.normalize("NFKC", _MARKS.sub("", prompt))
    tokens: list[Token] = []
    for found in _TOKEN.finditer(prompt):
        text = found.group()
        if text in _JOINING:
            continue
        between = prompt[tokens[-1].end : found.start()] if tokens else " "
        tokens.append(Token(text, _forms(text), *found.span(), text in _PUNCTUATION, between))
    return tuple(tokens)


def _forms(text: str) -> dict[str, str]:
    if is_arabic(text):
        return _arabic_forms(normal_arabic(text))
    if text[0].isdigit():
        return {"".join(str(unicodedata.digit(digit, ".")) for digit in text): ""}
    plain = unicodedata.normalize("NFD", text.casefold())
    return {"".join(letter for letter in plain if not unicodedata.combining(letter)): ""}


def normal_arabic(text: str) -> str:
    """One spelling: without vowel marks, tatweel and hamza, with bare alef, yaa, and haa for taa marbuta."""
    return _MARKS.sub("", text).translate(_LETTERS)


_PREFIXES = ("", "ال", "ب", "و", "ل", "ك", "وب", "بال", "وال", "لل", "ول", "كال", "وبال", "ولل")
_ENDINGS = ("", "ا", "ه", "ها", "هما", "تان", "تين", "وان", "وين", "ان", "ين", "يه")
_SHORTEST = 3


@lru_cache(maxsize=4096)
def _arabic_forms(word: str) -> dict[str, str]:
    """Spellings without prefixes and endings, those that take off least first."""
    forms: dict[str, tuple[int, str]] = {}
    for prefix, ending in product(_PREFIXES, _ENDINGS):
        stem = word[len(prefix) : len(word) - len(ending)]
        whole = not prefix and not ending
        if not (word.startswith(prefix) and word.endswith(ending)) or (len(stem) < _SHORTEST and not whole):
            continue
        cost = len(prefix) + len(ending)
        for form in _stems(stem, ending):
            forms.setdefault(form, (cost, prefix))
            forms[form] = min(forms[form], (cost, prefix))
    return {form: prefix for form, (_, prefix) in sorted(forms.items(), key=lambda item: item[1][0])}


def _stems(stem: str, ending: str) -> tuple[str, ...]:
    """A pronoun turns the taa marbuta, written haa here, into an open taa: لحيته is لحيه with ه."""
    if ending in ("ه", "ها", "هما") and stem.endswith("ت"):
        return stem, stem[:-1] + "ه"
    return (stem, stem[:-1] + "ي") if ending == "يه" else (stem,)


Meaning = TypeVar("Meaning")


class Phrases(Generic[Meaning]):
    """Phrases and what they mean, found in tokens, the longest first."""

    def __init__(self, phrases: Iterable[tuple[str, Meaning]]):
        self._by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        for phrase, meaning in phrases:
            words = tuple(token.word for token in tokenise(phrase))
            self._by_first.setdefault(words[0], []).append((words, meaning))
        for known in self._by_first.values():
            known.sort(key=lambda entry: -len(entry[0]))  # stable: of the same length, the first in the table

    def at(self, tokens: tuple[Token, ...], start: int) -> tuple[int, str, Meaning] | None:
        """The longest phrase from this token on: its length, the Arabic prefix before it, and its meaning."""
        best: tuple[int, str, Meaning] | None = None
        for form, prefix in tokens[start].forms.items():
            for words, meaning in self._by_first.get(form, ()):
                if best and len(words) <= best[0]:
                    break
                rest = tokens[start + 1 : start + len(words)]
                if len(rest) == len(words) - 1 and all(
                    word in token.forms for word, token in zip(words[1:], rest, strict=True)
                ):
                    best = (len(words), prefix, meaning)
                    break
        return best


@dataclass(frozen=True)
class Item:
    """A phrase of the prompt that the lexicon knows, or a single token that it does not (then ``name`` is empty).

    Attributes:
        start, end: its tokens.
        name: the concept's name.
        prefix: the Arabic prefix of its first word.
        said: what it means, for what is in no lexicon: an age.
    """

    start: int
    end: int
    name: str = ""
    prefix: str = ""
    said: Concept | None = None

    @property
    def concept(self) -> Concept:
        """What it means; nothing, where it is not known."""
        return self.said or CONCEPTS.get(self.name, _NOTHING)


_NOTHING = Concept()


@lru_cache(maxsize=2)
def vocabulary(language: str) -> Phrases[str]:
    """The phrases of a language, each with the name of its concept."""
    words = {"en": lexicon_en, "ar": lexicon_ar}[language].WORDS
    return Phrases((phrase, name) for name, phrases in words.items() for phrase in phrases.split(", "))


def items_of(tokens: tuple[Token, ...], language: str, said: Iterable[Item] = ()) -> list[Item]:
    """Cut the tokens into phrases of the lexicon, from the left, the longest first; what is ``said`` stays whole."""
    known, items, at = vocabulary(language), [], 0
    whole = {item.start: item for item in said}
    while at < len(tokens):
        if at in whole:
            items.append(whole[at])
            at = whole[at].end
            continue
        limit = min((start for start in whole if start > at), default=len(tokens))
        match = known.at(tokens[:limit], at)
        length, prefix, name = match if match else (1, "", "")
        items.append(Item(at, at + length, name, prefix))
        at += length
    return items
