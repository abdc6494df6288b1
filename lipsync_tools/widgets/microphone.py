"""A microphone in the notebook: the browser records, Python receives a 16-bit WAV file.

Python may run on another machine than the browser (Colab, a server), so the sound is taken by a piece of JavaScript in
the page (``microphone.js``) and travels over the widget's model.
"""

from __future__ import annotations

import os
from pathlib import Path

from lipsync_utils.errors import InputError, MissingExtraError

from .uploads import Upload, save_upload

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise MissingExtraError("The microphone", "notebooks") from error

STATES = ("idle", "asking", "recording", "done", "refused", "no device", "unavailable")
"""What the microphone may be doing; the last three end without a recording, and the widget says what to do instead."""

LIMIT_S = 60.0
"""Longest recording. At 48 kHz it has 5.8 MB, which still passes a Jupyter server's limit for one message."""

HEADER_BYTES = 44
"""Size of the RIFF header that ``microphone.js`` writes before the samples."""


class Microphone(anywidget.AnyWidget):
    """A record button with a level meter, a clock, and a player for what was recorded.

    Attributes:
        state: one of :data:`STATES`; set by the browser.
        recording: a WAV file (mono, 16-bit, the sound card's own rate), or empty.
        limit_s: recording ends by itself after so many seconds.
        texts: words shown for buttons and states; keys as in :func:`lipsync_tools.widgets.wording.microphone`.
        rtl: whether these words run from right to left.
    """

    _esm = Path(__file__).with_name("microphone.js").read_text(encoding="utf-8")
    _css = Path(__file__).with_name("microphone.css").read_text(encoding="utf-8")
    state = traitlets.Enum(STATES, "idle").tag(sync=True)
    # Arrives as a memoryview; not sent back (ipywidgets 8 would echo every byte).
    recording = traitlets.CBytes(b"").tag(sync=True, echo_update=False)
    limit_s = traitlets.Float(LIMIT_S).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    rtl = traitlets.Bool(False).tag(sync=True)

    def clear(self) -> None:
        """Forget the recording."""
        self.recording, self.state = b"", "idle"


def save_recording(recording: bytes, folder: str | os.PathLike[str]) -> Path:
    """Write what the microphone recorded as ``recording-N.wav``.

    Args:
        recording: :attr:`Microphone.recording`.
        folder: made where it is missing.

    Raises:
        InputError: nothing was recorded, or it is no WAV file.
        OutputError: the folder cannot be written.
    """
    if len(recording) <= HEADER_BYTES:
        raise InputError("Nothing was recorded. Press the microphone, speak, and press it again; or upload a file.")
    if recording[:4] != b"RIFF" or recording[8:12] != b"WAVE":
        raise InputError(
            "Received {count} bytes that begin with {beginning!r}; a WAV file (RIFF) is needed. "
            "Record again, or upload a file.",
            count=len(recording),
            beginning=bytes(recording[:4]),
        )
    return save_upload(Upload("recording.wav", recording), folder)
