"""What the statements of a prompt add up to: one value for each trait, and the words that changed nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .binding import Statement
from .lexicon import HINTED, PLAIN, Value
from .tokens import Item, Token

_LAYERS = {"suit": 2, "sweater": 1}
"""What is worn over what: of "a suit and a white shirt" the suit is seen."""

_SILENT = frozenset(("stop", "soft", "and", "break", "copula", "in"))
_CLOTHES = frozenset(("garment", "garment_color"))


@dataclass(frozen=True)
class Said:
    """A value of one trait, how firmly it is said, the items that say it, and whether as a "no"."""

    value: Value
    weight: int
    items: tuple[int, ...]
    negated: bool = False
    thing: str = ""


class Settled:
    """One value a trait: the firmest, and of equally firm ones the last.

    Attributes:
        winners: for each trait that is set, what set it.
    """

    def __init__(self, items: list[Item], tokens: tuple[Token, ...], statements: list[Statement], language: str):
        self.items, self.tokens = items, tokens
        self.winners: dict[str, Said] = {}
        self._used: set[int] = set()
        self._person = any(one.thing == "person" and not one.negated for one in statements)
        self._settle(statements)
        if language == "ar" and "sex" not in self.winners:
            self._sex_by_grammar(statements)
        self._imply()

    def _settle(self, statements: list[Statement]) -> None:
        said: dict[str, list[Said]] = {}
        for statement in self._visible(statements):
            for trait, value in statement.sets.items():
                weight = statement.weight.get(trait, PLAIN)
                weight += trait == "hair_style" and value in ("tied", "afro")  # curls in a bun are a bun
                words = tuple(statement.words[trait])
                said.setdefault(trait, []).append(Said(value, weight, words, statement.negated, statement.thing))
        for trait, candidates in said.items():
            if trait == "facial_hair":
                winner = _facial_hair(candidates)
            else:
                winner = max(enumerate(candidates), key=lambda entry: (entry[1].weight, entry[0]))[1]
            if winner is None:
                continue
            self.winners[trait] = winner
            for other in candidates:
                agrees = other.value == winner.value or (other.weight < PLAIN and other.weight < winner.weight)
                if agrees or (trait == "facial_hair" and _is_part(other, winner)):
                    self._used.update(other.items)

    def _visible(self, statements: list[Statement]) -> list[Statement]:
        """All statements but those about clothes under others."""
        worn = [statement for statement in statements if "garment" in statement.sets]
        if not worn:
            return statements
        outer = max(enumerate(worn), key=lambda entry: (_LAYERS.get(str(entry[1].sets["garment"]), 0), entry[0]))[1]
        coloured = "garment_color" in outer.sets
        return [
            one
            for one in statements
            if one is outer or not _CLOTHES & one.sets.keys() or ("garment" not in one.sets and not coloured)
        ]

    def _sex_by_grammar(self, statements: list[Statement]) -> None:
        """Arabic adjectives, verbs and ages about the person agree with it: مغربية, ترتدي, عمرها."""
        if any(item.name == "person" for item in self.items):
            return  # شخص and وجه are masculine whoever is meant
        about = {one.own for one in statements if not one.negated and (not one.thing or one.thing == "person")}
        for at in sorted(about):
            before = self.items[at - 1].concept.thing if at else ""
            if before not in ("", "person"):
                continue
            sex = _grammatical_sex(self.items[at], self.tokens)
            if sex:
                self.winners["sex"] = Said(sex, HINTED, (at,))
                return

    def _imply(self) -> None:
        """A headscarf implies a woman, facial hair a man."""
        if "sex" in self.winners:
            return
        for trait, none, sex in (("headwear", "none", "female"), ("facial_hair", "none", "male")):
            said = self.winners.get(trait)
            if said and said.value != none:
                self.winners["sex"] = Said(sex, HINTED, said.items)
                return

    @property
    def age_years(self) -> float | None:
        """The age that is said or suggested."""
        return float(self.winners["age_years"].value) if "age_years" in self.winners else None

    def nearest(self, said: Said) -> bool:
        """Whether it stands for something that cannot be drawn."""
        return any(
            self.items[at].concept.near and said.value in self.items[at].concept.sets.values() for at in said.items
        )

    def about_a_person(self, something_ignored: bool) -> bool:
        """Whether there is anything about a person; a background alone will do if the prompt says nothing else."""
        person = self._person
        traits = set(self.winners) - {"background"}
        return bool(traits) or person or ("background" in self.winners and not something_ignored)

    def words(self, items: Iterable[int]) -> str:
        """Items as the prompt has them."""
        return " … ".join(
            _written(self.tokens[start:end]) for start, end in _runs(self.items[at] for at in sorted(set(items)))
        )

    def ignored(self) -> tuple[str, ...]:
        """Phrases that changed nothing, without the silent words around them."""
        used = {at for said in self.winners.values() for at in said.items} | self._used
        phrases: list[list[int]] = [[]]
        for at, item in enumerate(self.items):
            person = item.concept.thing == "person" and not (item.concept.sets.get("sex") and "sex" not in self.winners)
            consistent = person and self._consistent(item)
            if (at in used and item.concept.role != "stop") or consistent or self.tokens[item.start].mark:
                phrases.append([])
            else:
                phrases[-1].append(at)
        return tuple(filter(None, (self._phrase(phrase) for phrase in phrases)))

    def _consistent(self, item: Item) -> bool:
        """A word for people that says nothing against what was settled; "doctor" says what cannot be drawn."""
        sex = item.concept.sets.get("sex")
        return item.name != "occupation" and sex in (None, self.winners["sex"].value if "sex" in self.winners else None)

    def _phrase(self, items: list[int]) -> str:
        """The phrase from its first word that is not silent to its last; "" if it has none but "no" and bare nouns."""
        loud = [at for at in items if not self._silent(self.items[at])]
        if all(self.items[at].concept.role == "not" or self._bare(self.items[at]) for at in loud):
            return ""
        first, last = self.items[loud[0]], self.items[loud[-1]]
        text = _written(self.tokens[first.start : last.end])
        return text.removeprefix("و") if first.prefix.startswith("و") else text

    def _silent(self, item: Item) -> bool:
        return item.concept.role in _SILENT or item.name == "person"

    def _bare(self, item: Item) -> bool:
        """As in "her hair in a bun": a noun that only carries what is said of it."""
        concept = item.concept
        return concept.thing not in ("", "person", "hat") and not concept.sets


_WITH_MOUSTACHE = ("goatee", "beard", "long_beard")
_PARTS = {(whole, "moustache") for whole in _WITH_MOUSTACHE} | {("long_beard", "beard")}


def _is_part(part: Said, whole: Said) -> bool:
    return (whole.value, part.value) in _PARTS


def _facial_hair(candidates: list[Said]) -> Said | None:
    """A moustache is part of a beard, and "no moustache" takes away only that; otherwise the last wins."""
    state: Said | None = None
    for one in candidates:
        bearded = state is not None and state.value in _WITH_MOUSTACHE
        if one.negated and state is not None and state.value != "none" and bearded != (one.thing == "beard"):
            continue
        if state is not None and (state.value, one.value) in _PARTS:
            continue
        state = one
    return state


_NEUTRAL = frozenset(("عجوز", "افريقيا", "بلا", "بدون"))


def _grammatical_sex(item: Item, tokens: tuple[Token, ...]) -> str:
    """The sex, "female" or "male", by the endings and beginnings of a word; "" where both look alike."""
    word = tokens[item.start].text
    concept, name = item.concept, item.name
    last = tokens[item.end - 1].text
    if name == "age":
        said = {token.word for token in tokens[item.start : item.end]}
        feminine = any(one.endswith(("عمرها", "يه")) or one in ("ابنه", "بنت", "تبلغ", "ذات") for one in said)
        masculine = any(one.endswith(("عمره", "ي")) or one in ("ابن", "يبلغ", "ذو") for one in said)
        return "female" if feminine else "male" if masculine else ""
    if name == "smile" and word[0] in "يت":
        return "female" if word[0] == "ت" else "male"
    adjective = (
        name in ("smile", "serious", "like serious") or concept.means or "origin" in concept.sets or name == "bald"
    )
    if (
        not adjective
        or tokens[item.start].word in _NEUTRAL
        or word.startswith(("ابتسام", "ضحك", "نظر", "ملامح", "تعبير"))
    ):
        return ""
    if "origin" in concept.sets and item.start and tokens[item.start - 1].word == "من":
        return ""
    return "female" if any(one.endswith(("ة", "اء")) for one in (word, last) if one) else "male"


def _runs(items: Iterable[Item]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for item in items:
        if runs and runs[-1][1] == item.start:
            runs[-1] = (runs[-1][0], item.end)
        else:
            runs.append((item.start, item.end))
    return runs


def _written(tokens: tuple[Token, ...]) -> str:
    """Tokens with the hyphens and apostrophes of the prompt, and single spaces."""
    first, *rest = tokens
    return first.text + "".join((token.gap if token.joined or not token.gap else " ") + token.text for token in rest)
