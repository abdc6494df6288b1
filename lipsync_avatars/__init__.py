"""Portraits of people who do not exist: from a prompt, or from a description, to a picture that can speak.

    >>> from lipsync_avatars import from_prompt
    >>> from_prompt("a man of sixty with a grey beard and round glasses", "avatar.png")

Nothing is imported before it is used.
"""

from __future__ import annotations

from lipsync_utils.lazy import exports

_OFFERED = {
    "making": ("from_prompt", "from_description"),
    "records": ("Avatar",),
    "backends": ("BACKENDS", "Backend"),
    "check": ("check_portrait", "PortraitCheck"),
    "traits": ("Traits",),
    "depicted": ("Depicted", "depicted_by", "person_in"),
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
