"""Names and words that are not drawn, in whatever spelling; they stand in two tables beside this file.

A prompt is cut at its spaces and read three ways: word by word, with hyphens and dots inside words closed up
("ob-ama"), and with letters that stand alone put together ("o b a m a"). Runs of words are compared with each entry.
Words that a description is made of count only when they are spelled just like the entry: "a pale man" names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

from . import lexicon_ar, lexicon_en
from .spelling import bones, first_sound, fold, readings, single, slips, sound
from .tokens import is_arabic, tokenise

PERSON, HOLY, UNDRESSED, MINOR, NOT_FOR_MINORS = "person", "holy", "undressed", "minor", "not for minors"
_FINE = "fine"
_TABLES = Path(__file__).parent
_MOST_WORDS = 6
_HEARD = 5
"""Letters from which on an entry is known by its sound; a shorter one only as it is written."""
_MOST_SLIPS = 2
_BARE, _BARE_AT_HOME = 5, 7
"""Consonants (:func:`_bare`) that a name must have to be known by them in the other alphabet, and in its own."""


@dataclass(frozen=True)
class Hit:
    """Something that is not drawn: its kind, and the words of the prompt, from the first to before the last."""

    kind: str
    words: str
    start: int
    end: int


@dataclass(frozen=True)
class _Piece:
    """A word of the prompt: as written, what it may say, its place among the words, whether something ends after it."""

    text: str
    says: tuple[str, ...]
    start: int
    end: int
    last: bool = False


@dataclass(frozen=True)
class _Entry:
    kind: str
    words: tuple[str, ...]

    @property
    def letters(self) -> str:
        return "".join(self.words)


def find(prompt: str) -> list[Hit]:
    """Everything in a prompt that is in the tables, in the order of the prompt; the longest of what overlaps."""
    found = {}
    for pieces in _ways_to_read(prompt):
        for hit in _hits(pieces, prompt.split()):
            found.setdefault((hit.start, hit.end, hit.kind), hit)
    fine = [hit for hit in found.values() if hit.kind == _FINE]
    kept = [hit for hit in found.values() if hit.kind != _FINE and not any(_within(hit, other) for other in fine)]
    return sorted(kept, key=lambda hit: (hit.start, -hit.end))


def _within(hit: Hit, other: Hit) -> bool:
    return other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start


# --- reading ----------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:[@$€£!|][^\W_]+)*|[@$€£!|](?:[^\W_]+)")
_STOPS = ',.;!?()[]{}،؛؟–—…"'
_ARTICLES = ("al", "el", "il", "ul")
_OF = {"abd": "el", "عبد": "ال"}
_SERVANT = re.compile(r"^(?:abd|abdel|abdul|abdal|abdol|abdou?l)$|^عبد(?:ال)?$")


def _ways_to_read(prompt: str) -> Iterator[list[_Piece]]:
    words, closed = [], []
    for at, chunk in enumerate(prompt.split()):
        folded = fold(chunk)
        parts = _WORD.findall(folded)
        ends = folded[-1:] in _STOPS
        for number, part in enumerate(parts):
            words.append(_Piece(chunk, readings(part), at, at + 1, ends and number == len(parts) - 1))
        closed.append(_Piece(chunk, readings("".join(parts)), at, at + 1, ends))
    yield _glued(words)
    if any(len(_WORD.findall(fold(chunk))) > 1 for chunk in prompt.split()):
        yield _glued(closed)
    spelled = list(_spelled_out(words))
    if len(spelled) < len(words):
        yield _glued(spelled)


def _glued(pieces: list[_Piece]) -> list[_Piece]:
    """The article, and Abd, are part of the word that follows: "al Sisi", "عبد الناصر"."""
    glued: list[_Piece] = []
    for piece in pieces:
        before = glued[-1].says[:1] if glued and not glued[-1].last else ()
        servant = bool(before) and bool(_SERVANT.match(before[0]))
        if piece.says and (servant or (before and before[0] in _ARTICLES)):
            head = glued.pop()
            joint = before[0] if not servant else "عبد" if is_arabic(before[0]) else "abd"
            says = tuple(joint + (_without_article(word) if servant else word) for word in piece.says)
            glued.append(_Piece(f"{head.text} {piece.text}", says, head.start, piece.end, piece.last))
        else:
            glued.append(piece)
    return glued


def _without_article(word: str) -> str:
    for article in ("ال", "al", "el"):
        if word.startswith(article) and len(word) > 4:
            return word[2:]
    return word


def _spelled_out(pieces: list[_Piece]) -> Iterator[_Piece]:
    run: list[_Piece] = []

    def whole() -> Iterator[_Piece]:
        if len(run) >= 3:
            says = readings("".join(piece.says[0] for piece in run))
            yield _Piece(" ".join(dict.fromkeys(p.text for p in run)), says, run[0].start, run[-1].end, run[-1].last)
        else:
            yield from run
        run.clear()

    for piece in pieces:
        if piece.says and len(piece.says[0]) == 1:
            run.append(piece)
        else:
            yield from whole()
            yield piece
    yield from whole()


# --- comparing --------------------------------------------------------------------------------------------------------


def _hits(pieces: list[_Piece], chunks: list[str]) -> Iterator[Hit]:
    for start in range(len(pieces)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(pieces)) + 1):
            if not pieces[end - 1].says:
                break
            for kind in _kinds(pieces[start:end]):
                first, last = pieces[start].start, pieces[end - 1].end
                yield Hit(kind, " ".join(chunks[first:last]).strip(_STOPS + ":'’«»“”"), first, last)
            if pieces[end - 1].last:
                break


def _kinds(run: list[_Piece]) -> set[str]:
    """Kinds of the entries that these words are."""
    first = tuple(dict.fromkeys(said for word in run[0].says for said in _without_prefix(word)))
    kinds = set()
    for said in product(first, *(piece.says for piece in run[1:])):
        kinds |= {entry.kind for entry in _entries(tuple(said))}
    return kinds


def _without_prefix(word: str) -> Iterator[str]:
    """An Arabic word, and without "and", "with", "for", "like" before it."""
    yield word
    if not is_arabic(word):
        return
    for prefix, instead in (
        ("وال", "ال"),
        ("بال", "ال"),
        ("كال", "ال"),
        ("لل", "ال"),
        ("و", ""),
        ("ب", ""),
        ("ل", ""),
        ("ك", ""),
    ):
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            yield instead + word[len(prefix) :]


@lru_cache(maxsize=4096)
def _entries(said: tuple[str, ...]) -> tuple[_Entry, ...]:
    letters = "".join(said)
    exact = [entry for entry in _table().written.get(_written(letters), ()) if len(said) <= len(entry.words) + 1]
    if all(_is_common(word) for word in said):
        return tuple(entry for entry in exact if entry.words == said)
    if len(letters) < _HEARD:
        return tuple(entry for entry in exact if len(entry.words) >= len(said))
    return (*exact, *_alike(said, single(letters)))


def _written(letters: str) -> str:
    """Without letters that repeat; in a short word two may: "good" is not "god", but "goood" is."""
    return single(letters) if len(single(letters)) >= _HEARD else re.sub(r"(.)\1{2,}", r"\1", letters)


def _alike(said: tuple[str, ...], letters: str) -> Iterator[_Entry]:
    """Entries of the same sound, or nearly so, or of the same consonants in the other alphabet."""
    table, heard = _table(), sound(letters)
    for spelled in table.heard.get(first_sound(heard), ()):
        if len(said) in (1, len(spelled.entry.words)) and spelled.is_meant_by(letters, heard, len(said)):
            yield spelled.entry
    if not any(map(_is_common, said)):
        arabic = is_arabic(letters)
        yield from table.bare.get((not arabic, _bare(said)), ())
        if len(said) > 1 and len(_bare(said)) >= _BARE_AT_HOME:
            yield from table.bare.get((arabic, _bare(said)), ())


def _bare(words: tuple[str, ...]) -> str:
    """The consonants of each word."""
    return " ".join(map(bones, words))


def _is_telling(bare: str) -> bool:
    """Whether consonants are enough to know somebody by: five, or two in each of two words."""
    return len(bare.replace(" ", "")) >= _BARE or (len(bare) == _BARE and bare[2:3] == " ")


class _Spelled:
    """An entry with its letters and its sound."""

    def __init__(self, entry: _Entry) -> None:
        self.entry, self.letters = entry, single(entry.letters)
        self.heard = sound(self.letters)
        self._different = frozenset(self.heard)

    def is_meant_by(self, letters: str, heard: str, words: int) -> bool:
        """Whether these letters, of so many words, are a spelling of it, or one with few slips."""
        if abs(len(self.heard) - len(heard)) > _MOST_SLIPS or len(self._different.symmetric_difference(heard)) > 4:
            return False
        count, least = len(self.entry.words), min(len(letters), len(self.letters))
        if words > 1:
            dense = int(is_arabic(letters))  # short vowels are not written: as many letters say more
            most = _allowed(min(len(heard), len(self.heard)) - dense, 7, 11)
            return slips(heard, self.heard, most) <= most
        if count > 1:  # written as one word
            most = _allowed(least, 9)
        elif self.entry.kind == PERSON:
            most = _MOST_SLIPS if heard == self.heard else _allowed(least - 2 * self.letters.startswith("ال"), 6, 9)
        else:
            most = 1 if heard == self.heard else _allowed(least, 7)
        return letters == self.letters or (most > 0 and slips(letters, self.letters, most) <= most)


def _allowed(letters: int, *steps: int) -> int:
    """Slips that so many letters may have: one more at each of the steps."""
    return sum(letters >= step for step in steps)


@lru_cache(maxsize=4096)
def _is_common(word: str) -> bool:
    """Whether descriptions are made of this word, or it is a word of its own that is one slip from a refused one."""
    return word in _table().ordinary or any(form in _described() for token in tokenise(word) for form in token.forms)


@cache
def _described() -> frozenset[str]:
    """Every word of the lexicon."""
    phrases = ", ".join([*lexicon_en.WORDS.values(), *lexicon_ar.WORDS.values()])
    return frozenset(token.word for token in tokenise(phrases))


# --- the tables -------------------------------------------------------------------------------------------------------


class _Table:
    """The entries, by each of their spellings."""

    def __init__(self, entries: Iterable[_Entry], ordinary: frozenset[str]) -> None:
        self.ordinary = ordinary
        self.written: dict[str, list[_Entry]] = {}
        self.heard: dict[str, list[_Spelled]] = {}
        self.bare: dict[tuple[bool, str], list[_Entry]] = {}
        for entry in entries:
            self.written.setdefault(_written(entry.letters), []).append(entry)
            bare, spelled = _bare(entry.words), _Spelled(entry)
            if len(spelled.letters) >= _HEARD and entry.kind != _FINE:
                self.heard.setdefault(first_sound(spelled.heard), []).append(spelled)
            if _is_telling(bare) and entry.kind in (PERSON, HOLY):
                self.bare.setdefault((is_arabic(entry.letters), bare), []).append(entry)


@cache
def _table() -> _Table:
    import yaml

    people = yaml.safe_load((_TABLES / "known_people.yaml").read_text("utf-8"))
    words = yaml.safe_load((_TABLES / "refused_words.yaml").read_text("utf-8"))
    entries = [(PERSON, name) for lines in people.values() for name in re.split(r"[,/\n]", lines)]
    entries += [(kind, name) for kind, names in words.items() if kind != "ordinary" for name in names.split(",")]
    ordinary = frozenset(fold(word.strip()) for word in words["ordinary"].split(","))
    found = {entry: None for kind, name in entries if name.strip() for entry in _variants(kind, name)}
    return _Table(found, ordinary)


def _variants(kind: str, name: str) -> Iterator[_Entry]:
    """A name, also with the family name first, and with or without the articles in it."""
    pieces = _glued([_Piece(part, (part,), at, at + 1) for at, part in enumerate(_WORD.findall(fold(name)))])
    words = tuple(piece.says[0] for piece in pieces)
    yield _Entry(kind, words)
    if kind == PERSON and len(words) == 2:
        yield _Entry(kind, words[::-1])
    if kind in (PERSON, HOLY) and len(words) > 1:
        bare = tuple(_without_article(word) for word in words[1:])
        if bare != words[1:]:
            yield _Entry(kind, (words[0], *bare))
        whole = tuple(re.sub(r"^(abd|عبد)(?=..)", lambda found: found[1] + _OF[found[1]], word) for word in words)
        if whole != words:
            yield _Entry(kind, whole)
