"""Weights of our own networks on disk: safetensors, half precision, with what is needed to rebuild the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import AssetError

if TYPE_CHECKING:
    import torch


def save_weights(network: torch.nn.Module, path: str | Path, *, kind: str, facts: dict, notes: dict) -> None:
    """Write a network's weights as float16.

    Args:
        network: any module.
        path: the ``.safetensors`` file.
        kind: name and version of the format, such as ``"lipsync-speech-1"``.
        facts: what rebuilding needs; anything that JSON holds.
        notes: how it was trained, for people.
    """
    from safetensors.torch import save_file

    state = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    meta = {"format": kind, **{key: json.dumps(value) for key, value in facts.items()}}
    meta["notes"] = json.dumps({key: str(value) for key, value in notes.items()})
    save_file(state, str(path), metadata=meta)
    Path(path).chmod(0o644)  # safetensors makes files that only their owner can read


def load_weights(
    path: str | Path, *, kind: str, trained_by: str, fixed: dict[str, Any] | None = None
) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The weights in float32, and the facts that were written with them.

    Args:
        path: the file.
        kind: the format that is needed.
        trained_by: folder of the scripts that make the file, for the message.
        fixed: facts that have to be these.

    Raises:
        AssetError: the file is missing, damaged, or made for another version of the package.
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise AssetError(f"There are no weights at {path}. Install the package again, or train them: {trained_by}.")
    try:
        with safe_open(str(path), framework="pt") as file:
            meta = file.metadata() or {}
            state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise AssetError(f"{path} is damaged ({error}). Install the package again.") from error
    needed = {key: json.dumps(value) for key, value in (fixed or {}).items()}
    if meta.get("format") != kind or any(meta.get(key) != value for key, value in needed.items()):
        raise AssetError(
            f"{path} holds weights of the format {meta.get('format')!r}; needed is {kind!r} as this version writes it. "
            "Use the file that comes with this version of the package."
        )
    return state, {key: json.loads(value) for key, value in meta.items() if key not in ("format", "notes")}
