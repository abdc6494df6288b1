"""Reports as a picture: the distance at each shift, the confidence over time, and the worst moments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, MissingExtraError
from ..media.files import written
from .report import NOTICED_MS, OBJECTED_MS, VERDICTS, SyncReport, offset_of_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".jpg", ".jpeg", ".pdf", ".svg")
"""Kinds of file that can be written."""

_COLOURS = dict.fromkeys(VERDICTS, "#b22222") | {"in sync": "#2a7f3f", "noticeable": "#b8860b"}


def check_figure(path: str | os.PathLike[str]) -> Path:
    """The path of a figure, once it is sure that one can be drawn and what kind it is.

    Raises:
        InputError: another kind of file.
        MissingExtraError: matplotlib is not installed.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(
            "Cannot write the figure {name!r}: its name must end in {endings}.",
            name=target.name,
            endings=", ".join(SUFFIXES),
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("The sync figure (matplotlib)", "notebooks") from error
    return target


def draw(reports: Sequence[SyncReport], path: str | os.PathLike[str]) -> None:
    """Write one row for each report: its curve, its seconds, its worst moments.

    Args:
        reports: at least one; rows share their axes, so that they compare.
        path: a picture or document (:data:`SUFFIXES`).

    Raises:
        InputError: another kind of file.
        MissingExtraError: matplotlib is not installed.
        OutputError: the file could not be written.
    """
    target = check_figure(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 0.4 + 2.6 * len(reports)), layout="constrained")
    columns = {"width_ratios": (3, 5, 4)}
    grid = figure.subplots(len(reports), 3, sharey="col", squeeze=False, gridspec_kw=columns)
    for (curve, seconds, moments), report in zip(grid, reports, strict=True):
        _curve(curve, report)
        _seconds(seconds, report)
        _moments(moments, report)
    grid[0, 0].legend(fontsize=6, loc="lower left")
    with written(target, what="figure") as temporary:
        figure.savefig(temporary, dpi=110, format=target.suffix[1:])


def _curve(axis: Axes, report: SyncReport) -> None:
    offsets = [offset_of_column(column, len(report.curve)) for column in range(len(report.curve))]
    axis.axvspan(*OBJECTED_MS, color="0.93", label="viewers do not object")
    axis.axvspan(*NOTICED_MS, color="0.82", label="viewers notice nothing")
    axis.plot(offsets, report.curve, color=_COLOURS[report.verdict])
    axis.axvline(report.offset_ms, color=_COLOURS[report.verdict], linestyle=":")
    axis.set(xlabel="sound early (+) or late (−), ms", ylabel="mean distance")
    video, sound = Path(report.video).name, Path(report.audio).name
    axis.set_title(video if sound == video else f"{video} with {sound}", fontsize=9, loc="left")


def _seconds(axis: Axes, report: SyncReport) -> None:
    values = np.array([np.nan if value is None else value for value in report.per_second])
    axis.bar(np.arange(len(values)) + 0.5, np.nan_to_num(values), width=0.9, color=_COLOURS[report.verdict])
    for second in np.flatnonzero(np.isnan(values)):
        axis.axvspan(second, second + 1, color="0.9", hatch="//")
    axis.axhline(0.0, color="0.3", linewidth=0.8)
    axis.set(xlabel="seconds", ylabel="confidence")
    axis.set_title(
        f"{report.verdict}: offset {report.offset_ms:+.0f} ms, confidence {report.confidence:.3f}, "
        f"distance {report.distance:.3f}",
        fontsize=9,
        loc="left",
        color=_COLOURS[report.verdict],
    )


def _moments(axis: Axes, report: SyncReport) -> None:
    axis.axis("off")
    axis.set_title(f"least confidence ({report.model})", fontsize=9, loc="left")
    for column, moment in enumerate(report.worst):
        if moment.glimpse is not None:
            place = axis.inset_axes((column / 3 + 0.01, 0.12, 0.31, 0.86))
            place.imshow(moment.glimpse)
            place.axis("off")
        axis.text(column / 3 + 0.01, 0.02, f"{moment.start_s:.0f} s: {moment.confidence:.3f}", fontsize=8)
