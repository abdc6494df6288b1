"""Another speaker out of one voice: its pitch, its formants and its steadiness moved, in a vocoder's own parameters.

A vocal tract that is shorter by a factor has its resonances higher by that factor, so a spectral envelope stretched
along frequency is that of a smaller or a larger speaker. Pitch is independent of it. See P. Lieberman and S. Blumstein,
*Speech Physiology, Speech Perception, and Acoustic Phonetics*, Cambridge 1988, chapters 3 and 7; for measured pitches
and formants, J. Hillenbrand et al., "Acoustic characteristics of American English vowels", JASA 97(5), 1995.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BIN_HZ = 20.0
_VOICED_HZ = 40.0
_DB = 20 / np.log(10)
_FRAMES_A_SECOND = 80
_LOBE_BINS = 1.5  # noise bandwidth of the Hann window through which the vocoder sees a harmonic
_HOLES, _SMOOTH = 9, 2.5  # bins: what the network left out, and less than a formant is wide
_TREMOR_HZ = (3.0, 8.0)
_SHIMMER = 4.0  # the louder the higher: times the share by which the pitch is moved


@dataclass(frozen=True)
class Timbre:
    """How one speaker differs from another who says the same.

    Attributes:
        pitch: factor on the fundamental frequency.
        formants: factor on the resonances: about 0.86 from a woman to a man, 1.2 from a woman to a child of eight.
        rate: factor on the speed.
        tremor: how unsteady pitch and loudness are, as a standard deviation of the pitch: 0.02 is an old voice.
        breath_db: level of the breath's noise against the voice; None: as it is.
    """

    pitch: float = 1.0
    formants: float = 1.0
    rate: float = 1.0
    tremor: float = 0.0
    breath_db: float | None = None


def converted(spectra: list[np.ndarray], f0: np.ndarray, timbre: Timbre, *, seed: int = 0) -> list[np.ndarray]:
    """What hibari's vocoder is given, as another speaker would have it.

    The vocoder adds three branches: harmonics (log magnitude, phase), noise (log magnitude), and a free one (log
    magnitude, phase), which has bursts and friction, and what pulses cannot say about the voice, at its old pitch.

    Args:
        spectra: five ``(601, F) float32``, 0 to 12 kHz, 80 frames a second: log magnitude and phase of the harmonics,
            log magnitude of the noise, log magnitude and phase of the free branch.
        f0: ``(F,) float32`` in Hz; under 40 there is no voice.
        timbre: the other speaker.
        seed: fixes the random part of a tremor.

    Returns:
        The same six, new.
    """
    harmonic, _, noise, free, phase = spectra
    voiced, bins = f0 > _VOICED_HZ, np.arange(len(harmonic), dtype=np.float32)
    envelope = _envelope(harmonic, f0)
    level = envelope + 0.5 * np.log(_LOBE_BINS * _BIN_HZ / np.maximum(f0, _VOICED_HZ))  # of a bin, harmonics or none
    # What the voice drowns in the free branch still sings at the old pitch: a second speaker, if it were kept.
    free = free - voiced * np.logaddexp(0.0, 2 * (level - _smooth(free)))
    if timbre.breath_db is not None:
        noise = np.where(voiced, np.logaddexp(noise, level + timbre.breath_db / _DB), noise)
    source = bins / timbre.formants
    unsteady = _tremor(len(f0), timbre.tremor, seed)
    # A lower voice has more harmonics: each is weaker, so that it keeps its level against the consonants.
    envelope = _stretched(envelope, source) + 0.5 * np.log(timbre.pitch) + _SHIMMER * unsteady
    turned = np.arctanh(0.999 * _minimum_phase(envelope) / np.pi)
    parts = envelope, turned, _stretched(noise, source), _stretched(free, source), _carried(phase, source)
    return [*(part.astype(np.float32) for part in parts), (f0 * timbre.pitch * (1 + unsteady)).astype(np.float32)]


def _envelope(harmonic: np.ndarray, f0: np.ndarray) -> np.ndarray:
    """The log spectrum that harmonics are samples of, ``(601, F)``: without holes, and level below the first one."""
    from scipy.ndimage import median_filter

    smooth = _smooth(median_filter(harmonic, (_HOLES, 1), mode="nearest"))
    first = np.clip(np.round(f0 / _BIN_HZ).astype(int), 0, len(harmonic) - 1)
    below = np.arange(len(harmonic))[:, None] < first
    return np.where(below, np.take_along_axis(smooth, first[None], axis=0), smooth)


def _smooth(spectrum: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(spectrum, _SMOOTH, axis=0, mode="nearest")


def _stretched(spectrum: np.ndarray, source: np.ndarray) -> np.ndarray:
    """``(601, F)`` read at other bins ``(601,)``, linearly; the last bin stands for all beyond."""
    place = np.clip(source, 0, len(spectrum) - 1)
    low = np.minimum(place.astype(int), len(spectrum) - 2)
    share = (place - low)[:, None]
    return spectrum[low] * (1 - share) + spectrum[low + 1] * share


def _carried(phase: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Phases ``(601, F)`` of the bins nearest to ``source``, turned so that what lay mid-frame stays there.

    A frame's middle is half a transform away from where phases are counted: half a turn more with every bin.
    """
    nearest = np.clip(np.round(source).astype(int), 0, len(phase) - 1)
    return phase[nearest] + np.pi * ((nearest - np.arange(len(phase))) % 2)[:, None]


def _minimum_phase(log_magnitude: np.ndarray) -> np.ndarray:
    """The phase, ``(601, F)`` in [-pi, pi], of a filter that answers as early as its magnitude allows.

    Its cepstrum is causal (A. Oppenheim and R. Schafer, *Discrete-Time Signal Processing*, chapter 13).
    """
    cepstrum = np.fft.irfft(log_magnitude, axis=0)
    half = len(cepstrum) // 2
    cepstrum[1:half] *= 2
    cepstrum[half + 1 :] = 0
    return np.angle(np.exp(1j * np.fft.rfft(cepstrum, axis=0).imag))


def _tremor(frames: int, size: float, seed: int) -> np.ndarray:
    """Share by which pitch and loudness are off, ``(frames,)``: a slow tremor and, from frame to frame, a jitter."""
    from scipy.signal import butter, sosfilt

    if not size:
        return np.zeros(frames)
    noise = np.random.default_rng(seed).standard_normal((2, frames + _FRAMES_A_SECOND))
    slow = sosfilt(butter(2, _TREMOR_HZ, "band", fs=_FRAMES_A_SECOND, output="sos"), noise[0])
    slow, quick = slow[-frames:] / slow.std(), noise[1, -frames:]
    return size * (0.9 * slow + 0.44 * quick)
