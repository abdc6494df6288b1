"""The result: written beside the rendering, complete or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

from ..errors import InputError, LipSyncError, OutputError
from ..options import Cue, WriteOptions
from ..pixels import DEFAULT, Colour, Pixels, Yuv, as_rgb, to_yuv420
from ..records import Speech, Timeline
from ..streaming import Background
from .badge import Badge
from .captions import Captions
from .encode import Encoder
from .files import temporary_beside, unwritable

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""Accepted endings of the output's name, and the format that each stands for."""

_QUEUED = 8  # pictures that wait for the encoder


def check_output(path: str | os.PathLike[str]) -> Path:
    """Absolute path of the output, once it is sure that a file can be created there.

    Raises:
        InputError: unknown ending, or a folder of that name.
        OutputError: the folder is missing or not writable.
    """
    target = Path(path).expanduser().absolute()
    if target.suffix.lower() not in CONTAINERS:
        raise InputError(
            "Cannot write {name!r}: the name must end in {endings}.", name=target.name, endings=", ".join(CONTAINERS)
        )
    if target.is_dir():
        raise InputError("The output {path!r} is a folder. Give the name of a file in it.", path=str(path))
    if target.parent.exists() and not target.parent.is_dir():
        raise OutputError("{folder!r} is a file, not a folder; the output cannot lie in it.", folder=str(target.parent))
    if not target.parent.is_dir():
        raise OutputError(
            "The folder {folder!r} for the output does not exist. Create it first.", folder=str(target.parent)
        )
    trial = temporary_beside(target)
    try:
        with _named_errors(target):
            trial.touch(exist_ok=False)
    finally:
        trial.unlink(missing_ok=True)
    return target


class VideoWriter:
    """Writes frames and the voice to one file, encoding in a thread of its own.

    Use it in a ``with`` block: on leaving it normally the file appears under its name; on any exception nothing is
    left. Until then the data lie in a hidden file in the same folder.

    Args:
        path: the output; ``.mp4``, ``.m4v``, ``.mov`` (H.264 + AAC) or ``.mkv`` (H.264 + FLAC).
        width: of the pictures, in pixels. An odd size gains one repeated column or row in the file.
        height: likewise.
        timeline: the output's clock; exactly ``timeline.frames`` pictures must be written.
        options: how to encode.
        speech: the voice; the sound of its source goes in at full quality, exactly as long as it is.
        metadata: tags, readable with :func:`~lipsync_utils.media.read_metadata`.

    Raises:
        InputError: unknown ending, impossible size, or the output would overwrite the voice.
        OutputError: the folder is missing, not writable or full; or too few or too many pictures were written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        width: int,
        height: int,
        timeline: Timeline,
        speech: Speech,
        options: WriteOptions | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.path = check_output(path)
        if min(width, height) < 2:
            raise InputError(
                "A video must be at least 2x2 pixels; {width}x{height} was asked for.", width=width, height=height
            )
        if self.path.exists() and os.path.exists(speech.path) and os.path.samefile(self.path, speech.path):
            raise InputError("The output {path!r} would overwrite the voice. Choose another name.", path=str(path))
        self.width, self.height, self.timeline = width, height, timeline
        self.frames = 0
        self._temporary = temporary_beside(self.path)
        self._badge = Badge(width, height) if options is not None and options.badge else None
        self._captions = Captions(width, height, () if options is None else options.subtitles)
        self._settings = {
            "container": CONTAINERS[self.path.suffix.lower()],
            "width": width + width % 2,
            "height": height + height % 2,
            "timeline": timeline,
            "options": options or WriteOptions(),
            "speech": speech,
            "metadata": metadata or {},
        }
        self._background = Background("encoder")
        self._last: tuple[Pixels, Cue | None, np.ndarray] | None = None
        self._colour: Colour | None = None
        self._encoder: Encoder | None = None

    def __enter__(self) -> VideoWriter:
        try:
            with _named_errors(self.path):
                self._encoder = Encoder(self._temporary, **self._settings)
        except BaseException:
            self.abort()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, pixels: Pixels) -> None:
        """Add a picture: ``(height, width, 3) uint8`` RGB, which may be reused at once, or planes.

        The first one decides what the file's numbers stand for: planes keep their own matrix, range and primaries.

        Raises:
            InputError: wrong shape or type.
            OutputError: the file cannot be written, or there are more pictures than the timeline has.
        """
        kind = pixels.dtype if isinstance(pixels, np.ndarray) else np.uint8
        if pixels.shape != (self.height, self.width, 3) or kind != np.uint8:
            raise InputError(
                "A picture must be ({height}, {width}, 3) uint8 RGB; received {shape} {dtype}.",
                height=self.height,
                width=self.width,
                shape=pixels.shape,
                dtype=kind,
            )
        if self.frames >= self.timeline.frames:
            raise OutputError("All {frames} pictures of the timeline are written already.", frames=self.timeline.frames)
        if self._colour is None:
            self._colour = pixels.colour if isinstance(pixels, Yuv) else DEFAULT
        self._encode(self._encoder.write, self._planes(pixels), self._colour, keep=_QUEUED)
        self.frames += 1

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises:
            OutputError: as for :meth:`write`, or pictures are missing.
        """
        try:
            if self.frames != self.timeline.frames:
                raise OutputError(
                    "{written} of {frames} pictures were written; write them all.",
                    written=self.frames,
                    frames=self.timeline.frames,
                )
            self._encode(self._encoder.finish, keep=0)
            with _named_errors(self.path):
                os.replace(self._temporary, self.path)
        finally:
            self.abort()  # what is complete has its name by now

    def abort(self) -> None:
        """Stop at once and leave nothing behind."""
        self._background.close()
        if self._encoder is not None:
            self._encoder.close()
            self._encoder = None
        self._temporary.unlink(missing_ok=True)

    def _planes(self, pixels: Pixels) -> np.ndarray:
        """Converted here and not in the worker: the caller gets the array back, and the queue holds half the bytes."""
        cue = self._captions.at(float(self.frames / self.timeline.fps))
        if self._last is not None and self._last[0] is pixels and self._last[1] is cue:
            return self._last[2]
        shown = pixels if self._badge is None else self._badge.on(pixels)
        shown = shown if cue is None else self._captions.on(shown, cue)
        keeps = isinstance(shown, Yuv) and shown.colour == self._colour
        planes = shown.planes if keeps else to_yuv420(as_rgb(shown), self._colour)
        # A read-only picture that comes again is the still source; its conversion can be used again.
        changes = isinstance(pixels, np.ndarray) and pixels.flags.writeable
        self._last = None if changes else (pixels, cue, planes)
        return planes

    def _encode(self, call: Callable[..., None], *arguments: object, keep: int) -> None:
        """Let the encoder do something, and wait until only ``keep`` such things are left; raises what went wrong."""
        self._background.submit(call, *arguments)
        with _named_errors(self.path):
            for _ in self._background.results(keep=keep):
                pass


@contextlib.contextmanager
def _named_errors(target: Path) -> Iterator[None]:
    """Errors of the system and of FFmpeg, which do not say which file could not be written, as our own."""
    try:
        yield
    except LipSyncError:
        raise
    except (OSError, av.FFmpegError) as error:
        raise unwritable(target, error) from error
