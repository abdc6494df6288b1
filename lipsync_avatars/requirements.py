"""Which packages the project needs, as its metadata say, and whether they are here."""

from __future__ import annotations

import tomllib
from importlib import metadata
from importlib.metadata import Distribution
from pathlib import Path

try:
    from packaging.requirements import Requirement
except ModuleNotFoundError:  # which is among what is looked for
    from pip._vendor.packaging.requirements import Requirement

NAME = "lipsync_utils"
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

SAME = {"opencv-python-headless": ("opencv-python", "opencv-contrib-python")}
"""Packages that give the same module."""


def requirements(extra: str = "", python: str | None = None) -> list[Requirement]:
    """What the project needs, or what an extra adds to that, on this Python or another one (``"3.11"``)."""
    there = {"python_version": python, "python_full_version": f"{python}.0"} if python else {}

    def wanted(item: Requirement, extra: str) -> bool:
        return item.marker is None or item.marker.evaluate(there | {"extra": extra})

    found = [item for item in map(Requirement, _declared()) if item.name.replace("-", "_") != NAME]
    found = [item for item in found if wanted(item, extra) and not (extra and wanted(item, ""))]
    for item in found:
        item.marker = None
    return found


def distribution(name: str) -> Distribution | None:
    """An installed package, or one that gives the same module."""
    for same in (name, *SAME.get(name, ())):
        try:
            return metadata.distribution(same)
        except metadata.PackageNotFoundError:
            continue
    return None


def unmet(requirement: Requirement) -> str:
    """Why a requirement is not met: ``"av is not installed"``; empty where it is."""
    found = distribution(requirement.name)
    if found is None:
        return f"{requirement.name} is not installed"
    if not requirement.specifier.contains(found.version, prereleases=True):
        return f"{requirement.name} {found.version} does not fit: {requirement.specifier} is needed"
    return ""


def _declared() -> list[str]:
    """The lists of the checkout, which may be newer than its set-up; elsewhere those of the installed package."""
    text = PYPROJECT.read_text(encoding="utf-8") if PYPROJECT.is_file() else ""
    project = tomllib.loads(text).get("project", {})
    if project.get("name") != NAME:
        return metadata.requires(NAME) or []
    optional = [
        f"{name}; {f'({marker}) and ' if marker else ''}extra == {extra!r}"
        for extra, items in project["optional-dependencies"].items()
        for name, _, marker in (item.partition(";") for item in items)
    ]
    return project["dependencies"] + optional
