"""The network's weights on disk: safetensors, half precision, with what is needed to rebuild the network."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from ..errors import AssetError
from .composing import CONTACTS
from .network import LEARNED, LipNet, NetworkOptions
from .visemes import KINDS

FORMAT = "lipsync-speech-1"


def save(network: LipNet, path: str | Path, **notes: object) -> None:
    """Write the weights as float16; ``notes`` (how they were trained) go into the file's metadata."""
    state = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    meta = {
        "format": FORMAT,
        "options": json.dumps(asdict(network.options)),
        "outputs": json.dumps([LEARNED, CONTACTS, KINDS]),
        "notes": json.dumps({key: str(value) for key, value in notes.items()}),
    }
    save_file(state, str(path), metadata=meta)
    Path(path).chmod(0o644)  # safetensors makes files that only their owner can read


def load(path: str | Path) -> LipNet:
    """The network in float32, ready to run.

    Raises:
        AssetError: if the file is missing, damaged, or made for another version of the package.
    """
    if not Path(path).is_file():
        raise AssetError(f"There are no weights at {path}. Install the package again, or train them: training/speech/.")
    try:
        with safe_open(str(path), framework="pt") as file:
            meta = file.metadata() or {}
            state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise AssetError(f"{path} is damaged ({error}). Install the package again.") from error
    if meta.get("format") != FORMAT or meta.get("outputs") != json.dumps([LEARNED, CONTACTS, KINDS]):
        raise AssetError(
            f"{path} holds weights of the format {meta.get('format')!r}; needed is {FORMAT!r} with this version's "
            "outputs. Use the file that comes with this version of the package."
        )
    options = json.loads(meta["options"])
    network = LipNet(NetworkOptions(width=options["width"], dilations=tuple(options["dilations"])))
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)
