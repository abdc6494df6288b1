"""Programs run as children: their lines are heard as they come, and nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TAIL = 20_000
_OWN_PYTHON = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Attributes:
        code: its exit code; negative: the signal that ended it.
        complaint: the end of what it wrote to standard error.
        timed_out: it was ended because it took too long.
    """

    code: int
    complaint: str
    timed_out: bool

    @property
    def last_line(self) -> str:
        """The last line of the complaint, or the exit code."""
        lines = [line.strip() for line in self.complaint.splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self.code}"


def scrubbed_environment(temporary: Path | str | None = None) -> dict[str, str]:
    """This process's environment without what would lead another Python to this one's packages.

    Args:
        temporary: folder for the child's temporary files.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OWN_PYTHON}
    places = {} if temporary is None else dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    return kept | places | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def run_lines(
    command: Sequence[str | os.PathLike[str]],
    on_line: Callable[[str], None],
    *,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program without a window, handing on each line of its standard output.

    Whatever happens meanwhile (an interruption, an error in ``on_line``), the program and its children are ended
    before this returns or raises.

    Raises:
        OSError: the program cannot be started.
    """
    late = threading.Event()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=None if env is None else dict(env),
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # a group of its own, so that all of it can be ended
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

        def end_late() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(timeout_s, end_late)
        timer.daemon = True
        timer.start()
        try:
            for line in process.stdout:
                on_line(line.rstrip("\r\n"))
            process.wait()
        finally:
            timer.cancel()
            _kill(process)
            process.wait()
            process.stdout.close()
        complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _TAIL))
        return Ended(process.returncode, complaints.read().decode(errors="replace"), late.is_set())


def _kill(process: subprocess.Popen) -> None:
    """End the process and, where the system has groups, its children, which may outlive it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # the group has the number of its first process
        elif process.poll() is None:
            process.kill()
    except (ProcessLookupError, PermissionError):  # they have ended by themselves
        pass
