"""What can be chosen by name: a new engine, face detector or enhancer is a module and one line here.

An entry says where its maker is defined, so that options can check a name without importing anything; the maker is
imported when it is first used. A maker itself may stand there as well: ``ENGINES["mine"] = MyEngine.load``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping

from .errors import InputError
from .messages import Message


class Choices(dict[str, str | Callable]):
    """Name -> maker, or where it is defined (``"package.module:name"``).

    Args:
        what: is chosen, as a message should call it.
        entries: by name.
    """

    def __init__(self, what: str, entries: Mapping[str, str | Callable]) -> None:
        super().__init__(entries)
        self.what = what

    def check(self, name: object, *, also: tuple[str, ...] = ()) -> None:
        """Make sure that there is an entry, or that the name is one of ``also``.

        Raises:
            InputError: neither.
        """
        one_of(self.what, name, (*also, *self))

    def make(self, name: str, *given: object) -> object:
        """What the maker of that name makes of ``given``.

        Raises:
            InputError: there is none of that name.
        """
        self.check(name)
        maker = self[name]
        return (pkgutil.resolve_name(maker) if isinstance(maker, str) else maker)(*given)


def one_of(what: str, name: object, names: tuple[str, ...]) -> None:
    """Make sure that a name is one of those that there are.

    Raises:
        InputError: it is not.
    """
    if not isinstance(name, str) or name not in names:
        raise InputError(
            "Unknown {what} {name!r}. Choose one of: {names}.", what=Message(what), name=name, names=", ".join(names)
        )


ENGINES = Choices(
    "engine",
    {
        "rig": "lipsync_utils.engines.rig:RigEngine.load",
        "wav2lip": "lipsync_utils.wav2lip.engine:Wav2LipEngine.load",
    },
)
"""Makers of an :class:`~lipsync_utils.engines.Engine` from :class:`~lipsync_utils.options.RunOptions`."""

DETECTORS = Choices(
    "face detector",
    {
        "embedded": "lipsync_utils.faces.blazemesh:BlazeMeshDetector",
        "face-alignment": "lipsync_utils.faces.face_alignment_detector:FaceAlignmentDetector",
    },
)
"""Makers of a face detector, from nothing."""

ENHANCERS = Choices("enhancer", {"none": lambda: None, "sharpen": "lipsync_utils.wav2lip.enhancing:Sharpen"})
"""Makers of an enhancer of generated mouths, from nothing."""
