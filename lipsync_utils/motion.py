"""Idle life of a still portrait: slow head sway, blinks at a human rate, nods and brows on stressed syllables.

Sources: blinks about 17 a minute at rest and more in talk (Bentivoglio et al., "Analysis of blink rate patterns in
normal subjects", Movement Disorders 1997), closing faster than opening; head nods and brow raises go with prosodic
prominence (Munhall et al., "Visual prosody and speech intelligibility", Psychological Science 2004).
"""

from __future__ import annotations

import numpy as np

from .options import MotionOptions
from .records import CURVE_RATE, SAMPLE_RATE, FaceCurves, HeadMotion, Speech, Timeline

SWAY_RADIANS = np.array([0.016, 0.030, 0.014])
"""Standard deviation of pitch, yaw and roll."""

SWAY_SHIFT = np.array([0.010, 0.006])
"""Standard deviation of the sideways and vertical shift, in face widths."""

SWAY_PERIOD_S = (3.0, 12.0)
"""Shortest and longest period of the sway."""

BLINK_S = (0.07, 0.04, 0.14)
"""How long the lids close, stay shut and open."""

BLINK_INTERVAL_S = (1.6, 3.4, 8.0)
"""Shortest, typical and longest time between blinks."""

NOD_RADIANS = 0.030
NOD_S = 0.42
ACCENT_SPACING_S = 0.75
EASE_S = 0.8
"""Motion starts from the picture as it is and eases in."""


def make_motion(speech: Speech, curves: FaceCurves, timeline: Timeline, options: MotionOptions) -> HeadMotion:
    """Head motion, blinks and brows for a clip.

    Args:
        speech: the voice, for its stress.
        curves: face curves, for where somebody speaks.
        timeline: the output's clock.
        options: style and seed; the same seed gives the same motion.

    Returns:
        One row per frame; all zero for ``style="still"``.
    """
    n = timeline.frames
    if options.style == "still":
        return HeadMotion(*(np.zeros((n, k), np.float32) for k in (3, 2)), *(np.zeros(n, np.float32) for _ in "ab"))
    random = np.random.default_rng(options.seed)
    times = np.arange(n) / float(timeline.fps)
    sway = _band_noise(random, n, float(timeline.fps), columns=5)
    accents, strengths = find_accents(speech.wave, curves.activity)
    ease = np.clip(times / EASE_S, 0, 1)[:, None]
    rotation = sway[:, :3] * SWAY_RADIANS
    brow = 0.5 * np.clip(_band_noise(random, n, float(timeline.fps), columns=1)[:, 0] - 0.9, 0, 1)
    for time, strength in zip(accents, strengths, strict=True):
        part = _frames_between(times, time - NOD_S / 2, time + NOD_S / 2)
        pulse = strength * (0.5 + 0.5 * np.cos(2 * np.pi * (times[part] - time) / NOD_S))
        rotation[part, 0] += NOD_RADIANS * random.uniform(0.5, 1.0) * pulse
        if random.random() < 0.4:
            brow[part] += 0.45 * pulse
    return HeadMotion(
        rotation=(rotation * ease).astype(np.float32),
        shift=(sway[:, 3:] * SWAY_SHIFT * ease).astype(np.float32),
        blink=_blinks(random, times, curves).astype(np.float32),
        brow=np.clip(brow * ease[:, 0], 0, 0.8).astype(np.float32),
    )


def find_accents(wave: np.ndarray, activity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stressed syllables: peaks of loudness that stand out of the speech around them.

    Args:
        wave: ``(n,) float32`` at 16 kHz.
        activity: ``(T,)`` probability of speech at 100 Hz.

    Returns:
        Times in seconds and strengths in (0, 1], at least :data:`ACCENT_SPACING_S` apart.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    hop = SAMPLE_RATE // CURVE_RATE
    frames = min(len(wave) // hop, len(activity))
    if frames < CURVE_RATE // 2:
        return np.zeros(0), np.zeros(0)
    blocks = wave[: frames * hop].reshape(frames, hop)
    power = np.einsum("ij,ij->i", blocks, blocks) / hop
    loud = gaussian_filter1d(10 * np.log10(power + 1e-7), 4.0)
    over = np.where(activity[:frames] > 0.5, loud - gaussian_filter1d(loud, 80.0), 0)
    peaks, _ = find_peaks(over, height=2.0, prominence=3.0, distance=int(ACCENT_SPACING_S * CURVE_RATE))
    return peaks / CURVE_RATE, np.clip(over[peaks] / 10, 0.3, 1)


def _band_noise(random: np.random.Generator, n: int, fps: float, *, columns: int) -> np.ndarray:
    """``(n, columns)`` smooth noise of unit deviation: sines of random period and phase in the band of the sway.

    A sum of sines, unlike filtered noise, does not depend on how long the clip is.
    """
    voices = 7
    slow, fast = 1 / SWAY_PERIOD_S[1], 1 / SWAY_PERIOD_S[0]
    rates = np.exp(random.uniform(np.log(slow), np.log(fast), (voices, columns)))
    phases = random.uniform(0, 2 * np.pi, (voices, columns))
    weights = (rates / slow) ** -0.5
    weights = weights / np.sqrt((weights**2).sum(0) / 2)
    times = np.arange(n)[:, None, None] / fps
    return (weights * np.sin(2 * np.pi * rates * times + phases)).sum(1)


def _frames_between(times: np.ndarray, start_s: float, end_s: float) -> slice:
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
        part = _frames_between(times, start, start + sum(BLINK_S))
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
