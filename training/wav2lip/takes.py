"""Voices to learn from, each in one part of the data only: takes of some seconds with the times of their sounds.

They are those of ``training/speech``, which knows how each is made to speak. Which of them are kept for validation and
for the test is told here: other speakers of espeak-ng and flite, and synthesisers that no training hears.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "speech"))
import texts_arabic
import texts_english
from natural import Flite, Joe, Kokoro, english_symbols, natural_voice
from synthesize import ACCENTS, VARIANTS, prepared

from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Phoneme
from lipsync_utils.voices import catalogue
from lipsync_utils.voices.espeak_voice import EspeakVoice
from lipsync_utils.voices.hibari_voice import hibari_voice
from lipsync_utils.voices.utterance import Utterance

KEPT = {"val": ("f5", "m8", "Denis", "linda"), "test": ("f4", "m7", "Andrea", "marcelo")}
"""espeak-ng speakers that are in no training data; the others may be."""

SHARES: dict[str, dict[str, float]] = {
    "train": {"hibari": 0.42, "flite": 0.16, "english": 0.17, "arabic": 0.25},
    "val": {"kokoro": 0.35, "flite": 0.15, "english": 0.2, "arabic": 0.3},
    "test": {"joe": 0.5, "english": 0.2, "arabic": 0.3},
    "ear": {"kokoro": 1.0},
}
"""How often each kind of voice speaks in each part of the data."""

FLITE = {"train": ("awb", "rms", "slt"), "val": ("kal16",)}


@dataclass(frozen=True)
class Take:
    """Something spoken by one voice.

    Attributes:
        voice: its name.
        wave: ``(n,) float32`` mono at 16 kHz, whole rows of face curves long.
        phonemes: in order, silence included.
    """

    voice: str
    wave: np.ndarray
    phonemes: tuple[Phoneme, ...]


def speak(part: str, rng: random.Random, *, seconds: float) -> Take:
    """A take of at least so many seconds by a voice of ``part`` of the data (``train``, ``val``, ``test``, ``ear``)."""
    kind = rng.choices(list(SHARES[part]), list(SHARES[part].values()))[0]
    voice, stretch, say = KINDS[kind](part, rng)
    waves, phonemes, start_s = [], [], 0.0
    while start_s < seconds:
        item = prepared(kind, say(), stretch)
        whole = len(item.wave) // _ROW * _ROW
        phonemes += [Phoneme(p.ipa, p.start_s + start_s, p.end_s + start_s, p.stress) for p in item.phonemes]
        waves.append(item.wave[:whole])
        start_s += whole / SAMPLE_RATE
    return Take(voice, np.concatenate(waves), tuple(phonemes))


_ROW = SAMPLE_RATE // CURVE_RATE
_Speaker = tuple[str, float, Callable[[], Utterance]]
"""A voice's name, by how much it is stretched (as if it were smaller), and what says its next sentence."""


def _hibari(part: str, rng: random.Random) -> _Speaker:
    """The voices that the package itself makes of hibari's, and stretched ones."""
    usual = [voice for voice in catalogue.offered("en") if voice.base == "heart"]
    of = rng.choice([None, None, *usual])
    pitch, speed = rng.uniform(0.85, 1.12), rng.uniform(0.8, 1.35)

    def say() -> Utterance:
        text, seed = texts_english.sentence(rng, []), rng.randrange(1 << 30)
        timbre = of.timbre if of else None
        return hibari_voice().speak(text, speed=speed, pitch=1.0 if of else pitch, seed=seed, timbre=timbre)

    return f"hibari-{of.name if of else 'heart'}", 1.0 if of else rng.uniform(0.76, 1.16), say


def _flite(part: str, rng: random.Random) -> _Speaker:
    flite = Flite()
    flite.VOICES = (rng.choice(FLITE[part]),)
    name = f"flite-{flite.VOICES[0]}"
    return name, rng.uniform(0.9, 1.1), lambda: flite.speak(texts_english.sentence(rng, []), rng)


def _espeak(language: str) -> Callable[[str, random.Random], _Speaker]:
    def make(part: str, rng: random.Random) -> _Speaker:
        kept = {name for names in KEPT.values() for name in names}
        variant = rng.choice(KEPT.get(part) or [name for name in VARIANTS if name not in kept])
        spoken = "ar" if language == "arabic" else rng.choice(ACCENTS)
        voice = EspeakVoice(
            spoken,
            variant,
            words_per_minute=rng.randint(105, 200),
            pitch=rng.randint(15, 85),
            pitch_range=rng.randint(30, 90),
            word_gap=rng.choice((0, 0, 0, 1, 3)),
        )
        text = texts_arabic.sentence if language == "arabic" else lambda rng: texts_english.sentence(rng, [])
        return f"espeak-{variant}", rng.uniform(0.9, 1.12), lambda: voice.speak(text(rng))

    return make


def _learned(kind: type) -> Callable[[str, random.Random], _Speaker]:
    def make(part: str, rng: random.Random) -> _Speaker:
        more = {"held_out": part != "ear"} if kind is Kokoro else {}

        def say() -> Utterance:
            whole = (" ".join(english_symbols(texts_english.sentence(rng, []))) for _ in range(99))
            return natural_voice(kind).speak(next(symbols for symbols in whole if len(symbols) > 8), rng, **more)

        return kind.__name__.lower(), rng.uniform(0.92, 1.08), say

    return make


KINDS: dict[str, Callable[[str, random.Random], _Speaker]] = {
    "hibari": _hibari,
    "flite": _flite,
    "english": _espeak("english"),
    "arabic": _espeak("arabic"),
    "kokoro": _learned(Kokoro),
    "joe": _learned(Joe),
}
