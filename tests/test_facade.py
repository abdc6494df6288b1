"""What learners see: parts that offer names, and lessons that use nothing behind them."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lipsync_utils

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("0*.ipynb"))
PACKAGES = ("lipsync_utils", "lipsync_avatars", "lipsync_tools")
PARTS = sorted(f"lipsync_utils.{module}" for module, names in lipsync_utils._OFFERED.items() if module in names)
OPEN = {*PACKAGES, "lipsync_tools.widgets", *PARTS}
"""Where lessons may import from: the packages, and the parts of the library."""

FOLDERS = (*PACKAGES, "benchmarks", "docs", "notebooks", "tests", "training")
FILES = [f"/{path.relative_to(ROOT).as_posix()}" for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]
FACADES = sorted(name for name in OPEN if hasattr(importlib.import_module(name), "_OFFERED"))


def cells(path: Path, kind: str) -> list[str]:
    """Sources of a notebook's cells, without IPython's own commands."""
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]
    return [re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M) for source in sources]


def imported(path: Path) -> list[tuple[str, str]]:
    """``(module, name)`` of everything that a notebook imports from the project; "" for a whole module."""
    found = []
    for node in (node for source in cells(path, "code") for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.ImportFrom):
            found += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
    return [(module, name) for module, name in found if module.partition(".")[0] in PACKAGES]


def resolves(dotted: str) -> bool:
    """Whether a reader who follows ``package.part.name`` arrives somewhere."""
    inner = dotted.split(".")
    for length in range(len(inner), 0, -1):
        try:
            thing = importlib.import_module(".".join(inner[:length]))
            for name in inner[length:]:
                thing = getattr(thing, name)
        except (ModuleNotFoundError, AttributeError):
            continue
        return True
    return False


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT / "notebooks").as_posix())
class TestLessons:
    def test_import_what_parts_offer(self, path):
        assert {module for module, _ in imported(path)} <= OPEN
        for module, name in imported(path):
            assert not name.startswith("_")
            part = importlib.import_module(module)
            assert not name or name in getattr(part, "__all__", dir(part)), f"{module} does not offer {name}"

    def test_name_modules_and_functions_that_exist(self, path):
        text = "\n".join(cells(path, "markdown") + cells(path, "code"))
        named = {name.rstrip(".") for name in re.findall(r"\blipsync_(?:utils|avatars|tools)\.[\w.]+\w", text)}
        assert {name for name in named if not resolves(name)} == set()

    def test_name_files_that_exist(self, path):
        named = re.findall(r"`([\w./-]+\.(?:py|js|md|npz))`", "\n".join(cells(path, "markdown")))
        assert {name for name in named if not any(file.endswith(f"/{name}") for file in FILES)} == set()


@pytest.mark.parametrize("name", FACADES)
class TestFacades:
    def test_every_name_that_is_offered_is_there(self, name):
        part = importlib.import_module(name)
        for offered in part.__all__:
            assert getattr(part, offered) is not None

    def test_no_name_is_taken_by_a_module_of_the_same_name(self, name):
        """Importing ``part.name`` would put the module in the function's place."""
        part = importlib.import_module(name)
        inside = {module.name for module in pkgutil.iter_modules(part.__path__)}
        for module, names in part._OFFERED.items():
            assert inside & {*names} <= {module}

    def test_tab_shows_what_is_offered(self, name):
        part = importlib.import_module(name)
        assert set(part.__all__) - {"__version__"} <= set(dir(part))


def test_facades_import_nothing_before_it_is_used():
    code = f"import sys; [__import__(name) for name in {FACADES}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    inside = {name for name in loaded if name.partition(".")[0] in PACKAGES}
    assert inside == {*FACADES, "lipsync_utils.lazy", "lipsync_tools"}
    assert not {"numpy", "torch", "cv2", "av", "ipywidgets"} & set(loaded)


def test_a_name_that_is_not_offered_is_refused_as_python_does():
    with pytest.raises(AttributeError, match=r"module 'lipsync_utils\.faces' has no attribute 'nose'"):
        importlib.import_module("lipsync_utils.faces").nose  # noqa: B018
