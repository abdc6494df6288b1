"""The speech model's training: pieces of data that come out the same, and what is measured on real lips."""

import importlib.util
import sys
from pathlib import Path

import librosa
import numpy as np
import pytest
import torch
from scipy.io import wavfile

from lipsync_utils.rig import Rig
from lipsync_utils.speech import SpeechModel

SAMPLES = Path(__file__).parents[2] / "samples" / "audio"
FOLDER = str(Path(__file__).parents[2] / "training" / "speech")
sys.path.append(FOLDER)
import augment  # noqa: E402
import clips  # noqa: E402
import measures  # noqa: E402
import synthesize  # noqa: E402
import teacher  # noqa: E402

_spec = importlib.util.spec_from_file_location("train_speech", Path(FOLDER) / "train.py")  # others have one, too
train = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(train)
sys.path.remove(FOLDER)  # other folders have an evaluate.py, too


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty folder for short pieces."""
    for module in (synthesize, train):
        monkeypatch.setattr(module, "CACHE", tmp_path)
    monkeypatch.setattr(synthesize, "PIECE_S", 5.0)
    monkeypatch.setattr(synthesize, "VALID_S", 5.0)
    return tmp_path


def test_a_piece_depends_on_its_number_only_and_stays(cache):
    for piece in (1, 0):
        synthesize.write("train", "hibari", piece, seed=0)
    first = {piece: np.load(synthesize.piece_path("train", "hibari", piece, "speech"))["wave"] for piece in (0, 1)}
    assert not np.array_equal(first[0][:20_000], first[1][:20_000])
    assert "is there" in synthesize.write("train", "hibari", 1, seed=0)
    synthesize.piece_path("train", "hibari", 1, "speech").unlink()
    synthesize.write("train", "hibari", 1, seed=0)
    np.testing.assert_array_equal(np.load(synthesize.piece_path("train", "hibari", 1, "speech"))["wave"], first[1])
    assert not list(cache.glob("*.part"))


def test_crops_come_from_every_piece_with_their_targets(cache, monkeypatch):
    for piece in (0, 1):
        synthesize.write("train", "hibari", piece, seed=0)
        synthesize.write_targets("train", "hibari", piece)
    monkeypatch.setattr(train, "MIX", {"hibari": 1.0})
    monkeypatch.setitem(train.CONFIG, "backgrounds", 2)
    data = train.Crops("train", seed=0)
    assert [len(pieces) for pieces in data.tapes] == [2]
    one, again = (next(iter(train.Crops("train", seed=5))) for _ in range(2))
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a, b)
    clean = train.Crops("train", seed=0, clean=True).crop(np.random.default_rng(3))
    features, target, kind, embedding = clean
    assert features.shape == (384, 80)
    assert target.shape == (384, 14)
    assert embedding.shape == (48, 96)
    assert (embedding == 0).all(), "the teacher was not asked"
    loud, quiet = features.mean(1)[kind > 0], features.mean(1)[(kind == 0) & (target[:, -1] == 0)]
    assert loud.mean() > quiet.mean() + 2, "the classes belong to the sound"


def test_a_source_that_was_not_synthesised_is_named(cache):
    with pytest.raises(SystemExit, match=r"no train speech of kokoro, .*run synthesize.py first"):
        train.Crops("train", seed=0)


def test_the_teacher_says_what_it_makes_of_the_same_moment(cache, monkeypatch):
    synthesize.write("train", "hibari", 0, seed=0)
    synthesize.write_targets("train", "hibari", 0)
    speech = synthesize.piece_path("train", "hibari", 0, "speech")
    rows = len(np.load(speech)["wave"]) // 160
    numbers = np.repeat(np.arange(-(-rows // 8), dtype=np.float16)[:, None], 96, axis=1)
    np.save(teacher.embedded(speech), numbers)
    monkeypatch.setattr(train, "MIX", {"hibari": 1.0})
    monkeypatch.setitem(train.CONFIG, "backgrounds", 2)
    data = train.Crops("train", seed=0, clean=True)
    whole = np.load(synthesize.piece_path("train", "hibari", 0, "targets"))["target"]
    _, target, _, embedding = data.crop(np.random.default_rng(1))
    first = int(embedding[0, 0]) * 8
    np.testing.assert_array_equal(target, whole[first : first + 384].astype(np.float32))
    np.testing.assert_array_equal(np.diff(embedding[:, 0]), 1)


def test_what_the_teacher_does_not_say_does_not_count():
    torch.manual_seed(0)
    network = train.LipNet()
    pupil = torch.nn.Conv1d(network.options.width, 96, 1)
    batch = [torch.randn(2, 384, 80), torch.rand(2, 384, 14), torch.zeros(2, 384, dtype=torch.long)]
    silent, scale = torch.zeros(2, 48, 96), torch.ones(len(train.LEARNED_CHANNELS))
    with torch.no_grad():
        assert train.losses(network, pupil, *batch, silent, scale)["teacher"] == 0.0
        same = pupil(network.hidden(batch[0])[:, :, ::4]).transpose(1, 2)
        heard = train.losses(network, pupil, *batch, same, scale)["teacher"]
        opposite = train.losses(network, pupil, *batch, -same, scale)["teacher"]
    np.testing.assert_allclose([heard, opposite], [0.0, 2.0], atol=1e-5)


def test_masks_are_short():
    features = np.random.default_rng(0).normal(0, 1, (100, 80)).astype(np.float32)
    masked = features.copy()
    augment.mask(masked, np.random.default_rng(1))
    changed = masked != features
    assert 0 < changed.all(axis=1).sum() <= 8
    assert 0 < changed.all(axis=0).sum() <= 10


def test_disagreement_punishes_what_a_squared_error_likes():
    truth = torch.sin(torch.linspace(0, 30, 300))[None, None]
    np.testing.assert_allclose(train.disagreement(truth, truth), 0.0, atol=1e-5)
    np.testing.assert_allclose(train.disagreement(-truth, truth), 2.0, atol=0.02)
    flat, moved = train.disagreement(0.5 * truth, truth), train.disagreement(truth + 0.5, truth)
    np.testing.assert_allclose(flat, 1 - 2 * 0.5 / 1.25, atol=0.01)
    assert moved > 0.1
    still = torch.zeros_like(truth)
    assert train.disagreement(truth, still) == 0.0, "nothing to follow"


def test_seen_lips_open_with_the_jaw_and_narrow_with_pucker():
    channels, contacts = train.LEARNED_CHANNELS, train.CONTACTS
    pose, touch = torch.full((1, 4, len(channels)), 0.1), torch.zeros(1, 4, len(contacts))
    pose[0, 1, channels.index("jawOpen")] = 0.5
    pose[0, 2, channels.index("mouthPucker")] = 0.6
    touch[0, 3, contacts.index("bilabial")] = 1.0
    opening, width = train.seen_lips(pose, touch)[0]
    assert opening[1] > 2 * opening[0]
    assert opening[3] == 0.0
    assert width[2] < width[0] - 0.3


def test_concordance_is_one_for_equals_only():
    one = np.sin(np.linspace(0, 20, 200))
    np.testing.assert_allclose(clips.concordance(one, one), 1.0)
    np.testing.assert_allclose(clips.concordance(2 * one, one), 0.8, atol=0.02)
    assert clips.concordance(one + 1, one) < 0.6
    assert clips.correlation(one, np.zeros(200)) == 0.0


@pytest.mark.parametrize("lag", [-2, 0, 3])
def test_a_lag_of_a_frame_is_seen(monkeypatch, lag):
    monkeypatch.setattr(clips, "recognised_opening", lambda wave: None)
    rate, pcm = wavfile.read(SAMPLES / "english.wav")
    wave = librosa.resample(pcm[: 5 * rate] / np.float32(32768), orig_sr=rate, target_sr=16_000)
    model, times, points = SpeechModel.load(), np.arange(10, 110) / 25, 200 * Rig.load().shut
    still = clips.Lips(wave, times, times, times, points)
    opening, width = (clips.sampled(curve, times - lag * 0.04) for curve in clips.shown(still, model(wave)))
    found = clips.agreement(clips.Lips(wave, times, 0.5 * opening, width, points), model)
    assert found.lag == lag, "positive: the real lips are later"
    np.testing.assert_allclose([found.best, found.width_best, found.ratio], [1.0, 1.0, 2.0], atol=1e-6)
    assert (found.zero == found.best) == (lag == 0)
    assert found.concordance < 0.9, "half as far is not the same"


def test_intervals_hold_the_figure_and_narrow_with_more_clips():
    def ends(count):
        values = np.random.default_rng(0).normal(0.5, 0.2, count)
        figure, interval = measures.with_interval(values, np.median).split(" ", 1)
        low, high = map(float, interval.strip("()").split(" to "))
        assert low <= float(figure) <= high
        return high - low

    assert ends(100) < 0.6 * ends(10)
