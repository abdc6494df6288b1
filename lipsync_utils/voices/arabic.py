"""Arabic text made ready for speech: vowel marks, pausal forms, and spellings that espeak-ng reads correctly.

The rules are those of reading Modern Standard Arabic aloud: before a pause the final short vowel and tanwin are dropped
(al-waqf), and the hamza of the article is elided after a vowel (hamzat al-wasl). See K. Ryding, *A Reference Grammar of
Modern Standard Arabic*, Cambridge 2005, chapter 2.
"""

from __future__ import annotations

import functools
import re

from ..errors import MissingExtraError

_FATHATAN, _DAMMATAN, _KASRATAN = "\u064b\u064c\u064d"
_FATHA, _DAMMA, _KASRA, _SHADDA, _SUKUN, _DAGGER = "\u064e\u064f\u0650\u0651\u0652\u0670"
_MARKS = "\u064b-\u0652\u0670"
_LETTERS = "\u0621-\u063a\u0641-\u064a"
_SUN = "تثدذرزسشصضطظلن"
_TATWEEL = "\u0640"

_PAUSE = r"(?=\s*(?:[.,;:!?…،؛؟\n»)\"”]|$))"
_VOWEL = f"[{_FATHA}{_DAMMA}{_KASRA}]"
_AFTER_VOWEL = f"(?<={_VOWEL})"

# Words written without the alif that is spoken in them.
_DEFECTIVE = {
    "هَذ": "هَاذ",
    "هَؤُلَ": "هَاؤُلَ",
    "ذَلِك": "ذَالِك",
    "لَكِن": "لَاكِن",
    "رَّحْمَن": "رَّحْمَان",
    "إِلَه": "إِلَاه",
}

_DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def has_vowel_marks(text: str) -> bool:
    """Whether the text is written with vowel marks: at least one for every four Arabic letters."""
    letters = len(re.findall(f"[{_LETTERS}]", text))
    return letters > 0 and len(re.findall(f"[{_MARKS}]", text)) >= letters / 4


def with_vowel_marks(text: str) -> str:
    """The text with its vowel marks predicted (text2tashkeel, Apache-2.0); kept as it is where it has them.

    Raises:
        MissingExtraError: ``text2tashkeel`` is needed and not installed.
    """
    if has_vowel_marks(text) or not re.search(f"[{_LETTERS}]", text):
        return text
    return _diacritizer().diacritize(re.sub(f"[{_MARKS}{_TATWEEL}]", "", text))


def spelled_for_speech(text: str) -> str:
    """Text with vowel marks, respelled so that espeak-ng's Arabic voice says what a reader would.

    Without this, espeak-ng loses vowels that are stored before a shadda (the order of Unicode's canonical form), says
    final case endings before pauses, does not elide the article, triples some letters after it, and drops the
    consonants w and y between vowels.
    """
    text = re.sub(f"([{_FATHATAN}-{_KASRA}{_SUKUN}])({_SHADDA})", r"\2\1", text.replace(_TATWEEL, ""))
    # "Wav2Lip" becomes "Wav two Lip": else the digit is read in Arabic.
    text = re.sub(r"(?<=[A-Za-z])\d(?=[A-Za-z])", lambda match: f" {_DIGIT_NAMES[int(match[0])]} ", text)
    for rule in (_spoken_alif, _pausal, _elided, _glides):
        text = rule(text)
    # A doubled emphatic s in two letters: espeak-ng puts a pause in the place of the first.
    return text.replace("ص" + _SHADDA, "ص" + _SUKUN + "ص")


@functools.lru_cache(maxsize=1)
def _diacritizer():
    """The default model: of the bundled ones it had the lowest error on sentences checked by hand."""
    try:
        from text2tashkeel import Diacritizer
    except ImportError as error:
        raise MissingExtraError("Speaking Arabic", "speech") from error
    return Diacritizer()


def _spoken_alif(text: str) -> str:
    """The long a of words that do not write it, and the name of God."""
    text = re.sub(f"{_FATHA}?{_DAGGER}", _FATHA + "ا", text)
    text = re.sub(f"لل{_SHADDA}(?:{_FATHA}ا?)?ه", f"ل{_SUKUN}ل{_FATHA}اه", text)
    for written, spoken in _DEFECTIVE.items():
        text = re.sub(rf"(?<![{_LETTERS}])((?:[وفبلك][{_MARKS}]+)?){written}", rf"\1{spoken}", text)
    return text


def _pausal(text: str) -> str:
    """Forms before a pause: no case ending, tanwin -an as long a, ta marbuta as h."""
    text = re.sub(rf"ة[{_MARKS}]*{_PAUSE}", f"ه{_SUKUN}", text)
    text = re.sub(rf"(?:{_FATHATAN}([اى])|([اى]){_FATHATAN}){_PAUSE}", f"{_FATHA}ا", text)
    text = re.sub(rf"[{_FATHATAN}{_DAMMATAN}{_KASRATAN}]{_PAUSE}", "", text)
    return re.sub(rf"(?<=[{_LETTERS}{_SHADDA}]){_VOWEL}{_PAUSE}", _SUKUN, text).replace(_SHADDA + _SUKUN, _SHADDA)


def _elided(text: str) -> str:
    """The article and other words with hamzat al-wasl, after a vowel and at the start."""
    article = rf"ا{_FATHA}?ل{_SUKUN}?"
    sun = rf"(?=[{_SUN}]{_SHADDA})"
    # A long vowel before the elided hamza is short: fi l-bayt.
    text = re.sub(rf"({_VOWEL})[اىيو](\s+)(?=ا{_VOWEL}?[{_LETTERS}])", r"\1\2", text)
    after = rf"{_AFTER_VOWEL}(\s*)"
    text = re.sub(rf"{after}{article}{sun}", r"\1", text)
    text = re.sub(rf"{after}{article}(?=[{_LETTERS}](?!{_SHADDA}))", rf"\1ل{_SUKUN}", text)
    text = re.sub(rf"(?:{_AFTER_VOWEL}(\s+)|(?<={_KASRA}))ا{_KASRA}?(?=[{_LETTERS}]{_SUKUN})", r"\1", text)
    # Elsewhere the hamza is said: as a before the article, as i before other words.
    text = re.sub(rf"(?<![{_LETTERS}{_MARKS}]){article}{sun}", f"أ{_FATHA}", text)
    return re.sub(rf"(?<![{_LETTERS}{_MARKS}])ا{_KASRA}?(?=[{_LETTERS}]{_SUKUN})(?!ل)", f"إ{_KASRA}", text)


def _glides(text: str) -> str:
    """Double a w or y that stands between vowels, and part it from a conjunction: espeak-ng takes it for a vowel."""
    vowel = f"[{_FATHATAN}-{_KASRA}]"
    text = re.sub(rf"(?<![{_LETTERS}{_MARKS}])([وف]{_FATHA})(?=ي{vowel})", r"\1 ", text)
    text = re.sub(rf"(?<={vowel})([وي]){_SHADDA}(?={vowel})", r"\1\1", text)
    text = re.sub(rf"(?<={_DAMMA})و(?={vowel})", "وو", text)
    return re.sub(rf"(?<={_KASRA})ي(?={vowel})", "يي", text)
