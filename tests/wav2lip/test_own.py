"""The weights that are part of the package: a face that nobody trained on speaks with them, and is watched afresh."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lipsync_utils import FaceOptions, RunOptions, run, sync
from lipsync_utils.options import Span
from lipsync_utils.records import RunReport
from lipsync_utils.sync.watching import open_video
from lipsync_utils.wav2lip import own_weights

SAMPLES = Path(__file__).parents[2] / "samples"


def spoken(face: Path, out: Path) -> RunReport:
    """A face speaks English for some seconds."""
    return run(
        face,
        SAMPLES / "audio/english.wav",
        out,
        options=RunOptions(engine="wav2lip", max_side=384, voice_span=Span(0.0, 8.0)),
    )


@pytest.mark.parametrize("face", ["avatars/man.png", "videos/woman_video.mp4"], ids=["picture", "video"])
def test_lips_are_on_the_sound(face, tmp_path):
    report = spoken(SAMPLES / face, tmp_path / "out.mp4")
    assert report.models["generator"].startswith("our own weights")
    score = sync.score(report.output)
    assert score.verdict == "in sync"
    assert score.offset_frames == 0
    lips = sync.mouth_in_lengths(sync.watch(open_video(report.output), FaceOptions(smooth_s=0.0)))
    gap = lips.gap / np.nanmedian(lips.width)
    assert np.nanpercentile(gap, 95) > 0.08 > 0.05 > np.nanpercentile(gap, 20), "they open and shut"


def test_they_are_small():
    assert own_weights().stat().st_size < 12e6
