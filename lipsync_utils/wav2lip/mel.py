"""What Wav2Lip hears: 80 mel bands, 80 columns a second, in windows of 16 columns.

The definition is that of the published code (K R Prajwal et al. 2020, with librosa 0.7): pre-emphasis, a centred Hann
window whose ends see the sound reflected, magnitudes in Slaney mel bands, decibels scaled to [-4, 4].
"""

from __future__ import annotations

import numpy as np

from ..audio import check_wave, hann, mel_filters
from ..records import SAMPLE_RATE, Timeline
from .network import MEL_COLUMNS

MEL_HOP = 200
"""Samples between two columns."""

MEL_RATE = SAMPLE_RATE / MEL_HOP
"""Columns a second."""

SILENCE = -4.0
"""What silence looks like in every band; loudest is the opposite."""

WINDOW_CENTRE_S = (MEL_COLUMNS - 1) / 2 / MEL_RATE
"""How much later the middle of a frame's window is than the moment from which the frame is shown, in seconds. At 25
frames a second the window of frame i begins with it and is centred on frame i + 2, as in the published inference (in
training it began one frame earlier, so that the lips come one frame before the sound)."""

_FFT = 800  # 50 ms, the length of the window too
_BAND_HZ = (55.0, 7600.0)
_EMPHASIS = 0.97
_REFERENCE_DB, _RANGE_DB = 20.0, 100.0
_BLOCK = 1000  # columns at a time: memory stays flat however long the sound is


def wav2lip_mel(wave: np.ndarray) -> np.ndarray:
    """Mel spectrogram as Wav2Lip was trained on.

    Args:
        wave: ``(n,) float32`` mono at 16 kHz in [-1, 1]. Of a sound too short to be reflected at its ends (25 ms), the
            missing part is silence.

    Returns:
        ``(80, 1 + n // 200) float32`` in [-4, 4]; column ``c`` is centred at ``c / 80`` seconds.

    Raises:
        InputError: if ``wave`` is not mono floating point or not finite.
    """
    wave = check_wave(wave)
    columns = 1 + len(wave) // MEL_HOP
    emphasised = np.zeros(max(len(wave), _FFT // 2 + 1), np.float32)
    emphasised[: len(wave)] = wave
    emphasised[1 : len(wave)] -= np.float32(_EMPHASIS) * wave[:-1]
    padded = np.pad(emphasised, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::MEL_HOP]  # (columns, 800)
    blocks = [_columns(frames[start : min(start + _BLOCK, columns)]) for start in range(0, columns, _BLOCK)]
    return np.concatenate(blocks, axis=1)


def mel_windows(mel: np.ndarray, timeline: Timeline, start: int, stop: int) -> np.ndarray:
    """The windows of speech for frames ``start`` to ``stop`` (excluded) of a timeline.

    The window of frame ``i`` begins at column ``int(80 i / fps)``, as published. Where that reaches beyond the end of
    the sound, it is the last whole window, so that every frame has one; sound shorter than a window is followed by
    silence.

    Args:
        mel: ``(80, columns) float32`` from :func:`wav2lip_mel`.
        timeline: the output's clock.
        start: first frame.
        stop: frame after the last one.

    Returns:
        ``(stop - start, 1, 80, 16) float32``, a new array.
    """
    if mel.shape[1] < MEL_COLUMNS:
        mel = np.pad(mel, ((0, 0), (0, MEL_COLUMNS - mel.shape[1])), constant_values=SILENCE)
    first = [int(index * SAMPLE_RATE / (MEL_HOP * timeline.fps)) for index in range(start, stop)]
    first = np.minimum(np.array(first, int), mel.shape[1] - MEL_COLUMNS)
    columns = first[:, None] + np.arange(MEL_COLUMNS)
    return np.ascontiguousarray(mel[:, columns].swapaxes(0, 1)[:, None])  # (n, 1, 80, 16)


def _columns(frames: np.ndarray) -> np.ndarray:
    """``(80, n)`` of ``(n, 800)`` samples."""
    magnitude = np.abs(np.fft.rfft(frames * hann(_FFT), axis=1))  # (n, 401)
    bands = (mel_filters(_FFT, *_BAND_HZ) @ magnitude.T).astype(np.float32)
    floor = 10.0 ** (-_RANGE_DB / 20.0)
    decibels = 20.0 * np.log10(np.maximum(bands, np.float32(floor))) - _REFERENCE_DB
    scaled = (decibels + _RANGE_DB) * np.float32(-2 * SILENCE / _RANGE_DB) + np.float32(SILENCE)
    return np.clip(scaled, SILENCE, -SILENCE)
