"""What a run will make, before anything is made."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.media import Source
from lipsync_utils.options import FaceOptions, RunOptions, WriteOptions
from lipsync_utils.planning import PREVIEW_CRF, make_plan
from lipsync_utils.records import Speech

PICTURE = Source(path="face.png", is_picture=True, width=640, height=480)


def voice(seconds: float) -> Speech:
    samples = round(seconds * 16_000)
    return Speech(np.zeros(samples, np.float32), samples, 16_000, 1, "voice.wav")


@pytest.mark.parametrize(
    ("crf", "preview", "made"), [(17, False, 17), (40, False, 40), (17, True, PREVIEW_CRF), (40, True, 40)]
)
def test_a_preview_is_coarser_and_never_finer_than_asked(crf, preview, made):
    plan = make_plan(PICTURE, voice(1.0), RunOptions(preview=preview, write=WriteOptions(crf=crf, badge=True)))
    assert plan.write == WriteOptions(crf=made, badge=True)
    assert plan.framing.size == ((320, 240) if preview else (640, 480))
    assert WriteOptions().crf < PREVIEW_CRF


def test_a_face_is_chosen_in_the_pixels_of_the_source():
    """Whoever points at a face sees the source; the frames in which it is looked for may be smaller."""
    chosen = FaceOptions(choose=(200.0, 130.0), min_size=40.0)
    plan = make_plan(PICTURE, voice(1.0), RunOptions(face=chosen, max_side=320))
    assert (plan.speakers[0].face.choose, plan.speakers[0].face.min_size) == ((100.0, 65.0), 20.0)
    by_number = make_plan(PICTURE, voice(1.0), RunOptions(face=FaceOptions(choose=1), preview=True))
    assert by_number.speakers[0].face.choose == 1
