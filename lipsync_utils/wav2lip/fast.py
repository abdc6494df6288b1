"""The Wav2Lip generator, several times faster: the same function, computed only where it is looked at.

What is spared, in float32 without changing a digit that matters:

- **Batch normalisation** is folded into the convolutions (Jacob et al., CVPR 2018).
- **The face encoder**, and the part of every decoder layer that only depends on it, is separate from the rest
  (:meth:`FastWav2Lip.encode`): a convolution of features laid side by side is the sum of two convolutions. For a still
  picture it runs once.
- **The upper half** of the crop is given to the network and never shown, so the decoder computes the lower half alone.
  At every level the rows that do not matter are cut off; those next to the cut are wrong (they miss their neighbours
  above), and are cut off in turn before they reach what is shown. See :data:`CUT_ROWS`.
- Tensors lie in memory with the channels last, which the processor's convolutions prefer, and batches are small
  (:data:`BATCH`), so that a layer finds what the one before it has left in the cache.

Where the processor multiplies bfloat16 natively, or on a GPU, half the precision is several times faster again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..choices import one_of
from ..errors import InputError
from ..options import PRECISIONS
from .network import FACE_SIZE, Conv, Wav2Lip, Widen

BATCH = 16
"""Frames that go through the network at a time."""

SHOWN_ROWS = slice(FACE_SIZE // 2, FACE_SIZE)
"""Rows of the crop that are computed: the half that is blanked in the input."""

CUT_ROWS = (0, 0, 1, 2, 2, 2, 0)
"""Rows cut off at the top of the input of each decoder block that has features beside it, and of the output block. The
tensors then begin at row 0, 0, 2, 8, 20 and 44 of 3, 6, 12, 24, 48 and 96. Two convolutions spoil two rows of a level,
and the output's third one of the last: the first good rows are 0, 0, 4, 10, 22 and 47."""


@dataclass(frozen=True)
class FaceFeatures:
    """What the decoder needs to know of some faces.

    Attributes:
        shares: for each decoder block that has features beside its input, and for the output, what they add to the
            first convolution: ``(N, channels, height, 96 / k)``, bias included.
    """

    shares: tuple[torch.Tensor, ...]


class FastWav2Lip:
    """Runs the generator on a device in a precision.

    Args:
        network: with its weights; it is not changed.
        device: ``"cpu"``, ``"cuda"``, ...; ``"auto"`` takes a CUDA device where there is one.
        precision: one of :data:`~lipsync_utils.options.PRECISIONS`. ``"float32"`` is exact; ``"auto"`` takes float16
            on a CUDA device, bfloat16 on a processor that multiplies it natively, else float32.

    Attributes:
        device: where it runs.
        dtype: in which it computes.
    """

    def __init__(self, network: Wav2Lip, *, device: str = "auto", precision: str = "auto") -> None:
        self.device = choose_device(device)
        self.dtype = choose_dtype(precision, self.device)
        self._encoder = [[self._layer(layer) for layer in block] for block in network.face_encoder_blocks]
        self._audio = [self._layer(layer) for layer in network.audio_encoder]
        (first,), *blocks = (list(block) for block in network.face_decoder_blocks)
        blocks.append([network.output_block[0]])
        widths = [first, *(block[-1] for block in blocks)]
        self._first = self._layer(first)
        self._splits = [
            self._split(block[0], before.conv_block[1].num_features)
            for before, block in zip(widths, blocks, strict=False)
        ]
        self._rest = [[self._layer(layer) for layer in block[1:]] for block in blocks]
        self._last = _Layer.plain(network.output_block[1]).to(self.device, self.dtype)

    @torch.inference_mode()
    def encode(self, faces: torch.Tensor) -> FaceFeatures:
        """Everything that does not depend on the speech.

        Args:
            faces: ``(N, 6, 96, 96) float32`` as for :meth:`Wav2Lip.forward`.
        """
        x = self._placed(faces)
        features, shares, start = [], [], 0
        with self._as_exact_as_asked():
            for block in self._encoder:
                for layer in block:
                    x = layer(x)
                features.append(x)
            for split, feature, cut in zip(self._splits, reversed(features), CUT_ROWS, strict=True):
                start += cut
                shares.append(split.features(feature[:, :, start:]))
                start *= split.enlarges
        return FaceFeatures(tuple(shares))

    @torch.inference_mode()
    def speak(self, mel: torch.Tensor, features: FaceFeatures) -> torch.Tensor:
        """The lower half of faces that speak.

        Args:
            mel: ``(N, 1, 80, 16) float32`` windows of speech.
            features: of as many faces, or of one that speaks them all.

        Returns:
            ``(N, 3, 48, 96) float32`` in [0, 1] on the CPU: rows :data:`SHOWN_ROWS` of the crop.
        """
        x = self._placed(mel)
        with self._as_exact_as_asked():
            for layer in (*self._audio, self._first):
                x = layer(x)
            for split, share, cut, rest in zip(self._splits, features.shares, CUT_ROWS, self._rest, strict=True):
                x = split.own(x[:, :, cut:]).add_(share).relu_()
                for layer in rest:
                    x = layer(x)
            x = self._last(x[:, :, -(SHOWN_ROWS.stop - SHOWN_ROWS.start) :])
        return torch.sigmoid(x.float()).to("cpu")

    def _placed(self, x: torch.Tensor) -> torch.Tensor:
        """On the device, in the precision, channels last."""
        return x.to(self.device, self.dtype, memory_format=torch.channels_last)

    @contextlib.contextmanager
    def _as_exact_as_asked(self) -> Iterator[None]:
        """On NVIDIA's GPUs PyTorch rounds factors of float32 to ten bits (TF32) unless it is told not to."""
        before = torch.backends.cudnn.allow_tf32
        torch.backends.cudnn.allow_tf32 = before and self.dtype != torch.float32
        try:
            yield
        finally:
            torch.backends.cudnn.allow_tf32 = before

    def _layer(self, layer: Conv | Widen) -> _Layer:
        return _Layer.folded(layer).to(self.device, self.dtype)

    def _split(self, layer: Conv | Widen, width: int) -> _Split:
        """The layer as two: on the first ``width`` channels of its input, and on the features beside them."""
        whole = _Layer.folded(layer)
        channel = 0 if whole.transposed else 1
        own, features = whole.weight.split((width, whole.weight.shape[channel] - width), channel)
        parts = replace(whole, weight=own, bias=None, relu=False), replace(whole, weight=features, relu=False)
        return _Split(*(part.to(self.device, self.dtype) for part in parts))


def as_input(crops: np.ndarray) -> torch.Tensor:
    """Crops ``(N, 96, 96, 3) uint8`` RGB as the network expects them: ``(N, 6, 96, 96) float32``, blue first."""
    faces = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])).permute(0, 3, 1, 2).float() / 255
    blanked = faces.clone()
    blanked[:, :, SHOWN_ROWS] = 0
    return torch.cat([blanked, faces], dim=1)


def as_pictures(halves: torch.Tensor) -> np.ndarray:
    """What the network gives, ``(N, 3, 48, 96)`` blue first, as ``(N, 48, 96, 3) float32`` RGB in [0, 1]."""
    return np.ascontiguousarray(halves.cpu().numpy().transpose(0, 2, 3, 1)[..., ::-1])


def choose_device(name: str) -> torch.device:
    """The device of that name; ``"auto"``: a CUDA device where there is one, else the CPU.

    Raises:
        InputError: unknown, or not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(
            f"The device {name!r} was asked for, but it cannot be used here. Use 'auto' or 'cpu'."
        ) from error
    return device


def choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    """The type to compute in; see :class:`FastWav2Lip`.

    Raises:
        InputError: no such precision.
    """
    one_of("precision", precision, PRECISIONS)
    if precision != "auto":
        return getattr(torch, precision)
    if device.type == "cuda":
        return torch.float16
    return torch.bfloat16 if device.type == "cpu" and multiplies_bfloat16() else torch.float32


def multiplies_bfloat16() -> bool:
    """Whether this processor has instructions for it (AMX, AVX-512 BF16). Elsewhere it is converted, which is slower
    than float32."""
    checks = (getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
    return any(check is not None and check() for check in checks)


@dataclass(frozen=True)
class _Layer:
    """A convolution with its batch normalisation folded in."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    output_padding: tuple[int, ...] | None = None  # None: not transposed
    residual: bool = False
    relu: bool = True

    @classmethod
    def folded(cls, layer: Conv | Widen) -> _Layer:
        convolution, norm = layer.conv_block
        scale = norm.weight.double() * torch.rsqrt(norm.running_var.double() + norm.eps)
        transposed = isinstance(convolution, nn.ConvTranspose2d)
        shape = (1, -1, 1, 1) if transposed else (-1, 1, 1, 1)
        plain = cls.plain(convolution)
        weight = (plain.weight.double() * scale.reshape(shape)).float()
        bias = ((plain.bias.double() - norm.running_mean.double()) * scale + norm.bias.double()).float()
        return replace(plain, weight=weight, bias=bias, residual=getattr(layer, "residual", False), relu=True)

    @classmethod
    def plain(cls, layer: nn.Conv2d | nn.ConvTranspose2d) -> _Layer:
        output_padding = layer.output_padding if isinstance(layer, nn.ConvTranspose2d) else None
        weight, bias = layer.weight.detach(), layer.bias.detach()
        return cls(weight, bias, layer.stride, layer.padding, output_padding, relu=False)

    @property
    def transposed(self) -> bool:
        return self.output_padding is not None

    def to(self, device: torch.device, dtype: torch.dtype) -> _Layer:
        weight = self.weight.to(device, dtype, memory_format=torch.channels_last)
        return replace(self, weight=weight, bias=None if self.bias is None else self.bias.to(device, dtype))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if self.transposed:
            y = F.conv_transpose2d(x, self.weight, self.bias, self.stride, self.padding, self.output_padding)
        else:
            y = F.conv2d(x, self.weight, self.bias, self.stride, self.padding)
        if self.residual:
            y.add_(x)
        return y.relu_() if self.relu else y


@dataclass(frozen=True)
class _Split:
    """One layer as the sum of two: what it makes of its own input, and of the face's features beside it."""

    own: _Layer
    features: _Layer

    @property
    def enlarges(self) -> int:
        return self.own.stride[0] if self.own.transposed else 1
