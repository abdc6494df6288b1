"""Several reports side by side, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .report import SyncReport

COLUMNS = ("video", "verdict", "offset ms", "95 %", "confidence", "distance", "certainty", "no face")


def table(reports: Sequence[SyncReport]) -> str:
    """One line for each report, under a line of headings; the best confidence first.

    Confidence and distance compare only within one model; the last line names it.
    """
    ordered = sorted(reports, key=lambda report: -report.confidence)
    rows = [COLUMNS, *map(_row, ordered)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    models = ", ".join(dict.fromkeys(report.model for report in reports))
    return "\n".join([*lines, f"confidence and distance by: {models}"])


def _row(report: SyncReport) -> tuple[str, ...]:
    low, high = report.offset_interval_ms
    return (
        Path(report.video).name,
        report.verdict,
        f"{report.offset_ms:+.0f}",
        f"{low:+.0f} to {high:+.0f}",
        f"{report.confidence:.3f}",
        f"{report.distance:.3f}",
        f"{report.certainty:.1f}",
        f"{len(report.faceless_frames)} of {report.frames}",
    )
