"""Small signal processing that every synthesiser's output goes through."""

from __future__ import annotations

import numpy as np

from ..errors import MissingExtraError

LOUDNESS_LUFS = -20.0
"""Integrated loudness of everything that :func:`lipsync_utils.voices.speak` returns (ITU-R BS.1770)."""

PEAK = 0.97
"""Largest sample that is let through, below the clipping point of every encoder."""

_EQUALISER = (
    (60, -6.0), (120, 2.0), (250, 2.0), (400, 1.0), (500, 2.0), (650, 0.0), (800, -4.0), (1000, -2.0), (1600, -1.0),
    (2500, -5.0), (3150, -2.0), (4000, 2.0), (5000, 1.0), (6300, -2.0), (8000, -8.0), (10000, -24.0),
)  # fmt: skip
"""Gain in dB at frequencies in Hz, measured against two broadcast readers of Arabic and kept under 6 dB."""

_ROOM_DB = -20.0


def loudness_lufs(wave: np.ndarray, rate: int) -> float:
    """Integrated loudness of ``(n,) float32`` in LUFS (ITU-R BS.1770-4); ``-inf`` for silence."""
    try:
        import pyloudnorm
    except ImportError:
        raise MissingExtraError("Measuring loudness", "speech") from None

    if not len(wave):
        return float("-inf")
    shortest = round(0.8 * rate)  # the measurement needs whole blocks of 0.4 s
    repeated = np.tile(wave, -(-shortest // len(wave))) if len(wave) < shortest else wave
    return float(pyloudnorm.Meter(rate).integrated_loudness(repeated.astype(np.float64)))


def normalized(wave: np.ndarray, rate: int, *, lufs: float = LOUDNESS_LUFS) -> np.ndarray:
    """``(n,) float32`` at the wanted loudness, the few peaks that would pass :data:`PEAK` turned down smoothly."""
    measured = loudness_lufs(wave, rate)
    if not np.isfinite(measured):
        return wave.astype(np.float32)
    return _limited(wave * 10.0 ** ((lufs - measured) / 20.0), rate).astype(np.float32)


def _limited(wave: np.ndarray, rate: int, *, window_s: float = 0.01) -> np.ndarray:
    """Peaks under :data:`PEAK`: the needed gain, held over a window and smoothed over the same window."""
    from scipy.ndimage import convolve1d, minimum_filter1d

    needed = np.minimum(1.0, PEAK / np.maximum(np.abs(wave), 1e-9))
    width = 2 * round(window_s * rate / 2) + 1
    ramp = np.hanning(width + 2)[1:-1]
    held = minimum_filter1d(needed, width, mode="nearest")
    return wave * convolve1d(held, ramp / ramp.sum(), mode="nearest")


def faded(wave: np.ndarray, rate: int, *, seconds: float = 0.005) -> np.ndarray:
    """A copy whose first and last samples rise from and fall to zero, so that joins do not click."""
    out = wave.astype(np.float32, copy=True)
    n = min(round(seconds * rate), len(out) // 2)
    if n:
        ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)).astype(np.float32)
        out[:n] *= ramp
        out[-n:] *= ramp[::-1]
    return out


def softened(wave: np.ndarray, rate: int) -> np.ndarray:
    """Formant-synthesised speech made gentler: equaliser and a hint of room, without delay.

    The equaliser moves the long-term spectrum of the voice towards that of broadcast readers; the room is a short
    diffuse tail (60 dB in 0.15 s, 20 dB below the voice), which also spreads the sharp pulses that buzz.
    """
    from scipy.signal import fftconvolve, firwin2

    nyquist = rate / 2
    frequencies = np.array([f for f, _ in _EQUALISER if f < nyquist])
    gains = 10.0 ** (np.array([g for f, g in _EQUALISER if f < nyquist]) / 20.0)
    taps = firwin2(511, [0.0, *frequencies, nyquist], [gains[0], *gains, 0.0], fs=rate)
    shaped = fftconvolve(wave, taps, mode="same")  # linear phase, odd length: nothing moves
    tail_s = np.arange(round(0.15 * rate)) / rate
    tail = np.random.default_rng(0).standard_normal(len(tail_s)) * 10.0 ** (-3.0 * tail_s / 0.15)
    tail[: round(0.002 * rate)] = 0.0
    tail *= 10.0 ** (_ROOM_DB / 20.0) / np.sqrt(np.sum(tail**2))
    return (shaped + fftconvolve(shaped, tail)[: len(shaped)]).astype(np.float32)
