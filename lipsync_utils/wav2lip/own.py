"""Whose weights the generator takes. Ours, of ``training/wav2lip``, are part of the package and have no terms."""

from __future__ import annotations

import os
from pathlib import Path

from .. import assets

PATH = Path(__file__).parents[1] / "data" / "wav2lip.safetensors"

OFFICIAL = "official"
"""Stands for the published weights: those in the cache, else the preferred ones."""


def own_weights() -> Path | None:
    """The file; None where this copy of the package has none."""
    return PATH if PATH.is_file() else None


def are_published(checkpoint: str | os.PathLike[str] | None) -> bool:
    """Whether these are the authors' weights, whose terms have to be accepted first; None: what nobody asked for."""
    if checkpoint is None:
        return own_weights() is None
    return str(checkpoint) == OFFICIAL or str(checkpoint) in assets.ASSETS
