"""Which voices there are: five people in each language who need no network, and those that can be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..choices import one_of
from ..errors import InputError
from .timbre import Timbre

LANGUAGES = ("en", "ar")
"""Languages with a complete way from plain text to sound."""

SEXES = ("female", "male")
AGES = ("child", "adult", "old")


PEOPLE = {
    "woman": ("female", "adult"),
    "man": ("male", "adult"),
    "old_woman": ("female", "old"),
    "old_man": ("male", "old"),
    "child": (None, "child"),
}
"""Who can read a text, in whichever language it is: sex and age, as :func:`voice_for` takes them."""


@dataclass(frozen=True)
class VoiceInfo:
    """A voice that can be asked for.

    Attributes:
        name: what :func:`~lipsync_utils.voices.speak` knows it by.
        language: that it speaks, one of :data:`LANGUAGES`; Arabic voices read Latin letters, too.
        sex: one of :data:`SEXES`; None for a child, who fits both.
        age: one of :data:`AGES`.
        natural: learned from a speaker; otherwise made of formants, which sounds like a machine.
        offline: nothing has to be fetched first.
        base: the voice of the synthesiser that it is made of: hibari's, or a variant of espeak-ng.
        timbre: how it differs from that.
    """

    name: str
    language: str
    sex: str | None
    age: str
    natural: bool
    offline: bool
    base: str
    timbre: Timbre = field(default_factory=Timbre)


def _english(name: str, sex: str | None, age: str, timbre: Timbre | None = None, *, base: str = "heart") -> VoiceInfo:
    return VoiceInfo(name, "en", sex, age, True, base == "heart", base, timbre or Timbre())


def _arabic(name: str, sex: str | None, age: str, timbre: Timbre | None = None) -> VoiceInfo:
    return VoiceInfo(name, "ar", sex, age, False, True, "Gene2", timbre or Timbre())


# The English reader is a woman of about 190 Hz, the Arabic one a man of about 125 Hz; factors lead to the medians of a
# sex and age. Pitch and formants of the old hardly differ from those of adults: they are slower, unsteady, breathy.
_VOICES = (
    _english("en-woman", "female", "adult"),
    _english("en-man", "male", "adult", Timbre(0.58, 0.86)),
    _english("en-old-woman", "female", "old", Timbre(0.86, 0.95, 0.8, tremor=0.025, breath_db=-18)),
    _english("en-old-man", "male", "old", Timbre(0.56, 0.85, 0.8, tremor=0.025, breath_db=-16)),
    _english("en-child", None, "child", Timbre(1.4, 1.19)),
    _english("kore", "female", "adult", base="kore"),
    _english("fenrir", "male", "adult", base="fenrir"),
    _english("emma", "female", "adult", base="emma"),
    _english("fable", "male", "adult", base="fable"),
    _arabic("ar-man", "male", "adult"),
    _arabic("ar-woman", "female", "adult", Timbre(1.58, 1.16)),
    _arabic("ar-old-man", "male", "old", Timbre(0.9, 0.98, 0.85, tremor=0.025, breath_db=-17)),
    _arabic("ar-old-woman", "female", "old", Timbre(1.36, 1.1, 0.86, tremor=0.025, breath_db=-17)),
    _arabic("ar-child", None, "child", Timbre(2.1, 1.3)),
)


def offered(language: str) -> tuple[VoiceInfo, ...]:
    """The voices of a language; the first one is the usual choice.

    Raises:
        InputError: a language that is not one of :data:`LANGUAGES`.
    """
    check_language(language)
    return tuple(voice for voice in _VOICES if voice.language == language)


def voice_for(language: str, *, sex: str | None = None, age: str | None = None) -> str:
    """The name of the voice that fits a person, one that needs no network; the usual one where nothing is known.

    Args:
        language: one of :data:`LANGUAGES`.
        sex: one of :data:`SEXES`, or None: not known.
        age: one of :data:`AGES`, or None: not known, an adult.

    Raises:
        InputError: a language, sex or age that there is not.
    """
    if sex is not None:
        one_of("sex", sex, SEXES)
    if age is not None:
        one_of("age", age, AGES)
    of_age = [voice for voice in offered(language) if voice.offline and voice.age == (age or "adult")]
    return next((voice for voice in of_age if sex in (None, voice.sex)), of_age[0]).name


def find(name: str | None, language: str) -> VoiceInfo | None:
    """The voice of that name in a language, or of its synthesiser's own; None: the usual one, and no other is known."""
    voices = offered(language)
    return voices[0] if name is None else next((voice for voice in voices if name in (voice.name, voice.base)), None)


def language_of(name: str | None) -> str | None:
    """The language of a voice of the catalogue; None where the name stands in none."""
    return next((voice.language for voice in _VOICES if voice.name == name), None)


def check_language(language: str) -> None:
    """Refuse a language that is not one of :data:`LANGUAGES`."""
    if language not in LANGUAGES:
        raise InputError("Received language {language!r}; choose 'en' (English) or 'ar' (Arabic).", language=language)
