"""Show a video or a sound inside a notebook, embedded, so that it plays in Colab too."""

from __future__ import annotations

import base64
import html
import os
from pathlib import Path

from IPython.display import HTML, display
from ipywidgets import Widget

from lipsync_utils import media
from lipsync_utils.media.files import existing_file
from lipsync_utils.options import RunOptions, WriteOptions
from lipsync_utils.planning import make_plan

LARGEST_BYTES = 25_000_000
"""A larger file is not put into the notebook, which would become slow; its path is shown instead."""

SMALL_BYTES = 3_000_000
"""A video up to this size is its own preview."""

PREVIEW = RunOptions(max_side=640, when_short="freeze", write=WriteOptions(crf=21, preset="veryfast"))
"""How a preview is made."""

SOUND_KINDS = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4"}
"""Ending of a sound that every browser plays -> what it is."""


def show_video(path: str | os.PathLike[str], *, width: int = 420) -> HTML:
    """A player with the whole file inside.

    Args:
        path: an MP4 file.
        width: of the player, in CSS pixels.
    """
    return _player(path, "video", f'video controls playsinline width="{width}"', "video/mp4")


def show_audio(path: str | os.PathLike[str]) -> HTML:
    """A player with the whole file inside; WAV, MP3 or M4A."""
    return _player(path, "sound", "audio controls", SOUND_KINDS.get(Path(path).suffix.lower(), "audio/wav"))


def _player(path: str | os.PathLike[str], role: str, element: str, kind: str) -> HTML:
    file = existing_file(path, role=role)
    name = html.escape(file.name)
    if file.stat().st_size > LARGEST_BYTES:
        return HTML(f"<p>{name} is too large to be shown here; open it from <code>{html.escape(str(file))}</code>.</p>")
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    return HTML(f'<{element} title="{name}" src="data:{kind};base64,{data}"></{element.split()[0]}>')


def preview(video: str | os.PathLike[str]) -> Path:
    """The video itself where it is small, else a small copy ``NAME.preview.mp4`` beside it.

    Raises:
        InputError: no video with sound.
        OutputError: the copy cannot be written.
    """
    video = Path(video)
    if video.stat().st_size <= SMALL_BYTES:
        return video
    source, target = media.open_source(video), video.with_suffix(".preview.mp4")
    plan = make_plan(source, media.load_speech(video), PREVIEW)
    width, height = plan.framing.size
    settings = {"speech": plan.voices[0], "options": plan.write, "metadata": media.read_metadata(video)}
    with media.VideoWriter(target, width=width, height=height, timeline=plan.timeline, **settings) as writer:
        for frame in plan.frames(source):
            writer.write(frame.image)
    return target


def show_widget(widget: Widget, text: str) -> None:
    """Display a widget; where none can live (a committed notebook, a page on the web), a line of text stands for it.

    Args:
        widget: any widget of ipywidgets 7 or 8.
        text: what it is.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    bundle = {"text/plain": f"▶ {text} (works when the cell is run)", "application/vnd.jupyter.widget-view+json": view}
    display(bundle, raw=True)
