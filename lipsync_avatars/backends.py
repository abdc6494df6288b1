"""What draws an avatar, behind one interface: an order in, a portrait out.

A new backend is a new module and one line in :data:`BACKENDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from lipsync_utils.errors import InputError

if TYPE_CHECKING:
    from lipsync_utils.pipeline import Listener

    from .records import Portrait, PortraitOrder


class Backend(Protocol):
    """Draws portraits.

    Attributes:
        name: as given on the command line.
    """

    name: str

    def draw(self, order: PortraitOrder, listener: Listener) -> Portrait:
        """The portrait that was ordered.

        Raises:
            LipSyncError: it cannot be drawn here; the message says what is needed. Nothing is left on the disk.
        """
        ...


def _studio() -> Backend:
    from .studio_backend import StudioBackend

    return StudioBackend()


def _diffusion() -> Backend:
    from .diffusion import DiffusionBackend

    return DiffusionBackend()


BACKENDS: dict[str, Callable[[], Backend]] = {"studio": _studio, "diffusion": _diffusion}
"""Name of a backend -> how to make one."""


def make_backend(name: str) -> Backend:
    """The backend of that name.

    Raises:
        InputError: there is none.
    """
    if name not in BACKENDS:
        raise InputError("Unknown backend {name!r}. Choose one of: {names}.", name=name, names=", ".join(BACKENDS))
    return BACKENDS[name]()
