"""The heavy work: one job at a time, first come first served, at most one job for each visitor."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from lipsync_tools.progress import Job, Progress
from lipsync_tools.workflow import STAGES

from .refusals import PlaceTakenError, QueueFullError


@dataclass(frozen=True)
class Owner:
    """Whose a job is.

    Attributes:
        name: of the visit, a tab of a browser. It has one job.
        visitor: the browser. It has one job, too, in whichever of its tabs; empty: this job does not count.
        address: from where it comes. It has so many jobs at most; empty: this job does not count.
    """

    name: str
    visitor: str = ""
    address: str = ""


class JobQueue:
    """Runs jobs one after the other in a thread of its own.

    Two cores are best used by one job: the engines work in several threads. Since nobody has more than one job
    in the queue, first come first served is fair: whoever comes again waits behind everybody else.

    Args:
        waiting: how many jobs may wait.
        per_address: how many jobs of one internet address may wait or run; None: any number.
    """

    def __init__(self, waiting: int, per_address: int | None = None) -> None:
        self._most, self._per_address = waiting, per_address
        self._jobs: deque[tuple[Owner, Job]] = deque()
        self._running: tuple[Owner, Job] | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # a thread in the middle of native code must not outlive the interpreter

    def submit(self, owner: Owner | str, work: Callable[[Progress], object]) -> Job:
        """Put a job into the queue; an earlier one of the same owner is cancelled, and its place becomes free.

        Raises:
            QueueFullError: too many are waiting. The owner's earlier job goes on.
            PlaceTakenError: the visitor has a job in another tab, or the address has too many.
        """
        owner = Owner(owner) if isinstance(owner, str) else owner
        with self._changed:
            self._check(owner)
            self.cancel(owner.name)
            job = Job(work, Progress(STAGES))
            self._jobs.append((owner, job))
            self._changed.notify_all()
        return job

    def ahead_of(self, job: Job) -> int:
        """How many jobs come before this one, the running one included."""
        with self._changed:
            waiting = [other for _, other in self._jobs]
            return waiting.index(job) + (self._running is not None) if job in waiting else 0

    def _check(self, owner: Owner) -> None:
        """Refuse a job for which there is no place."""
        others = [other for other, _ in self._jobs if other.name != owner.name]
        if self._closed or len(others) >= self._most:
            raise QueueFullError(
                "{others} visitors are waiting, as many as this server takes. Try again in a few minutes.",
                others=len(others),
            )
        if self._running is not None and self._running[0].name != owner.name and not self._running[1].over:
            others.append(self._running[0])
        if owner.visitor and any(other.visitor == owner.visitor for other in others):
            raise PlaceTakenError(
                "Something of yours is in the making in another tab. Wait until it is finished, or cancel it there."
            )
        near = sum(other.address == owner.address for other in others)
        if owner.address and self._per_address is not None and near >= self._per_address:
            raise PlaceTakenError(
                "{jobs} videos or portraits are in the making for your internet address, as many as one address may "
                "have. Try again in a few minutes.",
                jobs=near,
            )

    def cancel(self, owner: str) -> None:
        """Cancel whatever the owner of that name has waiting or running."""
        self._cancel(lambda other: other == owner)

    def close(self) -> None:
        """Cancel everything and end the thread."""
        with self._changed:
            self._closed = True
            self._cancel(lambda _: True)
            self._changed.notify_all()
        self._thread.join()

    def _cancel(self, meant: Callable[[str], bool]) -> None:
        with self._changed:
            for owner, job in list(self._jobs):
                if meant(owner.name):
                    self._jobs.remove((owner, job))
                    job.cancel()
                    job.run()  # which ends it at once
            if self._running is not None and meant(self._running[0].name):
                self._running[1].cancel()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._closed)
                if self._closed:
                    return
                self._running = self._jobs.popleft()
            self._running[1].run()
            with self._changed:
                self._running = None
