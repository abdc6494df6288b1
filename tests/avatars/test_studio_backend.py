"""The studio as a program of its own: run, heard, ended; found, missing, set up."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from lipsync_avatars import processes, studio_python, studio_setup
from lipsync_avatars.records import PortraitOrder
from lipsync_avatars.studio.description import AvatarDescription
from lipsync_avatars.studio_backend import StudioError
from lipsync_avatars.studio_python import StudioMissingError, find_studio, requirements
from lipsync_avatars.studio_setup import StudioSetupError
from lipsync_utils.errors import InputError
from lipsync_utils.messages import said_in

ORDER = PortraitOrder(None, AvatarDescription("someone"), 7, 256)


@pytest.fixture(autouse=True)
def _no_leftovers(monkeypatch, tmp_path_factory):
    """Temporary files of every test go to a folder that must be empty in the end."""
    folder = tmp_path_factory.mktemp("temporary مؤقت")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not list(folder.iterdir())


# --- drawing ---------------------------------------------------------------------------------------------------------


def test_draws(studio, ear, woman):
    drawn = studio().draw(ORDER, ear)
    np.testing.assert_array_equal(drawn.image, woman)
    assert drawn.points.shape == (468, 2)
    assert drawn.made_with == drawn.description.made_with == {"bpy": "5.0.1", "anny": "0.6.2"}
    assert (drawn.seed, drawn.description.seed, drawn.description.picture.size) == (7, 7, 256)
    assert drawn.licence == "CC0-1.0"
    assert ear.steps == [("hair", 50, 100), ("rendering", 100, 100)]


def test_the_program_gets_description_size_and_nothing_of_this_python(studio, ear, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    check = """
assert json.loads(given.read_text())["seed"] == 7
assert sys.argv[3:] == ["--size", "256", "--preview"], sys.argv
assert "PYTHONPATH" not in os.environ and "/nowhere" not in sys.path
assert Path(os.environ["TMPDIR"]) == given.parent
draw()
"""
    studio(check).draw(PortraitOrder(None, AvatarDescription("someone"), 7, 256, preview=True), ear)


def test_first_use_is_announced(studio, ear, monkeypatch, tmp_path):
    monkeypatch.setenv("ANNY_CACHE_DIR", str(tmp_path / "none"))
    studio().draw(ORDER, ear)
    assert len(ear.messages) == 1
    assert "a minute longer" in ear.messages[0]
    monkeypatch.setenv("ANNY_CACHE_DIR", str(tmp_path))
    studio().draw(ORDER, ear)
    assert len(ear.messages) == 1


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("print('error hair.style is purple.'); sys.exit(2)", InputError, "cannot draw this: hair.style is purple"),
        ("print('error no light'); sys.exit(3)", StudioError, "exit code 3.*no light"),
        ("raise ZeroDivisionError('oh')", StudioError, "exit code 1.*ZeroDivisionError: oh"),
        ("sys.exit(4)", StudioError, "exit code 4"),
        ("os.abort()", StudioError, "exit code -6"),
        ("os.kill(os.getpid(), 9)", StudioError, "want of memory"),
        ("pass", StudioError, "without a whole picture"),
        ("shutil.copy(picture, drawn)", StudioError, "without a whole picture"),
        ("points()", StudioError, "without a whole picture"),
        ("draw(); drawn.write_bytes(drawn.read_bytes()[:900])", StudioError, "without a whole picture"),
        ("draw(); points(467)", StudioError, "do not fit"),
        ("draw(); points(size=512)", StudioError, "do not fit"),
        ("import no_such_module", StudioMissingError, "not complete.*no_such_module"),
        (
            "raise ImportError('libSM.so.6: cannot open shared object file: No such file or directory')",
            StudioError,
            "libSM.so.6, which is missing.*apt-get install -y libx11-6 .*libgl1",
        ),
    ],
)
def test_failures_are_explained(studio, ear, body, kind, said):
    with pytest.raises(kind, match=f"(?s){said}") as caught:
        studio(body).draw(ORDER, ear)
    assert "Traceback" not in str(caught.value)


def test_what_the_studio_cannot_draw_is_said_in_arabic_too(studio, ear):
    template, values = "{what} is {value!r}; choose one of {known}.", {"what": "a", "value": "b", "known": "c, d"}
    said = f"error a is 'b'; choose one of c, d.\ntemplate {json.dumps([template, values])}\ntemplate []"
    with pytest.raises(InputError, match="cannot draw this: a is 'b'; choose one of c, d") as caught:
        studio(f"print({said!r}); sys.exit(2)").draw(ORDER, ear)
    arabic = said_in(caught.value.message, "ar")
    assert "لا يمكن للاستوديو رسم هذا" in arabic
    assert "اختر واحدة من" in arabic


def test_odd_lines_do_no_harm(studio, ear):
    body = "print('progress much hair'); print('progress'); print('progress 7 done', flush=True)\n"
    body += "sys.stdout.buffer.write(b'\\xff\\n')\n"
    studio(body + "sys.stderr.write('x' * 300000); draw()").draw(ORDER, ear)
    assert ear.steps[0] == ("done", 100, 100)


def test_takes_too_long(studio, ear):
    started = time.perf_counter()
    with pytest.raises(StudioError, match="without a picture"):
        studio("time.sleep(60)", timeout_s=0.5).draw(ORDER, ear)
    assert time.perf_counter() - started < 5


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_interruption_ends_the_program_and_its_children(studio, ear, tmp_path):
    """Ctrl-C: the program, which does not listen to it, and what it has started."""
    pids = tmp_path / "pids"
    body = f"""
import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
Path({str(pids)!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
print("progress 0.1 body", flush=True)
time.sleep(60)
"""

    def interrupt() -> None:
        while not ear.steps:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let background jobs ignore it
    try:
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            studio(body).draw(ORDER, ear)
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(0.2)
    assert not any(_alive(int(pid)) for pid in pids.read_text().split())


def test_an_error_of_the_listener_ends_the_program(studio, ear):
    def fail(*_):
        raise ValueError("no more room for a bar")

    ear.step = fail
    with pytest.raises(ValueError, match="no more room"):
        processes.run_lines(
            [sys.executable, "-c", "print('x', flush=True); import time; time.sleep(60)"], fail, timeout_s=60
        )


# --- where it is -----------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_cache(monkeypatch, tmp_path) -> Path:
    monkeypatch.delenv("LIPSYNC_STUDIO", raising=False)
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path / "cache مخبأ"))
    return tmp_path / "cache مخبأ"


def test_found_by_environment_or_interpreter(studio_environment, monkeypatch):
    for path in (studio_environment, studio_python.python_in(studio_environment)):
        monkeypatch.setenv("LIPSYNC_STUDIO", str(path))
        assert find_studio().python == studio_python.python_in(studio_environment)


def test_found_in_the_cache(studio_environment, empty_cache):
    empty_cache.mkdir()
    (empty_cache / "studio").symlink_to(studio_environment)
    assert find_studio().python.parent.parent == empty_cache / "studio"


def test_missing_says_the_commands(empty_cache):
    with pytest.raises(StudioMissingError) as caught:
        find_studio()
    text = str(caught.value)
    assert caught.value.exit_code == 6
    assert "lipsync avatar --setup" in text
    if studio_python.recipe():
        assert "-m venv" in text or "uv venv" in text
        assert "-m pip install" in text


def test_missing_without_a_fitting_python(empty_cache, monkeypatch):
    monkeypatch.setattr(studio_python, "_python_of", lambda _: None)
    monkeypatch.setattr(studio_python.shutil, "which", lambda _: None)
    with pytest.raises(StudioMissingError, match=r"needs Python 3.11 or 3.13, and none is here"):
        find_studio()


def test_uv_where_there_is_no_python(empty_cache, monkeypatch):
    monkeypatch.setattr(studio_python, "_python_of", lambda _: None)
    monkeypatch.setattr(studio_python.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    assert studio_python.recipe().make[:5] == ["uv", "venv", "--seed", "--python", "3.11"]


def test_a_shim_that_starts_nothing_is_no_python(tmp_path, monkeypatch):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(studio_python.shutil, "which", lambda name: str(shim) if name == "python3.13" else None)
    monkeypatch.setattr(studio_python.sys, "executable", "")
    studio_python._python_of.cache_clear()
    assert studio_python._python_of("3.13") is None
    studio_python._python_of.cache_clear()


def test_the_variable_names_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_STUDIO", str(tmp_path / "gone"))
    with pytest.raises(InputError, match="where there is no Python"):
        find_studio()


def test_the_variable_names_another_python(monkeypatch):
    monkeypatch.setenv("LIPSYNC_STUDIO", sys.executable)
    monkeypatch.setattr(studio_python, "probe", lambda _: {"anny": "0.6.2"})
    with pytest.raises(InputError, match="a Python without bpy"):
        find_studio()


def test_requirements_come_from_the_package(monkeypatch):
    declared = [
        "numpy>=1.26",
        "streamlit; extra == 'app'",
        "bpy==5.0.1; python_version < '3.13' and extra == 'avatars'",
        "bpy>=5.1; python_version >= '3.13' and extra == 'avatars'",
        "anny>=0.6.2; extra == 'avatars'",
    ]
    monkeypatch.setattr("lipsync_avatars.requirements._declared", lambda: declared)
    assert requirements("3.11") == ["bpy==5.0.1", "anny>=0.6.2"]
    assert requirements("3.13") == ["bpy>=5.1", "anny>=0.6.2"]
    monkeypatch.setattr("lipsync_avatars.requirements._declared", lambda: declared[:2])
    assert requirements("3.11") == ["lipsync_utils[avatars]"]


# --- setting up ------------------------------------------------------------------------------------------------------


@pytest.fixture
def recipe(monkeypatch, empty_cache, studio_environment):
    """Makes by copying the bare environment; ``install`` is what runs in place of pip."""

    def make(install: str) -> Path:
        folder = empty_cache / "studio"
        copy = f"import shutil; shutil.copytree({str(studio_environment)!r}, {str(folder)!r}, symlinks=True)"
        steps = studio_python.Recipe([sys.executable, "-c", copy], [sys.executable, "-c", install])
        monkeypatch.setattr(studio_setup, "recipe", lambda: steps)
        return folder

    monkeypatch.setattr(studio_setup, "_check_starts", lambda _: None)
    return make


def test_sets_up_once(recipe, ear):
    folder = recipe("print('Collecting bpy'); print('  Downloading bpy-5.0.1.whl (350 MB)')")
    made = studio_setup.set_up(ear)
    assert made == find_studio()
    assert made.python.is_relative_to(folder)
    assert ear.messages[1:] == ["  Downloading bpy-5.0.1.whl (350 MB)"]
    assert [path.name for path in folder.parent.iterdir()] == ["studio"]
    studio_setup.set_up(ear)
    assert "is there already" in ear.messages[-1]


@pytest.mark.parametrize(
    ("install", "said"),
    [
        ("import sys; sys.exit('ERROR: No matching distribution found for bpy')", "No matching distribution.*Nothing"),
        ("import sys; sys.exit('OSError: [Errno 28] No space left on device')", "the disk is full"),
    ],
)
def test_a_failed_setup_leaves_nothing(recipe, ear, install, said):
    folder = recipe(install)
    with pytest.raises(StudioSetupError, match=said):
        studio_setup.set_up(ear)
    assert not list(folder.parent.iterdir())


def test_setup_leaves_other_folders_alone(recipe, ear):
    folder = recipe("")
    folder.mkdir(parents=True)
    (folder / "work.txt").write_text("mine")
    with pytest.raises(StudioSetupError, match="holds something else"):
        studio_setup.set_up(ear)
    assert (folder / "work.txt").read_text() == "mine"


def test_blender_that_does_not_start(ear, monkeypatch, studio_environment):
    found = studio_python.Studio(studio_python.python_in(studio_environment), {})
    with pytest.raises(StudioSetupError, match="Blender does not start: ModuleNotFoundError"):
        studio_setup._check_starts(found)
