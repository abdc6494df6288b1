"""Triangles and curves on the pixel grid: exact where exactness can be had."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_utils.render.raster import coverage_between, draw_triangles, fill_from_nodes

SQUARE = np.array([[3, 2], [42, 2], [42, 33], [3, 33]], np.float32)
HALVES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def blank(height: int = 40, width: int = 50) -> tuple[np.ndarray, np.ndarray]:
    return np.full((height, width), -1, np.float32), np.full((height, width), -1, np.float32)


def curve(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.column_stack([x, y]).astype(np.float32)


@pytest.mark.parametrize(("left", "top"), [(0, 0), (-7, 5)])
def test_affine_map_is_exact(left, top):
    matrix, shift = np.array([[0.8, 0.3], [-0.2, 1.1]]), np.array([5.0, 9.0])
    source = (SQUARE @ matrix.T + shift).astype(np.float32)
    map_x, map_y = blank()
    draw_triangles(map_x, map_y, left, top, SQUARE + np.float32([left, top]), source, HALVES)
    y, x = np.mgrid[2:34, 3:43]
    expected = np.stack([x, y], -1) @ matrix.T + shift
    np.testing.assert_allclose(map_x[2:34, 3:43], expected[..., 0], atol=1e-3)
    np.testing.assert_allclose(map_y[2:34, 3:43], expected[..., 1], atol=1e-3)


def test_pixels_outside_are_kept():
    map_x, map_y = blank()
    draw_triangles(map_x, map_y, 0, 0, SQUARE, SQUARE, HALVES)
    outside = np.ones(map_x.shape, bool)
    outside[2:34, 3:43] = False
    assert (map_x[outside] == -1).all()
    assert (map_y[outside] == -1).all()


def test_no_pixel_is_left_out_between_triangles():
    random = np.random.default_rng(0)
    for _ in range(50):
        fan = np.concatenate([[random.uniform(15, 30, 2)], SQUARE]).astype(np.float32)
        map_x, map_y = blank()
        triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1]], np.int32)
        draw_triangles(map_x, map_y, 0, 0, fan, fan, triangles)
        assert (map_x[2:34, 3:43] >= 0).all()


def test_triangles_beyond_the_map_and_slivers_do_no_harm():
    map_x, map_y = blank()
    wild = np.array([[-90, -80], [200, 15], [-50, 300], [5, 5], [5, 5], [9, 9]], np.float32)
    draw_triangles(map_x, map_y, 0, 0, wild, wild, np.array([[0, 1, 2], [3, 4, 5]], np.int32))
    assert np.isfinite(map_x).all()
    assert map_x[20, 20] == pytest.approx(20, abs=1e-2)


@pytest.mark.parametrize("factor", [1, 2])
def test_field_of_nodes_is_bilinear(factor):
    def shift(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.stack([2 + 0.1 * x - 0.05 * y, -1 + 0.02 * x + 0.07 * y], -1)

    step_x, step_y = 12.25, 9.75
    node_x, node_y = np.meshgrid(np.arange(5) * step_x, np.arange(5) * step_y)
    nodes = shift(node_x, node_y).astype(np.float32)
    map_x, map_y = blank(30, 40)
    fill_from_nodes(map_x, map_y, 4, 6, nodes, step_x, step_y, factor)
    x, y = np.meshgrid(np.arange(4, 44), np.arange(6, 36))
    expected = (np.stack([x, y], -1) + shift(x, y)) * factor + (factor - 1) / 2
    np.testing.assert_allclose(map_x, expected[..., 0], atol=1e-3)
    np.testing.assert_allclose(map_y, expected[..., 1], atol=1e-3)


def test_touching_curves_cover_exactly_nothing():
    x = np.linspace(5.3, 40.7, 11)
    wavy = curve(x, 20 + 3 * np.sin(x))
    assert not coverage_between(40, 50, wavy, wavy).any()


@pytest.mark.parametrize("angle", [0.0, 0.3, -0.8])
def test_area_between_curves(angle):
    u = np.linspace(-18, 18, 61)
    half = 6 * (1 - (u / 18) ** 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    upper, lower = (curve(*(np.stack([u, v], -1) @ turn.T + [25.2, 24.6]).T) for v in (-half, half))
    mask = coverage_between(50, 50, upper, lower)
    assert mask.sum() == pytest.approx(2 * 4 / 3 * 6 * 18, rel=0.01)
    assert mask[25, 25] == 1
    assert mask.min() >= 0
    assert mask.max() <= 1


def test_thin_gap_covers_a_part_of_each_pixel():
    x = np.linspace(2, 38, 11)
    ends = np.sin(np.linspace(0, np.pi, 11)) > 1e-6
    mask = coverage_between(20, 40, curve(x, 10 - 0.1 * ends), curve(x, 10 + 0.15 * ends))
    assert mask[10, 20] == pytest.approx(0.25, abs=0.01)
    assert mask[9, 20] == pytest.approx(0, abs=0.01)
