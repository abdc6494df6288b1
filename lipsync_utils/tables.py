"""The package's tables, in ``data/``."""

from __future__ import annotations

from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, a dozen times faster, where PyYAML was built with it."""


def read_table(name: str) -> dict:
    """What a file of ``data/``, such as ``"visemes.yaml"``, holds."""
    text = Path(__file__).with_name("data").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)
