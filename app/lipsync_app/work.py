"""What jobs do: speak a text, make a video, measure it, draw a portrait. Only public functions of the package."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync_utils import FaceOptions, RunOptions
from lipsync_utils.errors import InputError, LipSyncError

from .jobs import Job
from .limits import LIMITS
from .store import Shelf, digest_of

if TYPE_CHECKING:
    from lipsync_avatars import PortraitCheck
    from lipsync_utils import RunReport
    from lipsync_utils.faces.detector import FaceDetector
    from lipsync_utils.pipeline import Loaded
    from lipsync_utils.sync import SyncReport


@dataclass(frozen=True)
class Text:
    """Words to speak.

    Attributes:
        words: what to say.
        language: ``"en"``, ``"ar"``, or None: by the letters.
    """

    words: str
    language: str | None = None

    @property
    def digest(self) -> str:
        """A name for this content."""
        return digest_of("text", self.words, self.language or "")


@dataclass(frozen=True)
class Sound:
    """A recording on the disk.

    Attributes:
        path: where it lies.
        digest: a name for its content.
    """

    path: Path
    digest: str


@dataclass(frozen=True)
class Order:
    """A video that is to be made.

    Attributes:
        face: picture or video.
        face_digest: a name for its content.
        voice: what is to be heard.
        options: of the run.
    """

    face: Path
    face_digest: str
    voice: Text | Sound
    options: RunOptions

    @property
    def key(self) -> str:
        """A name for the result: the same inputs and options make the same video."""
        return digest_of(self.face_digest, self.voice.digest, repr(self.options))


@dataclass
class Made:
    """A finished video, and what is found out about it later.

    Attributes:
        video: the file.
        run: what was done.
        sync: whether the lips are on the sound; None: not measured (yet).
        figure: the measurement as a picture.
        unmeasured: why there is no measurement, in a sentence.
    """

    video: Path
    run: RunReport
    sync: SyncReport | None = None
    figure: Path | None = None
    unmeasured: str = ""

    @property
    def measured(self) -> bool:
        """Whether nothing more is to be found out."""
        return self.sync is not None or bool(self.unmeasured)

    def report(self) -> str:
        """Everything known, as JSON. Names of files on the server are left out."""
        run = asdict(self.run) | {"output": self.video.name}
        sync = None if self.sync is None else self.sync.summary() | dict.fromkeys(("video", "audio"), self.video.name)
        return json.dumps({"run": run, "sync": sync, "not_measured": self.unmeasured or None}, indent=2)


@dataclass
class Models:
    """Engines and detectors, loaded when they are first needed and kept. Jobs run one at a time and may share them."""

    _loaded: dict[tuple, Loaded] = field(default_factory=dict)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _detector: FaceDetector | None = None

    def loaded(self, options: RunOptions) -> Loaded:
        """What :func:`lipsync_utils.run` needs for these options."""
        from lipsync_utils.pipeline import load

        key = options.engine, options.wav2lip
        if key not in self._loaded:
            self._loaded[key] = load(options)
        return self._loaded[key]

    def check_portrait(self, picture: Path) -> PortraitCheck:
        """What the face mesh sees in a picture; may be called while a job runs."""
        from lipsync_avatars import check_portrait
        from lipsync_utils.faces.detector import make_detector
        from lipsync_utils.media import read_picture

        with self._looking:  # a detector has buffers: the jobs have theirs, visitors take turns with this one
            self._detector = self._detector or make_detector(FaceOptions())
            return check_portrait(read_picture(picture), self._detector)


def warm_up(models: Models) -> None:
    """Load what the first visitor would otherwise wait for."""
    from lipsync_utils.sync import score  # noqa: F401  (its imports take longest)

    models.loaded(RunOptions(engine="rig"))


def make_video(order: Order, shelf: Shelf, folder: Path, models: Models, job: Job) -> Made:
    """Make the video, or take it from the shelf.

    Args:
        order: what to make.
        shelf: where results are kept.
        folder: for a voice that is spoken on the way.
        models: kept between jobs.
        job: is told about progress; its cancelling ends the work, and nothing is left.
    """
    from lipsync_utils import run

    kept = shelf.get(order.key)
    if kept is not None:
        return kept
    voice = speak_text(order.voice, folder, job).path if isinstance(order.voice, Text) else order.voice.path
    job.enter("loading")
    loaded = models.loaded(order.options)
    job.enter("reading")
    with shelf.place(order.key) as place:
        report = run(order.face, voice, place / "talking.mp4", options=order.options, listener=job, loaded=loaded)
        made = Made(place / "talking.mp4", report)
    shelf.put(order.key, made)
    return made


def measure_sync(made: Made, models: Models, job: Job) -> Made:
    """Measure whether the lips of a video are on its sound. It stands whether or not that can be measured."""
    from lipsync_utils.sync import draw, score

    job.enter("score")
    detector = models.loaded(RunOptions(engine="rig")).detector
    try:
        report = score(made.video, detector=detector, step=lambda done, total: job.step("score", done, total))
        figure = made.video.with_name("sync.png")
        draw([report], figure)
        made.figure, made.sync = figure, report
    except LipSyncError as error:
        made.unmeasured = str(error)
    return made


def speak_text(text: Text, folder: Path, job: Job) -> Sound:
    """Speak a text into a WAV file in the folder; one that is there already is taken."""
    from lipsync_utils.voices import speak, write_utterance

    path = folder / f"spoken-{text.digest}.wav"
    if path.exists():
        return Sound(path, text.digest)
    job.enter("speaking")
    utterance = speak(text.words, language=text.language)
    job.check()
    check_length(utterance.duration_s)
    folder.mkdir(parents=True, exist_ok=True)
    write_utterance(utterance, path)
    return Sound(path, text.digest)


def draw_portrait(prompt: str, seed: int, folder: Path, job: Job) -> Path:
    """Draw the portrait of a person who does not exist; what the prompt was understood as is told to the job."""
    from lipsync_avatars import from_prompt

    job.enter("drawing")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"portrait-{digest_of(prompt, str(seed))}.png"
    if not path.exists():
        from_prompt(prompt, path, seed=seed, size=LIMITS.avatar_side, listener=job)
    return path


def check_length(seconds: float) -> None:
    """Refuse a voice that is too long.

    Raises:
        InputError: it is.
    """
    if seconds > LIMITS.voice_s:
        raise InputError(
            f"The voice lasts longer than {LIMITS.voice_s:.0f} s, the most that is taken here. Cut it, or use the "
            "command line, which has no such limit."
        )


def check_sound(path: Path) -> float:
    """Length of a sound in seconds, once it is sure that it can be read and is not too long.

    Raises:
        InputError: no sound in it, a damaged one, or more than :attr:`~.limits.Limits.voice_s`.
    """
    from lipsync_utils.media import SoundReader

    samples = 0
    with SoundReader(path) as reader:
        for block in reader.blocks():
            samples += block.shape[1]
            check_length(samples / reader.rate)  # at once: what is small as a file may last for hours
    return samples / reader.rate


def check_video(path: Path) -> None:
    """Refuse what is no video, or one whose frames are too large.

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
            f"The video is {source.width}x{source.height} pixels; at most {LIMITS.video_side} on the longer side "
            "(Full HD) are taken here. Save it smaller, or use the command line, which has no such limit."
        )
