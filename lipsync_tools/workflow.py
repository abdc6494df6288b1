"""From an order to a finished, measured video: the same for the command line, the form and the web app.

>>> made = make_video(Order("woman", Text("Hello there.")), "talking.mp4")
>>> made.sync.verdict
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import lipsync_avatars
import lipsync_utils
from lipsync_utils import media, speech, sync, voices
from lipsync_utils.errors import InputError, LipSyncError, OutputError
from lipsync_utils.messages import joined
from lipsync_utils.options import Cue, FaceChoice, FaceOptions, RunOptions
from lipsync_utils.records import FaceCurves, RunReport
from lipsync_utils.speakers import Speaker, load_voices, speakers_of
from lipsync_utils.subtitles import cues as cues_of
from lipsync_utils.subtitles import ending

from . import pace, samples
from .looking import look
from .models import Models
from .progress import Progress, Stopped
from .sounds import beginning

if TYPE_CHECKING:
    from lipsync_utils.faces.detector import FaceDetector

STAGES = ("voice", "portrait", "frames", "score")
"""What may have to be done for one video, in this order: first what is quick and may be refused."""


@dataclass(frozen=True)
class Text:
    """Words to speak, and how.

    Attributes:
        words: as they are to be read, and shown in subtitles.
        language: ``"en"``, ``"ar"``, or None: by the letters.
        voice: a name that :func:`lipsync_utils.voices.offered` lists; None: one that fits the face, where it is known
            whose that is (:func:`voice_for_face`), else the usual one.
        rate: factor on the speed, 0.5 to 2.0.
        pitch: factor on the pitch, 0.5 to 2.0.
    """

    words: str
    language: str | None = None
    voice: str | None = None
    rate: float = 1.0
    pitch: float = 1.0


@dataclass(frozen=True)
class Spoken:
    """A text that was spoken into a file.

    Attributes:
        duration_s: of the sound, in seconds.
        language: in which it was read.
        cues: its words, with times, as subtitles show them.
    """

    duration_s: float
    language: str
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """Words from which a portrait of nobody is drawn, with the run's seed; ``fine``: large and slowly."""

    words: str
    fine: bool = False


@dataclass(frozen=True)
class Order:
    """One wish: a face, a voice, and how.

    Attributes:
        face: a picture, a video, the name of a sample, or a prompt.
        voice: a sound, a video with sound, the name of a sample, or a text; several sounds by the faces that speak
            them at the same time.
        seconds: only the first seconds of the voice's file, up to a pause; None takes all of it, as is done where there
            are several, or the stretch that the options name.
        options: of the run.
        score: measure afterwards whether the lips are on the sound.
        burn_in: draw the words of a text into the pictures, as subtitles.
        personal: face or voice may be a real person's: it was uploaded or recorded.
        consent: that person has agreed.
    """

    face: str | os.PathLike[str] | Prompt | None = None
    voice: str | os.PathLike[str] | Text | Mapping[FaceChoice, str | os.PathLike[str]] | None = None
    seconds: float | None = None
    options: RunOptions = field(default_factory=RunOptions)
    score: bool = True
    burn_in: bool = False
    personal: bool = False
    consent: bool = False

    def __post_init__(self) -> None:
        if self.face is None:
            raise InputError("One face is needed. Choose a sample, upload a picture or video, or write a prompt.")
        if self.voice is None:
            raise InputError("One voice is needed. Choose a sample, upload or record one, or write a text.")
        if self.burn_in and not isinstance(self.voice, Text):
            raise InputError(
                "Subtitles were asked for, and the voice is a recording; they are made of a text that is spoken. Write "
                "one, or leave the subtitles out."
            )
        if self.personal and not self.consent:
            raise InputError(
                "An uploaded or recorded face or voice may be a real person's. Tick that this person has agreed to "
                "this use, or choose a sample."
            )
        if self.seconds is not None and not self.options.voice_span.is_all:
            raise InputError(
                "Both the first {seconds:g} s of the voice and a part of it were asked for. Leave one of them out.",
                seconds=self.seconds,
            )

    @property
    def stages(self) -> tuple[str, ...]:
        """What has to be done, names from :data:`STAGES`."""
        wanted = isinstance(self.voice, Text), isinstance(self.face, Prompt), True, self.score
        return tuple(name for name, needed in zip(STAGES, wanted, strict=True) if needed)


@dataclass
class Made:
    """What came of an order; :func:`measure` fills in what is about the sync.

    Attributes:
        video: the finished file.
        run: how it was made.
        face: which face speaks, in the video's own pixels.
        speakers: where several speak: each face, in the video's own pixels, and what it says.
        cues: the words of a text that was spoken, as subtitles show them.
        sync: whether its lips are on its sound; None: not measured.
        syncs: likewise, where several speak, by face: of each whether its lips are on its own sound.
        figure: the measurement as a picture, if that was asked for.
        unmeasured: why it could not be measured; otherwise empty.
    """

    video: Path
    run: RunReport
    face: FaceOptions
    speakers: tuple[Speaker, ...] = ()
    cues: tuple[Cue, ...] = ()
    sync: sync.SyncReport | None = None
    syncs: dict[FaceChoice, sync.SyncReport] = field(default_factory=dict)
    figure: Path | None = None
    unmeasured: str = ""

    @property
    def measured(self) -> bool:
        """Whether nothing more is to be found out."""
        return self.sync is not None or bool(self.syncs) or bool(self.unmeasured)

    def summary(self) -> dict[str, object]:
        """The report of the run, for JSON; under ``sync`` the score, of several a list, and under ``cues`` the words,
        where there are any."""
        several = [{"face": face, **report.summary()} for face, report in self.syncs.items()]
        found = {
            "sync": several or (self.sync and self.sync.summary()),
            "cues": [asdict(cue) for cue in self.cues],
        }
        return asdict(self.run) | {name: value for name, value in found.items() if value}

    def curves(self) -> FaceCurves:
        """What the speech model hears in the video: the face's motion at 100 Hz."""
        return speech.SpeechModel.load()(media.load_speech(self.video))


def make_video(
    order: Order,
    out: str | os.PathLike[str],
    *,
    figure: str | os.PathLike[str] | None = None,
    language: str = "en",
    progress: Progress | None = None,
    models: Models | None = None,
) -> Made:
    """Make the video that was ordered, and score it if that was ordered, too.

    Args:
        order: what is wanted.
        out: the video to write. What is made on the way, a spoken text or a portrait, lies beside it.
        figure: where to draw the measurement.
        language: of the words in it, ``"en"`` or ``"ar"``.
        progress: is told about every step, and may stop the work.
        models: what is loaded already, and kept for other orders.

    Raises:
        LipSyncError: a face, voice, text or option that cannot be used; the message says what to do.
        Stopped: ``progress`` was asked to stop. Nothing is left, as after every error.
    """
    progress = progress or Progress(order.stages)
    detector = None if models is None else models.loaded(order.options).detector
    order, target, left = checked(order, out, figure=figure, detector=detector), Path(out).expanduser(), []
    with _removed_after(BaseException, left):
        voice, cues = _voice(order, target.parent, progress, left)
        face = _face(order, target.parent, progress, left)
        progress.enter("frames")
        options = order.options if voice is order.voice else replace(order.options, audio_track=None)  # made here
        if order.burn_in:
            options = replace(options, write=replace(options.write, subtitles=cues))
        loaded = None if models is None else models.loaded(options)
        report = lipsync_utils.run(face, voice, out, options=options, listener=progress, loaded=loaded)
    in_video = {"choose": report.speakers[0].face, "min_size": options.face.min_size * report.scale}
    in_video["detector"] = FaceOptions.detector
    made = Made(target, report, replace(options.face, **in_video), cues=ending(cues, report.duration_s))
    if len(report.speakers) > 1:
        made.speakers = tuple(
            replace(speaker, face=replace(made.face, choose=known.face))
            for speaker, known in zip(speakers_of(load_voices(voice, options), options), report.speakers, strict=True)
        )
    if order.score:
        with _removed_after((Stopped, KeyboardInterrupt, SystemExit), [*left, target]):
            measure(made, figure=figure, language=language, progress=progress, models=models)
    return made


def checked(
    order: Order,
    out: str | os.PathLike[str],
    *,
    figure: str | os.PathLike[str] | None = None,
    detector: FaceDetector | None = None,
) -> Order:
    """The order with files in place of samples' names, once all can be opened, and a face is seen (:func:`.look`).

    This comes before anything is asked or slow.

    Args:
        order: what is wanted.
        out: the video to write.
        figure: where to draw the measurement.
        detector: what finds faces, if there is one already.

    Raises:
        LipSyncError: as :func:`make_video`.
    """
    check_figure(figure, scored=order.score)
    media.check_output(Path(out))
    if not isinstance(order.face, Prompt):
        order = replace(order, face=samples.find(order.face, "face"))
        media.open_source(order.face, track=order.options.video_track, span=order.options.video_span)
    if isinstance(order.voice, Mapping):
        order = replace(order, voice={face: samples.find(voice, "voice") for face, voice in order.voice.items()})
    elif not isinstance(order.voice, Text):
        order = replace(order, voice=samples.find(order.voice, "voice"))
    for voice in _files_of(order.voice):
        with media.SoundReader(voice, track=order.options.audio_track):
            pass
    if not (order.options.voice_span.is_all or isinstance(order.voice, Text)):  # what is decoded says where it ends
        load_voices(order.voice, order.options)
    if not isinstance(order.face, Prompt):
        look(order.face, order.options, detector=detector)
    return order


def _files_of(voice: Path | Text | Mapping[FaceChoice, Path]) -> list[Path]:
    if isinstance(voice, Text):
        return []
    return list(voice.values()) if isinstance(voice, Mapping) else [voice]


def measure(
    made: Made,
    *,
    figure: str | os.PathLike[str] | None = None,
    language: str = "en",
    progress: Progress | None = None,
    models: Models | None = None,
) -> Made:
    """Measure whether the lips of a video are on its sound. It stands whether or not that can be measured."""
    progress = progress or Progress(("score",))
    progress.enter("score")
    detector = None if models is None else models.detector
    wanted, reports, refused = made.speakers or (None,), {}, []
    for number, speaker in enumerate(wanted):
        face = made.face if speaker is None else speaker.face
        try:
            report = sync.score(
                made.video,
                face=face,
                audio=None if speaker is None else speaker.speech,
                detector=detector,
                step=lambda done, total, before=number: progress.step(
                    "score", before * total + done, len(wanted) * total
                ),
            )
        except LipSyncError as error:
            refused.append(error.message)
            continue
        reports[None if speaker is None else speaker.face.choose] = report
    try:
        if figure is not None and reports:
            sync.draw([*reports.values()], figure, language=language)
            made.figure = Path(figure).expanduser()
    except LipSyncError as error:
        refused.append(error.message)
    if made.speakers:
        made.syncs.update(reports)
    else:
        made.sync = reports.get(None)  # at last: whoever sees that it is measured finds the figure, too
    made.unmeasured = joined(dict.fromkeys(refused)) if refused else ""
    return made


def speak(text: Text, target: Path, *, face: str | os.PathLike[str] | Prompt | None = None, seed: int = 0) -> Spoken:
    """Speak a text into a WAV file.

    Args:
        text: what to say; where it names no voice, one is taken that fits the face.
        target: the file to write.
        face: who is to speak, if that is known already.
        seed: that of the run, with which a prompt's portrait is drawn.

    Raises:
        LipSyncError: a text, voice, rate or pitch that cannot be used, or a file that cannot be written.
    """
    voice, language = text.voice, text.language or voices.detect_language(text.words)
    if voice is None and face is not None:
        voice = voice_for_face(face, language, seed=seed)
    how = {"language": text.language, "voice": voice, "rate": text.rate, "pitch": text.pitch}
    utterance = voices.speak(text.words, **how)
    voices.write_utterance(utterance, target)
    return Spoken(utterance.duration_s, utterance.language, cues_of(utterance))


def voice_for_face(face: str | os.PathLike[str] | Prompt, language: str, *, seed: int = 0) -> str | None:
    """The name of the voice that fits a face, if it is known whose that is: a sample's, or a portrait that was drawn.

    Args:
        face: a picture, beside which lies what it was drawn from; the name of a sample; or a prompt.
        language: that the voice should speak, ``"en"`` or ``"ar"``.
        seed: with which the prompt's portrait is drawn.

    Returns:
        None for everybody else: no picture is guessed at.

    Raises:
        InputError: a prompt that cannot be drawn, or a language that there is not.
    """
    if isinstance(face, Prompt):
        person = lipsync_avatars.depicted_by(face.words, seed=seed)
    else:
        person = lipsync_avatars.person_in(samples.find(face, "face"))
    return None if person is None else voices.voice_for(language, sex=person.sex, age=person.age)


def check_figure(figure: str | os.PathLike[str] | None, *, scored: bool = True) -> None:
    """Refuse a figure that could not be drawn, before any work is done; None is always possible."""
    if figure is None:
        return
    if not scored:
        raise InputError("--figure draws what --score measures; add --score.")
    from lipsync_utils.sync import figure as figures

    if not figures.check_figure(figure).parent.is_dir():
        raise OutputError(
            "The folder of the figure {figure!r} does not exist. Choose one that does.", figure=str(figure)
        )


def free_name(folder: str | os.PathLike[str], stem: str, suffix: str) -> Path:
    """``stem-1.suffix``, or the next number that is not taken; the folder is made where it is missing."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = (Path(folder) / f"{stem}-{number}{suffix}" for number in count(1))
    return next(path for path in paths if not path.exists())


def _voice(order: Order, folder: Path, progress: Progress, left: list[Path]) -> tuple[Path, tuple[Cue, ...]]:
    """The file of the voice, and its words where they are known."""
    if isinstance(order.voice, Text):
        progress.enter("voice")
        left.append(free_name(folder, "spoken", ".wav"))
        return left[-1], speak(order.voice, left[-1], face=order.face, seed=order.options.motion.seed).cues
    if order.seconds is not None and not isinstance(order.voice, Mapping):
        left.append(free_name(folder, "voice", ".wav"))
        beginning(order.voice, order.seconds, left[-1], track=order.options.audio_track)
    return left[-1] if left else order.voice, ()


def _face(order: Order, folder: Path, progress: Progress, left: list[Path]) -> Path:
    if not isinstance(order.face, Prompt):
        return order.face
    kind = "portrait, large" if order.face.fine else "portrait, quick"
    progress.enter("portrait")
    progress.expect(pace.usual_s(kind))
    target, seed = free_name(folder, "avatar", ".png"), order.options.motion.seed
    options = {"seed": seed, "preview": not order.face.fine, "listener": progress}
    with pace.measured(kind):
        path = lipsync_avatars.from_prompt(order.face.words, target, **options).path
    left += folder.glob(f"{target.stem}.*")  # with what describes it
    return path


@contextlib.contextmanager
def _removed_after(errors: type[BaseException] | tuple[type[BaseException], ...], files: list[Path]) -> Iterator[None]:
    """Remove files if one of these errors comes."""
    try:
        yield
    except errors:
        for path in files:
            path.unlink(missing_ok=True)
        raise
