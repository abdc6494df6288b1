"""A download button that works wherever the notebook is shown.

A link to a path works only where the browser reaches the folder (not in Colab), and a data link as large as a video is
refused by some browsers. So the browser asks the widget for the file, piece by piece, and saves it itself.
"""

from __future__ import annotations

import os
from pathlib import Path

from lipsync_utils.errors import MissingExtraError

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise MissingExtraError("The download button", "notebooks") from error

PIECE_BYTES = 4 * 1024 * 1024
"""Size of one message."""


class Download(anywidget.AnyWidget):
    """A button that saves one file on the person's own machine.

    Attributes:
        label: what is written on the button.
        failed: what is written below it when the file is gone.
        file_name: what the saved file is called; empty: nothing to save, the button is off.
        rtl: whether the words run from right to left.
    """

    _esm = Path(__file__).with_name("download.js").read_text(encoding="utf-8")
    _css = Path(__file__).with_name("download.css").read_text(encoding="utf-8")
    label = traitlets.Unicode("Download").tag(sync=True)
    failed = traitlets.Unicode("The file is no longer there; make it again.").tag(sync=True)
    file_name = traitlets.Unicode("").tag(sync=True)
    rtl = traitlets.Bool(False).tag(sync=True)

    def __init__(self, path: str | os.PathLike[str] | None = None, **traits: object) -> None:
        super().__init__(**traits)
        self.on_msg(lambda _, content, buffers: self.answer(content))
        self.offer(path)

    def offer(self, path: str | os.PathLike[str] | None) -> None:
        """Make this the file to save; None: none."""
        self._path = None if path is None else Path(path)
        self.file_name = "" if path is None else self._path.name

    def answer(self, content: dict) -> None:
        """Send the piece that the browser asks for: ``{"piece": index}``, with the number of pieces."""
        index = content.get("piece")
        if not isinstance(index, int) or index < 0 or self._path is None:
            return
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(index * PIECE_BYTES)
                piece = file.read(PIECE_BYTES)
        except OSError:
            self.send({"piece": index, "of": 0})
        else:
            self.send({"piece": index, "of": max(1, -(-size // PIECE_BYTES))}, [piece])
