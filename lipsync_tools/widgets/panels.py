"""The parts of the form: which face, which voice, how. Each knows its words and what was chosen in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lipsync_utils import media
from lipsync_utils.errors import LipSyncError
from lipsync_utils.options import MotionOptions, RunOptions

from .. import samples
from ..models import studio_is_ready, wav2lip_is_ready
from ..workflow import Prompt, Text
from .microphone import Microphone, save_recording
from .pieces import column, gallery_style, heading, hint, problem, relabel, row, seen, show_if, thumbnail, widgets
from .players import SOUND_KINDS, show_audio
from .uploads import save_upload, uploads_in
from .wording import microphone as microphone_words

CHOICES = {"engine": ("auto", "rig", "wav2lip"), "motion": ("natural", "still")}


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
        self._refused, self._language = None, "en"
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
        self._language, refused = texts["language"], self._refused
        self.heading.value = heading(self.number, texts[self.title])
        relabel(self.switch, [(texts[way], way) for way in self.ways])  # which seems to be another choice
        self._tell_refusal(refused)

    def on(self, widget: widgets.Widget, trait: str, act: Callable[[object], None]) -> None:
        """Act on a trait's new value; an error of ours becomes a message in the panel, never a stack trace."""

        def guarded(change: dict) -> None:
            self._tell_refusal(None)
            try:
                act(change["new"])
            except LipSyncError as error:
                self._tell_refusal(error)
            self.changed()

        widget.observe(guarded, trait)

    def _tell_refusal(self, error: LipSyncError | None) -> None:
        self._refused = error
        self.problem.value = "" if error is None else problem(error.message, language=self._language)

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
        self.sample = widgets.ToggleButtons(options=self.avatars).add_class("lipsync-faces")
        self.upload = widgets.FileUpload(accept="image/*,video/*", multiple=False)
        self.path = widgets.Text(continuous_update=False).add_class("lipsync-wide")
        self.prompt = widgets.Textarea(rows=2, disabled=not self.studio).add_class("lipsync-wide")
        self.fine = widgets.Checkbox(indent=False, disabled=not self.studio)
        self.limit, self.seen, self.note = widgets.HTML(), widgets.HTML(), widgets.HTML()
        ways = {
            "face sample": column(gallery_style(self.avatars), self.sample),
            "face upload": column(row(self.upload, self.seen), self.limit, self.path),
            "face prompt": column(self.prompt, self.fine, self.note),
        }
        super().__init__(1, "face", ways, out, changed)
        self.on(self.upload, "value", self._arrived)
        self.on(self.path, "value", self._named)

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        super().say(texts)
        relabel(self.sample, [(texts.get(f"sample {path.stem}", path.stem), path) for path in self.avatars])
        self.upload.description = texts["choose picture"]
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

    def _named(self, text: str) -> None:
        if text.strip():
            self._take(Path(text.strip()).expanduser())

    def _take(self, path: Path) -> None:
        self.file, self.seen.value = None, ""
        source = media.open_source(path)  # refuses what is no picture and no video
        picture = f'<img src="{thumbnail(path)}" alt="">' if media.is_picture(path) else "▶"
        self.seen.value = seen(picture, path.name, f"{source.width} × {source.height}")
        self.file = path


class VoicePanel(Panel):
    """A sample, a file, a recording, or a text; its arguments are the last two of a panel."""

    def __init__(self, out: Path, changed: Callable[[], None]) -> None:
        self.recorded: Path | None = None
        names = {"english": "English", "arabic": "العربية"}
        voices = [(names.get(path.stem, path.stem), path) for path in samples.named("voice").values()]
        self.sample = widgets.ToggleButtons(options=voices).add_class("lipsync-switch")
        self.seconds = widgets.IntSlider(min=3, max=60, value=6, readout_format="d")
        self.upload, self.microphone = widgets.FileUpload(accept="audio/*,video/*", multiple=False), Microphone()
        self.text = widgets.Textarea(rows=3).add_class("lipsync-wide")
        self.seconds_label, self.heard, self.note = widgets.HTML(), widgets.HTML(), widgets.HTML()
        ways = {
            "voice sample": column(self.sample, row(self.seconds_label, self.seconds)),
            "voice upload": row(self.upload, self.heard),
            "voice record": column(self.microphone),
            "voice text": column(self.text, self.note),
        }
        super().__init__(2, "voice", ways, out, changed)
        self.on(self.upload, "value", self._arrived)
        self.on(self.microphone, "recording", self._recorded)

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        super().say(texts)
        self.seconds_label.value = hint(texts["seconds"])
        self.upload.description = texts["choose sound"]
        self.microphone.texts = microphone_words(texts)
        self.text.placeholder, self.note.value = texts["text hint"], hint(texts["text hint"])

    def chosen(self) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`."""
        if self.way == "voice sample":
            return {"voice": self.sample.value, "seconds": float(self.seconds.value)}
        if self.way == "voice text":
            words = self.text.value.strip()
            return {"voice": Text(words) if words else None}
        return {"voice": self.file if self.way == "voice upload" else self.recorded}

    def _take(self, path: Path) -> None:
        self.file, self.heard.value = None, ""
        length = media.load_speech(path).duration_s  # refuses what has no sound
        player = show_audio(path).data if path.suffix.lower() in SOUND_KINDS else ""
        self.heard.value = seen(player, path.name, f"{length:.1f} s")
        self.file = path

    def _recorded(self, recording: bytes) -> None:
        self.recorded = save_recording(recording, self.out) if recording else None


class SettingsPanel:
    """Engine and motion."""

    def __init__(self) -> None:
        wav2lip = wav2lip_is_ready()
        self.heading, self.note = widgets.HTML(), widgets.HTML()
        self.engine = widgets.Dropdown(options=CHOICES["engine"])
        self.motion = widgets.ToggleButtons(options=CHOICES["motion"]).add_class("lipsync-switch")
        self.choices = {"engine": (widgets.HTML(), self.engine), "motion": (widgets.HTML(), self.motion)}
        choices = row(*self.choices["engine"], *self.choices["motion"])
        self.view = column(self.heading, choices, self.note).add_class("lipsync-panel")
        self.engine.observe(lambda change: show_if(change["new"] == "wav2lip" and not wav2lip, self.note), "value")
        show_if(False, self.note)

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self.heading.value = heading(3, texts["settings"])
        for name, (label, choice) in self.choices.items():
            label.value = hint(texts[name])
            relabel(choice, [(texts[f"{name} {option}"], option) for option in CHOICES[name]])
        self.note.value = hint(texts["wav2lip missing"])

    def chosen(self) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`."""
        return {"options": RunOptions(engine=self.engine.value, motion=MotionOptions(style=self.motion.value))}
