"""Spoken sound at one level, however peaked the voice is."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.voices.sound import LOUDNESS_LUFS, loudness_lufs, normalized

RATE = 24_000


def test_peaks_are_turned_down_not_clipped():
    """A soft voice with a few sharp bursts: brought to the level of speech, these would pass full scale by far."""
    pytest.importorskip("pyloudnorm")
    time = np.arange(3 * RATE) / RATE
    wave = 0.05 * np.sin(2 * np.pi * 300 * time)
    bursts = np.exp(-0.5 * ((time % 0.5 - 0.25) / 0.004) ** 2)
    wave = (wave + 0.9 * bursts * np.sin(2 * np.pi * 800 * time)).astype(np.float32) * np.float32(0.2)
    level = normalized(wave, RATE)
    assert np.abs(level).max() <= 0.975
    assert loudness_lufs(level, RATE) == pytest.approx(LOUDNESS_LUFS, abs=1.5)
    top = np.abs(level) > 0.9 * np.abs(level).max()
    runs = np.diff(np.flatnonzero(np.diff(top.astype(int), prepend=0, append=0)).reshape(-1, 2))
    assert runs.max() < 10, "round tops, no flat ones"


def test_quiet_stays_quiet():
    pytest.importorskip("pyloudnorm")
    assert not normalized(np.zeros(RATE, np.float32), RATE).any()
