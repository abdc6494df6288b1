"""What happens to voices on their way to a file: rooms, microphones, codecs, noise and music. All seeded."""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.signal import fftconvolve

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


def background(n: int, rng: Generator) -> np.ndarray:
    """``(n,)`` of unit power that is no voice: hiss, rumble, hum, clicks, tones or music."""
    kind = rng.choice(["noise", "noise", "noise", "hum", "clicks", "music", "music", "tone"])
    sound = {"noise": _noise, "hum": _hum, "clicks": _clicks, "music": music, "tone": _tone}[str(kind)](n, rng)
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
