"""A stretch of a video, behind the same interface as all of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from ..errors import InputError
from ..options import Span
from .animation import Animation
from .decoding import Film, Shown

_BEFORE_S = 1.0
"""A decoder is let in so much earlier than needed: what comes first may lean on pictures before it."""

_EXACT_S = 1e-6


class Cut(AbstractContextManager):
    """An open video of which only a stretch is shown; output times count from its beginning.

    Use it in a ``with`` block. The first picture is the one that a player shows at that moment, for what is left of its
    time; the last one is the last that begins before the end. Formats that find a picture exactly are entered shortly
    before the stretch, others are decoded from their beginning; nothing after the stretch is decoded.

    Args:
        path: as messages should name the video.
        opener: opens all of it.
        span: the stretch.
        begins_s: timestamp of the video's first picture.
    """

    def __init__(self, path: str, opener: Callable[[], Film | Animation], *, span: Span, begins_s: float) -> None:
        self._path = path
        self._opener, self._span, self._begins_s = opener, span, begins_s
        self._film = opener()
        self.seek = self._film.seek

    def __exit__(self, *_: object) -> None:
        self._film.__exit__()

    def pictures(self, *, origin_s: float | None = None) -> Iterator[Shown]:
        """Pictures of the stretch in order; those from where it was entered on, if ``origin_s`` is given.

        Raises:
            InputError: the video ends before the stretch begins.
        """
        return self._stretch() if origin_s is None else self._film.pictures(origin_s=origin_s)

    def _stretch(self) -> Iterator[Shown]:
        from_s, to_s = self._span.from_s, self._span.to_s
        first = end_s = None
        for shown in self._from_shortly_before():
            end_s = shown.source_s + shown.duration_s
            if to_s is not None and shown.source_s >= to_s - _EXACT_S:
                break
            if shown.source_s <= from_s + _EXACT_S:
                first = shown
                continue
            if first is not None:
                yield self._shown(first, until_s=shown.source_s)
                first = None
            yield self._shown(shown)
        if first is not None and from_s < end_s:
            yield self._shown(first)
        elif first is not None:
            raise InputError(
                "The video {path!r} lasts {duration_s:.2f} s, but a part from {from_s:g} s on was asked for. Let it "
                "begin earlier.",
                path=self._path,
                duration_s=end_s,
                from_s=from_s,
            )

    def _shown(self, shown: Shown, *, until_s: float | None = None) -> Shown:
        """A picture with its time in the output."""
        from_s, to_s = self._span.from_s, self._span.to_s
        begin_s = max(shown.source_s, from_s)
        end_s = shown.source_s + shown.duration_s if until_s is None else until_s
        end_s = end_s if to_s is None else min(end_s, to_s)
        return replace(shown, duration_s=end_s - begin_s, output_s=begin_s - from_s)

    def _from_shortly_before(self) -> Iterator[Shown]:
        """All pictures of the film that matter, and some before them."""
        enter_s = self._begins_s + self._span.from_s - _BEFORE_S
        if enter_s > self._begins_s and self._film.seek(enter_s):
            pictures, first = self._film.pictures(origin_s=self._begins_s), None
            with contextlib.suppress(InputError):
                first = next(pictures)
            if first is not None and first.source_s <= self._span.from_s:
                yield first
                yield from pictures
                return
            self._film.__exit__()  # it was entered too late: all over again
            self._film = self._opener()
            self.seek = self._film.seek
        yield from self._film.pictures()
