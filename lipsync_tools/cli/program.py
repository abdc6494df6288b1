"""The program around its commands: help, version, errors, and a good end."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from lipsync_utils import __version__
from lipsync_utils.errors import LipSyncError

DEBUG = "LIPSYNC_DEBUG"
"""Environment variable: with it, an unforeseen error shows where it happened."""

UNFORESEEN = 70
"""Exit code of a fault in the program itself (EX_SOFTWARE of sysexits.h)."""


class _Commands(TyperGroup):
    """Turns errors into one clear message and an exit code, in the terminal as in tests."""

    def invoke(self, ctx: typer.Context) -> object:
        try:
            return super().invoke(ctx)
        except LipSyncError as error:
            typer.secho(f"Error: {error}", fg="red", err=True)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            typer.echo("Stopped; nothing was left behind.", err=True)
            raise typer.Exit(130) from error


app = typer.Typer(
    cls=_Commands,
    help="Make a face speak: a talking video from one picture or video and one voice. Offline, without a GPU.",
    epilog="Example: lipsync run face.png voice.wav -o talking.mp4",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the console cannot show is no reason to fail
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            # Leave in good order when asked to: half-written files are removed on the way out.
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))
    try:
        app()
    except SystemExit as end:
        if not end.code:
            _leave()
        raise
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        typer.secho(
            f"Error: something that was not foreseen: {type(error).__name__}: {error}. "
            f"Set {DEBUG}=1 to see where, and please report it.",
            fg="red",
            err=True,
        )
        sys.exit(UNFORESEEN)


def _leave() -> None:
    """End a process that has done its work: to take apart what numba and LLVM hold would take a third of a second."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):  # whoever read it has gone, or there is none
            stream.flush()
    os._exit(0)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lipsync {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
