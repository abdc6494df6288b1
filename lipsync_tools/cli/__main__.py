"""``python -m lipsync_tools.cli`` is ``lipsync``."""

from . import main

main()
