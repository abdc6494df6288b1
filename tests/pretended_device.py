"""A device that this machine does not have: its tensors say that they lie there, and count on the processor.

As on a real one, tensors of two devices do not mix, and NumPy cannot read what lies there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

DEVICE = torch.device("cuda:0")
"""What it is taken for."""


class There(torch.Tensor):
    """A tensor on the device."""

    @staticmethod
    def __new__(cls, here: torch.Tensor) -> There:
        settings = {"dtype": here.dtype, "device": DEVICE, "strides": here.stride()}
        return torch.Tensor._make_wrapper_subclass(cls, here.shape, **settings)

    def __init__(self, here: torch.Tensor) -> None:
        self.here = here

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments, named=None):
        def fetched(value: object) -> object:
            if isinstance(value, torch.Tensor) and not isinstance(value, There) and value.ndim:
                raise RuntimeError(f"{function}: expected all tensors on {DEVICE}, but one is on {value.device}")
            return value.here if isinstance(value, There) else value

        result = function(*tree_map(fetched, arguments), **tree_map(fetched, named or {}))
        if function._schema.name.endswith("_"):  # in place
            return arguments[0]
        return tree_map(lambda value: There(value) if isinstance(value, torch.Tensor) else value, result)


class _Moves(TorchFunctionMode):
    """Carries tensors to the device and back where the code asks for it."""

    def __torch_function__(self, function, types, arguments=(), named=None):
        named = dict(named or {})
        if function is torch.zeros and _is_there(named.get("device") or "cpu"):
            return There(torch.zeros(*arguments))
        if function is torch.Tensor.__getitem__ and isinstance(arguments[0], There):
            return There(arguments[0].here[arguments[1]])
        if function is torch.Tensor.cpu:
            return _to(arguments[0], "cpu")
        if function is torch.Tensor.to:
            tensor, *rest = arguments
            if rest and isinstance(rest[0], str | torch.device):
                tensor = _to(tensor, rest.pop(0))
            if rest or named:  # another type, another order in memory
                changed = _to(tensor, "cpu").to(*rest, **named)
                tensor = There(changed) if isinstance(tensor, There) else changed
            return tensor
        return function(*arguments, **named)


def _is_there(device: str | torch.device) -> bool:
    return torch.device(device).type == DEVICE.type


def _to(tensor: torch.Tensor, device: str | torch.device) -> torch.Tensor:
    if _is_there(device):
        return tensor if isinstance(tensor, There) else There(tensor)
    return tensor.here if isinstance(tensor, There) else tensor


@contextlib.contextmanager
def pretended_device() -> Iterator[None]:
    """While this is open, :data:`DEVICE` is there; in this thread only."""
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # a module's weights become such tensors, too
    try:
        with _Moves():
            yield
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(False)
