"""Small pieces that the demo is laid out with: boxes, headings, messages, thumbnails."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from lipsync_utils.errors import MissingExtraError
from lipsync_utils.messages import said_in

from .wording import RIGHT_TO_LEFT

try:
    import ipywidgets as widgets
except ImportError as error:
    raise MissingExtraError("The form", "notebooks") from error

THUMBNAIL = 176
"""Width and height of a thumbnail in pixels; shown at half of it, so that it is sharp on dense screens."""


def column(*children: widgets.Widget) -> widgets.VBox:
    """Children below each other."""
    return widgets.VBox(list(children)).add_class("lipsync-column")


def row(*children: widgets.Widget) -> widgets.HBox:
    """Children side by side, on several lines where there is no room."""
    return widgets.HBox(list(children)).add_class("lipsync-row")


def show_if(wanted: bool, widget: widgets.Widget) -> None:
    """Show a widget, or take it out of the page."""
    widget.layout.display = None if wanted else "none"


def relabel(choice: widgets.Widget, options: list[tuple[str, str]]) -> None:
    """New words for the options of a choice, which keeps its value."""
    value = choice.value
    choice.options = options
    choice.value = value


def heading(number: int, text: str) -> str:
    """HTML of a section's title."""
    return f'<div class="lipsync-heading"><span>{number}</span>{html.escape(text)}</div>'


def hint(text: str) -> str:
    """HTML of a smaller remark; ``text`` may hold HTML of ours."""
    return f'<div class="lipsync-hint">{text}</div>'


def sentence(text: str, language: str, tag: str = "p") -> str:
    """HTML of a sentence of the packages in a language; what is not known in it runs from left to right, in English."""
    said = said_in(text, language)
    direction = "rtl" if language in RIGHT_TO_LEFT and said != str(text) else "ltr"
    return f'<{tag} dir="{direction}">{html.escape(said)}</{tag}>'


def problem(text: str, title: str = "", *, language: str = "en") -> str:
    """HTML of a message that something cannot be done."""
    before = f"<b>{html.escape(title)}</b>" if title else ""
    return f'<div class="lipsync-problem" role="alert">{before}{sentence(text, language, "div")}</div>'


def seen(before: str, name: str, facts: str) -> str:
    """HTML of a file that was taken: ``before`` is a player or a picture, as HTML."""
    return f'<div class="lipsync-seen">{before}<span dir="ltr">{html.escape(name)}<br>{facts}</span></div>'


def thumbnail(picture: np.ndarray) -> str:
    """A picture, ``(H, W, 3) uint8`` RGB, as the data address of a small square JPEG."""
    stored, image = io.BytesIO(), Image.fromarray(picture)
    ImageOps.fit(image, (THUMBNAIL, THUMBNAIL), centering=(0.5, 0.35)).save(stored, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(stored.getvalue()).decode('ascii')}"


def gallery(name: str, options: Sequence[object] = ()) -> widgets.ToggleButtons:
    """A choice whose buttons are pictures; ``name`` is a class of its own, by which :func:`on_buttons` finds it."""
    return widgets.ToggleButtons(options=options).add_class("lipsync-gallery").add_class(name)


def on_buttons(name: str, pictures: Sequence[np.ndarray]) -> str:
    """The style sheet that puts a picture onto each button of a gallery."""
    rules = [
        f".{name} button:nth-child({place})::before {{background-image: url({thumbnail(picture)})}}"
        for place, picture in enumerate(pictures, start=1)
    ]
    return f"<style>{' '.join(rules)}</style>"


def style(rules: str = "") -> widgets.HTML:
    """A style sheet as a widget, which counts wherever it lies."""
    return widgets.HTML(f"<style>{rules}</style>", layout={"display": "none"})


def number(value: float, form: str = ".0f") -> str:
    """HTML of a number that keeps its sign in front of it in a text from right to left."""
    text = format(value, form)
    if not text.strip("+-0."):  # nothing is left of it: no sign
        text = text.lstrip("+-")
    return f'<bdi dir="ltr">{text.replace("-", "−")}</bdi>'
