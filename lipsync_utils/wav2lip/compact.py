"""Our own generator: what goes in and comes out is Wav2Lip's, a hundredth of the work is between.

It works on 48 x 48 positions of four pixels each (Shi et al., CVPR 2016), is U-shaped (Ronneberger et al., MICCAI
2015) and hears from its narrowest place on, where the sound scales and shifts channels (FiLM, Perez et al., AAAI 2018).
What it gives is a change of the reference (:class:`Change`): from where each pixel is fetched (Jaderberg et al.,
NeurIPS 2015), how much of it goes (as in Pumarola et al., ECCV 2018) and what colours come instead. So lips and skin
are moved, not painted, and stay as sharp as the picture is; only what was not seen before, as the inside of a mouth,
is painted. All is linear: behind a logistic function the network learned to shut itself and copy. The upper half is an
input, so only the lower one is computed. Nothing is normalised by a batch: what one face gets does not depend on those
beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from ..weights import load_network
from .network import FACE_SIZE, MEL_BANDS, MEL_COLUMNS

FORMAT = "lipsync-wav2lip-1"

HALF = FACE_SIZE // 2
"""Rows that are given, and rows that are made."""

_LOUDEST = 4.0  # of the mel

CompactFeatures = tuple[torch.Tensor, ...]
"""What the painter needs to know of faces: the reference ``(N, 3, 48, 96)``, then the lower half of the features at
each size, the narrowest ``(N, channels, 3, 6)`` last."""


@dataclass(frozen=True)
class Change:
    """What becomes of the lower halves of references.

    Attributes:
        flow: ``(N, 2, 48, 96)``: each pixel is fetched from so many pixels to the right and further down.
        gone: ``(N, 1, 48, 96)``: how much of what was fetched is not shown.
        colours: ``(N, 3, 48, 96)``: what is shown instead, blue first.
    """

    flow: torch.Tensor
    gone: torch.Tensor
    colours: torch.Tensor

    def on(self, reference: torch.Tensor) -> torch.Tensor:
        """The lower halves ``(N, 3, 48, 96)`` of references, changed."""
        return fetched(reference, self.flow) * (1 - self.gone) + self.colours


def lower_halves(faces: torch.Tensor) -> torch.Tensor:
    """Those of the references in faces as for :meth:`CompactWav2Lip.forward`: ``(N, 3, 48, 96)``."""
    return faces[:, 3:, HALF:]


def fetched(image: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """``(N, C, H, W)``: of each pixel what lies ``flow (N, 2, H, W)`` pixels to its right and below; edges go on."""
    height, width = flow.shape[2:]
    flow = flow.float().nan_to_num().clamp(-width, width)  # more digits; and what has gone astray crashes PyTorch
    x = (torch.arange(width, device=flow.device) + 0.5 + flow[:, 0]) * (2 / width) - 1
    y = (torch.arange(height, device=flow.device)[:, None] + 0.5 + flow[:, 1]) * (2 / height) - 1
    at = torch.stack([x, y], dim=-1)
    image = image.float().expand(len(flow), -1, -1, -1)
    return F.grid_sample(image, at, padding_mode="border", align_corners=False)


@dataclass(frozen=True)
class CompactOptions:
    """Shape of the network.

    Attributes:
        widths: channels at 48, 24, 12 and 6 positions a side.
        sound: length of the vector that stands for a window of speech.
        blocks: residual blocks that hear it.
        early: columns by which its window of speech begins before that of the published weights. With 5 the middle of
            the window is 31 ms after the moment from which a frame is shown: a mouth depends on what it said last, too.
    """

    widths: tuple[int, ...] = (24, 48, 96, 160)
    sound: int = 256
    blocks: int = 2
    early: int = 5


def even_start(network: nn.Module) -> None:
    """Random weights with which rectified layers keep the size of what goes through (He et al., ICCV 2015), in place.

    PyTorch's own make it smaller with each layer, until nothing of the sound arrives. Layers of zeros stay so, and
    those that modulate keep theirs, so that at first they do little.
    """
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear) and not name.endswith("film") and layer.weight.any():
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)


def zero(layer: nn.Conv2d) -> None:
    """Let a layer give nothing at first, in place."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)


class Residual(nn.Module):
    """``x + W2 relu(a * (W1 relu(x)) + b)``; at first ``W2`` is 0, so that deep stacks learn without normalisation.

    Args:
        width: channels.
        sound: length of the vector from which ``a`` and ``b`` are made; 0: they are 1 and 0.
    """

    def __init__(self, width: int, sound: int = 0) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        zero(self.second)
        self.film = nn.Linear(sound, 2 * width) if sound else None

    def forward(self, x: torch.Tensor, sound: torch.Tensor | None = None) -> torch.Tensor:
        """``(N, width, H, W)`` and ``(N, sound)`` to ``(N, width, H, W)``; one face may hear many sounds."""
        y = self.first(F.relu(x))
        if self.film is not None:
            scale, shift = self.film(sound)[:, :, None, None].chunk(2, dim=1)
            y = y * (1 + scale) + shift
        return x + self.second(F.relu(y))


class SoundEncoder(nn.Sequential):
    """``(N, 1, 80, 16)`` windows of speech to ``(N, size)``."""

    def __init__(self, size: int) -> None:
        super().__init__(
            *(nn.Conv1d(MEL_BANDS, 192, 3, padding=1), nn.ReLU()),  # 16 columns
            *(nn.Conv1d(192, 192, 3, 2, 1), nn.ReLU()),  # 8
            *(nn.Conv1d(192, 256, 3, padding=1), nn.ReLU()),
            *(nn.Conv1d(256, 256, 3, 2, 1), nn.ReLU()),  # 4
            *(nn.Flatten(), nn.Linear(256 * MEL_COLUMNS // 4, size), nn.ReLU()),
            nn.Linear(size, size),
        )

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return super().forward(mel[:, 0] / _LOUDEST)


class CompactWav2Lip(nn.Module):
    """The compact generator; made-up weights until some are loaded."""

    def __init__(self, options: CompactOptions | None = None, **named: object) -> None:
        super().__init__()
        self.options = options or CompactOptions(**named)
        widths, sound = self.options.widths, self.options.sound
        self.hear = SoundEncoder(sound)
        self.stem = nn.Conv2d(24, widths[0], 3, padding=1)  # 48 x 48
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), Residual(b)) for a, b in pairs)
        self.speaking = nn.ModuleList(Residual(widths[-1], sound) for _ in range(self.options.blocks))
        self.up = nn.ModuleList(
            nn.Sequential(nn.ReLU(), nn.Conv2d(b, 4 * a, 1), nn.PixelShuffle(2)) for a, b in reversed(pairs)
        )
        self.beside = nn.ModuleList(nn.Conv2d(a, a, 1) for a, _ in reversed(pairs))
        self.refine = nn.ModuleList(Residual(a, sound) for a, _ in reversed(pairs))
        self.paint = nn.Sequential(nn.ReLU(), nn.Conv2d(widths[0], 16, 3, padding=1), nn.PixelShuffle(2))
        self.move = nn.Sequential(nn.ReLU(), nn.Conv2d(widths[0], 2, 3, padding=1))
        zero(self.paint[1]), zero(self.move[1])  # it begins with copying
        even_start(self)

    def encode(self, faces: torch.Tensor) -> CompactFeatures:
        """Everything that does not depend on the speech, of faces as for :meth:`forward`."""
        x = self.stem(F.pixel_unshuffle(2 * faces - 1, 2))
        features = [x]
        for step in self.down:
            x = step(x)
            features.append(x)
        *outer, narrow = (feature[:, :, feature.shape[2] // 2 :] for feature in features)
        beside = [layer(feature) for layer, feature in zip(self.beside, reversed(outer), strict=True)]
        return lower_halves(faces), *reversed(beside), narrow

    def change(self, mel: torch.Tensor, features: CompactFeatures) -> Change:
        """What becomes of as many faces, or of one that speaks all windows."""
        _, *outer, x = features
        sound = self.hear(mel)
        for block in self.speaking:
            x = block(x, sound)
        for up, beside, refine in zip(self.up, reversed(outer), self.refine, strict=True):
            x = refine(up(x) + beside, sound)
        colours, gone = self.paint(x).split((3, 1), dim=1)
        flow = F.interpolate(self.move(x), scale_factor=2, mode="bilinear", align_corners=False)
        return Change(flow, gone, colours)

    def speak(self, mel: torch.Tensor, features: CompactFeatures) -> torch.Tensor:
        """The lower half, ``(N, 3, 48, 96)`` in [0, 1]; see :meth:`change`."""
        return self.change(mel, features).on(features[0]).clamp(0, 1)

    def forward(self, mel: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
        """As the published network; the upper half is that of the first three channels.

        Args:
            mel: ``(N, 1, 80, 16) float32`` in [-4, 4], windows that begin ``options.early`` columns early.
            faces: ``(N, 6, 96, 96) float32`` in [0, 1], blue first.

        Returns:
            ``(N, 3, 96, 96) float32`` in [0, 1], blue first.
        """
        return torch.cat([faces[:, :3, :HALF], self.speak(mel, self.encode(faces))], dim=2)


def load_compact(path: str | Path) -> CompactWav2Lip:
    """The generator with the weights at ``path``, ready to run.

    Raises:
        AssetError: the file is missing, damaged, or made for another version of the package.
    """
    return load_network(CompactWav2Lip, path, kind=FORMAT, trained_by="training/wav2lip")
