"""The check-up: what it finds, above all where something is missing; it never fails itself."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest
from quick_runs import lipsync

import lipsync_avatars
from lipsync_avatars.requirements import requirements
from lipsync_tools import __main__ as program
from lipsync_tools import doctor


def without(monkeypatch: pytest.MonkeyPatch, *absent: str, **versions: str) -> None:
    """As if packages were not installed, or in another version."""
    real = metadata.distribution

    def distribution(name: str) -> SimpleNamespace:
        if name in absent:
            raise metadata.PackageNotFoundError(name)
        found = real(name)
        return SimpleNamespace(version=versions.get(name, found.version), files=found.files)

    monkeypatch.setattr(metadata, "distribution", distribution)


def packages() -> list[tuple[str, str, str]]:
    return [(finding.state, finding.what, finding.remedy) for finding in doctor._packages()]


def test_when_all_is_well(capfd):
    outcome = lipsync(capfd, "doctor")
    assert outcome.code == 0, outcome.out
    for line in (
        r"ok +Python 3\.",
        r"ok +all \d+ packages",
        r"ok +face_mesh",
        r"ok +engine rig \(speech",
        r"ok +encoders for H",
    ):
        assert re.search(f"^{line}", outcome.out, re.MULTILINE)
    assert outcome.err == ""


def test_when_models_are_missing(capfd, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path))
    outcome = lipsync(capfd, "doctor")
    assert outcome.code == 1
    assert re.search(r"BROKEN +face_mesh: .*\(missing\)\n +lipsync models --fetch, or put it at", outcome.out)


@pytest.mark.parametrize("module", ["numba", "av", "cv2"])
def test_survives_what_is_broken(capfd, monkeypatch, module):
    """It is there for exactly that: a package that does not load is a finding, not a crash."""
    monkeypatch.setitem(sys.modules, module, None)
    outcome = lipsync(capfd, "doctor")
    assert outcome.code == 1
    assert re.search(rf"BROKEN +package .* does not load: .*{module}.*\n +pip install --force", outcome.out)
    assert re.search(r"ok +Python", outcome.out)


def test_without_torch_all_is_well_but_what_needs_it(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    outcome = lipsync(capfd, "doctor")
    assert outcome.code == 0, outcome.out
    how = r"\n +pip install 'lipsync_utils\[wav2lip\]'"
    assert re.search(rf"missing +PyTorch, for the engine wav2lip and for SyncNet \(torch .*\){how}", outcome.out)
    assert re.search(rf"missing +engine wav2lip \(torch is not installed\){how}", outcome.out)
    assert re.search(r"ok +engine rig", outcome.out)


@pytest.mark.parametrize("name", [item.name for item in requirements()])
def test_every_package_that_the_metadata_list_is_missed(monkeypatch, name):
    without(monkeypatch, name)
    monkeypatch.setattr(doctor, "_unloadable", lambda _: "")
    [(state, what, remedy)] = packages()
    assert (state, what) == ("broken", f"package {name} is not installed")
    assert re.fullmatch(rf"pip install '{name}>=[\d.]+'", remedy)


def test_a_package_that_does_not_load(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    [(state, what, remedy)] = packages()
    assert (state, remedy) == ("broken", "pip install --force-reinstall --no-deps 'pyyaml>=6'")
    assert re.match(r"package pyyaml does not load: .*yaml", what)


def test_a_version_that_does_not_fit(monkeypatch):
    without(monkeypatch, soxr="0.3.1")
    what = "package soxr 0.3.1 does not fit: >=0.3.7 is needed"
    assert packages() == [("broken", what, "pip install 'soxr>=0.3.7'")]


def test_another_package_with_the_same_module_will_do(monkeypatch):
    real = metadata.distribution("opencv-python-headless")
    without(monkeypatch, "opencv-python-headless")
    real_or_none = metadata.distribution
    monkeypatch.setattr(metadata, "distribution", lambda name: real if name == "opencv-python" else real_or_none(name))
    assert packages()[0][0] == "ok"


def test_works_without_what_reads_the_metadata(monkeypatch):
    without(monkeypatch, "packaging")
    for name in ("packaging", "packaging.requirements"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(lipsync_avatars, "requirements", sys.modules["lipsync_avatars.requirements"])  # put back later
    monkeypatch.delitem(sys.modules, "lipsync_avatars.requirements")
    assert packages() == [("broken", "package packaging is not installed", "pip install 'packaging>=23'")]


def test_works_without_what_the_command_line_is_made_of(capfd, monkeypatch):
    without(monkeypatch, "typer")
    monkeypatch.setitem(sys.modules, "typer", None)
    for name in [name for name in sys.modules if name.startswith("lipsync_tools.cli")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SystemExit) as end:
        program.main()
    assert end.value.code == 1
    assert "BROKEN   package typer is not installed\n         pip install 'typer>=" in capfd.readouterr().out


def test_names_the_command_for_what_is_optional(monkeypatch):
    without(monkeypatch, "streamlit", matplotlib="3.5")
    monkeypatch.setattr(doctor, "PURPOSES", {"app": "the web app"})
    [finding] = doctor._extras()
    assert finding.what == ("the web app (streamlit is not installed; matplotlib 3.5 does not fit: >=3.11 is needed)")
    assert (finding.state, finding.remedy) == ("missing", "pip install 'lipsync_utils[app]'")


def test_an_optional_package_that_does_not_load(monkeypatch):
    pytest.importorskip("streamlit")
    monkeypatch.setitem(sys.modules, "streamlit", None)
    monkeypatch.setattr(doctor, "PURPOSES", {"app": "the web app"})
    [finding] = doctor._extras()
    assert finding.what.startswith("the web app (streamlit does not load: ")


def test_every_extra_with_a_purpose_exists():
    assert all(requirements(extra) for extra in doctor.PURPOSES)
