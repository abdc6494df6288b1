"""Imports inside the package go one way, and importing it is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lipsync_utils"
LAYERS = (
    {"errors", "records", "options", "lazy"},
    {"assets", "asset_sources", "weights", "media"},
    {"audio", "faces"},
    {"models"},
    {"rig", "speech", "voices", "motion"},
    {"render"},
    {"engines", "sync"},
    {"pipeline", "avatars"},
    {"doctor", "figures", "widgets"},
    {"cli"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """Top-level parts of the package that a module imports, wherever in the file."""
    folder = path.relative_to(PACKAGE).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - (node.level - 1)]
            module = (*base, *(node.module or "").split(".")) if node.module else base
            found |= {module[0]} if module else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lipsync_utils"):
            found.add(node.module.partition(".")[2].partition(".")[0])
    return found - {"__version__", ""}


def test_every_part_has_a_place():
    assert {part_of(p) for p in MODULES} - {"__init__"} == set(LEVEL)


INNER = [path for path in MODULES if part_of(path) != "__init__"]


@pytest.mark.parametrize("path", INNER, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way(path):
    own = part_of(path)
    for other in imported_parts(path) - {own}:
        assert LEVEL[other] <= LEVEL[own], f"{own} imports {other}, which is above it"
        if LEVEL[other] == LEVEL[own]:
            assert own not in transitive(other), f"{own} and {other} import each other"


def transitive(part: str, seen: frozenset = frozenset()) -> set[str]:
    files = [p for p in MODULES if part_of(p) == part]
    direct = set().union(*(imported_parts(p) for p in files)) - {part} - seen
    return direct.union(*(transitive(p, seen | direct) for p in direct))


def test_importing_the_package_loads_nothing_heavy():
    heavy = ("torch", "cv2", "librosa", "numba", "av")
    code = f"import sys, lipsync_utils; print([name for name in {heavy} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
