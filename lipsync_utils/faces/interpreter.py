"""Runs a TensorFlow Lite model on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


class Network:
    """One model with one input, ready to run. Not safe to share between threads.

    Args:
        model: path of the ``.tflite`` file.
        threads: CPU threads.
    """

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        from ai_edge_litert.interpreter import Interpreter

        # From memory, because the interpreter cannot open paths with letters outside of the system's code page.
        self._interpreter = Interpreter(model_content=model.read_bytes(), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        """Run on one ``(H, W, 3) float32`` picture; returns the outputs as the model orders them."""
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(picture[None], dtype=np.float32))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]
