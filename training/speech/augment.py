"""What happens to voices on their way to a file: rooms, microphones, codecs, noise and music. All seeded."""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.signal import fftconvolve

from lipsync_utils.audio import MEL_BANDS
from lipsync_utils.records import SAMPLE_RATE

Generator = np.random.Generator


class Backgrounds:
    """A stock of sounds without voice, made once; each is used many times, moved and turned round."""

    def __init__(self, count: int, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.sounds = [background(n, rng).astype(np.float32) for _ in range(count)]

    def draw(self, n: int, rng: Generator) -> np.ndarray:
        """``(n,) float32`` of unit power."""
        sound = self.sounds[rng.integers(len(self.sounds))]
        return np.resize(np.roll(sound, rng.integers(len(sound))), n) * rng.choice((-1.0, 1.0))


def degrade(wave: np.ndarray, rng: Generator, backgrounds: Backgrounds) -> np.ndarray:
    """A copy of ``(n,) float32`` as some room, microphone and codec would have left it; never moved in time."""
    out = wave
    if rng.random() < 0.35:
        out = in_room(out, rng)
    if rng.random() < 0.6:
        out = coloured(out, rng)
    if rng.random() < 0.85:
        out = with_noise(out, rng, backgrounds)
    if rng.random() < 0.1:
        peak = np.abs(out).max() + 1e-9
        out = np.clip(out, -peak * (limit := rng.uniform(0.15, 0.6)), peak * limit)
    if rng.random() < 0.1:
        peak = np.abs(out).max() + 1e-9
        out = _companded(out / peak) * peak
    return out.astype(np.float32)


def in_room(wave: np.ndarray, rng: Generator) -> np.ndarray:
    """Direct sound, a few reflections and an exponential tail (reverberation time 0.15 to 0.8 s)."""
    seconds = rng.uniform(0.15, 0.8)
    n = round(seconds * SAMPLE_RATE)
    tail = rng.standard_normal(n) * 10.0 ** (-3.0 * np.arange(n) / n)
    tail[: round(rng.uniform(0.002, 0.02) * SAMPLE_RATE)] = 0.0
    tail *= 10.0 ** (-rng.uniform(2.0, 16.0) / 20.0) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1.0
    return fftconvolve(wave, tail)[: len(wave)]


def coloured(wave: np.ndarray, rng: Generator) -> np.ndarray:
    """A smooth random equaliser, and often a narrower band; zero phase, so nothing is delayed."""
    spectrum = fft.rfft(wave)
    hertz = np.fft.rfftfreq(len(wave), 1.0 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(hertz, 40.0) / 40.0)
    knots = rng.normal(0.0, 4.0, 9) + rng.normal(0.0, 1.5) * (np.arange(9) - 4.0)
    decibels = np.interp(octaves, np.arange(9), knots)
    if rng.random() < 0.4:
        edge = rng.uniform(3000.0, 7500.0)
        decibels -= np.clip((hertz - edge) / (0.08 * edge), 0.0, 1.0) * rng.uniform(20.0, 60.0)
    if rng.random() < 0.4:
        edge = rng.uniform(60.0, 320.0)
        decibels -= np.clip((edge - hertz) / (0.4 * edge), 0.0, 1.0) * 40.0
    return fft.irfft(spectrum * 10.0 ** (decibels / 20.0), len(wave))


def with_noise(wave: np.ndarray, rng: Generator, backgrounds: Backgrounds) -> np.ndarray:
    """Background at 0 to 50 dB below the voice; mostly faint."""
    level = np.sqrt(np.mean(wave**2)) * 10.0 ** (-rng.triangular(0.0, 28.0, 50.0) / 20.0)
    return wave + level * backgrounds.draw(len(wave), rng)


def another_throat(features: np.ndarray, factor: float) -> np.ndarray:
    """Log-mel ``(T, 80)`` with all frequencies multiplied by ``factor``, as from a shorter or longer vocal tract.

    Vocal-tract-length perturbation (Jaitly and Hinton 2013); the time axis stays.
    """
    import librosa

    hertz = librosa.mel_frequencies(MEL_BANDS, fmin=0.0, fmax=SAMPLE_RATE / 2)
    at = np.interp(hertz / factor, hertz, np.arange(MEL_BANDS))  # where each band's sound was
    low = np.minimum(at.astype(int), MEL_BANDS - 2)
    share = (at - low).astype(np.float32)
    return features[:, low] * (1.0 - share) + features[:, low + 1] * share


def mask(features: np.ndarray, rng: Generator) -> None:
    """Take up to 80 ms and up to ten bands out of log-mel ``(T, 80)``, in place (Park et al., *SpecAugment*, 2019)."""
    middle = features.mean()
    begin, band = rng.integers(len(features) - 8), rng.integers(MEL_BANDS - 10)
    features[begin : begin + rng.integers(1, 9)] = middle
    features[:, band : band + rng.integers(1, 11)] = middle


def background(n: int, rng: Generator) -> np.ndarray:
    """``(n,)`` of unit power that is no voice: hiss, rumble, hum, clicks, tones, breath or music."""
    kinds = {"noise": (_noise, 3), "hum": (_hum, 1), "clicks": (_clicks, 1), "tone": (_tone, 1), "breath": (breath, 1),
             "music": (music, 3), "melody": (melody, 2)}  # fmt: skip
    shares = np.array([share for _, share in kinds.values()], float)
    kind = str(rng.choice(list(kinds), p=shares / shares.sum()))
    sound = kinds[kind][0](n, rng)
    if kind != "noise" and rng.random() < 0.6:
        sound = sound / (sound.std() + 1e-9) + rng.uniform(0.05, 0.7) * _noise(n, rng)
    return sound / (np.sqrt(np.mean(sound**2)) + 1e-9)


def music(n: int, rng: Generator) -> np.ndarray:
    """Chords of decaying harmonics with a bass and, often, drums."""
    out = np.zeros(n)
    beat = round(SAMPLE_RATE * rng.uniform(0.18, 0.7))
    root = rng.uniform(80.0, 330.0)
    rolloff, decay = rng.uniform(0.5, 1.8), rng.uniform(0.5, 8.0)
    attack = rng.uniform(0.003, 0.08)
    drums = rng.random() < 0.6
    for start in range(-rng.integers(beat), n, beat):
        length = min(round(beat * rng.choice((1, 1, 2, 4))), n - max(start, 0))
        t = np.arange(length) / SAMPLE_RATE
        envelope = np.exp(-decay * t) * np.minimum(t / attack, 1.0)
        note, vibrato = np.zeros(length), 1.0 + 0.003 * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
        for semitone in rng.choice((0, 3, 4, 5, 7, 9, 12, 14, 16, 19), size=rng.integers(1, 5)):
            pitch = root * 2.0 ** (semitone / 12.0)
            for harmonic in range(1, 9):
                if pitch * harmonic < 7000.0:
                    note += np.sin(2 * np.pi * pitch * harmonic * t * vibrato + rng.uniform(0, 6.3)) / harmonic**rolloff
        if drums:
            note += rng.uniform(0.5, 4.0) * _noise(length, rng) * np.exp(-t * rng.uniform(15, 60))
        begin = max(start, 0)
        out[begin : begin + length] += (note * envelope)[: n - begin]
    return out


def melody(n: int, rng: Generator) -> np.ndarray:
    """A gliding lead with vibrato and a resonant body over a held chord: strings, winds, organs."""
    t = np.arange(n) / SAMPLE_RATE
    length = rng.uniform(0.12, 0.9)
    count = int(n / SAMPLE_RATE / length) + 2
    notes = rng.choice((0, 2, 3, 5, 7, 8, 10, 12, 15), size=count)
    steps = np.repeat(notes, int(length * SAMPLE_RATE) + 1)[:n].astype(float)
    glide = np.hanning(2 * int(rng.uniform(0.004, 0.06) * SAMPLE_RATE) + 3)
    steps = fftconvolve(np.pad(steps, len(glide), "edge"), glide / glide.sum(), "same")[len(glide) : -len(glide)]
    pitch = rng.uniform(90.0, 520.0) * 2.0 ** (steps / 12.0)
    pitch *= 1.0 + rng.uniform(0.0, 0.015) * np.sin(2 * np.pi * rng.uniform(4.0, 7.0) * t)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    body, rolloff = rng.uniform(300.0, 3000.0), rng.uniform(0.4, 1.6)
    lead = np.zeros(n)
    for k in range(1, 13):
        gain = k**-rolloff * (0.3 + np.exp(-0.5 * (np.log(pitch * k / body) / 0.5) ** 2))
        lead += np.where(pitch * k < 7500.0, gain, 0.0) * np.sin(k * phase + rng.uniform(0.0, 6.3))
    beat = np.mod(t / length, 1.0)
    lead *= np.minimum(beat / rng.uniform(0.02, 0.3), 1.0) * np.exp(-rng.uniform(0.0, 2.5) * beat)
    chord = sum(np.sin(2 * np.pi * pitch[0] * 2.0 ** ((s - 12) / 12.0) * k * t + rng.uniform(0, 6.3)) / k
                for s in (0, 4, 7) for k in range(1, 6))  # fmt: skip
    return lead + rng.uniform(0.0, 0.6) * chord


def breath(n: int, rng: Generator) -> np.ndarray:
    """Breathing in and out: noise through a wide-open throat, swelling for half a second at a time."""
    spectrum = fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1.0 / SAMPLE_RATE) + 1.0
    throat = sum(g * np.exp(-0.5 * ((hertz - rng.normal(f, 0.12 * f)) / (0.25 * f + 100.0)) ** 2)
                 for f, g in ((600.0, 1.0), (1500.0, 0.8), (2700.0, 0.5), (4500.0, 0.3)))  # fmt: skip
    sound = fft.irfft(spectrum * (throat + 0.03), n)
    t = np.arange(n) / SAMPLE_RATE
    every = rng.uniform(0.9, 3.0)
    return sound * np.exp(
        -0.5 * ((np.mod(t + rng.uniform(0, every), every) - 0.5 * every) / rng.uniform(0.1, 0.3)) ** 2
    )


def _noise(n: int, rng: Generator) -> np.ndarray:
    """Noise with a random slope, sometimes a band, sometimes swelling."""
    spectrum = fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1.0 / SAMPLE_RATE) + 20.0
    spectrum *= hertz ** -rng.uniform(-0.3, 1.1)
    if rng.random() < 0.3:
        middle = np.exp(rng.uniform(np.log(150.0), np.log(6000.0)))
        spectrum *= np.exp(-0.5 * (np.log(hertz / middle) / rng.uniform(0.15, 0.8)) ** 2) + 0.02
    sound = fft.irfft(spectrum, n)
    if rng.random() < 0.35 and n > 8:
        knots = np.exp(rng.normal(0.0, 0.8, max(n // rng.integers(2000, 16000), 2)))
        sound *= np.interp(np.arange(n), np.linspace(0, n, len(knots)), knots)
    return sound / (sound.std() + 1e-9)


def _hum(n: int, rng: Generator) -> np.ndarray:
    t = np.arange(n) / SAMPLE_RATE
    base = rng.choice((50.0, 60.0, rng.uniform(80.0, 400.0)))
    return sum(np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3)) * rng.random() / k for k in range(1, 12))


def _clicks(n: int, rng: Generator) -> np.ndarray:
    impulses = np.zeros(n)
    count = max(int(n / SAMPLE_RATE * rng.uniform(1.0, 9.0)), 1)
    impulses[rng.integers(0, n, count)] = rng.normal(0.0, 1.0, count)
    t = np.arange(800) / SAMPLE_RATE
    ring = np.exp(-t * rng.uniform(60, 500)) * np.sin(2 * np.pi * rng.uniform(300, 5000) * t + 1.0)
    return fftconvolve(impulses, ring)[:n]


def _tone(n: int, rng: Generator) -> np.ndarray:
    t = np.arange(n) / SAMPLE_RATE
    hertz = rng.uniform(100, 4000) * (1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0, 3) * t))
    return np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE)


def _companded(wave: np.ndarray) -> np.ndarray:
    """Through 8-bit mu-law (ITU-T G.711)."""
    mu = 255.0
    coded = np.sign(wave) * np.log1p(mu * np.abs(wave)) / np.log1p(mu)
    coded = np.round(coded * 127.0) / 127.0
    return np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu
