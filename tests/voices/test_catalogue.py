"""Who can be heard: each voice sounds like the sex and age that it is offered as, and its lips close."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from lipsync_utils.errors import InputError
from lipsync_utils.records import Phoneme
from lipsync_utils.voices import Utterance, offered, speak, voice_for
from lipsync_utils.voices.timbre import Timbre, converted

TEXT = {
    "en": "My mother bought five big purple pumpkins. Please pass the paper cup to Peter.",
    "ar": "بَابُ الْمَكْتَبَةِ كَبِيرٌ. مَرْحَبًا بِكُمْ فِي هَذَا الْبَيْتِ الْجَمِيلِ.",
}
OFFLINE = [voice.name for language in ("en", "ar") for voice in offered(language) if voice.offline]
BASE = {"en": "en-woman", "ar": "ar-man"}
PITCH_HZ = {
    ("female", "adult"): (165, 255),
    ("male", "adult"): (85, 155),
    ("female", "old"): (140, 210),
    ("male", "old"): (80, 140),
    (None, "child"): (230, 330),
}
"""Where most speakers of a sex and age have their median."""

FORMANTS = {
    ("female", "adult"): 1.0,
    ("male", "adult"): 0.86,
    ("female", "old"): 0.95,
    ("male", "old"): 0.85,
    (None, "child"): 1.17,
}
"""Resonances against a woman's."""


@cache
def said(name: str) -> Utterance:
    pytest.importorskip("hibari")
    pytest.importorskip("espeakng_loader")
    pytest.importorskip("pyloudnorm")
    return speak(TEXT[name[:2]], voice=name)


def info(name: str):
    return next(voice for voice in offered(name[:2]) if voice.name == name)


def pitch(spoken: Utterance) -> np.ndarray:
    """Hz where there is a voice, every 16 ms."""
    import librosa

    wave = librosa.resample(spoken.wave, orig_sr=spoken.rate, target_sr=8000)
    f0, voiced, _ = librosa.pyin(wave, fmin=60, fmax=500, sr=8000, frame_length=512, hop_length=128)
    return f0[voiced]


def envelope(spoken: Utterance, frequencies: np.ndarray) -> np.ndarray:
    """Mean log spectrum of the vowels, ``(n,)``, too smooth to show harmonics."""
    import librosa

    wave = librosa.resample(spoken.wave, orig_sr=spoken.rate, target_sr=16_000)
    models = [
        librosa.lpc(wave[middle - 240 : middle + 240] * np.hamming(480), order=16)
        for middle in (
            round(8000 * (p.start_s + p.end_s)) for p in spoken.phonemes if p.ipa[:1] in set("aeiouæɑɔəɛɪʊʌ")
        )
        if middle > 240 and np.abs(wave[middle - 240 : middle + 240]).max() > 0.01
    ]
    turns = np.exp(-2j * np.pi * np.outer(frequencies / 16_000, np.arange(17)))
    return -np.mean([np.log(np.abs(turns @ model)) for model in models], axis=0)


def stretch(spoken: Utterance, base: Utterance) -> float:
    """The factor along frequency that makes one envelope most like another."""
    grid = np.geomspace(500, 4500, 200)
    wanted = np.gradient(envelope(spoken, grid))
    factors = np.arange(0.75, 1.4, 0.01)
    likeness = [np.corrcoef(wanted, np.gradient(envelope(base, grid / factor)))[0, 1] for factor in factors]
    return float(factors[np.argmax(likeness)])


def level_db(spoken: Utterance, phoneme: Phoneme) -> np.ndarray:
    """Level over 10 ms, every 2.5 ms, within a sound."""
    hop = spoken.rate // 400
    power = np.square(spoken.wave[: len(spoken.wave) // hop * hop].reshape(-1, hop)).mean(axis=1)
    level = 10 * np.log10(np.convolve(power, np.ones(4) / 4, mode="same") + 1e-12)
    first = round(phoneme.start_s * spoken.rate / hop)
    return level[first : max(round(phoneme.end_s * spoken.rate / hop), first + 1)]


@pytest.mark.parametrize("name", OFFLINE)
class TestVoice:
    def test_has_the_pitch_of_its_sex_and_age(self, name):
        low, high = PITCH_HZ[info(name).sex, info(name).age]
        assert low < np.median(pitch(said(name))) < high

    def test_has_the_resonances_of_its_sex_and_age(self, name):
        base = info(BASE[name[:2]])
        wanted = FORMANTS[info(name).sex, info(name).age] / FORMANTS[base.sex, base.age]
        assert stretch(said(name), said(base.name)) == pytest.approx(wanted, rel=0.06)

    def test_lips_close_where_they_did(self, name):
        spoken = said(name)
        vowels = np.median(
            [np.median(level_db(spoken, p)) for p in spoken.phonemes if p.ipa[:1] in set("aeiouæɑɔəɛɪʊʌ")]
        )
        lips = [level_db(spoken, p).min() for p in spoken.phonemes if p.ipa in ("p", "b")]
        assert len(lips) >= 4
        assert np.median(lips) < vowels - (20 if name.startswith("en") else 9)

    def test_says_the_same_sounds(self, name):
        assert [p.ipa for p in said(name).phonemes] == [p.ipa for p in said(BASE[name[:2]]).phonemes]

    def test_is_silent_in_pauses(self, name):
        spoken = said(name)
        loudest = max(level_db(spoken, p).max() for p in spoken.phonemes)
        for pause in (p for p in spoken.phonemes if not p.ipa and p.end_s - p.start_s > 0.2):
            assert level_db(spoken, pause)[16:-16].max() < loudest - 40, "no echo, no breath"


@pytest.mark.parametrize(("old", "adult"), [("en-old-man", "en-man"), ("ar-old-woman", "ar-woman")])
def test_the_old_are_slower(old, adult):
    assert said(old).duration_s > 1.07 * said(adult).duration_s


def test_the_old_tremble_in_arabic():
    def unsteady(name: str) -> float:
        return np.median(np.abs(np.diff(np.log(pitch(said(name))), 2)))

    assert unsteady("ar-old-woman") > 1.3 * unsteady("ar-woman")


def test_a_tremor_is_slow_and_as_large_as_asked_for():
    frames = 1600
    spectra = [np.zeros((601, frames), np.float32) for _ in range(5)]
    f0 = np.full(frames, 200, np.float32)
    *_, trembling = converted(spectra, f0, Timbre(tremor=0.02))
    assert np.std(trembling / 200) == pytest.approx(0.02, rel=0.15)
    power = np.abs(np.fft.rfft(trembling - trembling.mean())) ** 2
    rates = np.fft.rfftfreq(frames, 1 / 80)
    assert power[(rates > 2.5) & (rates < 9)].sum() > 0.6 * power.sum()
    *_, steady = converted(spectra, f0, Timbre(pitch=0.5))
    assert (steady == 100).all()
    assert (f0 == 200).all(), "the input is not modified"


@pytest.mark.parametrize("voice", ["en-man", "ar-child"])
def test_pitch_and_rate_count_on_top_of_a_voice(voice):
    text = TEXT[voice[:2]]
    high = np.median(pitch(speak(text, voice=voice, pitch=1.2))) / np.median(pitch(said(voice)))
    assert high == pytest.approx(1.2, abs=0.08)
    assert speak(text, voice=voice, rate=1.4).duration_s < 0.85 * said(voice).duration_s


def test_the_usual_voice_is_the_first_of_its_language():
    for name in BASE.values():
        assert offered(name[:2])[0].name == name == voice_for(name[:2])
    assert np.array_equal(said("en-woman").wave, speak(TEXT["en"]).wave)
    assert np.array_equal(speak("See.", voice="heart").wave, speak("See.").wave), "by its own name as well"


def test_an_arabic_voice_reads_latin_letters_too():
    said("ar-woman")
    assert speak("Hello there.", voice="ar-woman").language == "ar"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_voice_for_everybody(language):
    fitting = {(voice.sex, voice.age): voice.name for voice in reversed(offered(language)) if voice.offline}
    for sex in ("female", "male", None):
        assert voice_for(language, sex=sex, age="child") == fitting[None, "child"] == f"{language}-child"
    assert voice_for(language, sex="male") == f"{language}-man"
    assert voice_for(language, sex="female", age="old") == f"{language}-old-woman"
    assert voice_for(language, age="old") in (f"{language}-old-woman", f"{language}-old-man")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: voice_for("fr"), "choose 'en'"),
        (lambda: voice_for("en", sex="both"), "Unknown sex 'both'. Choose one of: female, male"),
        (lambda: voice_for("en", age="40"), "Unknown age"),
        (lambda: speak("hello", voice="ar-nobody", language="en"), "Choose one of: en-woman, en-man"),
        (lambda: speak("مرحبا", voice="en-man"), "Unknown voice 'en-man'. Choose one of: ar-man"),
    ],
)
def test_what_there_is_not_is_refused(asked, words):
    with pytest.raises(InputError, match=words):
        asked()
