"""Lips are ahead of the sound that they shape, and stress is seen."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.records import Phoneme
from lipsync_utils.speech.phonetics import targets
from lipsync_utils.speech.visemes import NAMES

JAW, PUCKER = NAMES.index("jawOpen"), NAMES.index("mouthPucker")


def curve(sounds: list[tuple[str, float, float]], column: int, *, stress: int = 1) -> np.ndarray:
    phonemes = [Phoneme(ipa, start, end, stress) for ipa, start, end in sounds]
    return targets(phonemes, duration_s=sounds[-1][2]).values[:, column]


def halfway_s(values: np.ndarray, start_s: float, stop_s: float) -> float:
    """When a curve is halfway from its value at the one time to that at the other."""
    first, last = round(start_s * 100), round(stop_s * 100)
    part = values[first:last]
    half = (part[0] + part[-1]) / 2
    return start_s + float(np.flatnonzero((part > half) == (part[-1] > half))[0]) / 100


AMONG_I = [("", 0.0, 0.3), ("i", 0.3, 0.7), ("?", 0.7, 1.1), ("i", 1.1, 1.5), ("", 1.5, 1.8)]
"""A long vowel, to be put in, between two of another kind."""


def among(sound: str, column: int) -> np.ndarray:
    return curve([(sound if ipa == "?" else ipa, start, end) for ipa, start, end in AMONG_I], column)


@pytest.mark.parametrize(("column", "sound"), [(JAW, "a"), (PUCKER, "u")])
def test_vowels_are_seen_before_they_are_heard(column, sound):
    """On real speakers by 60 to 120 ms."""
    assert 0.03 <= 0.7 - halfway_s(among(sound, column), 0.5, 0.9) <= 0.15


def test_the_jaw_is_on_its_way_before_the_next_sound():
    assert 0.03 <= 1.1 - halfway_s(among("a", JAW), 0.9, 1.3) <= 0.15


def test_a_stressed_vowel_opens_the_mouth_wider():
    syllables = [("", 0.0, 0.3), ("t", 0.3, 0.36), ("a", 0.36, 0.56), ("t", 0.56, 0.62), ("", 0.62, 1.0)]
    stressed, secondary, weak = (curve(syllables, JAW, stress=stress).max() for stress in (1, 2, 0))
    assert stressed > 1.05 * secondary
    assert secondary > 1.05 * weak
