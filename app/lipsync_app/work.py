"""What jobs do: speak a text, make a video, measure it, draw a portrait; and what is too much for them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from lipsync_tools import pace, workflow
from lipsync_tools.models import Models
from lipsync_tools.progress import Progress
from lipsync_tools.sounds import as_wav, check_length, heard
from lipsync_tools.workflow import Made, Order, Text
from lipsync_utils import RunOptions, sync
from lipsync_utils.errors import InputError
from lipsync_utils.options import Cue
from lipsync_utils.subtitles import write_subtitles

from .limits import LIMITS
from .store import Shelf, digest_of

PORTRAIT = f"portrait of {LIMITS.avatar_side}"
"""What a drawing is called among the times that this machine took."""


def warm_up(models: Models) -> None:
    """Load what the first visitor would otherwise wait for."""
    from lipsync_utils.sync import score  # noqa: F401  (its imports take longest)

    models.loaded(RunOptions(engine="rig"))


def make_video(order: Order, key: str, shelf: Shelf, folder: Path, models: Models, progress: Progress) -> Made:
    """Make the video, or take it from the shelf.

    Args:
        order: what to make.
        key: a name for the result: the same inputs and options make the same video.
        shelf: where results are kept.
        folder: for a voice that is spoken on the way.
        models: kept between jobs.
        progress: of the job; its cancelling ends the work, and nothing is left.
    """
    kept = shelf.get(key)
    if kept is not None:
        return kept
    cues = ()
    if isinstance(order.voice, Text):
        spoken = speak_text(order.voice, folder, progress)
        cues = cues_of(spoken)
        write = replace(order.options.write, subtitles=cues if order.burn_in else ())
        order = replace(order, voice=spoken, burn_in=False, options=replace(order.options, write=write))
    with shelf.place(key) as place:
        made = workflow.make_video(order, place / "talking.mp4", progress=progress, models=models)
    made.cues = cues
    shelf.put(key, made)
    return made


def measure_sync(made: Made, models: Models, progress: Progress, language: str) -> Made:
    """Measure whether the lips of a video are on its sound, and draw that for a visitor of that language."""
    workflow.measure(made, progress=progress, models=models)
    figure_of(made, language)
    return made


def figure_of(made: Made, language: str) -> Path | None:
    """The measurement as a picture with words in that language; None where there is no measurement."""
    if made.sync is None:
        return None
    path = made.video.with_name(f"sync-{language}.png")
    if not path.exists():
        sync.draw([made.sync], path, language=language)
    return path


def report(made: Made) -> str:
    """Everything known about a video, as JSON. Names of files on the server are left out."""
    run = made.summary() | {"output": made.video.name}
    score = run.pop("sync", None)
    score = score and score | dict.fromkeys(("video", "audio"), made.video.name)
    return json.dumps({"run": run, "sync": score, "not_measured": made.unmeasured or None}, indent=2)


def files_of(made: Made, language: str) -> dict[str, Path]:
    """What a visitor may keep: ``"video"``, ``"sound"``, ``"srt"``, ``"vtt"`` (subtitles), ``"figure"`` and
    ``"report"``, as far as it is there.
    """
    told = made.video.with_suffix(".json")
    told.write_text(report(made), encoding="utf-8")  # anew: the score may have come since
    sound = made.video.with_suffix(".wav")
    if not sound.exists():
        as_wav(made.video, sound)
    files = {"video": made.video, "sound": sound}
    for kind in ("srt", "vtt") if made.cues else ():
        files[kind] = made.video.with_suffix(f".{kind}")
        if not files[kind].exists():
            write_subtitles(made.cues, files[kind])
    files |= {"figure": figure_of(made, language), "report": told}
    return {kind: path for kind, path in files.items() if path is not None}


def digest_of_text(text: Text) -> str:
    """A name for what is said."""
    return digest_of("text", repr(text))


def speak_text(text: Text, folder: Path, progress: Progress) -> Path:
    """Speak a text into a WAV file in the folder, its words with their times beside it; one that is there is taken."""
    path = folder / f"spoken-{digest_of_text(text)}.wav"
    if not path.exists():
        progress.enter("voice")
        folder.mkdir(parents=True, exist_ok=True)
        spoken = workflow.speak(text, path)
        try:
            progress.check()
            check_length(spoken.duration_s, LIMITS.voice_s)
        except BaseException:
            path.unlink()
            raise
        path.with_suffix(".json").write_text(json.dumps([asdict(cue) for cue in spoken.cues]), encoding="utf-8")
    return path


def cues_of(spoken: Path) -> tuple[Cue, ...]:
    """The words of a text that :func:`speak_text` has spoken, with their times."""
    return tuple(Cue(**cue) for cue in json.loads(spoken.with_suffix(".json").read_text(encoding="utf-8")))


def draw_portrait(prompt: str, seed: int, folder: Path, progress: Progress) -> Path:
    """Draw the portrait of a person who does not exist; what the prompt was understood as is among the notes."""
    from lipsync_avatars import from_prompt

    progress.enter("portrait")
    progress.expect(pace.usual_s(PORTRAIT))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"portrait-{digest_of(prompt, str(seed))}.png"
    if not path.exists():
        with pace.measured(PORTRAIT):
            from_prompt(prompt, path, seed=seed, size=LIMITS.avatar_side, listener=progress)
    return path


def check_sound(path: Path) -> float:
    """Length of a sound in seconds, once it is sure that it can be heard and is not too long.

    Raises:
        InputError: no sound in it, a damaged or silent one, or more than :attr:`~.limits.Limits.sound_s`.
    """
    return heard(path, most_s=LIMITS.sound_s)


def check_video(path: Path) -> float:
    """Length of a video in seconds; refused is what is none, or one whose frames are too large.

    Raises:
        InputError: with what was received and what is needed.
    """
    from lipsync_utils.media import open_source

    source = open_source(path)
    if source.is_picture:
        raise InputError("Received a picture; this page needs a video. Pictures are for the other page.")
    longest = max(source.width, source.height)
    if longest > LIMITS.video_side:
        raise InputError(
            "The video is {width}x{height} pixels; at most {most} on the longer side "
            "(Full HD) are taken here. Save it smaller, or use the command line, which has no such limit.",
            width=source.width,
            height=source.height,
            most=LIMITS.video_side,
        )
    return source.duration_s
