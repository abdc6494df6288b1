"""SyncNet: two encoders that put five frames of a mouth and 0.2 s of sound close together where they belong together.

J. S. Chung and A. Zisserman, *Out of time: automated lip sync in the wild*, ACCV workshops 2016. The layers and the
parameter names are those of joonson/syncnet_python, so that its checkpoint ``syncnet_v2.model`` loads as it is.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from ..errors import AssetError
from ..messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAMES = 5
"""Video frames (at 25 a second) of a window."""

COLUMNS = 20
"""MFCC columns (at 100 a second) of a window."""

SIDE = 224
"""Side of a crop in pixels."""

EMBEDDING = 1024
"""Length of an embedding."""


class SyncNet(nn.Module):
    """Both encoders; see :func:`load`."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *_layer(nn.Conv2d(1, 64, 3, padding=1), nn.BatchNorm2d(64)),
            nn.MaxPool2d(1),  # does nothing; keeps the numbering of the checkpoint
            *_layer(nn.Conv2d(64, 192, 3, padding=1), nn.BatchNorm2d(192)),
            nn.MaxPool2d(3, stride=(1, 2)),
            *_layer(nn.Conv2d(192, 384, 3, padding=1), nn.BatchNorm2d(384)),
            *_layer(nn.Conv2d(384, 256, 3, padding=1), nn.BatchNorm2d(256)),
            *_layer(nn.Conv2d(256, 256, 3, padding=1), nn.BatchNorm2d(256)),
            nn.MaxPool2d(3, stride=2),
            *_layer(nn.Conv2d(256, 512, (5, 4)), nn.BatchNorm2d(512)),
        )
        self.netfcaud = _head()
        self.netfclip = _head()
        self.netcnnlip = nn.Sequential(
            *_layer(nn.Conv3d(3, 96, (FRAMES, 7, 7), stride=(1, 2, 2)), nn.BatchNorm3d(96)),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2)),
            *_layer(nn.Conv3d(96, 256, (1, 5, 5), stride=(1, 2, 2), padding=(0, 1, 1)), nn.BatchNorm3d(256)),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
            *_layer(nn.Conv3d(256, 256, (1, 3, 3), padding=(0, 1, 1)), nn.BatchNorm3d(256)),
            *_layer(nn.Conv3d(256, 256, (1, 3, 3), padding=(0, 1, 1)), nn.BatchNorm3d(256)),
            *_layer(nn.Conv3d(256, 256, (1, 3, 3), padding=(0, 1, 1)), nn.BatchNorm3d(256)),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2)),
            *_layer(nn.Conv3d(256, 512, (1, 6, 6)), nn.BatchNorm3d(512)),
        )

    def sound(self, windows: torch.Tensor) -> torch.Tensor:
        """Embeddings of sound: ``(N, 13, 20) float32`` MFCCs to ``(N, 1024)``."""
        return self.netfcaud(self.netcnnaud(windows[:, None]).flatten(1))  # (N, 512, 1, 1)

    def lips(self, crops: torch.Tensor) -> torch.Tensor:
        """Embeddings of all windows of five successive crops.

        Only the first layer looks at more than one frame, so a run of frames goes through once.

        Args:
            crops: ``(N, 3, T, 224, 224) float32``, channels **BGR**, 0 to 255; T at least 5.

        Returns:
            ``(N, T - 4, 1024)``; window ``t`` shows the frames ``t`` to ``t + 4``.
        """
        features = self.netcnnlip(crops).flatten(2).transpose(1, 2)  # (N, T - 4, 512)
        return self.netfclip(features.flatten(0, 1)).unflatten(0, features.shape[:2])


def load(path: str | Path) -> SyncNet:
    """SyncNet with the weights in ``path`` (``syncnet_v2.model``, a plain state dict), ready to run.

    Raises:
        AssetError: no such file, not a state dict, or that of another network.
    """
    if not Path(path).is_file():
        raise AssetError(
            "There are no SyncNet weights at {path}. Give syncnet_v2.model, which 'lipsync score --model syncnet' "
            "fetches.",
            path=path,
        )
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise AssetError(
            "{path} is not a PyTorch state dict ({error}). Delete it and fetch it again.",
            path=path,
            error=str(error).splitlines()[0][:120],
        ) from error
    network = SyncNet()
    _check(state, network.state_dict(), path)
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _check(state: object, wanted: Mapping[str, torch.Tensor], path: str | Path) -> None:
    """Refuse what is no state dict of this network, naming the first difference."""
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise AssetError(
            "{path} holds a {kind}; needed is SyncNet's state dict (names and tensors), "
            "as in syncnet_v2.model of joonson/syncnet_python.",
            path=path,
            kind=type(state).__name__,
        )
    missing, extra = sorted(wanted.keys() - state.keys()), sorted(state.keys() - wanted.keys())
    wrong = [key for key in wanted if key in state and state[key].shape != wanted[key].shape]
    for fault, keys in (
        (Message("{path} lacks {key}{more}: it is not SyncNet."), missing),
        (Message("{path} has the unknown parameter {key}{more}: it is not SyncNet."), extra),
        (Message("{path} has another shape of {key}{more}: it is not SyncNet."), wrong),
    ):
        if keys:
            more = Message(" and {count} more", count=len(keys) - 1) if len(keys) > 1 else Message("")
            raise AssetError(
                "{fault} Needed is syncnet_v2.model of joonson/syncnet_python; delete the file and fetch it again.",
                fault=Message(fault, path=path, key=keys[0], more=more),
            )


def _layer(convolution: nn.Module, norm: nn.Module) -> tuple[nn.Module, ...]:
    return convolution, norm, nn.ReLU(inplace=True)


def _head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(inplace=True), nn.Linear(512, EMBEDDING))
