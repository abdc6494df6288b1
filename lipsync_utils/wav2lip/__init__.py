"""The engine that runs the official Wav2Lip weights."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "engine": ("Wav2LipEngine",),
    "fast": ("as_input", "FastWav2Lip", "BATCH", "SHOWN_ROWS", "multiplies_bfloat16"),
    "placing": ("paste",),
    "network": ("Wav2Lip", "Conv", "Widen"),
    "checkpoints": ("load_wav2lip",),
    "mel": ("MEL_HOP", "MEL_RATE", "WINDOW_CENTRE_S", "mel_windows", "wav2lip_mel"),
    "blending": ("ColourMatch", "Grain", "Patch", "mouth_mask"),
    **{module: (module,) for module in ("crops",)},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
