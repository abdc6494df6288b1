"""Faces: detection, the 468-point mesh, its topology, and tracking through a video."""
