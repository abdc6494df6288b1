"""What a report may claim: how surely the offset is known, from which windows and sound, and where it is worst."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from synthetic_media import voice, write_sound

from lipsync_utils.media import Source
from lipsync_utils.records import Timeline
from lipsync_utils.sync import scoring
from lipsync_utils.sync.landmark_expert import EDGE, LandmarkExpert
from lipsync_utils.sync.watching import Mouth

REACH = 12


def table_of(rng: np.random.Generator, *, windows: int = 400, wander: float = 2.0) -> np.ndarray:
    """Distances of windows whose own best shifts lie around 0, a stretch of them alike."""
    best = np.repeat(rng.normal(0.0, wander, windows // 20), 20)[:, None]
    shifts = np.arange(-REACH, REACH + 1)
    return 1.0 + 0.02 * np.square(shifts - best) + rng.normal(0.0, 0.05, (windows, 2 * REACH + 1))


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    intervals = [scoring._interval(table_of(np.random.default_rng(seed))) for seed in range(40)]
    held = np.mean([low <= 0.0 <= high for low, high in intervals])
    assert held >= 0.85, "half of the narrow ones would miss it"
    assert np.median([high - low for low, high in intervals]) < 120, "and it still says something"


def mouth_of(run: np.ndarray, **more) -> Mouth:
    count = len(run)
    boxes = np.tile(np.float32([20, 20, 44, 44]), (count, 1))
    measures = np.random.default_rng(0).normal(0.0, 0.05, (count, 12)).astype(np.float32)
    glimpses = {second: np.full((112, 112, 3), second, np.uint8) for second in range(count // 25)}
    return Mouth("", Timeline(Fraction(25), count, count / 25), measures, run, boxes, (), 1, glimpses)


def test_windows_beside_a_cut_do_not_count():
    """They depend on frames of both sides, so what they say is about neither."""
    _, usable = LandmarkExpert.load().lips(mouth_of(np.repeat([0, 1], [40, 60])))
    for cut in (0, 40, 100):
        assert not usable[max(cut - EDGE, 0) : cut + EDGE].any()
    assert usable[EDGE : 40 - EDGE].all()
    assert usable[40 + EDGE : 100 - EDGE].all()


def test_sound_that_begins_after_the_picture_is_heard_so_late(tmp_path):
    """As recordings of phones have it: the container says when each track begins."""
    wave = voice(0.5)
    path = str(write_sound(tmp_path / "voice.wav", wave, codec="pcm_f32le"))
    for offset_s in (0.1, 0.0, -0.1):
        source = Source(path=path, is_picture=False, width=64, height=64, has_audio=True, audio_offset_s=offset_s)
        heard = scoring.sound_on_clock(source, None)
        late = round(offset_s * 16_000)
        np.testing.assert_array_equal(heard[max(late, 0) :], wave[max(-late, 0) :])
        assert not heard[: max(late, 0)].any()


def test_the_worst_seconds_are_those_with_the_least_confidence():
    seconds = (0.3, None, 0.1, 0.2, 0.5, 0.4)
    worst = scoring._worst(seconds, mouth_of(np.zeros(150, int)))
    assert [moment.start_s for moment in worst] == [2.0, 3.0, 0.0]
    assert [moment.confidence for moment in worst] == [0.1, 0.2, 0.3]
    assert [int(moment.glimpse[0, 0, 0]) for moment in worst] == [2, 3, 0], "and their own pictures"
