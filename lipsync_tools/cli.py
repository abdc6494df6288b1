"""The command line: ``lipsync run``, ``score``, ``avatar``, ``speak``, ``models``, ``doctor``."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from lipsync_utils.errors import AssetError, InputError, LipSyncError, MissingExtraError
from lipsync_utils.options import MAX_SIDE, FaceOptions, MotionOptions, RunOptions, Wav2LipOptions, WriteOptions

if TYPE_CHECKING:
    from lipsync_utils.sync.report import SyncReport

DEBUG = "LIPSYNC_DEBUG"
"""Environment variable: with it, an unforeseen error shows where it happened."""

UNFORESEEN = 70
"""Exit code of a fault in the program itself (EX_SOFTWARE of sysexits.h)."""


class _Commands(TyperGroup):
    """Turns errors into one clear message and an exit code, in the terminal as in tests."""

    def invoke(self, ctx: typer.Context) -> object:
        try:
            return super().invoke(ctx)
        except LipSyncError as error:
            typer.secho(f"Error: {error}", fg="red", err=True)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            typer.echo("Stopped; nothing was left behind.", err=True)
            raise typer.Exit(130) from error


app = typer.Typer(
    cls=_Commands,
    help="Make a face speak: a talking video from one picture or video and one voice. Offline, without a GPU.",
    epilog="Example: lipsync run face.png voice.wav -o talking.mp4",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the console cannot show is no reason to fail
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    try:
        app()
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        typer.secho(
            f"Error: something that was not foreseen: {type(error).__name__}: {error}. "
            f"Set {DEBUG}=1 to see where, and please report it.",
            fg="red",
            err=True,
        )
        sys.exit(UNFORESEEN)


def _end(number: int, _: object) -> None:
    """Leave in good order when asked to: half-written files are removed on the way out."""
    sys.exit(128 + number)


def _show_version(wanted: bool) -> None:
    if wanted:
        from lipsync_utils import __version__

        typer.echo(f"lipsync {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    face: Annotated[Path, typer.Argument(metavar="FACE", help="A picture or a video of a face.")],
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="A recording, or a video whose sound is taken.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="The video to write (.mp4, .m4v, .mov, .mkv); one of that name is replaced."),
    ],
    engine: Annotated[str, typer.Option(help="What moves the lips: auto, rig or wav2lip.")] = "auto",
    fps: Annotated[
        str | None,
        typer.Option(
            help="Frames a second, from 1 to 120: 25, 29.97, 30000/1001. Without it: 25 for a picture, a video's own."
        ),
    ] = None,
    motion: Annotated[
        str, typer.Option(help="Life of a picture: natural (the head sways, the eyes blink) or still (lips only).")
    ] = "natural",
    seed: Annotated[int, typer.Option(min=0, help="Another number, another natural motion.")] = 0,
    face_choice: Annotated[
        str,
        typer.Option(
            "--face", help="Which face: largest, a number (0 is the left-most), or the nearest to x,y in pixels."
        ),
    ] = "largest",
    detector: Annotated[str, typer.Option(help="Face detector: embedded or face-alignment.")] = "embedded",
    crf: Annotated[
        int, typer.Option(min=0, max=51, help="Quality: 17 looks like the source, larger numbers make smaller files.")
    ] = WriteOptions.crf,
    badge: Annotated[
        bool, typer.Option("--badge", help="Draw a small label, 'AI-generated', into the corner of the picture.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Half size and coarser, for a quick look.")] = False,
    max_side: Annotated[
        int,
        typer.Option(min=64, max=MAX_SIDE, help="Longest side of the output in pixels; larger sources are reduced."),
    ] = MAX_SIDE,
    when_short: Annotated[
        str, typer.Option(help="What follows a video that is shorter than the voice: loop, pingpong, freeze or cut.")
    ] = "loop",
    checkpoint: Annotated[
        str | None, typer.Option(help="For wav2lip: a file with its weights, or a name that 'lipsync models' lists.")
    ] = None,
    precision: Annotated[str, typer.Option(help="For wav2lip: auto, or float32 (exact), bfloat16, float16.")] = "auto",
    device: Annotated[str, typer.Option(help="For wav2lip: auto, cpu, cuda ...")] = "auto",
    enhancer: Annotated[str, typer.Option(help="For wav2lip: none or sharpen.")] = "none",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="For wav2lip: accept the terms of its weights (non-commercial).")
    ] = False,
    score_it: Annotated[
        bool, typer.Option("--score", help="Afterwards, measure whether the lips are on the sound; see lipsync score.")
    ] = False,
    figure: Annotated[
        Path | None, typer.Option(help="With --score: draw the measurement here (.png, .pdf, .svg).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as one JSON object.")] = False,
) -> None:
    """Make FACE speak AUDIO."""
    if figure is not None:
        _check_figure(figure, wanted=score_it)
    from lipsync_utils.pipeline import exact_rate
    from lipsync_utils.pipeline import run as run_pipeline

    options = RunOptions(
        engine=engine,
        fps=None if fps is None else exact_rate(fps),
        preview=preview,
        max_side=max_side,
        when_short=when_short,
        face=FaceOptions(choose=parse_face(face_choice), detector=detector),
        motion=MotionOptions(style=motion, seed=seed),
        write=WriteOptions(crf=crf, badge=badge),
        wav2lip=Wav2LipOptions(checkpoint=checkpoint, device=device, precision=precision, enhancer=enhancer),
    )
    if engine == "wav2lip" and not _is_own_file(checkpoint):
        _ask_for_licence("wav2lip", accept=accept_licence)
    with _Bar() as bar:
        report = run_pipeline(face, audio, out, options=options, listener=bar)
        sync = _scored_output(report.output, bar, _same_face(options, face, report.width), figure) if score_it else None
    if as_json:
        said = asdict(report) | ({} if sync is None else {"sync": sync.summary()})
        typer.echo(json.dumps(said))  # in ASCII: no console's encoding can spoil it
        return
    typer.echo(
        f"{report.output}: {report.duration_s:.1f} s, {report.frames} frames at {report.fps:g} a second, "
        f"{report.width}x{report.height} pixels, made in {report.wall_s:.1f} s"
    )
    if report.faceless_frames:
        count = len(report.faceless_frames)
        frames = "1 frame, left as it was" if count == 1 else f"{count} frames, left as they were"
        typer.echo(f"No face in {frames}: {_ranges(report.faceless_frames)}")
    for warning in report.warnings:
        if warning not in bar.said:
            typer.echo(f"Note: {warning}")
    if score_it:
        typer.echo(f"Sync: {sync.sentence() if sync else 'not measured; see above.'}")


@app.command()
def score(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="One video, or several to compare.")],
    audio: Annotated[
        Path | None, typer.Option(help="Compare with this sound instead of the video's own; it begins with the video.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="landmarks (ours, offline) or syncnet (LSE-D and LSE-C; its weights are fetched).")
    ] = "landmarks",
    phonemes: Annotated[
        Path | None,
        typer.Option(help="Times of the sounds, as 'lipsync speak --phonemes' writes them: check them too."),
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the reports here (.png, .pdf, .svg).")] = None,
    face_choice: Annotated[
        str, typer.Option("--face", help="Which face: largest, a number (0 is the left-most), or x,y in pixels.")
    ] = "largest",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="For syncnet: accept the terms of its weights (research).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list of reports.")] = False,
) -> None:
    """Measure whether the lips in VIDEO are on its sound.

    The verdict is 'in sync' where the sound is at most 45 ms early or 125 ms late (ITU-R BT.1359).
    """
    from lipsync_utils.sync.comparing import table

    if figure is not None:
        _check_figure(figure, wanted=True)
    chosen, sounds = FaceOptions(choose=parse_face(face_choice)), _read_phonemes(phonemes)
    if model == "syncnet":
        _ask_for_licence("syncnet", accept=accept_licence)
    with _Bar() as bar:
        reports = [_scored(video, bar, audio=audio, model=model, face=chosen, phonemes=sounds) for video in videos]
    if figure is not None:
        from lipsync_utils.sync.figure import draw

        draw(reports, figure)
    if as_json:
        typer.echo(json.dumps([report.summary() for report in reports]))
        return
    for report in reports:
        _tell(report)
    if len(reports) > 1:
        typer.echo(table(reports))


def _scored(video: Path | str, bar: _Bar, **options) -> SyncReport:
    """Score one video, showing progress."""
    from lipsync_utils.sync.scoring import score as score_video

    bar.restart()
    return score_video(video, step=lambda done, total: bar.step("score", done, total), **options)


def _scored_output(video: str, bar: _Bar, face: FaceOptions, figure: Path | None) -> SyncReport | None:
    """Score what has just been made. It stands whether or not it can be measured, so that is no error."""
    try:
        report = _scored(video, bar, face=face)
        if figure is not None:
            from lipsync_utils.sync.figure import draw

            draw([report], figure)
    except LipSyncError as error:
        bar.message(f"Not measured: {error}")
        return None
    return report


def _tell(report: SyncReport) -> None:
    """A report in a few lines."""
    typer.echo(f"{report.video}: {report.sentence()}")
    if report.faces > 1:
        typer.echo(f"  {report.faces} faces were seen at once; one was followed (choose with --face).")
    if report.faceless_frames:
        typer.echo(
            f"  no face in {len(report.faceless_frames)} of {report.frames} frames: {_ranges(report.faceless_frames)}"
        )
    if report.shots > 1:
        typer.echo(f"  {report.shots} stretches (cuts, or the face was lost in between); each was measured for itself.")
    worst = ", ".join(f"{moment.start_s:.0f} s ({moment.confidence:.3f})" for moment in report.worst)
    typer.echo(f"  least confidence in the seconds from {worst}" if worst else "  no second could be measured")
    if report.phonetics is not None:
        p = report.phonetics
        typer.echo(
            f"  lips shut in {p.bilabials_closed:.0%} of {p.bilabials} p, b, m; at rest in {p.silence_closed:.0%} of "
            f"{p.silent_frames} silent frames; open vowels shut: {p.open_vowels_closed:.0%} of {p.open_vowels}; "
            f"width in u, w relative to i: {p.rounding:.2f}"
        )


def _check_figure(path: Path, *, wanted: bool) -> None:
    """Refuse a figure that could not be drawn before any work is done."""
    from lipsync_utils.sync.figure import check_figure

    if not wanted:
        raise InputError("--figure draws what --score measures; add --score.")
    check_figure(path)


def _same_face(options: RunOptions, source: Path, width: int) -> FaceOptions:
    """The face that was animated, in the pixels of an output that is ``width`` wide."""
    from lipsync_utils.media import open_source

    factor, choose = width / open_source(source).width, options.face.choose
    if isinstance(choose, tuple):
        choose = tuple(factor * value for value in choose)
    return FaceOptions(choose=choose, min_size=factor * options.face.min_size)


def _read_phonemes(path: Path | None):
    """The sounds in a file that ``lipsync speak --phonemes`` wrote."""
    from lipsync_utils.records import Phoneme

    if path is None:
        return None
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["phonemes"]
        return [Phoneme(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{str(path)!r} holds no phoneme times ({error}). Give a JSON file as 'lipsync speak --phonemes' writes it."
        ) from error


@app.command()
def avatar(
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT", help="What the person looks like, in English or Arabic.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The picture to write (.png); what it was made from is written beside it."),
    ] = None,
    description: Annotated[
        Path | None, typer.Option(help="Draw this description (.json, .yaml) instead of a prompt.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another number, another person who fits; default: 0.")] = None,
    size: Annotated[int | None, typer.Option(help="Width and height in pixels, 128 to 2048; default: 1024.")] = None,
    backend: Annotated[
        str, typer.Option(help="studio (modelled and rendered) or diffusion (a generative model; needs a GPU).")
    ] = "studio",
    device: Annotated[str, typer.Option(help="For diffusion: auto, cuda, mps or cpu.")] = "auto",
    preview: Annotated[bool, typer.Option("--preview", help="Quick and coarse, for a first look.")] = False,
    set_up: Annotated[bool, typer.Option("--setup", help="Set up the studio, once; needs no prompt.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as one JSON object.")] = False,
) -> None:
    """Make the portrait of a person who does not exist, as PROMPT says."""
    if set_up:
        _set_up_studio()
        if prompt is None and description is None:
            return
    if (prompt is None) == (description is None):
        both = "both" if prompt is not None else "neither"
        raise InputError(f"Received {both} of PROMPT and --description; exactly one of them is needed.")
    if out is None:
        raise InputError("Where to write the avatar is missing; add -o avatar.png.")
    from lipsync_avatars import from_description, from_prompt

    with _Bar(_PERCENT) as bar:
        if description is not None:
            if backend != "studio":
                raise InputError(f"A description is drawn by the backend 'studio' only; received {backend!r}.")
            made = from_description(description, out, seed=seed, size=size, preview=preview, listener=bar)
        else:
            options = {"backend": backend, "seed": seed or 0, "size": 1024 if size is None else size}
            made = from_prompt(prompt, out, **options, preview=preview, device=device, listener=bar)
    if as_json:
        typer.echo(json.dumps(made.summary()))
        return
    height, width = made.shape
    typer.echo(f"{made.path}: {width}x{height} pixels, seed {made.seed}, made in {made.wall_s:.1f} s")
    for warning in made.warnings:
        if warning not in bar.said:
            typer.echo(f"Note: {warning}")


def _set_up_studio() -> None:
    from lipsync_avatars.studio_setup import set_up

    with _Bar() as bar:
        studio = set_up(bar)
    versions = ", ".join(f"{name} {version}" for name, version in studio.versions.items())
    typer.echo(f"The avatar studio is ready ({versions}).", err=True)


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
    from lipsync_utils.voices import speak as speak_text
    from lipsync_utils.voices import write_utterance

    try:
        utterance = speak_text(text, language=language, voice=voice, rate=rate, pitch=pitch)
    except ModuleNotFoundError as error:  # the extra is there in part
        raise MissingExtraError("Text to speech", "speech") from error
    write_utterance(utterance, out, phonemes_path=phonemes)
    typer.echo(f"{out}: {utterance.duration_s:.1f} s, {utterance.language}")


@app.command()
def models(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing.")] = False,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the terms of those that ask for it, and fetch them too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """List the models that are fetched, and where they stand."""
    from lipsync_utils import assets

    if accept_licence:
        for group in ("wav2lip", "syncnet"):
            _ask_for_licence(group, accept=True)
    if fetch:
        assets.fetch_all()
    rows = assets.status()
    if as_json:
        typer.echo(json.dumps([_asset_row(row) for row in rows]))
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
    from .doctor import report

    raise typer.Exit(report())


def _is_own_file(checkpoint: str | None) -> bool:
    from lipsync_utils import assets

    return checkpoint is not None and checkpoint not in assets.ASSETS


def _is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask_for_licence(group: str, *, accept: bool) -> None:
    """Show the terms of a group's assets before their first use; on a terminal, ask.

    Elsewhere nothing is asked: what needs an acceptance then says how to give it.
    """
    from lipsync_utils import assets

    asset = assets.in_group(group)[0]
    if assets.accepted(asset):
        return
    if not accept and not _is_terminal():
        return
    typer.echo(asset.terms, err=True)
    if not accept and not typer.confirm("Do you accept these terms?", default=False, err=True):
        raise AssetError(
            f"The terms of the {group} weights were not accepted, so they are not fetched. "
            f"Works without them: {asset.without}."
        )
    assets.accept(asset)


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


def parse_face(text: str) -> str | int | tuple[float, float]:
    """``"largest"``, an index, or ``"x,y"``."""
    if text == "largest":
        return text
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1 and numbers[0].is_integer() and numbers[0] >= 0:
        return int(numbers[0])
    if len(numbers) == 2 and all(map(math.isfinite, numbers)):
        return numbers[0], numbers[1]
    raise InputError(f"--face received {text!r}; 'largest', a number from 0 on, or a point such as 320,200 is needed.")


_PERCENT = "{l_bar}{bar}| {elapsed}<{remaining}"
"""Format of a bar that counts nothing a person knows."""


class _Bar:
    """A progress bar on standard error: stage, speed and time left. Only a terminal shows it.

    Args:
        layout: tqdm's ``bar_format``; None: with the number of frames and their speed.

    Attributes:
        said: the messages that were shown.
    """

    def __init__(self, layout: str | None = None) -> None:
        self._bar, self._layout, self.said = None, layout, []

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def message(self, text: str) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        self.said.append(text)
        if self._bar is not None:
            self._bar.clear()  # the message would otherwise stand behind it
        typer.echo(text, err=True)

    def restart(self) -> None:
        """Begin anew: another piece of work."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def step(self, stage: str, done: int, total: int) -> None:
        """See :class:`~lipsync_utils.pipeline.Listener`."""
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=total,
                desc=stage,
                unit=" frames",
                bar_format=self._layout,
                file=sys.stderr,
                mininterval=0.25,
                dynamic_ncols=True,
                leave=False,
                disable=None,
            )
        self._bar.set_description(stage, refresh=False)
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
