"""Work on a stream of frames in several threads: in order, and with only a few frames in memory at any time."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_POLL_S = 0.1


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int | None = None
) -> Iterator[Result]:
    """Map over items in several threads; results come in order, and only a few are ever kept."""
    workers = workers or min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers, thread_name_prefix="render") as pool:
        waiting: deque = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def prefetch(items: Iterable[Item], *, depth: int) -> Iterator[Item]:
    """The same items, made in a thread of their own and at most ``depth`` of them ahead.

    An error in that thread is raised here, after the items before it. When the consumer stops early, so does the
    thread.
    """
    ready: queue.Queue[_Made] = queue.Queue(depth)
    stopped = threading.Event()

    def put(made: _Made) -> None:
        while not stopped.is_set():
            try:
                ready.put(made, timeout=_POLL_S)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(_Made(item))
                if stopped.is_set():
                    return
            put(_Made(last=True))
        except BaseException as error:
            put(_Made(error=error))
        finally:
            if isinstance(items, Generator):
                items.close()  # now, so that threads further up stop as well

    thread = threading.Thread(target=work, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            try:
                made = ready.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if made.error is not None:
                raise made.error
            if made.last:
                return
            yield made.item
            del made  # a frame is large
    finally:
        stopped.set()
        thread.join()


@dataclass(frozen=True)
class _Made:
    """What comes out of the thread: an item, the end, or an error."""

    item: object = None
    last: bool = False
    error: BaseException | None = None
