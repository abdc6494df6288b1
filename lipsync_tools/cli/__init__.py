"""The command line: ``lipsync run``, ``score``, ``avatar``, ``speak``, ``voices``,
``models``, ``doctor``."""

from .making import avatar, list_voices, speak
from .program import DEBUG, UNFORESEEN, app, main
from .talking import run, score
from .upkeep import doctor, models

__all__ = ["DEBUG", "UNFORESEEN", "app", "main"]

for command in (run, score, avatar, speak, models, doctor):
    app.command()(command)
app.command("voices")(list_voices)
