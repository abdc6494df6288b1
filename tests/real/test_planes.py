"""A dubbed video is the source itself, to the last bit before encoding, wherever no lips and no jaw are."""

from __future__ import annotations

import av
import numpy as np
import pytest
from real_files import FACE, talking
from synthetic_media import voice, write_sound, write_video

from lipsync_utils.media.encode import Encoder
from lipsync_utils.pipeline import run
from lipsync_utils.pixels import BT601, BT709, planes_in

KINDS = {
    "BT.601": {"matrix": BT601},
    "BT.709, full range": {"matrix": BT709, "full_range": True},
    "BT.709, 10 bit": {"matrix": BT709, "pixel_format": "yuv420p10le"},
    "BT.709, 4:2:2": {"matrix": BT709, "pixel_format": "yuv422p"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_outside_of_the_moved_region_nothing_changes(tmp_path, monkeypatch, kind):
    given, write = [], Encoder.write

    def noted(self, planes, colour):
        given.append(planes)
        write(self, planes, colour)

    monkeypatch.setattr(Encoder, "write", noted)
    source = write_video(tmp_path / "in.mkv", talking(0.6), codec="ffv1", **KINDS[kind])
    report = run(source, write_sound(tmp_path / "voice.wav", voice(0.6)), tmp_path / "out.mp4")
    with av.open(str(source)) as container:
        frames = list(container.decode(video=0))
    reduced = [frame.to_ndarray() if frame.format.name == "yuv420p" else None for frame in frames]
    changed = 0
    for planes, other, frame in zip(given, reduced, frames, strict=True):
        known = other if other is not None else plainly_reduced(frame)
        for number, (mine, its) in enumerate(zip(planes_in(planes), planes_in(known), strict=True)):
            half = 1 if number == 0 else 2
            rows, columns = np.nonzero(mine != its)
            changed += len(rows)
            away = np.hypot(columns * half - FACE.x, rows * half - (FACE.y + 0.5 * FACE.width))
            assert len(rows) == 0 or away.max() < 1.3 * FACE.width
    assert changed > 500, "the lips move"
    with av.open(report.output) as container:
        out = next(container.decode(video=0))
    assert int(out.colorspace) == (BT601 if "601" in kind else BT709)
    assert int(out.color_range) == (2 if "full" in kind else 1)


def plainly_reduced(frame: av.VideoFrame) -> np.ndarray:
    """As a transcode with the same converter has it."""
    from av.video.reformatter import VideoReformatter

    from lipsync_utils.media.colour import to_pixels

    return to_pixels(frame, reformatter=VideoReformatter(), width=frame.width, height=frame.height, exact=True).planes
