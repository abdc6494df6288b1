"""Glasses."""

from __future__ import annotations

from portrait import Portrait


def add_glasses(portrait: Portrait) -> None:
    """The glasses of the description."""
