"""Idle life of a portrait: the same for the same seed, human in its rates and sizes, and never with a jerk."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest

from lipsync_utils import expression
from lipsync_utils.motion import ACCENT_SPACING_S, find_accents, make_motion
from lipsync_utils.options import EXPRESSIONS, STYLES, MotionOptions
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves, HeadMotion, Speech, Timeline
from lipsync_utils.speech.visemes import NAMES

FPS = 25
SEEDS = range(8)
FIELDS = ("rotation", "shift", "gaze", "blink", "face", "breath")


@lru_cache
def talk(duration_s: float, *, stressed_s: tuple[float, ...] = (), pauses_s: tuple[tuple[float, float], ...] = ()):
    """A voice of even syllables, four a second, some of them stressed, and its face curves."""
    rows = max(1, round(duration_s * CURVE_RATE))
    time = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    loud = 0.05 * (0.8 + 0.3 * np.sin(np.pi * 4 * time) ** 2)
    for at in stressed_s:
        loud += 0.5 * np.exp(-(((time - at) / 0.06) ** 2))
    activity = np.ones(rows, np.float32)
    for start, stop in pauses_s:
        loud[(time >= start) & (time < stop)] = 0
        activity[round(start * CURVE_RATE) : round(stop * CURVE_RATE)] = 0
    wave = (loud * np.sin(2 * np.pi * 150 * time)).astype(np.float32)
    speech = Speech(wave=wave, samples=len(wave), rate=SAMPLE_RATE, channels=1, path="voice.wav")
    return speech, FaceCurves(NAMES, np.zeros((rows, len(NAMES)), np.float32), CURVE_RATE, activity)


def motion_of(duration_s: float, *, fps: Fraction | int = FPS, seed: int = 0, style: str = "natural", **of_talk):
    speech, curves = talk(duration_s, **of_talk)
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(fps))
    return make_motion(speech, curves, timeline, MotionOptions(style=style, seed=seed))


@pytest.fixture(scope="module")
def minute() -> list[HeadMotion]:
    """A minute of talk with pauses, once for each seed."""
    pauses = tuple((start, start + 0.6) for start in np.arange(4.0, 60.0, 5.0))
    return [motion_of(60, seed=seed, pauses_s=pauses, stressed_s=tuple(np.arange(1.5, 60, 5.0))) for seed in SEEDS]


def blinks_in(blink: np.ndarray) -> int:
    return int(np.count_nonzero((blink[1:] > 0.5) & (blink[:-1] <= 0.5)))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration_s", [0.04, 0.2, 3.0])
def test_one_row_per_frame_however_short(style, duration_s):
    motion = motion_of(duration_s, style=style)
    frames = round(duration_s * FPS)
    shapes = {name: getattr(motion, name).shape for name in FIELDS}
    assert shapes == {
        "rotation": (frames, 3),
        "shift": (frames, 2),
        "gaze": (frames, 2),
        "blink": (frames,),
        "face": (frames, len(expression.NAMES)),
        "breath": (frames,),
    }
    for name in FIELDS:
        assert getattr(motion, name).dtype == np.float32
        assert np.isfinite(getattr(motion, name)).all()


def test_still_is_exactly_zero():
    motion = motion_of(5, style="still", seed=3)
    assert not any(getattr(motion, name).any() for name in FIELDS)


def test_the_seed_decides():
    one, again, other = motion_of(20, seed=7), motion_of(20, seed=7), motion_of(20, seed=8)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name))
    assert np.abs(one.rotation - other.rotation).max() > np.radians(0.5)
    assert np.abs(one.blink - other.blink).max() > 0.5


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), 50])
def test_the_frame_rate_changes_only_the_sampling(fps):
    coarse, fine = motion_of(10), motion_of(10, fps=fps)
    times, fine_times = np.arange(len(coarse.rotation)) / FPS, np.arange(len(fine.rotation)) / float(fps)
    for axis in range(3):
        resampled = np.interp(times, fine_times, fine.rotation[:, axis])
        np.testing.assert_allclose(resampled[:-1], coarse.rotation[:-1, axis], atol=np.radians(0.1))


def test_people_blink_so_often(minute):
    counts = [blinks_in(motion.blink) for motion in minute]
    assert min(counts) >= 8
    assert max(counts) <= 30
    assert 12 <= np.mean(counts) <= 24


def test_a_blink_shuts_the_eye_for_a_moment(minute):
    for motion in minute:
        assert motion.blink.min() == 0
        assert 0.9 < motion.blink.max() <= 1
        shut = motion.blink > 0.5
        edges = np.flatnonzero(np.diff(shut.astype(int), prepend=0, append=0)).reshape(-1, 2)
        assert np.ptp(edges, axis=1).max() / FPS < 0.3
        assert np.mean(motion.blink > 0.05) < 0.25, "the eyes are open most of the time"


def test_lids_shut_faster_than_they_open():
    """At 100 frames a second: the times from hardly to nearly shut, and back, of every blink by itself."""
    blink = np.concatenate([motion_of(20, fps=100, seed=seed).blink for seed in SEEDS])
    edges = np.flatnonzero(np.diff((blink > 0.1).astype(int), prepend=0, append=0)).reshape(-1, 2)
    blinks = [blink[start:stop] for start, stop in edges if stop - start < 30]  # two that follow at once are longer
    shutting = [int(np.argmax(one > 0.9)) for one in blinks]
    opening = [int(np.argmax(one[::-1] > 0.9)) for one in blinks]
    assert len(blinks) > 20
    assert np.mean(shutting) < 0.7 * np.mean(opening)
    assert 3 <= np.mean(shutting) <= 8, "hundredths of a second"


def test_blinks_like_pauses(minute):
    """Blinks in the half second around the beginning of a pause are more than chance would have."""
    starts = np.concatenate([np.flatnonzero((m.blink[1:] > 0.05) & (m.blink[:-1] <= 0.05)) / FPS for m in minute])
    near = np.abs((starts - 4.0 + 2.5) % 5.0 - 2.5) < 0.25
    assert near.mean() > 2 * 0.5 / 5.0


def test_the_head_moves_visibly_but_never_far(minute):
    for motion in minute:
        angles = np.abs(np.degrees(motion.rotation))
        assert 3 < angles.max() < 8.1
        assert np.abs(motion.shift).max() < 0.05
        assert np.degrees(motion.rotation.std(0)).min() > 1, "every axis lives"
        assert np.abs(motion.rotation.mean(0)).max() < np.radians(3.5), "the pose of the picture stays the middle"
        assert motion.face.min() >= 0
        assert 0.2 < motion.face.max() <= 1


def test_it_starts_from_the_picture_as_it_is(minute):
    for motion in minute:
        for name in FIELDS:
            assert not getattr(motion, name)[0].any(), name
        assert np.degrees(np.abs(motion.rotation[1])).max() < 0.3


def test_nothing_jumps(minute):
    for motion in minute:
        speed = np.degrees(np.linalg.norm(np.diff(motion.rotation, axis=0), axis=1)) * FPS
        assert speed.max() < 75, "degrees a second; people turn their heads twice as fast"
        change = np.degrees(np.linalg.norm(np.diff(motion.rotation, n=2, axis=0), axis=1))
        assert change.max() < 1
        assert np.abs(np.diff(motion.shift, axis=0)).max() < 0.006
        assert np.abs(np.diff(motion.face, axis=0)).max() < 0.2
        assert np.abs(np.diff(motion.breath)).max() < 0.25


def test_each_style_moves_more_than_the_one_before():
    turns = [np.mean([motion_of(30, style=style, seed=seed).rotation.std(0) for seed in SEEDS]) for style in STYLES]
    assert turns[0] == 0
    assert (np.diff(turns) > 0.2 * turns[-1]).all(), turns


def test_eyes_look_at_the_viewer_most_of_the_time_and_jump_when_they_look_away():
    pauses = tuple((start, start + 0.6) for start in np.arange(4.0, 60.0, 5.0))
    gaze = np.concatenate([motion_of(60, fps=100, seed=seed, pauses_s=pauses).gaze for seed in SEEDS])
    assert 0.02 < np.mean(np.abs(gaze[:, 0]) > 0.045) < 0.3
    assert np.abs(gaze).max() < 0.16
    speed = np.abs(np.diff(gaze[:, 0])) * 100
    assert np.mean(speed > 0.5) < 0.05, "still between saccades"
    assert speed.max() > 1, "eye widths a second"


def test_eyes_stay_on_the_viewer_while_the_head_turns(minute):
    near = [np.where(np.abs(motion.gaze[:, 0]) < 0.045, motion.gaze[:, 0], 0) for motion in minute]
    together = [np.corrcoef(motion.rotation[:, 1], gaze)[0, 1] for motion, gaze in zip(minute, near, strict=True)]
    assert np.mean(together) < -0.15, together


def test_the_head_is_quieter_while_nobody_speaks():
    rest = motion_of(40, pauses_s=((20.0, 40.0),), seed=3)
    speed = np.linalg.norm(np.diff(rest.rotation, axis=0), axis=1)
    assert speed[22 * FPS :].mean() < 0.6 * speed[2 * FPS : 20 * FPS].mean()


def test_accents_are_the_loud_syllables():
    stressed = (1.5, 3.0, 4.75, 6.5, 8.0)
    speech, curves = talk(10, stressed_s=stressed)
    times, strengths = find_accents(speech.wave, curves.activity)
    np.testing.assert_allclose(times, stressed, atol=0.08)
    assert np.all((strengths > 0) & (strengths <= 1))


def test_accents_keep_their_distance_and_even_speech_has_none():
    speech, curves = talk(10, stressed_s=tuple(np.arange(1.0, 9.0, 0.4)))
    times, _ = find_accents(speech.wave, curves.activity)
    assert np.diff(times).min() >= ACCENT_SPACING_S - 0.011
    assert not len(find_accents(*_even(10))[0])


def _even(duration_s: float) -> tuple[np.ndarray, np.ndarray]:
    time = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.1 * np.sin(2 * np.pi * 150 * time)).astype(np.float32), np.ones(round(duration_s * CURVE_RATE))


@pytest.mark.parametrize("stressed_s", [2.0, 3.4])
def test_the_head_nods_on_a_loud_syllable(stressed_s):
    """The same seed with and without the stress: all that differs is a nod (chin down) at that moment."""
    for seed in SEEDS:
        plain, nods = motion_of(5, seed=seed), motion_of(5, seed=seed, stressed_s=(stressed_s,))
        extra = nods.rotation[:, 0] - plain.rotation[:, 0]
        assert np.degrees(extra.max()) > 0.2
        assert abs(extra.argmax() / FPS - stressed_s) < 0.12
        assert not extra[np.abs(np.arange(len(extra)) / FPS - stressed_s) > 0.4].any()


def test_noise_where_nobody_speaks_is_no_accent():
    speech, curves = talk(6, stressed_s=(3.0,))
    assert not len(find_accents(speech.wave, np.zeros_like(curves.activity))[0])


def test_inputs_stay_as_they_are():
    speech, curves = talk(3, stressed_s=(1.5,))
    before = speech.wave.copy(), curves.activity.copy()
    make_motion(speech, curves, Timeline.covering(speech.samples, speech.rate, Fraction(25)), MotionOptions())
    np.testing.assert_array_equal(speech.wave, before[0])
    np.testing.assert_array_equal(curves.activity, before[1])


def test_what_is_known_at_another_rate_is_taken_from_the_middle_of_each_frame():
    timeline = Timeline.covering(16_000, SAMPLE_RATE, Fraction(30_000, 1001))
    ramp = np.arange(95, dtype=np.float32)  # ends 0.05 s before the sound does
    sampled = timeline.sample(ramp, CURVE_RATE)
    wanted = (np.arange(timeline.frames) + 0.5) * 1001 / 30_000 * CURVE_RATE
    np.testing.assert_allclose(sampled, np.minimum(wanted, 94), rtol=1e-5)
    assert sampled.dtype == np.float32
    both = timeline.sample(np.stack([ramp, -ramp], 1), CURVE_RATE)
    np.testing.assert_array_equal(both, np.stack([sampled, -sampled], 1))


def test_a_still_head_is_not_moved_at_all():
    assert motion_of(1.0, style="still").at(3) == {}
    natural = motion_of(3.0)
    np.testing.assert_array_equal(natural.at(50)["rotation"], natural.rotation[50])
    assert natural.at(50)["blink"] == natural.blink[50]


def test_breath_is_taken_before_a_phrase_and_let_out_while_it_lasts():
    for seed in SEEDS:
        breath = motion_of(12, fps=100, seed=seed, pauses_s=((0.0, 3.0), (7.0, 8.0))).breath
        assert breath[695] < 0.6 * breath[800], "what was left at the end of one phrase, and had before the next"
        assert breath[300] > 0.5
        assert np.argmax(breath[690:900]) < 115


def smiling(style: str, looks: str, smile: float) -> np.ndarray:
    speech, curves = talk(6.0)
    curves.values[:, [NAMES.index("mouthSmileLeft"), NAMES.index("mouthSmileRight")]] = smile
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(FPS))
    try:
        return make_motion(speech, curves, timeline, MotionOptions(style=style, expression=looks)).face
    finally:
        curves.values[:] = 0


def test_an_expression_is_held_and_changes_slowly():
    column = expression.NAMES.index("mouthSmileLeft")
    assert not smiling("natural", "neutral", 0)[:, column].any()
    friendly = smiling("natural", "friendly", 0)[:, column]
    assert 0.2 < friendly.min() < friendly.max() < 0.55
    assert 0 < np.abs(np.diff(friendly)).max() < 0.01
    assert np.ptp(smiling("still", "friendly", 0)[:, column]) == 0
    sad = smiling("natural", "sad", 0)
    assert sad[:, expression.NAMES.index("browInnerUp")].min() > 0.3


def test_cheeks_and_lower_lids_go_with_a_smile():
    columns = [expression.NAMES.index(name) for name in ("cheekSquintLeft", "eyeSquintRight")]
    rest, smile = (smiling("natural", "neutral", much)[:, columns].mean(0) for much in (0.0, 0.6))
    assert (smile > rest + 0.05).all()


def test_rounded_lips_take_a_smile_back():
    pucker = {name: np.array([0.0, 0.8]) * (name == "mouthPucker") for name in NAMES}
    face = expression.around_the_mouth(
        pucker, expression="friendly", strength=np.ones(2), brow=np.zeros(2), life=np.ones(2)
    )
    spread, rounded = face[:, expression.NAMES.index("mouthSmileLeft")]
    assert 0 < rounded < 0.7 * spread
    cheek = face[:, expression.NAMES.index("cheekSquintLeft")]
    assert cheek[0] == cheek[1] > 0


def test_every_expression_that_may_be_asked_for_is_known():
    assert tuple(expression.SHARES) == EXPRESSIONS
    for channels in expression.SHARES.values():
        assert {f"{name}Left" if f"{name}Left" in expression.NAMES else name for name in channels} <= {
            *expression.NAMES
        }
