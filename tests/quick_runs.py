"""Runs of the program inside the test process, with its models loaded once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pytest
import torch

from lipsync_tools import cli
from lipsync_utils.choices import DETECTORS, ENGINES
from lipsync_utils.engines.rig import RigEngine
from lipsync_utils.faces.blazemesh import BlazeMeshDetector


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Several test processes share the processor."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@contextlib.contextmanager
def models_loaded_once() -> Iterator[None]:
    """All runs share an engine and a detector, on one thread: short clips spend more on starting several."""
    rig = lru_cache(RigEngine)
    with one_thread(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENGINES, "rig", lambda _: rig())
        patch.setitem(DETECTORS, "embedded", lru_cache(BlazeMeshDetector))
        yield


@dataclass(frozen=True)
class Outcome:
    """What a person at the terminal gets."""

    code: int
    out: str
    err: str


def lipsync(capfd: pytest.CaptureFixture, *arguments: object) -> Outcome:
    """``lipsync`` with these arguments."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as end:
        cli.app([str(argument) for argument in arguments], prog_name="lipsync")
    code = end.value.code
    return Outcome(0 if code is None else code, *capfd.readouterr())
