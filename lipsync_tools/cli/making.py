"""Faces and voices from words: ``lipsync avatar``, ``lipsync speak`` and ``lipsync voices``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

import lipsync_avatars as avatars
from lipsync_utils import voices
from lipsync_utils.errors import InputError, MissingExtraError
from lipsync_utils.subtitles import check_subtitles, cues, write_subtitles

from .terminal import PERCENT, AsJson, Bar, Language, Pitch, Rate, Subtitles


def avatar(
    prompt: Annotated[
        str | None, Argument(metavar="PROMPT", help="What the person looks like, in English or Arabic.")
    ] = None,
    out: Annotated[
        Path | None,
        Option("-o", "--out", help="The picture to write (.png); what it was made from is written beside it."),
    ] = None,
    description: Annotated[
        Path | None, Option(help="Draw this description (.json, .yaml) instead of a prompt.")
    ] = None,
    seed: Annotated[int | None, Option(help="Another number, another person who fits; default: 0.")] = None,
    size: Annotated[int | None, Option(help="Width and height in pixels, 128 to 2048; default: 1024.")] = None,
    backend: Annotated[
        str, Option(help="studio (modelled and rendered) or diffusion (a generative model; needs a GPU).")
    ] = "studio",
    device: Annotated[str, Option(help="For diffusion: auto, cuda, mps or cpu.")] = "auto",
    preview: Annotated[bool, Option("--preview", help="Quick and coarse, for a first look.")] = False,
    set_up: Annotated[bool, Option("--setup", help="Set up the studio, once; needs no prompt.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the portrait of a person who does not exist, as PROMPT says."""
    if set_up:
        from lipsync_avatars import studio_setup

        with Bar("setup") as progress:
            studio = studio_setup.set_up(progress)
        versions = ", ".join(f"{name} {version}" for name, version in studio.versions.items())
        typer.echo(f"The avatar studio is ready ({versions}).", err=True)
        if prompt is None and description is None:
            return
    if (prompt is None) == (description is None):
        raise InputError(
            "Received neither of PROMPT and --description; exactly one of them is needed."
            if prompt is None
            else "Received both of PROMPT and --description; exactly one of them is needed."
        )
    if out is None:
        raise InputError("Where to write the avatar is missing; add -o avatar.png.")
    with Bar("portrait", layout=PERCENT) as progress:
        if description is not None:
            if backend != "studio":
                raise InputError(
                    "A description is drawn by the backend 'studio' only; received {backend!r}.", backend=backend
                )
            made = avatars.from_description(description, out, seed=seed, size=size, preview=preview, listener=progress)
        else:
            options = {"backend": backend, "seed": seed or 0, "size": 1024 if size is None else size}
            made = avatars.from_prompt(prompt, out, **options, preview=preview, device=device, listener=progress)
    if as_json:
        typer.echo(json.dumps(made.summary()))
        return
    height, width = made.shape
    typer.echo(f"{made.path}: {width}x{height} pixels, seed {made.seed}, made in {made.wall_s:.1f} s")
    for warning in made.warnings:
        if warning not in progress.notes:
            typer.echo(f"Note: {warning}")


def speak(
    text: Annotated[str, Argument(help="What to say, in English or Arabic.")],
    out: Annotated[Path, Option("-o", "--out", help="The WAV file to write.")],
    language: Language = None,
    voice: Annotated[
        str | None, Option(help="A voice's name, as 'lipsync voices' lists them; default: the best of the language.")
    ] = None,
    rate: Rate = 1.0,
    pitch: Pitch = 1.0,
    phonemes: Annotated[Path | None, Option(help="Also write the phoneme times here, as JSON.")] = None,
    subtitles: Subtitles = None,
    as_json: AsJson = False,
) -> None:
    """Speak TEXT to a WAV file, offline."""
    if subtitles is not None:
        check_subtitles(subtitles)
    try:
        utterance = voices.speak(text, language=language, voice=voice, rate=rate, pitch=pitch)
    except ModuleNotFoundError as error:  # the extra is there in part
        raise MissingExtraError("Text to speech", "speech") from error
    voices.write_utterance(utterance, out, phonemes_path=phonemes)
    words = cues(utterance)
    if subtitles is not None:
        write_subtitles(words, subtitles)
    if as_json:
        facts = {"output": str(out), "duration_s": round(utterance.duration_s, 3), "language": utterance.language}
        typer.echo(json.dumps(facts | {"cues": [asdict(cue) for cue in words]}))
        return
    typer.echo(f"{out}: {utterance.duration_s:.1f} s, {utterance.language}")


def list_voices(
    language: Language = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """List the voices that can read a text."""
    listed = [voice for code in ([language] if language else voices.LANGUAGES) for voice in voices.offered(code)]
    if as_json:
        shown = ("name", "language", "sex", "age", "natural", "offline")
        typer.echo(json.dumps([{name: getattr(voice, name) for name in shown} for voice in listed]))
        return
    for voice in listed:
        kind = "natural" if voice.natural else "synthetic"
        where = "offline" if voice.offline else "fetched on first use"
        typer.echo(f"{voice.name:<14} {voice.language}  {voice.sex or '':<7} {voice.age:<6} {kind:<10} {where}")
