"""Mel-frequency cepstral coefficients as SyncNet was trained on: the defaults of python_speech_features 0.6.

J. Lyons et al., *python_speech_features*, 2020 (doi:10.5281/zenodo.3607820). Rectangular windows of 25 ms every 10 ms,
pre-emphasis 0.97, 512-point power spectrum, 26 HTK mel filters from 0 to 8000 Hz, DCT-II, lifter 22; the first
coefficient is replaced by the logarithm of the window's energy.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ..errors import InputError
from ..records import SAMPLE_RATE

RATE = 100
"""Rows a second."""

COEFFICIENTS = 13
"""Coefficients of a row."""

_WINDOW = SAMPLE_RATE // 40  # 25 ms
_HOP = SAMPLE_RATE // RATE
_FFT = 512
_FILTERS = 26
_LIFTER = 22
_PRE_EMPHASIS = 0.97
_BLOCK = 2000  # rows at a time: memory stays flat


def syncnet_mfcc(pcm: np.ndarray) -> np.ndarray:
    """Cepstral coefficients of a sound.

    Args:
        pcm: ``(n,)`` mono at 16 kHz, in units of 16-bit integers (-32768 to 32767); any numeric type.

    Returns:
        ``(rows, 13) float64``: the first row begins with the first sample, the last is padded with zeros;
        ``rows = 1 + ceil((n - 400) / 160)``, at least 1.

    Raises:
        InputError: the sound is empty or not one-dimensional.
    """
    pcm = np.asarray(pcm, np.float64)
    if pcm.ndim != 1 or not pcm.size:
        raise InputError(
            "Received sound of shape {shape}; needed is mono (n,) at {rate} Hz, not empty.",
            shape=pcm.shape,
            rate=SAMPLE_RATE,
        )
    rows = 1 + max(0, math.ceil((len(pcm) - _WINDOW) / _HOP))
    emphasised = np.append(pcm[0], pcm[1:] - _PRE_EMPHASIS * pcm[:-1])
    padded = np.pad(emphasised, (0, max(0, (rows - 1) * _HOP + _WINDOW - len(pcm))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:rows]  # (rows, 400)
    return np.concatenate([_cepstrum(frames[first : first + _BLOCK]) for first in range(0, rows, _BLOCK)])


def _cepstrum(frames: np.ndarray) -> np.ndarray:
    """``(n, 400)`` to ``(n, 13)``."""
    power = np.square(np.abs(np.fft.rfft(frames, _FFT, axis=1))) / _FFT  # (n, 257)
    energy = power.sum(axis=1)
    bands = power @ _mel_filters().T  # (n, 26)
    tiny = np.finfo(float).eps  # what stands for zero under the logarithm
    logs = np.log(np.where(bands == 0.0, tiny, bands))
    lifter = 1.0 + _LIFTER / 2.0 * np.sin(np.pi * np.arange(COEFFICIENTS) / _LIFTER)  # raises the higher coefficients
    out = logs @ _cosines() * lifter
    out[:, 0] = np.log(np.where(energy == 0.0, tiny, energy))
    return out


@lru_cache(maxsize=1)
def _cosines() -> np.ndarray:
    """``(26, 13)`` the orthonormal discrete cosine transform of type II, its lowest coefficients."""
    angles = np.pi * (np.arange(_FILTERS)[:, None] + 0.5) * np.arange(COEFFICIENTS) / _FILTERS
    return np.cos(angles) * np.sqrt(np.where(np.arange(COEFFICIENTS) == 0, 1.0, 2.0) / _FILTERS)


@lru_cache(maxsize=1)
def _mel_filters() -> np.ndarray:
    """``(26, 257)`` triangles between bins that are evenly spaced in mel (2595 log10(1 + f / 700)), floored."""
    mels = np.linspace(0.0, 2595.0 * np.log10(1.0 + SAMPLE_RATE / 2 / 700.0), _FILTERS + 2)
    hertz = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    edges = np.floor((_FFT + 1) * hertz / SAMPLE_RATE)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    bins = np.arange(_FFT // 2 + 1)
    return np.maximum(np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)), 0.0)
