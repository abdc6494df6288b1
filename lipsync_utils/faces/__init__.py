"""Faces: detection, the 468-point mesh, its topology, and tracking through a video."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "BlazeMeshDetector": "blazemesh",
    "detect_still": "choosing",
    "make_detector": "detector",
    "mesh_from_68": "face_alignment_detector",
    "snap_lip_line": "lip_line",
    "track": "tracking",
    **{name: name for name in ("blazeface", "choosing", "facemesh", "geometry", "interpreter", "topology")},
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
