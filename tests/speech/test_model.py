import json
from math import gcd
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile
from scipy.signal import resample_poly

from lipsync_utils.errors import AssetError, InputError
from lipsync_utils.records import Phoneme, Speech
from lipsync_utils.speech import SpeechModel, lip_opening
from lipsync_utils.speech.composing import CONTACTS, Gestures
from lipsync_utils.speech.model import decided_contacts, decided_gestures, rest_gate
from lipsync_utils.speech.phonetics import targets
from lipsync_utils.speech.visemes import CHANNELS, NAMES

SAMPLES = Path(__file__).parents[2] / "samples" / "audio"
RATE = 16_000
SHUT = 0.01


@pytest.fixture(scope="module")
def model():
    return SpeechModel.load()


@pytest.fixture(scope="module", params=["english", "arabic"])
def sample(request, model):
    """Wave, phonemes and the model's curves for one of the recordings that come with the project."""
    rate, pcm = wavfile.read(SAMPLES / f"{request.param}.wav")
    common = gcd(rate, RATE)
    wave = resample_poly(pcm / 32768.0, RATE // common, rate // common).astype(np.float32)
    spoken = json.loads((SAMPLES / f"{request.param}.json").read_text(encoding="utf-8"))
    return wave, [Phoneme(**p) for p in spoken["phonemes"]], model(wave)


def rows(phoneme):
    start = int(np.ceil(phoneme.start_s * 100))
    return slice(start, max(int(phoneme.end_s * 100), start) + 1)


def meetings(phonemes, curves):
    """Of each p, b and m, whether the lips meet in it."""
    gap = lip_opening(curves)
    return [gap[rows(p)].min() < SHUT for p in phonemes if p.ipa.rstrip("ː") in ("p", "b", "m")]


def test_lips_meet_on_p_b_m(sample):
    _, phonemes, curves = sample
    shut = meetings(phonemes, curves)
    assert len(shut) > 15
    assert np.mean(shut) >= 0.95


@pytest.mark.parametrize(("said", "done"), [(0.1, 0.045), (0.25, 0.177), (0.5, 0.5), (0.7, 0.828)])
def test_wide_jaws_open_wider_and_nearly_shut_ones_less(said, done):
    pose = np.full((100, len(CHANNELS)), said, np.float32)
    planned = decided_gestures(Gestures(pose, np.zeros((100, len(CONTACTS))), np.ones(100)))
    assert planned.pose[50, CHANNELS.index("jawOpen")] == pytest.approx(done, abs=0.002)
    assert planned.pose[50, CHANNELS.index("mouthPucker")] == pytest.approx(said)


@pytest.mark.parametrize("articulation", [0.5, 1.5])
def test_articulation_opens_vowels_further_or_less_and_lips_still_meet(sample, model, articulation):
    wave, phonemes, curves = sample
    usual, other = lip_opening(curves), lip_opening(model(wave, articulation=articulation))
    wide = usual > 0.2
    np.testing.assert_allclose(np.median(other[wide] / usual[wide]), articulation, rtol=0.1)
    assert meetings(phonemes, model(wave, articulation=articulation)) == meetings(phonemes, curves)
    np.testing.assert_array_equal(model(wave, articulation=1.0).values, curves.values)


def test_vowels_are_open(sample):
    _, phonemes, curves = sample
    gap = lip_opening(curves)
    vowels = [gap[rows(p)].max() for p in phonemes if p.ipa and p.ipa[0] in "aɑæɛeɔʌ" and p.end_s - p.start_s > 0.07]
    assert np.mean(np.array(vowels) > 0.1) > 0.95


def test_follows_the_phonemes(sample):
    wave, phonemes, curves = sample
    wanted = lip_opening(targets(phonemes, duration_s=len(wave) / RATE, wave=wave))
    got = lip_opening(curves)
    assert np.corrcoef(got, wanted)[0, 1] > 0.8
    a, b = got - got.mean(), wanted - wanted.mean()
    scores = [np.dot(a[10:-10], b[10 - lag : len(b) - 10 - lag]) for lag in range(-10, 11)]
    assert abs(int(np.argmax(scores)) - 10) <= 2  # 20 ms


def test_rounds_on_u_and_w(sample):
    _, phonemes, curves = sample
    pucker = curves.values[:, NAMES.index("mouthPucker")]
    rounded = [pucker[rows(p)].max() > 0.25 for p in phonemes if p.ipa.rstrip("ː") in ("u", "w")]
    assert np.mean(rounded) >= 0.9


def test_rests_between_sentences(sample):
    _, phonemes, curves = sample
    pauses = [p for p in phonemes if not p.ipa and p.end_s - p.start_s > 0.4]
    rest = [curves.values[round(p.start_s * 100) + 20 : round(p.end_s * 100) - 16].max(1) == 0.0 for p in pauses]
    assert np.concatenate(rest).mean() > 0.95


def test_nothing_jumps(sample):
    curves = sample[2]
    assert np.abs(np.diff(curves.values, axis=0)).max() < 0.25
    assert curves.values.min() >= 0.0
    assert curves.values.max() <= 1.0


def test_level_does_not_matter(sample, model):
    wave, _, curves = sample
    quiet = model((wave * 10 ** (-15 / 20)).astype(np.float32))
    assert np.abs(quiet.values - curves.values).mean() < 1e-3


def test_blocks_equal_the_whole(sample, model):
    wave, _, curves = sample
    in_blocks = SpeechModel(model.network, block_rows=254)(wave)
    assert np.abs(in_blocks.values - curves.values).max() < 1e-3
    assert np.abs(in_blocks.activity - curves.activity).max() < 1e-3


@pytest.mark.parametrize("level", [-70, -45, -20])
def test_rest_in_white_noise(model, level):
    noise = np.random.default_rng(0).standard_normal(4 * RATE) * 10 ** (level / 20)
    assert (model(noise.astype(np.float32)).values == 0.0).all(1).mean() > 0.99


@pytest.mark.parametrize("samples", [0, 1, 160, 161, 3000, 2 * RATE])
def test_rest_in_silence_of_any_length(model, samples):
    curves = model(np.zeros(samples, np.float32))
    assert curves.names == NAMES
    assert curves.rate == 100
    assert curves.values.shape == (int(np.ceil(samples / 160)), len(NAMES))
    assert not curves.values.any()
    assert curves.activity.max(initial=0.0) < 0.5


def test_takes_prepared_speech_and_leaves_it_alone(sample, model):
    wave = sample[0][: 3 * RATE]
    before = wave.copy()
    speech = Speech(wave=wave, samples=len(wave), rate=RATE, channels=1, path="voice.wav")
    np.testing.assert_array_equal(model(speech).values, model(wave).values)
    np.testing.assert_array_equal(wave, before)


def test_what_is_no_wave_is_refused(model):
    with pytest.raises(InputError, match="mono"):
        model(np.zeros((2, 1000), np.float32))


def test_missing_or_foreign_weights_are_named(tmp_path):
    with pytest.raises(AssetError, match="no weights at"):
        SpeechModel.load(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"<html>not found</html>")
    with pytest.raises(AssetError, match="damaged"):
        SpeechModel.load(tmp_path / "bad.safetensors")
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(1)}, tmp_path / "other.safetensors", metadata={"format": "another"})
    with pytest.raises(AssetError, match="format 'another'"):
        SpeechModel.load(tmp_path / "other.safetensors")


def test_size_and_look_ahead(model):
    assert model.network.size < 2_000_000
    assert model.network.look_ahead * 10 + 12.5 < 200  # ms, with half a feature window


def test_the_gate_opens_before_speech_and_shuts_after_it():
    activity = np.zeros(200, np.float32)
    activity[80:120] = 1.0
    activity[10:29] = 1.0  # 190 ms are no speech
    gate = rest_gate(activity)
    assert gate[:73].max() == 0.0  # 70 ms before it is seen, which is early
    assert 0.0 < gate[78] < 1.0
    assert (gate[85:120] == 1.0).all()
    assert gate[137:].max() == 0.0
    assert np.abs(np.diff(gate)).max() < 0.2


def test_contacts_are_made_or_not():
    probability = np.zeros((60, 3), np.float32)
    probability[20:26, 0] = [0.2, 0.7, 0.9, 0.8, 0.3, 0.2]
    probability[20:26, 1] = 0.3  # never convincing
    contacts = decided_contacts(probability)
    assert (contacts[21:24, 0] == 1.0).all()
    assert contacts[:14, 0].max() == contacts[32:, 0].max() == 0.0
    assert np.abs(np.diff(contacts[:, 0])).max() < 0.4  # lips travel
    assert not contacts[:, 1:].any()
