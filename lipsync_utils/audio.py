"""Sound to features: log-mel energies at the rate of the face curves, and the level that makes voices comparable.

A row depends only on the samples under its own window, so any block of rows can be computed on its own
(``start``/``stop``) and equals the same rows of the whole.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .errors import InputError
from .records import CURVE_RATE, SAMPLE_RATE

MEL_BANDS = 80
"""Number of mel bands of a feature row."""

HOP = SAMPLE_RATE // CURVE_RATE
"""Samples between two feature rows."""

FLOOR = float(np.log(1e-8))
"""What silence looks like: the smallest log-mel energy, about 60 dB under speech at :data:`LEVEL_DBFS`."""

LEVEL_DBFS = -23.0
"""Level of speech that the features are scaled to, in dB relative to full scale (EBU R 128's programme level)."""

MAX_GAIN_DB = 25.0
"""Largest amplification: what is fainter than that is no voice and must not be made one."""

_WINDOW = 400  # 25 ms
_FFT = 512
_BLOCK = 1000  # rows at a time: memory stays flat however long the sound is


def check_wave(wave: np.ndarray) -> np.ndarray:
    """``wave`` as float32; raises :class:`InputError` unless it is one-dimensional and finite."""
    wave = np.asarray(wave)
    if wave.ndim != 1 or wave.dtype.kind != "f":
        raise InputError(
            "Received sound of shape {shape} and type {dtype}; needed is mono (n,) floating point at "
            "{rate} Hz in [-1, 1]. Read files with lipsync_utils.media.",
            shape=wave.shape,
            dtype=wave.dtype,
            rate=SAMPLE_RATE,
        )
    if not np.isfinite(wave).all():
        raise InputError("Received sound with NaN or infinite samples; needed are finite ones. Decode the file again.")
    return wave.astype(np.float32, copy=False)


def rows_of(samples: int) -> int:
    """Number of feature rows for a sound of ``samples`` samples: those whose centre lies inside it."""
    return -(-samples // HOP)


def log_mel(wave: np.ndarray, *, gain_db: float = 0.0, start: int = 0, stop: int | None = None) -> np.ndarray:
    """Natural logarithm of mel band power, on centred windows.

    Args:
        wave: ``(n,) float32`` mono at 16 kHz in [-1, 1]; beyond its ends there is silence.
        gain_db: amplification in dB before the floor is applied; see :func:`speech_gain`.
        start: first row wanted.
        stop: row after the last one wanted; None means to the end.

    Returns:
        ``(stop - start, 80) float32``, at least :data:`FLOOR`. Row ``t`` is centred at ``t / 100`` seconds: 25 ms Hann
        window, 512-point power spectrum, 80 Slaney mel bands from 0 to 8000 Hz (the definition of
        ``librosa.feature.melspectrogram``).

    Raises:
        InputError: if ``wave`` is not mono floating point or not finite.
    """
    wave = check_wave(wave)
    stop = rows_of(len(wave)) if stop is None else min(stop, rows_of(len(wave)))
    gain = 10.0 ** (gain_db / 20.0)
    blocks = [_block(wave, first, min(first + _BLOCK, stop), gain) for first in range(start, stop, _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, MEL_BANDS), np.float32)


def log_mel_beyond(wave: np.ndarray, *, gain_db: float, start: int, stop: int) -> np.ndarray:
    """Rows ``start`` to ``stop`` (excluded) of :func:`log_mel`, of silence where they lie before or after the sound."""
    out = np.full((stop - start, MEL_BANDS), FLOOR, np.float32)
    heard = log_mel(wave, gain_db=gain_db, start=max(start, 0), stop=stop)
    out[max(-start, 0) :][: len(heard)] = heard
    return out


def tenths(wave: np.ndarray) -> np.ndarray:
    """Mean power of each tenth of a second of ``(n,)`` samples at 16 kHz, ``(ceil(n / 1600),) float64``."""
    step = SAMPLE_RATE // 10
    padded = np.pad(wave, (0, -len(wave) % step)) if len(wave) % step else wave
    return np.mean(np.square(padded.reshape(-1, step)), axis=1, dtype=np.float64)


def speech_gain(wave: np.ndarray) -> float:
    """Gain in dB that brings the voice in ``wave`` to :data:`LEVEL_DBFS`, at most :data:`MAX_GAIN_DB`.

    One number for the whole sound, so that loud and soft words keep their difference. The level is the gated mean
    power of ITU-R BS.1770-4 (400 ms blocks, 75 % overlap, gates at -70 dBFS and 10 dB under the mean) without its
    frequency weighting: pauses of any length do not count. Silence gets a gain of 0.

    Args:
        wave: ``(n,) float32`` mono at 16 kHz.
    """
    power = tenths(check_wave(wave))
    blocks = np.convolve(power, np.full(4, 0.25), mode="valid") if len(power) >= 4 else power
    blocks = blocks[blocks > 10.0 ** (-70.0 / 10.0)]
    if not blocks.size:
        return 0.0
    level = np.mean(blocks[blocks > 0.1 * np.mean(blocks)])
    return float(np.clip(LEVEL_DBFS - 10.0 * np.log10(level), -60.0, MAX_GAIN_DB))


def _block(wave: np.ndarray, first: int, last: int, gain: float) -> np.ndarray:
    """Rows ``first`` to ``last`` (excluded)."""
    begin, end = first * HOP - _WINDOW // 2, (last - 1) * HOP + _WINDOW // 2
    piece = wave[max(begin, 0) : max(end, 0)] * np.float32(gain)
    piece = np.pad(piece, (max(-begin, 0), max(end - len(wave), 0)))
    frames = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::HOP]  # (rows, 400)
    spectrum = np.fft.rfft(frames * hann(_WINDOW), _FFT, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)  # (rows, 257)
    return np.log(np.maximum((mel_filters(_FFT, 0.0, SAMPLE_RATE / 2) @ power.T).T, np.float32(np.exp(FLOOR))))


@lru_cache
def hann(size: int) -> np.ndarray:
    """Periodic Hann window, ``(size,) float32``."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)).astype(np.float32)


@lru_cache
def mel_filters(fft: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Slaney's mel filter bank, ``(80, fft // 2 + 1) float32`` (that of ``librosa.filters.mel``).

    The scale is linear to 1000 Hz and logarithmic above (Slaney, *Auditory Toolbox*, 1998); triangles of equal area.
    """
    low, high = (_mels(np.array(hertz)) for hertz in (low_hz, high_hz))
    edges = _hertz(np.linspace(low, high, MEL_BANDS + 2))[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    bins = np.arange(fft // 2 + 1) * SAMPLE_RATE / fft
    triangles = np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle))
    return (np.maximum(triangles, 0) * 2 / (right - left)).astype(np.float32)


_LINEAR_HZ, _LINEAR_MELS, _LOG_STEP = 1000.0, 15.0, np.log(6.4) / 27.0


def _mels(hertz: np.ndarray) -> np.ndarray:
    above = np.log(np.maximum(hertz, _LINEAR_HZ) / _LINEAR_HZ) / _LOG_STEP
    return np.minimum(hertz, _LINEAR_HZ) * (_LINEAR_MELS / _LINEAR_HZ) + above


def _hertz(mels: np.ndarray) -> np.ndarray:
    below = np.minimum(mels, _LINEAR_MELS) * (_LINEAR_HZ / _LINEAR_MELS)
    return below * np.exp(np.maximum(mels - _LINEAR_MELS, 0) * _LOG_STEP)
