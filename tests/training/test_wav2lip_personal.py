"""Weights of one person: what is taken of somebody's videos, what is kept out of training, and that it learns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import quick_runs
import torch
from synthetic_media import numbered, voice, write_video

from lipsync_utils import RunOptions, run
from lipsync_utils.engines import Task
from lipsync_utils.faces import make_detector, topology, track
from lipsync_utils.media import load_speech, open_source
from lipsync_utils.options import Span
from lipsync_utils.records import Timeline
from lipsync_utils.speech import SpeechModel
from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.compact import CompactWav2Lip
from lipsync_utils.wav2lip.engine import Wav2LipEngine
from lipsync_utils.wav2lip.mel import mel_windows

sys.path.append(str(Path(__file__).parents[2] / "training" / "wav2lip"))
import draws
import filmed
import personal
import train

SAMPLES = Path(__file__).parents[2] / "samples"
LASTS_S = 11.0
PARTS = ("train", "val", "test")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with quick_runs.models_loaded_once():
        yield


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """A folder with a video of a person who does not exist and talks, 30 pictures a second, and a text beside it."""
    folder = tmp_path_factory.mktemp("videos")
    options = RunOptions(engine="rig", fps=30, max_side=224, voice_span=Span(1.0, 1.0 + LASTS_S))
    run(SAMPLES / "avatars/woman.png", SAMPLES / "audio/english.wav", folder / "talk.mp4", options=options)
    (folder / "notes.txt").write_text("What was said.")
    return folder


@pytest.fixture(scope="module")
def pictures(film) -> list[np.ndarray]:
    source = open_source(film / "talk.mp4")
    count = round(LASTS_S * 25)
    return [frame.image for frame in source.frames(Timeline(draws.FPS, count, LASTS_S), when_short="freeze")]


@pytest.fixture(scope="module")
def begin(tmp_path_factory) -> Path:
    """A small generator that copies mouths and makes them too red."""
    torch.manual_seed(0)
    folder, network = tmp_path_factory.mktemp("begin"), CompactWav2Lip(widths=(6, 8, 12, 12), sound=16, blocks=1)
    with torch.no_grad():
        network.paint[1].bias[8:12] = 0.15  # four pixels each of blue, green, red and of what goes
    train.save_generator(network, folder, {})
    return folder / "wav2lip.safetensors"


@pytest.fixture(scope="module")
def made(film, begin, tmp_path_factory) -> Path:
    """A run from beginning to end."""
    out = tmp_path_factory.mktemp("made") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(train.CONFIG, "generator", {**train.CONFIG["generator"], "batch": 2})
        patch.setattr(personal, "REPORT", 20)
        patch.setattr(personal, "CHECKS", 3)
        given = ["--consent", "--rate", "1e-2", "--samples", str(10 * 60), "--threads", "1", "--device", "cpu"]
        personal.main([str(film), str(out), "--begin", str(begin), *given])
    return out


def clips(data: Path, part: str) -> list[dict[str, np.ndarray]]:
    return [dict(np.load(path)) for path in sorted((data / part).glob("*.npz"))]


# --- what is taken ---------------------------------------------------------------------------------------------------


def test_clips_have_the_form_of_the_other_data(made):
    for part in PARTS:
        for clip in clips(made / "data", part):
            count = len(clip["frames"])
            assert clip["frames"].shape == (count, 96, 96, 3)
            assert (clip["frames"].dtype, clip["mel"].dtype) == (np.uint8, np.float16)
            assert (clip["opening"].dtype, clip["closed"].dtype) == (np.float32, bool)
            assert len(clip["opening"]) == len(clip["closed"]) == count
            assert clip["before"].shape == clip["frames"].shape
            assert {"person", "voice"} <= clip.keys()
        assert draws.load(made / "data" / part), "long enough to be drawn from"
    everything = [clip for part in PARTS for clip in clips(made / "data", part)]
    opening = np.concatenate([clip["opening"] for clip in everything])
    shut = np.concatenate([clip["closed"] for clip in everything])
    assert opening[shut].max() < 0.02 < 0.04 < opening.max() < 0.3
    facts = json.loads((made / "data" / "facts.json").read_text())
    assert sum(facts["seconds"].values()) > 0.8 * LASTS_S
    assert "left out" in facts["videos"]["notes.txt"]


def test_no_moment_that_is_held_out_is_learned_from(made):
    shown = {
        part: {frame.tobytes() for clip in clips(made / "data", part) for frame in clip["frames"]} for part in PARTS
    }
    assert not shown["train"] & shown["val"]
    assert not shown["train"] & shown["test"]
    assert not shown["val"] & shown["test"]
    assert len(shown["train"]) > len(shown["val"]) + len(shown["test"])


@pytest.mark.parametrize("seed", range(6))
def test_clips_lie_within_stretches_and_parts_share_no_sound(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 400, 12)
    stretch = np.repeat(np.where(rng.random(12) < 0.25, -1, np.arange(12)), lengths)
    pieces = filmed.pieces_of(stretch)
    for piece in pieces:
        assert piece.stop - piece.start >= draws.REACH + 2 * draws.SPAN
        assert piece.start % filmed.STEP == piece.stop % filmed.STEP == 0
        assert len(set(stretch[piece.start : piece.stop])) == 1
        assert stretch[piece.start] >= 0
    for before, after in pairwise(pieces):
        least = 0 if before.part == after.part else filmed.GAP
        assert after.start - before.stop >= least
        assert PARTS.index(after.part) >= PARTS.index(before.part), "what is held out comes last"
    held = [
        sum(p.stop - p.start for p in pieces if p.part == part) / sum(p.stop - p.start for p in pieces)
        for part in PARTS
    ]
    assert held[0] > 0.6
    assert min(held[1:]) > 0.06


def test_few_clips_are_all_learned_from_and_none_becomes_nothing():
    assert [piece.part for piece in filmed.pieces_of(np.zeros(130, int))] == ["train", "train"]
    assert [piece.part for piece in filmed.pieces_of(np.zeros(180, int))] == ["train", "val", "test"]
    assert filmed.pieces_of(np.full(500, -1)) == []
    assert filmed.pieces_of(np.arange(300)) == []


def test_crops_are_those_that_the_engine_gives_its_network(film):
    """Frames at 25 a second of a video that has 30, tracked and cut by the engine and by the recipe."""
    path, timeline = film / "talk.mp4", Timeline(draws.FPS, 40, 1.6)
    detector = make_detector(filmed.FACE)
    given = []

    class Listening:
        early, moves = 0, True

        def encode(self, faces: torch.Tensor) -> torch.Tensor:
            given.append((faces[:, 3:] * 255).round().to(torch.uint8).numpy().transpose(0, 2, 3, 1)[..., ::-1])
            return faces

        def speak(self, mel: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
            return features[:, 3:, 48:]

    source = open_source(path)
    engine = Wav2LipEngine(Listening(), models={})
    frames = track(source.frames(timeline), detector, filmed.FACE)
    list(engine.for_video(frames, Task(load_speech(path), timeline, RunOptions().motion)))
    seen = filmed.look(source, timeline, detector)
    assert (seen.shot == 0).all()
    np.testing.assert_array_equal(seen.shown["before"], np.concatenate(given))


def test_each_frame_is_paired_with_itself_with_its_lips_closed(made):
    """The head is the same, lips and chin are not; mesh points tell from where the pixels of the frame would come."""
    middles = list(topology.INNER_LIP_MIDDLES)
    for part in PARTS:
        for clip in clips(made / "data", part):
            frames, before = (clip[name].astype(float) for name in ("frames", "before"))
            opened = clip["opening"] > 0.02
            off = np.abs(frames - before)[opened]
            assert off[:, 60:84, 30:66].mean() > 5 * off[:, :44].mean(), "their lips differ, and little else"
            points, at_rest = (clip[name].astype(float) for name in ("points", "points_before"))
            gap, gap_at_rest = (np.ptp(each[:, middles, 1], axis=1) for each in (points, at_rest))
            assert gap_at_rest.max() < 1.5 < gap[opened].min()
            nose = np.abs(points - at_rest)[:, topology.NOSE_TIP]
            assert nose.max() < 0.2


def test_a_clip_hears_what_the_whole_video_would():
    mel = np.random.default_rng(0).normal(size=(80, 3000)).astype(np.float32)
    piece = filmed.Piece(85, 150, "train")
    whole = mel_windows(mel, Timeline(draws.FPS, 900, 36.0), piece.start, piece.stop)
    frames = np.zeros((65, 1, 1, 3), np.uint8)
    opening, closed = np.zeros(65, np.float32), np.zeros(65, bool)
    clip = draws.Clip(frames, frames[:0], filmed.mel_of(mel, piece), opening, closed)
    np.testing.assert_array_equal(clip.windows(0, 65), whole)


def test_cuts_and_frames_without_a_face_are_left_out(pictures, tmp_path):
    empty = np.full_like(pictures[0], 90)
    shown = [*pictures[:70], *[empty] * 10, *pictures[70:140], *[p[:, ::-1] for p in pictures[:20]]]
    path = write_video(tmp_path / "cut.mp4", shown, sound=voice(len(shown) / 25))
    source = open_source(path)
    seen = filmed.look(source, Timeline(draws.FPS, len(shown), len(shown) / 25), make_detector(filmed.FACE))
    assert (seen.shot[70:80] == -1).all()
    assert (np.delete(seen.shot, range(68, 82)) >= 0).all()
    assert len({seen.shot[60], seen.shot[100], seen.shot[160]}) == 3


def test_a_pause_is_left_out_but_for_its_edges(film):
    wave = load_speech(film / "talk.mp4").wave[:64_000]
    silent = np.concatenate([wave, np.zeros(32_000, np.float32), wave])
    speaks = filmed.speaking(SpeechModel.load(), silent, Timeline(draws.FPS, 250, 10.0))
    assert speaks[:95].mean() > 0.9
    assert speaks[155:].mean() > 0.9
    pause = np.flatnonzero(~speaks[90:160])
    assert 25 < len(pause) == np.ptp(pause) + 1 < 45


def test_late_sound_is_moved_to_the_lips(film, pictures, tmp_path):
    wave = load_speech(film / "talk.mp4").wave
    late = np.pad(wave, (4000, 0))[: len(wave)]
    path = write_video(tmp_path / "late.mp4", pictures, sound=late)
    moved, note = filmed.heard(open_source(path), make_detector(filmed.FACE))
    assert "late" in note
    lags = np.arange(-1600, 1601, 4)
    middle = slice(16000, 16000 * 8)
    alike = [np.dot(np.roll(moved, lag)[middle], wave[middle]) for lag in lags]
    assert abs(lags[int(np.argmax(alike))]) <= 0.04 * 16000
    on_time, note = filmed.heard(open_source(film / "talk.mp4"), make_detector(filmed.FACE))
    assert note == ""
    np.testing.assert_array_equal(on_time, wave)


# --- what is learned -------------------------------------------------------------------------------------------------


def test_held_out_moments_are_painted_better_than_before(made, begin):
    paths = {"before": begin, "after": made / "wav2lip.safetensors"}
    runners = {name: personal.runner_of(load_generator(path), precision="float32") for name, path in paths.items()}
    for part in ("val", "test"):
        rows = personal.compare(runners, draws.load(made / "data" / part))
        assert rows["after"]["painted"] < 0.6 * rows["before"]["painted"]
    assert (made / "sheet.png").is_file()
    assert not list(made.glob("*.pt")), "nothing but the result stays"


def test_what_makes_held_out_moments_worse_is_not_kept(made, begin, tmp_path, monkeypatch):
    """A rate at which everything is destroyed: the weights of the beginning stay, and it ends early."""
    monkeypatch.setattr(personal, "REPORT", 2)
    monkeypatch.setattr(personal, "CHECKS", 1)
    given = ["--data", str(made / "data"), "--out", str(tmp_path), "--begin", str(begin), "--rate", "30", "--terms"]
    options = train.parse(["generator", *given, "--samples", "1000000", "--device", "cpu"])
    options.look = 0.5
    personal.fine_tune(options, [])
    kept, given = (load_generator(path).state_dict() for path in (tmp_path / "wav2lip.safetensors", begin))
    assert all(torch.equal(kept[name], given[name]) for name in given)
    assert len((tmp_path / "generator.jsonl").read_text().splitlines()) == personal.PATIENCE


def test_other_people_beside_are_a_smaller_part():
    own, others = ["mine", "mine too"], ["other"] * 12
    mixed = personal.mixed(own, others)
    assert mixed.count("other") == 12
    assert mixed.count("mine") == mixed.count("mine too") == 14
    assert personal.mixed(own, []) == own


def test_a_milder_look_lies_between(monkeypatch):
    monkeypatch.setattr(personal, "vary", lambda frames, rng: np.full_like(frames, 200))
    frames = np.full((2, 4, 4, 3), 100, np.uint8)
    for much, level in ((0.0, 100), (0.5, 150), (1.0, 200)):
        assert (personal.milder(much)(frames, np.random.default_rng(0)) == level).all()
    assert (frames == 100).all()


# --- what is refused -------------------------------------------------------------------------------------------------


def refused(videos: Path, out: Path, begin: Path, *more: str) -> str:
    """What the command says; nothing is left of its output."""
    with pytest.raises(SystemExit) as end:
        personal.main([str(videos), str(out), "--begin", str(begin), "--threads", "1", *more])
    assert not out.exists()
    return str(end.value.code)


def test_without_consent_nothing_is_read(film, begin, tmp_path, capsys):
    refused(film, tmp_path / "run", begin)
    assert "has to have agreed" in capsys.readouterr().err


BAD = {
    "nothing there": (lambda folder, pictures: folder.rmdir(), "There is nothing at"),
    "no files": (lambda folder, pictures: None, "has no files. Put videos into it"),
    "no face": (
        lambda folder, pictures: write_video(folder / "a.mp4", map(numbered, range(30)), sound=voice(1.2)),
        "No face was found in any of the 30 frames",
    ),
    "no sound": (lambda folder, pictures: write_video(folder / "a.mp4", pictures[:75]), "has no sound, and lips"),
    "too few pictures a second": (
        lambda folder, pictures: write_video(folder / "a.mp4", pictures[:30], fps=Fraction(10), sound=voice(3.0)),
        "shows 10 pictures a second; at least 20",
    ),
    "too short": (
        lambda folder, pictures: write_video(folder / "a.mp4", pictures[:40], sound=voice(1.6)),
        "lasts 1.6 s; at least 2.4 s",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_learned_from_is_said(case, pictures, begin, tmp_path):
    write, said = BAD[case]
    folder = tmp_path / "videos"
    folder.mkdir()
    write(folder, pictures)
    message = refused(folder, tmp_path / "run", begin, "--consent")
    assert said in message
    if list(tmp_path.glob("videos/*")):
        assert "has 0.0 s in which one face is seen and speaks. At least 10 s are needed" in message


def test_too_little_speech_says_how_much_there_is(pictures, film, begin, tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    wave = load_speech(film / "talk.mp4").wave
    write_video(folder / "a.mp4", pictures[:130], sound=wave[: 130 * 640])
    message = refused(folder, tmp_path / "run", begin, "--consent")
    assert "has 5." in message
    assert "Give more or longer videos" in message
    assert "0.0 and 0.0 held out" in message


def test_a_folder_with_something_in_it_is_left_alone(film, begin, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="is there already, and not empty"):
        personal.main([str(film), str(tmp_path), "--begin", str(begin), "--consent"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_weights_are_looked_at_before_videos(film, tmp_path):
    assert "There are no weights at" in refused(film, tmp_path / "run", tmp_path / "none.safetensors", "--consent")
