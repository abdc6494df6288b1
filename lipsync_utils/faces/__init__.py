"""Faces: detection, the 468-point mesh, its topology, and tracking through a video."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "blazemesh": ("BlazeMeshDetector",),
    "choosing": ("detect_still",),
    "detector": ("make_detector",),
    "face_alignment_detector": ("mesh_from_68",),
    "lip_line": ("snap_lip_line",),
    "tracking": ("track",),
    **{module: (module,) for module in ("blazeface", "facemesh", "geometry", "interpreter", "topology")},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
