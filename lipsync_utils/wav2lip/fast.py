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
import copy
import threading
from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..choices import one_of
from ..errors import InputError
from ..options import PRECISIONS
from .compact import CompactFeatures, CompactWav2Lip, lower_halves
from .network import FACE_SIZE, Conv, Wav2Lip, Widen

BATCH = 16
"""Frames that go through the network at a time."""

SHOWN_ROWS = slice(FACE_SIZE // 2, FACE_SIZE)
"""Rows of the crop that are computed: the half that is blanked in the input."""

CUT_ROWS = (0, 0, 1, 2, 2, 2, 0)
"""Rows cut off at the top of the input of each decoder block that has features beside it, and of the output block. The
tensors then begin at row 0, 0, 2, 8, 20 and 44 of 3, 6, 12, 24, 48 and 96. Two convolutions spoil two rows of a level,
and the output's third one of the last: the first good rows are 0, 0, 4, 10, 22 and 47."""


FaceFeatures = tuple[torch.Tensor, ...]
"""What the decoder needs to know of some faces: for each decoder block that has features beside its input, and for the
output, what they add to the first convolution: ``(N, channels, height, 96 / k)``, bias included."""


class Runner:
    """What runs a generator on a device in a precision; threads that share it take turns.

    Args:
        device: ``"cpu"``, ``"cuda"``, ...; ``"auto"`` takes a CUDA device where there is one.
        precision: one of :data:`~lipsync_utils.options.PRECISIONS`. ``"float32"`` is exact; ``"auto"`` takes float16
            on a CUDA device, bfloat16 on a processor that multiplies it natively, else float32.

    Attributes:
        device: where it runs.
        dtype: in which it computes.
        early: columns by which its windows of speech begin before those of the published weights.
        moves: whether it moves what it is given, and so should be given lips that are closed.
    """

    early, moves = 0, False

    def __init__(self, *, device: str = "auto", precision: str = "auto") -> None:
        self.device = choose_device(device)
        self.dtype = choose_dtype(precision, self.device)
        self._turn = threading.Lock()

    def _placed(self, x: torch.Tensor | nn.Module) -> torch.Tensor | nn.Module:
        """A tensor or a module on the device, in the precision, channels last."""
        return x.to(self.device, self.dtype, memory_format=torch.channels_last)

    @contextlib.contextmanager
    def _as_exact_as_asked(self) -> Iterator[None]:
        """On NVIDIA's GPUs PyTorch rounds factors of float32 to ten bits (TF32) unless it is told not to."""
        with self._turn:  # the switch is one for all threads
            before = torch.backends.cudnn.allow_tf32
            torch.backends.cudnn.allow_tf32 = before and self.dtype != torch.float32
            try:
                yield
            finally:
                torch.backends.cudnn.allow_tf32 = before


class FastWav2Lip(Runner):
    """Runs the published generator.

    Args:
        network: with its weights; it is not changed.
        placing: ``device`` and ``precision`` of :class:`Runner`.
    """

    def __init__(self, network: Wav2Lip, **placing: str) -> None:
        super().__init__(**placing)
        self._encoder = [[self._layer(layer) for layer in block] for block in network.face_encoder_blocks]
        self._audio = [self._layer(layer) for layer in network.audio_encoder]
        (first,), *blocks = (list(block) for block in network.face_decoder_blocks)
        blocks.append([network.output_block[0]])
        widths = [layer.conv_block[0].out_channels for layer in (first, *(block[-1] for block in blocks[:-1]))]
        self._first = self._layer(first)
        self._splits = [self._split(block[0], width) for block, width in zip(blocks, widths, strict=True)]
        self._rest = [[self._layer(layer) for layer in block[1:]] for block in blocks]
        self._last = self._placed(copy.deepcopy(network.output_block[1]))

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
            for (own, beside), feature, cut in zip(self._splits, reversed(features), CUT_ROWS, strict=True):
                start += cut
                shares.append(beside(feature[:, :, start:]))
                start *= own.stride[0]  # those that do not enlarge have a stride of 1
        return tuple(shares)

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
            for (own, _), share, cut, rest in zip(self._splits, features, CUT_ROWS, self._rest, strict=True):
                x = own(x[:, :, cut:]).add_(share).relu_()
                for layer in rest:
                    x = layer(x)
            x = self._last(x[:, :, -(SHOWN_ROWS.stop - SHOWN_ROWS.start) :])
        return torch.sigmoid(x.float()).to("cpu")

    def _layer(self, layer: Conv | Widen) -> _Layer:
        return _Layer(self._placed(_folded(layer)), residual=getattr(layer, "residual", False))

    def _split(self, layer: Conv | Widen, width: int) -> tuple[nn.Module, nn.Module]:
        """The layer as a sum of two: on the first ``width`` channels of its input, and on the features beside them."""
        own = _folded(layer)
        beside = copy.deepcopy(own)
        channel = 0 if isinstance(own, nn.ConvTranspose2d) else 1
        own.weight, beside.weight = map(nn.Parameter, own.weight.tensor_split([width], channel))
        own.bias = None
        return self._placed(own), self._placed(beside)


class FastCompact(Runner):
    """Runs our own generator; as :class:`FastWav2Lip`, with features of its own, and it tells what it moved.

    Args:
        network: with its weights; it is not changed.
        placing: ``device`` and ``precision`` of :class:`Runner`.
    """

    moves = True

    def __init__(self, network: CompactWav2Lip, **placing: str) -> None:
        super().__init__(**placing)
        self.early = network.options.early
        self._network = self._placed(copy.deepcopy(network)).eval()

    @torch.inference_mode()
    def encode(self, faces: torch.Tensor) -> CompactFeatures:
        """See :meth:`FastWav2Lip.encode`."""
        with self._as_exact_as_asked():
            _, *features = self._network.encode(self._placed(faces))
        return lower_halves(faces).to(self.device), *features  # exact, whatever the precision

    @torch.inference_mode()
    def speak(self, mel: torch.Tensor, features: CompactFeatures) -> torch.Tensor:
        """See :meth:`FastWav2Lip.speak`; here ``(N, 6, 48, 96)``.

        After the colours come, for every pixel, from how many pixels to its right and further down it was fetched out
        of the face that was given, and how much of that is seen.
        """
        with self._as_exact_as_asked():
            change = self._network.change(self._placed(mel), features)
            painted = change.on(features[0]).clamp(0, 1)
        return torch.cat([painted, change.flow.float(), 1 - change.gone.float()], dim=1).to("cpu")


def runner_of(network: Wav2Lip | CompactWav2Lip, **placing: str) -> FastWav2Lip | FastCompact:
    """What runs this network fastest; ``placing`` as for :class:`Runner`."""
    return (FastCompact if isinstance(network, CompactWav2Lip) else FastWav2Lip)(network, **placing)


def as_input(crops: np.ndarray) -> torch.Tensor:
    """Crops ``(N, 96, 96, 3) uint8`` RGB as the network expects them: ``(N, 6, 96, 96) float32``, blue first."""
    faces = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])).permute(0, 3, 1, 2).float() / 255
    blanked = faces.clone()
    blanked[:, :, SHOWN_ROWS] = 0
    return torch.cat([blanked, faces], dim=1)


def as_pictures(halves: torch.Tensor) -> np.ndarray:
    """What a network gives, ``(N, 3 or 6, 48, 96)`` blue first, as ``(N, 48, 96, 3 or 6) float32``, red first."""
    channels = [2, 1, 0, *range(3, halves.shape[1])]
    return np.ascontiguousarray(halves.cpu().numpy()[:, channels].transpose(0, 2, 3, 1))


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
            "The device {name!r} was asked for, but it cannot be used here. Use 'auto' or 'cpu'.", name=name
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


class _Layer(nn.Module):
    """A convolution, the input again where ``residual``, and a rectifier."""

    def __init__(self, convolution: nn.Module, *, residual: bool) -> None:
        super().__init__()
        self.convolution, self.residual = convolution, residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.convolution(x)
        if self.residual:
            y.add_(x)
        return y.relu_()


def _folded(layer: Conv | Widen) -> nn.Conv2d | nn.ConvTranspose2d:
    """The layer's convolution with its batch normalisation folded in; computed in float64, given in float32."""
    convolution, norm = copy.deepcopy(layer.conv_block).eval().double()
    return fuse_conv_bn_eval(convolution, norm, transpose=isinstance(convolution, nn.ConvTranspose2d)).float()
