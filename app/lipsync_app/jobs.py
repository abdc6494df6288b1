"""The heavy work: one job at a time, first come first served, at most one job for each visitor."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable

from lipsync_tools.progress import Job, Progress
from lipsync_tools.workflow import STAGES
from lipsync_utils.errors import LipSyncError


class QueueFullError(LipSyncError):
    """Too many jobs are waiting."""


class JobQueue:
    """Runs jobs one after the other in a thread of its own.

    Two cores are best used by one job: the engines work in several threads. Since nobody has more than one job
    in the queue, first come first served is fair: whoever comes again waits behind everybody else.

    Args:
        waiting: how many jobs may wait.
    """

    def __init__(self, waiting: int) -> None:
        self._most = waiting
        self._jobs: deque[tuple[str, Job]] = deque()
        self._running: tuple[str, Job] | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # a thread in the middle of native code must not outlive the interpreter

    def submit(self, owner: str, work: Callable[[Progress], object]) -> Job:
        """Put a job into the queue; an earlier one of the same owner is cancelled, and its place becomes free.

        Raises:
            QueueFullError: too many are waiting. The owner's earlier job goes on.
        """
        with self._changed:
            others = sum(other != owner for other, _ in self._jobs)
            if self._closed or others >= self._most:
                raise QueueFullError(
                    "{others} videos are waiting to be made, as many as this server takes. Try again in a few minutes.",
                    others=others,
                )
            self.cancel(owner)
            job = Job(work, Progress(STAGES))
            self._jobs.append((owner, job))
            self._changed.notify_all()
        return job

    def ahead_of(self, job: Job) -> int:
        """How many jobs come before this one, the running one included."""
        with self._changed:
            waiting = [other for _, other in self._jobs]
            return waiting.index(job) + (self._running is not None) if job in waiting else 0

    def cancel(self, owner: str) -> None:
        """Cancel whatever the owner has waiting or running."""
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
                if meant(owner):
                    self._jobs.remove((owner, job))
                    job.cancel()
                    job.run()  # which ends it at once
            if self._running is not None and meant(self._running[0]):
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
