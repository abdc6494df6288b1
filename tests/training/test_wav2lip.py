"""Training of the generator: what is drawn, what is counted, and that both trainings learn."""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import quick_runs
import torch

sys.path.append(str(Path(__file__).parents[2] / "training" / "wav2lip"))
import draws as drawn
import ear
import expert as judging
import painting

from lipsync_utils.records import Timeline
from lipsync_utils.wav2lip import compact
from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.mel import mel_windows

_PATH = Path(painting.__file__).with_name("train.py")
_spec = importlib.util.spec_from_file_location("train_wav2lip", _PATH)  # other folders have a train.py, too
training = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(training)

FRAMES = 90


def clip(seed: int) -> dict[str, np.ndarray]:
    """A grey head whose dark mouth is as high as the sound of that moment is loud."""
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.random(FRAMES // 3), 3)
    y, x = np.mgrid[:96, :96]
    skin = rng.uniform(120, 200, 3)
    frames = np.tile(skin, (FRAMES, 96, 96, 1)) + y[..., None] * 0.3
    high = 2 + 14 * loud[:, None]
    dark = ((x - 48) / 16) ** 2 + ((y - 72) / high[..., None]) ** 2 < 1
    frames[dark] = 20
    points = np.full((FRAMES, 468, 2), np.nan)
    around = np.linspace(0, 2 * np.pi, 32)
    points[:, :32] = np.stack([48 + 16 * np.cos(around) * np.ones((FRAMES, 1)), 72 + high * np.sin(around)], axis=-1)
    points[:, 32:44] = [(x, y) for x in (10, 25, 70, 85) for y in (52, 70, 90)]
    columns = np.minimum((np.arange(int(FRAMES * 3.2)) / 3.2).astype(int), FRAMES - 1)
    mel = -4 + 8 * loud[columns] * np.linspace(0.5, 1, 80)[:, None]
    return {
        "frames": frames.astype(np.uint8),
        "mel": mel.astype(np.float16),
        "points": points.astype(np.float16),
        "opening": loud.astype(np.float32),
        "closed": loud < 0.05,
        "person": np.array(f"person {seed}"),
        "voice": np.array(f"voice {seed}"),
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for part, seeds in (("train", range(4)), ("val", range(4, 6))):
        (folder / part).mkdir()
        for seed in seeds:
            np.savez(folder / part / f"{seed}.npz", **clip(seed))
    (folder / "ear").mkdir()
    np.savez(folder / "ear" / "6.npz", **(clip(6) | {"frames": np.zeros((FRAMES, 0, 0, 3), np.uint8)}))
    return folder


@pytest.fixture(scope="module")
def held(data) -> list[drawn.Clip]:
    return drawn.load(data / "train")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with quick_runs.one_thread():
        yield


def test_training_hears_what_the_engine_hears(held):
    """The window of frame i is the engine's; the compact generator's begins its columns earlier."""
    mel = held[0].mel.astype(np.float32)
    expected = mel_windows(mel, Timeline(drawn.FPS, FRAMES, FRAMES / 25), 20, 25)
    np.testing.assert_array_equal(held[0].windows(20, 5), expected)
    np.testing.assert_array_equal(held[0].windows(20, 1, early=5)[0, 0], mel[:, 64 - 5 : 64 - 5 + 16])
    assert (held[0].windows(0, 1, early=5)[0, 0, :, :5] == -4).all(), "silence comes before the beginning"


def test_draws_depend_on_seed_and_number_only(held):
    one, two = (drawn.GeneratorDraws(held, lambda frames, rng: frames, size=2, early=5, seed=3) for _ in range(2))
    assert all(torch.allclose(one[7][key], two[7][key], rtol=0, atol=0, equal_nan=True) for key in one[7])
    assert not torch.equal(one[7]["frames"], one[8]["frames"])


def test_references_are_of_the_same_person_at_another_moment(held):
    draws = drawn.GeneratorDraws(held, None, size=4, early=0, seed=0)
    for number in range(10):
        batch = draws[number]
        frames, references = batch["frames"][:, 0, 0], batch["reference"][:, 0, 0]
        assert torch.equal(frames, references), "the corner's colour tells the person"
        for run in range(4):
            part = slice(5 * run, 5 * run + 5)
            assert not torch.equal(batch["frames"][part], batch["reference"][part])


def test_a_reference_with_other_lips_shows_the_same_moment(held):
    """As where the engine is used: one picture is given twice, its lower half blanked the first time."""
    paired = [replace(one, before=np.roll(one.frames, 30, axis=0)) for one in held]
    batch = drawn.GeneratorDraws(paired, None, size=4, early=0, seed=0)[0]
    assert torch.equal(batch["frames"][:, :48], batch["reference"][:, :48])
    assert not torch.equal(batch["frames"][:, 48:], batch["reference"][:, 48:])
    shown = {one.before[start : start + 5].tobytes() for one in paired for start in range(FRAMES - 4)}
    assert all(run.numpy().tobytes() in shown for run in batch["reference"].split(5))


def test_points_stay_on_what_they_mark(held):
    """A red spot moves over both pictures; wherever a draw finds it, mirrored or not, paired or not, is the point."""
    count = len(held[0].frames)
    at = np.stack([20 + np.arange(count) % 50, 55 + np.arange(count) % 30], axis=1)
    marked, points = np.zeros((2, count, 96, 96, 3), np.uint8), np.full((2, count, 468, 2), np.nan, np.float16)
    for which, places in enumerate((at, np.roll(at, 7, axis=0))):
        marked[which, np.arange(count), places[:, 1], places[:, 0]] = (255, 0, 0)
        points[which, :, 3] = places
    clip = replace(held[0], frames=marked[0], before=marked[1], points=points[0], points_before=points[1])
    draws = drawn.GeneratorDraws([clip], lambda frames, rng: frames, size=12, early=0, seed=0)
    for number in range(3):
        batch = draws[number]
        for pictures, places in (("frames", "points"), ("reference", "points_before")):
            _, row, column = torch.nonzero(batch[pictures][..., 0], as_tuple=True)
            np.testing.assert_array_equal(batch[places][:, 3], torch.stack([column, row], dim=1))
        mirrored = batch["points"].diff(dim=0)[::5, 3, 0] < 0
        assert 0 < mirrored.sum() < len(mirrored), "some draws are, some are not"


def test_most_references_have_lips_at_rest(held):
    """Of four clips one; a draw's first frame tells which it is."""
    points = np.zeros((FRAMES, 468, 2))
    points[40:, 14, 1] = 8  # a mouth that opens
    clips = [replace(clip, before=clip.frames, points=points, points_before=points) for clip in held]
    clips[2] = replace(clips[2], points_before=0 * points)
    assert [clip.rests for clip in clips] == [False, False, True, False]
    assert not held[0].rests, "nobody knows"
    batch = drawn.GeneratorDraws(clips, None, size=100, early=0, seed=0)[0]
    resting = (batch["frames"][::5, 0, 0] == torch.from_numpy(clips[2].frames[0, 0, 0])).all(1)
    assert 0.7 < resting.float().mean() < 0.92


def test_shut_and_wide_open_lips_count_more():
    batch = {"opening": torch.tensor([0.02, 0.0, 0.12]), "closed": torch.tensor([False, True, False])}
    ajar, shut, wide = training.telling_of(batch)
    assert shut > 2 * ajar
    assert wide > 1.8 * ajar
    assert ajar + shut + wide == pytest.approx(3.0)
    points = torch.full((3, 468, 2), 70.0)
    before = points + torch.tensor([4.0, 0.0, 0.0])[:, None, None]
    off = [painting.astray(torch.zeros(3, 2, 48, 96), points, before, w) for w in (None, torch.tensor([3.0, 0, 0]))]
    assert off[1] == pytest.approx(3 * float(off[0]))


def test_heard_is_moved_neither_in_time_nor_out_of_range():
    windows = np.full((3, 1, 80, 16), -4, np.float32)
    windows[..., 7:] = 2
    for seed in range(20):
        out = drawn.heard(windows, np.random.default_rng(seed))
        assert (out.min() >= -4, out.max() <= 4) == (True, True)
        assert np.diff(out.mean((0, 1, 2))).argmax() == 6
    assert (windows[..., 7:] == 2).all()


def test_wrong_sounds_are_wrong_by_three_frames_at_least():
    """A pair one frame apart counts neither as right nor as wrong."""

    class Sure(judging.Expert):
        look = hear = lambda self, start: torch.eye(40)[start]

        def logits(self, cosine):
            return 100 * cosine - 50

    batch = {"clip": torch.tensor([0, 0, 0, 1]), "start": torch.tensor([4, 5, 20, 4])}
    batch |= {"mel": torch.tensor([4, 4, 20, 30]), "lips": batch["start"]}
    judging_as_tensor, judging.as_tensor = judging.as_tensor, lambda lips: lips
    try:
        loss, accuracy = judging.expert_loss(Sure(), batch)
    finally:
        judging.as_tensor = judging_as_tensor
    assert accuracy == pytest.approx(0.5 * 2 / 4 + 0.25 + 0.25 * 4 / 6)
    assert loss > 1


def test_the_mouth_counts_most_and_soft_edges_cost():
    truth = torch.zeros(1, 3, 48, 96)
    truth[:, :, 20:28, 40:56] = 1
    mouth, cheek = truth.clone(), truth.clone()
    mouth[:, :, 22:26, 46:50] += 0.5
    cheek[:, :, 2:6, 2:6] += 0.5
    assert painting.difference(mouth, truth) > 3 * painting.difference(cheek, truth)
    soft, weights = torch.nn.functional.avg_pool2d(truth, 5, 1, 2), painting.changing(truth, truth)
    assert painting.edges(soft, truth, weights) > 5 * painting.edges(truth + 0.1, truth, weights)
    assert painting.mouth_weights().mean() == pytest.approx(1.0)


def test_lips_that_are_not_as_they_were_count_more():
    reference = torch.full((2, 3, 48, 96), 0.6)
    truth = reference.clone()
    truth[1, :, 20:28, 40:56] = 0.1  # the second opens its mouth
    same, other = painting.changing(truth, reference)[:, 0]
    assert other[24, 48] / other[24, 10] > 3 * same[24, 48] / same[24, 10]
    assert (same.mean(), other.mean()) == (pytest.approx(1.0), pytest.approx(1.0))


def test_copying_changes_nothing_rightly():
    truth, reference = torch.rand(2, 4, 3, 48, 96)
    rightly = [painting.rightly_changed(made, truth, reference) for made in (reference, truth, 2 * reference - truth)]
    assert [round(float(value), 3) for value in rightly] == [0.0, 1.0, -1.0]


def test_who_pleases_the_expert_better_than_the_truth_gains_nothing():
    painter = types.SimpleNamespace(sync=lambda loss, batch: loss)
    made, truth = torch.tensor([0.1, 0.9]), torch.tensor([0.5, 0.5])
    assert training.Painter.worse(painter, made, truth, {}) == pytest.approx(0.2)


def test_the_ear_learns_how_far_lips_open():
    torch.manual_seed(0)
    sound, lips = torch.randn(64, 8), ear.Lips(8)
    opening, optimiser = ear.WIDE * sound[:, 0].abs(), torch.optim.Adam(lips.parameters(), 0.1)
    seen = {"opening": opening, "closed": sound[:, 1] > 0, "lengths": torch.full((64, 6), torch.nan)}
    losses = []
    for _ in range(60):
        losses.append(lips.loss(sound, seen))
        optimiser.zero_grad()
        losses[-1].backward()
        optimiser.step()
    assert losses[-1] < 0.6 * losses[0]


def test_lengths_tell_what_lips_do(held):
    """The ring of known points is no mesh, but lengths are distances, and those of a clip's median moment are 0."""
    points = np.zeros((4, 468, 2))
    points[:, 14, 1] = (0, 2, 2, 6)
    lengths = replace(held[0], points=points, frames=held[0].frames[:4]).lengths
    np.testing.assert_allclose(lengths[:, 0], (-2, 0, 0, 4))
    assert not lengths[:, 1:].any()
    assert np.isnan(replace(held[0], points=None).lengths).all()


def test_an_ear_alone_hears_how_far_lips_open(held):
    torch.manual_seed(0)
    listening, lips = compact.SoundEncoder(16), ear.Lips(16)
    compact.even_start(listening)
    draws = ear.EarDraws(held, size=2, early=5, seed=0)
    before = ear.understood(listening, lips, draws, count=4)
    ear.teach(listening, lips, draws, 30, rate=3e-3, workers=0)
    after = ear.understood(listening, lips, draws, count=4)
    assert after["opening heard"] > 0.8 > before["opening heard"]


def test_the_ear_hears_what_the_generator_hears(held):
    """Each window with the lips of its moment, as early as the generator's."""
    batch = ear.EarDraws(held[:1], size=1, early=5, varied=False)[0]
    windows = held[0].windows(0, FRAMES, early=5)
    for window, opening, closed in zip(batch["mel"].numpy(), batch["opening"], batch["closed"], strict=True):
        moments = np.flatnonzero((windows == window).all((1, 2, 3)))
        assert float(opening) in held[0].opening[moments]
        assert bool(closed) in held[0].closed[moments]


def test_what_is_fetched_from_a_wrong_place_counts_in_pixels():
    """Two points are known in the lower half; one has moved by three pixels, and its neighbours do not matter."""
    points = torch.full((1, 468, 2), torch.nan)
    points[0, :3] = torch.tensor([[20.0, 60.0], [70.0, 80.0], [50.0, 20.0]])
    before = points + torch.tensor([0.0, -3.0])
    before[0, 0] = points[0, 0]
    still = torch.zeros(1, 2, 48, 96)
    right = still.clone()
    right[0, 1, 80 - 48, 70] = -3
    assert painting.astray(still, points, before) == pytest.approx(1.5, abs=0.1)
    assert painting.astray(right, points, before) == pytest.approx(0, abs=1e-4)
    assert painting.astray(still, points.fill_(torch.nan), before) == 0


def rows(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory) -> Path:
    """Both trainings, small and short; what they say lies beside their weights."""
    out = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        look = types.ModuleType("look")
        look.vary = lambda frames, rng: frames
        patch.setitem(sys.modules, "look", look)
        patch.setitem(training.CONFIG, "expert", {"batch": 4, "each": 4, "learning_rate": 4e-3, "report": 50})
        patch.setitem(training.CONFIG, "generator", {"batch": 2, "learning_rate": 6e-3, "report": 20})
        patch.setitem(training.CONFIG, "ear", {"batch": 4, "learning_rate": 4e-3})
        patch.setattr(judging.ExpertOptions, "__init__", small_expert)
        patch.setattr(compact.CompactOptions, "__init__", small_generator)
        patch.setattr(training, "CHECKS", 2)
        given = ["--data", str(data), "--out", str(out), "--threads", "1"]
        training.main(["expert", *given, "--samples", str(16 * 50)])
        more = ["--expert", str(out / "expert.safetensors"), "--ear", "20"]
        training.main(["generator", *given, *more, "--samples", str(10 * 40)])
        training.main(["generator", *given, *more, "--samples", str(10 * 60), "--resume"])
        given[given.index(str(out))] = str(out / "short")
        training.main(["generator", *given, *more, "--samples", str(10 * 15)])
    return out


def small_expert(self, widths=(6, 8, 12, 12), size=16) -> None:
    vars(self).update(widths=widths, size=size)


def small_generator(self, widths=(6, 8, 12, 12), sound=16, blocks=1, early=5) -> None:
    vars(self).update(widths=widths, sound=sound, blocks=blocks, early=early)


def test_the_expert_learns_to_tell_the_right_sound_on_people_it_never_met(trained):
    assert rows(trained / "expert.jsonl")[-1]["unseen"] > 0.6


def test_the_generator_learns_to_move_lips_and_goes_on_where_it_was_stopped(trained):
    log = rows(trained / "generator.jsonl")
    assert [row["step"] for row in log] == [20, 40, 60]
    assert log[-1]["change"] > 0.5 > log[0]["change"], "lips move as they should, on people who were not met"
    assert log[-1]["unseen"] < 1.5 * log[-1]["copying"], "and not at the price of the picture"
    assert log[-1]["heard"], "the expert is listened to before the budget ends"
    assert log[-1]["judged"]


def test_a_run_too_short_for_a_report_listens_to_the_expert_too(trained):
    """As the arms of an ablation are: its only report is at its end."""
    (row,) = rows(trained / "short" / "generator.jsonl")
    assert row["heard"]


def test_finished_weights_are_what_the_engine_reads(trained):
    assert load_generator(trained / "wav2lip.safetensors").options.early == 5
