"""Subtitles of what was spoken: sentences become cues of at most two lines, with the times of their sounds.

Lengths and times are those of broadcasters: 42 characters a line, two lines, five sixths of a second to seven seconds,
a gap of two frames; lines break after punctuation and before small words that open a phrase, and are of like length.
See the BBC's *Subtitle Guidelines* and Netflix's *Timed Text Style Guide*.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import InputError, OutputError
from .media.files import written
from .options import Cue

if TYPE_CHECKING:
    from .voices import Utterance

LINE, LINES = 42, 2
"""Characters a line, and lines, that a cue has at most. A longer word stays whole."""

SHORTEST_S, LONGEST_S = 5 / 6, 7.0
"""How long a cue is shown. A shorter one is shown on into the pause after it, or together with the next one."""

READING = 17.0
"""Characters a second that are read with ease; a cue stays longer for them where there is a pause."""

FORMATS = (".srt", ".vtt")
"""Endings of the files that can be written: SubRip and WebVTT."""

_GAP_S = 0.08
_STAYS_S = 1.0  # longest time after the last sound
_MARK = "\u200f"  # right-to-left mark: a line that begins or ends with Latin letters stays an Arabic one
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_PHRASE_END = re.compile(r"[.,;:!?…،؛؟—–)»”]$")
_OPENS_PHRASE = frozenset(
    (
        *("a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "of", "to", "in", "into", "on", "onto"),
        *("at", "by", "for", "from", "with", "about", "over", "under", "as", "than", "and", "or", "but", "so"),
        *("because", "if", "when", "while", "before", "after", "that", "which", "who"),
        *("و", "أو", "ثم", "لكن", "لأن", "إذا", "عندما", "حتى", "أن", "إن", "الذي", "التي"),
        *("في", "من", "على", "إلى", "عن", "مع", "بعد", "قبل", "بين", "منذ"),
    )
)


def cues(utterance: Utterance) -> tuple[Cue, ...]:
    """The words that were written, in cues with the times at which they are heard.

    Sentences have their own times. Within one, the share of its letters that came before a word tells when the word is
    heard, and a break at punctuation lies in the pause that is really there.

    Returns:
        Cues in order, none overlapping; lines are parted by ``"\\n"``. Empty where the utterance knows no sentences.
    """
    parts = [part for sentence in utterance.sentences for part in _parts(sentence, utterance)]
    return tuple(_lasting(_gathered(parts, utterance.duration_s), utterance.duration_s))


def ending(cues: Sequence[Cue], end_s: float) -> tuple[Cue, ...]:
    """Those cues, or as much of them, that come before an end in seconds."""
    return tuple(replace(cue, to_s=min(cue.to_s, end_s)) for cue in cues if cue.from_s < end_s)


def write_subtitles(cues: Sequence[Cue], path: str | os.PathLike[str]) -> None:
    """Write cues as SubRip (``.srt``) or WebVTT (``.vtt``), in UTF-8.

    Raises:
        InputError: another ending.
        OutputError: the file could not be written.
    """
    target = check_subtitles(path)
    vtt = target.suffix.lower() == ".vtt"
    blocks = ["WEBVTT"] if vtt else []
    for number, cue in enumerate(cues, start=1):
        span = f"{_clock(cue.from_s, vtt)} --> {_clock(cue.to_s, vtt)}"
        text = _directed(cue.text)
        blocks.append(f"{span}\n{escape(text, quote=False)}" if vtt else f"{number}\n{span}\n{text}")
    with written(target, what="file of subtitles") as temporary:
        temporary.write_text("\n\n".join(blocks) + "\n", encoding="utf-8", newline="\n")


def check_subtitles(path: str | os.PathLike[str]) -> Path:
    """The file to write, once its name is known to be possible, before any work is done.

    Raises:
        InputError: an ending that is none of :data:`FORMATS`.
        OutputError: its folder does not exist.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() not in FORMATS:
        raise InputError(
            "Cannot write {name!r}: the name must end in {endings}.", name=target.name, endings=", ".join(FORMATS)
        )
    if not target.parent.is_dir():
        raise OutputError("The folder of the subtitles {path!r} does not exist. Choose one that does.", path=str(path))
    return target


def read_length(text: str) -> int:
    """Characters that are seen; vowel marks stand above others."""
    return sum(not unicodedata.combining(letter) for letter in text)


# --- words -----------------------------------------------------------------------------------------------------------


def _parts(sentence: Cue, utterance: Utterance) -> list[Cue]:
    """A sentence in cues, each of which fits."""
    words = sentence.text.split()
    starts = _starts(words, sentence, utterance)

    def split(first: int, end: int) -> list[Cue]:
        piece = words[first:end]
        if end - first < 2 or (_fits(piece) and starts[end] - starts[first] <= LONGEST_S):
            return [Cue(starts[first], starts[end], " ".join(piece))]
        middle = first + _break(piece)
        return split(first, middle) + split(middle, end)

    return split(0, len(words))


def _fits(words: list[str]) -> bool:
    return all(read_length(line) <= LINE for line in _lines(" ".join(words)).split("\n"))


def _lines(text: str) -> str:
    """The text on one line, or on two where it is longer."""
    words = text.split()
    if read_length(text) <= LINE or len(words) < 2:
        return text
    middle = _break(words)
    return " ".join(words[:middle]) + "\n" + " ".join(words[middle:])


def _break(words: list[str]) -> int:
    """Where two or more words are best parted: near the middle, after punctuation, before what opens a phrase."""
    whole = read_length(" ".join(words))

    def cost(place: int) -> float:
        left, right = (read_length(" ".join(part)) for part in (words[:place], words[place:]))
        too_long = max(left, right) > LINE >= (whole - 1) / LINES
        fit = _PHRASE_END.search(words[place - 1]) is not None, words[place].lower() in _OPENS_PHRASE
        torn = words[place - 1].lower() in _OPENS_PHRASE
        return too_long + abs(left - right) / whole - 0.35 * fit[0] - 0.12 * fit[1] + 0.3 * torn

    return min(range(1, len(words)), key=cost)


# --- times -----------------------------------------------------------------------------------------------------------


def _starts(words: list[str], sentence: Cue, utterance: Utterance) -> list[float]:
    """When each word begins, and when the last one ends, in seconds."""
    inside = [p for p in utterance.phonemes if p.start_s < sentence.to_s and p.end_s > sentence.from_s]
    sounds, pauses = [p for p in inside if p.ipa], [p for p in inside if not p.ipa]
    weights = [sum(_weight(letter) for letter in word) for word in words]
    total, done, starts = sum(weights) or 1, 0, [sentence.from_s]
    for word, weight in zip(words[:-1], weights[:-1], strict=True):
        done += weight
        start = sounds[min(round(done / total * len(sounds)), len(sounds) - 1)].start_s
        near = [p.end_s for p in pauses if abs((p.start_s + p.end_s) / 2 - start) < 0.8]
        if near and _PHRASE_END.search(word):
            start = min(near, key=lambda end: abs(end - start))
        starts.append(max(start, starts[-1]))
    return [*starts, sentence.to_s]


def _weight(letter: str) -> int:
    """About how many sounds it stands for."""
    return 4 if letter.isdigit() else int(letter.isalpha())


def _gathered(parts: list[Cue], end_s: float) -> list[Cue]:
    """Neighbours put together where there is not time enough for one of them, if both fit."""
    kept: list[Cue] = []
    for part, until_s in zip(parts, [*(after.from_s for after in parts[1:]), end_s], strict=False):
        before = kept[-1] if kept else None
        if before is not None and min(part.from_s - before.from_s, until_s - part.from_s) < SHORTEST_S + _GAP_S:
            both = Cue(before.from_s, part.to_s, f"{before.text} {part.text}")
            if _fits(both.text.split()) and both.to_s - both.from_s <= LONGEST_S:
                kept[-1] = both
                continue
        kept.append(part)
    return kept


def _lasting(parts: list[Cue], end_s: float) -> list[Cue]:
    """Cues in lines, each shown as long as it takes to read, if the next one leaves time for that."""
    lasting = []
    for cue, after in zip(parts, [*parts[1:], None], strict=False):
        limit_s = end_s if after is None else after.from_s - _GAP_S
        wanted_s = max(SHORTEST_S, read_length(cue.text) / READING, cue.to_s - cue.from_s + 0.2)
        to_s = min(cue.from_s + wanted_s, cue.to_s + _STAYS_S, limit_s)
        lasting.append(replace(cue, to_s=max(to_s, min(cue.to_s, limit_s)), text=_lines(cue.text)))
    return lasting


# --- files -----------------------------------------------------------------------------------------------------------


def _clock(seconds: float, vtt: bool) -> str:
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}{'.' if vtt else ','}{ms % 1000:03}"


def _directed(text: str) -> str:
    """Lines of a text with Arabic run from right to left, whatever they begin and end with."""
    if not _ARABIC.search(text):
        return text
    return "\n".join(f"{_MARK}{line}{_MARK}" for line in text.split("\n"))
