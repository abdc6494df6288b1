"""Planes of a file as RGB and back: right colours in their places, and nothing changed that was not painted."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from lipsync_utils.pixels import (
    BT601,
    BT709,
    Colour,
    Yuv,
    as_planes,
    changed,
    colours_at,
    painted,
    planes_in,
    reduced,
    to_yuv420,
)

COLOURS = [Colour(BT601), Colour(BT601, full=True), Colour(BT709), Colour(BT709, full=True)]


def soft(width: int = 96, height: int = 64, seed: int = 0) -> np.ndarray:
    """``(height, width, 3) uint8``: colours that change slowly, so that halved planes lose little."""
    noise = np.random.default_rng(seed).uniform(0, 255, (height, width, 3)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), 10)
    return np.clip(128 + 16 * (blurred - blurred.mean()), 20, 235).astype(np.uint8)


def picture(colour: Colour = COLOURS[0], **size: int) -> Yuv:
    return Yuv(to_yuv420(soft(**size), colour), colour)


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_are_those_of_swscale(colour):
    pixels = picture(colour)
    frame = av.VideoFrame.from_ndarray(pixels.planes, format="yuv420p")
    matrix = {BT601: Colorspace.ITU601, BT709: Colorspace.ITU709}[colour.matrix]
    how = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
    declared = {"src_colorspace": matrix, "src_color_range": 2 if colour.full else 1}
    known = VideoReformatter().reformat(frame, format="rgb24", interpolation=how, **declared).to_ndarray()
    away = np.abs(pixels.rgb.astype(int) - known)
    assert away.mean() < 1.5
    assert np.abs(np.mean(pixels.rgb.astype(int) - known, axis=(0, 1))).max() < 0.2
    assert np.abs(pixels.rgb.astype(int) - soft()).mean() < 1.5
    np.testing.assert_allclose(to_yuv420(pixels.rgb, colour).astype(int), pixels.planes, atol=1)


@pytest.mark.parametrize("region", [(0, 0, 96, 64), (1, 1, 20, 33), (37, 22, 96, 64), (40, 31, 41, 32), (94, 0, 96, 3)])
def test_a_part_is_that_part_of_the_whole(region):
    pixels, (left, top, right, bottom) = picture(), region
    np.testing.assert_array_equal(pixels.part(region), pixels.rgb[top:bottom, left:right])


def test_single_pixels_have_the_colours_that_they_have_in_the_whole():
    pixels = picture()
    x, y = np.meshgrid([0, 17, 95], [3, 40, 63])
    for one in (pixels, pixels.rgb):
        np.testing.assert_array_equal(colours_at(one, x, y), pixels.rgb[y, x])


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_smaller_by_averaging(factor):
    pixels = picture()
    for one in (pixels, pixels.rgb):
        small = reduced(one, (12, 12, 60, 36), factor)
        known = cv2.resize(pixels.rgb[12:36, 12:60], (48 // factor, 24 // factor), interpolation=cv2.INTER_AREA)
        assert np.abs(small.astype(int) - known).max() <= 6


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("corner", [(10, 10), (11, 13)])
def test_what_is_painted_is_seen_and_nothing_else_changes(colour, corner):
    pixels, (left, top) = picture(colour), corner
    region = (left, top, left + 31, top + 21)
    before = pixels.part(region)
    after = before.copy()
    after[6:16, 6:26] = (180, 60, 90)
    out = pixels.painted(region, before, after)
    seen = out.part(region)
    assert np.abs(seen[9:13, 9:23].astype(int) - (180, 60, 90)).max() <= 3
    for old, new, half in zip(planes_in(pixels.planes), planes_in(out.planes), (1, 2, 2), strict=True):
        rows, columns = np.nonzero(old != new)
        assert (top + 6) // half <= rows.min() <= rows.max() <= (top + 15) // half
        assert (left + 6) // half <= columns.min() <= columns.max() <= (left + 25) // half
    np.testing.assert_array_equal(pixels.painted(region, before, before).planes, pixels.planes)


def test_paint_over_what_is_brighter_than_white():
    planes = to_yuv420(np.full((32, 32, 3), 255, np.uint8))
    planes[:32] = 254  # far beyond white, as cameras write it
    pixels = Yuv(planes, Colour())
    before = pixels.part((0, 0, 32, 32))
    out = pixels.painted((0, 0, 32, 32), before, np.full_like(before, 40)).rgb
    assert np.abs(out.astype(int) - 40).max() <= 2


def test_a_part_in_another_size_stays_planes():
    pixels = picture()
    out = pixels.cut((16, 8, 80, 56), (32, 24))
    assert out.shape == (24, 32, 3)
    known = cv2.resize(pixels.rgb[8:56, 16:80], (32, 24), interpolation=cv2.INTER_AREA)
    assert np.abs(out.rgb.astype(int) - known).mean() < 3
    assert np.abs((out.rgb.astype(int) - known).mean((0, 1))).max() < 0.7


def test_rgb_is_changed_where_its_planes_are():
    image = np.random.default_rng(1).integers(0, 255, (33, 47, 3)).astype(np.uint8)  # no planes hold it
    planes = as_planes(image)
    region = (8, 8, 24, 24)
    before = planes.part(region)
    out = changed(image, planes, planes.painted(region, before, np.full_like(before, 99)))
    assert np.abs(out[11:21, 11:21].astype(int) - 99).max() <= 3
    out[7:25, 7:25] = image[7:25, 7:25]
    np.testing.assert_array_equal(out, image)
    with_paint = painted(image, (1, 2, 4, 5), image[2:5, 1:4], np.zeros((3, 3, 3), np.uint8))
    assert not with_paint[2:5, 1:4].any()
    assert image[2:5, 1:4].any(), "what was given is not painted over"
