"""Build what the package knows of mouths: ``lipsync_utils/data/mouth_look.npz``.

Which points of the mesh lie on the lips, on the skin around them, and on the rest of the face is read off the neutral
head; the pattern of their colours is the mean of the five sample avatars and their mirror images.

Run: ``python training/faces/build_mouth_look.py`` (seconds).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lipsync_utils.faces import topology
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.covering import Guide, mouth_look, pattern_of
from lipsync_utils.faces.geometry import apart
from lipsync_utils.media import read_picture

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "lipsync_utils" / "data" / "mouth_look.npz"
AROUND = 0.33
"""Skin that belongs to the mouth, in widths of the face from its middle."""


def regions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points on the lips, on the skin around them, and on cheeks, nose and forehead."""
    head = topology.NEUTRAL[:, :2].astype(float)
    width = apart(topology.NEUTRAL, topology.FACE_SIDES)
    middle = head[[*topology.OUTER_LIP_CORNERS, *topology.OUTER_LIP_MIDDLES]].mean(axis=0)
    # Above the mouth only what masks leave free.
    nose, tip = head[topology.UNDER_NOSE, 1], head[topology.NOSE_TIP, 1]
    lips = {i for row in topology.UPPER_LIP_ROWS[:3] + topology.LOWER_LIP_ROWS[:3] for i in row}
    moving = {i for row in topology.UPPER_LIP_ROWS + topology.LOWER_LIP_ROWS for i in row}
    eyes = [head[list(eye)].mean(axis=0) for eye in (topology.RIGHT_EYE_UPPER, topology.LEFT_EYE_UPPER)]
    skin, face = [], []
    for point, (x, y) in enumerate(head):
        above = y < tip - 0.1 * width and abs(x) < 0.36 * width
        clear = all(np.hypot(*(head[point] - eye)) > 0.13 * width for eye in eyes)
        if y > nose + 0.01 * width and point not in moving and np.hypot(*(head[point] - middle)) < AROUND * width:
            skin.append(point)
        elif above and clear and point not in topology.BROWS + topology.FACE_OVAL:
            face.append(point)
    return np.array(sorted(lips)), np.array(skin), np.array(face)


def main() -> None:
    lips, skin, face = regions()
    where = Guide(lips, skin, face, np.zeros((len(lips) + len(skin), 3), np.float32))
    detector, chosen = BlazeMeshDetector(), np.concatenate([lips, skin])
    everywhere = np.zeros((topology.POINTS, 3))
    for file in sorted((ROOT / "samples" / "avatars").glob("*.png")):
        image = read_picture(file)
        (found,) = detector.detect(image, precise=True)
        everywhere[chosen] += pattern_of(mouth_look(image, found.points, where))
    pattern = pattern_of((everywhere + everywhere[topology.MIRROR])[chosen])
    np.savez_compressed(OUTPUT, lips=lips, skin=skin, face=face, pattern=pattern.astype(np.float16))
    print(f"{OUTPUT}: {len(lips)} points on lips, {len(skin)} on skin, {len(face)} on the face")


if __name__ == "__main__":
    main()
