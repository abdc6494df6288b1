"""Make the data that Wav2Lip learns from: people who do not exist speak, and the engine's crop is cut out.

    python training/wav2lip/make_data.py DATA [--people 300] [--clips 6] [--seed 0]

It resumes: what is there stays, and what is made does not depend on what was made before. People are drawn by the
avatar studio in a process of its own, and speak as soon as they are there. All of it gives way to other programs.
``README.md`` tells what lies in ``DATA/{train,val,test}/NAME.npz``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import people
import talking
from camera import PADS, Camera, coded, seen, seen_points, tracked_boxes
from takes import Take, speak

sys.path.append(str(Path(__file__).parents[1] / "speech"))
import augment

import lipsync_utils
from lipsync_utils.errors import LipSyncError
from lipsync_utils.faces import BlazeMeshDetector, detect_still, snap_lip_line
from lipsync_utils.media import read_picture
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves, Timeline
from lipsync_utils.render.raster import warm_up
from lipsync_utils.wav2lip.crops import cut, face_box, to_crop
from lipsync_utils.wav2lip.mel import wav2lip_mel

FRAMES = (75, 126)
"""Shortest clip, and one more than the longest."""

ROWS, SAMPLES = 4, SAMPLE_RATE // 25
"""Rows of curves and samples of sound in a frame."""

RESTING = 0.4
"""Part of the clips whose lips rest in the pictures that are given new ones, as those of a portrait do."""

FACES = 8
"""People whose lips are noted for the clips of sound alone."""

DEGRADED = 0.5
"""Part of the clips whose sound a room, a microphone, a codec or noise has changed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--clips", type=int, default=6, help="of each person")
    parser.add_argument("--sounds", type=int, default=500, help="clips of sound alone, for the generator's ear")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="of the studio")
    options = parser.parse_args()
    os.nice(19 - os.nice(0))
    cv2.setNumThreads(1)
    warm_up()
    portraits = options.data / "people"
    people.write_descriptions(portraits, range(options.people))
    studio = people.draw(portraits, threads=options.threads)
    finished = False
    try:
        while not finished:
            finished = studio.poll() is not None
            wanted = [(n, name) for n in range(options.clips) for name in people.drawn(portraits)[: options.people]]
            made = [write(options.data, name, n, options.seed) for n, name in wanted]
            write_facts(options.data, options.seed)
            if not any(made) and not finished:
                time.sleep(5)
    finally:
        studio.terminate()
    write_sounds(options.data, options.sounds, options.seed)


def part_of(name: str) -> str:
    """Which part of the data a person belongs to: of each ten one validates and one tests."""
    return {8: "val", 9: "test"}.get(int(name) % 10, "train")


def write(data: Path, name: str, number: int, seed: int) -> bool:
    """Clip ``number`` of a person, if it is not there yet; whether it was made."""
    path = data / part_of(name) / f"{name}_{number:02d}.npz"
    who = None if path.exists() else speaker(data / "people", name, seed)
    if who is None:
        return False
    path.parent.mkdir(exist_ok=True)
    begun = time.perf_counter()
    arrays = clip(who, part_of(name), np.random.default_rng([seed, int(name), number]))
    made = time.perf_counter() - begun
    save(path, person=name, **arrays)
    print(f"{path.stem}: {len(arrays['frames'])} frames of {arrays['voice']} in {made:.2f} s", flush=True)
    return True


def save(path: Path, **arrays: object) -> None:
    """A file of arrays, which has its name when it is complete."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.rename(path)


def write_sounds(data: Path, count: int, seed: int) -> None:
    """Clips without pictures by mixed speakers of Kokoro, of faces that keep still; what is there stays."""
    folder = data / "ear"
    folder.mkdir(exist_ok=True)
    names = (name for name in people.drawn(data / "people") if part_of(name) == "train")
    faces = list(islice(filter(None, (speaker(data / "people", name, seed) for name in names)), FACES))
    for number in range(count):
        path = folder / f"{number:05d}.npz"
        if not path.exists():
            rng = np.random.default_rng([seed, number, 1])
            save(path, person="", **sound(faces[number % len(faces)], rng))


def sound(who: talking.Speaker, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Somebody says something, and only the places of their lips are noted: the arrays of a file, without pictures."""
    frames = FRAMES[1] - 1
    said = speak("ear", random.Random(int(rng.integers(1 << 60))), seconds=frames / 25)
    take, curves = stretch(said, talking.curves(said, rng), frames, rng)
    shown = list(who.unseen(Timeline(talking.FPS, frames, frames / 25).sample(curves.values, curves.rate)))
    box = face_box(shown[0].points, PADS)
    return {
        "frames": np.stack([frame.image for frame in shown]),
        "points": np.stack([to_crop(frame.points, box) for frame in shown]).astype(np.float16),
        **heard_and_done(take, shown, rng),
    }


@cache
def speaker(portraits: Path, name: str, seed: int) -> talking.Speaker | None:
    """A drawn person, ready to speak; None where no face is found."""
    image = read_picture(portraits / f"{name}.png")
    try:
        face = snap_lip_line(image, detect_still(image, detector(), FaceOptions()))
    except LipSyncError as error:
        print(f"{name}: {error}", flush=True)
        return None
    rng = np.random.default_rng([seed, int(name)])
    teeth = np.exp(rng.uniform(-0.1, 0.4)) * np.array([1.0, rng.uniform(0.93, 1.0), rng.uniform(0.8, 1.0)])
    return talking.Speaker(image, face, teeth)


@cache
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector(threads=1)


@cache
def backgrounds(seed: int) -> augment.Backgrounds:
    return augment.Backgrounds(60, 6 * SAMPLE_RATE, seed)


def clip(who: talking.Speaker, part: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Somebody says something to a camera: the arrays of a file, but for the person's name."""
    frames = int(rng.integers(*FRAMES))
    said = speak(part, random.Random(int(rng.integers(1 << 60))), seconds=frames / 25)
    take, curves = stretch(said, talking.curves(said, rng), frames, rng)
    timeline = Timeline(talking.FPS, frames, frames / 25)
    moving = talking.motion(take, curves, timeline, rng)
    camera = Camera.draw(rng)
    shown = list(who.speaking(timeline.sample(curves.values, curves.rate), moving))
    before = list(who.speaking(timeline.sample(other_lips(curves, rng).values, curves.rate), moving))
    filmed = [coded([seen(frame.image, camera) for frame in run], camera.quality) for run in (shown, before)]
    points = [[seen_points(frame.points, frame.image.shape[:2], camera) for frame in run] for run in (shown, before)]
    boxes = tracked_boxes(points[1], camera, filmed[0][0].shape[1], rng)
    places = [np.stack([to_crop(*pair) for pair in zip(run, boxes, strict=True)]) for run in points]
    cut_out = [np.stack([cut(*pair) for pair in zip(images, boxes, strict=True)]) for images in filmed]
    return {
        "frames": cut_out[0],
        "before": cut_out[1],
        "points": places[0].astype(np.float16),
        "points_before": places[1].astype(np.float16),
        **heard_and_done(take, shown, rng),
    }


def heard_and_done(take: Take, shown: list[talking.Shown], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What a clip has besides its pictures."""
    return {
        "mel": wav2lip_mel(recorded(take.wave, rng)).astype(np.float16),
        "opening": np.array([frame.opening for frame in shown], np.float32),
        "closed": np.array([frame.closed for frame in shown]),
        "voice": take.voice,
    }


def other_lips(curves: FaceCurves, rng: np.random.Generator) -> FaceCurves:
    """What the same head does while it says something else, or nothing: the picture that is given new lips."""
    if rng.random() < RESTING:
        return replace(curves, values=np.zeros_like(curves.values))
    away = rng.integers(CURVE_RATE // 2, len(curves.values) - CURVE_RATE // 2)
    return replace(curves, values=np.roll(curves.values, away, axis=0))


def stretch(said: Take, curves: FaceCurves, frames: int, rng: np.random.Generator) -> tuple[Take, FaceCurves]:
    """So many frames out of a take, from anywhere in it."""
    start = int(rng.integers(0, max(len(said.wave) // SAMPLES - frames, 0) + 1))
    wave = said.wave[start * SAMPLES : (start + frames) * SAMPLES]
    rows = slice(start * ROWS, (start + frames) * ROWS)
    part = FaceCurves(curves.names, curves.values[rows], curves.rate, curves.activity[rows])
    return Take(said.voice, wave, ()), part


def recorded(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The sound as it lies in a file, at some level."""
    degraded = augment.degrade(wave, rng, backgrounds(0)) if rng.random() < DEGRADED else wave
    return np.clip(degraded * 10 ** (rng.normal(0.0, 4.0) / 20), -1.0, 1.0).astype(np.float32)


def write_facts(data: Path, seed: int) -> None:
    """``facts.json``: what there is by now, and what made it."""
    parts = {}
    for part in ("train", "val", "test"):
        voices, persons, frames = defaultdict(int), set(), 0
        files = sorted((data / part).glob("*.npz"))
        for path in files:
            with np.load(path) as file:
                voices[str(file["voice"])] += 1
                persons.add(str(file["person"]))
                frames += len(file["closed"])
        parts[part] = {"clips": len(files), "frames": frames, "hours": round(frames / 25 / 3600, 3),
                       "persons": sorted(persons), "voices": dict(sorted(voices.items()))}  # fmt: skip
    made_with = {"lipsync_utils": lipsync_utils.__version__, "numpy": np.__version__, "opencv": cv2.__version__}
    facts = {"seed": seed, "made_with": made_with, "portraits": people.facts(), **parts}
    (data / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
