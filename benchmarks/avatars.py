"""Do avatars suit the face mesh, and how long do they take?

Random people are rendered as previews of 384 pixels (not those whose portraits `training/avatars/tie_points.py`
used), and the sample avatars are read as they are. For each portrait the embedded face mesh is compared with the true
places of its points (`NAME.points.json`): the distance's median over the 468 points, relative to the distance between
the outer corners of the eyes. The portrait must hold one face, frontal within 8 degrees, with closed lips.

With `--full` one of the slowest portraits, with long white hair, is also rendered at 1024 pixels, for its time. Needs
the studio (`lipsync avatar --setup`).
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from common import SAMPLES, at_least, at_most, parser, show

from lipsync_avatars.check import check_portrait
from lipsync_avatars.records import PortraitOrder
from lipsync_avatars.studio_backend import StudioBackend
from lipsync_avatars.traits import Traits
from lipsync_utils.faces import topology
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.faces.geometry import apart
from lipsync_utils.media import read_picture
from lipsync_utils.options import FaceOptions
from lipsync_utils.pipeline import Listener

FRONTAL = 8.0
"""Degrees."""
HARD = Traits(sex="female", age_years=75, hair_length="long", hair_color="white", glasses="round")
"""Long hair is the most to build, and light wanders longest in white hair."""

Portrait = tuple[str, np.ndarray, np.ndarray, float]
"""Name, picture, true points ``(468, 2)``, seconds it took (0: read from the disk)."""


def samples() -> Iterator[Portrait]:
    for path in sorted((SAMPLES / "avatars").glob("*.png")):
        points = json.loads(path.with_suffix(".points.json").read_text())["points"]
        yield path.stem, read_picture(path), np.array(points), 0.0


def random_people(count: int) -> Iterator[Portrait]:
    studio = StudioBackend()
    for seed in range(count):
        started = time.perf_counter()
        drawn = studio.draw(PortraitOrder(Traits(), None, seed, 384, preview=True), Listener())
        yield f"seed {seed}", drawn.image, drawn.points, time.perf_counter() - started


def measure(portrait: Portrait, detector) -> dict[str, object]:
    name, image, true, seconds = portrait
    faces, check = detector.detect(image), check_portrait(image)
    row = {"name": name, "faces": len(faces), "seconds": round(seconds, 1), "error": np.nan}
    if faces:
        found = max(faces, key=lambda face: np.ptp(face.box[[1, 3]])).points[:, :2]
        eyes = apart(true, topology.OUTER_EYE_CORNERS)
        row["error"] = 100 * float(np.median(np.linalg.norm(found - true, axis=1)) / eyes)
    angles = (check.yaw, check.pitch, check.roll)
    row["turned"] = max(map(abs, angles)) if faces else np.nan
    return row | {"problems": "; ".join(check.problems)}


def overlay(portrait: Portrait, detector, side: int = 512) -> np.ndarray:
    """The portrait's face with true (green) and found (red) points."""
    _, image, true, _ = portrait
    low, high = true.min(0) - 12, true.max(0) + 12
    scale = side / (high - low).max()
    place = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale]])
    tile = cv2.warpAffine(image[:, :, ::-1], place, (side, side), flags=cv2.INTER_CUBIC)
    found = [face.points[:, :2] for face in detector.detect(image)]
    for points, color in [(true, (0, 255, 0)), *((points, (0, 0, 255)) for points in found)]:
        for x, y in (points - low) * scale:
            cv2.circle(tile, (round(x), round(y)), 2, color, -1, cv2.LINE_AA)
    return tile


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--count", type=int, default=50, help="random people")
    arguments.add_argument("--sheet", type=Path, help="picture of the four worst, with true (green) and found points")
    arguments.add_argument("--full", action="store_true", help="also time one portrait of 1024 pixels")
    options = arguments.parse_args()
    detector, kept, rows = make_detector(FaceOptions()), [], []
    for portrait in itertools.chain(samples(), random_people(options.count)):
        row = measure(portrait, detector)
        rows.append(row)
        kept.append((row["error"], portrait))
        if not options.as_json:
            print(
                "{name:<12} {faces} face  error {error:.2f} %  turned {turned:.1f}  {seconds} s  {problems}".format(
                    **row
                ),
                flush=True,
            )
    if options.sheet:
        worst = sorted(kept, key=lambda item: -np.nan_to_num(item[0], nan=np.inf))[:4]
        cv2.imwrite(str(options.sheet), np.hstack([overlay(portrait, detector) for _, portrait in worst]))
    show(summary(rows, full=options.full), as_json=options.as_json)


def summary(rows: list[dict], *, full: bool) -> list:
    made = [row for row in rows if row["seconds"]]
    fine = [row["faces"] == 1 and row["turned"] <= FRONTAL and not row["problems"] for row in rows]
    table = [
        at_most(
            "error, sample avatars, worst", max(row["error"] for row in rows if not row["seconds"]), 2, "% of eyes"
        ),
        at_most("error, random people, median", float(np.median([row["error"] for row in made])), 2, "% of eyes"),
        at_least("random people under 2 %", float(np.mean([row["error"] < 2 for row in made])), 1),
        at_least("one face, frontal, closed mouth", float(np.mean(fine)), 1),
        at_most("preview of 384 pixels, median", float(np.median([row["seconds"] for row in made])), 15, "s"),
    ]
    if full:
        started = time.perf_counter()
        StudioBackend().draw(PortraitOrder(HARD, None, 1, 1024), Listener())
        table.append(at_most("hard portrait of 1024 pixels", time.perf_counter() - started, 120, "s"))
    return table


if __name__ == "__main__":
    main()
