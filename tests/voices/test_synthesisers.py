"""The two synthesisers by themselves, and the samples that were made with them."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from lipsync_utils.voices.timing import silent_runs

SAMPLES = Path(__file__).parents[2] / "samples" / "audio"


@pytest.mark.parametrize("variant", ["", "f1", "f2", "klatt4"])
def test_espeak_stops_begin_with_their_closure(variant):
    pytest.importorskip("espeakng_loader")
    from lipsync_utils.voices.espeak_voice import EspeakVoice

    spoken = EspeakVoice("en-us", variant).speak("A happy papa, a copper cup, a paper topic.")
    stops = [p for p in spoken.phonemes[1:] if p.ipa in ("p", "t", "k")]
    assert len(stops) >= 8
    for stop in stops:
        start = round(stop.start_s * spoken.rate)
        closure = spoken.wave[start + 100 : start + 400]  # 5 to 18 ms into it
        assert np.abs(closure).max() < 0.05  # an echo at most


def test_espeak_speaks_many_languages_in_one_process():
    pytest.importorskip("espeakng_loader")
    from lipsync_utils.voices.espeak_voice import EspeakVoice

    for voice, text in (("fr", "bonjour"), ("de", "guten Tag"), ("tr", "merhaba"), ("ar", "مَرْحَبًا"), ("ru", "привет")):
        for speed in (120, 200):
            spoken = EspeakVoice(voice, "m3", words_per_minute=speed, pitch=30).speak(text)
            assert spoken.phonemes[-1].end_s == pytest.approx(spoken.duration_s)
            assert sum(bool(p.ipa) for p in spoken.phonemes) >= 4


def test_hibari_durations_come_from_the_graph():
    pytest.importorskip("hibari")
    from lipsync_utils.voices.hibari_voice import hibari_voice

    slow, fast = (hibari_voice().speak("See the moon.", speed=speed) for speed in (0.7, 1.4))
    assert [p.ipa for p in slow.phonemes if p.ipa] == ["s", "i", "ð", "ə", "m", "u", "n"]
    assert [p.ipa for p in fast.phonemes if p.ipa] == ["s", "i", "ð", "ə", "m", "u", "n"]
    length = [sum(p.end_s - p.start_s for p in spoken.phonemes if p.ipa) for spoken in (slow, fast)]
    assert length[0] > 1.4 * length[1]


def test_silent_runs_are_found_to_the_window():
    rate = 16_000
    sound = 0.3 * np.random.default_rng(0).standard_normal(rate).astype(np.float32)
    sound[4000:8000] = 0.0
    ((start, end),) = silent_runs(sound, rate)
    assert start == pytest.approx(0.25, abs=0.008)
    assert end == pytest.approx(0.5, abs=0.008)


@pytest.mark.parametrize("name", ["english", "arabic"])
def test_samples_fit_their_labels_and_transcripts(name):
    with wave.open(str(SAMPLES / f"{name}.wav")) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    labels = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert 30 <= len(sound) / rate <= 60
    assert labels["duration_s"] == pytest.approx(len(sound) / rate, abs=1e-3)
    assert labels["text"].split() == (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").split()
    peak = np.abs(sound).max()
    closures = [p for p in labels["phonemes"] if p["ipa"] in ("p", "b")]
    quietest = []
    for phoneme in labels["phonemes"]:
        part = sound[round((phoneme["start_s"] + 0.03) * rate) : round((phoneme["end_s"] - 0.03) * rate)]
        if not phoneme["ipa"] and len(part):
            assert np.abs(part).max() < 0.03 * peak
    for phoneme in closures:
        part = np.abs(sound[round(phoneme["start_s"] * rate) : round(phoneme["end_s"] * rate)])
        windows = np.lib.stride_tricks.sliding_window_view(part, rate // 100)
        quietest.append(np.sqrt(np.square(windows).mean(axis=1)).min())
    assert np.median(quietest) < 0.25 * np.sqrt(np.square(sound).mean())
