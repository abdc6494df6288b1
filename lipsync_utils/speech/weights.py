"""The speech network's weights on disk."""

from __future__ import annotations

from pathlib import Path

from ..weights import load_network, save_network
from .composing import CONTACTS
from .network import LEARNED_CHANNELS, LipNet, NetworkOptions
from .visemes import KINDS

FORMAT = "lipsync-speech-1"

OUTPUTS = [list(LEARNED_CHANNELS), list(CONTACTS), list(KINDS)]
"""What the columns of the output mean; weights for others are refused."""


def save(network: LipNet, path: str | Path, **notes: object) -> None:
    """Write the weights as float16; ``notes`` (how they were trained) go into the file's metadata."""
    save_network(network, path, kind=FORMAT, notes=notes, outputs=OUTPUTS)


def load(path: str | Path) -> LipNet:
    """The network in float32, ready to run.

    Raises:
        AssetError: if the file is missing, damaged, or made for another version of the package.
    """

    def make(**options: object) -> LipNet:
        return LipNet(NetworkOptions(**options))

    return load_network(make, path, kind=FORMAT, trained_by="training/speech/", outputs=OUTPUTS)
