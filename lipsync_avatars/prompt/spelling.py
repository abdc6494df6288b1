"""One spelling for words that are written in many: other alphabets, digits for letters, sounds, slips of the finger.

Three spellings of a word, each coarser than the last: its ``fold`` (letters only, without what decorates them), its
``sound`` (letters that are mixed up in writing are one), and its ``bones`` (consonants, the same for Arabic and Latin
letters, since Arabic leaves short vowels out).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .tokens import is_arabic, normal_arabic

_LOOKALIKES = str.maketrans(
    "абвгдезікмнорстухуьҽоԁһјӏѕԝαβεηικνορτυχøłđðħıƒ", "abbrdesikmhopctyxybeodhjlswabenikvoptuxoldd" + "hif"
)
"""Cyrillic, Greek and other letters that look like Latin ones."""
_PAIRS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_SHAPES = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
_SHAPES |= {"@": "a", "$": "s", "€": "e", "£": "l", "!": "i", "|": "l"}
_CHAT = {"2": "", "3": "", "5": "kh", "6": "t", "7": "h", "8": "gh", "9": "q"}
"""Digits for Arabic letters that Latin has not: "a7med", "3amr"."""
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_REPEATED = re.compile(r"(.)\1+")


def fold(text: str) -> str:
    """Small letters without accents, vowel marks, tatweel and what cannot be seen; look-alikes become Latin."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Mn", "Cf"))
    text = normal_arabic(text).translate(_EASTERN)
    if any("a" <= sign <= "z" for sign in text) or not is_arabic(text):
        text = text.translate(_LOOKALIKES)
    return "".join(_PAIRS.get(sign, sign) for sign in text)


def readings(word: str) -> tuple[str, ...]:
    """What a folded word may say, its digits and signs read as letters, or left out: "0bama", "a7med", "ronaldo7"."""
    if word.isalpha():
        return (word,)
    if not any(sign.isalpha() for sign in word):
        return ()
    shapes = "".join(_SHAPES.get(sign, sign) for sign in word)
    read = (shapes, shapes.replace("i", "l") if "1" in word else shapes, "".join(_CHAT.get(s, s) for s in word), word)
    return tuple(dict.fromkeys("".join(filter(str.isalpha, one)) for one in read))


def single(word: str) -> str:
    """Without letters that repeat: "messsi"."""
    return _REPEATED.sub(r"\1", word)


_LATIN = [
    (re.compile(old), new)
    for old, new in (
        ("tch|sch", "ch"), ("ph", "f"), ("dj", "j"), ("[gk]h", "g"), ("[ck]h?k", "k"), ("dh", "d"), ("th", "t"),
        ("x", "ks"), ("c(?=[eiy])", "s"), ("c(?!h)|q", "k"), ("z", "s"), ("v", "w"), ("[ae]", "a"), ("[iy]", "i"),
        ("[ou]", "u"), ("(?<=[aiu])w(?![aiu])", "u"), ("([aiu])[aiu]+", r"\1"), (r"(?<=[aiu])h\b", ""),
    )
]  # fmt: skip
_ARABIC = str.maketrans("هىؤئچگڤپژ", "هيويججفبز")


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """How a folded word is heard, roughly: "mohammed" and "muhamad" are one."""
    if is_arabic(word):
        return single(word.translate(_ARABIC))
    for old, new in _LATIN:
        word = old.sub(new, word)
    return single(word)


_BONES_LATIN = [
    (re.compile(old), new)
    for old, new in (
        ("tch|sch|ch|sh", "s"), ("ph", "f"), ("dj", "j"), ("[gk]h", "k"), ("dh", "d"), ("th", "t"), ("x", "ks"),
        ("c(?=[eiy])", "s"), ("[cqgj]", "k"), ("z", "s"), ("v", "f"), ("p", "b"), ("[aeiouyw]", ""),
    )
]  # fmt: skip
_BONES_ARABIC = str.maketrans(
    {
        **dict(zip("بپتثجحخدذرزسشصضطظغفڤقكلمنهگ", "bbttkhkddrssssdtdkffkklmnhk", strict=True)),
        **dict.fromkeys("اعويىةؤئء", ""),
    }
)


@lru_cache(maxsize=16384)
def bones(word: str) -> str:
    """Its consonants, alike for both alphabets: "zuckerberg" and "زوكربيرغ" are "skrbrk"."""
    if is_arabic(word):
        return single(word.replace("تش", "ش").translate(_BONES_ARABIC))
    for old, new in _BONES_LATIN:
        word = old.sub(new, word)
    return single(word)


def first_sound(word: str) -> str:
    """The class of the first letter, which a slip rarely changes: vowels are one, so are k and g, f and v, s and z."""
    first = word[:1]
    for alike in ("aiuاوي", "kgjكقغج", "fwvف", "szسصز", "tdتطد", "pbب"):
        if first in alike:
            return alike
    return first


def slips(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many, or swapped with the next (Damerau 1964).

    Args:
        one, other: two spellings.
        most: what is still of interest; where there are more, one more than that is the answer.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
