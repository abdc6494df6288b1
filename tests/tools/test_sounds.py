"""The beginning of a recording: as long as asked, the same samples, cut in a pause."""

import numpy as np
import pytest
from synthetic_media import write_sound

from lipsync_tools.sounds import SEARCH_S, beginning
from lipsync_utils.errors import InputError
from lipsync_utils.media import SoundReader, load_speech

RATE = 22_050


@pytest.fixture
def syllables(tmp_path):
    """Tone for 0.35 s, silence for 0.15 s, and so on, for six seconds, in stereo."""
    time = np.arange(6 * RATE) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 220 * time) * (time % 0.5 < 0.35)
    path = tmp_path / "syllables.wav"
    write_sound(path, np.stack([tone, 0.5 * tone]).astype(np.float32), rate=RATE)
    return path


def samples(path) -> np.ndarray:
    with SoundReader(path) as reader:
        return np.concatenate(list(reader.blocks()), axis=1)


def test_it_is_cut_in_the_last_pause(syllables, tmp_path):
    cut = samples(beginning(syllables, 3.2, tmp_path / "cut.wav"))
    assert cut.shape[0] == 2
    seconds = cut.shape[1] / RATE
    assert 3.2 - SEARCH_S <= seconds <= 3.2
    assert seconds % 0.5 > 0.35  # in silence


def test_up_to_the_fade_it_is_the_same_sound(syllables, tmp_path):
    cut, whole = samples(beginning(syllables, 2.0, tmp_path / "cut.wav")), samples(syllables)
    kept = cut.shape[1] - round(0.02 * RATE)
    assert np.abs(cut[:, :kept] - whole[:, :kept]).max() < 1e-4
    assert np.abs(cut[:, -1]).max() < 1e-4


def test_a_shorter_recording_is_kept_whole(syllables, tmp_path):
    assert load_speech(beginning(syllables, 60.0, tmp_path / "cut.wav")).duration_s == 6.0


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_no_length_is_refused(seconds, syllables, tmp_path):
    with pytest.raises(InputError, match="a number above 0 is needed"):
        beginning(syllables, seconds, tmp_path / "cut.wav")
    assert not (tmp_path / "cut.wav").exists()
