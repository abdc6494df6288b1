"""SyncNet's crops and windows, cut as its authors cut them."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy.signal import medfilt
from synthetic_media import write_video

from lipsync_utils.media import open_source
from lipsync_utils.records import Timeline
from lipsync_utils.sync.mfcc import syncnet_mfcc
from lipsync_utils.sync.syncnet import SyncNet
from lipsync_utils.sync.syncnet_expert import SyncNetExpert, cut, smoothed
from lipsync_utils.sync.watching import Mouth


class Probe(SyncNet):
    """Embeds a window by its first frame's brightness, or its first coefficient: fast, and easily predicted."""

    def __init__(self) -> None:
        torch.nn.Module.__init__(self)

    def lips(self, crops):
        brightness = crops.mean(dim=(1, 3, 4))[:, : crops.shape[2] - 4]
        return brightness[..., None].expand(-1, -1, 1024)

    def sound(self, windows):
        return windows[:, 0, :1].expand(-1, 1024)


def mouth_of(count: int, run: np.ndarray | None = None) -> Mouth:
    boxes = np.tile(np.float32([20, 20, 44, 44]), (count, 1))
    run = np.zeros(count, int) if run is None else run
    boxes[run < 0] = np.nan
    return Mouth(
        "", Timeline(Fraction(25), count, count / 25), np.zeros((count, 12), np.float32), run, boxes, (), 1, {}
    )


@pytest.fixture
def film(tmp_path):
    """Forty frames, each brighter than the one before."""
    write_video(tmp_path / "film.mp4", [np.full((64, 64, 3), 20 + 5 * i, np.uint8) for i in range(40)], fps=25)
    return open_source(tmp_path / "film.mp4")


def test_windows_begin_with_their_own_frame(film):
    lips, usable = SyncNetExpert(Probe()).lips(mouth_of(40), film)
    assert lips.shape == (35, 1024)
    assert usable.all()
    mouth = mouth_of(40)
    places = smoothed(mouth.boxes, mouth.run)
    frames = film.frames(Timeline(fps=Fraction(25), frames=35, duration_s=1.4))
    brightness = [cut(frame.image, place).mean() for frame, place in zip(frames, places, strict=False)]
    assert np.diff(brightness[7:]).min() > 0.5
    np.testing.assert_allclose(lips[:, 0], brightness, atol=0.1)


def test_windows_over_a_cut_or_without_a_face_do_not_count(film):
    run = np.zeros(40, int)
    run[20:], run[26:32] = 1, -1
    run[32:] = 2
    _, usable = SyncNetExpert(Probe()).lips(mouth_of(40, run), film)
    assert not usable[16:20].any()
    assert not usable[22:32].any()
    assert usable[[0, 15, 20, 21, 32]].all()


def test_sound_windows_are_four_columns_apart():
    wave = np.random.default_rng(0).normal(0.0, 0.1, 16000).astype(np.float32)
    embedded = SyncNetExpert(Probe()).sound(wave, 20)
    rows = syncnet_mfcc(np.round(wave * 32767.0))
    np.testing.assert_allclose(embedded[:, 0], rows[0:80:4, 0], rtol=1e-5)


def test_boxes_are_median_filtered_in_each_stretch():
    rng = np.random.default_rng(1)
    boxes = np.sort(rng.uniform(0, 100, (50, 4)), axis=1).astype(np.float32)[:, [0, 1, 2, 3]]
    run = np.repeat([0, 1], 25)
    half = np.maximum(boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]) / 2.0
    np.testing.assert_allclose(smoothed(boxes, run)[25:, 0], medfilt(half[25:].astype(float), 13), rtol=1e-6)


def test_a_crop_is_that_of_the_reference():
    import cv2

    image = np.random.default_rng(2).integers(0, 255, (90, 120, 3)).astype(np.uint8)
    half, x, y = 30.0, 70.0, 50.0
    bgr, scale = image[..., ::-1], 0.40
    margin = int(half * (1 + 2 * scale))
    padded = np.pad(bgr, ((margin, margin), (margin, margin), (0, 0)), "constant", constant_values=(110, 110))
    my, mx = y + margin, x + margin
    face = padded[
        int(my - half) : int(my + half * (1 + 2 * scale)), int(mx - half * (1 + scale)) : int(mx + half * (1 + scale))
    ]
    np.testing.assert_array_equal(cut(image, np.array([half, x, y])), cv2.resize(face, (224, 224)))
    assert (cut(image, np.full(3, np.nan)) == 110).all()
