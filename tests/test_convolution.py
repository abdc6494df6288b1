"""Networks without a framework say what torch says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lipsync_utils.blocks import Block
from lipsync_utils.convolution import block, conv, gelu, sigmoid
from lipsync_utils.speech import network as speech_network
from lipsync_utils.speech.ear import Ear
from lipsync_utils.speech.model import WEIGHTS as SPEECH
from lipsync_utils.sync import network as sync_network
from lipsync_utils.sync.encoders import Encoders
from lipsync_utils.sync.landmark_expert import WEIGHTS as SYNC


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 2, shape).astype(np.float32)


@pytest.mark.parametrize(
    ("stride", "dilation", "padding"), [(1, 1, (0, 0)), (2, 1, (1, 1)), (1, 4, (8, 0)), (2, 3, (2, 5))]
)
def test_convolution(stride, dilation, padding):
    layer = torch.nn.Conv1d(5, 7, 3, stride=stride, dilation=dilation)
    state = {f"it.{name}": values.detach().numpy() for name, values in layer.state_dict().items()}
    x = noise(5, 41)
    expected = layer(torch.nn.functional.pad(torch.from_numpy(x), padding, value=-2.0)).detach().numpy()
    found = conv(x, state, "it", stride=stride, dilation=dilation, padding=padding, value=-2.0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_activations():
    x = np.concatenate([noise(500), np.float32([0, 100, -100, 1e-6])])
    np.testing.assert_allclose(gelu(x), torch.nn.functional.gelu(torch.from_numpy(x)), atol=2e-6)
    np.testing.assert_allclose(sigmoid(x), torch.sigmoid(torch.from_numpy(x)), atol=1e-6)
    assert gelu(x).dtype == sigmoid(x).dtype == np.float32


@pytest.mark.parametrize("dilation", [1, 4, -1, -8])
def test_block(dilation):
    layer = Block(6, dilation, 0.0).eval()
    layer.scale.data += torch.randn_like(layer.scale)
    state = {f"it.{name}": values.numpy() for name, values in layer.state_dict().items()}
    x = noise(6, 50)
    with torch.no_grad():
        expected = layer(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(block(x, state, "it", dilation), expected, atol=1e-5)


def test_the_speech_network_hears_what_was_trained():
    features = -10 + noise(400, 80)
    with torch.no_grad():
        pose, contacts, activity, _ = speech_network.load(SPEECH)(torch.from_numpy(features)[None])
    found = Ear.load(SPEECH)(features)
    for one, other in zip(found, (pose[0], torch.sigmoid(contacts[0]), torch.sigmoid(activity[0])), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_the_sync_networks_embed_what_was_trained():
    trained, used = sync_network.load(SYNC), Encoders.load(SYNC)
    features, measures = -10 + noise(400, 80), noise(100, 12)
    with torch.no_grad():
        np.testing.assert_allclose(used.sound(features), trained.sound(torch.from_numpy(features)[None])[0], atol=1e-4)
        np.testing.assert_allclose(used.lips(measures), trained.lips(torch.from_numpy(measures)[None])[0], atol=1e-4)
    assert used.size("hear") == sum(weights.numel() for weights in trained.hear.parameters())
