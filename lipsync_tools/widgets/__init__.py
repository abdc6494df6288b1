"""What notebooks add to the package: players, a microphone, forms. Needs the extra ``notebooks``.

Works in Jupyter (ipywidgets 8) and in Colab (ipywidgets 7.7). Nothing is imported before it is used.
"""

from __future__ import annotations

from lipsync_utils.lazy import exports

_OFFERED = {
    "demo": ("Demo",),
    "download": ("Download",),
    "microphone": ("save_recording",),
    ".workflow": ("Order", "Prompt", "Text", "make_video"),
    "players": ("show_audio", "show_video", "show_widget"),
    ".progress": ("Progress", "Stopped"),
    "uploads": ("LARGEST_UPLOAD", "Upload", "save_upload", "uploads_in"),
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
