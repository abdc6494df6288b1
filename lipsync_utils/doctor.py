"""What works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from .errors import LipSyncError

REQUIRED = ("numpy", "torch", "cv2", "av", "librosa", "ai_edge_litert", "numba", "safetensors")
EXTRAS = {
    "speech": ("text to speech", ("hibari", "espeakng_loader", "text2tashkeel", "pyloudnorm")),
    "notebooks": ("the notebooks", ("ipywidgets", "matplotlib", "moviepy")),
    "app": ("the web app", ("streamlit",)),
    "face-alignment": ("the second face detector", ("face_alignment",)),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: ``"ok"``, ``"missing"`` (optional) or ``"broken"`` (needed).
        what: what it is.
        remedy: what to do; empty where all is well.
    """

    state: str
    what: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything that a run may need; fetches nothing."""
    return [*_packages(), *_assets(), *_shipped(), _codecs(), _device()]


def _packages() -> Iterator[Finding]:
    yield Finding("ok", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for module in REQUIRED:
        if find_spec(module) is None:
            yield Finding("broken", f"package {module}", "pip install lipsync_utils")
    for extra, (purpose, modules) in EXTRAS.items():
        absent = [module for module in modules if find_spec(module) is None]
        if absent:
            what = f"{purpose} (without {', '.join(absent)})"
            yield Finding("missing", what, f"pip install 'lipsync_utils[{extra}]'")
        else:
            yield Finding("ok", purpose)


def _assets() -> Iterator[Finding]:
    from . import assets

    for row in assets.status():
        label = f"{row.asset.name}: {row.asset.purpose}"
        if row.state == "ready":
            yield Finding("ok", label)
        else:
            yield Finding(
                "broken", f"{label} ({row.detail or row.state})", f"lipsync models --fetch, or put it at {row.path}"
            )


def _shipped() -> Iterator[Finding]:
    try:
        from .rig import Rig
        from .speech import SpeechModel

        Rig.load()
        model = SpeechModel.load()
        yield Finding("ok", f"engine rig (speech model {model.version})")
    except (LipSyncError, OSError, ImportError) as error:
        yield Finding("broken", f"engine rig: {error}", "install the package again")


def _codecs() -> Finding:
    import av

    absent = [name for name in ("libx264", "aac") if name not in av.codecs_available]
    if absent:
        return Finding("broken", f"encoders {', '.join(absent)}", "pip install --force-reinstall av")
    return Finding("ok", f"H.264 and AAC encoders (PyAV {version('av')})")


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("ok", f"GPU: {torch.cuda.get_device_name()}")
    if torch.backends.mps.is_available():
        return Finding("ok", "GPU: Apple Metal")
    return Finding("ok", f"no GPU; the rig engine needs none ({torch.get_num_threads()} CPU threads)")
