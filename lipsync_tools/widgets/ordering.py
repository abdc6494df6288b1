"""What the form asks for, and the one function that makes it: the same for a button and for a plain cell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync_utils.errors import InputError, LipSyncError

from .progress import STAGES, Progress
from .uploads import free_name

if TYPE_CHECKING:
    from lipsync_utils.records import RunReport
    from lipsync_utils.sync import SyncReport


@dataclass(frozen=True)
class Order:
    """One wish: a face, a voice, and how.

    Attributes:
        face: a picture or a video; or
        prompt: words from which a portrait of nobody is drawn by the avatar studio.
        voice: a sound, or a video with sound; or
        text: what is to be said, in English or Arabic.
        seconds: only the first seconds of ``voice``; None takes all of it.
        engine: ``"auto"``, ``"rig"`` or ``"wav2lip"``.
        motion: ``"natural"`` or ``"still"``, for a picture.
        seed: fixes motion and avatar.
        fine: draw the avatar large and slowly instead of quickly.
        personal: face or voice may be a real person's: it was uploaded or recorded.
        consent: that person has agreed.
    """

    face: str | os.PathLike[str] | None = None
    prompt: str | None = None
    voice: str | os.PathLike[str] | None = None
    text: str | None = None
    seconds: float | None = None
    engine: str = "auto"
    motion: str = "natural"
    seed: int = 0
    fine: bool = False
    personal: bool = False
    consent: bool = False

    def __post_init__(self) -> None:
        if (self.face is None) == (self.prompt is None):
            raise InputError("One face is needed. Choose a sample, upload a picture or video, or write a prompt.")
        if (self.voice is None) == (self.text is None):
            raise InputError("One voice is needed. Choose a sample, upload or record one, or write a text.")
        if self.personal and not self.consent:
            raise InputError(
                "An uploaded or recorded face or voice may be a real person's. Tick that this person has agreed to "
                "this use, or choose a sample."
            )

    @property
    def stages(self) -> tuple[str, ...]:
        """What has to be done, names from :data:`~lipsync_tools.widgets.progress.STAGES`."""
        left_out = {name for name, wanted in (("avatar", self.prompt), ("voice", self.text)) if wanted is None}
        return tuple(name for name in STAGES if name not in left_out)


@dataclass(frozen=True)
class Made:
    """What came of an order.

    Attributes:
        video: the finished file.
        run: how it was made.
        sync: whether its lips are on its sound; None where that could not be measured.
        remark: why it could not; otherwise empty.
    """

    video: Path
    run: RunReport
    sync: SyncReport | None
    remark: str = ""


def make_video(order: Order, out: str | os.PathLike[str], *, progress: Progress | None = None) -> Made:
    """Make the video that was ordered, and score it.

    Args:
        order: what is wanted.
        out: folder for the video (``talking-N.mp4``) and what is made on the way; made where it is missing.
        progress: is told about every step, and may stop the work.

    Raises:
        LipSyncError: a face, voice, text or option that cannot be used; the message says what to do.
        Stopped: ``progress`` was asked to stop. No video is left.
    """
    from lipsync_utils.options import MotionOptions, RunOptions
    from lipsync_utils.pipeline import run

    progress = progress or Progress(order.stages)
    options = RunOptions(engine=order.engine, motion=MotionOptions(style=order.motion, seed=order.seed))
    face, voice = _face(order, Path(out), progress), _voice(order, Path(out), progress)
    progress.enter("frames")
    target = free_name(out, "talking", ".mp4")
    report = run(face, voice, target, options=options, listener=progress)
    try:
        return Made(target, report, *_score(target, progress))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _face(order: Order, out: Path, progress: Progress) -> str | os.PathLike[str]:
    if order.prompt is None:
        return order.face
    from lipsync_avatars import from_prompt

    progress.enter("avatar")
    target = free_name(out, "avatar", ".png")
    return from_prompt(order.prompt, target, seed=order.seed, preview=not order.fine, listener=progress).path


def _voice(order: Order, out: Path, progress: Progress) -> str | os.PathLike[str]:
    if order.text is not None:
        from lipsync_utils.voices import speak, write_utterance

        progress.enter("voice")
        target = free_name(out, "spoken", ".wav")
        write_utterance(speak(order.text), target)
        return target
    if order.seconds is None:
        return order.voice
    from .sounds import beginning

    return beginning(order.voice, order.seconds, free_name(out, "voice", ".wav"))


def _score(video: Path, progress: Progress) -> tuple[SyncReport | None, str]:
    """The report, or why there is none: a video that cannot be scored is still a video."""
    from lipsync_utils.sync import score

    from .progress import Stopped

    progress.enter("score")
    try:
        return score(video, step=lambda done, total: progress.step("score", done, total)), ""
    except Stopped:
        raise
    except LipSyncError as error:
        return None, str(error)
