"""Do the tests bite? One plausible mistake at a time is made in a copy of this repository, and its tests are run there.

``mutants.toml`` lists the mistakes: a name, a file, the text that stands there, what a tired programmer might have
written instead, and the tests that should notice. A mutant dies when one of them fails that passes without any mutant.
It is an error when one survives, when its text is not found exactly once, or when its tests do not run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
LONGEST_S = 300
"""Tests that take longer have noticed a mutant that never ends."""

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+\.py(?:::[^\s\[]+)?)", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A mistake.

    Attributes:
        name: what a person would see or hear of it.
        file: path from the root of the repository.
        old: text that stands there exactly once.
        new: what takes its place.
        tests: paths of test files, or ``file::test``.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @classmethod
    def of(cls, entry: dict) -> Mutant:
        """From the list."""
        return cls(**{**entry, "tests": tuple(entry["tests"])})

    def problems(self, root: Path = ROOT) -> list[str]:
        """Why it cannot be tried; nothing where it can."""
        missing = [path for path in (self.file, *self.tests) if not (root / path.partition("::")[0]).is_file()]
        if missing:
            return [f"{self.name!r}: there is no {path}" for path in missing]
        found = (root / self.file).read_text(encoding="utf-8").count(self.old)
        unknown = [test for test in self.tests if not _names_a_test(root, test)]
        return [
            *([] if found == 1 else [f"{self.name!r}: its old text stands {found} times in {self.file}, not once"]),
            *([] if self.old != self.new else [f"{self.name!r}: it changes nothing"]),
            *(f"{self.name!r}: there is no {test}" for test in unknown),
        ]


def _names_a_test(root: Path, test: str) -> bool:
    path, _, name = test.partition("::")
    return not name or f"def {name}(" in (root / path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Trial:
    """What became of a mutant: ``"killed"``, ``"survived"`` or ``"not run"``, by which test, and after how long."""

    mutant: Mutant
    fate: str
    by: str
    seconds: float


def mutants() -> list[Mutant]:
    """All of the list, in its order."""
    return [Mutant.of(entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def copy_tree(target: Path) -> Path:
    """The files of the working tree, as they are now, without what git ignores."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def run_tests(
    tree: Path, tests: Sequence[str], *options: str, longest_s: float | None = LONGEST_S
) -> subprocess.CompletedProcess:
    """pytest in a copy. Nothing is compiled to disk: two versions of a file may have the same size and time."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *options, *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=longest_s)


def attempt(mutant: Mutant, tree: Path) -> Trial:
    """Make one mistake in a copy, run its tests there, and mend it."""
    path, started = tree / mutant.file, time.perf_counter()
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        done = run_tests(tree, mutant.tests, "-x")
        found = _FAILED.search(done.stdout)
        fate = {0: "survived", 1: "killed"}.get(done.returncode, "not run")
        by = found[1] if found else "" if fate == "survived" else done.stdout[-300:] + done.stderr[-300:]
    except subprocess.TimeoutExpired:
        fate, by = "killed", f"(no end after {LONGEST_S} s)"
    finally:
        path.write_text(sound, encoding="utf-8")
    return Trial(mutant, fate, by, time.perf_counter() - started)


def attempt_all(chosen: Sequence[Mutant], *, jobs: int) -> list[Trial]:
    """Each mutant for itself, ``jobs`` at a time; and the tests that killed, once more without any."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for job in range(jobs):
            trees.put(copy_tree(Path(folder) / f"copy{job}"))

        def one(mutant: Mutant) -> Trial:
            tree = trees.get()
            try:
                trial = attempt(mutant, tree)
            finally:
                trees.put(tree)
            print(f"{trial.fate:<9}{trial.seconds:6.1f} s  {mutant.name}  {_short(trial.by)}", flush=True)
            return trial

        with ThreadPoolExecutor(jobs) as pool:
            trials = list(pool.map(one, chosen))
        return _without_false_alarms(trials, trees.get())


def _without_false_alarms(trials: list[Trial], tree: Path) -> list[Trial]:
    """A test that fails without a mutant, too, has killed nothing."""
    killers = sorted({trial.by for trial in trials if trial.fate == "killed" and "::" in trial.by})
    broken = set(_FAILED.findall(run_tests(tree, killers, longest_s=None).stdout)) if killers else set()
    return [
        Trial(trial.mutant, "not run", f"{trial.by} fails without it, too", trial.seconds)
        if trial.fate == "killed" and trial.by in broken
        else trial
        for trial in trials
    ]


def _short(test: str) -> str:
    return test.replace("tests/", "", 1).replace("\n", " ")


def markdown(trials: Sequence[Trial], command: str) -> str:
    """The table for people."""
    killed = sum(trial.fate == "killed" for trial in trials)
    rows = [f"| {t.mutant.name} | {_short(t.by) if t.by else t.fate} | {t.seconds:.0f} |" for t in trials]
    return "\n".join(
        [
            "# Do the tests bite?",
            "",
            f"{killed} of {len(trials)} plausible mistakes, made one at a time, are noticed by the tests. Made by",
            f"`{command}`; the mistakes are listed in `benchmarks/mutants.toml`.",
            "",
            "| mistake | noticed by | seconds |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> int:
    """The exit code: 0 where every mutant died."""
    make = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    make.add_argument("--only", action="append", default=[], metavar="NAME", help="those whose name contains this")
    make.add_argument("--jobs", type=int, default=1, help="so many at a time")
    make.add_argument("--markdown", type=Path, metavar="FILE", help="write the table here")
    asked = make.parse_args()
    chosen = [m for m in mutants() if not asked.only or any(name.lower() in m.name.lower() for name in asked.only)]
    problems = [problem for mutant in chosen for problem in mutant.problems()]
    if problems or not chosen:
        print("\n".join(problems or ["There is no mutant of that name."]))
        return 1
    trials = attempt_all(chosen, jobs=asked.jobs)
    left = [trial for trial in trials if trial.fate != "killed"]
    print(f"\n{len(trials) - len(left)} of {len(trials)} mutants died.")
    for trial in left:
        print(f"{trial.fate.upper()}: {trial.mutant.name} ({trial.mutant.file}) {_short(trial.by)}")
    if asked.markdown:
        command = "python benchmarks/mutants.py" + "".join(f" {argument}" for argument in sys.argv[1:])
        asked.markdown.write_text(markdown(trials, command), encoding="utf-8")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
