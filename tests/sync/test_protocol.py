"""The protocol on synthetic networks: known shifts are recovered, and the numbers are those of the reference."""

import numpy as np
import pytest
import torch

from lipsync_utils.errors import InputError
from lipsync_utils.sync.protocol import agree, distances


def pair_of_networks(rng: np.random.Generator, sound: np.ndarray, lips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings by two encoders that read the same hidden signal off different observations."""
    to_sound, to_lips = rng.normal(size=(6, 24)), rng.normal(size=(6, 18))
    hear, see = np.linalg.pinv(to_sound), np.linalg.pinv(to_lips)
    heard = sound @ to_sound + rng.normal(0.0, 0.3, (len(sound), 24))
    watched = lips @ to_lips + rng.normal(0.0, 0.3, (len(lips), 18))
    return (heard @ hear).astype(np.float32), (watched @ see).astype(np.float32)


def articulation(rng: np.random.Generator, count: int) -> np.ndarray:
    """A smooth hidden signal ``(count, 6)``."""
    noise = rng.normal(size=(count + 8, 6))
    kernel = np.hanning(9) / np.hanning(9).sum()
    return np.stack([np.convolve(column, kernel, mode="valid") for column in noise.T], axis=1)


@pytest.mark.parametrize("shift", range(-12, 13))
@pytest.mark.parametrize("beyond", ["zeros", "nothing"])
def test_a_known_shift_is_recovered(shift, beyond):
    rng = np.random.default_rng(shift + 100)
    signal = articulation(rng, 160)
    # The sound of lip frame i is found at sound frame i + shift: the sound is late, the offset negative.
    sound, lips = pair_of_networks(rng, signal[20 - shift : 140 - shift], signal[20:140])
    result = agree(distances(lips, sound, beyond=beyond))
    assert result.offset == -shift
    assert result.confidence > 0.5
    assert result.windows == 120


def reference(lips: torch.Tensor, sound: torch.Tensor, vshift: int) -> tuple[int, float, float]:
    """What SyncNet's evaluation computes, written with torch's own functions."""
    padded = torch.nn.functional.pad(sound, (0, 0, vshift, vshift))
    rows = [
        torch.nn.functional.pairwise_distance(lips[i : i + 1].repeat(2 * vshift + 1, 1), padded[i : i + 2 * vshift + 1])
        for i in range(len(lips))
    ]
    mean = torch.stack(rows, 1).mean(1)
    least, index = torch.min(mean, 0)
    return vshift - int(index), float(least), float(torch.median(mean) - least)


def test_numbers_are_those_of_the_reference():
    torch.manual_seed(3)
    lips, sound = torch.randn(70, 32), torch.randn(70, 32)
    sound[4:] += 2.0 * lips[:-4]
    result = agree(distances(lips.numpy(), sound.numpy()))
    offset, distance, confidence = reference(lips, sound, 15)
    assert result.offset == offset == -4
    assert result.distance == pytest.approx(distance, rel=1e-5)
    assert result.confidence == pytest.approx(confidence, rel=1e-4)


def test_windows_without_a_face_do_not_count():
    rng = np.random.default_rng(0)
    signal = articulation(rng, 160)
    sound, lips = pair_of_networks(rng, signal[23:143], signal[20:140])
    usable = np.ones(120, bool)
    usable[30:60] = False
    spoilt = lips.copy()
    spoilt[30:60] = 50.0
    table = distances(spoilt, sound)
    assert agree(table).distance > 10.0
    result = agree(table, usable)
    assert (result.offset, result.windows) == (3, 90)
    assert np.isnan(result.frame_confidence[30:60]).all()
    assert np.isfinite(result.frame_confidence[usable]).all()


def test_nothing_to_compare_is_an_error_not_an_empty_result():
    table = np.zeros((10, 31))
    with pytest.raises(InputError, match="None of 10 windows"):
        agree(table, np.zeros(10, bool))
    with pytest.raises(InputError, match="must be"):
        distances(np.zeros((3, 4)), np.zeros((4, 4)))


def test_inputs_stay_as_they_are():
    rng = np.random.default_rng(1)
    lips, sound = rng.normal(size=(40, 8)), rng.normal(size=(40, 8))
    before = lips.copy(), sound.copy()
    agree(distances(lips, sound))
    np.testing.assert_array_equal(lips, before[0])
    np.testing.assert_array_equal(sound, before[1])
