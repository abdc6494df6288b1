"""The Wav2Lip generator drawn from the module itself: its blocks, with the shapes that really go through them."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import nn

    from ..wav2lip.network import Wav2Lip

COLOURS = {"face encoder": "#cfe3f5", "speech encoder": "#d8efd3", "decoder": "#fbe3c0", "output": "#f2b84b"}
"""Part of the network -> colour of its boxes."""

_LINE = "#4a5560"
_COLUMNS = {"face encoder": 1.7, "decoder": 6.1, "output": 6.1, "speech encoder": 10.3}
_HALF_HEIGHT, _WIDEST = 0.32, 2.6


@dataclass(frozen=True)
class Block:
    """A run of layers that keeps its size.

    Attributes:
        part: a key of :data:`COLOURS`.
        inputs: shape ``(channels, height, width)`` that goes in.
        outputs: shape that comes out.
        layers: number of convolutions.
        parameters: number of weights.
        multiplications: for one frame.
    """

    part: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    layers: int
    parameters: int
    multiplications: int


def blocks(network: Wav2Lip) -> list[Block]:
    """What happens to one frame, in the order of its computation; measured by sending one through.

    Args:
        network: any weights; it is not changed.
    """
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    from ..wav2lip.network import FACE_SIZE, MEL_BANDS, MEL_COLUMNS

    network = copy.deepcopy(network).to("meta").eval()  # shapes only: nothing is computed
    seen: list[Block] = []

    def note(part: str, module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        work = counter.get_total_flops() // 2 - sum(block.multiplications for block in seen)
        layers = sum(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in module.modules())
        parameters = sum(weights.numel() for weights in module.parameters())
        seen.append(Block(part, tuple(inputs[0].shape[1:]), tuple(output.shape[1:]), layers, parameters, work))

    modules = (network.face_encoder_blocks, network.audio_encoder, network.face_decoder_blocks, [network.output_block])
    for part, own in zip(("face encoder", "speech encoder", "decoder", "output"), modules, strict=True):
        for module in own:
            module.register_forward_hook(partial(note, part))
    with FlopCounterMode(display=False) as counter, torch.inference_mode(), torch.device("meta"):
        network(torch.zeros(1, 1, MEL_BANDS, MEL_COLUMNS), torch.zeros(1, 6, FACE_SIZE, FACE_SIZE))
    return [_together(list(run)) for _, run in groupby(seen, key=lambda block: (block.part, block.outputs))]


def drawing(network: Wav2Lip) -> Figure:
    """The U-shape of the generator: the face goes down, meets the speech, and comes up again beside its own features.

    Boxes are the wider the more channels they have; shapes are channels x height x width.

    Args:
        network: any weights.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.2), layout="constrained")
    axis = figure.add_subplot()
    axis.set(xlim=(-0.1, 12.1), ylim=(-0.45, 7.8))
    axis.axis("off")
    found = blocks(network)
    columns = {part: [block for block in found if block.part == part] for part in COLOURS}
    encoder, speech, decoder = (columns[part] for part in ("face encoder", "speech encoder", "decoder"))
    for part, downwards in (("face encoder", encoder), ("speech encoder", speech)):
        for row, block in enumerate(reversed(downwards)):
            _box(axis, block, row)
            _arrow(axis, _COLUMNS[part], row + 1, row)
    for row, (block, feature) in enumerate(zip(decoder, reversed(encoder), strict=True)):
        _box(axis, block, row)
        _arrow(axis, _COLUMNS["decoder"], row, row + 1)
        _across(axis, _edge(feature, 1), _edge(block, -1), row, f"+ {feature.outputs[0]} channels")
    top = len(encoder)
    _box(axis, columns["output"][0], top)
    _across(axis, _edge(speech[-1], -1), _edge(decoder[0], 1), 0, "speech")
    _text(axis, "face encoder", top + 0.05, f"{_shape(encoder[0].inputs)}\nface, lower half blanked + face")
    _text(axis, "speech encoder", len(speech) + 0.05, f"{_shape(speech[0].inputs)}\nwindow of speech")
    _text(axis, "decoder", top + 0.55, "face that speaks")
    return figure


def _together(run: list[Block]) -> Block:
    """Blocks one after the other as one."""
    sums = (sum(getattr(block, name) for block in run) for name in ("layers", "parameters", "multiplications"))
    return Block(run[0].part, run[0].inputs, run[0].outputs, *sums)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _width(block: Block) -> float:
    """Of its box: from 3 channels to 512."""
    return 1.6 + (_WIDEST - 1.6) * math.log2(block.outputs[0] / 3) / math.log2(512 / 3)


def _edge(block: Block, side: int) -> float:
    return _COLUMNS[block.part] + side * (_width(block) / 2 + 0.05)


def _box(axis: Axes, block: Block, row: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    wide, x = _width(block), _COLUMNS[block.part]
    axis.add_patch(
        FancyBboxPatch(
            (x - wide / 2, row - _HALF_HEIGHT),
            wide,
            2 * _HALF_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=COLOURS[block.part],
            edgecolor=_LINE,
        )
    )
    axis.text(x, row + 0.1, _shape(block.outputs), ha="center", va="center", fontsize=9)
    layers = f"{block.layers} convolution" + ("s" if block.layers > 1 else "")
    size = f"{block.parameters / 1e6:.2f} M" if block.parameters >= 5e3 else f"{block.parameters / 1e3:.1f} k"
    axis.text(x, row - 0.17, f"{layers}, {size}", ha="center", va="center", fontsize=7, color=_LINE)


def _arrow(axis: Axes, x: float, start: float, end: float) -> None:
    """Between two rows of one column."""
    way = 1 if end > start else -1
    _line(axis, (x, start + way * _HALF_HEIGHT), (x, end - way * _HALF_HEIGHT))


def _across(axis: Axes, start: float, end: float, row: float, text: str) -> None:
    _line(axis, (start, row), (end, row))
    axis.text((start + end) / 2, row + 0.08, text, ha="center", va="bottom", fontsize=8, color=_LINE)


def _line(axis: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": _LINE, "shrinkA": 0, "shrinkB": 0})


def _text(axis: Axes, part: str, row: float, text: str) -> None:
    axis.text(_COLUMNS[part], row, text, ha="center", va="center", fontsize=8.5)
