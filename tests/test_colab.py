"""The package with the versions that Colab has: run by ``make colab``, in an environment made for it."""

from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lipsync_utils
from lipsync_utils.media import open_source

ROOT = Path(__file__).parents[1]
LISTED = [
    Requirement(line)
    for line in (ROOT / "constraints-colab.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PINNED = [wanted for wanted in LISTED if wanted.name != "torch"]


def _differing() -> list[str]:
    return [f"{r.name} {version(r.name)}" for r in PINNED if not r.specifier.contains(version(r.name))]


pytestmark = pytest.mark.skipif(bool(_differing()), reason=f"not Colab's versions: {', '.join(_differing())}")


def test_a_picture_speaks(tmp_path):
    voice = tmp_path / "voice.wav"
    _first_second(ROOT / "samples" / "audio" / "arabic.wav", voice)
    report = lipsync_utils.run(ROOT / "samples" / "avatars" / "child.png", voice, tmp_path / "out.mp4")
    source = open_source(tmp_path / "out.mp4")
    assert (source.width, source.height) == (report.width, report.height)
    assert report.frames == 25
    assert source.duration_s == pytest.approx(1.0, abs=0.04)


def test_what_the_notebooks_import():
    from lipsync_utils.figures import stages, text

    assert stages.pipeline("audio").axes
    shaped = text.label("صوت")
    assert shaped != "صوت"  # this matplotlib does not join letters by itself
    assert all("\ufe70" <= letter <= "\ufeff" for letter in shaped)


def _first_second(source: Path, target: Path) -> None:
    import wave

    with wave.open(str(source)) as file, wave.open(str(target), "wb") as out:
        out.setparams(file.getparams())
        out.writeframes(file.readframes(file.getframerate()))
