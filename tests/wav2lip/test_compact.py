"""Our own generator: the published one's inputs and outputs, and what its runner may spare."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from synthetic_media import voice, write_sound

from lipsync_utils.errors import AssetError
from lipsync_utils.media import load_speech
from lipsync_utils.records import SAMPLE_RATE, Timeline
from lipsync_utils.wav2lip import compact
from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.compact import CompactOptions, CompactWav2Lip, load_compact
from lipsync_utils.wav2lip.fast import FastCompact, FastWav2Lip, as_input, as_pictures, runner_of

SMALL = CompactOptions(widths=(8, 8, 16, 16), sound=16)


@pytest.fixture(scope="module")
def network() -> CompactWav2Lip:
    """Made-up weights, none of them 0: blocks that do nothing would hide mistakes."""
    torch.manual_seed(0)
    made = CompactWav2Lip(SMALL).eval()
    for block in made.modules():
        if isinstance(block, compact.Residual):
            torch.nn.init.normal_(block.second.weight, std=0.1)
    torch.nn.init.normal_(made.paint[1].weight, std=0.02)
    torch.nn.init.normal_(made.move[1].weight, std=0.1)
    return made.requires_grad_(False)


@pytest.fixture(scope="module")
def mel() -> torch.Tensor:
    return 8 * torch.rand(3, 1, 80, 16, generator=torch.Generator().manual_seed(1)) - 4


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    return as_input(np.random.default_rng(2).integers(0, 256, (3, 96, 96, 3), np.uint8))


def test_it_stands_where_the_published_network_does(network, mel, faces):
    before = faces.clone()
    out = network(mel, faces)
    assert out.shape == (3, 3, 96, 96)
    assert out.min() >= 0
    assert out.max() <= 1
    assert torch.equal(out[:, :, :48], faces[:, :3, :48]), "the upper half is what was given"
    assert torch.equal(faces, before)


def test_it_is_small():
    size = sum(parameter.numel() for parameter in CompactWav2Lip().parameters())
    assert 1.5e6 < size < 3.5e6


def test_the_mouth_depends_on_the_sound_and_on_nobody_else(network, mel, faces):
    out = network(mel, faces)
    assert (network(mel.flip(0), faces) - out)[:, :, 48:].abs().mean() > 1e-3
    torch.testing.assert_close(network(mel[:1], faces[:1]), out[:1], rtol=0, atol=1e-4)


def test_before_it_learned_it_copies(mel, faces):
    made = CompactWav2Lip(SMALL).eval()(mel, faces)
    torch.testing.assert_close(made[:, :, 48:], faces[:, 3:, 48:], rtol=0, atol=1e-5)


def test_what_is_fetched_comes_from_where_the_flow_points():
    """Two to the right and one up, in the middle of the picture; half of it gone, and some red."""
    image = torch.rand(1, 3, 48, 96)
    flow = torch.zeros(1, 2, 48, 96)
    flow[:, 0], flow[:, 1] = 2, -1
    colours = torch.tensor([0.0, 0.0, 0.3])[None, :, None, None]
    made = compact.Change(flow, torch.full((1, 1, 48, 96), 0.5), colours).on(image)
    expected = 0.5 * image[:, :, 9:39, 12:92] + colours
    torch.testing.assert_close(made[:, :, 10:40, 10:90], expected, rtol=0, atol=1e-4)
    assert torch.allclose(made[:, :, 5, 95], made[:, :, 5, 93], atol=1e-4), "edges go on"


def test_the_runner_says_what_was_moved(network, mel, faces):
    runner = runner_of(network, device="cpu", precision="float32")
    made = runner.speak(mel, runner.encode(faces))
    change = network.change(mel, network.encode(faces))
    assert change.flow.abs().max() > 0.1
    torch.testing.assert_close(made[:, 3:5], change.flow, rtol=0, atol=1e-5)
    torch.testing.assert_close(made[:, 5:], 1 - change.gone, rtol=0, atol=1e-5)
    pictures = as_pictures(made)
    np.testing.assert_array_equal(pictures[..., 2], made[:, 0])
    np.testing.assert_array_equal(pictures[..., 3:], made[:, 3:].permute(0, 2, 3, 1))


def test_one_still_face_is_encoded_once(network, mel, faces):
    runner = runner_of(network, device="cpu", precision="float32")
    assert isinstance(runner, FastCompact)
    features = runner.encode(faces[:1])
    halves = runner.speak(mel, features)
    expected = network(mel, faces[:1].expand(3, -1, -1, -1))[:, :, 48:]
    assert halves.dtype == torch.float32
    torch.testing.assert_close(halves[:, :3], expected, rtol=0, atol=1e-4)
    halves = runner.speak(mel, runner.encode(faces))
    torch.testing.assert_close(halves[:, :3], network(mel, faces)[:, :, 48:], rtol=0, atol=1e-4)


def test_half_precision_shows_the_same(network, mel, faces):
    runner = FastCompact(network, device="cpu", precision="bfloat16")
    halves = runner.speak(mel, runner.encode(faces))
    assert (halves[:, :3] - network(mel, faces)[:, :, 48:]).abs().mean() < 0.01
    assert next(network.parameters()).dtype == torch.float32, "the network that was given is left alone"


def test_windows_begin_earlier_than_the_published_ones():
    assert FastCompact(CompactWav2Lip(SMALL), device="cpu").early == SMALL.early
    assert FastWav2Lip.early == 0


def write(network: CompactWav2Lip, path, **other: str) -> None:
    metadata = {"format": compact.FORMAT, "options": json.dumps(asdict(network.options)), **other}
    save_file({name: tensor.half() for name, tensor in network.state_dict().items()}, str(path), metadata=metadata)


def test_weights_come_back_as_they_were_written(network, mel, faces, tmp_path):
    write(network, tmp_path / "w.safetensors")
    loaded = load_generator(tmp_path / "w.safetensors")
    assert loaded.options == SMALL
    assert (loaded(mel, faces) - network(mel, faces)).abs().mean() < 1e-3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda network, path: path.write_bytes(b"<html>"), "is damaged"),
        (lambda network, path: write(network, path, format="lipsync-sync-1"), "weights of the format 'lipsync-sync-1'"),
        (lambda network, path: None, "There are no weights at"),
    ],
    ids=["damaged", "another network", "missing"],
)
def test_what_are_no_weights_of_ours(network, tmp_path, make, message):
    make(network, tmp_path / "w.safetensors")
    with pytest.raises(AssetError, match=message):
        load_compact(tmp_path / "w.safetensors")


def test_the_engine_hears_as_early_as_its_network_was_taught(shared_engine, mouth, monkeypatch, tmp_path):
    speech = load_speech(write_sound(tmp_path / "voice.wav", voice(0.6)))
    timeline = Timeline.covering(len(speech.wave), SAMPLE_RATE, Fraction(25))
    plain = shared_engine._hear(speech, timeline).mel
    monkeypatch.setattr(mouth, "early", 5)
    early = shared_engine._hear(speech, timeline).mel
    assert (early[:, :5] == -4).all(), "silence before the beginning"
    np.testing.assert_array_equal(early[:, 5:], plain)
