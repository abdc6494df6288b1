"""The samples that come with the project, made to speak: the finished files are in sync to less than half a frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import quick_runs
from synthetic_media import write_sound

from lipsync_utils import RunOptions, run, sync
from lipsync_utils.media import load_speech

SAMPLES = Path(__file__).parents[1] / "samples"
SECONDS = 6
HALF_A_FRAME_MS = 20.0


@pytest.fixture(scope="module", autouse=True)
def models_loaded_once() -> Iterator[None]:
    with quick_runs.models_loaded_once():
        yield


def beginning(voice: str, folder: Path) -> Path:
    """The first seconds of a sample voice."""
    wave = load_speech(SAMPLES / "audio" / f"{voice}.wav").wave
    return write_sound(folder / f"{voice}.wav", wave[: SECONDS * 16_000])


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    """The woman says the English sample."""
    folder = tmp_path_factory.mktemp("samples")
    options = RunOptions(max_side=256)
    made = run(SAMPLES / "avatars" / "woman.png", beginning("english", folder), folder / "spoken.mp4", options=options)
    return Path(made.output)


def check(video: Path) -> None:
    report = sync.score(video)
    assert report.verdict == "in sync", report.reason
    assert abs(report.offset_ms) < HALF_A_FRAME_MS, report.sentence()
    assert report.faceless_frames == ()


def test_a_sample_avatar_speaks_on_time(spoken):
    check(spoken)


def test_a_video_is_dubbed_on_time(spoken, tmp_path):
    """What she says in the video has nothing to do with what she is to say now."""
    dubbed = run(spoken, beginning("arabic", tmp_path), tmp_path / "dubbed.mp4")
    check(Path(dubbed.output))
    assert sync.score(spoken, audio=dubbed.output).verdict == "no agreement", "it would have shown"


def test_the_sound_that_is_named_is_compared(spoken, tmp_path, capfd):
    silence = write_sound(tmp_path / "silence.wav", np.zeros(SECONDS * 16_000))
    done = quick_runs.lipsync(capfd, "score", spoken, "--audio", silence, "--json")
    (said,) = json.loads(done.out)
    assert said["verdict"] == "no agreement"
    assert "no voice" in said["reason"]
