"""From sound to the mouth: phonetic targets, and the network that learned them."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "composing": ("composing", "Gestures", "lip_opening"),
    "model": ("SpeechModel", "decided_contacts", "decided_gestures", "rest_gate"),
    "ear": ("Ear", "LEARNED_COLUMNS"),
    "visemes": ("visemes", "LEARNED_CHANNELS", "is_vowel", "visemes_of"),
    **{module: (module,) for module in ("phonetics",)},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
