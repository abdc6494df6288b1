"""Several commands of ``lipsync`` in one process."""

ONE_PROCESS = """
import json, sys
from lipsync_tools.cli import app
for command in json.loads(sys.argv[1]):
    try:
        app(command)
    except SystemExit as end:
        if end.code:
            raise
"""
"""A program that runs the commands, lists of arguments, which its own argument holds as JSON."""
