"""What a notebook shows: players with the file inside, and widgets with words in their place."""

import base64
import re

import pytest

pytest.importorskip("ipywidgets")
import ipywidgets as widgets
from synthetic_media import voice, write_sound

from lipsync_tools.widgets import players
from lipsync_tools.widgets.players import show_audio, show_widget
from lipsync_utils.errors import InputError


def test_a_player_holds_the_whole_file(tmp_path):
    path = tmp_path / "a & b.wav"
    write_sound(path, voice(0.2))
    page = show_audio(path).data
    assert 'title="a &amp; b.wav"' in page
    assert base64.b64decode(re.search(r"data:audio/wav;base64,([^\"]+)", page)[1]) == path.read_bytes()


def test_a_file_that_is_too_large_is_named_instead(tmp_path, monkeypatch):
    path = tmp_path / "voice.wav"
    write_sound(path, voice(0.2))
    monkeypatch.setattr(players, "LARGEST_BYTES", 100)
    page = show_audio(path).data
    assert "too large" in page
    assert str(path) in page
    assert "base64" not in page


def test_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        show_audio(tmp_path / "none.wav")


def test_a_widget_comes_with_words_for_where_it_cannot_live(monkeypatch):
    shown = []
    monkeypatch.setattr(players, "display", lambda bundle, raw: shown.append(bundle))
    slider = widgets.IntSlider()
    show_widget(slider, "a slider")
    assert shown[0]["text/plain"] == "▶ a slider (works when the cell is run)"
    assert shown[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == slider.model_id
