"""What notebooks add to the package: players, a microphone, forms. Needs the extra ``notebooks``.

Works in Jupyter (ipywidgets 8) and in Colab (ipywidgets 7.7). Nothing is imported before it is used.
"""

from __future__ import annotations

from lipsync_utils.lazy import exports

_HOME = {  # a dot: beside this package
    "Demo": "demo",
    "Download": "download",
    "save_recording": "microphone",
    "Order": ".workflow",
    "Prompt": ".workflow",
    "Text": ".workflow",
    "make_video": ".workflow",
    "show_audio": "players",
    "show_video": "players",
    "show_widget": "players",
    "Progress": ".progress",
    "Stopped": ".progress",
    "LARGEST_UPLOAD": "uploads",
    "Upload": "uploads",
    "save_upload": "uploads",
    "uploads_in": "uploads",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
