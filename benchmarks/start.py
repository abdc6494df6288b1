"""How long until it begins, and how much has to be installed for it?

``lipsync run`` on a few seconds of speech with the sample portrait, as a process of its own: from the command to its
end, of that the rendering itself (``wall_s`` of ``--json``: from reading the inputs to the finished file, without the
loading of the models), and from the command to the first frame. What is not rendering is compared with ``python -c
"import numpy, cv2, av"``, which every program of this kind has to wait for. Medians of --runs fresh processes, after
one that fills the caches. The very first start, which compiles the loops of the renderer, is measured once, with an
empty cache. --python names the interpreter of another environment, such as one without extras: where SciPy is
installed, numba imports it.

``--size`` installs the package, without extras, into an empty virtual environment instead, with the versions of
``constraints.txt``, and counts what that adds; it needs a package index. (--keep FOLDER makes it there and leaves it,
for --python.)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from common import Row, at_most, parser, resized, sample_avatar, sample_voice, show

ROOT = Path(__file__).resolve().parents[1]
MAX_RATIO, MAX_FIRST_FRAME_S, MAX_SIZE_MB = 2.5, 1.5, 600.0
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
NEEDED = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "samples", "lipsync_*")
"""What a wheel is made of."""


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--side", type=int, default=512, help="longer side of the picture in pixels")
    make.add_argument("--seconds", type=float, default=5.0, help="length of the voice")
    make.add_argument("--runs", type=int, default=5, help="fresh processes for each number")
    make.add_argument("--python", default=sys.executable, help="interpreter with the package")
    make.add_argument("--size", action="store_true", help="measure what is installed, instead of times")
    make.add_argument("--keep", type=Path, help="with --size: the environment's folder, which stays")
    args = make.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = installed(folder, args.keep or folder / "env") if args.size else times(args, folder)
        show(rows, as_json=args.as_json)


@dataclass(frozen=True)
class Start:
    """Seconds of one run: from the command to its end and to the first frame, and the rendering itself."""

    total: float
    first_frame: float
    rendering: float


def times(args: argparse.Namespace, folder: Path) -> list[Row]:
    """Medians of fresh processes."""
    resized(sample_avatar(), args.side, folder / "picture.png")
    first = started(args, folder, NUMBA_CACHE_DIR=str(folder / "loops"))
    started(args, folder)
    imports, starts = [], []
    for _ in range(args.runs):  # by turns, so that both see the same machine
        imports.append(imported(args.python))
        starts.append(started(args, folder))
    least = statistics.median(imports)
    total, frame, rendering = (
        statistics.median(getattr(one, what) for one in starts) for what in ("total", "first_frame", "rendering")
    )
    rest = statistics.median(one.total - one.rendering for one in starts)
    return [
        Row("import numpy, cv2, av", least, "s"),
        Row("lipsync run, to its end", total, "s"),
        Row("of that rendering", rendering, "s"),
        Row("of that all else", rest, "s"),
        at_most("all else, in imports of numpy, cv2 and av", rest / least, MAX_RATIO),
        at_most("first frame, from the command on", frame, MAX_FIRST_FRAME_S, "s"),
        Row("first start of all, all else", first.total - first.rendering, "s"),
    ]


def imported(python: str) -> float:
    """Seconds of the imports that cannot be spared."""
    begun = time.perf_counter()
    subprocess.run([python, "-c", "import numpy, cv2, av"], check=True)
    return time.perf_counter() - begun


def started(args: argparse.Namespace, folder: Path, **environment: str) -> Start:
    """One run in a fresh process."""
    given = (folder / "picture.png", sample_voice("english"), "-o", folder / "out.mp4", "--voice-to", args.seconds)
    command = [args.python, "-m", "lipsync_tools", "run", *map(str, given), "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    begun = time.perf_counter()
    with subprocess.Popen(command, env=os.environ | environment, **pipes) as process:
        report = json.loads(process.stdout.readline() or sys.exit(process.stderr.read()))
        finished = time.perf_counter() - begun
    total = time.perf_counter() - begun
    return Start(total, finished - report["wall_s"] + report["first_frame_s"], report["wall_s"])


def installed(folder: Path, place: Path) -> list[Row]:
    """What the package and all that it needs add to an empty environment."""
    copy = folder / "copy"
    for path in (path for pattern in NEEDED for path in ROOT.glob(pattern) if path.suffix != ".egg-info"):
        if path.is_dir():
            shutil.copytree(path, copy / path.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(path, copy)
    venv.create(place, with_pip=True, symlinks=os.name != "nt")
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    before, begun = size_of(place), time.perf_counter()
    subprocess.run([python, *PIP, "-c", ROOT / "constraints.txt", copy], check=True)
    took = time.perf_counter() - begun
    return [
        at_most("installed, with all that it needs", (size_of(place) - before) / 1e6, MAX_SIZE_MB, "MB"),
        Row("time of the installation", took, "s"),
    ]


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    main()
