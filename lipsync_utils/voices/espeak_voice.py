"""Speech in a hundred languages and voices through the C library of espeak-ng, with phoneme events.

espeak-ng (https://github.com/espeak-ng/espeak-ng) is licensed GPL-3.0-or-later. It is loaded at run time from the
optional package ``espeakng-loader``; nothing of it is part of this package. The structures below follow its public
header ``speak_lib.h``.
"""

from __future__ import annotations

import ctypes
import functools
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import InputError, MissingExtraError
from ..records import Phoneme
from .arabic import spelled_for_speech
from .timbre import Timbre
from .timing import CLOSURE_S, is_stop
from .utterance import Utterance, contiguous

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to our callback, espeak_Synth returns when done
_INITIALIZE = 0x0001 | 0x0002 | 0x8000  # phoneme events, with IPA names, and never exit the process on error
_UTF8 = 1
_EVENT_END, _EVENT_PHONEME = 0, 7
_VOLUME = 2
_PARAMETERS = {"words_per_minute": 1, "pitch": 3, "pitch_range": 4, "word_gap": 7}

_DENTAL = "\u032a"
_SILENT = 1e-3  # the synthesiser's own silence is digital zero
_ECHO = 0.04
_SHORTEST_CLOSURE = 220  # samples: 10 ms at the 22,050 Hz of the library
_VOWELS = frozenset("aeiouyøœæɐɑɒɔəɘɚɛɜɝɤɨɪɯɵʉʊʌʏ")

# How the espeak-ng voice "ar" names the emphatic consonants, and what they are.
_ARABIC_IPA = {"t̪": "tˤ", "s̪": "sˤ", "d̪": "dˤ", "z̪": "ðˤ", "a.": "ɑ"}


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class EspeakVoice:
    """One espeak-ng voice with its settings; :meth:`speak` may be called any number of times.

    Attributes:
        voice: espeak-ng language or voice, such as ``"ar"``, ``"en-us"``, ``"en"`` (British), ``"en-gb-scotland"``.
        variant: speaker variant, such as ``"f1"``, ``"m3"``, ``"klatt4"``; empty for the voice's own. Some, like
            ``"f2"`` to ``"f5"``, have a faint echo of 0.14 s in closures and pauses.
        words_per_minute: 80 to 450.
        pitch: 0 to 99; 50 is the voice's own.
        pitch_range: 0 (monotone) to 99; 50 is the voice's own.
        word_gap: extra pause between words, in units of 10 ms.
        timbre: another speaker, made of the variant's; its rate counts on top of ``words_per_minute``.
    """

    voice: str = "en-us"
    variant: str = ""
    words_per_minute: int = 160
    pitch: int = 50
    pitch_range: int = 50
    word_gap: int = 0
    timbre: Timbre = field(default_factory=Timbre)

    def speak(self, text: str) -> Utterance:
        """Speak plain text (no sentence splitting, no loudness), with sample-exact phoneme times.

        Arabic is respelled for the voice first; it should carry vowel marks.

        Times come from the synthesiser's own events. It announces a stop at its burst, so the silent closure before it
        is counted to the stop here, where the articulators are already closed.

        Raises:
            MissingExtraError: ``espeakng-loader`` is not installed.
            InputError: unknown voice, or nothing speakable in the text.
        """
        engine = _engine()
        arabic = self.voice.split("-")[0] == "ar"
        wave, events = engine.synthesize(spelled_for_speech(text) if arabic else text, self)
        if not any(name for _, name in events):
            raise InputError(
                "Received the text {text!r}, in which there is nothing to speak; letters or digits are needed.",
                text=text[:40],
            )
        phonemes = _phonemes(wave, events, engine.rate, arabic=arabic)
        return Utterance(wave, engine.rate, text, self.voice, phonemes)


class _Engine:
    """The library, initialised. It keeps one voice at a time, so calls take turns."""

    def __init__(self, library: ctypes.CDLL, data_path: str) -> None:
        self._library = library
        self._turn = threading.Lock()
        self._wave: list[np.ndarray] = []
        self._events: list[tuple[int, str]] = []
        self._callback = _CALLBACK(self._receive)  # must stay referenced as long as the library may call it
        self.rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data_path.encode(), _INITIALIZE)
        self._data = Path(data_path)
        self._variants = sorted(p.name for p in self._data.glob("voices/!v/*"))
        if self.rate <= 0:
            raise MissingExtraError("The espeak-ng voice (its data could not be loaded)", "speech")
        library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples, count: int, events) -> int:
        if samples and count > 0:
            self._wave.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type != _EVENT_END:
            if events[i].type == _EVENT_PHONEME:
                # Eight bytes are handed over; a longer name is cut, perhaps inside a character.
                name = events[i].id.string.decode("utf-8", "ignore")
                self._events.append((events[i].sample, name))
            i += 1
        return 0

    def synthesize(self, text: str, voice: EspeakVoice) -> tuple[np.ndarray, list[tuple[int, str]]]:
        data = text.encode("utf-8")
        with self._turn:
            self._wave, self._events = [], []
            self._choose(voice)
            self._library.espeak_SetParameter(_VOLUME, 100, 0)
            for setting, parameter in _PARAMETERS.items():
                factor = voice.timbre.rate if setting == "words_per_minute" else 1.0
                self._library.espeak_SetParameter(parameter, round(getattr(voice, setting) * factor), 0)
            self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
            self._library.espeak_Synchronize()
            samples, events = self._wave, self._events
        wave = np.concatenate(samples) if samples else np.zeros(0, np.int16)
        return wave.astype(np.float32) / 32768.0, events

    def _choose(self, voice: EspeakVoice) -> None:
        name = f"{voice.voice}+{voice.variant}" if voice.variant else voice.voice
        # The library ignores a variant that it does not know; here nothing is silently replaced.
        known = not voice.variant or voice.variant in self._variants
        if not known or self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise InputError(
                "Received the espeak-ng voice {name!r}, which it does not have. Use a language such as 'ar', 'en' "
                "(British), 'en-us' or 'fr', alone or with one of these after a '+': {variants}.",
                name=name,
                variants=", ".join(self._variants),
            )
        if voice.timbre == Timbre(rate=voice.timbre.rate):
            return
        (language,) = self._data.glob(f"lang/*/{voice.voice}")
        variant = self._data.joinpath("voices", "!v", voice.variant)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "voice")
            settings = _reshaped(variant.read_text("utf-8"), voice.timbre)
            file.write_text(f"{language.read_text('utf-8')}\n{settings}", "utf-8")
            self._library.espeak_ng_SetVoiceByFile(str(file).encode())


def _reshaped(variant: str, timbre: Timbre) -> str:
    """The settings of a variant for another speaker; what they mean says espeak-ng's documentation of voice files."""
    lines = []
    for name, *values in (line.split() for line in variant.splitlines() if line.strip()):
        if name == "pitch":
            values = [str(round(float(value) * timbre.pitch)) for value in values]
        elif name == "formant" and values[0] != "0":  # that one is the murmur under the voice, no resonance
            values[1] = str(round(float(values[1]) * timbre.formants))
        if name not in ("language", "name"):
            lines.append(" ".join((name, *values)))
    if timbre.tremor:
        lines += [f"flutter {round(600 * timbre.tremor)}", "roughness 4"]
    if timbre.breath_db is not None:
        lines.append("breath 0 " + " ".join([str(max(1, round(20 + timbre.breath_db)))] * 7))
    return "\n".join(lines) + "\n"


@functools.lru_cache(maxsize=1)
def _engine() -> _Engine:
    """The one engine of this process: the C library itself is a singleton."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise MissingExtraError("The espeak-ng voice", "speech") from error
    return _Engine(ctypes.CDLL(espeakng_loader.get_library_path()), espeakng_loader.get_data_path())


def _phonemes(wave: np.ndarray, events: list[tuple[int, str]], rate: int, *, arabic: bool) -> tuple[Phoneme, ...]:
    """Events (sample, name) to phonemes that cover the wave."""
    phonemes: list[Phoneme] = []
    previous_sample = 0
    for sample, name in events:
        if name.startswith("("):  # "(en)": the language changes here; no sound of its own
            continue
        ipa, stress = _plain(name, arabic=arabic)
        start = sample
        if is_stop(ipa):
            after_vowel = bool(phonemes) and phonemes[-1].ipa[:1] in _VOWELS
            start = _closure_start(wave, sample, earliest=previous_sample, after_vowel=after_vowel)
            if not phonemes or phonemes[-1].ipa == "":
                start = max(start, sample - round(CLOSURE_S * rate))
        phonemes.append(Phoneme(ipa, start / rate, start / rate, stress))
        previous_sample = sample
    return contiguous(phonemes, len(wave) / rate)


def _closure_start(wave: np.ndarray, sample: int, *, earliest: int, after_vowel: bool) -> int:
    """First sample of the silence that ends at ``sample``; ``sample`` itself where there is none.

    In voices with an echo the closure is not silent; after a vowel it is still far below it.
    """
    for limit in (_SILENT, _ECHO) if after_vowel else (_SILENT,):
        loud = np.flatnonzero(np.abs(wave[earliest:sample]) > limit)
        start = earliest + int(loud[-1]) + 1 if len(loud) else earliest
        if sample - start > _SHORTEST_CLOSURE:
            return start
    return start


def _plain(name: str, *, arabic: bool) -> tuple[str, int]:
    """IPA without stress marks, and the stress (0 none, 1 primary, 2 secondary)."""
    stress = 1 if "ˈ" in name else 2 if "ˌ" in name else 0
    ipa = name.replace("ˈ", "").replace("ˌ", "").replace("͡", "").strip("_:-'|")
    if arabic:
        ipa = _ARABIC_IPA.get(ipa, ipa)
    return ipa.replace(_DENTAL, "").replace(".", ""), stress
