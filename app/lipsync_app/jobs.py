"""The heavy work: one job at a time, first come first served, at most one job for each visitor."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from lipsync_utils.errors import LipSyncError

_LOG = logging.getLogger(__name__)


class CancelledError(Exception):
    """Raised inside a job that was cancelled, at its next step."""


class QueueFullError(LipSyncError):
    """Too many jobs are waiting."""


class Job:
    """One piece of work and how far it is; a :class:`~lipsync_utils.pipeline.Listener`.

    Args:
        owner: whose it is.
        work: what to do; it gets this job and reports its progress to it.

    Attributes:
        state: ``"queued"``, ``"running"``, ``"done"``, ``"failed"`` or ``"cancelled"``.
        stage: what is being done, a name.
        share: how much of the stage is done, 0 to 1.
        result: what the work returned.
        error: what it raised.
        notes: messages for a person, in order.
    """

    def __init__(self, owner: str, work: Callable[[Job], object]) -> None:
        self.owner, self._work = owner, work
        self.state, self.stage, self.share = "queued", "", 0.0
        self.result: object = None
        self.error: Exception | None = None
        self.notes: list[str] = []
        self._cancelled, self._over = threading.Event(), threading.Event()
        self._stage_began = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self._over.is_set()

    @property
    def left_s(self) -> float | None:
        """Seconds that the stage will still take if it goes on as it did; None as long as that cannot be told."""
        if self.state != "running" or self.share < 0.02:
            return None
        return (time.monotonic() - self._stage_began) * (1.0 - self.share) / self.share

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the job is over; whether it is."""
        return self._over.wait(timeout_s)

    def message(self, text: str) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        self.notes.append(text)
        self.check()

    def step(self, stage: str, done: int, total: int) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        self.enter(stage)
        self.share = done / total if total else 0.0
        self.check()

    def enter(self, stage: str) -> None:
        """Begin a stage, unless it is the present one."""
        if stage != self.stage:
            self.stage, self.share, self._stage_began = stage, 0.0, time.monotonic()
        self.check()

    def check(self) -> None:
        """Leave the work here if the job was cancelled.

        Raises:
            CancelledError: it was.
        """
        if self._cancelled.is_set():
            raise CancelledError

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()

    def run(self) -> None:
        """Do the work, in the thread that calls this. Whatever it raises is kept in the job."""
        try:
            self.check()
            self.state, self._stage_began = "running", time.monotonic()
            self.result = self._work(self)
            self._end("done")
        except CancelledError:
            self._end("cancelled")
        except LipSyncError as error:
            self.error = error
            self._end("failed")
        except Exception as error:
            _LOG.exception("a job failed in a way that was not foreseen")
            self.error = error
            self._end("failed")

    def drop(self) -> None:
        """End a job that has never run."""
        self.cancel()
        self._end("cancelled")

    def _end(self, state: str) -> None:
        self.state = state
        self._over.set()


class JobQueue:
    """Runs jobs one after the other in a thread of its own.

    Two cores are best used by one job: the engines work in several threads. Since nobody has more than one job
    in the queue, first come first served is fair: whoever comes again waits behind everybody else.

    Args:
        waiting: how many jobs may wait.
    """

    def __init__(self, waiting: int) -> None:
        self._most = waiting
        self._jobs: deque[Job] = deque()
        self._running: Job | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # a thread in the middle of native code must not outlive the interpreter

    def submit(self, owner: str, work: Callable[[Job], object]) -> Job:
        """Put a job into the queue; an earlier one of the same owner is cancelled.

        Raises:
            QueueFullError: too many are waiting.
        """
        self.cancel(owner)
        with self._changed:
            if self._closed or len(self._jobs) >= self._most:
                raise QueueFullError(
                    f"{len(self._jobs)} videos are waiting to be made, as many as this server takes. "
                    "Try again in a few minutes."
                )
            job = Job(owner, work)
            self._jobs.append(job)
            self._changed.notify_all()
        return job

    def ahead_of(self, job: Job) -> int:
        """How many jobs come before this one, the running one included."""
        with self._changed:
            if job not in self._jobs:
                return 0
            return self._jobs.index(job) + (self._running is not None)

    def cancel(self, owner: str) -> None:
        """Cancel whatever the owner has waiting or running."""
        with self._changed:
            for job in [job for job in self._jobs if job.owner == owner]:
                self._jobs.remove(job)
                job.drop()
            if self._running is not None and self._running.owner == owner:
                self._running.cancel()

    def close(self) -> None:
        """Cancel everything and end the thread."""
        with self._changed:
            self._closed = True
            while self._jobs:
                self._jobs.popleft().drop()
            if self._running is not None:
                self._running.cancel()
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._closed)
                if self._closed:
                    return
                self._running = self._jobs.popleft()
            self._running.run()
            with self._changed:
                self._running = None
