"""The table of real files names tests that exist, and what they read is built, not committed."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "real-files.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
LARGEST = 200_000
"""Bytes of a committed file that a test reads."""


def test_every_row_names_a_test():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 20
    assert not [row for row in rows if not re.search(r"`tests/[\w/]+\.py::\w+`", row)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_it_is_there(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_inputs_are_built_and_not_committed():
    listed = subprocess.run(["git", "ls-files", "tests"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no repository here")
    built = [ROOT / file for file in listed.stdout.split() if not file.startswith("tests/golden/")]
    assert max(file.stat().st_size for file in built) <= LARGEST
