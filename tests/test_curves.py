"""Smoothing and peaks are those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from lipsync_utils.curves import peaks, smooth


@pytest.mark.parametrize(("beyond", "mode"), [("symmetric", "reflect"), ("edge", "nearest")])
@pytest.mark.parametrize("rows", [1, 7, 300])
def test_smoothing(beyond, mode, rows):
    values = np.random.default_rng(rows).normal(size=(rows, 3)).astype(np.float32)
    expected = gaussian_filter1d(values.astype(float), 8.0, axis=0, mode=mode, truncate=2.5)
    np.testing.assert_allclose(smooth(values, 8.0, truncate=2.5, beyond=beyond), expected, atol=1e-12)
    np.testing.assert_allclose(
        smooth(values[:, 0], 3.0), gaussian_filter1d(values[:, 0].astype(float), 3.0), atol=1e-12
    )


def test_smoothing_nothing_gives_nothing():
    assert smooth(np.zeros((0, 4)), 3.0).shape == (0, 4)


@pytest.mark.parametrize("seed", range(12))
def test_peaks(seed):
    values = 20 * smooth(np.random.default_rng(seed).normal(size=4000), 2.0 + seed)
    wanted = {"height": 1.0, "prominence": 2.0, "distance": 35}
    expected, _ = find_peaks(values, **wanted)
    assert len(expected) > 5
    np.testing.assert_array_equal(peaks(values, **wanted), expected)


def test_a_curve_without_a_peak_has_none():
    assert not len(peaks(np.linspace(0, 9, 50), height=1.0, prominence=1.0, distance=5))
