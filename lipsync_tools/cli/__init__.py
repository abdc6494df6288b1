"""The command line: ``lipsync run``, ``score``, ``avatar``, ``speak``, ``models``, ``doctor``."""

from .making import avatar, speak
from .program import DEBUG, UNFORESEEN, app, main
from .talking import run, score
from .upkeep import doctor, models

__all__ = ["DEBUG", "UNFORESEEN", "app", "main"]

for command in (run, score, avatar, speak, models, doctor):
    app.command()(command)
