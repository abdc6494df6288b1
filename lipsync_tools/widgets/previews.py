"""A small copy of a video for the page; the download keeps full quality."""

from __future__ import annotations

import os
from pathlib import Path

SMALL_BYTES = 3_000_000
"""A file up to this size is its own preview."""

SIDE = 640
"""Longest side of a preview in pixels."""

CRF = 21
"""Its H.264 constant rate factor."""


def preview(video: str | os.PathLike[str]) -> Path:
    """The video itself where it is small, else a small copy ``NAME.preview.mp4`` beside it.

    Raises:
        InputError: no video with sound.
        OutputError: the copy cannot be written.
    """
    import cv2

    from lipsync_utils.media import VideoWriter, load_speech, open_source, read_metadata
    from lipsync_utils.options import DEFAULT_FPS, WriteOptions
    from lipsync_utils.records import Timeline

    video = Path(video)
    if video.stat().st_size <= SMALL_BYTES:
        return video
    source, speech = open_source(video), load_speech(video)
    factor = min(1.0, SIDE / max(source.width, source.height))
    width, height = (max(2, round(side * factor / 2) * 2) for side in (source.width, source.height))
    timeline = Timeline.covering(speech.samples, speech.rate, source.fps or DEFAULT_FPS)
    target = video.with_suffix(".preview.mp4")
    with VideoWriter(
        target,
        width=width,
        height=height,
        timeline=timeline,
        speech=speech,
        options=WriteOptions(crf=CRF, preset="veryfast"),
        metadata=read_metadata(video),
    ) as writer:
        for frame in source.frames(timeline, when_short="freeze"):
            writer.write(cv2.resize(frame.image, (width, height), interpolation=cv2.INTER_AREA))
    return target
