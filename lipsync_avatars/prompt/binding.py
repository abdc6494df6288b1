"""Which word says something of which: "blue" of the shirt, "white" of the beard, "no" of the glasses.

English describing words stand before their noun ("a white beard") or after a verb ("her hair is white"); Arabic ones
after it (لحية بيضاء), or before one with the article (أبيض اللحية). The first rule of a language that fits decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .lexicon import PLAIN, Value
from .tokens import Item, Token

_REACH = 2
"""As many unknown words may stand between a describing word and its noun: "blue denim work shirt"."""

_SHARING = frozenset(("hair", "beard", "whiskers", "eyes"))
"""Things that share a colour when joined: "white hair and beard"."""


@dataclass
class Statement:
    """What one thing, or one word by itself, says of the person.

    Attributes:
        thing: what it is about.
        sets: traits and their values.
        words: for each trait, the items that said it.
        items: all items that belong to it.
        own: the item that names the thing, or that stands by itself.
        weight: how firmly each trait is said, where not plainly.
        negated: it says what is not there.
    """

    thing: str
    own: int
    sets: dict[str, Value] = field(default_factory=dict)
    words: dict[str, list[int]] = field(default_factory=dict)
    items: list[int] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)
    negated: bool = False

    def say(self, trait: str, value: Value, item: int, weight: int = PLAIN) -> None:
        """Let an item describe it; it takes the place of what it said before, unless that was said more firmly."""
        if trait in self.sets and weight < self.weight.get(trait, PLAIN):
            self.words[trait].append(item)
            return
        self.sets[trait], self.weight[trait] = value, weight
        self.words[trait] = [self.own, item] if self.own != item else [item]


class Binder:
    """Joins the items of one prompt into statements."""

    def __init__(self, items: list[Item], tokens: tuple[Token, ...], language: str):
        self.items, self.tokens, self.language = items, tokens, language
        self.denied = self._denials()

    def statements(self) -> list[Statement]:
        """All statements, in the order of the prompt."""
        made: dict[int, Statement] = {}
        for at, item in enumerate(self.items):
            concept = item.concept
            if not (concept.thing or concept.sets) or self._possessive(at):
                continue
            statement = made[at] = Statement(concept.thing, at, items=[at], weight=dict(concept.weight))
            if at in self.denied:
                statement.negated = True
                statement.items.insert(0, self.denied[at])
                sets = concept.without
            else:
                sets = concept.sets
            for trait, value in sets.items():
                statement.sets[trait], statement.words[trait] = value, list(statement.items)
        described = set()
        for at, item in enumerate(self.items):
            if item.concept.means:
                described |= self._describe(at, made)
        self._share(made, described)
        return [made[at] for at in sorted(made)]

    def _possessive(self, at: int) -> bool:
        """As in "a woman with a boy's haircut": the boy is not the person, unless nobody else is."""
        item = self.items[at]
        owner = item.concept.thing == "person" and item.end < len(self.tokens) and self.tokens[item.end].joined
        others = (other for other in self.items if other.concept.thing == "person" and other is not item)
        return owner and self.tokens[item.end].word == "s" and any(others)

    def _describe(self, at: int, made: dict[int, Statement]) -> set[int]:
        """Join one describing word to its thing; the things that got something."""
        concept = self.items[at].concept
        target = self._target(at)
        if target is not None and target in made:
            statement = made[target]
            if statement.negated:  # "no grey hair" says nothing of the hair that is there
                statement.sets.clear()
                return set()
            if at in self.denied:
                return set()
            trait, value = concept.means[statement.thing]
            statement.say(trait, value, at, concept.weight.get(trait, PLAIN))
            statement.items.append(at)
            return {target}
        thing = "garment" if self._worn(at) else concept.alone if target is None else ""
        if thing in concept.means and at not in self.denied:
            trait, value = concept.means[thing]
            made[at] = Statement("", at, {trait: value}, {trait: [at]}, [at], dict(concept.weight))
        return set()

    def _target(self, at: int) -> int | None:
        """The item that this one describes; -1 where one stands in the way that it cannot describe."""
        for rule in _ENGLISH if self.language == "en" else _ARABIC:
            found = rule(self, at)
            if found is None or (found < at and self._has_own_noun(at)):
                continue
            if self._accepts(at, found):
                return found
            if self.language == "en" and rule is Binder._right and self.items[found].concept.thing != "person":
                return -1
        return None

    def _has_own_noun(self, at: int) -> bool:
        """As in "an amber necklace": an English describing word right before an unknown word is that one's."""
        after = at + 1
        while after < len(self.items) and self._describing(self.items[after]):
            after += 1
        unknown = after < len(self.items) and not self.items[after].name and not self._is_mark(self.items[after])
        return self.language == "en" and unknown and not self.items[after].said

    def _accepts(self, at: int, other: int) -> bool:
        return self.items[other].concept.thing in self.items[at].concept.means

    # Walks: from an item to the next thing, over whatever may stand between.

    def _walk(self, at: int, step: int, *, unknown: int = 0, over: Callable[[Item], bool]) -> int | None:
        """The next thing, over at most so many unknown words; no comma may follow these."""
        passed = 0
        at += step
        while 0 <= at < len(self.items):
            item = self.items[at]
            if item.concept.thing and item.name != "person":
                return at
            if not item.name and not self._is_mark(item):
                passed += 1
                if passed > unknown or self._starts_phrase(item):
                    return None
            elif not over(item) or (passed and self._is_mark(item)):
                return None
            at += step
        return None

    def _starts_phrase(self, item: Item) -> bool:
        """An unknown Arabic word with و or ب is a noun of its own: بأقراط ذهبية."""
        return self.language == "ar" and self._text(item)[0] in "وب"

    def _is_mark(self, item: Item) -> bool:
        return self.tokens[item.start].mark

    def _text(self, item: Item) -> str:
        return self.tokens[item.start].text

    def _describing(self, item: Item) -> bool:
        return bool(item.concept.means) or item.concept.role in ("soft", "plain") or self._fact(item)

    def _fact(self, item: Item) -> bool:
        return bool(item.concept.sets) and not item.concept.thing and item.concept.role != "stop"

    def _listing(self, item: Item) -> bool:
        return self._describing(item) or item.concept.role == "and" or self._text(item) in (",", "،")

    def _right(self, at: int) -> int | None:
        """As in "blue denim shirt"; a noun that cannot be described so is passed: "old bearded man"."""
        found = self._walk(at, 1, unknown=_REACH, over=self._describing)
        while found is not None and not self._accepts(at, found):
            after = self._walk(found, 1, over=self._describing)
            if after is None:
                return found
            found = after
        return found

    def _predicate(self, at: int) -> int | None:
        """As in "her hair is long and black", "eyes: blue"."""
        verbs = []

        def over(item: Item) -> bool:
            if item.concept.role == "copula" or self._text(item) in (":", "("):
                verbs.append(item)
                return True
            return self._listing(item) or item.concept.role in ("stop", "not", "in")

        found = self._walk(at, -1, unknown=1, over=over)
        return found if verbs else None

    def _touching(self, at: int) -> int | None:
        """As in "hair black, eyes blue"."""
        return at - 1 if at and self.items[at - 1].concept.thing not in ("", "person") else None

    def _list_right(self, at: int) -> int | None:
        """As in "long, black and curly hair"."""
        return self._walk(at, 1, over=self._listing)

    def _list_left(self, at: int) -> int | None:
        """As in "black hair, long and curly"."""
        return self._walk(at, -1, over=self._listing)

    def _in_colour(self, at: int) -> int | None:
        """As in "a shirt in blue", but not "a woman in blue"."""
        found = self._walk(at, -1, over=lambda item: item.concept.role == "in")
        return None if found is None or self.items[found].concept.thing == "person" else found

    def _definite_right(self, at: int) -> int | None:
        """أبيض اللحية: the noun with the article right after."""
        after = at + 1
        if after >= len(self.items) or self.items[after].prefix != "ال" or self.items[at].prefix.endswith("ال"):
            return None
        return after if self.items[after].concept.thing else None

    def _arabic_left(self, at: int) -> int | None:
        """لحية طويلة بيضاء, شعرها لونه أسود."""

        def over(item: Item) -> bool:
            silent = item.concept.role in ("copula", "in", "stop") and not item.concept.sets  # verbs start anew
            return self._listing(item) or silent

        walk = at
        while True:
            found = self._walk(walk, -1, unknown=_REACH, over=over)
            if found is None or self._accepts(at, found):
                return found
            walk = found

    def _worn(self, at: int) -> bool:
        """As in "a woman in red", ترتدي الأسود: a colour by itself after a word of wearing."""
        before = at - 1
        while before >= 0 and self.items[before].concept.role == "soft":
            before -= 1
        if before < 0:
            return False
        item = self.items[before]
        words = {token.word for token in self.tokens[item.start : item.end]}
        wearing = (
            words & {"in", "wearing", "wears", "ترتدي", "يرتدي", "يلبس", "تلبس"} or item.concept.thing == "garment"
        )
        return bool(wearing) and self._right(at) is None

    # Negation and sharing

    def _denials(self) -> dict[int, int]:
        """Items that a "no" stands before, over describing words, and those joined to them by "and" or "or"."""
        denied: dict[int, int] = {}
        for at, item in enumerate(self.items):
            if item.concept.role != "not":
                continue
            after = at + 1
            while after < len(self.items):
                other = self.items[after]
                fact = self._fact(other)
                if other.concept.thing or fact or other.concept.means:
                    denied[after] = at
                elif other.concept.role not in ("and", "stop", "soft", "plain", "in"):
                    break
                after += 1
                if (other.concept.thing or fact) and not self._goes_on(after):
                    break
        return denied

    def _goes_on(self, at: int) -> bool:
        """After a denied thing: "or", or an Arabic و and a noun without an article's "a"."""
        if at >= len(self.items):
            return False
        item = self.items[at]
        if item.prefix.startswith("و") and item.concept.thing:
            return True
        following = self.items[at + 1] if at + 1 < len(self.items) else None
        return item.concept.role == "and" and bool(following) and (
            bool(following.concept.thing) or self._text(item) in ("or", "أو", "او")
        )  # fmt: skip

    def _share(self, made: dict[int, Statement], described: set[int]) -> None:
        """As in "white hair and beard", شعر ولحية بيضاء: joined things share what one of them has."""
        for at in sorted(made):
            joined = at + 1 in made and self.items[at + 1].prefix == "و"
            other = at + 1 if joined else at + 2
            if not joined and not (other in made and self.items[at + 1].concept.role == "and"):
                continue
            if not {made[at].thing, made[other].thing} <= _SHARING or (at in described) == (other in described):
                continue
            giver, taker = (made[at], made[other]) if at in described else (made[other], made[at])
            for item in giver.items[1:]:
                meaning = self.items[item].concept.means.get(taker.thing)
                if meaning and not taker.negated and not giver.negated:
                    taker.say(*meaning, item)


_ENGLISH = (
    Binder._right,
    Binder._predicate,
    Binder._touching,
    Binder._list_right,
    Binder._list_left,
    Binder._in_colour,
)
_ARABIC = (Binder._definite_right, Binder._arabic_left)
