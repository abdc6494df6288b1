"""Weights of our own networks on disk: safetensors, half precision, with what is needed to rebuild the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch


def load_state(
    path: str | Path, *, kind: str, trained_by: str, **facts: object
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A network's weights as they were written, in float32, and the options that it is built with.

    Args:
        path: the file.
        kind: the format that is needed.
        trained_by: folder of the scripts that make the file, for the message.
        facts: what has to have been written with it.

    Raises:
        AssetError: the file is missing, damaged, or made for another version of the package.
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise AssetError(
            "There are no weights at {path}. Install the package again, or train them: {trained_by}.",
            path=path,
            trained_by=trained_by,
        )
    try:
        with safe_open(str(path), framework="np") as file:
            meta = file.metadata() or {}
            state = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise AssetError(
            "{path} is damaged ({error}). Install the package again.", path=path, error=str(error)
        ) from error
    needed = {key: json.dumps(value) for key, value in facts.items()}
    if meta.get("format") != kind or any(meta.get(key) != value for key, value in needed.items()):
        raise AssetError(
            "{path} holds weights of the format {found!r}; needed is {needed!r} as this version writes it. "
            "Use the file that comes with this version of the package.",
            path=path,
            found=meta.get("format"),
            needed=kind,
        )
    options = json.loads(meta["options"])
    return state, {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def load_network(make: Callable[..., torch.nn.Module], path: str | Path, **needed: Any) -> torch.nn.Module:
    """A network of torch with the weights that :func:`load_state` reads, ready to run.

    Args:
        make: builds it from its options by name.
        path: the file.
        needed: see :func:`load_state`; the same errors.
    """
    import torch

    state, options = load_state(path, **needed)
    network = make(**options)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    return network.eval().requires_grad_(False)
