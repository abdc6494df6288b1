"""Faces and voices from words: ``lipsync avatar`` and ``lipsync speak``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

import lipsync_avatars as avatars
from lipsync_avatars import studio_setup
from lipsync_utils import voices
from lipsync_utils.errors import InputError, MissingExtraError

from .terminal import PERCENT, AsJson, Bar


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
    language: Annotated[str | None, Option(help="en or ar; default: by the letters.")] = None,
    voice: Annotated[str | None, Option(help="A voice's name; default: the best of the language.")] = None,
    rate: Annotated[float, Option(min=0.5, max=2.0, help="Speed, 1 is normal.")] = 1.0,
    pitch: Annotated[float, Option(min=0.5, max=2.0, help="Pitch, 1 is normal.")] = 1.0,
    phonemes: Annotated[Path | None, Option(help="Also write the phoneme times here, as JSON.")] = None,
) -> None:
    """Speak TEXT to a WAV file, offline."""
    try:
        utterance = voices.speak(text, language=language, voice=voice, rate=rate, pitch=pitch)
    except ModuleNotFoundError as error:  # the extra is there in part
        raise MissingExtraError("Text to speech", "speech") from error
    voices.write_utterance(utterance, out, phonemes_path=phonemes)
    typer.echo(f"{out}: {utterance.duration_s:.1f} s, {utterance.language}")
