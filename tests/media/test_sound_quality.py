"""The voice in the result is as good as was asked for."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from synthetic_media import flat, write_sound

from lipsync_utils.media import VideoWriter, load_speech
from lipsync_utils.options import WriteOptions
from lipsync_utils.records import Timeline


@pytest.mark.parametrize(("channels", "kbps", "wanted"), [(2, 192, 192), (1, 192, 96), (2, 96, 96)])
def test_the_sound_has_the_bit_rate_that_was_asked_for(tmp_path, channels, kbps, wanted):
    """Noise fills whatever an encoder may spend; the rate is that of a pair of channels."""
    noise = 0.2 * np.random.default_rng(0).standard_normal((channels, 3 * 48_000))
    speech = load_speech(write_sound(tmp_path / "noise.wav", noise, rate=48_000, codec="pcm_f32le"))
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(5))
    settings = {"timeline": timeline, "speech": speech, "options": WriteOptions(audio_kbps=kbps)}
    with VideoWriter(tmp_path / "out.mp4", width=64, height=48, **settings) as writer:
        for _ in range(timeline.frames):
            writer.write(flat((90, 90, 90)))
    with av.open(str(tmp_path / "out.mp4")) as container:
        bits = 8 * sum(packet.size for packet in container.demux(audio=0))
    assert bits / 1000 / speech.duration_s == pytest.approx(wanted, rel=0.12)
