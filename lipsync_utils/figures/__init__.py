"""Figures of what the stages do: for the notebooks, the reports, and whoever wants to look.

Needs matplotlib (extra ``notebooks``). Functions return a ``matplotlib.figure.Figure`` and show nothing by themselves,
so that they serve notebooks, files and web pages alike. One module per subject.
"""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    **{module: (module,) for module in ("faces", "network", "sheets", "sound", "stages", "text")},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
