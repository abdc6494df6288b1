"""Text to speech with exact phoneme times: English through hibari, Arabic and others through espeak-ng."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "speak": "speaking",
    "Utterance": "utterance",
    "write_utterance": "utterance",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
