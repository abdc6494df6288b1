"""From moved mesh points to pictures: warping, the mouth's interior, head motion."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "portrait": ("PortraitRenderer",),
    "raster": ("draw_triangles",),
    "warp": ("identity_maps",),
    **{module: (module,) for module in ("mesh",)},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
