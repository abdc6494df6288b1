"""SyncNet is the published network: golden numbers, checkpoint names, and errors."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lipsync_utils.errors import AssetError, InputError
from lipsync_utils.sync import syncnet
from lipsync_utils.sync.mfcc import syncnet_mfcc

GOLDEN = Path(__file__).parents[1] / "golden"


def made_up(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Reproducible weights, as the golden numbers were computed with."""
    made = {}
    for i, key in enumerate(sorted(state)):
        tensor, module = state[key], key.rpartition(".")[0]
        x = np.sin(12.9898 * np.arange(1, tensor.numel() + 1) + 78.233 * (i + 1)) * 43758.5453
        s = 2.0 * (x - np.floor(x)) - 1.0
        normal = f"{module}.running_mean" in state
        if key.endswith("num_batches_tracked"):
            values = np.zeros_like(s)
        elif key.endswith("running_mean") or (normal and key.endswith("bias")):
            values = 0.1 * s
        elif key.endswith("running_var"):
            values = 1.0 + 0.5 * s**2
        elif normal:
            values = 1.0 + 0.1 * s
        elif tensor.dim() == 1:
            values = 0.05 * s
        else:
            values = s * np.sqrt(3.6 / np.prod(tensor.shape[1:]))
        made[key] = torch.from_numpy(values.reshape(tensor.shape)).to(tensor.dtype)
    return made


def wave(shape: tuple[int, ...], a: float, b: float) -> torch.Tensor:
    return torch.from_numpy(np.sin(a * np.arange(np.prod(shape)) + b).reshape(shape)).float()


@pytest.fixture(scope="module")
def network() -> syncnet.SyncNet:
    made = syncnet.SyncNet().eval().requires_grad_(False)
    made.load_state_dict(made_up(made.state_dict()))
    return made


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(GOLDEN / "syncnet.npz"))


def assert_close(got: np.ndarray, wanted: np.ndarray, part: float) -> None:
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= part * np.ptp(wanted)


def test_state_dict_is_that_of_the_reference():
    wanted = json.loads((GOLDEN / "syncnet_keys.json").read_text())
    assert [[key, list(value.shape)] for key, value in syncnet.SyncNet().state_dict().items()] == wanted


def test_sound_encoder_equals_the_reference(network, golden):
    assert_close(network.sound(10.0 * wave((3, 1, 13, 20), 0.05, 0.2)[:, 0]).numpy(), golden["audio"], 1e-4)


def test_lip_encoder_equals_the_reference(network, golden):
    crops = 127.5 + 127.5 * wave((3, 3, 5, 224, 224), 0.00031, 0.4)
    assert_close(network.lips(crops)[:, 0].numpy(), golden["lip"], 1e-4)


def test_a_run_of_frames_equals_its_windows(network):
    run = 127.5 + 127.5 * wave((1, 3, 7, 224, 224), 0.00031, 0.4)
    one_by_one = torch.cat([network.lips(run[:, :, t : t + 5]) for t in range(3)], dim=1)
    torch.testing.assert_close(network.lips(run), one_by_one, rtol=1e-4, atol=1e-3)


def test_mfcc_equals_the_reference(golden):
    t = np.arange(32000) / 16000
    sound = 0.5 * np.sin(2 * np.pi * t * (120 + 80 * t)) + 0.2 * np.sin(2 * np.pi * 1500 * t) * (
        np.sin(2 * np.pi * 3 * t) > 0
    )
    sound = (sound + 0.05 * np.sin(2 * np.pi * 5200 * t)).astype(np.float32)
    sound[8000:11000] = 0.0
    pcm = (sound * 20000).astype(np.int16)
    before = pcm.copy()
    got = syncnet_mfcc(pcm)
    np.testing.assert_allclose(got.T, golden["mfcc"], atol=1e-3)
    np.testing.assert_array_equal(pcm, before)


def test_mfcc_of_short_sound_is_one_padded_row():
    assert syncnet_mfcc(np.ones(10)).shape == (1, 13)
    assert np.isfinite(syncnet_mfcc(np.zeros(10))).all()
    with pytest.raises(InputError, match="not empty"):
        syncnet_mfcc(np.zeros(0))


def test_weights_are_read_as_a_plain_state_dict(network, tmp_path):
    torch.save(network.state_dict(), tmp_path / "ok.model")
    loaded = syncnet.load(tmp_path / "ok.model")
    windows = wave((2, 13, 20), 0.1, 0.0)
    torch.testing.assert_close(loaded.sound(windows), network.sound(windows))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There are no SyncNet weights"),
        (b"<html>quota exceeded</html>", "not a PyTorch state dict"),
        ([1, 2, 3], "holds a list"),
        ({"netcnnaud.0.weight": torch.zeros(64, 1, 3, 3)}, "lacks netcnnaud.0.bias"),
    ],
)
def test_what_is_not_syncnet_is_refused(content, message, tmp_path):
    path = tmp_path / "syncnet_v2.model"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(AssetError, match=message):
        syncnet.load(path)
