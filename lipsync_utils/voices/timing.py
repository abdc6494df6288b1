"""Phoneme times made to agree with the sound: where silence really lies, and where a stop's closure begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import Phoneme

CLOSURE_S = 0.07
"""Length of the silent closure given to a stop after a pause, where nothing in the sound tells when it began."""

SILENCE_DB = -45.0
"""Level under which a stretch counts as silent, relative to the loudest 10 ms."""

SHORTEST_PAUSE_S = 0.09
"""Shorter silences than this inside speech are closures, not pauses."""

_HOP_S = 0.0025
_STOPS = tuple("pbtdkɡgqʔcɟʈɖɓɗɠʛɢʡ")


def is_stop(ipa: str) -> bool:
    """Whether the sound begins with a complete closure (plosives and affricates)."""
    return ipa.startswith(_STOPS)


def silent_runs(wave: np.ndarray, rate: int, *, shortest_s: float = SHORTEST_PAUSE_S) -> list[tuple[float, float]]:
    """Start and end, in seconds, of every stretch of ``(n,) float32`` that stays below :data:`SILENCE_DB`."""
    hop = round(_HOP_S * rate)
    count = max(len(wave) // hop, 1)
    power = np.array([np.mean(np.square(block)) for block in np.array_split(wave[: count * hop], count)])
    level = np.convolve(power, np.ones(4) / 4, mode="same")  # 10 ms
    silent = np.concatenate([[False], level <= level.max() * 10 ** (SILENCE_DB / 10), [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    duration = len(wave) / rate
    runs = [(a * hop / rate, duration if b == count else b * hop / rate) for a, b in edges.reshape(-1, 2)]
    return [(a, b) for a, b in runs if b - a >= shortest_s]


def with_measured_pauses(phonemes: Sequence[Phoneme], wave: np.ndarray, rate: int) -> list[Phoneme]:
    """Move predicted pauses onto the silences that are really there in ``(n,) float32``.

    Every silent phoneme takes the longest silent run between the start of the sound before it and shortly after the
    start of the sound after it; one without such a run disappears. Only starts are meaningful in the result.
    """
    runs = silent_runs(wave, rate)
    starts: list[float | None] = [p.start_s for p in phonemes]
    for i, phoneme in enumerate(phonemes):
        if phoneme.ipa:
            continue
        earliest = phonemes[i - 1].start_s if i else 0.0
        latest = phonemes[i + 1].start_s + 0.1 if i + 1 < len(phonemes) else len(wave) / rate
        inside = [(a, b) for a, b in runs if b > earliest and a < latest]
        if not inside:
            starts[i] = None
            continue
        start, end = max(inside, key=lambda run: run[1] - run[0])
        starts[i] = max(start, earliest)
        if i + 1 < len(phonemes):
            closed_s = CLOSURE_S if is_stop(phonemes[i + 1].ipa) else 0.0
            starts[i + 1] = max(end - closed_s, starts[i])
    return [replace(p, start_s=s) for p, s in zip(phonemes, starts, strict=True) if s is not None]
