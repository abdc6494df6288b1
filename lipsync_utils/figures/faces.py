"""Pictures side by side, with what was found in them drawn on top: boxes, points, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#12b5cb", "#f29900", "#e52592", "#34a853")
"""Of the layers of points and boxes, in their order."""


@dataclass(frozen=True)
class Picture:
    """One panel.

    Attributes:
        image: ``(H, W, 3) uint8`` RGB.
        title: written above.
        boxes: each ``(4,)`` left, top, right, bottom in pixels.
        points: layers of ``(k, 2 or more)`` points in pixels, each in a colour of its own.
        size: diameter of the points, in typographic points.
        within: part of the picture to show, as a box; None shows all of it.
    """

    image: np.ndarray
    title: str = ""
    boxes: Sequence[np.ndarray] = ()
    points: Sequence[np.ndarray] = ()
    size: float = 1.5
    within: np.ndarray | None = None


def pictures(items: Sequence[Picture], *, columns: int = 4, width: float = 9.6) -> Figure:
    """Panels of equal size, ``columns`` in a row.

    Args:
        items: at least one.
        columns: panels in a row.
        width: of the figure, in inches.

    Raises:
        InputError: there is nothing to show.
    """
    if not items:
        raise InputError("Received no pictures; at least one is needed for a figure.")
    from matplotlib.figure import Figure

    columns = min(columns, len(items))
    rows = -(-len(items) // columns)
    shape = max(_height_of(item) for item in items)
    figure = Figure(figsize=(width, rows * (width / columns * shape + 0.3)), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    for axis, item in zip(axes, items, strict=False):
        _draw(axis, item)
    return figure


def _height_of(item: Picture) -> float:
    """Height of what is shown, in parts of its width."""
    height, width = item.image.shape[:2]
    left, top, right, bottom = (0, 0, width, height) if item.within is None else item.within
    return float((bottom - top) / (right - left))


def _draw(axis: Axes, item: Picture) -> None:
    """One panel."""
    from matplotlib.patches import Rectangle

    axis.imshow(item.image, interpolation="bilinear")
    for number, (left, top, right, bottom) in enumerate(item.boxes):
        colour = COLOURS[number % len(COLOURS)]
        axis.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colour, linewidth=1.5))
    for number, points in enumerate(item.points):
        colour = COLOURS[number % len(COLOURS)]
        axis.plot(points[:, 0], points[:, 1], "o", markersize=item.size, color=colour, markeredgewidth=0)
    if item.within is not None:
        left, top, right, bottom = item.within
        axis.set(xlim=(left, right), ylim=(bottom, top))
    axis.set_title(item.title, fontsize=9, pad=3)
