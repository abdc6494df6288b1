"""From sound to the mouth: phonetic targets, and the network that learned them."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "Gestures": "composing",
    "lip_opening": "composing",
    "SpeechModel": "model",
    "decided_contacts": "model",
    "decided_gestures": "model",
    "rest_gate": "model",
    "LEARNED_CHANNELS": "network",
    "LEARNED_COLUMNS": "network",
    "is_vowel": "visemes",
    "visemes_of": "visemes",
    **{name: name for name in ("composing", "phonetics", "visemes")},
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
