"""Runs a TensorFlow Lite model on the CPU."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np


class Network:
    """One model with one input, ready to run; threads that share it take turns.

    Args:
        model: path of the ``.tflite`` file.
        threads: CPU threads.
    """

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _without_notices():
            # From memory, because the interpreter cannot open paths with letters outside of the system's code page.
            self._interpreter = Interpreter(model_content=model.read_bytes(), num_threads=threads)
            self._interpreter.allocate_tensors()
        self._turn = threading.Lock()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        """Run on one ``(H, W, 3) float32`` picture; returns the outputs as the model orders them."""
        with self._turn:
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(picture[None], dtype=np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index) for index in self._outputs]


@contextlib.contextmanager
def _without_notices() -> Iterator[None]:
    """Hold back the lines that native code writes to standard error meanwhile; pass on all but its notices.

    The library announces its CPU kernels at every start and has no switch for that.
    """
    try:
        kept, held = os.dup(2), tempfile.TemporaryFile()  # noqa: SIM115
    except OSError:  # a program without a console has no standard error
        yield
        return
    with held:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not line.startswith((b"INFO:", b"VERBOSE:")):
                    os.write(2, line)
