"""Make the training data of the sync expert in training/sync/cache/: voices, and mouths that speak them.

    python training/sync/make_data.py [--minutes 160] [--seed 1000]

The voices come from ``training/speech`` with other seeds; everything else is drawn here: the speakers
(``articulation.py``), their faces, cameras and trackers (``seeing.py``). The network never sees a picture.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from articulation import Style, speak
from seeing import Person, seen

sys.path.append(str(Path(__file__).parents[1] / "speech"))
import augment
from synthesize import Speaker

from lipsync_utils.audio import HOP, log_mel, speech_gain
from lipsync_utils.records import SAMPLE_RATE, Phoneme
from lipsync_utils.sync.encoders import ROWS
from lipsync_utils.sync.protocol import FPS

CACHE = Path(__file__).parent / "cache"
MIX = {"hibari": 0.34, "flite": 0.2, "english": 0.2, "arabic": 0.16, "other": 0.1}
"""Part of each kind of voice; see ``training/speech/synthesize.py``."""

TAKE_S = 10.0
"""One mouth speaks at least so long."""

PEOPLE = 3
"""Mouths that speak each take."""

DEGRADED = 0.6
"""Part of the takes that a room, a microphone, a codec or noise has changed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=160.0)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--name", default="train")
    parser.add_argument("--only", nargs="+", choices=MIX, default=list(MIX), help="these voices; each has its own seed")
    options = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    backgrounds = augment.Backgrounds(60, 16000 * 6, options.seed)
    for source in options.only:
        write(options.name, source, 60.0 * options.minutes * MIX[source], options.seed, backgrounds)


def write(name: str, source: str, seconds: float, seed: int, backgrounds: augment.Backgrounds) -> None:
    """One source's takes in a row: features ``(4 T, 80)``, measures ``(PEOPLE, T, 12)``, and where each take ends."""
    speaker, rng = Speaker(source, seed), np.random.default_rng([seed, *source.encode()])
    features, measures, ends, length, begun = [], [], [], 0, time.perf_counter()
    while length / FPS < seconds:
        wave, phonemes = take(speaker)
        count = len(wave) // (ROWS * HOP)
        mouths = [seen(speak(phonemes, wave, Style.draw(rng), rng), Person(rng), rng)[:count] for _ in range(PEOPLE)]
        sound = augment.degrade(wave, rng, backgrounds) if rng.random() < DEGRADED else wave
        sound = sound.astype(np.float32)
        features.append(log_mel(sound, gain_db=speech_gain(sound)).astype(np.float16)[: count * ROWS])
        measures.append(np.stack(mouths).astype(np.float16))
        length += count
        ends.append(length)
    np.savez(
        CACHE / f"{name}_{source}.npz",
        features=np.concatenate(features),
        measures=np.concatenate(measures, axis=1),
        ends=np.array(ends),
    )
    took = time.perf_counter() - begun
    print(f"{name} {source}: {len(ends)} takes, {length / FPS / 60:.1f} minutes in {took:.0f} s", flush=True)


def take(speaker: Speaker) -> tuple[np.ndarray, list[Phoneme]]:
    """Utterances one after the other, at least :data:`TAKE_S` in all: the sound, and its phonemes."""
    waves, phonemes, start_s = [], [], 0.0
    while start_s < TAKE_S:
        item = speaker.utter()
        whole = len(item.wave) // (ROWS * HOP) * ROWS * HOP
        phonemes += [Phoneme(p.ipa, p.start_s + start_s, p.end_s + start_s, p.stress) for p in item.phonemes]
        waves.append(item.wave[:whole])
        start_s += whole / SAMPLE_RATE
    return np.concatenate(waves), phonemes


if __name__ == "__main__":
    main()
