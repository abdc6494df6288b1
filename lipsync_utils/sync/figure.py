"""Reports as a picture: the distance at each shift, the confidence over time, and the worst moments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, MissingExtraError
from ..figures.text import label
from ..media.files import written
from ..messages import Message, said_in
from .report import NOTICED_MS, OBJECTED_MS, VERDICTS, SyncReport, offset_of_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".jpg", ".jpeg", ".pdf", ".svg")
"""Kinds of file that can be written."""

_COLOURS = dict.fromkeys(VERDICTS, "#b22222") | {"in sync": "#2a7f3f", "noticeable": "#b8860b"}
_WORDS = {
    str(words): words
    for words in (
        Message("in sync"),
        Message("noticeable"),
        Message("out of sync"),
        Message("no agreement"),
        Message("too short"),
    )
}


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


def draw(reports: Sequence[SyncReport], path: str | os.PathLike[str], *, language: str = "en") -> None:
    """Write one row for each report: its curve, its seconds, its worst moments.

    Args:
        reports: at least one; rows share their axes, so that they compare.
        path: a picture or document (:data:`SUFFIXES`).
        language: of titles, axes and legend, ``"en"`` or ``"ar"``. Time and offsets run from left to right in both.

    Raises:
        InputError: another kind of file.
        MissingExtraError: matplotlib is not installed, or for Arabic an old one without what shapes the letters.
        OutputError: the file could not be written.
    """
    target = check_figure(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 0.4 + 2.6 * len(reports)), layout="constrained")
    columns = {"width_ratios": (3, 5, 4)}
    grid = figure.subplots(len(reports), 3, sharey="col", squeeze=False, gridspec_kw=columns)
    say = _Words(language)
    for (curve, seconds, moments), report in zip(grid, reports, strict=True):
        _curve(curve, report, say)
        _seconds(seconds, report, say)
        _moments(moments, report, say)
    say.legend(grid[0, 0])
    with written(target, what="figure") as temporary:
        figure.savefig(temporary, dpi=110, format=target.suffix[1:])


class _Words:
    """Writes on axes in one language, from the side where its lines begin."""

    def __init__(self, language: str) -> None:
        self._language, self._rtl = language, language == "ar"

    def __call__(self, message: Message) -> str:
        return label(said_in(message, self._language))

    def title(self, axis: Axes, message: Message, colour: str = "black") -> None:
        axis.set_title(self(message), fontsize=9, loc="right" if self._rtl else "left", color=colour)

    def legend(self, axis: Axes) -> None:
        side = "right" if self._rtl else "left"
        axis.legend(fontsize=6, loc="lower left", markerfirst=not self._rtl, alignment=side)


def _curve(axis: Axes, report: SyncReport, say: _Words) -> None:
    offsets = [offset_of_column(column, len(report.curve)) for column in range(len(report.curve))]
    axis.axvspan(*OBJECTED_MS, color="0.93", label=say(Message("viewers do not object")))
    axis.axvspan(*NOTICED_MS, color="0.82", label=say(Message("viewers notice nothing")))
    axis.plot(offsets, report.curve, color=_COLOURS[report.verdict])
    axis.axvline(report.offset_ms, color=_COLOURS[report.verdict], linestyle=":")
    axis.set(xlabel=say(Message("sound early (+) or late (−), ms")), ylabel=say(Message("mean distance")))
    video, sound = Path(report.video).name, Path(report.audio).name
    names = Message("{video} with {sound}", video=video, sound=sound)
    say.title(axis, Message("{video}", video=video) if sound == video else names)


def _seconds(axis: Axes, report: SyncReport, say: _Words) -> None:
    values = np.array([np.nan if value is None else value for value in report.per_second])
    axis.bar(np.arange(len(values)) + 0.5, np.nan_to_num(values), width=0.9, color=_COLOURS[report.verdict])
    for second in np.flatnonzero(np.isnan(values)):
        axis.axvspan(second, second + 1, color="0.9", hatch="//")
    axis.axhline(0.0, color="0.3", linewidth=0.8)
    axis.set(xlabel=say(Message("seconds")), ylabel=say(Message("confidence")))
    told = Message(
        "{verdict}: offset {offset_ms:+.0f} ms, confidence {confidence:.3f}, distance {distance:.3f}",
        verdict=_WORDS[report.verdict],
        offset_ms=report.offset_ms,
        confidence=report.confidence,
        distance=report.distance,
    )
    say.title(axis, told, _COLOURS[report.verdict])


def _moments(axis: Axes, report: SyncReport, say: _Words) -> None:
    axis.axis("off")
    say.title(axis, Message("least confidence ({model})", model=report.model))
    for column, moment in enumerate(report.worst):
        if moment.glimpse is not None:
            place = axis.inset_axes((column / 3 + 0.01, 0.12, 0.31, 0.86))
            place.imshow(moment.glimpse)
            place.axis("off")
        told = Message("{start_s:.0f} s: {confidence:.3f}", start_s=moment.start_s, confidence=moment.confidence)
        axis.text(column / 3 + 0.01, 0.02, say(told), fontsize=8)
