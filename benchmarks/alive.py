"""How alive is a face? Head, lips and their speeds, measured on finished files, beside real speakers and other systems.

    python benchmarks/alive.py [--faces PICTURE ...] [--motion natural] [--videos FILE ...] [--beside FOLDER ...]

Pictures speak the English sample voice for the measurement; ``--videos`` are finished files of ours; each ``--beside``
is a folder of other people's videos, a row of its own. The face mesh is found in every frame, afresh:

- roll, yaw, pitch: standard deviation in degrees, by the rotation that carries the rig's basis onto the points of the
  face that no mouth moves;
- place: standard deviation of the root of the nose, in distances of the outer eye corners;
- speed: mean of that point's speed, in eye distances a second; acceleration: 95th percentile, a second squared;
- opening: standard deviation of the gap of the lips in lengths of the nose; width: of the mouth, relative to its mean;
- with loudness: correlation of the head's speed with the loudness of the sound, both over a third of a second.

Each cell is the median over the files.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import numpy as np
from common import SAMPLES, parser, run_lipsync, sample_voice

LEAST_S = 4.0
"""Shorter files say nothing of how a head moves."""


@dataclass(frozen=True)
class Life:
    """What was measured on one file; see above."""

    roll: float
    yaw: float
    pitch: float
    place: float
    speed: float
    acceleration: float
    opening: float
    width: float
    with_loudness: float


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--faces", nargs="*", type=Path, default=sorted((SAMPLES / "avatars").glob("*.png")))
    make.add_argument("--motion", default="natural")
    make.add_argument("--seconds", type=float, default=20.0, help="of the sample voice that are spoken")
    make.add_argument("--seed", type=int, default=0, help="of the first face; every further one has the next")
    make.add_argument("--keep", type=Path, help="a folder for the videos")
    make.add_argument("--videos", nargs="+", type=Path, help="finished files, instead of making them")
    make.add_argument("--beside", nargs="+", type=Path, default=(), help="folders of other videos")
    args = make.parse_args()
    rows = {}
    for folder in args.beside:
        rows[folder.name] = [life(path) for path in sorted(folder.glob("*.mp4"))]
    if args.videos:
        rows["ours"] = [life(path) for path in args.videos]
    else:
        with tempfile.TemporaryDirectory() as name:
            rows["ours"], folder = [], args.keep or Path(name)
            folder.mkdir(exist_ok=True)
            for seed, face in enumerate(args.faces, start=args.seed):
                options = ("--motion", args.motion, "--seed", str(seed), "--voice-to", str(args.seconds))
                run_lipsync(face, sample_voice("english"), folder / f"{face.stem}.mp4", *options)
                rows["ours"].append(life(folder / f"{face.stem}.mp4"))
    known = {name: [one for one in found if one is not None] for name, found in rows.items()}
    if args.as_json:
        print(json.dumps({name: [asdict(one) for one in found] for name, found in known.items()}))
        return
    print(looks(args.motion))
    names = [field.name.replace("_", " ") for field in fields(Life)]
    print(f"| videos | files | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}")
    for name, found in known.items():
        middle = np.median([astuple(one) for one in found], axis=0)
        print(f"| {name} | {len(found)} | {' | '.join(f'{value:.3f}' for value in middle)} |")


def looks(style: str) -> str:
    """Blinks and gaze of the motion itself, over the English sample voice and eight seeds, as a line."""
    from fractions import Fraction

    from lipsync_utils.media import load_speech
    from lipsync_utils.motion import make_motion
    from lipsync_utils.options import MotionOptions
    from lipsync_utils.records import Timeline
    from lipsync_utils.speech import SpeechModel

    speech = load_speech(sample_voice("english"))
    curves, timeline = SpeechModel.load()(speech), Timeline.covering(speech.samples, speech.rate, Fraction(200))
    minutes, motions = 0.0, []
    for seed in range(8):
        motions.append(make_motion(speech, curves, timeline, MotionOptions(style=style, seed=seed)))
        minutes += timeline.duration_s / 60
    lids = np.concatenate([motion.blink for motion in motions])
    gaze = np.concatenate([np.linalg.norm(motion.gaze, axis=1) for motion in motions])
    steps = np.concatenate([np.linalg.norm(np.diff(motion.gaze, axis=0), axis=1) * 200 for motion in motions])
    begins = np.flatnonzero((lids[1:] > 0.05) & (lids[:-1] <= 0.05))
    full = np.array([lids[at : at + 60].max() for at in begins])
    fast = np.flatnonzero(np.diff((steps > 0.3).astype(int)) > 0)
    near = np.mean(gaze < 0.05)
    return (
        f"{style}: {len(begins) / minutes:.1f} blinks a minute, {np.mean(full > 0.95):.0%} of them full; "
        f"{len(fast) / minutes:.0f} saccades a minute; looks at the viewer (within 0.05 eye widths) {near:.0%}\n"
    )


def life(path: Path) -> Life | None:
    """Measure one file; None where it is shorter than :data:`LEAST_S`."""
    import av
    from scipy.spatial.transform import Rotation

    from lipsync_utils.faces import topology
    from lipsync_utils.faces.blazemesh import BlazeMeshDetector
    from lipsync_utils.faces.geometry import apart, opening_and_width
    from lipsync_utils.records import Face
    from lipsync_utils.rig import Rig

    detector, rig, face, times, points = BlazeMeshDetector(), Rig.load(), None, [], []
    with av.open(str(path)) as container:
        if container.duration < LEAST_S * av.time_base:
            return None
        for frame in container.decode(video=0):
            image = frame.to_ndarray(format="rgb24")
            face = detector.refine(image, face.points) if face is not None else None
            if face is None:
                face = max(detector.detect(image), key=lambda seen: seen.box[2] - seen.box[0], default=None)
            if face is not None:
                times.append(frame.time)
                points.append(face.points)
    times, points = np.array(times) - times[0], np.array(points)
    turns = Rotation.from_matrix([rig.pose(Face(np.zeros(4), p, 1.0))[1] for p in points]).as_euler("xyz", degrees=True)
    eyes = np.median([apart(p, topology.OUTER_EYE_CORNERS) for p in points])
    place = points[:, topology.NOSE_ROOT, :2] / eyes
    step = np.median(np.diff(times))
    even = np.arange(0, times[-1], step)
    place = np.stack([np.interp(even, times, place[:, axis]) for axis in (0, 1)], axis=1)
    speed = np.linalg.norm(np.diff(place, axis=0), axis=1) / step
    change = np.linalg.norm(np.diff(place, n=2, axis=0), axis=1) / step**2
    gap, width = np.array([opening_and_width(p) for p in points]).T
    pitch, yaw, roll = turns.std(0)
    return Life(
        *(float(value) for value in (roll, yaw, pitch, np.hypot(*place.std(0)), speed.mean())),
        float(np.percentile(change, 95)), float(gap.std()), float(width.std() / width.mean()),
        _with_loudness(path, speed, step),
    )  # fmt: skip


def _with_loudness(path: Path, speed: np.ndarray, step: float) -> float:
    """Correlation of a speed, one each ``step`` seconds, with the loudness of the file's sound."""
    from lipsync_utils.media import load_speech
    from lipsync_utils.records import SAMPLE_RATE

    wave, hop = load_speech(path).wave, round(step * SAMPLE_RATE)
    power = np.square(wave[: len(wave) // hop * hop]).reshape(-1, hop).mean(1)
    n, third = min(len(power), len(speed)), np.ones(max(1, round(0.33 / step)))
    loud = 10 * np.log10(np.convolve(power[:n], third / len(third), "same") + 1e-6)
    return float(np.corrcoef(loud, np.convolve(speed[:n], third / len(third), "same"))[0, 1])


if __name__ == "__main__":
    main()
