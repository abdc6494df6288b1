"""Scores of finished files: what is in sync passes, what is spoilt fails, and both for the right reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import quick_runs
from PIL import Image
from quick_runs import lipsync
from synthetic_media import write_sound, write_video

from lipsync_utils import run, sync
from lipsync_utils.errors import InputError, NoFaceError
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.media import load_speech, open_source
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Timeline
from lipsync_utils.sync import scoring
from lipsync_utils.sync.watching import watch

SAMPLES = Path(__file__).parents[2] / "samples"
SECONDS = 6


@pytest.fixture(scope="module", autouse=True)
def models_loaded_once() -> Iterator[None]:
    """Nor is a file watched twice: most tests look at the same one."""
    seen = {}

    def once(source, options, *, detector, step):
        key = (source.path, options)
        if key not in seen:
            seen[key] = watch(source, options, detector=detector, step=step)
        return seen[key]

    with quick_runs.models_loaded_once(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "watch", once)
        yield


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector(threads=1)


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    return load_speech(SAMPLES / "audio" / "english.wav").wave[: SECONDS * 16000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("scores نتائج")


@pytest.fixture(scope="module")
def talking(folder, wave) -> Path:
    with Image.open(SAMPLES / "avatars" / "woman.png") as image:
        image.convert("RGB").resize((256, 256)).save(folder / "woman.png")
    write_sound(folder / "voice.wav", wave)
    return Path(run(folder / "woman.png", folder / "voice.wav", folder / "talking.mp4").output)


@pytest.fixture(scope="module")
def report(talking, detector) -> sync.SyncReport:
    return sync.score(talking, detector=detector)


def test_our_own_video_is_in_sync(report):
    assert report.verdict == "in sync"
    assert abs(report.offset_frames) <= 1
    low, high = report.offset_interval_ms
    assert low <= report.offset_ms <= high
    assert (report.frames, report.faceless_frames, report.faces, report.shots) == (SECONDS * 25, (), 1, 1)
    assert len(report.per_second) == SECONDS
    assert all(moment.glimpse.shape == (112, 112, 3) for moment in report.worst)
    assert report.model.startswith("landmark expert ")


@pytest.mark.parametrize("shift", [-10, 7])
def test_a_known_shift_is_found(shift, talking, wave, folder, detector):
    moved = np.pad(wave, (shift * 640, 0)) if shift > 0 else wave[-shift * 640 :]
    found = sync.score(talking, audio=write_sound(folder / "moved.wav", moved), detector=detector)
    assert abs(found.offset_frames + shift) <= 1
    assert found.verdict == "out of sync"
    assert ("early" if shift < 0 else "late") in found.reason


def test_a_talking_face_in_silence_fails(talking, wave, folder, detector):
    silence = write_sound(folder / "silence.wav", np.zeros_like(wave))
    found = sync.score(talking, audio=silence, detector=detector)
    assert found.verdict == "no agreement"
    assert "no voice" in found.reason


@pytest.mark.parametrize(("loudest_dbfs", "verdict"), [(-53.0, "in sync"), (-57.0, "no agreement")])
def test_a_voice_may_be_faint_but_not_inaudible(loudest_dbfs, verdict, talking, wave, folder, detector):
    loudest = np.sqrt(np.square(wave.reshape(-1, 1600)).mean(axis=1).max())
    faint = write_sound(folder / "faint.wav", wave * 10 ** (loudest_dbfs / 20) / loudest, codec="pcm_f32le")
    found = sync.score(talking, audio=faint, detector=detector)
    assert found.verdict == verdict
    assert ("no voice" in found.reason) == (verdict == "no agreement")


def test_sound_that_starts_late_is_compared_where_it_is_heard(folder, wave):
    frames = [np.full((64, 64, 3), 90, np.uint8)] * 50
    film = write_video(folder / "late.mp4", frames, sound=wave[16000:32000], sound_late_s=0.4)
    heard = scoring.sound_on_clock(open_source(film), None)
    assert np.abs(heard[:5000]).max() < 1e-3
    assert np.corrcoef(heard[6400:22400], wave[16000:32000])[0, 1] > 0.95


def test_a_frozen_face_fails(talking, wave, folder, detector):
    image = next(iter(open_source(talking).frames(Timeline.covering(640, 16000, 25)))).image
    frozen = write_video(folder / "frozen.mp4", [image] * 75, sound=wave[: 3 * 16000])
    found = sync.score(frozen, detector=detector)
    assert found.verdict == "no agreement"
    assert "does not move" in found.reason


def test_sound_that_belongs_to_something_else_fails(talking, wave, folder, detector):
    other = write_sound(folder / "backwards.wav", wave[::-1].copy())
    assert sync.score(talking, audio=other, detector=detector).verdict == "no agreement"


def test_too_little_is_said_to_be_too_little(talking, wave, folder, detector):
    frames = [frame.image for frame in open_source(talking).frames(Timeline.covering(16000, 16000, 25))]
    found = sync.score(write_video(folder / "short.mp4", frames, sound=wave[:16000]), detector=detector)
    assert found.verdict == "too short"
    assert "50 are needed" in found.reason


def test_frames_without_a_face_and_cuts_are_counted(talking, folder, detector):
    frames = [frame.image for frame in open_source(talking).frames(Timeline.covering(48000, 16000, 25))]
    nothing = np.full_like(frames[0], 90)
    cut = [np.ascontiguousarray(np.roll(image[:, ::-1], 40, axis=0)) for image in frames[45:]]
    film = write_video(folder / "cut.mp4", [*frames[:30], *[nothing] * 10, *frames[40:45], *cut])
    mouth = watch(open_source(film), FaceOptions(smooth_s=0.0), detector=detector)
    assert set(range(30, 40)) <= set(mouth.faceless)
    assert (mouth.run[30:40] == -1).all()
    assert np.isnan(mouth.measures[30:40]).all()
    assert mouth.run[29] == 0
    assert mouth.run[44] != mouth.run[46]


def test_bad_input_says_what_is_needed(talking, folder, detector):
    with pytest.raises(InputError, match="is a picture"):
        sync.score(folder / "woman.png", detector=detector)
    silent = write_video(folder / "mute.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 30)
    with pytest.raises(InputError, match="no sound track"):
        sync.score(silent, detector=detector)
    with pytest.raises(NoFaceError, match="No face was found"):
        sync.score(silent, audio=folder / "voice.wav", detector=detector)
    with pytest.raises(InputError, match="Unknown sync expert"):
        sync.score(talking, model="oracle", detector=detector)


@pytest.mark.parametrize(
    ("video", "options", "message"),
    [
        ("missing.mp4", (), r"The video file '.*missing\.mp4' does not exist"),
        (".", (), r"The video '.*' is a folder"),
        ("talking.mp4", ("--audio", "missing.wav"), r"The sound file '.*missing\.wav' does not exist"),
    ],
)
def test_messages_name_what_is_being_read(talking, folder, capfd, monkeypatch, video, options, message):
    monkeypatch.chdir(folder)
    done = lipsync(capfd, "score", video, *options)
    assert done.code == 2
    assert re.search(message, done.err), done.err


# --- at the command line ---------------------------------------------------------------------------------------------


def test_the_command_compares_and_draws(talking, folder, capfd):
    pytest.importorskip("matplotlib")
    picture = folder / "figure.png"
    done = lipsync(capfd, "score", talking, "--json", "--figure", picture)
    assert done.code == 0
    (said,) = json.loads(done.out)
    assert said["verdict"] == "in sync"
    assert picture.stat().st_size > 10_000


def test_phonetics_are_checked_where_the_times_are_known(talking, folder, capfd):
    data = json.loads((SAMPLES / "audio" / "english.json").read_text(encoding="utf-8"))
    data["phonemes"] = [p for p in data["phonemes"] if p["end_s"] < SECONDS]
    (folder / "voice.json").write_text(json.dumps(data), encoding="utf-8")
    done = lipsync(capfd, "score", talking, "--phonemes", folder / "voice.json", "--json")
    (said,) = json.loads(done.out)
    assert said["phonetics"]["bilabials_closed"] > 0.6, "of six, in a mouth of 30 pixels"
    assert said["phonetics"]["open_vowels_closed"] < 0.3
    assert lipsync(capfd, "score", talking, "--phonemes", talking).code == 2


def test_a_run_prints_its_verdict(folder, talking, wave, capfd):
    write_sound(folder / "part.wav", wave[: 3 * 16000])
    options = ("--motion", "still", "--score")
    done = lipsync(capfd, "run", folder / "woman.png", folder / "part.wav", "-o", folder / "part.mp4", *options)
    assert done.code == 0
    assert "Sync: in sync" in done.out
    refused = lipsync(
        capfd, "run", folder / "woman.png", folder / "part.wav", "-o", folder / "x.mp4", "--figure", "f.png"
    )
    assert refused.code == 2
    assert "--score" in refused.err
    assert not (folder / "x.mp4").exists()
