"""``lipsync``, also where a package is missing that the command line itself is made of: then the check-up names it."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of ``lipsync`` and of ``python -m lipsync_tools``."""
    try:
        from .cli import main as command_line
    except ModuleNotFoundError:
        from .doctor import report

        sys.exit(report())
    command_line()


if __name__ == "__main__":
    main()
