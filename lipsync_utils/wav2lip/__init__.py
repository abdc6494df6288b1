"""The engine that runs the Wav2Lip generator: our own weights, or the official ones."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "engine": ("Wav2LipEngine",),
    "fast": ("as_input", "as_pictures", "FastWav2Lip", "runner_of", "BATCH", "SHOWN_ROWS", "multiplies_bfloat16"),
    "placing": ("paste",),
    "network": ("Wav2Lip", "Conv", "Widen"),
    "checkpoints": ("load_generator", "load_wav2lip"),
    "compact": ("CompactWav2Lip", "CompactOptions", "Residual", "SoundEncoder", "even_start", "load_compact", "zero"),
    "own": ("are_published", "own_weights"),
    "mel": ("MEL_HOP", "MEL_RATE", "WINDOW_CENTRE_S", "mel_windows", "wav2lip_mel"),
    "blending": ("ColourMatch", "Grain", "Patch", "mouth_mask"),
    **{module: (module,) for module in ("crops",)},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
