"""Tracks of a sound over each other: what is drawn lies where it should."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from lipsync_utils.errors import InputError
from lipsync_utils.figures import sound
from lipsync_utils.records import Phoneme


def test_tracks_share_the_clock_whatever_their_rate():
    slow = np.zeros((200, 4), np.float32)
    slow[100] = 1.0  # at 1.0 s
    fast = np.zeros(32_000, np.float32)
    fast[16_000] = 1.0  # at 1.0 s
    figure = sound.tracks([sound.Track("a", slow, 100), sound.Track("b", fast, 16_000)], 0.9, 1.1)
    heat, line = figure.axes[0].images[0], figure.axes[1].lines[0]
    left, right, low, high = heat.get_extent()
    shown = np.asarray(heat.get_array())
    column = int(np.argmax(shown[0]))
    assert left + (column + 0.5) * (right - left) / shown.shape[1] == pytest.approx(1.0, abs=1e-6)
    assert (low, high) == (-0.5, 3.5)
    assert line.get_xdata()[np.argmax(line.get_ydata())] == pytest.approx(1.0, abs=2e-3)
    assert figure.axes[0].get_xlim() == pytest.approx((0.9, 1.1))


def test_phonemes_stand_in_their_middle_and_only_where_they_are_shown():
    phonemes = [Phoneme("", 0.0, 0.2), Phoneme("m", 0.2, 0.4), Phoneme("a", 0.4, 0.6), Phoneme("b", 1.5, 1.7)]
    figure = sound.tracks([sound.Track("a", np.zeros(100), 100)], 0.0, 1.0, phonemes=phonemes)
    drawn = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts if text.get_text()}
    assert drawn == pytest.approx({"m": 0.3, "a": 0.5})


@pytest.mark.parametrize(("rows", "start", "stop"), [([], 0, 1), ([sound.Track("a", np.zeros(9), 9)], 1, 1)])
def test_nothing_to_show_is_refused(rows, start, stop):
    with pytest.raises(InputError, match="rising order"):
        sound.tracks(rows, start, stop)
