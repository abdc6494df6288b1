"""The front door: text in, an utterance out."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from dataclasses import replace

from ..choices import one_of
from ..errors import InputError
from .arabic import with_vowel_marks
from .catalogue import check_language, find, language_of, offered
from .espeak_voice import EspeakVoice
from .hibari_voice import hibari_voice
from .sound import faded, normalized, softened
from .timbre import Timbre
from .utterance import Utterance, join, trimmed, with_sentence

ARABIC_VOICE = EspeakVoice("ar", "Gene2", words_per_minute=160, pitch=54, pitch_range=90)
"""The Arabic reader: about five syllables a second, a little livelier than espeak-ng's own intonation."""

_PAUSE_S = 0.4
_EDGE_S = 0.05  # silence kept around each sentence; the pause between sentences contains two of these
_LEAD_S, _TAIL_S = 0.15, 0.25
_SPEAKABLE = re.compile(r"[^\W_]")
_ARABIC_LETTER = re.compile("[\u0621-\u064a\u0671-\u06d3]")
_ARABIC_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+|\s*\n\s*")


def speak(
    text: str, *, language: str | None = None, voice: str | None = None, rate: float = 1.0, pitch: float = 1.0
) -> Utterance:
    """Speak text in English or Arabic.

    Args:
        text: plain text of any length; it is spoken sentence by sentence. Arabic may carry vowel marks; where it has
            none they are predicted. Latin words and digits inside Arabic are spoken too.
        language: ``"en"``, ``"ar"``, or None: Arabic where there is any Arabic letter or an Arabic voice (they read
            both scripts), else English.
        voice: None for the best one; a name that :func:`~lipsync_utils.voices.offered` lists, such as ``"en-man"`` or
            ``"ar-child"``; or an espeak-ng voice of the language with an optional variant, such as ``"ar+f1"`` or
            ``"en-us+m3"``.
        rate: 0.5 (slow) to 2.0 (fast).
        pitch: factor on the voice's own pitch, 0.5 to 2.0.

    Returns:
        Sound at :data:`~lipsync_utils.voices.sound.LOUDNESS_LUFS`, with times for every phoneme and
        sentence. hibari repeats itself exactly; espeak-ng varies slightly from call to call within one process.

    Raises:
        MissingExtraError: the extra ``speech`` is not installed.
        InputError: there is nothing to speak, or a language, voice, rate or pitch that is not available.
    """
    for name, value in (("rate", rate), ("pitch", pitch)):
        if not 0.5 <= value <= 2.0:
            raise InputError(
                "Received {name} {value}; a factor from 0.5 to 2.0 is needed, where 1.0 changes nothing.",
                name=name,
                value=value,
            )
    if not _SPEAKABLE.search(text):
        raise InputError(
            "Received the text {text!r}, in which there is nothing to speak. Write a sentence.", text=text[:40]
        )
    language = language or ("ar" if language_of(voice) == "ar" else detect_language(text))
    say, sentences, finish = _reader(text, language, voice, rate, pitch)
    spoken = [sentence for sentence in sentences if _SPEAKABLE.search(sentence)]
    parts = [with_sentence(trimmed(say(sentence), lead_s=_EDGE_S, tail_s=_EDGE_S), sentence) for sentence in spoken]
    pause = min(max(_PAUSE_S / rate, 0.25), 0.5) - 2 * _EDGE_S
    pauses = [pause] * (len(parts) - 1) + [0.0]
    whole = join(parts, pauses, text=" ".join(part.text for part in parts), language=language)
    whole = trimmed(whole, lead_s=_LEAD_S, tail_s=_TAIL_S)
    wave = normalized(faded(finish(whole.wave, whole.rate), whole.rate), whole.rate)
    return replace(whole, wave=wave)


def detect_language(text: str) -> str:
    """``"ar"`` where there is any Arabic letter, else ``"en"``."""
    return "ar" if _ARABIC_LETTER.search(text) else "en"


def _reader(
    text: str, language: str, voice: str | None, rate: float, pitch: float
) -> tuple[Callable[[str], Utterance], list[str], Callable]:
    """How to say one sentence, the sentences, and what to do to the sound in the end."""
    check_language(language)
    if language == "en" and _ARABIC_LETTER.search(text):
        raise InputError(
            "Received Arabic letters in a text that is to be read as English. Leave the language open or choose 'ar': "
            "the Arabic voice reads both scripts."
        )
    known = find(voice, language)
    if known is None and not re.match(rf"{language}([-+]|$)", voice):
        one_of("voice", voice, tuple(info.name for info in offered(language)))
    if known is not None and language == "en":
        reader, timbre = hibari_voice(known.base), None if known.timbre == Timbre() else known.timbre
        say = functools.partial(reader.speak, speed=rate, pitch=pitch, timbre=timbre)
        return say, reader.sentences(text), lambda wave, _: wave
    if known is not None:
        espeak = replace(ARABIC_VOICE, variant=known.base, timbre=known.timbre)
    else:
        name, _, variant = voice.partition("+")
        espeak = replace(ARABIC_VOICE, voice=name, variant=variant)
    espeak = _paced(espeak, rate, pitch)
    say = (lambda s: espeak.speak(with_vowel_marks(s))) if language == "ar" else espeak.speak
    return say, [s for s in _ARABIC_SENTENCE_END.split(text.strip()) if s], softened


def _paced(chosen: EspeakVoice, rate: float, pitch: float) -> EspeakVoice:
    return replace(
        chosen,
        words_per_minute=round(min(max(chosen.words_per_minute * rate, 80), 450)),
        pitch=round(min(max(chosen.pitch + 50 * math.log2(pitch), 0), 99)),  # 50 steps are about an octave
    )
