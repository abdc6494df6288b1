"""What one visitor has chosen, made and put into the queue. It belongs to the visit, so that loading the page again,
which gives the tab a new session, loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lipsync_avatars import Depicted
from lipsync_tools.progress import Job
from lipsync_tools.workflow import Made, Text

SLOTS = {"talk": "face", "dub": "video"}
"""Page -> where its face is kept."""


@dataclass(frozen=True)
class Face:
    """Who is to speak.

    Attributes:
        path: picture or video.
        digest: a name for its content.
        label: name of the text that says what it is.
        thumbnail: a small picture of it (WebP).
        real: may be a real person, who has to agree.
        shared: comes with the app, so that results of it are nobody's secret.
        doubts: what may spoil the result, in sentences.
        choose: where the face is that speaks, in pixels; None: the largest.
        group: the faces to choose from, from left to right, where there are several.
        seconds: length of a video.
        part: of a video, from when to when it is taken, in seconds; None: all of it.
        depicts: of nobody real, whether it is a woman, a man, a child; None: not known. No picture is guessed at.
    """

    path: Path
    digest: str
    label: str
    thumbnail: bytes
    real: bool = True
    shared: bool = False
    doubts: tuple[str, ...] = ()
    choose: tuple[float, float] | None = None
    group: tuple[Face, ...] = ()
    seconds: float | None = None
    part: tuple[float, float] | None = None
    depicts: Depicted | None = None


@dataclass(frozen=True)
class Voice:
    """What is to be heard.

    Attributes:
        content: a text, or a recording on the disk.
        digest: a name for its content.
        label: name of the text that says what it is.
        seconds: its length; None for a text that was not spoken yet.
        real: may be a real person's, who has to agree.
        shared: comes with the app.
        part: from when to when it is heard, in seconds; None: all of it.
    """

    content: Text | Path
    digest: str
    label: str
    seconds: float | None = None
    real: bool = True
    shared: bool = False
    part: tuple[float, float] | None = None

    @property
    def lasts_s(self) -> float | None:
        """How long it is heard, in seconds; None for a text that was not spoken yet."""
        return self.seconds if self.part is None else self.part[1] - self.part[0]


@dataclass(frozen=True)
class Wish:
    """What a job is about.

    Attributes:
        title: who, or what, in words that are chosen when they are shown: for each language.
        line: likewise, what is said.
        thumbnail: a small picture (WebP); None: there is none.
    """

    title: Callable[[], str]
    line: Callable[[], str]
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class Result:
    """A finished video of this visit."""

    made: Made
    wish: Wish
    job: Job


@dataclass
class Desk:
    """Everything that a visitor has before them.

    Attributes:
        face: who speaks on the page Talking picture.
        voice: what is heard, on both pages.
        video: who speaks on the page Dub.
        kept: what was last taken from where, by slot (``"face"``, ``"voice"``, ``"video"``) and source: what was
            recorded is there again when the visitor comes back from the samples.
        refused: by slot, what is wrong with a file that was given.
        choices: by name, what widgets were set to; Streamlit forgets those that it does not show.
        agreed: to which faces with which voices everybody has agreed.
        hint: what is to be told beside the button, once.
        jobs: the latest by purpose: ``"talk"``, ``"dub"``, ``"draw"``, ``"listen"``, ``"score"``.
        wishes: what they are about.
        results: finished videos, the newest first.
        shown: the one that is looked at.
    """

    face: Face
    voice: Voice
    video: Face
    kept: dict[tuple[str, str], Face | Voice] = field(default_factory=dict)
    refused: dict[str, Exception] = field(default_factory=dict)
    choices: dict[str, object] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    hint: str | Exception = ""
    jobs: dict[str, Job] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    shown: Result | None = None

    def take(self, slot: str, source: str, new: Face | Voice) -> None:
        """Choose what has just been taken from a source."""
        self.kept[slot, source] = new
        setattr(self, slot, new)

    def change(self, slot: str, new: Face | Voice) -> None:
        """Choose a variant of what is chosen: another person in the picture, another part of the recording."""
        old = getattr(self, slot)
        self.kept.update({place: new for place, thing in self.kept.items() if thing is old})
        setattr(self, slot, new)

    def turn_to(self, slot: str, source: str) -> None:
        """Choose what was taken from that source before, if anything was."""
        if (slot, source) in self.kept:
            setattr(self, slot, self.kept[slot, source])

    def drop(self, slot: str, source: str) -> Face | Voice | None:
        """Forget what was taken from a source; if it was chosen, a sample is instead. What was forgotten."""
        old = self.kept.pop((slot, source), None)
        if old is not None and getattr(self, slot) is old:
            self.turn_to(slot, "samples")
        return old

    def active(self) -> str | None:
        """Purpose of the job that is waiting or running, if there is one; measuring does not count."""
        return next((name for name, job in self.jobs.items() if name != "score" and not job.over), None)

    def collect(self) -> None:
        """Put videos that have been finished among the results, and show the newest; forget those that are gone."""
        for page in SLOTS:
            job = self.jobs.get(page)
            if job is not None and job.state == "done" and all(result.job is not job for result in self.results):
                self.shown = Result(job.result, self.wishes[page], job)
                others = [result for result in self.results if result.made is not job.result]
                self.results = [self.shown, *others]
        self.results = [result for result in self.results if result.made.video.exists()]
