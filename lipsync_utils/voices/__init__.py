"""Text to speech with exact phoneme times: English through hibari, Arabic and others through espeak-ng."""

from .speaking import speak
from .utterance import Utterance, write_utterance

__all__ = ["Utterance", "speak", "write_utterance"]
