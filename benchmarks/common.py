"""What the benchmarks share: samples, runs in fresh processes, and tables."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LANGUAGES = ("english", "arabic")
LIPSYNC = (sys.executable, "-m", "lipsync_tools")


@dataclass(frozen=True)
class Row:
    """One measured number.

    Attributes:
        what: what was measured.
        value: the number.
        unit: its unit, empty for a plain ratio.
        goal: what it should be, as text; empty where there is no goal.
        met: whether it is; None where there is no goal.
    """

    what: str
    value: float
    unit: str = ""
    goal: str = ""
    met: bool | None = None


def at_least(what: str, value: float, goal: float, unit: str = "") -> Row:
    """A number that should not be smaller than ``goal``."""
    return Row(what, value, unit, f">= {goal:g}", value >= goal)


def at_most(what: str, value: float, goal: float, unit: str = "") -> Row:
    """A number that should not be larger than ``goal``."""
    return Row(what, value, unit, f"<= {goal:g}", value <= goal)


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print one table, or one JSON list."""
    if as_json:
        print(json.dumps([row.__dict__ for row in rows], ensure_ascii=False))
        return
    width = max(len(row.what) for row in rows)
    for row in rows:
        mark = {None: "", True: "ok", False: "MISSED"}[row.met]
        print(f"{row.what:<{width}}  {row.value:>10.3f} {row.unit:<9} {row.goal:<9} {mark}".rstrip())


def parser(doc: str | None) -> argparse.ArgumentParser:
    """Argument parser with the options that every benchmark has."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--json", action="store_true", dest="as_json", help="print JSON instead of a table")
    return made


def sample_avatar(name: str = "woman") -> Path:
    """A sample portrait."""
    return SAMPLES / "avatars" / f"{name}.png"


def sample_voice(language: str) -> Path:
    """A sample recording; ``.json`` beside it holds its phonemes."""
    return SAMPLES / "audio" / f"{language}.wav"


def run_lipsync(face: Path, audio: Path, out: Path, *extra: str) -> dict:
    """``lipsync run`` in a fresh process; returns what it prints with ``--json``.

    Raises:
        SystemExit: with the program's own message, if it fails.
    """
    command = [*LIPSYNC, "run", str(face), str(audio), "-o", str(out), "--json", *extra]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def sound_of(source: Path, seconds: float, target: Path) -> Path:
    """A 16-bit WAV file repeated or cut to ``seconds``."""
    with wave.open(str(source)) as reader:
        settings, data = reader.getparams(), reader.readframes(reader.getnframes())
    size = round(seconds * settings.framerate) * settings.nchannels * settings.sampwidth
    with wave.open(str(target), "wb") as writer:
        writer.setparams(settings)
        writer.writeframes((data * (size // len(data) + 1))[:size])
    return target


def silence_like(source: Path, target: Path) -> Path:
    """A WAV file as long as ``source``, in which nothing is heard."""
    with wave.open(str(source)) as reader:
        settings = reader.getparams()
    with wave.open(str(target), "wb") as writer:
        writer.setparams(settings)
        writer.writeframes(bytes(settings.nframes * settings.nchannels * settings.sampwidth))
    return target


def resized(picture: Path, side: int, target: Path) -> Path:
    """The picture with its longer side ``side`` pixels long."""
    from PIL import Image

    with Image.open(picture) as image:
        factor = side / max(image.size)
        size = tuple(round(length * factor) for length in image.size)
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(target)
    return target
