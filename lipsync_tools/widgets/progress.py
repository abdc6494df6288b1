"""How far the work is, how long it will take, and how it is stopped: a listener that a display can follow."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lipsync_utils.errors import LipSyncError

STAGES = ("avatar", "voice", "frames", "score")
"""What may have to be done for one video, in this order."""

_EVERY_S = 0.2
_LEARN_S = 1.0


class Stopped(LipSyncError):
    """Somebody pressed "Cancel"; not a failure."""

    def __init__(self) -> None:
        super().__init__("Cancelled: nothing was written. Press the button again to start anew.")


@dataclass(frozen=True)
class Step:
    """A moment of the work.

    Attributes:
        stage: one of :data:`STAGES`.
        number: which stage this is, from 1.
        stages: of how many.
        share: of this stage that is done, 0 to 1.
        left_s: estimated time that the rest of this stage takes, in seconds; None while nothing is known.
    """

    stage: str
    number: int
    stages: int
    share: float = 0.0
    left_s: float | None = None


class Progress:
    """A listener of :func:`lipsync_utils.run` that reports steps and can stop the work.

    A run calls its listener after every frame, in the run's own thread. An exception that is raised there goes through
    the run like any other, so all it has opened is closed and no output is left: that is how work is stopped.

    Args:
        stages: those of :data:`STAGES` that will be entered.
        show: receives a :class:`Step`, a few times a second.
        say: receives what a person should read.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        stages: tuple[str, ...] = STAGES,
        show: Callable[[Step], None] = lambda step: None,
        say: Callable[[str], None] = lambda text: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stages, self._show, self._say, self._clock = stages, show, say, clock
        self._stop = threading.Event()
        self._stage, self._first, self._last = stages[0], None, -math.inf

    def stop(self) -> None:
        """Ask the work to end at its next step; may be called from any thread."""
        self._stop.set()

    def enter(self, stage: str) -> None:
        """The next stage begins."""
        self._check()
        self._stage, self._first, self._last = stage, None, -math.inf
        self._show(self._step(0.0, None))

    def message(self, text: str) -> None:
        """See :class:`lipsync_utils.pipeline.Listener`."""
        self._check()
        self._say(text)

    def step(self, stage: str, done: int, total: int) -> None:
        """See :class:`lipsync_utils.pipeline.Listener`; an engine's names for its parts are not used."""
        self._check()
        now = self._clock()
        share = min(done / total, 1.0) if total else 0.0
        if self._first is None:
            self._first = (now, share)
        if now - self._last >= _EVERY_S or done >= total:
            self._last = now
            self._show(self._step(share, self._left_s(now, share)))

    def _left_s(self, now: float, share: float) -> float | None:
        """Time for the rest at the mean speed since the first step, which came when the models were loaded."""
        began, share_then = self._first
        if now - began < _LEARN_S or share <= share_then:
            return None
        return (now - began) * (1.0 - share) / (share - share_then)

    def _step(self, share: float, left_s: float | None) -> Step:
        return Step(self._stage, self._stages.index(self._stage) + 1, len(self._stages), share, left_s)

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped


class Job:
    """Work in a thread of its own, so that a button's callback returns at once and the page stays alive.

    Args:
        work: what to do.
        done: receives what ``work`` returned.
        failed: receives the exception that either of them raised.
    """

    def __init__(
        self, work: Callable[[], object], done: Callable[[object], None], failed: Callable[[Exception], None]
    ) -> None:
        self._work, self._done, self._failed = work, done, failed
        self._thread = threading.Thread(target=self._run, name="lipsync-demo", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.is_alive()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False: it has not come in time."""
        self._thread.join(timeout_s)
        return not self.running

    def _run(self) -> None:
        try:
            self._done(self._work())
        except Exception as error:  # a thread has no caller: whatever it was must be shown
            self._failed(error)
