"""The list of mutants fits the code that it is to be tried on, and the script tells the quick from the dead."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "benchmarks" / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_mutant_can_be_tried(script):
    listed = script.mutants()
    problems = [problem for mutant in listed for problem in mutant.problems()]
    assert not problems, "\n".join(problems)
    assert len({mutant.name for mutant in listed}) == len(listed) > 35


def test_what_has_gone_stale_is_said(script, tmp_path):
    (tmp_path / "code.py").write_text("one = 1\ntwo = 1\n")
    (tmp_path / "test_code.py").write_text("def test_one(): ...\n")
    good = script.Mutant("m", "code.py", "one = 1", "one = 2", ("test_code.py", "test_code.py::test_one"))
    assert good.problems(tmp_path) == []
    stale = {
        "stands 2 times": replace(good, old="= 1"),
        "stands 0 times": replace(good, old="three"),
        "changes nothing": replace(good, new=good.old),
        "no test_code.py::test_two": replace(good, tests=("test_code.py::test_two",)),
        "no other.py": replace(good, file="other.py"),
    }
    for words, mutant in stale.items():
        assert [words in problem for problem in mutant.problems(tmp_path)] == [True]


def test_a_mutant_dies_of_the_test_that_sees_it(script, tmp_path):
    (tmp_path / "code.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "test_code.py").write_text(
        "from code_under_test import double\n\n\ndef test_zero():\n    assert double(0) == 0\n\n\n"
        "def test_two():\n    assert double(2) == 4\n"
    )
    (tmp_path / "code.py").rename(tmp_path / "code_under_test.py")
    seen = script.Mutant("m", "code_under_test.py", "2 * x", "3 * x", ("test_code.py",))
    killed = script.attempt(seen, tmp_path)
    assert (killed.fate, killed.by) == ("killed", "test_code.py::test_two")
    unseen = replace(seen, tests=("test_code.py::test_zero",))
    assert script.attempt(unseen, tmp_path).fate == "survived"
    broken = replace(seen, new="2 * (")
    assert script.attempt(broken, tmp_path).fate == "not run"
    assert "2 * x" in (tmp_path / "code_under_test.py").read_text(), "mended afterwards"
    assert "| m | test_code.py::test_two | 0 |" in script.markdown([replace(killed, seconds=0.2)], "command")
