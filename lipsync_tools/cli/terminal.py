"""What commands show and ask: a progress bar, messages, terms of licences."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from lipsync_utils import assets
from lipsync_utils.errors import AssetError
from lipsync_utils.messages import Message

from ..progress import EVERY_S, Progress, Step

AsJson = Annotated[bool, typer.Option("--json", help="Print what was done as one JSON object.")]

Language = Annotated[str | None, typer.Option(help="Of the text: en or ar; default: by the letters.")]
Rate = Annotated[float, typer.Option(min=0.5, max=2.0, help="Speed of a text's voice, 1 is normal.")]
Pitch = Annotated[float, typer.Option(min=0.5, max=2.0, help="Pitch of a text's voice, 1 is normal.")]
Subtitles = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also write the text as subtitles here (.srt or .vtt).")
]

PERCENT = "{l_bar}{bar}| {elapsed}<{remaining}"
"""Layout of a bar that counts nothing a person knows."""


class Bar(Progress):
    """Progress as a bar on standard error: stage, speed and time left. Only a terminal shows it.

    Args:
        stages: what will be done.
        layout: tqdm's ``bar_format``; None: with the number of frames and their speed.
    """

    def __init__(self, *stages: str, layout: str | None = None) -> None:
        super().__init__(stages, self._draw, self._tell)
        self._bar, self._layout = None, layout

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def _tell(self, text: str) -> None:
        if self._bar is not None:
            self._bar.clear()  # the message would otherwise stand behind it
        typer.echo(text, err=True)

    def _draw(self, step: Step) -> None:
        if not step.total:  # another stage
            self.__exit__()
            return
        if self._bar is None:
            from tqdm import tqdm

            look = {"unit": " frames", "bar_format": self._layout, "dynamic_ncols": True, "leave": False}
            self._bar = tqdm(total=step.total, file=sys.stderr, mininterval=EVERY_S, disable=None, **look)
        self._bar.set_description(step.part, refresh=False)
        self._bar.update(step.done - self._bar.n)


def ranges(numbers: tuple[int, ...]) -> str:
    """``(1, 2, 3, 7)`` as ``1-3, 7``."""
    runs = groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])  # the same as long as both count on
    ends = [(run[0][1], run[-1][1]) for run in (list(pairs) for _, pairs in runs)]
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in ends)


def _is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_licence(group: str, *, accept: bool) -> None:
    """Show the terms of a group's assets before their first use; on a terminal, ask.

    Elsewhere nothing is asked: what needs an acceptance then says how to give it.
    """
    asset = assets.in_group(group)[0]
    if assets.accepted(asset) or not (accept or _is_terminal()):
        return
    typer.echo(asset.terms, err=True)
    if not accept and not typer.confirm("Do you accept these terms?", default=False, err=True):
        raise AssetError(
            "The terms of the {group} weights were not accepted, so they are not fetched. "
            "Works without them: {without}.",
            group=group,
            without=Message(asset.without),
        )
    assets.accept(asset)
