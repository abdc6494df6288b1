"""The command line: ``lipsync run``, ``speak``, ``models``, ``doctor``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from .errors import InputError, LipSyncError
from .options import FaceOptions, MotionOptions, RunOptions, WriteOptions

app = typer.Typer(
    help="Make a face speak: a talking video from one picture or video and one voice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point: errors become one clear message and an exit code."""
    try:
        app()
    except LipSyncError as error:
        typer.secho(f"Error: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.secho("Stopped; nothing was left behind.", err=True)
        sys.exit(130)


@app.command()
def run(
    face: Annotated[Path, typer.Argument(help="A picture or a video of a face.")],
    audio: Annotated[Path, typer.Argument(help="A recording, or a video whose sound is taken.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The video to write (.mp4, .m4v, .mov, .mkv).")],
    engine: Annotated[str, typer.Option(help="auto or rig.")] = "auto",
    fps: Annotated[
        str | None, typer.Option(help="Frames a second: 25, 29.97, 30000/1001; default: 25, or as the video.")
    ] = None,
    motion: Annotated[str, typer.Option(help="Idle life of a picture: natural or still.")] = "natural",
    seed: Annotated[int, typer.Option(help="Fixes the random part of the motion.")] = 0,
    face_choice: Annotated[
        str, typer.Option("--face", help="Which face: largest, an index from the left, or x,y.")
    ] = "largest",
    detector: Annotated[str, typer.Option(help="Face detector: embedded or face-alignment.")] = "embedded",
    crf: Annotated[
        int, typer.Option(min=0, max=51, help="Quality: 17 is visually lossless, larger is smaller.")
    ] = WriteOptions.crf,
    preview: Annotated[bool, typer.Option("--preview", help="Half size, coarser: for a quick look.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Make FACE speak AUDIO."""
    from .pipeline import run as run_pipeline

    options = RunOptions(
        engine=engine,
        fps=parse_fps(fps) if fps else None,
        preview=preview,
        face=FaceOptions(choose=parse_face(face_choice), detector=detector),
        motion=MotionOptions(style=motion, seed=seed),
        write=WriteOptions(crf=crf),
    )
    with _Bar() as bar:
        report = run_pipeline(face, audio, out, options=options, listener=bar)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    typer.echo(
        f"{report.output}: {report.duration_s:.1f} s, {report.frames} frames at {report.fps:g} a second, "
        f"{report.width}x{report.height}, made in {report.wall_s:.1f} s ({report.frames_per_second:.0f} frames a second)"
    )
    if report.faceless_frames:
        typer.echo(
            f"No face in {len(report.faceless_frames)} frames, left as they were: {_ranges(report.faceless_frames)}"
        )
    for warning in report.warnings:
        typer.echo(f"Note: {warning}")


@app.command()
def speak(
    text: Annotated[str, typer.Argument(help="What to say, in English or Arabic.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The WAV file to write.")],
    language: Annotated[str | None, typer.Option(help="en or ar; default: by the letters.")] = None,
    voice: Annotated[str | None, typer.Option(help="A voice's name; default: the best of the language.")] = None,
    rate: Annotated[float, typer.Option(min=0.5, max=2.0, help="Speed, 1 is normal.")] = 1.0,
    pitch: Annotated[float, typer.Option(min=0.5, max=2.0, help="Pitch, 1 is normal.")] = 1.0,
    phonemes: Annotated[Path | None, typer.Option(help="Also write the phoneme times here, as JSON.")] = None,
) -> None:
    """Speak TEXT to a WAV file, offline."""
    from .voices import speak as speak_text
    from .voices import write_utterance

    utterance = speak_text(text, language=language, voice=voice, rate=rate, pitch=pitch)
    write_utterance(utterance, out, phonemes_path=phonemes)
    typer.echo(f"{out}: {utterance.duration_s:.1f} s, {utterance.language}")


@app.command()
def models(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """List the models that are fetched, and where they stand."""
    from . import assets

    if fetch:
        assets.fetch_all()
    rows = assets.status()
    if as_json:
        typer.echo(json.dumps([_asset_row(row) for row in rows], ensure_ascii=False))
        return
    for row in map(_asset_row, rows):
        typer.echo(
            f"{row['state']:<10} {row['name']:<16} {row['version']:<10} {row['megabytes']:>7.1f} MB  {row['licence']}"
        )
        typer.echo(f"{'':<10} {row['purpose']}")
    typer.echo(f"cache: {assets.cache_folder()}")


@app.command()
def doctor() -> None:
    """Say what works here, what is missing, and how to get it."""
    from .doctor import examine

    findings = examine()
    for finding in findings:
        mark = {"ok": "ok     ", "missing": "missing", "broken": "BROKEN "}[finding.state]
        typer.echo(f"{mark}  {finding.what}" + (f"\n         {finding.remedy}" if finding.remedy else ""))
    if any(f.state == "broken" for f in findings):
        raise typer.Exit(1)


def _asset_row(row) -> dict[str, object]:
    asset = row.asset
    return {
        "name": asset.name,
        "version": asset.version,
        "state": row.state,
        "megabytes": round(asset.size / 1e6, 1),
        "licence": asset.licence,
        "purpose": asset.purpose,
        "path": str(row.path),
    }


def parse_fps(text: str) -> Fraction:
    """``"25"``, ``"30000/1001"`` or ``"29.97"`` (which means 30000/1001) to an exact rate."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"--fps received {text!r}; a number such as 25, 29.97 or 30000/1001 is needed.") from None
    broadcast = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    return broadcast if rate.denominator > 1 and abs(rate - broadcast) < Fraction(1, 100) else rate


def parse_face(text: str) -> str | int | tuple[float, float]:
    """``"largest"``, an index, or ``"x,y"``."""
    if text == "largest":
        return text
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1 and numbers[0].is_integer():
        return int(numbers[0])
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    raise InputError(f"--face received {text!r}; 'largest', an index such as 0, or a point such as 320,200 is needed.")


class _Bar:
    """A progress bar on standard error: stage, speed and time left."""

    def __init__(self) -> None:
        self._bar = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def message(self, text: str) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        typer.echo(text, err=True)

    def step(self, stage: str, done: int, total: int) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=stage, unit=" frames", file=sys.stderr, mininterval=0.25)
        self._bar.update(done - self._bar.n)


def _ranges(numbers: tuple[int, ...]) -> str:
    """``(1, 2, 3, 7)`` as ``1-3, 7``."""
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ", ".join(f"{a}-{b}" if b > a else str(a) for a, b in out)


if __name__ == "__main__":
    main()
