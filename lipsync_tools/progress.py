"""How far work is, how long it will take, how it is stopped, and what came of it; every display follows this."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from lipsync_utils.errors import LipSyncError

EVERY_S = 0.2
"""A display hears of a step at most so often."""

_LEARN_S = 1.0
_LOG = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody has asked the work to stop; no failure."""


@dataclass(frozen=True)
class Step:
    """A moment of the work.

    Attributes:
        stage: what is being done, by name.
        number: which stage this is, from 1.
        stages: of how many.
        part: what the stage itself calls its present part.
        done: frames, or parts, of this stage that are finished.
        total: of how many; 0 as long as that is not known.
        left_s: estimated time that the rest of this stage takes, in seconds; None while nothing is known.
    """

    stage: str
    number: int
    stages: int
    part: str = ""
    done: int = 0
    total: int = 0
    left_s: float | None = None

    @property
    def share(self) -> float:
        """How much of the stage is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class Progress:
    """A listener of :func:`lipsync_utils.run`, or of any such work, that knows the time left and can stop the work.

    Work calls its listener after every frame, in its own thread. An exception that is raised there goes through it like
    any other, so all it has opened is closed and no output is left: that is how work is stopped.

    Args:
        stages: what will be entered, in order.
        show: receives a :class:`Step`, a few times a second.
        say: receives what a person should read.
        clock: seconds that only go forward.

    Attributes:
        now: the latest step.
        notes: what a person should read, in order.
    """

    def __init__(
        self,
        stages: tuple[str, ...],
        show: Callable[[Step], None] = lambda step: None,
        say: Callable[[str], None] = lambda text: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stages, self._show, self._say, self._clock = stages, show, say, clock
        self._stop = threading.Event()
        self._first, self._shown = None, -math.inf
        self._entered, self._usual_s = 0.0, None
        self.now, self.notes = Step(stages[0], 1, len(stages)), []

    def stop(self) -> None:
        """Ask the work to end at its next step; may be called from any thread."""
        self._stop.set()

    def check(self) -> None:
        """Leave the work here, by raising :class:`Stopped`, if it is to stop."""
        if self._stop.is_set():
            raise Stopped("Cancelled: nothing was written. Press the button again to start anew.")

    def enter(self, stage: str) -> None:
        """The next stage begins, one of those that were announced."""
        self.check()
        self._first, self._shown = None, -math.inf
        self._usual_s = None
        self.now = Step(stage, self._stages.index(stage) + 1, len(self._stages))
        self._show(self.now)

    def expect(self, usual_s: float | None) -> None:
        """The stage that has just begun usually takes so many seconds; None: nobody knows."""
        if usual_s is not None:
            self._entered, self._usual_s = self._clock(), usual_s
            self.now = replace(self.now, left_s=usual_s)
            self._show(self.now)

    def left_s(self) -> float | None:
        """Seconds that the stage still takes, counted down to this moment; None while nothing is known.

        At first that is what it usually takes less what it has taken; the further it is, the more its own speed counts.
        """
        if self._usual_s is None:
            return self.now.left_s
        taken, share = self._clock() - self._entered, self.now.share
        rest = max(self._usual_s - taken, 0.0)
        if not share:
            return rest or None
        left = (1.0 - share) * rest + share * (taken * (1.0 - share) / share)
        return left or (None if share < 1.0 else 0.0)

    def message(self, text: str) -> None:
        """See :class:`lipsync_utils.pipeline.Listener`."""
        self.check()
        self.notes.append(text)
        self._say(text)

    def step(self, part: str, done: int, total: int) -> None:
        """See :class:`lipsync_utils.pipeline.Listener`; what that calls a stage is a part of the stage entered here."""
        self.check()
        now, step = self._clock(), replace(self.now, part=part, done=done, total=total)
        self._first = self._first or (now, step.share)
        self.now = replace(step, left_s=self._left_s(now, step.share))
        if self._usual_s is not None:
            self.now = replace(self.now, left_s=self.left_s())
        if now - self._shown >= EVERY_S or done >= total:
            self._shown = now
            self._show(self.now)

    def _left_s(self, now: float, share: float) -> float | None:
        """Time for the rest at the mean speed since the first step, which came when the models were loaded."""
        began, share_then = self._first
        if now - began < _LEARN_S or share <= share_then:
            return None
        return (now - began) * (1.0 - share) / (share - share_then)


class Job:
    """Work that is done in a thread, so that whoever asked for it is not kept waiting.

    Args:
        work: what to do; :attr:`progress` is its listener.
        progress: how far it is.
        then: is called in the same thread when it is over.

    Attributes:
        state: ``"queued"``, ``"running"``, ``"done"``, ``"failed"`` or ``"cancelled"``.
        result: what the work returned.
        error: what it raised.
    """

    def __init__(
        self, work: Callable[[Progress], object], progress: Progress, then: Callable[[Job], None] = lambda job: None
    ) -> None:
        self._work, self.progress, self._then = work, progress, then
        self.state, self.result, self.error = "queued", None, None
        self._ended = threading.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in ("queued", "running")

    def start(self) -> Job:
        """Do the work in a thread of its own."""
        threading.Thread(target=self.run, name="lipsync-job", daemon=True).start()
        return self

    def cancel(self) -> None:
        """Ask the work to end at its next step; work that was never begun ends when it is run."""
        self.progress.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the job is over and was followed up; whether it is."""
        return self._ended.wait(timeout_s)

    def run(self) -> None:
        """Do the work, in the thread that calls this. Whatever it raises is kept in the job."""
        try:
            self.progress.check()
            self.state = "running"
            self.result, state = self._work(self.progress), "done"
        except Stopped:
            state = "cancelled"
        except Exception as error:  # a thread has no caller: whatever it was must be shown
            if not isinstance(error, LipSyncError):
                _LOG.exception("a job failed in a way that was not foreseen")
            self.error, state = error, "failed"
        self.state = state  # last: whoever sees it sees the rest, too
        try:
            self._then(self)
        finally:
            self._ended.set()
