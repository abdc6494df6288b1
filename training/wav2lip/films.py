"""Films of people whom the generator has not met, with voices that it has not heard, made by the engine and watched.

    python training/wav2lip/films.py RUN/wav2lip.safetensors --data DATA --out FILMS [--clips 2] [--engine rig|truth]

Nothing of how a film was made is trusted. Its face is found anew, ``sync.score`` says where lips and sound agree, the
times of the sounds say when lips should be shut, and the opening of the lips is compared with the one that phonetics
asks for, which is what the training data show. With ``--engine rig`` the same people speak by the other engine, with
``--engine truth`` as the training data do: what is missed there is the measurement's.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import people
import talking
from make_data import part_of, speaker
from scipy.io import wavfile
from takes import Take, speak

from lipsync_utils import FaceOptions, RunOptions, Wav2LipOptions, run, sync
from lipsync_utils.media import VideoWriter, load_speech
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Phoneme, Timeline
from lipsync_utils.speech import lip_opening
from lipsync_utils.speech.composing import compose
from lipsync_utils.speech.phonetics import gestures
from lipsync_utils.sync.phonetic import Lips
from lipsync_utils.sync.watching import open_video

SECONDS = 4.5
"""Shortest speech of a film."""

PAUSE_S = 0.5
"""Silence before and after it, so that lips are seen at rest as well."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the films")
    parser.add_argument("--part", default="test", choices=("val", "test"), help="of the data")
    parser.add_argument("--clips", type=int, default=2, help="of each person")
    parser.add_argument("--people", type=int, default=30, help="at most")
    parser.add_argument("--engine", default="wav2lip", choices=("wav2lip", "rig", "truth"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    names = [name for name in people.drawn(options.data / "people") if part_of(name) == options.part]
    rows = []
    for name in names[: options.people]:
        for number in range(options.clips):
            rows.append(film(name, number, options))
            print(json.dumps(rows[-1]), flush=True)
    print(json.dumps(summary(rows)))


def film(name: str, number: int, options: argparse.Namespace) -> dict[str, object]:
    """Let a person speak, watch, and say what was seen."""
    path = options.out / f"{name}_{number}.mp4"
    take = paused(speak(options.part, random.Random(f"{name} {number}"), seconds=SECONDS))
    voice = path.with_suffix(".wav")
    wavfile.write(voice, SAMPLE_RATE, np.round(np.clip(take.wave, -1, 1) * 32767).astype(np.int16))
    if options.engine == "truth":
        true_film(name, take, voice, path, options)
    else:
        engine = RunOptions(engine=options.engine, wav2lip=Wav2LipOptions(checkpoint=options.weights))
        run(options.data / "people" / f"{name}.png", voice, path, options=engine)
    report = sync.score(path, phonemes=take.phonemes)
    sounds = report.phonetics
    lips = sync.mouth_in_lengths(sync.watch(open_video(path), FaceOptions(smooth_s=0.0)))
    likeness, extent = against_truth(lips, take)
    return {
        "film": path.stem,
        "voice": take.voice,
        "verdict": report.verdict,
        "offset": report.offset_frames,
        "bilabials": sounds.bilabials,
        "closed": sounds.bilabials_closed,
        "open vowels closed": sounds.open_vowels_closed,
        "opening": likeness,
        "extent": extent,
    }


def true_film(name: str, take: Take, voice: Path, path: Path, options: argparse.Namespace) -> None:
    """A film as the training data have them."""
    rng, sound = np.random.default_rng(int(name)), load_speech(voice)
    who, curves = speaker(options.data / "people", name, 0), talking.curves(take, rng)
    timeline = Timeline.covering(sound.samples, sound.rate, talking.FPS)
    motion = talking.motion(take, curves, timeline, rng)
    height, width = who.shape[:2]
    with VideoWriter(path, width=width, height=height, timeline=timeline, speech=sound) as writer:
        for shown in who.speaking(timeline.sample(curves.values, curves.rate), motion):
            writer.write(shown.image)


def paused(take: Take) -> Take:
    """The take with silence before and after."""
    quiet = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
    sounds = [replace(p, start_s=p.start_s + PAUSE_S, end_s=p.end_s + PAUSE_S) for p in take.phonemes]
    end = sounds[-1].end_s
    whole = [Phoneme("", 0.0, PAUSE_S), *sounds, Phoneme("", end, end + PAUSE_S)]
    return Take(take.voice, np.concatenate([quiet, take.wave, quiet]), tuple(whole))


def against_truth(lips: Lips, take: Take) -> tuple[float, float]:
    """Correlation of the opening that is seen with the one asked for, and its deviation in widths of the mouth."""
    asked = lip_opening(compose(gestures(take.phonemes, duration_s=len(take.wave) / SAMPLE_RATE, wave=take.wave)))
    at = np.clip(np.round(lips.middle * CURVE_RATE).astype(int), 0, len(asked) - 1)
    seen = np.isfinite(lips.gap)
    gap = lips.gap[seen] / np.nanmedian(lips.width)
    return float(np.corrcoef(gap, asked[at][seen])[0, 1]), float(gap.std())


def summary(rows: list[dict[str, object]]) -> dict[str, object]:
    """All films in one line."""
    counts = np.array([row["bilabials"] for row in rows])
    closed = np.array([row["closed"] if row["bilabials"] else 0.0 for row in rows])
    return {
        "films": len(rows),
        "offset of zero frames": float(np.mean([row["offset"] == 0 for row in rows])),
        "offset within a frame": float(np.mean([abs(row["offset"]) <= 1 for row in rows])),
        "in sync": float(np.mean([row["verdict"] == "in sync" for row in rows])),
        "p, b, m": int(counts.sum()),
        "shut": float((closed * counts).sum() / counts.sum()),
        "open vowels shut, mean": float(np.nanmean([row["open vowels closed"] for row in rows])),
        "opening, median correlation": float(np.median([row["opening"] for row in rows])),
        "extent, median": float(np.median([row["extent"] for row in rows])),
    }


if __name__ == "__main__":
    main()
