"""A headscarf that frames the face."""

from __future__ import annotations

from portrait import Portrait


def add_headscarf(portrait: Portrait) -> None:
    """The headscarf of the description."""
