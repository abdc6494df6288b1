"""A video on the output's clock: each output time gets the picture that is shown then, also beyond the video's end."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import av
import numpy as np

from ..pixels import Pixels
from ..records import Frame, Timeline
from .animation import Animation
from .cutting import Cut
from .decoding import Film, Shown

Opener = Callable[[], Film | Animation | Cut]
"""Opens the video anew."""

_EARLY = 0.2
"""By how much of a frame's time a picture may be shown before it begins: clocks of phones and browsers jitter, and a
picture that came a little late would be missed when the next one is in time."""

_PIECE = 32  # frames that are kept to be shown backwards


def resampled(
    shown: Iterator[Shown], timeline: Timeline, convert: Callable[[av.VideoFrame], Pixels]
) -> Iterator[Frame]:
    """At each time of the clock the picture that has begun last, or is just about to; each is converted once."""
    current = upcoming = next(shown)
    pixels, early_s = None, _EARLY / float(timeline.fps)
    for index in range(timeline.frames):
        while upcoming is not None and upcoming.output_s <= timeline.time_of(index) + early_s:
            current, upcoming, pixels = upcoming, next(shown, None), None
        if pixels is None:
            pixels = convert(current.picture)
            if isinstance(pixels, np.ndarray):
                pixels.setflags(write=False)
        yield Frame(index=index, time_s=current.source_s, pixels=pixels)


def once(opener: Opener) -> Iterator[Shown]:
    """The video's pictures up to its end."""
    with opener() as film:
        yield from film.pictures()


def looped(opener: Opener) -> Iterator[Shown]:
    """The same again and again; a video of one picture, once."""
    begins_s = 0.0
    while True:
        for shown in once(opener):
            shown.output_s += begins_s
            yield shown
        if shown.output_s == begins_s:  # the first was the last
            return
        begins_s = shown.output_s + shown.duration_s


def there_and_back(opener: Opener) -> Iterator[Shown]:
    """Forwards, backwards, forwards and so on; first and last picture are not shown twice."""
    times_s: list[float] = []
    origin_s = end_s = 0.0
    for shown in once(opener):
        origin_s = origin_s if times_s else shown.stamp_s - shown.source_s
        times_s.append(shown.source_s)
        end_s = shown.output_s + shown.duration_s
        yield shown
    while len(times_s) > 1:
        back = _backwards(opener, times_s, origin_s)
        for shown in itertools.chain(back, itertools.islice(once(opener), 1, None)):
            shown.output_s, end_s = end_s, end_s + shown.duration_s
            yield shown


def _backwards(opener: Opener, times_s: list[float], origin_s: float) -> Iterator[Shown]:
    """All pictures but the last, in reverse: decoded forwards in pieces of :data:`_PIECE`, the last piece first."""
    for stop in range(len(times_s) - 1, 0, -_PIECE):
        piece = _piece(opener, max(0, stop - _PIECE), stop, times_s, origin_s)
        while piece:
            yield piece.pop()


def _piece(opener: Opener, first: int, stop: int, times_s: list[float], origin_s: float) -> list[Shown]:
    """Pictures ``first`` to ``stop`` (excluded) by number."""
    begin_s, end_s = times_s[first] - 1e-6, times_s[stop - 1] + 1e-6
    with opener() as film:
        if film.seek(times_s[first] + origin_s):
            until = itertools.takewhile(lambda shown: shown.source_s < end_s, film.pictures(origin_s=origin_s))
            piece = [shown for shown in until if shown.source_s > begin_s]
            if len(piece) == stop - first:
                return piece
    return list(itertools.islice(once(opener), first, stop))  # slower, and always right
