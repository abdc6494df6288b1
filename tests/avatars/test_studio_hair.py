"""Where the studio's hair grows and where it must not, without Blender."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

STUDIO = Path(__file__).parents[2] / "lipsync_avatars" / "studio"


@pytest.fixture(scope="module")
def studio():
    """The modules of the studio that need only numpy and scipy."""
    sys.path.insert(0, str(STUDIO))  # it is a program of its own, with flat imports
    try:
        import anatomy
        import strands
    finally:
        sys.path.remove(str(STUDIO))
    return anatomy, strands


@pytest.fixture
def head(studio):
    anatomy, _ = studio
    return anatomy.Head(
        eye=np.array([0.031, -0.1, 1.60]), eye_radius=0.012, lips=np.array([0, -0.13, 1.53]), mouth_half=0.026,
        corner=np.array([0.026, -0.11, 1.533]), nose=np.array([0, -0.15, 1.56]), chin=np.array([0, -0.12, 1.485]),
        top=1.72, centre=np.array([0, -0.03, 1.60]), half_width=0.075,
    )  # fmt: skip


def test_the_lips_are_kept_clear_from_corner_to_corner(studio, head):
    """A strand's point is refused (as `beard.py` asks, within 92 %) wherever it is nearer than 2 mm to the seam."""
    anatomy, _ = studio
    x = np.linspace(-head.mouth_half, head.mouth_half, 201)
    line = np.column_stack([x, anatomy.seam(head, x)])
    angle = np.linspace(0, 2 * np.pi, 24)
    around = line[:, None] + 0.002 * np.column_stack([np.cos(angle), np.sin(angle)])
    points = np.stack([around[..., 0], 0 * around[..., 0] + head.lips[1], around[..., 1]], axis=-1)
    assert anatomy.on_lips(head, points, 0.92).all()
    assert not anatomy.on_lips(head, head.lips + np.array([0, 0, 0.012])).any()  # a moustache has room


def test_cut_hair_ends_where_it_should(studio):
    _, strands = studio
    hanging = np.zeros((3, 20, 3))
    hanging[..., 2] = np.linspace(0, -0.3, 20)
    kept = hanging.copy()
    shorter = strands.cut(hanging, np.array([-0.1, -0.2, -1.0]))
    step = 0.3 / 19
    assert shorter.shape == hanging.shape
    assert np.allclose(shorter[:, 0], hanging[:, 0])
    assert (np.abs(shorter[:2, -1, 2] - [-0.1, -0.2]) <= step).all()
    np.testing.assert_allclose(shorter[2], hanging[2])
    np.testing.assert_array_equal(hanging, kept)  # the input stays as it was


def test_a_hairline_draws_back(studio, head):
    anatomy, _ = studio
    forehead = np.array([[0.0, -0.1, 1.68], [0.04, -0.08, 1.68]])
    assert (anatomy.hairline(head, forehead, 0.8) < anatomy.hairline(head, forehead)).all()
