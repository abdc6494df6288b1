"""The drawing of the generator says what really goes through it."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from lipsync_utils.wav2lip.network import Wav2Lip

pytest.importorskip("matplotlib")

from lipsync_utils.figures.network import Block, blocks, drawing


@pytest.fixture(scope="module")
def network() -> Wav2Lip:
    return Wav2Lip().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def found(network) -> list[Block]:
    return blocks(network)


def test_blocks_add_up_to_the_network(network, found):
    assert sum(block.parameters for block in found) == sum(weights.numel() for weights in network.parameters())
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, 80, 16), torch.zeros(1, 6, 96, 96))
    assert sum(block.multiplications for block in found) == counter.get_total_flops() / 2


def test_the_decoder_gets_the_encoders_features(found):
    parts = {part: [block for block in found if block.part == part] for part in {block.part for block in found}}
    assert [block.outputs[1] for block in parts["face encoder"]] == [96, 48, 24, 12, 6, 3, 1]
    assert parts["speech encoder"][-1].outputs == parts["decoder"][0].inputs == (512, 1, 1)
    features = reversed(parts["face encoder"])
    for feature, block, after in zip(
        features, parts["decoder"], [*parts["decoder"][1:], *parts["output"]], strict=True
    ):
        assert after.inputs == (block.outputs[0] + feature.outputs[0], *block.outputs[1:])


def test_looking_does_not_change_the_network(network):
    network.train()
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    blocks(network)
    assert network.training
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())
    network.eval()


def test_every_block_is_written_into_the_figure(network, found):
    said = [text.get_text() for text in drawing(network).axes[0].texts]
    for block in found:
        assert " × ".join(map(str, block.outputs)) in said
    assert sum(text.startswith("+ ") for text in said) == 7
