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
            rows["ours"] = []
            for face in args.faces:
                out = Path(name) / f"{face.stem}.mp4"
                run_lipsync(face, sample_voice("english"), out, "--motion", args.motion)
                rows["ours"].append(life(out))
    known = {name: [one for one in found if one is not None] for name, found in rows.items()}
    if args.as_json:
        print(json.dumps({name: [asdict(one) for one in found] for name, found in known.items()}))
        return
    names = [field.name.replace("_", " ") for field in fields(Life)]
    print(f"| videos | files | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}")
    for name, found in known.items():
        middle = np.median([astuple(one) for one in found], axis=0)
        print(f"| {name} | {len(found)} | {' | '.join(f'{value:.3f}' for value in middle)} |")


def life(path: Path) -> Life | None:
    """Measure one file; None where it is shorter than :data:`LEAST_S`."""
    import av
    from scipy.spatial.transform import Rotation

    from lipsync_utils.faces import topology
    from lipsync_utils.faces.blazemesh import BlazeMeshDetector
    from lipsync_utils.faces.geometry import apart
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
    gap, width = np.array([_mouth(p[:, :2]) for p in points]).T
    pitch, yaw, roll = turns.std(0)
    return Life(
        *(float(value) for value in (roll, yaw, pitch, np.hypot(*place.std(0)), speed.mean())),
        float(np.percentile(change, 95)), float(gap.std()), float(width.std() / width.mean()),
        _with_loudness(path, speed, step),
    )  # fmt: skip


def _mouth(flat: np.ndarray) -> tuple[float, float]:
    """Opening of ``(468, 2)`` points, down the face, in lengths of the nose, and width, across it, in eye distances."""
    from lipsync_utils.faces import topology

    across = flat[topology.OUTER_EYE_CORNERS[1]] - flat[topology.OUTER_EYE_CORNERS[0]]
    eyes = float(np.linalg.norm(across))
    across = across / eyes
    down = np.array([-across[1], across[0]])
    upper, lower = (list(lip[topology.LIP_MIDDLE]) for lip in (topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER))
    gap = float((flat[lower].mean(0) - flat[upper].mean(0)) @ down)
    nose = float((flat[topology.UNDER_NOSE] - flat[topology.NOSE_ROOT]) @ down)
    corners = flat[topology.OUTER_LIP_CORNERS[1]] - flat[topology.OUTER_LIP_CORNERS[0]]
    return gap / nose, float(corners @ across) / eyes


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
