"""The speech network's weights on disk."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ..weights import load_weights, save_weights
from .composing import CONTACTS
from .network import LEARNED_CHANNELS, LipNet, NetworkOptions
from .visemes import KINDS

FORMAT = "lipsync-speech-1"

OUTPUTS = [list(LEARNED_CHANNELS), list(CONTACTS), list(KINDS)]
"""What the columns of the output mean; weights for others are refused."""


def save(network: LipNet, path: str | Path, **notes: object) -> None:
    """Write the weights as float16; ``notes`` (how they were trained) go into the file's metadata."""
    facts = {"options": asdict(network.options), "outputs": OUTPUTS}
    save_weights(network, path, kind=FORMAT, facts=facts, notes=notes)


def load(path: str | Path) -> LipNet:
    """The network in float32, ready to run.

    Raises:
        AssetError: if the file is missing, damaged, or made for another version of the package.
    """
    state, facts = load_weights(path, kind=FORMAT, trained_by="training/speech/", fixed={"outputs": OUTPUTS})
    options = facts["options"]
    network = LipNet(NetworkOptions(width=options["width"], dilations=tuple(options["dilations"])))
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)
