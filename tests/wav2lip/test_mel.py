"""What Wav2Lip hears is what the published code computes, and every frame hears something."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import wav2lip_weights as made_up

from lipsync_utils.errors import InputError
from lipsync_utils.records import SAMPLE_RATE, Timeline
from lipsync_utils.wav2lip.mel import MEL_RATE, SILENCE, WINDOW_CENTRE_S, mel_windows, wav2lip_mel


def golden_sound() -> np.ndarray:
    """Two seconds: a rising tone, a pulsed one, a high one, and a hole."""
    t = np.arange(32_000) / 16_000
    wave = 0.5 * np.sin(2 * np.pi * t * (120 + 80 * t)) + 0.05 * np.sin(2 * np.pi * 5200 * t)
    wave += 0.2 * np.sin(2 * np.pi * 1500 * t) * (np.sin(2 * np.pi * 3 * t) > 0)
    wave[8000:11_000] = 0
    return wave.astype(np.float32)


def timeline(seconds: float, fps: Fraction | int) -> Timeline:
    return Timeline.covering(round(seconds * SAMPLE_RATE), SAMPLE_RATE, Fraction(fps))


def test_golden_mel():
    golden = np.load(made_up.GOLDEN / "mel.npz")["mel"]
    mel = wav2lip_mel(golden_sound())
    assert mel.dtype == np.float32
    assert mel.shape == golden.shape == (80, 161)
    np.testing.assert_allclose(mel, golden, atol=1e-3)


def test_long_sound_in_blocks_is_the_same(monkeypatch):
    whole = wav2lip_mel(golden_sound())
    monkeypatch.setattr("lipsync_utils.wav2lip.mel._BLOCK", 7)
    np.testing.assert_allclose(wav2lip_mel(golden_sound()), whole, atol=1e-6)


@pytest.mark.parametrize("samples", [0, 1, 100, 400, 401, 640, 3199])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_short_and_silent_sound_is_defined(samples, level):
    wave = (level * np.sin(np.arange(samples))).astype(np.float32)
    before = wave.copy()
    mel = wav2lip_mel(wave)
    assert mel.shape == (80, 1 + samples // 200)
    assert np.isfinite(mel).all()
    assert mel.min() >= -4
    assert mel.max() <= 4
    np.testing.assert_array_equal(wave, before)
    if level == 0:
        assert (mel == SILENCE).all()
    windows = mel_windows(mel, timeline(0.2, 25), 0, 5)
    assert windows.shape == (5, 1, 80, 16)
    assert np.isfinite(windows).all()


def test_sound_that_is_not_a_number_is_refused():
    with pytest.raises(InputError, match="NaN or infinite"):
        wav2lip_mel(np.full(1000, np.nan, np.float32))


@pytest.mark.parametrize("fps", [25, 30, Fraction(30_000, 1001), 12, 60, 120])
@pytest.mark.parametrize("seconds", [0.05, 0.4, 1.0, 1.2371, 7.99])
def test_every_frame_has_its_window(seconds, fps):
    """Columns carry their own number, so that a window tells where it was taken from."""
    clock = timeline(seconds, fps)
    columns = 1 + round(seconds * SAMPLE_RATE) // 200
    mel = np.tile(np.arange(columns, dtype=np.float32), (80, 1))
    windows = mel_windows(mel, clock, 0, clock.frames)
    assert len(windows) == math.ceil(Fraction(round(seconds * SAMPLE_RATE), SAMPLE_RATE) * fps)
    last = max(columns, 16) - 16
    for index, window in enumerate(windows):
        first = min(int(80.0 * index / float(fps) + 1e-9), last)
        expected = np.arange(first, first + 16, dtype=np.float32)
        expected[expected >= columns] = SILENCE
        np.testing.assert_array_equal(window[0, 7], expected)


def test_windows_of_a_part_are_those_of_the_whole():
    mel, clock = wav2lip_mel(golden_sound()), timeline(2, 25)
    whole = mel_windows(mel, clock, 0, 50)
    np.testing.assert_array_equal(mel_windows(mel, clock, 16, 32), whole[16:32])
    whole[:] = 0
    assert mel.any(), "windows are copies"


def test_windows_are_centred_two_frames_later():
    """A click is in the middle of the window of the frame that is shown two frames (94 ms) before it."""
    wave = np.zeros(SAMPLE_RATE, np.float32)
    wave[round(0.5 * SAMPLE_RATE)] = 0.9
    windows = mel_windows(wav2lip_mel(wave), timeline(1, 25), 0, 25)
    power = 10 ** windows.mean(axis=(1, 2))  # (25, 16)
    columns = np.arange(16)
    middles = {
        i: i / 25 + (power[i] * columns).sum() / power[i].sum() / MEL_RATE for i in range(25) if power[i].max() > 1e-3
    }
    nearest = min(range(25), key=lambda i: abs(i / 25 + WINDOW_CENTRE_S - 0.5))
    assert nearest == 10
    assert middles[nearest] == pytest.approx(0.5, abs=0.02)
