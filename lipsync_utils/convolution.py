"""Our own small networks without a framework: convolutions over time in NumPy.

What :mod:`.blocks` and the networks of speech and sync define for training, for use: a second of sound takes a few
milliseconds, and nothing large has to be imported. The tests compare both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

FEATURE_MEAN, FEATURE_STD = -10.0, 4.5
"""Fixed scaling of log-mel features."""

State = Mapping[str, np.ndarray]
"""A network's weights by their names in the torch definition."""


def scaled_bands(features: np.ndarray) -> np.ndarray:
    """Log-mel ``(T, 80)`` as input of a convolution: ``(80, T)``, about 0 on average and 1 in spread."""
    return ((features - np.float32(FEATURE_MEAN)) / np.float32(FEATURE_STD)).T


def conv(
    x: np.ndarray,
    state: State,
    name: str,
    *,
    stride: int = 1,
    dilation: int = 1,
    padding: tuple[int, int] = (0, 0),
    value: float = 0.0,
) -> np.ndarray:
    """A convolution, ``(C, T) float32`` to ``(D, T')``, with the weights ``name``.

    Args:
        x: the input.
        state: the network's weights.
        name: those of this layer: ``weight (D, C, K)`` and ``bias (D,)``.
        stride: steps between outputs.
        dilation: steps between taps.
        padding: what is added before and after, filled with ``value``.
        value: see ``padding``.
    """
    weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
    if any(padding):
        x = np.pad(x, ((0, 0), padding), constant_values=value)
    taps = weight.shape[2]
    count = (x.shape[1] - dilation * (taps - 1) - 1) // stride + 1
    reached = [x[:, k * dilation : k * dilation + stride * (count - 1) + 1 : stride] for k in range(taps)]
    inputs = reached[0] if taps == 1 else np.concatenate(reached)
    return weight.transpose(0, 2, 1).reshape(len(weight), -1) @ inputs + bias[:, None]


def gelu(x: np.ndarray) -> np.ndarray:
    """``x`` times the normal distribution up to it (Hendrycks and Gimpel, 2016).

    The error function is formula 7.1.26 of Abramowitz and Stegun's *Handbook of Mathematical Functions*, exact to
    1.5e-7.
    """
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail = (tail + np.float32(coefficient)) * t
    half = np.float32(0.5) * tail * np.exp(-z * z)
    return x * np.where(x < 0, half, 1 - half)


def block(x: np.ndarray, state: State, name: str, dilation: int) -> np.ndarray:
    """:class:`.blocks.Block`, ``(C, T) float32`` to the same."""
    reach = abs(dilation)
    padding = (reach, reach) if dilation > 0 else (2 * reach, 0)
    normal = x / np.sqrt(np.square(x).mean(0) + np.float32(1e-6)) * state[f"{name}.scale"][0]
    return x + conv(gelu(conv(normal, state, f"{name}.taps", dilation=reach, padding=padding)), state, f"{name}.mix")


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    return np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + 1)
