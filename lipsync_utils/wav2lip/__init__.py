"""The engine that runs the official Wav2Lip weights."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "Wav2LipEngine": "engine",
    "as_input": "fast",
    "paste": "placing",
    "Wav2Lip": "network",
    "Conv": "network",
    "Widen": "network",
    "FastWav2Lip": "fast",
    "BATCH": "fast",
    "SHOWN_ROWS": "fast",
    "multiplies_bfloat16": "fast",
    "load_wav2lip": "checkpoints",
    "MEL_HOP": "mel",
    "MEL_RATE": "mel",
    "WINDOW_CENTRE_S": "mel",
    "mel_windows": "mel",
    "wav2lip_mel": "mel",
    "ColourMatch": "blending",
    "Grain": "blending",
    "Patch": "blending",
    "mouth_mask": "blending",
    "crops": "crops",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
