from pathlib import Path

import numpy as np
import pytest

from lipsync_utils.audio import FLOOR, MEL_BANDS, log_mel, log_mel_beyond, rows_of, speech_gain
from lipsync_utils.errors import InputError

RATE = 16_000


def babble(seconds: float = 2.0, seed: int = 0) -> np.ndarray:
    """Something with formants, pauses and noise, at about -23 dBFS."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 20))
    envelope = np.clip(np.sin(2 * np.pi * 2.0 * t), 0.0, 1.0)
    return (0.06 * tone * envelope + 1e-4 * rng.standard_normal(len(t))).astype(np.float32)


def test_equals_librosa():
    """Its numbers were computed once (golden/README.md), since librosa compiles for half a minute when it is new."""
    golden = np.load(Path(__file__).parent / "golden" / "log_mel.npz")
    ours = log_mel(babble())
    assert ours.dtype == np.float32
    assert ours.shape == (200, 80)
    assert np.abs(ours[golden["rows"]] - golden["log_mel"]).max() < 2e-3


def test_rows_are_centred_on_their_time():
    wave = np.zeros(RATE, np.float32)
    wave[RATE // 2] = 0.5
    assert int(log_mel(wave).sum(1).argmax()) == 50


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 161, 3200, 16_001])
def test_one_row_per_started_hundredth(samples):
    rows = log_mel(np.zeros(samples, np.float32))
    assert rows.shape == (rows_of(samples), MEL_BANDS)
    assert rows_of(samples) == int(np.ceil(samples / 160))


def test_silence_is_the_floor_and_finite():
    assert pytest.approx(np.log(1e-8)) == FLOOR
    rows = log_mel(np.zeros(RATE, np.float32), gain_db=25.0)
    np.testing.assert_allclose(rows, FLOOR, rtol=1e-6)


def test_beyond_the_sound_there_is_silence():
    wave = babble(0.1)
    rows = log_mel_beyond(wave, gain_db=6.0, start=-3, stop=14)
    np.testing.assert_array_equal(rows[3:13], log_mel(wave, gain_db=6.0))
    np.testing.assert_array_equal(rows[[0, 1, 2, 13, 16]], np.float32(FLOOR))


def test_blocks_equal_the_whole():
    wave = babble(25.0)
    whole = log_mel(wave)
    parts = [log_mel(wave, start=s, stop=s + 137) for s in range(0, len(whole), 137)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-4)


@pytest.mark.parametrize("level", [-12.0, 0.0, 11.0])
def test_loud_and_soft_voices_look_alike(level):
    wave = babble()
    scaled = (wave * 10 ** (level / 20)).astype(np.float32)
    assert speech_gain(scaled) == pytest.approx(speech_gain(wave) - level, abs=0.1)
    a = log_mel(wave, gain_db=speech_gain(wave))
    b = log_mel(scaled, gain_db=speech_gain(scaled))
    assert np.abs(a - b).max() < 0.02


def test_pauses_do_not_change_the_level():
    wave = babble()
    with_pause = np.concatenate([wave, np.zeros(8 * RATE, np.float32)])
    assert speech_gain(with_pause) == pytest.approx(speech_gain(wave), abs=1.0)


def test_level_is_reached_and_faint_hiss_is_not_made_a_voice():
    wave = np.full(RATE, 10 ** (-30 / 20), np.float32)
    assert speech_gain(wave) == pytest.approx(7.0, abs=0.1), "to -23 dBFS"
    assert speech_gain(np.zeros(RATE, np.float32)) == 0.0
    hiss = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 10 ** (-65 / 20)
    assert speech_gain(hiss) == pytest.approx(25.0)


def at_level(dbfs: float, seconds: float) -> np.ndarray:
    """Sound of constant power."""
    return np.full(round(seconds * RATE), 10 ** (dbfs / 20), np.float32)


@pytest.mark.parametrize(("soft", "level"), [(-41.0, -32.7), (-44.5, -30.0)])
def test_what_is_ten_decibels_under_the_mean_is_no_speech(soft, level):
    """Half a minute in all: at -41 dBFS it is speech and counts, at -44.5 dBFS it does not."""
    wave = np.concatenate([at_level(-30.0, 15.0), at_level(soft, 15.0)])
    assert speech_gain(wave) == pytest.approx(-23.0 - level, abs=0.2)


@pytest.mark.parametrize(("hiss", "level"), [(-68.0, -66.8), (-72.0, -40.0)])
def test_what_is_under_minus_seventy_is_silence_however_long(hiss, level):
    wave = np.concatenate([at_level(-40.0, 1.0), at_level(hiss, 200.0)])
    assert speech_gain(wave) == pytest.approx(min(-23.0 - level, 25.0), abs=1.0)


def test_input_is_not_modified():
    wave = babble()
    before = wave.copy()
    log_mel(wave, gain_db=6.0)
    speech_gain(wave)
    np.testing.assert_array_equal(wave, before)


@pytest.mark.parametrize("wave", [np.zeros((100, 2), np.float32), np.zeros(100, np.int16), np.array([0.0, np.nan])])
def test_what_is_no_wave_is_refused(wave):
    with pytest.raises(InputError, match="Received sound"):
        log_mel(wave)
