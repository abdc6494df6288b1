"""The parts of the form: which face, which voice, how. Each knows its words and what was chosen in it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as widgets

from lipsync_utils.errors import LipSyncError
from lipsync_utils.options import MotionOptions, RunOptions

from ..workflow import Prompt, Text
from .microphone import Microphone, save_recording
from .pieces import column, gallery_style, heading, hint, problem, relabel, row, thumbnail
from .players import show_audio
from .uploads import save_upload, uploads_in
from .wording import microphone as microphone_words

PICTURES = "image/*,video/*"
SOUNDS = "audio/*,video/*"
SECONDS = (3, 60, 6)
"""Shortest, longest and usual cut of a sample voice."""


class Panel:
    """One numbered section with a switch between its ways.

    Args:
        number: before the title.
        title: key of the title's text.
        ways: key of each way's text -> its widget; the first is chosen.
        changed: called when another way is chosen.
    """

    def __init__(
        self, number: int, title: str, ways: dict[str, widgets.Widget], changed: Callable[[], None] = lambda: None
    ) -> None:
        self.number, self.title, self.ways, self.changed = number, title, ways, changed
        self.heading = widgets.HTML()
        self.switch = widgets.ToggleButtons(options=list(ways))
        self.switch.add_class("lipsync-switch")
        self.problem = widgets.HTML()
        self.view = column(self.heading, self.switch, *ways.values(), self.problem, classes="lipsync-panel")
        self.switch.observe(lambda _: self._turn(), "value")
        self._turn()

    @property
    def way(self) -> str:
        """Key of the way that is chosen."""
        return self.switch.value

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self.heading.value = heading(self.number, texts[self.title])
        relabel(self.switch, [(texts[way], way) for way in self.ways])

    def guarded(self, act: Callable[[], None]) -> None:
        """Do something; an error of ours becomes a message in the panel, never a stack trace."""
        self.problem.value = ""
        try:
            act()
        except LipSyncError as error:
            self.problem.value = problem(str(error))
        self.changed()

    def _turn(self) -> None:
        for way, pane in self.ways.items():
            pane.layout.display = None if way == self.way else "none"
        self.problem.value = ""
        self.changed()


class FacePanel(Panel):
    """A sample, a file, or a description.

    Args:
        avatars: the sample pictures.
        out: folder for uploads.
        studio: whether portraits can be drawn here.
        changed: called when something else is chosen.
    """

    def __init__(self, avatars: Sequence[Path], out: Path, studio: bool, changed: Callable[[], None]) -> None:
        self.out, self.studio, self.file, self.avatars = out, studio, None, avatars
        self.sample = widgets.ToggleButtons(options=list(avatars))
        self.sample.add_class("lipsync-faces")
        self.upload = widgets.FileUpload(accept=PICTURES, multiple=False)
        self.limit, self.path = widgets.HTML(), widgets.Text(continuous_update=False)
        self.path.add_class("lipsync-wide")
        self.seen = widgets.HTML()
        self.prompt, self.fine = widgets.Textarea(rows=2, disabled=not studio), widgets.Checkbox(indent=False)
        self.prompt.add_class("lipsync-wide")
        self.fine.disabled = not studio
        self.note = widgets.HTML()
        ways = {
            "face sample": column(gallery_style(avatars), self.sample),
            "face upload": column(row(self.upload, self.seen), self.limit, self.path),
            "face prompt": column(self.prompt, self.fine, self.note),
        }
        super().__init__(1, "face", ways, changed)
        self.upload.observe(lambda change: self.guarded(lambda: self._arrived(change["new"])), "value")
        self.path.observe(lambda change: self.guarded(lambda: self._named(change["new"])), "value")

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

    @property
    def personal(self) -> bool:
        """Whether it may be a real person's."""
        return self.way == "face upload"

    def _arrived(self, value: object) -> None:
        for upload in uploads_in(value):
            self._show(save_upload(upload, self.out))

    def _named(self, text: str) -> None:
        if text.strip():
            self._show(Path(text.strip()).expanduser())

    def _show(self, path: Path) -> None:
        from lipsync_utils.media import is_picture, open_source, read_picture

        self.file, self.seen.value = None, ""
        source = open_source(path)  # refuses what is no picture and no video
        facts = f"{path.name}<br>{source.width} × {source.height}"
        picture = f'<img src="{thumbnail(read_picture(path))}" alt="">' if is_picture(path) else "▶"
        self.seen.value = f'<div class="lipsync-seen">{picture}<span dir="ltr">{facts}</span></div>'
        self.file = path


class VoicePanel(Panel):
    """A sample, a file, a recording, or a text.

    Args:
        voices: the sample recordings.
        out: folder for uploads and recordings.
        changed: called when something else is chosen.
    """

    def __init__(self, voices: Sequence[Path], out: Path, changed: Callable[[], None]) -> None:
        self.out, self.file, self.recorded = out, None, None
        names = {"english": "English", "arabic": "العربية"}
        self.sample = widgets.ToggleButtons(options=[(names.get(path.stem, path.stem), path) for path in voices])
        self.sample.add_class("lipsync-switch")
        low, high, usual = SECONDS
        self.seconds_label = widgets.HTML()
        self.seconds = widgets.IntSlider(min=low, max=high, value=usual, readout_format="d")
        self.upload, self.heard = widgets.FileUpload(accept=SOUNDS, multiple=False), widgets.HTML()
        self.microphone = Microphone()
        self.text, self.note = widgets.Textarea(rows=3), widgets.HTML()
        self.text.add_class("lipsync-wide")
        ways = {
            "voice sample": column(self.sample, row(self.seconds_label, self.seconds)),
            "voice upload": row(self.upload, self.heard),
            "voice record": column(self.microphone),
            "voice text": column(self.text, self.note),
        }
        super().__init__(2, "voice", ways, changed)
        self.upload.observe(lambda change: self.guarded(lambda: self._arrived(change["new"])), "value")
        self.microphone.observe(lambda change: self.guarded(lambda: self._taken(change["new"])), "recording")

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

    @property
    def personal(self) -> bool:
        """Whether it may be a real person's."""
        return self.way in ("voice upload", "voice record")

    def _arrived(self, value: object) -> None:
        from lipsync_utils.media import load_speech

        for upload in uploads_in(value):
            self.file, self.heard.value = None, ""
            path = save_upload(upload, self.out)
            length = load_speech(path).duration_s  # refuses what has no sound
            player = show_audio(path).data if path.suffix.lower() in (".wav", ".mp3", ".m4a") else ""
            name = html.escape(path.name)
            self.heard.value = (
                f'<div class="lipsync-seen">{player}<span dir="ltr">{name}<br>{length:.1f} s</span></div>'
            )
            self.file = path

    def _taken(self, recording: bytes) -> None:
        self.recorded = save_recording(recording, self.out) if recording else None


class SettingsPanel:
    """Engine and motion.

    Args:
        wav2lip: whether that engine's weights are here.
    """

    def __init__(self, wav2lip: bool) -> None:
        self.wav2lip = wav2lip
        self.heading, self.note = widgets.HTML(), widgets.HTML()
        self.labels = {"engine": widgets.HTML(), "motion": widgets.HTML()}
        self.engine = widgets.Dropdown(options=["auto", "rig", "wav2lip"])
        self.motion = widgets.ToggleButtons(options=["natural", "still"])
        self.motion.add_class("lipsync-switch")
        self.view = column(
            self.heading,
            row(self.labels["engine"], self.engine, self.labels["motion"], self.motion),
            self.note,
            classes="lipsync-panel",
        )
        self.engine.observe(lambda _: self._turn(), "value")
        self._turn()

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self.heading.value = heading(3, texts["settings"])
        for name, label in self.labels.items():
            label.value = hint(texts[name])
        relabel(self.engine, [(texts[f"engine {name}"], name) for name in ("auto", "rig", "wav2lip")])
        relabel(self.motion, [(texts[f"motion {name}"], name) for name in ("natural", "still")])
        self.note.value = hint(texts["wav2lip missing"])

    def chosen(self) -> dict[str, object]:
        """Its part of an :class:`~lipsync_tools.workflow.Order`."""
        return {"options": RunOptions(engine=self.engine.value, motion=MotionOptions(style=self.motion.value))}

    def _turn(self) -> None:
        needed = self.engine.value == "wav2lip" and not self.wav2lip
        self.note.layout.display = None if needed else "none"
