"""The data-flow picture, with one stage lit: where in the whole a reader is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STAGES = {
    "audio": ("audio features\n01", (2.35, 0.35)),
    "faces": ("face detection\n02", (2.35, 1.65)),
    "rig": ("avatar animation\n03", (4.7, 1.65)),
    "wav2lip": ("Wav2Lip\n04", (4.7, 0.35)),
    "video": ("video\n(H.264 + AAC)", (7.05, 1.0)),
    "sync": ("sync score\n05", (9.25, 1.0)),
}
"""Name of each stage, its words, and the middle of its box."""

_INPUTS = {"a picture\nor a video": (0.3, 1.65), "a recording\nor a text": (0.3, 0.35)}
_ARROWS = (
    ((0.95, 1.65), (1.5, 1.65)),
    ((0.95, 0.35), (1.5, 0.35)),
    ((3.2, 1.65), (3.85, 1.65)),
    ((3.2, 0.35), (3.85, 0.35)),
    ((3.2, 0.55), (3.85, 1.4)),
    ((3.2, 1.45), (3.85, 0.6)),
    ((5.55, 1.65), (6.2, 1.15)),
    ((5.55, 0.35), (6.2, 0.85)),
    ((7.9, 1.0), (8.4, 1.0)),
)
_LIT, _DIM, _LINE = "#f2b84b", "#eef1f4", "#4a5560"


def pipeline(*lit: str) -> Figure:
    """The way from a face and a voice to a video and its score.

    Args:
        lit: names of the stages to light (keys of :data:`STAGES`); none lights nothing.

    Raises:
        InputError: no stage has that name.
    """
    unknown = set(lit) - set(STAGES)
    if unknown:
        raise InputError(
            "Unknown stage {name!r}. Choose from: {names}.", name=sorted(unknown)[0], names=", ".join(STAGES)
        )
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 2.0), layout="constrained")
    axis = figure.add_subplot()
    axis.set(xlim=(-0.5, 10.2), ylim=(-0.15, 2.15), aspect="equal")
    axis.axis("off")
    for text, middle in _INPUTS.items():
        axis.text(*middle, text, ha="center", va="center", fontsize=9, color=_LINE)
    for name, (text, middle) in STAGES.items():
        on = name in lit
        box = {"boxstyle": "round,pad=0.45", "facecolor": _LIT if on else _DIM, "edgecolor": _LINE, "linewidth": 1.2}
        weight = "bold" if on else "normal"
        axis.text(*middle, text, ha="center", va="center", fontsize=9, weight=weight, color="#20262c", bbox=box)
    for start, end in _ARROWS:
        axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": _LINE, "shrinkA": 0, "shrinkB": 0})
    return figure
