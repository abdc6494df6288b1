"""Life of a still portrait: a head that takes postures and beats time with the voice, eyes that look and blink, brows.

Sources. Blinks: 15 to 30 a minute in talk, closing faster than opening (Bentivoglio et al., "Analysis of blink rate
patterns in normal subjects", Movement Disorders 1997). Nods and brow raises go with prosodic prominence (Munhall et
al., "Visual prosody and speech intelligibility", Psychological Science 2004). Gaze is at the listener most of the time,
away at the beginning of long phrases and while thinking (Kendon, "Some functions of gaze-direction in social
interaction", Acta Psychologica 1967); a saccade of ten degrees takes 50 ms (Bahill, Clark and Stark, Mathematical
Biosciences 1975). Turns of the head take the path of least jerk (Flash and Hogan, Journal of Neuroscience 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import expression
from .curves import peaks, smooth
from .options import MotionOptions
from .records import CURVE_RATE, SAMPLE_RATE, FaceCurves, HeadMotion, Speech, Timeline

LIVELINESS = {"still": 0.0, "calm": 0.4, "natural": 0.7, "lively": 1.0}
"""How much of a real speaker's motion each style has."""

POSTURE_RADIANS = np.array([0.115, 0.132, 0.062])
"""Standard deviation of pitch, yaw and roll of the postures of real speakers."""

POSTURE_SHIFT = np.array([0.012, 0.006])
"""Likewise of the sideways and vertical shift, in face widths."""

FARTHEST = 0.14
"""Turns come close to this many radians (8 degrees), and never beyond."""

HOLD_S = (0.5, 1.3)
LISTENING_HOLD_S = (1.5, 3.0)
"""Shortest time and what is added to it on average, from one posture to the next, while speaking and otherwise."""

TURN_S = (0.45, 0.95)
"""How long it takes to change posture."""

STAYS = 0.35
"""Share of the last posture that is left in the next one."""

BEAT_RADIANS = np.array([0.075, 0.026, 0.020])
BEAT_S = (0.34, 0.5)
ACCENT_SPACING_S = 0.35
"""Beats on stressed syllables: size, length, and least distance."""

SWAY_RADIANS = np.array([0.034, 0.036, 0.020])
SWAY_PERIOD_S = (0.6, 3.2)
SWAY_IN_SILENCE = 0.35
"""Nobody holds a posture quite still, least of all while speaking."""

EASE_S = 0.8
"""Motion starts from the picture as it is and eases in."""

BLINK_S = (0.07, 0.04, 0.14)
"""How long the lids close, stay shut and open."""

BLINK_INTERVAL_S = (1.4, 2.9, 8.0)
"""Shortest, typical and longest time between blinks."""

GAZE_AWAY = np.array([0.085, 0.03])
"""Where eyes go that look away, across and down, in eye widths (0.2 is about 30 degrees)."""

GAZE_NEAR = np.array([0.012, 0.007])
"""How fixations of a face differ."""

GAZE_PER_RADIAN = 0.2
"""Eyes that stay on the viewer turn against the head: eye widths a radian."""

FIXATION_S = (0.4, 1.1)
AWAY_S = (0.5, 1.3)
SACCADE_S = 0.045
LONG_PHRASE_S = 2.0

BREATH_S = (3.2, 4.6)
INHALE_S, INHALE_TO_SPEAK_S = 1.3, 0.5
"""Time from one breath to the next of somebody who is silent; how long air is taken in, then and before a phrase."""

EXPRESSION_PERIOD_S = (4.0, 9.0)
"""An expression gets stronger and weaker in so much time."""


@dataclass(frozen=True)
class _Steps:
    """Changes from one held value to the next, along the path of least jerk.

    Attributes:
        times: when each begins, in seconds.
        lengths: how long each takes.
        values: ``(m, k)`` what is held after it; before the first, 0.
    """

    times: np.ndarray
    lengths: np.ndarray
    values: np.ndarray

    def at(self, times: np.ndarray) -> np.ndarray:
        """``(n, k)`` at some times, in order."""
        change = np.diff(self.values, axis=0, prepend=0.0)
        done = np.zeros((len(times) + 1, self.values.shape[1]))
        out = np.zeros((len(times), self.values.shape[1]))
        for start, length, by in zip(self.times, self.lengths, change, strict=True):
            part = frames_between(times, start, start + length)
            x = (times[part] - start)[:, None] / length
            out[part] += by * x**3 * (10 - 15 * x + 6 * x * x)
            done[part.stop] += by
        return out + np.cumsum(done, axis=0)[:-1]


def make_motion(speech: Speech, curves: FaceCurves, timeline: Timeline, options: MotionOptions) -> HeadMotion:
    """Head motion, gaze, blinks and brows for a clip.

    Args:
        speech: the voice, for its stress.
        curves: face curves, for where somebody speaks.
        timeline: the output's clock.
        options: style and seed; the same seed gives the same motion.

    Returns:
        One row per frame; for ``style="still"`` nothing but the expression.
    """
    n, much = timeline.frames, LIVELINESS[options.style]
    times = np.arange(n) / float(timeline.fps)
    mouth = dict(zip(curves.names, timeline.sample(_slow(curves.values, curves.rate), curves.rate).T, strict=True))
    posture, beats, sway, eyes, lids, chest, looks = (np.random.default_rng([options.seed, i]) for i in range(7))
    wave = _band_noise(looks, times, columns=1, period_s=EXPRESSION_PERIOD_S)[:, 0]
    strength = 1 + expression.VARIES * np.clip(wave, -2, 2) / 2
    if not much:
        face = expression.around_the_mouth(
            mouth, expression=options.expression, strength=np.ones(n), brow=np.zeros(n), life=np.zeros(n)
        )
        zero = np.zeros((n, 3), np.float32)
        return HeadMotion(zero, zero[:, :2], zero[:, :2], zero[:, 0], face, zero[:, 0])
    accents, strengths = find_accents(speech.wave, curves.activity)
    phrases = spoken_phrases(curves)
    held = _postures(posture, timeline.duration_s, phrases).at(times)
    busy = SWAY_IN_SILENCE + (1 - SWAY_IN_SILENCE) * _speaking(curves, times)
    rotation = held[:, :3] * POSTURE_RADIANS + busy[:, None] * _band_noise(sway, times, columns=3) * SWAY_RADIANS
    brow = np.zeros(n)
    for time, strength in zip(accents, strengths, strict=True):
        length = beats.uniform(*BEAT_S)
        part = frames_between(times, time - length / 2, time + length / 2)
        pulse = strength * (0.5 + 0.5 * np.cos(2 * np.pi * (times[part] - time) / length))
        size = BEAT_RADIANS * (beats.uniform(0.5, 1.3), *beats.normal(size=2))
        rotation[part] += pulse[:, None] * size
        if beats.random() < 0.3:
            brow[part] += 0.6 * pulse
    ease = np.clip(times / EASE_S, 0, 1)[:, None]
    ease = ease * ease * (3 - 2 * ease)
    rotation = FARTHEST * np.tanh(much * rotation / FARTHEST) * ease
    gaze = _gaze(eyes, timeline.duration_s, phrases).at(times)
    gaze[:, 0] -= GAZE_PER_RADIAN * rotation[:, 1]
    gaze[:, 1] -= GAZE_PER_RADIAN * rotation[:, 0]
    return HeadMotion(
        rotation=rotation.astype(np.float32),
        shift=(much * held[:, 3:] * POSTURE_SHIFT * ease).astype(np.float32),
        gaze=(gaze * ease).astype(np.float32),
        blink=_blinks(lids, times, curves).astype(np.float32),
        face=expression.around_the_mouth(
            mouth,
            expression=options.expression,
            strength=strength,
            brow=np.clip(much * brow, 0, 0.8) * ease[:, 0],
            life=np.full(n, min(1.0, 1.4 * much)),
        ),
        breath=(_breath(chest, timeline.duration_s, phrases).at(times)[:, 0] * ease[:, 0]).astype(np.float32),
    )


def _slow(values: np.ndarray, rate: float) -> np.ndarray:
    """Curves as cheeks and lids follow them, which are slower than lips."""
    return smooth(values, 0.08 * rate)


def spoken_phrases(curves: FaceCurves, *, pause_s: float = 0.25) -> list[tuple[float, float]]:
    """Stretches of speech between pauses, as starts and ends in seconds."""
    edges = np.flatnonzero(np.diff((curves.activity > 0.5).astype(np.int8), prepend=0, append=0)) / curves.rate
    phrases: list[tuple[float, float]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if phrases and start - phrases[-1][1] < pause_s:
            start, _ = phrases.pop()
        phrases.append((start, end))
    return phrases


def _speaking(curves: FaceCurves, times: np.ndarray) -> np.ndarray:
    """How much somebody speaks around each time, 0 to 1, smooth over half a second."""
    if not len(curves.activity):
        return np.zeros(len(times))
    around = smooth(curves.activity, 0.25 * curves.rate)
    return np.interp(times, np.arange(len(around)) / curves.rate, around)


def _postures(random: np.random.Generator, duration_s: float, phrases: list[tuple[float, float]]) -> _Steps:
    """Postures of pitch, yaw, roll and both shifts, in standard deviations: many in speech, few while listening."""
    times, lengths, values, now, held = [], [], [], 0.0, np.zeros(5)
    while now < duration_s:
        speaks = any(start - 0.3 <= now < end for start, end in phrases)
        least, more = HOLD_S if speaks else LISTENING_HOLD_S
        now += least + random.exponential(more)
        length = random.uniform(*TURN_S)
        begins = [start - 0.1 for start, _ in phrases if abs(start - now) < 0.4]
        at = max(begins[0] if begins else now, times[-1] + 0.25 if times else 0.0)
        held = STAYS * held + (1 - STAYS**2) ** 0.5 * np.clip(random.normal(size=5), -2.2, 2.2)
        times.append(at)
        lengths.append(length)
        values.append(held if speaks else 0.6 * held)
        now = max(now, at)
    return _Steps(np.array(times), np.array(lengths), np.array(values).reshape(-1, 5))


def _gaze(random: np.random.Generator, duration_s: float, phrases: list[tuple[float, float]]) -> _Steps:
    """Fixations: at the viewer's eyes and mouth, and away at the beginning of long phrases and in pauses to think."""
    away = [start - 0.1 for start, end in phrases if end - start > LONG_PHRASE_S and random.random() < 0.6]
    times, values, now = [], [], float(random.uniform(0.3, 0.8))
    while now < duration_s:
        if away and now >= away[0]:
            away = [start for start in away if start > now]
            target, lasts = random.choice([-1, 1], 2) * GAZE_AWAY * random.uniform(0.6, 1.2, 2), AWAY_S
        else:
            target, lasts = random.normal(size=2) * GAZE_NEAR, FIXATION_S
        times.append(now)
        values.append(target)
        now += lasts[0] + random.exponential(lasts[1] - lasts[0])
        if away and times[-1] < away[0] < now:
            now = away[0]
    return _Steps(np.array(times), np.full(len(times), SACCADE_S), np.array(values).reshape(-1, 2))


def _breath(random: np.random.Generator, duration_s: float, phrases: list[tuple[float, float]]) -> _Steps:
    """Air that is taken in before phrases, and now and then where nobody speaks, and let out until the next breath."""
    starts, now = [], 0.0
    for begin, end in [*phrases, (duration_s + 10, duration_s + 10)]:
        quick = begin - INHALE_TO_SPEAK_S
        now += random.uniform(0, 1.5)
        while now + BREATH_S[0] < quick:
            starts.append((now, INHALE_S))
            now += random.uniform(*BREATH_S)
        if not starts or quick - sum(starts[-1]) > 0.4:
            starts.append((max(quick, 0.0), INHALE_TO_SPEAK_S))
        now = end + 0.2
    begins, lasts = np.array(starts).T
    out = np.clip(np.append(begins[1:], np.inf) - begins - lasts, 0.3, 4.0)
    times, lengths = np.stack([begins, begins + lasts], 1).ravel(), np.stack([lasts, out], 1).ravel()
    sizes = random.uniform(0.6, 1.0, len(begins))
    return _Steps(times, lengths, np.stack([sizes, np.zeros_like(sizes)], 1).reshape(-1, 1))


def find_accents(wave: np.ndarray, activity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stressed syllables: peaks of loudness that stand out of the speech around them.

    Args:
        wave: ``(n,) float32`` at 16 kHz.
        activity: ``(T,)`` probability of speech at 100 Hz.

    Returns:
        Times in seconds and strengths in (0, 1], at least :data:`ACCENT_SPACING_S` apart.
    """
    hop = SAMPLE_RATE // CURVE_RATE
    frames = min(len(wave) // hop, len(activity))
    if frames < CURVE_RATE // 2:
        return np.zeros(0), np.zeros(0)
    blocks = wave[: frames * hop].reshape(frames, hop)
    power = np.einsum("ij,ij->i", blocks, blocks) / hop
    loud = smooth(10 * np.log10(power + 1e-7), 4.0)
    over = np.where(activity[:frames] > 0.5, loud - smooth(loud, 80.0), 0)
    found = peaks(over, height=1.0, prominence=2.0, distance=int(ACCENT_SPACING_S * CURVE_RATE))
    return found / CURVE_RATE, np.clip(over[found] / 8, 0.2, 1)


def _band_noise(
    random: np.random.Generator, times: np.ndarray, *, columns: int, period_s: tuple[float, float] = SWAY_PERIOD_S
) -> np.ndarray:
    """``(n, columns)`` smooth noise of unit deviation: sines of random period and phase.

    A sum of sines, unlike filtered noise, does not depend on how long the clip is.
    """
    voices = 7
    slow, fast = 1 / period_s[1], 1 / period_s[0]
    rates = np.exp(random.uniform(np.log(slow), np.log(fast), (voices, columns)))
    phases = random.uniform(0, 2 * np.pi, (voices, columns))
    weights = (rates / slow) ** -0.5
    weights = weights / np.sqrt((weights**2).sum(0) / 2)
    return (weights * np.sin(2 * np.pi * rates * times[:, None, None] + phases)).sum(1)


def frames_between(times: np.ndarray, start_s: float, end_s: float) -> slice:
    """The frames shown then; what acts for a moment is worked out there only, which matters in voices of hours."""
    return slice(*np.searchsorted(times, (start_s, end_s)))


def _blinks(random: np.random.Generator, times: np.ndarray, curves: FaceCurves) -> np.ndarray:
    """Lid closure over time; a blink moves to a pause in the speech if one is near."""
    end = times[-1] if len(times) else 0.0
    starts, at = [], random.uniform(0.8, 2.0)
    while at < end:
        starts.append(_near_pause(at, curves))
        shortest, typical, longest = BLINK_INTERVAL_S
        at += float(np.clip(typical * np.exp(0.45 * random.standard_normal()), shortest, longest))
        if random.random() < 0.12:
            at = starts[-1] + sum(BLINK_S) + 0.12  # now and then twice
    out = np.zeros(len(times))
    closing, shut, opening = BLINK_S
    for start in starts:
        part = frames_between(times, start, start + sum(BLINK_S))
        t = times[part] - start
        lid = np.minimum(np.clip(t / closing, 0, 1), 1 - np.clip((t - closing - shut) / opening, 0, 1))
        out[part] = np.maximum(out[part], lid * lid * (3 - 2 * lid))
    return out


def _near_pause(at: float, curves: FaceCurves, reach: float = 0.6) -> float:
    """The nearest beginning of a pause within ``reach`` seconds, or the time itself."""
    first = max(0, int((at - reach) * curves.rate))
    window = curves.activity[first : int((at + reach) * curves.rate)] > 0.5
    ends = np.flatnonzero(window[:-1] & ~window[1:])
    if not len(ends):
        return at
    times = (first + ends + 1) / curves.rate
    return float(times[np.argmin(np.abs(times - at))])
