"""Phonetic checks on mouths whose truth is known."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from lipsync_utils.errors import InputError
from lipsync_utils.records import Phoneme
from lipsync_utils.sync.phonetic import Lips, Rest, check, rest_in

SOUNDS = [
    Phoneme("", 0.0, 1.0), Phoneme("m", 1.0, 1.1), Phoneme("ɑ", 1.1, 1.4), Phoneme("p", 1.4, 1.5),
    Phoneme("i", 1.5, 1.7), Phoneme("uː", 1.7, 1.9), Phoneme("", 1.9, 3.0),
]  # fmt: skip


REST = Rest(unit=0.6, gap=0.002 / 0.6, deviation=0.0)


def lips(**wrong: float) -> Lips:
    """Lips that do all that is asked of them, but for what is given by sound: ``p=0.1`` leaves them open in p."""
    gap, width = np.full(75, 0.002), np.full(75, 0.6)
    for sound in SOUNDS:
        rows = slice(round(sound.start_s * 25), round(sound.end_s * 25))
        base = sound.ipa.rstrip("ː")
        gap[rows] = wrong.get(base or "rest", {"ɑ": 0.12, "i": 0.05, "u": 0.04}.get(base, 0.002))
        width[rows] = {"u": 0.45, "i": 0.66}.get(base, 0.6)
    return Lips(25.0, gap, width)


def test_good_lips_pass_every_check():
    good = lips()
    report = check(good, SOUNDS, rest_in(good, SOUNDS))
    assert (report.bilabials, report.bilabials_closed) == (2, 1.0)
    assert report.silence_closed == 1.0
    assert report.open_vowels_closed == 0.0
    assert report.rounding == pytest.approx(0.45 / 0.66)


def test_lips_that_stay_open_are_seen():
    bad = lips(p=0.1)
    assert check(bad, SOUNDS, REST).bilabials_closed == 0.5
    restless = lips()
    restless.gap[60:] = 0.08
    assert check(restless, SOUNDS, rest_in(restless, SOUNDS)).silence_closed < 0.8


@pytest.mark.parametrize(("gap", "closed"), [(0.006, 1.0), (0.03, 0.5)])
def test_shut_means_shut_but_for_a_hair(gap, closed):
    """Half a pixel in a mouth of fifty passes, two and a half do not."""
    assert check(lips(p=gap), SOUNDS, REST).bilabials_closed == closed


def test_without_a_pause_rest_is_not_known():
    with pytest.raises(InputError, match="frames of silence"):
        rest_in(lips(), [Phoneme("a", 0.0, 3.0)])


def test_what_does_not_occur_is_nan_not_perfect():
    report = check(lips(), [Phoneme("t", 1.0, 1.1)], REST)
    assert np.isnan(report.bilabials_closed)
    assert np.isnan(report.rounding)


def test_the_benchmark_finds_a_lag_between_frames(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    lag = importlib.import_module("lips").lag
    time = np.arange(200) / 25.0
    wanted = np.sin(7.0 * time) + np.sin(11.3 * time)
    measured = np.sin(7.0 * (time - 0.1)) + np.sin(11.3 * (time - 0.1))
    frames, likeness = lag(measured, wanted)
    assert frames == pytest.approx(2.5, abs=0.15)
    assert likeness > 0.95
