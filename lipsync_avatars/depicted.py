"""Of whom a portrait is: sex and age of people who do not exist, as they were asked for. No picture is guessed at."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from .features import AGES

GROWN_UP, OLD = 14, 60
"""From how many years on somebody is no child any more, and from how many on they are old."""


@dataclass(frozen=True)
class Depicted:
    """Somebody who does not exist.

    Attributes:
        sex: ``"female"``, ``"male"``, or None: not known.
        age: ``"child"``, ``"adult"``, ``"old"``, or None: not known.
    """

    sex: str | None = None
    age: str | None = None


def person_in(picture: str | os.PathLike[str]) -> Depicted | None:
    """Of whom a portrait is, by the record that lies beside it; None: no portrait of ours, or nothing says it."""
    path = Path(picture)
    try:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if record["synthetic"] is not True or record["output"] != path.name:
            return None
        if record.get("description"):
            return _shaped(record["description"]["shape"]["phenotype"])
        traits = record["understood"]["traits"]
        years = traits["age_years"]
        return Depicted(traits["sex"], None if years is None else _age(float(years)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def depicted_by(prompt: str, *, seed: int = 0) -> Depicted:
    """Of whom the portrait will be that the studio draws of a prompt.

    Raises:
        InputError: a prompt that :func:`~lipsync_avatars.prompt.understand` refuses.
    """
    from .people import describe
    from .prompt import understand

    return _shaped(describe(understand(prompt).traits, seed=seed).shape.phenotype)


def _shaped(phenotype: dict[str, float]) -> Depicted:
    import numpy as np

    years, looks = zip(*AGES, strict=True)
    return Depicted(
        "female" if phenotype["gender"] > 0.5 else "male", _age(float(np.interp(phenotype["age"], looks, years)))
    )


def _age(years: float) -> str:
    return "child" if years < GROWN_UP else "old" if years >= OLD else "adult"
