"""A sound and what is computed from it, one track over the other on a common clock, with the phonemes above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..records import Phoneme

_MAX_POINTS = 4000


@dataclass(frozen=True)
class Track:
    """One row of the figure.

    Attributes:
        label: quantity and unit, at the vertical axis.
        values: ``(n,)`` for one line, ``(n, k)`` for a heat map with column 0 at the bottom, or a mapping of names to
            ``(n,)`` for several lines with a legend.
        rate: values a second; value ``i`` belongs to ``i / rate`` seconds.
        extent: what the bottom and the top of a heat map mean on the vertical axis; None: column numbers.
        bar: unit of a heat map's colours.
    """

    label: str
    values: np.ndarray | dict[str, np.ndarray]
    rate: float
    extent: tuple[float, float] | None = None
    bar: str = ""


def tracks(
    rows: Sequence[Track],
    start_s: float,
    stop_s: float,
    *,
    phonemes: Sequence[Phoneme] = (),
    height: float = 1.5,
) -> Figure:
    """Tracks over each other, from ``start_s`` to ``stop_s``.

    Args:
        rows: from top to bottom.
        start_s: first moment shown, in seconds.
        stop_s: last one.
        phonemes: their borders are drawn through all rows, their symbols above the first.
        height: of one row, in inches.

    Raises:
        InputError: no rows, or no time between the two moments.
    """
    if not rows or not 0 <= start_s < stop_s:
        raise InputError(
            "Received {count} tracks from {start_s} to {stop_s} s; at least one track and two moments in rising "
            "order, from 0 on, are needed.",
            count=len(rows),
            start_s=start_s,
            stop_s=stop_s,
        )
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, height * len(rows) + 0.6), layout="constrained")
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    for axis, track in zip(axes, rows, strict=True):
        _draw(axis, track, start_s, stop_s)
        axis.set_ylabel(track.label, fontsize=9)
        axis.set_xlim(start_s, stop_s)
    axes[-1].set_xlabel("time / s")
    _mark(axes, phonemes, start_s, stop_s)
    return figure


def _draw(axis: Axes, track: Track, start_s: float, stop_s: float) -> None:
    """The part of one track that is shown."""
    lines = track.values if isinstance(track.values, dict) else {"": track.values}
    for name, values in lines.items():
        first, last = max(int(start_s * track.rate), 0), min(int(np.ceil(stop_s * track.rate)) + 1, len(values))
        shown = values[first:last]
        if values.ndim == 2:
            left, right = (first - 0.5) / track.rate, (last - 0.5) / track.rate
            low, high = track.extent or (-0.5, values.shape[1] - 0.5)
            image = axis.imshow(
                shown.T, origin="lower", aspect="auto", extent=(left, right, low, high), cmap="magma",
                interpolation="nearest",
            )  # fmt: skip
            axis.figure.colorbar(image, ax=axis, pad=0.01, label=track.bar)
            continue
        step = max(1, len(shown) // _MAX_POINTS)
        axis.plot(np.arange(first, last)[::step] / track.rate, shown[::step], linewidth=1.0, label=name or None)
    if len(lines) > 1:
        axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


def _mark(axes: Sequence[Axes], phonemes: Sequence[Phoneme], start_s: float, stop_s: float) -> None:
    """Borders and symbols of the phonemes; silence has no symbol."""
    for phoneme in phonemes:
        if not start_s <= phoneme.start_s < stop_s:
            continue
        for axis in axes:
            axis.axvline(phoneme.start_s, color="#7d8a96", linewidth=0.5)
        middle = (phoneme.start_s + min(phoneme.end_s, stop_s)) / 2
        above = axes[0].get_xaxis_transform()
        axes[0].text(middle, 1.03, phoneme.ipa, transform=above, ha="center", va="bottom", fontsize=9)
