"""A small copy of a video for the page; the download keeps full quality."""

from __future__ import annotations

import os
from pathlib import Path

from lipsync_utils.options import RunOptions, WriteOptions

SMALL_BYTES = 3_000_000
"""A file up to this size is its own preview."""

SIDE = 640
"""Longest side of a preview in pixels."""

OPTIONS = RunOptions(max_side=SIDE, when_short="freeze", write=WriteOptions(crf=21, preset="veryfast"))
"""How it is made."""


def preview(video: str | os.PathLike[str]) -> Path:
    """The video itself where it is small, else a small copy ``NAME.preview.mp4`` beside it.

    Raises:
        InputError: no video with sound.
        OutputError: the copy cannot be written.
    """
    from lipsync_utils.media import VideoWriter, load_speech, open_source, read_metadata
    from lipsync_utils.planning import make_plan

    video = Path(video)
    if video.stat().st_size <= SMALL_BYTES:
        return video
    source, target = open_source(video), video.with_suffix(".preview.mp4")
    plan = make_plan(source, load_speech(video), OPTIONS)
    width, height = plan.size
    settings = {"timeline": plan.timeline, "speech": plan.speech, "options": plan.write}
    with VideoWriter(target, width=width, height=height, metadata=read_metadata(video), **settings) as writer:
        for frame in plan.frames(source):
            writer.write(frame.image)
    return target
