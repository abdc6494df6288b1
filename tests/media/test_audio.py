import tracemalloc

import numpy as np
import pytest
from synthetic_media import quadrants, voice, write_sound, write_video

from lipsync_utils.errors import InputError
from lipsync_utils.media import load_speech, source_blocks
from lipsync_utils.records import SAMPLE_RATE


def lag_of(later, earlier, reach=400):
    """By how many samples ``later`` lags, by cross-correlation."""
    size = min(len(later), len(earlier)) - 2 * reach
    middle = earlier[reach : reach + size]
    scores = [float(later[reach + k : reach + k + size] @ middle) for k in range(-reach, reach + 1)]
    return int(np.argmax(scores)) - reach


def test_sixteen_kilohertz_mono_comes_through_unchanged(tmp_path):
    wave = voice(0.7)
    speech = load_speech(write_sound(tmp_path / "صوت رجل.wav", wave, codec="pcm_f32le"))
    assert np.array_equal(speech.wave, wave)
    assert (speech.samples, speech.rate, speech.channels) == (len(wave), SAMPLE_RATE, 1)
    assert speech.duration_s == len(wave) / SAMPLE_RATE
    assert speech.wave.dtype == np.float32
    assert not speech.wave.flags.writeable


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
def test_sample_formats_have_one_scale(tmp_path, codec):
    wave = voice(0.3)
    speech = load_speech(write_sound(tmp_path / "a.wav", wave, codec=codec))
    assert np.abs(speech.wave - wave).max() < (0.01 if codec == "pcm_u8" else 1e-4)


@pytest.mark.parametrize(
    ("ending", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 8000),
        ("wav", "pcm_s16le", 11025),
        ("wav", "pcm_s16le", 44100),
        ("wav", "pcm_s16le", 96000),
        ("flac", "flac", 48000),
        ("mp3", "libmp3lame", 44100),
        ("m4a", "aac", 44100),
        ("m4a", "aac", 22050),
        ("mp4", "aac", 48000),
        ("ogg", "libopus", 48000),
    ],
)
def test_exact_length_and_place_in_every_container(tmp_path, ending, codec, rate):
    count = rate + 333  # not a whole number of codec frames
    wave = voice(2, rate=rate)[:count]
    speech = load_speech(write_sound(tmp_path / f"a.{ending}", wave, codec=codec, rate=rate))
    assert speech.samples == count
    assert speech.rate == rate
    assert len(speech.wave) == round(speech.samples * SAMPLE_RATE / rate)
    there = np.interp(np.arange(len(speech.wave)) * rate / SAMPLE_RATE, np.arange(count), wave)
    assert abs(lag_of(speech.wave, there)) <= (1 if rate <= 11025 else 0)


def test_resampling_is_clean(tmp_path):
    time = np.arange(44100) / 44100
    tones = 0.4 * np.sin(2 * np.pi * 1000 * time) + 0.4 * np.sin(2 * np.pi * 15000 * time)
    wave = load_speech(write_sound(tmp_path / "a.wav", tones, rate=44100, codec="pcm_f32le")).wave
    expected = 0.4 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    assert np.abs(wave - expected)[500:-500].max() < 1e-3  # 15 kHz would alias to 1 kHz


def test_channels_fold_to_mono(tmp_path):
    wave = voice(0.5)
    same = load_speech(write_sound(tmp_path / "same.wav", np.stack([wave, wave]), codec="pcm_f32le"))
    left = load_speech(write_sound(tmp_path / "left.wav", np.stack([wave, 0 * wave]), codec="pcm_f32le"))
    assert same.channels == 2
    assert np.allclose(same.wave, wave, atol=1e-6)
    assert np.allclose(left.wave, wave / 2, atol=1e-6)


def test_surround_keeps_the_centre_and_drops_the_bass(tmp_path):
    wave, silence = voice(0.5), np.zeros(8000, np.float32)
    rumble = np.full(8000, 0.9, np.float32)
    six = np.stack([silence, silence, wave, rumble, silence, silence])
    speech = load_speech(write_sound(tmp_path / "film.wav", six, codec="pcm_f32le"))
    assert speech.channels == 6
    assert np.allclose(speech.wave, wave * np.sqrt(0.5), atol=1e-5)


def test_too_loud_is_clipped(tmp_path):
    speech = load_speech(write_sound(tmp_path / "a.wav", 8 * voice(0.5), codec="pcm_f32le"))
    assert np.abs(speech.wave).max() == 1.0


def test_sound_of_a_video(tmp_path):
    path = write_video(tmp_path / "talk.mp4", [quadrants()] * 25, sound=voice(1.0))
    speech = load_speech(path)
    assert speech.samples == 16000
    assert lag_of(speech.wave, voice(1.0)) == 0


def test_silence_is_a_voice(tmp_path):
    assert not load_speech(write_sound(tmp_path / "a.wav", np.zeros(1600))).wave.any()


def test_damaged_packets_do_not_stop_it(tmp_path):
    path = write_sound(tmp_path / "a.mp3", voice(2.0, rate=44100), rate=44100, codec="libmp3lame")
    data = bytearray(path.read_bytes())
    data[5000:6000] = b"\x00" * 1000
    path.write_bytes(data)
    assert load_speech(path).duration_s == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers(tmp_path, bad):
    wave = voice(0.5)
    wave[4000] = bad
    with pytest.raises(InputError, match="not finite"):
        load_speech(write_sound(tmp_path / "a.wav", wave, codec="pcm_f32le"))


def test_too_short_says_how_short(tmp_path):
    with pytest.raises(InputError, match=r"0\.030 s; at least 0\.04 s"):
        load_speech(write_sound(tmp_path / "a.wav", voice(0.03)))
    assert load_speech(write_sound(tmp_path / "b.wav", voice(0.04))).samples == 640


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "does not exist"), (b"", "empty"), (b"text, not sound\n" * 99, "No sound|no sound"), (b"\0" * 99, "sound")],
)
def test_bad_files(tmp_path, content, message):
    path = tmp_path / "voice.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_speech(path)


def test_no_sound_in_it(tmp_path):
    with pytest.raises(InputError, match="no sound track"):
        load_speech(write_video(tmp_path / "mute.mp4", [quadrants()] * 3))
    path = write_sound(tmp_path / "none.wav", voice(0.1))
    path.write_bytes(path.read_bytes()[:44])
    with pytest.raises(InputError, match=r"empty or damaged|No sound"):
        load_speech(path)
    with pytest.raises(InputError, match="folder"):
        load_speech(tmp_path)


def test_source_blocks_deliver_exactly(tmp_path):
    wave = voice(1.0, rate=44100)
    path = write_sound(tmp_path / "a.wav", wave, rate=44100, codec="pcm_f32le")
    same = np.concatenate(list(source_blocks(path, rate=44100, layout="mono", samples=len(wave))), axis=1)
    assert np.array_equal(same[0], wave)
    for samples in (47000, 48000, 49000):
        other = np.concatenate(list(source_blocks(path, rate=48000, layout="stereo", samples=samples)), axis=1)
        assert other.shape == (2, samples)
    assert not other[:, 48100:].any()


def test_memory_holds_only_the_mono_version(tmp_path):
    wave = np.zeros((2, 30 * 48000), np.float32)
    path = write_sound(tmp_path / "long.wav", wave, rate=48000)
    load_speech(path)
    tracemalloc.start()
    speech = load_speech(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * speech.wave.nbytes
    assert peak < wave.nbytes
