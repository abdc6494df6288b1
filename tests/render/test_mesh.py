"""The mesh that carries the picture: whole, standing still at its rim, and never folded by speech."""

from __future__ import annotations

import numpy as np

from lipsync_utils import expression
from lipsync_utils.faces import topology
from lipsync_utils.records import Phoneme
from lipsync_utils.render import mesh
from lipsync_utils.render.raster import draw_triangles
from lipsync_utils.speech.phonetics import targets
from lipsync_utils.speech.visemes import NAMES

NATURAL = 0.5
"""Poses of natural speech use about half of what the shapes allow (see ``speech.visemes``)."""

SOUNDS = (
    *("a", "æ", "ɑ", "i", "e", "o", "u", "ə", "aɪ", "aʊ", "oʊ"),
    *("m", "p", "b", "f", "v", "s", "ʃ", "tʃ", "θ", "w", "r", "l", "k", "ħ", "ʕ"),
)


MAX_FOLDED = 0.003
"""Folded skin that nobody sees, as an area in squared mouth widths: slivers in the corners of the mouth."""


def folded_area(renderer, target: np.ndarray, rest: np.ndarray) -> float:
    """Area of what faces the viewer at rest and is turned over by the motion, in squared mouth widths.

    (A few triangles beside the nostrils and at the edge of the cheeks are turned over in any flat picture of a face.)
    """

    def areas(points: np.ndarray) -> np.ndarray:
        a, b, c = (points[mesh.TRIANGLES[:, i]] for i in range(3))
        return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2

    before, after = areas(rest), areas(target)
    turned = (before > 0.25) & (after < -0.25)  # slivers cover no pixel
    return float(-after[turned].sum() / renderer.fitted.mouth_width**2)


def test_triangles_use_every_point_once_around():
    count = topology.POINTS + len(mesh.RINGS) * len(topology.FACE_OVAL)
    assert set(mesh.TRIANGLES.ravel().tolist()) == set(range(count))
    edges = np.sort(np.concatenate([mesh.TRIANGLES[:, pair] for pair in ((0, 1), (1, 2), (2, 0))]), axis=1)
    _, shared = np.unique(edges, axis=0, return_counts=True)
    assert shared.max() == 2, "no edge has three triangles"
    eyes = len(topology.RIGHT_EYE_HOLE) + len(topology.LEFT_EYE_HOLE)
    assert (shared == 1).sum() == eyes + len(topology.FACE_OVAL), "open at the eyes and at the rim, nowhere else"


def test_last_ring_stands_still(renderer, pose):
    rim = slice(-len(topology.FACE_OVAL), None)
    rest, moved = renderer.points(pose()), renderer.points(pose(jawOpen=0.8, mouthSmile=0.5))
    assert np.abs(moved - rest)[topology.POINTS :].max() > 1
    np.testing.assert_array_equal(moved[rim], rest[rim])


def test_rings_lie_around_the_face(renderer):
    points = renderer.points(np.zeros(len(NAMES), np.float32))
    oval = points[list(topology.FACE_OVAL)]
    centre = oval.mean(0)
    distance = [np.linalg.norm(oval - centre, axis=1)]
    for ring in range(len(mesh.RINGS)):
        start = topology.POINTS + ring * len(oval)
        distance.append(np.linalg.norm(points[start : start + len(oval)] - centre, axis=1))
    assert (np.diff(distance, axis=0) > 0).all()


def test_mesh_covers_the_face_without_a_hole(renderer):
    points = renderer.points(np.zeros(len(NAMES), np.float32))
    map_x, map_y = np.full((2, *renderer.image.shape[:2]), -1, np.float32)
    draw_triangles(map_x, map_y, 0, 0, points, points, mesh.TRIANGLES)
    line = points[[*topology.NOSE_BRIDGE, 0, 17, topology.CHIN]].round().astype(int)
    (left, top), (right, bottom) = points[[234, 10]].min(0).astype(int), points[[454, 152]].max(0).astype(int)
    missing = np.argwhere(map_x[top:bottom, left:right] < 0) + np.array([top, left])
    assert (map_x[line[:, 1], line[:, 0]] >= 0).all()
    for hole in missing[:, ::-1]:  # only the eyes are open
        eyes = points[list(topology.RIGHT_EYE_HOLE)], points[list(topology.LEFT_EYE_HOLE)]
        assert any((eye.min(0) - 1 <= hole).all() and (hole <= eye.max(0) + 1).all() for eye in eyes)


def test_no_blendshape_folds_the_face(renderer):
    fitted = renderer.fitted
    source = fitted.rest[:, :2]
    rest, worst = mesh.surround(source), {}
    for name in fitted.names:
        if name.startswith(("eye", "tongue", "mouthRoll")):
            continue  # eyes are shut by the renderer's own lids; a lip that rolls in does turn over
        values = np.zeros(52, np.float32)
        values[fitted.names.index(name)] = NATURAL
        if name == "mouthClose":  # acts on an open jaw only
            values[fitted.names.index("jawOpen")] = NATURAL
        worst[name] = folded_area(renderer, mesh.surround(fitted.move(values)[:, :2], source), rest)
    assert {name: area for name, area in worst.items() if area > MAX_FOLDED} == {}


def test_no_sound_folds_the_face(renderer):
    rest, worst = renderer.points(np.zeros(len(NAMES), np.float32)), {}
    for sound in SOUNDS:
        curves = targets([Phoneme("ə", 0.2, 0.5), Phoneme(sound, 0.5, 0.8, 1), Phoneme("ə", 0.8, 1.0)], duration_s=1.2)
        worst[sound] = max(folded_area(renderer, renderer.points(values), rest) for values in curves.values[50:80:5])
    assert {sound: area for sound, area in worst.items() if area > MAX_FOLDED} == {}


def test_random_speech_with_a_moving_head_does_not_fold_the_face(renderer):
    random, areas = np.random.default_rng(0), []
    rest = renderer.points(np.zeros(len(NAMES), np.float32))
    for _ in range(60):
        spoken = [Phoneme(str(random.choice(SOUNDS)), 0.1 * i, 0.1 * i + 0.1, 1) for i in range(6)]
        values = targets(spoken, duration_s=0.6).values[random.integers(10, 50)]
        face = expression.around_the_mouth(
            {name: values[i : i + 1] for i, name in enumerate(NAMES)},
            expression=str(random.choice(list(expression.SHARES))),
            strength=np.full(1, 1.25),
            brow=random.uniform(0, 0.8, 1),
            life=np.ones(1),
        )[0]
        points = renderer.points(values, face=face)
        field = renderer.head.forward(random.normal(0, 0.035, 3), random.normal(0, 0.012, 2), random.uniform())
        areas.append(folded_area(renderer, points + renderer.head.at(field, points), rest))
    assert max(areas) < MAX_FOLDED
