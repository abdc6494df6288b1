"""What a start loads: in processes that have no more than the default installation, and whose loops are compiled."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from one_process import ONE_PROCESS

from lipsync_utils import assets

ROOT = Path(__file__).parents[1]

EXTRAS = ("torch", "librosa", "scipy", "matplotlib", "soundfile", "onnxruntime", "ipywidgets", "streamlit")
"""Modules that only extras bring."""

UNUSED = ("requests", "gdown", "pooch", "filelock", "lipsync_avatars.studio_setup", "lipsync_tools.doctor")
"""What a run does not need where every model is there."""

PROCESS = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS}))
{ONE_PROCESS}
from numba.core.dispatcher import Dispatcher
from lipsync_utils.render import raster
loops = [loop.stats for loop in vars(raster).values() if isinstance(loop, Dispatcher)]
compiled, found = (sum(sum(getattr(loop, f"cache_{{what}}").values()) for loop in loops) for what in ("misses", "hits"))
print(json.dumps({{"compiled": compiled, "found": found, "modules": [*sys.modules]}}))
"""


def process(folder: Path, *commands: list[str], **environment: str) -> subprocess.CompletedProcess:
    """Commands of ``lipsync``, one after the other, where there are no extras."""
    command = [sys.executable, "-c", PROCESS, json.dumps(commands)]
    known = os.environ | {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("start")


RUN = ["run", "woman", "english", "--voice-to", "2", "--max-side", "256", "-o", "out.mp4"]


def test_a_run_and_its_score_need_no_extra_and_compile_once(folder):
    loops = {"NUMBA_CACHE_DIR": str(folder / "loops")}
    first, again = (process(folder, RUN, ["score", "out.mp4"], **loops) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    before, after = (json.loads(done.stdout.splitlines()[-1]) for done in (first, again))
    assert before["compiled"] > 0
    assert after["compiled"] == 0
    assert after["found"] == before["compiled"]
    assert {"lipsync_utils.speech.ear", "lipsync_utils.sync.encoders"} <= {*after["modules"]}
    assert not {*UNUSED} & {*after["modules"]}


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ([*RUN, "--engine", "wav2lip"], "The engine 'wav2lip'"),
        (["score", "out.mp4", "--model", "syncnet", "--accept-licence"], "The sync expert 'syncnet'"),
    ],
)
def test_what_needs_torch_says_so(folder, command, what):
    shutil.copy(ROOT / "samples/videos/example-en.mp4", folder / "out.mp4")
    cache = folder / "cache"  # what is accepted here is not accepted by whoever runs the tests
    shutil.copytree(assets.cache_folder(), cache, dirs_exist_ok=True, ignore=shutil.ignore_patterns("accepted*"))
    done = process(folder, command, LIPSYNC_CACHE=str(cache))
    assert done.returncode == 6
    assert re.search(rf"{what} needs packages .*pip install 'lipsync_utils\[wav2lip\]'", " ".join(done.stderr.split()))


def test_loops_are_kept_where_the_package_cannot_be_written_to(tmp_path):
    """Numba's own way out: the user's cache folder."""
    shutil.copy(ROOT / "lipsync_utils/render/raster.py", tmp_path)
    (tmp_path / "__pycache__").touch()  # no folder can be made there
    code = "import raster; raster.warm_up(); print(raster.draw_triangles.stats.cache_hits)"
    known = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    known |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache")}
    command = [sys.executable, "-c", code]
    first, again = (
        subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first.strip() == "Counter()"
    assert again.strip() != "Counter()"


def test_a_process_that_has_done_its_work_ends_in_good_order():
    code = (
        "import atexit, sys; from lipsync_tools import cli; atexit.register(print, 'bye'); sys.argv[1:] = ['--version']"
    )
    command = [sys.executable, "-c", f"{code}; cli.main()"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
    assert re.fullmatch(r"lipsync [\d.]+\nbye\n", done.stdout)
