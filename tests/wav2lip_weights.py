"""Made-up weights for Wav2Lip: reproducible, full-sized, and never to be seen by anybody as a result."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from lipsync_utils.wav2lip.network import Wav2Lip

GOLDEN = Path(__file__).parent / "golden"


def wave(shape: tuple[int, ...], a: float, b: float) -> torch.Tensor:
    """``sin(a * k + b)`` for k = 0, 1, ..., row by row."""
    k = np.arange(np.prod(shape), dtype=np.float64)
    return torch.from_numpy(np.sin(a * k + b).reshape(shape).astype(np.float32))


def keys() -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the published checkpoints' tensors, in their order."""
    return [(key, tuple(shape)) for key, shape in json.loads((GOLDEN / "wav2lip_keys.json").read_text())]


@lru_cache(maxsize=1)
def state() -> dict[str, torch.Tensor]:
    """The weights of ``golden/README.md``; do not change them."""
    shapes = dict(keys())
    norms = {key.removesuffix("running_mean") for key in shapes if key.endswith("running_mean")}
    made = {}
    for i, key in enumerate(sorted(shapes)):
        made[key] = _tensor(i, key, shapes[key], is_norm=key.rpartition(".")[0] + "." in norms)
    return {key: made[key] for key in shapes}


@lru_cache(maxsize=1)
def network() -> Wav2Lip:
    """The plain network with :func:`state`, ready to run."""
    made = Wav2Lip()
    made.load_state_dict(state())
    return made.eval().requires_grad_(False)


def _tensor(i: int, key: str, shape: tuple[int, ...], *, is_norm: bool) -> torch.Tensor:
    if key.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    x = np.sin(12.9898 * np.arange(1, np.prod(shape, dtype=int) + 1) + 78.233 * (i + 1)) * 43758.5453
    s = 2 * (x - np.floor(x)) - 1
    if key.endswith("running_mean"):
        s = 0.1 * s
    elif key.endswith("running_var"):
        s = 1 + 0.5 * s**2
    elif is_norm:
        s = 1 + 0.1 * s if key.endswith("weight") else 0.1 * s
    elif len(shape) == 1:
        s = 0.05 * s
    else:
        s = s * np.sqrt(3.6 / np.prod(shape[1:]))
    return torch.from_numpy(s.reshape(shape).astype(np.float32))
