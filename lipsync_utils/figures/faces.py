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

    @property
    def shown(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what is shown; pixel centres lie at whole numbers."""
        height, width = self.image.shape[:2]
        return (-0.5, -0.5, width - 0.5, height - 0.5) if self.within is None else tuple(self.within)


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
    shape = max((bottom - top) / (right - left) for left, top, right, bottom in (item.shown for item in items))
    figure = Figure(figsize=(width, rows * (width / columns * shape + 0.3)), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    for axis, item in zip(axes, items, strict=False):
        _draw(axis, item)
    return figure


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
    left, top, right, bottom = item.shown
    axis.set(xlim=(left, right), ylim=(bottom, top))
    axis.set_title(item.title, fontsize=9, pad=3)
