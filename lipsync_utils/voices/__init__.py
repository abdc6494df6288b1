"""Text to speech with exact phoneme times: English through hibari, Arabic and others through espeak-ng."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "speaking": ("detect_language", "speak"),
    "catalogue": ("LANGUAGES", "PEOPLE", "VoiceInfo", "offered", "voice_for"),
    "utterance": ("Utterance", "write_utterance"),
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
