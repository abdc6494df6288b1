"""The parts of the form: which face, which voice, how. Each knows its words and what was chosen in it."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

from lipsync_utils import media, voices
from lipsync_utils.errors import LipSyncError
from lipsync_utils.options import ARTICULATION, EXPRESSIONS, FaceOptions, MotionOptions, RunOptions

from .. import samples
from ..looking import Seen, look
from ..models import studio_is_ready, wav2lip_is_ready
from ..sounds import heard
from ..workflow import Prompt, Text
from .microphone import Microphone, save_recording
from .pieces import (
    column,
    gallery,
    heading,
    hint,
    on_buttons,
    problem,
    relabel,
    row,
    seen,
    sentence,
    show_if,
    style,
    thumbnail,
    widgets,
)
from .players import SOUND_KINDS, show_audio
from .uploads import save_upload, uploads_in
from .wording import microphone as microphone_words
from .wording import words

FACES = "image/*,video/*,.heic,.heif,.avif,.3gp"
VOICES = "audio/*,video/*,.amr,.3gp"
"""What choosers of files offer; not every browser knows that these endings are pictures and sounds."""

CHOICES = {
    "engine": ("auto", "rig", "wav2lip"),
    "motion": ("natural", "calm", "lively", "still"),
    "expression": EXPRESSIONS,
}


class Panel:
    """One numbered section with a switch between its ways.

    Args:
        number: before the title.
        title: key of the title's text.
        ways: key of each way's text -> its widget; the first is chosen.
        out: folder for uploads and recordings.
        changed: called when something else is chosen.
    """

    def __init__(
        self, number: int, title: str, ways: dict[str, widgets.Widget], out: Path, changed: Callable[[], None]
    ) -> None:
        self.number, self.title, self.ways, self.out, self.changed = number, title, ways, out, changed
        self.file: Path | None = None
        self.heading, self.problem = widgets.HTML(), widgets.HTML()
        self._refused, self._texts, self._quiet = None, words("en"), False
        self.switch = widgets.ToggleButtons(options=list(ways)).add_class("lipsync-switch")
        self.view = column(self.heading, self.switch, *ways.values(), self.problem).add_class("lipsync-panel")
        self.on(self.switch, "value", self._turn)
        self._turn(self.way)

    @property
    def way(self) -> str:
        """Key of the way that is chosen."""
        return self.switch.value

    @property
    def personal(self) -> bool:
        """Whether what is chosen may be a real person's."""
        return self.way in ("face upload", "voice upload", "voice record")

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self._texts, self._quiet = texts, True  # new words for an option seem to be another choice
        self.heading.value = heading(self.number, texts[self.title])
        relabel(self.switch, [(texts[way], way) for way in self.ways])
        self._write(texts)
        self._quiet = False
        self._tell_refusal(self._refused)

    def _write(self, texts: dict[str, str]) -> None:
        """Write what lies in the ways."""
        raise NotImplementedError

    def on(self, widget: widgets.Widget, trait: str, act: Callable[[object], None]) -> None:
        """Act on a trait's new value; an error of ours becomes a message in the panel, never a stack trace."""

        def guarded(change: dict) -> None:
            if self._quiet:
                return
            self._tell_refusal(None)
            try:
                act(change["new"])
            except LipSyncError as error:
                self._tell_refusal(error)
            self.changed()

        widget.observe(guarded, trait)

    def _tell_refusal(self, error: LipSyncError | None) -> None:
        self._refused = error
        self.problem.value = "" if error is None else problem(error.message, language=self._texts["language"])

    def _turn(self, chosen: str) -> None:
        for way, pane in self.ways.items():
            show_if(way == chosen, pane)

    def _arrived(self, value: object) -> None:
        for upload in uploads_in(value):
            self._take(save_upload(upload, self.out))


class FacePanel(Panel):
    """A sample, a file, or a description; its arguments are the last two of a panel."""

    def __init__(self, out: Path, changed: Callable[[], None]) -> None:
        self.studio, self.avatars = studio_is_ready(), list(samples.named("face").values())
        self.sample = gallery("lipsync-faces", self.avatars)
        self.people, self.people_style, self.people_label = gallery("lipsync-people"), style(), widgets.HTML()
        self.view_of: Seen | None = None
        self.upload = widgets.FileUpload(accept=FACES, multiple=False)
        self.path = widgets.Text(continuous_update=False).add_class("lipsync-wide")
        self.prompt = widgets.Textarea(rows=2, disabled=not self.studio).add_class("lipsync-wide")
        self.fine = widgets.Checkbox(indent=False, disabled=not self.studio)
        self.limit, self.seen, self.note = widgets.HTML(), widgets.HTML(), widgets.HTML()
        pictures = style()
        pictures.value = on_buttons("lipsync-faces", [media.read_picture(path) for path in self.avatars])
        self.group = column(self.people_label, self.people_style, self.people)
        show_if(False, self.group)
        ways = {
            "face sample": column(pictures, self.sample),
            "face upload": column(row(self.upload, self.seen), self.group, self.limit, self.path),
            "face prompt": column(self.prompt, self.fine, self.note),
        }
        super().__init__(1, "face", ways, out, changed)
        self.on(self.upload, "value", self._arrived)
        self.on(self.path, "value", self._named)
        for choice in (self.sample, self.people, self.prompt, self.fine):
            self.on(choice, "value", self._other)

    def _write(self, texts: dict[str, str]) -> None:
        relabel(self.sample, [(texts.get(f"sample {path.stem}", path.stem), path) for path in self.avatars])
        self.upload.description = texts["choose picture"]
        self.people_label.value = hint(texts["people"])
        self._tell_people()
        self.limit.value = hint(texts["upload limit"])
        self.prompt.placeholder = texts["prompt hint"]
        self.fine.description = texts["fine"]
        self.note.value = hint(texts["studio ready" if self.studio else "studio missing"])

    def chosen(self) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`."""
        if self.way == "face sample":
            return {"face": self.sample.value}
        if self.way == "face upload":
            return {"face": self.file}
        words = self.prompt.value.strip()
        return {"face": Prompt(words, self.fine.value) if words else None}

    def speaker(self) -> FaceOptions:
        """Which face of the file speaks."""
        seen = self.view_of
        if self.way != "face upload" or seen is None or len(seen.faces) < 2:
            return FaceOptions()
        return FaceOptions(choose=seen.point(seen.faces[self.people.value]))

    def _other(self, _: object) -> None:
        self._tell_seen()

    def _named(self, text: str) -> None:
        if text.strip():
            self._take(Path(text.strip()).expanduser())

    def _take(self, path: Path) -> None:
        self.file, self.view_of, self.seen.value = None, None, ""
        self._tell_people()
        self.view_of = look(path)  # refuses what is no picture and no video, and what no run could make speak
        self.file = path
        self._tell_people()
        self._tell_seen()

    def _tell_people(self) -> None:
        """The people of a group, to be chosen from."""
        faces = () if self.view_of is None else self.view_of.faces
        show_if(len(faces) > 1, self.group)
        options = [(self._texts["person"].format(number=place + 1), place) for place in range(len(faces))]
        if len(options) == len(self.people.options) and options:
            relabel(self.people, options)
            return
        self.people.options = options
        if len(faces) > 1:
            self.people_style.value = on_buttons("lipsync-people", [self.view_of.portrait(face) for face in faces])
            self.people.value = next(place for place, face in enumerate(faces) if face is self.view_of.chosen)

    def _tell_seen(self) -> None:
        """The face that speaks, and how well it will."""
        if self.file is None or self.view_of is None or not self.view_of.faces:
            return
        face = self.view_of.faces[self.people.value or 0]
        alone = thumbnail(self.view_of.portrait(face))
        doubts, texts = self.view_of.doubts(face), self._texts
        told = "".join(sentence(doubt, texts["language"]) for doubt in doubts)
        verdict = f"{texts['face doubt']}{told}" if doubts else texts["face good"]
        picture = f'<img src="{alone}" alt="{html.escape(texts["who speaks"])}">'
        height, width = (round(side / self.view_of.scale) for side in self.view_of.image.shape[:2])
        self.seen.value = seen(picture, self.file.name, f"{width} × {height}<br><bdi>{verdict}</bdi>")


class VoicePanel(Panel):
    """A sample, a file, a recording, or a text; its arguments are the last two of a panel."""

    def __init__(self, out: Path, changed: Callable[[], None]) -> None:
        self.recorded: Path | None = None
        names = {"english": "English", "arabic": "العربية"}
        named = [(names.get(path.stem, path.stem), path) for path in samples.named("voice").values()]
        self.sample = widgets.ToggleButtons(options=named).add_class("lipsync-switch")
        self.seconds = widgets.IntSlider(min=3, max=60, value=6, readout_format="d")
        self.upload, self.microphone = widgets.FileUpload(accept=VOICES, multiple=False), Microphone()
        self.text = widgets.Textarea(rows=3).add_class("lipsync-wide")
        self.speaker = widgets.Dropdown(options=[("", None), *((name, name) for name in voices.PEOPLE)])
        factor = {"min": 0.5, "max": 2.0, "step": 0.05, "value": 1.0, "readout_format": ".2f"}
        self.rate, self.pitch = widgets.FloatSlider(**factor), widgets.FloatSlider(**factor)
        self.how = {name: (widgets.HTML(), getattr(self, name)) for name in ("speaker", "rate", "pitch")}
        self.seconds_label, self.heard, self.note = widgets.HTML(), widgets.HTML(), widgets.HTML()
        ways = {
            "voice sample": column(self.sample, row(self.seconds_label, self.seconds)),
            "voice upload": row(self.upload, self.heard),
            "voice record": column(self.microphone),
            "voice text": column(self.text, *(row(*labelled) for labelled in self.how.values()), self.note),
        }
        super().__init__(2, "voice", ways, out, changed)
        self.on(self.upload, "value", self._arrived)
        self.on(self.microphone, "recording", self._recorded)
        for choice in (self.sample, self.seconds, self.text, self.speaker, self.rate, self.pitch):
            self.on(choice, "value", lambda _: None)

    def _write(self, texts: dict[str, str]) -> None:
        self.seconds_label.value = hint(texts["seconds"])
        self.upload.description = texts["choose sound"]
        self.microphone.texts = microphone_words(texts)
        self.text.placeholder, self.note.value = texts["text hint"], hint(texts["text hint"])
        for name, (label, _) in self.how.items():
            label.value = hint(texts[name])
        named = [(texts[f"speaker {name}"], name) for name in voices.PEOPLE]
        relabel(self.speaker, [(texts["speaker fits"], None), *named])

    def chosen(self) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`."""
        if self.way == "voice sample":
            return {"voice": self.sample.value, "seconds": float(self.seconds.value)}
        if self.way == "voice text":
            return {"voice": self._text()}
        return {"voice": self.file if self.way == "voice upload" else self.recorded}

    def _take(self, path: Path) -> None:
        self.file, self.heard.value = None, ""
        length = heard(path)  # refuses what has no sound
        player = show_audio(path).data if path.suffix.lower() in SOUND_KINDS else ""
        self.heard.value = seen(player, path.name, f"{length:.1f} s")
        self.file = path

    def _text(self) -> Text | None:
        words, whose = self.text.value.strip(), self.speaker.value
        if not words:
            return None
        voice = None
        if whose is not None:
            sex, age = voices.PEOPLE[whose]
            voice = voices.voice_for(voices.detect_language(words), sex=sex, age=age)
        return Text(words, voice=voice, rate=self.rate.value, pitch=self.pitch.value)

    def _recorded(self, recording: bytes) -> None:
        self.recorded = None
        if recording:
            saved = save_recording(recording, self.out)
            heard(saved)
            self.recorded = saved


class SettingsPanel:
    """Engine, motion, expression and articulation."""

    def __init__(self) -> None:
        wav2lip = wav2lip_is_ready()
        self.heading, self.note = widgets.HTML(), widgets.HTML()
        self.engine = widgets.Dropdown(options=CHOICES["engine"])
        self.motion = widgets.ToggleButtons(options=CHOICES["motion"]).add_class("lipsync-switch")
        self.expression = widgets.Dropdown(options=CHOICES["expression"])
        self.choices = {name: (widgets.HTML(), getattr(self, name)) for name in CHOICES}
        least, most = ARTICULATION
        self.articulation = widgets.FloatSlider(min=least, max=most, step=0.1, value=1.0, readout_format=".1f")
        self.label = widgets.HTML()
        choices = row(*(row(*choice) for choice in self.choices.values()))
        self.view = column(self.heading, choices, row(self.label, self.articulation), self.note).add_class(
            "lipsync-panel"
        )
        self.engine.observe(lambda change: show_if(change["new"] == "wav2lip" and not wav2lip, self.note), "value")
        show_if(False, self.note)

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self.heading.value = heading(3, texts["settings"])
        for name, (label, choice) in self.choices.items():
            label.value = hint(texts[name])
            relabel(choice, [(texts[f"{name} {option}"], option) for option in CHOICES[name]])
        self.label.value, self.note.value = hint(texts["articulation"]), hint(texts["wav2lip missing"])

    def chosen(self, face: FaceOptions) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`, with which face speaks."""
        motion = MotionOptions(
            style=self.motion.value, expression=self.expression.value, articulation=self.articulation.value
        )
        return {"options": RunOptions(engine=self.engine.value, face=face, motion=motion)}
