"""Work on a stream of frames in several threads: in order, and with only a few frames in memory at any time."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_END = object()


class Background(contextlib.AbstractContextManager):
    """Calls made in other threads, their results taken in order.

    Use it in a ``with`` block: on leaving it, calls that have not begun are dropped, and its threads have ended.

    Args:
        name: of the threads.
        threads: how many; with one, calls are made one after the other.
    """

    def __init__(self, name: str, *, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting: deque[Future] = deque()

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, function: Callable[..., object], *arguments: object) -> None:
        """Let a function be called as soon as a thread is free."""
        self._waiting.append(self._pool.submit(function, *arguments))

    def results(self, *, keep: int = 0) -> Iterator:
        """Results in the order of the calls, waiting for each, until only ``keep`` calls are left.

        What a call has raised is raised here, in its turn.
        """
        while len(self._waiting) > keep:
            yield self._waiting.popleft().result()

    def close(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        self._pool.shutdown(cancel_futures=True)


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int | None = None
) -> Iterator[Result]:
    """Map over items in several threads; results come in order, and only a few are ever kept."""
    workers = workers or min(4, os.cpu_count() or 1)
    with _ended(items) as source, Background("render", threads=workers) as background:
        for item in source:
            background.submit(function, item)
            yield from background.results(keep=workers)
        yield from background.results()


def prefetch(items: Iterable[Item], *, depth: int) -> Iterator[Item]:
    """The same items, made in a thread of their own and at most ``depth`` of them ahead.

    An error in that thread is raised here, after the items before it. When the consumer stops early, so does the
    thread.
    """
    with _ended(items) as source, Background("prefetch") as background:
        while True:
            background.submit(next, source, _END)
            for item in background.results(keep=depth):
                if item is _END:
                    return
                yield item
                del item  # a frame is large


def shared(items: Iterable[Item], count: int) -> list[Iterator[Item]]:
    """The same items for several consumers, which may be in several threads; each is kept until all have had it."""
    source, turn, waiting = iter(items), threading.Lock(), [deque() for _ in range(count)]

    def consumer(mine: deque) -> Iterator[Item]:
        while True:
            with turn:
                if not mine:
                    item = next(source, _END)
                    for each in waiting:
                        each.append(item)
                item = mine.popleft()
            if item is _END:
                return
            yield item
            del item  # a frame is large

    return [consumer(mine) for mine in waiting]


@contextlib.contextmanager
def _ended(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """An iterator that is ended with the block, so that threads further up stop as well."""
    try:
        yield iter(items)
    finally:
        if isinstance(items, Generator):
            items.close()
