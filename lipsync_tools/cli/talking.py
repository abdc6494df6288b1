"""A talking video, and whether its lips are on its sound: ``lipsync run`` and ``lipsync score``."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from lipsync_utils import sync
from lipsync_utils.errors import InputError
from lipsync_utils.media.files import existing_file, kept
from lipsync_utils.options import (
    MAX_SIDE,
    SHAPES,
    FaceChoice,
    FaceOptions,
    MotionOptions,
    RunOptions,
    Span,
    Wav2LipOptions,
    WriteOptions,
)
from lipsync_utils.records import Phoneme
from lipsync_utils.subtitles import check_subtitles, write_subtitles
from lipsync_utils.wav2lip import are_published

from ..turns import parse_face, parse_part, read_turns, seconds_of
from ..workflow import Made, Order, Text, check_figure, checked, make_video
from .terminal import AsJson, Bar, Language, Pitch, Rate, Subtitles, ask_for_licence, ranges

VideoTrack = Annotated[
    int | None, Option(min=1, help="Of a file with several videos, which one, from 1 on; without it: the default.")
]
AudioTrack = Annotated[
    int | None, Option(min=1, help="Of a file with several sounds, which one, from 1 on; without it: the default.")
]


def run(
    context: typer.Context,
    face: Annotated[
        Path,
        Argument(metavar="FACE", help="A picture or a video of a face (-: from a pipe), or a sample: woman, man ..."),
    ],
    out: Annotated[
        Path, Option("-o", "--out", help="The video to write (.mp4, .m4v, .mov, .mkv); one of that name is replaced.")
    ],
    audio: Annotated[
        Path | None,
        Argument(
            metavar="AUDIO",
            help="A recording, a video whose sound is taken (-: from a pipe), or a sample: english, arabic.",
            show_default=False,
        ),
    ] = None,
    voice: Annotated[
        list[str] | None,
        Option(
            metavar="FACE=AUDIO",
            help="Instead of AUDIO, once for each of several faces: who speaks what, at the same time: 0=a.wav. "
            "Faces count from 0 at the left; a point on one does as well: 320,200=b.wav.",
        ),
    ] = None,
    say: Annotated[
        str | None, Option(metavar="TEXT", help="Instead of AUDIO: what FACE says, in English or Arabic.")
    ] = None,
    language: Language = None,
    voice_name: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="With --say: a voice that 'lipsync voices' lists; default: one that fits the face where it is known "
            "whose that is (samples, drawn portraits), else the best of the language.",
        ),
    ] = None,
    rate: Rate = 1.0,
    pitch: Pitch = 1.0,
    subtitles: Subtitles = None,
    burn_in: Annotated[
        bool, Option("--burn-in", help="With --say: draw the text into the pictures, as subtitles.")
    ] = False,
    turns: Annotated[
        Path | None,
        Option(
            help="Which face speaks AUDIO when: a table (.csv) with the columns from, to (in seconds or m:ss) and face."
        ),
    ] = None,
    engine: Annotated[str, Option(help="What moves the lips: auto, rig or wav2lip.")] = "auto",
    fps: Annotated[
        str | None,
        Option(
            help="Frames a second, from 1 to 120: 25, 29.97, 30000/1001. Without it: 25 for a picture, a video's own."
        ),
    ] = None,
    motion: Annotated[
        str, Option(help="Life of a picture, of head, eyes and brows: natural, calm, lively, or still (lips only).")
    ] = "natural",
    expression: Annotated[
        str,
        Option(
            help="Expression of a picture: neutral, friendly, serious, sad, surprised (of its mouth with rig only)."
        ),
    ] = "neutral",
    seed: Annotated[int, Option(min=0, help="Another number, another natural motion.")] = 0,
    articulation: Annotated[
        float, Option(help="How far the mouth moves: 0.5 (mumbled) to 1.5 (very clear). Of the engine rig only.")
    ] = 1.0,
    face_choice: Annotated[
        str,
        Option("--face", help="Which face: largest, a number (0 is the left-most), or the nearest to x,y in pixels."),
    ] = "largest",
    detector: Annotated[str, Option(help="Face detector: embedded or face-alignment.")] = "embedded",
    crf: Annotated[
        int, Option(min=0, max=51, help="Quality: 17 looks like the source, larger numbers make smaller files.")
    ] = WriteOptions.crf,
    badge: Annotated[
        bool, Option("--badge", help="Draw a small label, 'AI-generated', into the corner of the picture.")
    ] = False,
    preview: Annotated[bool, Option("--preview", help="Half size and coarser, for a quick look.")] = False,
    max_side: Annotated[
        int, Option(min=64, max=MAX_SIDE, help="Longest side of the output in pixels; larger sources are reduced.")
    ] = MAX_SIDE,
    shape: Annotated[
        str,
        Option(
            help=f"Shape of the output: {', '.join(SHAPES)}, 1080 pixels on the shorter side (a small source is at "
            "most doubled). What the source lacks is filled with a blurred copy of it, or with the wall behind a head."
        ),
    ] = "source",
    part: Annotated[
        str,
        Option(
            metavar="PART",
            help="What to show of the source: whole, head (with hair and shoulders), face, or x,y,width,height in its "
            "pixels.",
        ),
    ] = "whole",
    voice_from: Annotated[
        str | None, Option(metavar="TIME", help="Take AUDIO from here on: seconds, or m:ss such as 0:02.5.")
    ] = None,
    voice_to: Annotated[str | None, Option(metavar="TIME", help="Take AUDIO up to here.")] = None,
    video_from: Annotated[str | None, Option(metavar="TIME", help="Take the video FACE from here on.")] = None,
    video_to: Annotated[str | None, Option(metavar="TIME", help="Take the video FACE up to here.")] = None,
    when_short: Annotated[
        str, Option(help="What follows a video that is shorter than the voice: loop, pingpong, freeze or cut.")
    ] = "loop",
    video_track: VideoTrack = None,
    audio_track: AudioTrack = None,
    checkpoint: Annotated[
        str | None,
        Option(help="For wav2lip: a file with its weights, 'official', or a name that 'lipsync models' lists."),
    ] = None,
    precision: Annotated[str, Option(help="For wav2lip: auto, or float32 (exact), bfloat16, float16.")] = "auto",
    device: Annotated[str, Option(help="For wav2lip: auto, cpu, cuda ...")] = "auto",
    enhancer: Annotated[str, Option(help="For wav2lip: none or sharpen.")] = "none",
    accept_licence: Annotated[
        bool,
        Option("--accept-licence", help="For wav2lip: accept the terms of its published weights (non-commercial)."),
    ] = False,
    score_it: Annotated[
        bool, Option("--score", help="Afterwards, measure whether the lips are on the sound; see lipsync score.")
    ] = False,
    figure: Annotated[Path | None, Option(help="With --score: draw the measurement here (.png, .pdf, .svg).")] = None,
    as_json: AsJson = False,
) -> None:
    """Make FACE speak AUDIO."""
    voices = parse_voices(voice or [])
    text = _text_to_say(say, language, voice_name, rate, pitch, subtitles=subtitles, burn_in=burn_in)
    _check_voices(audio, voices, turns, text)
    face, audio, *sounds = context.with_resource(kept((face, audio, *voices.values())))
    order = Order(
        face,
        text or dict(zip(voices, sounds, strict=True)) or audio,
        options=RunOptions(
            engine=engine,
            fps=fps,
            preview=preview,
            max_side=max_side,
            shape=shape,
            part=parse_part(part),
            voice_span=_span("voice", voice_from, voice_to),
            video_span=_span("video", video_from, video_to),
            when_short=when_short,
            video_track=video_track,
            audio_track=audio_track,
            turns=() if turns is None else read_turns(turns),
            face=FaceOptions(choose=_option_face(face_choice), detector=detector),
            motion=MotionOptions(style=motion, seed=seed, articulation=articulation, expression=expression),
            write=WriteOptions(crf=crf, badge=badge),
            wav2lip=Wav2LipOptions(checkpoint=checkpoint, device=device, precision=precision, enhancer=enhancer),
        ),
        score=score_it,
        burn_in=burn_in,
    )
    if engine == "wav2lip" and are_published(checkpoint):
        checked(order, out, figure=figure)  # nobody is asked before it is sure that the inputs can be used
        ask_for_licence("wav2lip", accept=accept_licence)
    with Bar(*order.stages) as progress:
        made = make_video(order, out, figure=figure, progress=progress)
    if subtitles is not None:
        write_subtitles(made.cues, subtitles)
    if made.unmeasured:
        typer.echo(f"Not measured: {made.unmeasured}", err=True)
    if as_json:
        typer.echo(json.dumps(made.summary()))  # in ASCII: no console's encoding can spoil it
        return
    report = made.run
    typer.echo(
        f"{report.output}: {report.duration_s:.1f} s, {report.frames} frames at {report.fps:g} a second, "
        f"{report.width}x{report.height} pixels, made in {report.wall_s:.1f} s"
    )
    for warning in report.warnings:
        if warning not in progress.notes:
            typer.echo(f"Note: {warning}")
    if score_it:
        _tell_sync(made)


def _text_to_say(
    say: str | None,
    language: str | None,
    voice: str | None,
    rate: float,
    pitch: float,
    *,
    subtitles: Path | None,
    burn_in: bool,
) -> Text | None:
    """The text of ``--say``; None without it. What only a text has is refused there, not left unheard."""
    if subtitles is not None:
        check_subtitles(subtitles)
    if say is not None:
        return Text(say, language, voice, rate, pitch)
    useless = {
        "--language": language,
        "--voice-name": voice,
        "--rate": rate != 1,
        "--pitch": pitch != 1,
        "--subtitles": subtitles,
        "--burn-in": burn_in,
    }
    for option, given in useless.items():
        if given:
            raise InputError(
                "{option} is for a text that is spoken. Give the text with --say, or leave {option} out.", option=option
            )
    return None


def _span(what: str, begin: str | None, end: str | None) -> Span:
    """What ``--voice-from`` and ``--voice-to`` received, or those of the video."""
    return Span(_time(f"--{what}-from", begin) or 0.0, _time(f"--{what}-to", end))


def _time(option: str, text: str | None) -> float | None:
    try:
        return None if text is None else seconds_of(text)
    except ValueError as error:
        raise InputError(
            "{option} received {text!r}; a time in seconds or as m:ss is needed, such as 2.5 or 0:02.5.",
            option=option,
            text=text,
        ) from error


def _check_voices(audio: Path | None, voices: dict[FaceChoice, Path], turns: Path | None, text: Text | None) -> None:
    """Refuse two ways of saying who speaks what, or none."""
    if text is not None and (audio is not None or voices):
        raise InputError(
            "--say was given together with {other}; a text is spoken instead of a recording. Leave one of them out.",
            other=f"AUDIO ({audio})" if audio is not None else "--voice",
        )
    if voices and (audio is not None or turns is not None):
        raise InputError(
            "--voice was given together with {other}; a voice for each face stands instead of both. Leave one of them "
            "out.",
            other=f"AUDIO ({audio})" if audio is not None else "--turns",
        )
    if audio is None and not voices and text is None:
        raise InputError(
            "No voice was given. Give a recording after the face, a text with --say, or a recording for each face, "
            "such as --voice 0=a.wav --voice 1=b.wav."
        )


def parse_voices(given: list[str]) -> dict[FaceChoice, Path]:
    """Face -> sound, of ``["0=a.wav", "320,200=b.wav"]``."""
    voices = {}
    for text in given:
        face, _, path = text.partition("=")
        if not (face.strip() and path.strip()):
            raise InputError(
                "--voice received {text!r}; a face and its recording are needed, such as 0=a.wav (the left-most face) "
                "or 320,200=b.wav.",
                text=text,
            )
        choice = parse_face(face.strip())
        if choice in voices:
            raise InputError(
                "--voice gives the face {face} two voices, {one!r} and {other!r}; each face can have only one. Correct "
                "the number: faces count from 0 at the left.",
                face=face.strip(),
                one=str(voices[choice]),
                other=path,
            )
        voices[choice] = Path(path)
    return voices


def _tell_sync(made: Made) -> None:
    """The score, of several speakers each in a line."""
    if not made.speakers:
        typer.echo(f"Sync: {made.sync.sentence() if made.sync else 'not measured; see above.'}")
    for speaker in made.speakers:
        face = speaker.face.choose
        report = made.syncs.get(face)
        typer.echo(f"Sync of face {face}: {report.sentence() if report else 'not measured; see above.'}")


def score(
    context: typer.Context,
    videos: Annotated[list[Path], Argument(metavar="VIDEO...", help="One video, or several to compare.")],
    audio: Annotated[
        Path | None, Option(help="Compare with this sound instead of the video's own; it begins with the video.")
    ] = None,
    model: Annotated[
        str, Option(help="landmarks (ours, offline) or syncnet (LSE-D and LSE-C; its weights are fetched).")
    ] = "landmarks",
    phonemes: Annotated[
        Path | None, Option(help="Times of the sounds, as 'lipsync speak --phonemes' writes them: check them too.")
    ] = None,
    figure: Annotated[Path | None, Option(help="Draw the reports here (.png, .pdf, .svg).")] = None,
    face_choice: Annotated[
        str, Option("--face", help="Which face: largest, a number (0 is the left-most), or x,y in pixels.")
    ] = "largest",
    video_track: VideoTrack = None,
    audio_track: AudioTrack = None,
    accept_licence: Annotated[
        bool, Option("--accept-licence", help="For syncnet: accept the terms of its weights (research).")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print one JSON list of reports.")] = False,
) -> None:
    """Measure whether the lips in VIDEO are on its sound.

    The verdict is 'in sync' where the sound is at most 45 ms early or 125 ms late (ITU-R BT.1359).
    """
    chosen, sounds = FaceOptions(choose=_option_face(face_choice)), phonemes and _read_phonemes(phonemes)
    check_figure(figure)
    *videos, audio = context.with_resource(kept((*videos, audio)))
    for video in videos:
        if len(videos) == 1 or not video.expanduser().exists():  # a bad one among several does not stop the others
            existing_file(video, role="video")
    if audio is not None:
        existing_file(audio, role="sound")
    if model == "syncnet":
        ask_for_licence("syncnet", accept=accept_licence)
    settings = {"video_track": video_track, "audio_track": audio_track, "face": chosen, "phonemes": sounds}
    reports, refused = [], {}
    with Bar("score") as progress:
        for video in videos:
            progress.enter("score")
            step = partial(progress.step, "score")
            try:
                reports.append(sync.score(video, audio=audio, model=model, step=step, **settings))
            except InputError as error:
                if len(videos) == 1:
                    raise
                refused[str(video)] = error
    if figure is not None and reports:
        sync.draw(reports, figure)
    if as_json:
        failed = [{"video": video, "error": str(error)} for video, error in refused.items()]
        typer.echo(json.dumps([*(report.summary() for report in reports), *failed]))
    else:
        for report in reports:
            _tell(report)
        if len(reports) > 1:
            typer.echo(sync.table(reports))
    for video, error in refused.items():
        typer.secho(f"Error: {video} was not measured: {error}", fg="red", err=True)
    if refused:
        raise typer.Exit(next(iter(refused.values())).exit_code)


def _tell(report: sync.SyncReport) -> None:
    """A report in a few lines."""
    typer.echo(f"{report.video}: {report.sentence()}")
    for note in report.notes:
        typer.echo(f"  Note: {note}")
    if report.faces > 1:
        typer.echo(f"  {report.faces} faces were seen at once; one was followed (choose with --face).")
    if report.faceless_frames:
        typer.echo(
            f"  no face in {len(report.faceless_frames)} of {report.frames} frames: {ranges(report.faceless_frames)}"
        )
    if report.shots > 1:
        typer.echo(f"  {report.shots} stretches (cuts, or the face was lost in between); each was measured for itself.")
    worst = ", ".join(f"{moment.start_s:.0f} s ({moment.confidence:.3f})" for moment in report.worst)
    typer.echo(f"  least confidence in the seconds from {worst}" if worst else "  no second could be measured")
    if p := report.phonetics:
        typer.echo(
            f"  lips shut in {p.bilabials_closed:.0%} of {p.bilabials} p, b, m; at rest in {p.silence_closed:.0%} of "
            f"{p.silent_frames} silent frames; open vowels shut: {p.open_vowels_closed:.0%} of {p.open_vowels}; "
            f"width in u, w relative to i: {p.rounding:.2f}"
        )


def _read_phonemes(path: Path) -> list[Phoneme]:
    """The sounds in a file that ``lipsync speak --phonemes`` wrote."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["phonemes"]
        return [Phoneme(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "{path!r} holds no phoneme times ({error}). Give a JSON file as 'lipsync speak --phonemes' writes it.",
            path=str(path),
            error=str(error),
        ) from error


def _option_face(text: str) -> FaceChoice:
    """What ``--face`` received."""
    try:
        return parse_face(text)
    except InputError as error:
        raise InputError(
            "--face received {text!r}; 'largest', a number from 0 on, or a point such as 320,200 is needed.", text=text
        ) from error
