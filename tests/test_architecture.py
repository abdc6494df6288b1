"""Imports go one way: between packages, between parts, and between modules. And importing a package is cheap."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("lipsync_utils", "lipsync_avatars", "lipsync_tools")
"""Each may import those before it."""

LAYERS = (
    {"messages", "errors", "pixels", "records", "options", "choices", "lazy", "tables", "streaming"},
    {"assets", "asset_sources", "weights", "convolution", "blocks", "curves", "media", "figures.text"},
    {"audio", "faces"},
    {"rig", "speech", "voices", "subtitles", "motion", "expression"},
    {"render", "engines.contract"},
    {"wav2lip", "sync"},
    {"engines"},
    {"pipeline", "planning", "framing", "performing", "reporting", "speakers"},
    {"figures"},
)
"""Parts of ``lipsync_utils``, from the ground up; where a module is named, it stands lower than its part."""

LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def _name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def imports_of(name: str) -> set[str]:
    """Modules of the project that a module imports, wherever in the file; ``from package import module`` is both."""
    base = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = base[: len(base) - node.level + 1] if node.level else []
            source = ".".join([*inside, *([node.module] if node.module else [])])
            names = {alias.name for alias in node.names} - {"__version__"}
            modules = {name for name in names if f"{source}.{name}" in MODULES}
            found |= {f"{source}.{name}" for name in modules} | ({source} if names - modules else set())
    return (found & MODULES.keys()) - {name}


IMPORTS = {name: imports_of(name) for name in MODULES}


def part_of(name: str) -> str:
    """The part of ``lipsync_utils`` that a module belongs to, or its own name where that has a place of its own."""
    inner = name.partition(".")[2]
    return inner if inner in LEVEL else inner.partition(".")[0]


INNER = [name for name in MODULES if name.startswith("lipsync_utils.")]


def test_every_part_has_a_place():
    assert {part_of(name) for name in INNER} == set(LEVEL)


@pytest.mark.parametrize("name", INNER)
def test_parts_import_what_is_below_them(name):
    for other in IMPORTS[name] - {"lipsync_utils"}:
        if other.startswith("lipsync_utils.") and part_of(other) != part_of(name):
            assert LEVEL[part_of(other)] <= LEVEL[part_of(name)], f"{name} imports {other}, which is above it"


def test_packages_import_those_before_them():
    for name, imports in IMPORTS.items():
        rank = PACKAGES.index(name.partition(".")[0])
        above = {other for other in imports if PACKAGES.index(other.partition(".")[0]) > rank}
        assert not above, f"{name} imports {above}"


def test_no_modules_import_each_other_in_a_circle():
    try:
        graphlib.TopologicalSorter(IMPORTS).prepare()
    except graphlib.CycleError as error:
        pytest.fail("a circle of imports: " + " <- ".join(error.args[1]))


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_nothing_heavy(package):
    heavy = ("torch", "cv2", "librosa", "numba", "av", "scipy")
    code = f"import sys, {package}; print([name for name in {heavy} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
