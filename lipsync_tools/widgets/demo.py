"""The demo: a form in two languages, a button, and a result, in a notebook.

>>> from lipsync_tools.widgets.demo import Demo
>>> Demo("out").view
"""

from __future__ import annotations

import os
from pathlib import Path

from lipsync_utils.errors import LipSyncError

from ..progress import Job, Progress, Step
from ..workflow import Order, free_name, make_video
from .panels import FacePanel, SettingsPanel, VoicePanel
from .pieces import column, hint, number, problem, row, show_if, style, widgets
from .results import ResultPanel
from .wording import LANGUAGES, RIGHT_TO_LEFT, words


class Demo:
    """Choose, press, watch. The work is done in a thread, so that the page stays alive and "Cancel" is heard.

    Args:
        out: folder for uploads, recordings and results; made where it is missing.
        language: ``"en"`` or ``"ar"``; can be switched in the form.

    Attributes:
        view: the form, to be displayed.
        made: the last result; None before.
    """

    def __init__(self, out: str | os.PathLike[str], *, language: str = "en") -> None:
        self.out, self.made, self.job = Path(out), None, None
        self._texts, self._step, self._outcome = words(language), None, None
        # The sentence is not the box's description: some front ends cut that short, or show none.
        self.consent, self.consent_text, self.consent_why = widgets.Checkbox(indent=False), *_html(2)
        self.consent_box = column(self.consent_text, self.consent, self.consent_why).add_class("lipsync-consent")
        self._asked_about: tuple | None = None
        self.face, self.voice = (panel(self.out / "brought", self._changed) for panel in (FacePanel, VoicePanel))
        self.settings, self.result = SettingsPanel(), ResultPanel()
        languages = [(name, code) for code, name in LANGUAGES.items()]
        self.language = widgets.ToggleButtons(options=languages, value=language).add_class("lipsync-language")
        self.button, self.cancel_button = widgets.Button().add_class("lipsync-primary"), widgets.Button()
        self.bar, self.message, self.title = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.view = self._laid_out()
        self.language.observe(lambda change: self.say(change["new"]), "value")
        self.button.on_click(lambda _: self.start())
        self.cancel_button.on_click(lambda _: self.cancel())
        self._changed()
        self._working(False)
        self.say(language)

    def order(self) -> Order:
        """What the form asks for now.

        Raises:
            InputError: something is missing; the message says what.
        """
        self._changed()
        chosen = self.face.chosen() | self.voice.chosen() | self.settings.chosen(self.face.speaker())
        return Order(**chosen, personal=self._personal(), consent=self.consent.value)

    def start(self) -> None:
        """Begin the work in a thread and return at once; what the button calls."""
        if self.job is not None and not self.job.over:
            return
        self._tell(None)
        try:
            order = self.order()
        except LipSyncError as error:
            self._tell(error)
            return
        self.result.clear()
        self.made = self._step = None
        self._working(True)
        self.bar.value = bar(0.0, self._texts["starting"])
        progress = Progress(order.stages, show=self._show)
        self.job = Job(lambda progress: self._make(order, progress), progress, self._over).start()

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next frame."""
        if self.job is not None:
            self.job.cancel()
            self.bar.value = bar(0.0, self._texts["cancelling"])

    def say(self, language: str) -> None:
        """Write everything in a language, from its own side of the page."""
        self._texts = texts = words(language)
        rtl = language in RIGHT_TO_LEFT
        (self.view.add_class if rtl else self.view.remove_class)("lipsync-rtl")
        self.voice.microphone.rtl = self.result.download.rtl = rtl
        for part in (self.face, self.voice, self.settings, self.result):
            part.say(texts)
        self.title.value = f'<div class="lipsync-title">{texts["title"]}<small>{texts["subtitle"]}</small></div>'
        self.consent_text.value = f'<div class="lipsync-asked">{texts["consent"]}</div>'
        self.consent.description, self.consent_why.value = texts["consent tick"], hint(texts["consent why"])
        self.button.description, self.cancel_button.description = texts["generate"], texts["cancel"]
        self._tell(self._outcome)
        if self._step is not None:
            self._show(self._step)

    def _laid_out(self) -> widgets.VBox:
        sheet = style(Path(__file__).with_name("demo.css").read_text(encoding="utf-8"))
        top = row(self.title, self.language).add_class("lipsync-top")
        act = column(row(self.button, self.cancel_button), self.bar, self.message).add_class("lipsync-act")
        asked = (self.face.view, self.voice.view, self.settings.view, self.consent_box)
        return column(sheet, top, *asked, act, self.result.view).add_class("lipsync-demo")

    def _personal(self) -> bool:
        return self.face.personal or self.voice.personal

    def _changed(self) -> None:
        """Consent is asked for only where there is somebody to ask, and anew for another face, voice or text."""
        asked_about = self.face.chosen(), self.face.speaker(), self.voice.chosen()
        if asked_about != self._asked_about:
            self._asked_about, self.consent.value = asked_about, False
        show_if(self._personal(), self.consent_box)

    def _working(self, working: bool) -> None:
        self.button.disabled = working
        for widget in (self.cancel_button, self.bar):
            show_if(working, widget)

    def _show(self, step: Step) -> None:
        """Called from the working thread; widgets may be set from any."""
        self._step, texts = step, self._texts
        place = texts["step"].format(number=step.number, stages=step.stages)
        if step.left_s is not None:
            rest = texts["left"].format(seconds=number(max(1, round(step.left_s))))
        else:
            rest = texts["loading"] if step.share == 0 else ""
        parts = (texts[f"stage {step.stage}"], place, number(step.share, ".0%") if step.share else "", rest)
        self.bar.value = bar(step.share, " · ".join(part for part in parts if part))

    def _make(self, order: Order, progress: Progress) -> None:
        target = free_name(self.out, "talking", ".mp4")
        how = {"figure": target.with_suffix(".png"), "language": self._texts["language"], "progress": progress}
        self.made = make_video(order, target, **how)
        self.result.show(self.made, self._texts)

    def _over(self, job: Job) -> None:
        self._tell("stopped" if job.state == "cancelled" else job.error)
        self._working(False)

    def _tell(self, outcome: Exception | str | None) -> None:
        """Say below the button why there is no result: an error, or the text of that name."""
        self._outcome, texts = outcome, self._texts
        if outcome is None:
            self.message.value = ""
        elif isinstance(outcome, str):
            self.message.value = hint(texts[outcome])
        elif isinstance(outcome, LipSyncError):
            self.message.value = problem(outcome.message, texts["failed"], language=texts["language"])
        else:
            self.message.value = problem(f"{type(outcome).__name__}: {outcome}", texts["unexpected"])


def _html(count: int) -> tuple[widgets.HTML, ...]:
    return tuple(widgets.HTML() for _ in range(count))


def bar(share: float, text: str) -> str:
    """HTML of a progress bar that is filled to ``share`` (0 to 1)."""
    percent = f"{100 * share:.0f}"
    return (
        f'<div class="lipsync-progress"><div class="lipsync-bar" role="progressbar" aria-valuenow="{percent}" '
        f'aria-valuemin="0" aria-valuemax="100"><div style="width: {percent}%"></div></div><span>{text}</span></div>'
    )
