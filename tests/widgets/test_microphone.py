"""From the bytes that the browser sends to a voice."""

import io
import wave

import numpy as np
import pytest

pytest.importorskip("anywidget")
from synthetic_media import voice

from lipsync_tools.widgets.microphone import Microphone, save_recording
from lipsync_utils.errors import InputError
from lipsync_utils.media import load_speech


def wav(samples: np.ndarray, rate: int) -> bytes:
    """What ``microphone.js`` writes, by another hand."""
    stored = io.BytesIO()
    with wave.open(stored, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return stored.getvalue()


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_recording_becomes_a_voice_at_16_khz(rate, tmp_path):
    said = voice(1.5, rate=rate)
    speech = load_speech(save_recording(wav(said, rate), tmp_path))
    assert (speech.rate, speech.channels, speech.samples) == (rate, 1, len(said))
    assert speech.wave.shape == (24_000,)
    if rate == 16_000:
        assert np.abs(speech.wave - said).max() < 1e-4


def test_bytes_from_the_browser_arrive_and_are_not_echoed():
    """A browser's message carries a memoryview; ipywidgets 8 would send it back if it were not told not to."""
    microphone, heard, sent = Microphone(), [], []
    microphone.observe(lambda change: heard.append(change["new"]), "recording")
    microphone._send = lambda message, buffers=None: sent.append((message, buffers))
    data = wav(voice(0.5), 16_000)
    microphone.set_state({"recording": memoryview(data), "state": "done"})
    assert heard == [data]
    assert microphone.state == "done"
    assert all("recording" not in str(message) and not buffers for message, buffers in sent)
    microphone.clear()
    assert (microphone.recording, microphone.state) == (b"", "idle")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Nothing was recorded"),
        (wav(np.zeros(0), 48_000), "Nothing was recorded"),
        (b"\x1aE\xdf\xa3" + bytes(100), "a WAV file .RIFF. is needed"),
    ],
    ids=["no bytes", "no samples", "webm"],
)
def test_what_is_no_recording_is_refused(data, message, tmp_path):
    with pytest.raises(InputError, match=message):
        save_recording(data, tmp_path)
    assert not list(tmp_path.iterdir())
