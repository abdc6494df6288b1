"""Boxes, and the similarity that carries one set of points onto another."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.faces import topology
from lipsync_utils.faces.geometry import apart, overlap, umeyama


def turns(count: int, size: int) -> np.ndarray:
    """``(count, size, size)`` random rotations."""
    q, r = np.linalg.qr(np.random.default_rng(0).normal(size=(count, size, size)))
    q = q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    q[np.linalg.det(q) < 0, :, 0] *= -1
    return q


def test_overlap():
    box = np.array([0, 0, 2, 2], np.float32)
    assert overlap(box, box) == 1
    assert overlap(box, box + 1) == pytest.approx(1 / 7)
    assert overlap(box, box + 5) == 0


def test_overlap_with_many_boxes():
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [9, 9, 10, 10], [1, 1, 1, 1]], np.float32)
    np.testing.assert_allclose(overlap(boxes[0], boxes), [1, 1 / 3, 0, 0])


def test_lengths_are_those_in_the_picture():
    points = np.zeros((topology.POINTS, 3), np.float32)
    points[topology.OUTER_LIP_CORNERS[1]] = [3, 4, 100]
    assert apart(points, topology.OUTER_LIP_CORNERS) == 5


@pytest.mark.parametrize("size", [2, 3])
def test_umeyama_recovers_known_transforms(size):
    random, turn = np.random.default_rng(0), turns(6, size)
    source, shift, scale = random.normal(size=(6, 50, size)), random.normal(size=(6, size)), random.uniform(1, 3, 6)
    target = scale[:, None, None] * source @ turn.swapaxes(1, 2) + shift[:, None]
    for found, true in zip(umeyama(source, target), (scale, turn, shift), strict=True):
        np.testing.assert_allclose(found, true, atol=1e-9)
    one = umeyama(source[3], target[3])
    for found, true in zip(one, (scale[3], turn[3], shift[3]), strict=True):
        np.testing.assert_allclose(found, true, atol=1e-9)


def test_umeyama_has_the_least_squares():
    """In a plane the best similarity is a complex number, in closed form."""
    source, target = np.random.default_rng(0).normal(size=(2, 40, 2))
    scale, turn, shift = umeyama(source, target)
    s, t = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    best = np.vdot(s - s.mean(), t - t.mean()) / np.vdot(s - s.mean(), s - s.mean()).real
    assert scale * (turn[0, 0] + 1j * turn[1, 0]) == pytest.approx(best)
    assert shift[0] + 1j * shift[1] == pytest.approx(t.mean() - best * s.mean())


@pytest.mark.parametrize("size", [2, 3])
def test_umeyama_never_mirrors(size):
    source = np.random.default_rng(1).normal(size=(50, size))
    _, found, _ = umeyama(source, source * [-1, *[1] * (size - 1)])
    assert np.linalg.det(found) == pytest.approx(1)
