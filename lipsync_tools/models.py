"""Models that are kept between runs, and what can be made on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from lipsync_utils.errors import LipSyncError
from lipsync_utils.options import RunOptions

if TYPE_CHECKING:
    from lipsync_utils.faces.detector import FaceDetector
    from lipsync_utils.pipeline import Loaded


class Models:
    """Engines and detectors, loaded when they are first needed and kept; for one run at a time."""

    def __init__(self) -> None:
        self._loaded: dict[tuple, Loaded] = {}

    def loaded(self, options: RunOptions) -> Loaded:
        """What :func:`lipsync_utils.run` needs for these options."""
        from lipsync_utils.pipeline import load

        key = options.engine, options.wav2lip, options.face.detector
        if key not in self._loaded:
            self._loaded[key] = load(options)
        return self._loaded[key]

    @property
    def detector(self) -> FaceDetector:
        """What finds faces in a finished video."""
        return self.loaded(RunOptions(engine="rig")).detector


def ready(group: str) -> list[str]:
    """Names of the weights of a group that lie in the cache, their terms accepted."""
    from lipsync_utils import assets

    rows = [row for row in assets.status() if row.asset.group == group and row.state == "ready"]
    return [row.asset.name for row in rows if assets.accepted(row.asset)]


def wav2lip_is_ready() -> bool:
    """Whether Wav2Lip can run: its extra, and weights: our own, or others in the cache whose terms were accepted."""
    from lipsync_utils.wav2lip import own_weights

    return find_spec("torch") is not None and (own_weights() is not None or bool(ready("wav2lip")))


def studio_is_ready() -> bool:
    """Whether portraits can be drawn from words on this machine."""
    from lipsync_avatars.studio_python import find_studio

    try:
        find_studio()
    except LipSyncError:
        return False
    return True
