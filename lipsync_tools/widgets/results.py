"""What came of an order, on the page: player, verdict, figure, download."""

from __future__ import annotations

import html

from ..workflow import Made
from .download import Download
from .pieces import column, heading, number, row, sentence, show_if, widgets
from .players import preview, show_video


class ResultPanel:
    """Empty until :meth:`show` is called."""

    def __init__(self) -> None:
        self.made: Made | None = None
        self.heading, self.player, self.words = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.figure, self.download = widgets.Image(format="png").add_class("lipsync-figure"), Download()
        side = column(self.words, self.download).add_class("lipsync-grow")
        self.view = column(self.heading, row(self.player, side), self.figure)
        self.view.add_class("lipsync-panel").add_class("lipsync-result")
        self.clear()

    def clear(self) -> None:
        """Hide the panel."""
        self.made, self.player.value, self.words.value = None, "", ""
        self.download.offer(None)
        show_if(False, self.view)

    def show(self, made: Made, texts: dict[str, str]) -> None:
        """Show a result."""
        self.made = made
        self.player.value = show_video(preview(made.video), width=360).data
        self.figure.value = b"" if made.figure is None else made.figure.read_bytes()
        show_if(made.figure is not None, self.figure)
        self.download.offer(made.video)
        self.say(texts)
        show_if(True, self.view)

    def say(self, texts: dict[str, str]) -> None:
        """Write everything anew in another language."""
        self.heading.value = heading(4, texts["result"])
        self.download.label, self.download.failed = texts["download"], texts["gone"]
        if self.made is not None:
            self.words.value = told(self.made, texts)


def told(made: Made, texts: dict[str, str]) -> str:
    """HTML of the verdict and the facts."""
    run, sync = made.run, made.sync
    facts = texts["facts"].format(
        frames=number(run.frames),
        size=f'<bdi dir="ltr">{run.width} × {run.height}</bdi>',
        duration=number(run.duration_s, ".1f"),
        engine=f'<bdi dir="ltr">{html.escape(run.engine)}</bdi>',
        wall=number(run.wall_s),
    )
    if sync is None:
        verdict = f"<p>{texts['no score']} {sentence(made.unmeasured, texts['language'], 'span')}</p>"
    else:
        low, high = sync.offset_interval_ms
        offset = texts["offset"].format(
            offset=_early_or_late(sync.offset_ms, texts),
            low=_early_or_late(low, texts),
            high=_early_or_late(high, texts),
            confidence=number(sync.confidence, ".3f"),
        )
        tone = {"in sync": "good", "noticeable": "fair"}.get(sync.verdict, "bad")
        said = texts[f"verdict {sync.verdict}"]
        verdict = f'<div class="lipsync-verdict lipsync-{tone}">{said}</div><p>{offset}</p>'
    warnings = "".join(sentence(text, texts["language"]) for text in run.warnings)
    return f'<div class="lipsync-told">{verdict}<p class="lipsync-hint">{facts}</p>{warnings}</div>'


def _early_or_late(offset_ms: float, texts: dict[str, str]) -> str:
    """How early or late the sound comes, in words."""
    ms = round(offset_ms)
    return texts["early" if ms > 0 else "late" if ms else "exact"].format(ms=number(abs(ms)))
