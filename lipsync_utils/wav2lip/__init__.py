"""The engine that runs the official Wav2Lip weights."""

from .engine import Wav2LipEngine

__all__ = ["Wav2LipEngine"]
