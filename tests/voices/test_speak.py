"""The sound and the times: what a listener and a lip reader would notice."""

import hashlib
import json
import subprocess
import sys
import wave
from itertools import pairwise

import numpy as np
import pytest

from lipsync_utils.errors import InputError, MissingExtraError, OutputError
from lipsync_utils.records import Phoneme
from lipsync_utils.voices import Utterance, speak, write_utterance
from lipsync_utils.voices.utterance import contiguous

ENGLISH = "Please pass the paper cup to Peter. My mother bought five big purple pumpkins, and a puppet!"
ARABIC = "بَابُ الْمَكْتَبَةِ كَبِيرٌ، وَالطَّبِيبُ قَرِيبٌ. مَرْحَبًا بِكُمْ."


@pytest.fixture(scope="module")
def english() -> Utterance:
    pytest.importorskip("hibari")
    pytest.importorskip("pyloudnorm")
    return speak(ENGLISH)


@pytest.fixture(scope="module")
def arabic() -> Utterance:
    pytest.importorskip("espeakng_loader")
    pytest.importorskip("pyloudnorm")
    return speak(ARABIC)


@pytest.fixture(params=["english", "arabic"])
def utterance(request) -> Utterance:
    return request.getfixturevalue(request.param)


def level_db(utterance: Utterance, start_s: float, end_s: float) -> np.ndarray:
    """Level over 10 ms, every 2.5 ms, relative to the loudest."""
    hop = utterance.rate // 400
    blocks = utterance.wave[: len(utterance.wave) // hop * hop].reshape(-1, hop)
    power = np.convolve(np.square(blocks).mean(axis=1), np.ones(4) / 4, mode="same") + 1e-12
    start = round(start_s * utterance.rate / hop)
    return 10 * np.log10(power / power.max())[start : max(round(end_s * utterance.rate / hop), start + 1)]


def test_phonemes_cover_the_sound_in_order(utterance):
    phonemes = utterance.phonemes
    assert phonemes[0].start_s == 0.0
    assert phonemes[-1].end_s == pytest.approx(utterance.duration_s)
    assert all(a.end_s == b.start_s for a, b in pairwise(phonemes))
    assert all(p.end_s > p.start_s for p in phonemes)
    assert not any(a.ipa == b.ipa == "" for a, b in pairwise(phonemes))
    assert {p.ipa for p in phonemes} >= {"", "b", "m"}


def test_what_is_labelled_silent_is_silent(utterance):
    for phoneme in utterance.phonemes:
        if not phoneme.ipa:
            assert level_db(utterance, phoneme.start_s + 0.03, phoneme.end_s - 0.03).max() < -35


def test_lips_close_where_the_sound_dips(utterance):
    vowels = [p for p in utterance.phonemes if p.ipa[:1] in "aeiouæɑɔəɛɪʊʌ" and p.ipa]
    lips = [p for p in utterance.phonemes if p.ipa in ("p", "b")]
    vowel = np.median([np.median(level_db(utterance, p.start_s, p.end_s)) for p in vowels])
    closed = np.median([level_db(utterance, p.start_s, p.end_s).min() for p in lips])
    assert len(lips) >= 6
    # Arabic has no p, and a closed b still hums: its dip is shallower.
    assert closed < vowel - (20 if utterance.language == "en" else 9)


def test_a_stop_falls_silent_when_its_label_says(english):
    """Times that are a twentieth of a second late or early miss the moment at which the lips or the tongue close."""
    drops = [
        level_db(english, stop.start_s - 0.03, stop.start_s).mean()
        - level_db(english, stop.start_s, stop.start_s + 0.03).mean()
        for before, stop, after in zip(english.phonemes, english.phonemes[1:], english.phonemes[2:], strict=False)
        if stop.ipa in ("p", "b", "t", "k") and before.ipa and after.ipa
    ]
    assert len(drops) > 10
    assert np.median(drops) > 10


def test_sentences_are_parted_by_a_natural_pause(utterance):
    pauses = [p.end_s - p.start_s for p in utterance.phonemes[1:-1] if not p.ipa]
    assert 0.25 <= max(pauses) <= 0.6


def test_sound_is_level_and_clean(utterance):
    import pyloudnorm

    assert utterance.wave.dtype == np.float32
    loudness = pyloudnorm.Meter(utterance.rate).integrated_loudness(utterance.wave.astype(np.float64))
    assert loudness == pytest.approx(-20.0, abs=0.2)
    assert np.abs(utterance.wave).max() <= 0.975
    assert abs(utterance.wave[0]) < 1e-3
    assert abs(utterance.wave[-1]) < 1e-3


def test_marked_arabic_is_spoken_as_given(arabic):
    assert arabic.language == "ar"
    assert arabic.text == ARABIC
    assert "tˤ" in {p.ipa for p in arabic.phonemes}


def test_plain_arabic_with_latin_and_digits():
    pytest.importorskip("text2tashkeel")
    spoken = speak("برنامج Wav2Lip من عام 2020")
    assert "\u064e" in spoken.text  # vowel marks were found
    assert "Wav2Lip" in spoken.text
    sounds = "".join(p.ipa for p in spoken.phonemes)
    assert "tuː" in sounds  # the 2 of the name is read in English
    assert "ʔalfa" in sounds  # the year in Arabic: a thousand


def test_rate_and_pitch_do_what_they_say(utterance):
    import librosa

    text = {"en": ENGLISH, "ar": ARABIC}[utterance.language]
    fast, high = speak(text, rate=1.5), speak(text, pitch=1.3)
    assert 0.55 < fast.duration_s / utterance.duration_s < 0.8

    def median_f0(utterance):
        f0 = librosa.yin(utterance.wave, fmin=80, fmax=500, sr=utterance.rate)
        return np.median(f0)

    assert median_f0(high) / median_f0(utterance) == pytest.approx(1.3, abs=0.12)


def test_english_repeats_itself_exactly(english):
    again = speak(ENGLISH)
    assert np.array_equal(again.wave, english.wave)
    assert again.phonemes == english.phonemes


@pytest.mark.usefixtures("arabic")
def test_a_new_process_speaks_arabic_the_same():
    code = (
        "from lipsync_utils.voices import speak; import hashlib;"
        f"print(hashlib.sha256(speak({ARABIC!r}).wave.tobytes()).hexdigest())"
    )
    digests = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
        for _ in range(2)
    ]
    assert digests[0] == digests[1]
    assert len(digests[0]) == len(hashlib.sha256().hexdigest())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": ""}, "nothing to speak"),
        ({"text": " ...!"}, "nothing to speak"),
        ({"text": "你好"}, "nothing to speak"),
        ({"text": "hi", "language": "xx"}, "choose 'en'"),
        ({"text": "مرحبا", "language": "en"}, "choose 'ar'"),
        ({"text": "hi", "voice": "nobody"}, "Choose one of"),
        ({"text": "مَرْحَبًا", "voice": "ar+nobody"}, "does not have"),
        ({"text": "hi", "rate": 5.0}, "0.5 to 2.0"),
        ({"text": "hi", "pitch": float("nan")}, "0.5 to 2.0"),
    ],
)
def test_bad_input_is_refused_with_a_way_out(arguments, words):
    pytest.importorskip("hibari")
    pytest.importorskip("espeakng_loader")
    with pytest.raises(InputError, match=words):
        speak(**arguments)


def test_missing_package_names_the_extra(monkeypatch):
    from lipsync_utils.voices.hibari_voice import HibariVoice

    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(MissingExtraError, match=r"lipsync_utils\[speech\]"):
        HibariVoice()


def test_written_files_hold_the_utterance(tmp_path):
    tone = (0.5 * np.sin(np.arange(2400) / 10)).astype(np.float32)
    phonemes = contiguous([Phoneme("a", 0.02, 0.0, 1), Phoneme("", 0.08, 0.0)], 0.1)
    spoken = Utterance(tone, 24_000, "ah", "en", phonemes)
    write_utterance(spoken, tmp_path / "a.wav", phonemes_path=tmp_path / "a.json")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        read = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert np.abs(read - tone).max() < 1e-4
    stored = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert stored["text"] == "ah"
    assert stored["phonemes"][1] == {"ipa": "a", "start_s": 0.02, "end_s": 0.08, "stress": 1}
    with pytest.raises(OutputError, match="folder"):
        write_utterance(spoken, tmp_path / "no" / "a.wav")
