"""From moved mesh points to pictures: warping, the mouth's interior, head motion."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "PortraitRenderer": "portrait",
    "draw_triangles": "raster",
    "identity_maps": "warp",
    "mesh": "mesh",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
