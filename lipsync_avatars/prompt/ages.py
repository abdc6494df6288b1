"""Ages in a prompt: numbers, number words and decades, English and Arabic."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from .lexicon_ar import DIGITS
from .lexicon_ar import TENS as TENS_AR
from .lexicon_en import DECADES, ONES
from .lexicon_en import TENS as TENS_EN
from .tokens import Token, normal_arabic


@dataclass(frozen=True)
class Age:
    """An age in years, said by the tokens from ``start`` to ``end``."""

    years: float
    start: int
    end: int


def _any(words: object) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_NUMBER_EN = rf"(?:\d+(?:\.\d+)?|{_any(TENS_EN)}(?: {_any(list(ONES)[:9])})?|{_any(ONES)}|(?:a|one) hundred)"
_YEARS = "(?:years?|yrs?|yo|y)"
_DECADE_EN = rf"(?:{_any(DECADES)}|[1-9]0 ?s)"
_ENGLISH = [
    rf"(?:(?:aged?|age of|at|about|around) (?:about |around |of |is )?)?(?P<n>{_NUMBER_EN}) (?:something )?{_YEARS}"
    r"(?: (?:old|of age|o))?(?: aged)?",
    rf"(?:aged?|age) (?:about |around |of |is |, |: )?(?P<n>{_NUMBER_EN})",
    rf"(?:in |of )?(?:his |her |their |the |its |my )?(?P<part>early|mid|middle|late)? ?"
    rf"(?P<decade>{_DECADE_EN})(?: aged)?",
    rf"(?P<n>{_any(TENS_EN)}) (?:something|ish)",
    rf"(?P<skip>(?:man|woman|person|lady|guy|boy|girl|male|female|he is|she is|he s|she s|is|about|around|roughly),? "
    rf"(?:, |of |about |around |is |roughly )*)(?P<n>{_NUMBER_EN})(?= (?:,|\.|with|and|who|in|wearing|smiling)|$)",
]

_UNITS_AR = {normal_arabic(word): value for value, words in DIGITS.items() for word in words.split(", ")}
_TEN_AR = "|".join(normal_arabic(stem) for stem in TENS_AR.values())
_TENS_AR = rf"(?:{_TEN_AR})(?:ون|ين)"
_UNIT_AR = _any(_UNITS_AR)
_NUMBER_AR = (
    rf"(?:\d+(?:\.\d+)?|{_UNIT_AR} و ?(?:ال)?{_TENS_AR}|{_TENS_AR}|{_UNIT_AR} (?:عشر|عشره)|{_UNIT_AR}|مايه|ميه)"
)
_YEARS_AR = "(?:سنه|سنوات|سنين|عاما?|اعوام)"
_ARABIC = [
    rf"(?:(?:يبلغ|تبلغ|بلغ|بلغت) )?(?:من )?(?:ب?ال?عمره?ا?|ابن|ابنه|بنت|ذو|ذات|في|بسن|سنه|سنها|حوالي|عن|نحو) "
    rf"(?:من )?(?:العمر )?"
    rf"(?:حوالي |نحو )?(?:ال)?(?P<n>{_NUMBER_AR})(?: {_YEARS_AR})?(?: من (?:ال)?عمره?ا?)?",
    rf"(?P<n>{_NUMBER_AR}) {_YEARS_AR}(?: من (?:ال)?عمره?ا?)?",
    rf"(?:في |ب)?(?:(?P<part>اوايل|بدايه|بدايات|منتصف|اواسط|اواخر|نهايه|نهايات) )?(?:ال)?"
    rf"(?P<decade>(?:{_TEN_AR})ين(?:ات|يات))(?: من (?:ال)?عمره?ا?)?",
    rf"(?:ال)?(?P<decade>(?:{_TEN_AR})ين(?:ي|يه))(?: العمر)?",
]
_PARTS = {
    **dict.fromkeys(("early", "اوايل", "بدايه", "بدايات"), -3.0),
    **dict.fromkeys(("late", "اواخر", "نهايه", "نهايات"), 3.0),
}
_PATTERNS = {
    "en": [re.compile(rf"(?<!\S){pattern}(?!\S)") for pattern in _ENGLISH],
    "ar": [re.compile(rf"(?<!\S)و?{pattern}(?!\S)") for pattern in _ARABIC],
}


def ages_in(tokens: tuple[Token, ...], language: str) -> list[Age]:
    """Every age that is said, in order; "in her sixties" is 65, "late" and "early" three years more and less."""
    words = [token.word for token in tokens]
    starts = [sum(len(word) + 1 for word in words[:count]) for count in range(len(words) + 1)]
    text, ages = " ".join(words), []
    for pattern in _PATTERNS[language]:
        for match in pattern.finditer(text):
            start = match.start() + len(match.groupdict().get("skip") or "")
            years = _years(match.groupdict(), language) + 5.0 * ("something" in match.group())
            age = Age(years, bisect_left(starts, start), bisect_left(starts, match.end()))
            if not any(age.start < other.end and other.start < age.end for other in ages):
                ages.append(age)
    return sorted(ages, key=lambda age: age.start)


def _years(groups: dict[str, str | None], language: str) -> float:
    if groups.get("n"):
        return (_english if language == "en" else _arabic)(groups["n"])
    decade = groups["decade"]
    if language == "ar":
        years = _tens_ar(decade) + 5.0
    else:
        years = float(DECADES[decade] if decade in DECADES else int(decade[:2]) + 5)
    return years + _PARTS.get(groups.get("part") or "", 0.0)


def _english(words: str) -> float:
    if words[0].isdigit():
        return float(words)
    if words.endswith("hundred"):
        return 100.0
    return float(sum({**ONES, **TENS_EN}[word] for word in words.split()))


def _tens_ar(word: str) -> int:
    return next(value for value, stem in TENS_AR.items() if word.startswith(normal_arabic(stem)))


def _arabic(words: str) -> float:
    if words[0].isdigit():
        return float(words)
    years = 0
    for word in words.split():
        bare = word if word in _UNITS_AR else word.removeprefix("و").removeprefix("ال")
        if not bare:
            continue
        if word in ("مايه", "ميه"):
            years += 100
        elif bare in _UNITS_AR and bare not in ("عشر", "عشره"):
            years += _UNITS_AR[bare]
        elif bare in ("عشر", "عشره"):
            years += 10
        else:
            years += _tens_ar(bare)
    return float(years)
