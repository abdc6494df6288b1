from fractions import Fraction

import numpy as np
import pytest
from synthetic_media import voice, write_sound

from lipsync_utils.media import VideoWriter, load_speech, open_source
from lipsync_utils.media.badge import Badge
from lipsync_utils.options import WriteOptions
from lipsync_utils.records import Timeline


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_is_read_on_any_ground(ground):
    picture = np.full((512, 512, 3), ground, np.uint8)
    label = Badge(512, 512).on(picture)
    changed = np.argwhere((label != ground).any(axis=2))
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    inside = label[top : bottom + 1, left : right + 1].astype(int)
    assert inside.max() - inside.min() >= 120, "letters stand out from their plate"
    assert 440 < top < bottom < 511, "at the bottom, off the border"
    assert 0 < left < right < 200, "at the left, off the border"
    assert (picture == ground).all(), "the input is not modified"


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (40, 300), (300, 40), (4096, 2160)])
def test_fits_into_any_picture(size):
    width, height = size
    picture = np.full((height, width, 3), 90, np.uint8)
    label = Badge(width, height).on(picture)
    assert label.shape == picture.shape
    assert 0 < (label != picture).any(axis=2).mean() <= (1.0 if min(size) < 50 else 0.05)


@pytest.mark.parametrize("badge", [True, False])
def test_every_picture_of_the_file_has_it_when_asked_for(tmp_path, badge):
    speech = load_speech(write_sound(tmp_path / "voice.wav", voice(0.2)))
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(25))
    grey = np.full((256, 256, 3), 128, np.uint8)
    grey.setflags(write=False)  # as the source of a still picture is; such pictures are converted once
    options = WriteOptions(badge=badge)
    with VideoWriter(
        tmp_path / "out.mp4", width=256, height=256, timeline=timeline, speech=speech, options=options
    ) as writer:
        for _ in range(timeline.frames):
            writer.write(grey)
    source = open_source(tmp_path / "out.mp4")
    seen = [np.ptp(frame.image[200:, :128].astype(int)) > 60 for frame in source.frames(timeline)]
    assert seen == [badge] * timeline.frames
