"""The Wav2Lip generator: a face with its lower half blanked, the face itself and a window of speech in, a face out.

K R Prajwal et al., "A Lip Sync Expert Is All You Need for Speech to Lip Generation In The Wild", ACM Multimedia 2020
(arXiv:2008.10010). The names of the parameters are those of the published checkpoints, so that they load strictly.
This module is the plain definition; :mod:`~lipsync_utils.wav2lip.fast` computes the same function faster.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

FACE_SIZE = 96
"""Side of a face crop in pixels."""

MEL_BANDS, MEL_COLUMNS = 80, 16
"""Shape of a window of speech: mel bands, and columns (80 a second, so 0.2 s)."""


class Conv(nn.Module):
    """Convolution, batch normalisation, the input again where ``residual``, and a rectifier."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int | tuple[int, int] = 1,
        padding: int = 1,
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding), nn.BatchNorm2d(outputs))
        self.residual = residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, H', W')``."""
        y = self.conv_block(x)
        return F.relu(y + x if self.residual else y)


class Widen(nn.Module):
    """Transposed convolution, batch normalisation and a rectifier: doubles the size, or makes 3 of 1 (``single``)."""

    def __init__(self, inputs: int, outputs: int, *, single: bool = False) -> None:
        super().__init__()
        stride, padding, output_padding = (1, 0, 0) if single else (2, 1, 1)
        self.conv_block = nn.Sequential(
            nn.ConvTranspose2d(inputs, outputs, 3, stride, padding, output_padding), nn.BatchNorm2d(outputs)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, H', W')``."""
        return F.relu(self.conv_block(x))


def _same(width: int, count: int) -> list[nn.Module]:
    """So many residual convolutions."""
    return [Conv(width, width, residual=True) for _ in range(count)]


class Wav2Lip(nn.Module):
    """The generator; made-up weights until a checkpoint is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Conv(6, 16, 7, padding=3)),  # 96 x 96
                nn.Sequential(Conv(16, 32, stride=2), *_same(32, 2)),  # 48
                nn.Sequential(Conv(32, 64, stride=2), *_same(64, 3)),  # 24
                nn.Sequential(Conv(64, 128, stride=2), *_same(128, 2)),  # 12
                nn.Sequential(Conv(128, 256, stride=2), *_same(256, 2)),  # 6
                nn.Sequential(Conv(256, 512, stride=2), *_same(512, 1)),  # 3
                nn.Sequential(Conv(512, 512, padding=0), Conv(512, 512, 1, padding=0)),  # 1
            ]
        )
        self.audio_encoder = nn.Sequential(
            *(Conv(1, 32), *_same(32, 2)),  # 80 x 16
            *(Conv(32, 64, stride=(3, 1)), *_same(64, 2)),  # 27 x 16
            *(Conv(64, 128, stride=3), *_same(128, 2)),  # 9 x 6
            *(Conv(128, 256, stride=(3, 2)), *_same(256, 1)),  # 3 x 3
            *(Conv(256, 512, padding=0), Conv(512, 512, 1, padding=0)),  # 1 x 1
        )
        # Each block but the first gets the output of the one before it beside the encoder's features of its size.
        self.face_decoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Conv(512, 512, 1, padding=0)),  # 1
                nn.Sequential(Widen(1024, 512, single=True), *_same(512, 1)),  # 3
                nn.Sequential(Widen(1024, 512), *_same(512, 2)),  # 6
                nn.Sequential(Widen(768, 384), *_same(384, 2)),  # 12
                nn.Sequential(Widen(512, 256), *_same(256, 2)),  # 24
                nn.Sequential(Widen(320, 128), *_same(128, 2)),  # 48
                nn.Sequential(Widen(160, 64), *_same(64, 2)),  # 96
            ]
        )
        self.output_block = nn.Sequential(Conv(80, 32), nn.Conv2d(32, 3, 1), nn.Sigmoid())

    def encode_faces(self, faces: torch.Tensor) -> list[torch.Tensor]:
        """Features of ``(N, 6, 96, 96)`` faces at each size, from ``(N, 16, 96, 96)`` to ``(N, 512, 1, 1)``."""
        features = []
        for block in self.face_encoder_blocks:
            faces = block(faces)
            features.append(faces)
        return features

    def forward(self, mel: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
        """Faces that speak.

        Args:
            mel: ``(N, 1, 80, 16) float32`` windows of speech in [-4, 4], see
                :mod:`~lipsync_utils.wav2lip.mel`.
            faces: ``(N, 6, 96, 96) float32`` in [0, 1]: three channels of the face with its lower half blanked, then
                three of the face. The published checkpoints expect them in the order blue, green, red.

        Returns:
            ``(N, 3, 96, 96) float32`` in [0, 1], in the same order of colours.
        """
        features = self.encode_faces(faces)
        x = self.audio_encoder(mel)  # (N, 512, 1, 1)
        for block in self.face_decoder_blocks:
            x = torch.cat([block(x), features.pop()], dim=1)
        return self.output_block(x)  # of (N, 80, 96, 96)
