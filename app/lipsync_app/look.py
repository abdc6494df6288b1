"""How the app looks beyond Streamlit's own means: styles, the stage, problems, the verdict."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path

import streamlit as st

from lipsync_utils.errors import AssetError, InputError, LipSyncError, MissingExtraError, NoFaceError, message_of
from lipsync_utils.messages import said_in

from .pictures import as_address
from .refusals import NoRoomError, PlaceTakenError, QueueFullError
from .texts import WIDGETS, language, right_to_left, say

_HERE = Path(__file__).parent
_OWN_NAME = re.compile(r"'[^']*\b(?:face|voice|video|spoken|portrait)-[0-9a-f]{24}[^']*'")
_SCALE_COLOURS = (  # a picture has the browser's scheme, which Streamlit follows
    ".ink { fill: #17302d } .quiet { fill: #4d625f }"
    "@media (prefers-color-scheme: dark) { .ink { fill: #e6efec } .quiet { fill: #a9bdb8 } circle { stroke: #10191a } }"
)
_KINDS = (
    (NoFaceError, "wrong_face"),
    (QueueFullError, "wrong_full"),
    (PlaceTakenError, "wrong_turn"),
    (NoRoomError, "wrong_room"),
    ((AssetError, MissingExtraError), "wrong_model"),
    (InputError, "wrong_input"),
    (LipSyncError, "wrong"),
)


def apply_styles() -> None:
    """The style sheet, and the one for right-to-left where that is the interface's direction."""
    st.html(_HERE / "look.css")
    if right_to_left():
        st.html(_HERE / "right_to_left.css")


def page_language() -> str:
    """A script that tells the page its language and direction, and Streamlit's widgets their words in it.

    Streamlit always says English. Screen readers choose their voice by the page's language, and browsers what they
    translate.
    """
    direction = "rtl" if right_to_left() else "ltr"
    page, words = "document.documentElement", json.dumps(WIDGETS.get(language(), {}), ensure_ascii=False)
    speak = (_HERE / "widget_words.js").read_text(encoding="utf-8").strip()
    return f'<script>{page}.lang = "{language()}"; {page}.dir = "{direction}";\n{speak}({words});</script>'


def tell_limit(uploader: str, words: str) -> None:
    """Say in the uploader of that key how much it takes, in place of Streamlit's own English line, which is cut."""
    line = f'.st-key-{uploader} [data-testid="stFileUploaderDropzoneInstructions"] span'
    after = f"content: {json.dumps(words, ensure_ascii=False)}; font-size: 0.875rem; visibility: visible;"
    st.html(f"<style>{line} {{ font-size: 0 !important; visibility: hidden; }} {line}::after {{ {after} }}</style>")


def picture_buttons(pictures: dict[str, bytes]) -> None:
    """Have the buttons of these keys look like these pictures (WebP)."""
    rules = [
        f".st-key-{key} button {{ background-image: url({as_address(picture)}) !important; }}"
        for key, picture in pictures.items()
    ]
    st.html(f"<style>{' '.join(rules)}</style>")


def stage(thumbnail: bytes | None, title: str, lines: list[str]) -> None:
    """The card that shows who will speak, and what."""
    picture = (
        f'<img src="{as_address(thumbnail)}" alt="{html.escape(title)}">'
        if thumbnail
        else '<div class="stage-empty" aria-hidden="true"></div>'
    )
    told = "".join(f"<span>{html.escape(line)}</span>" for line in lines)
    st.html(f'<div class="stage">{picture}<div class="stage-words"><b>{html.escape(title)}</b>{told}</div></div>')


def problem(what: str | Exception) -> None:
    """Say what went wrong: a text of the app, or an error of the package with its own message, never a trace."""
    if isinstance(what, str):
        st.error(what, icon=":material/info:")
        return
    if not isinstance(what, LipSyncError):
        st.error(say("unforeseen"), icon=":material/info:")
        return
    heading = say(next(name for kinds, name in _KINDS if isinstance(what, kinds)))
    with st.container(key="problem"):
        st.error(f"**{heading}**\n\n{in_plain_words(what)}", icon=":material/info:")


def in_plain_words(error: Exception | str) -> str:
    """A message in the visitor's language, without the names that files have on the server, safe as Markdown."""
    said = said_in(message_of(error) if isinstance(error, Exception) else error, language())
    return re.sub(r"([*_`\[\]$<>~#])", r"\\\1", _OWN_NAME.sub(say("your_file"), said))


def player(
    kind: str,
    address: str,
    *,
    autoplay: bool = False,
    part: tuple[float, float] | None = None,
    poster: bytes | None = None,
) -> None:
    """A video or a sound that the visitor's browser fetches from the app itself.

    Args:
        kind: ``"video"`` or ``"audio"``.
        address: of the file, beside the page's.
        autoplay: begin at once.
        part: play from when to when, in seconds (W3C Media Fragments); None: all of it.
        poster: a picture (WebP) that is seen before it plays.
    """
    begin = "autoplay " if autoplay else ""
    still = f'poster="{as_address(poster)}" ' if poster else ""
    cut = f"#t={part[0]:.2f},{part[1]:.2f}" if part else ""
    source = html.escape(address + cut)
    st.html(f'<{kind} class="player" src="{source}" controls playsinline {begin}{still}></{kind}>')


def wide_picture(picture: bytes, words: str) -> None:
    """A picture (PNG) that is moved sideways where it has no room, by touch or keyboard; its words are read aloud."""
    name = html.escape(words)
    image = f'<img src="{as_address(picture, "png")}" alt="{name}">'
    st.html(f'<div class="wide" role="region" tabindex="0" aria-label="{name}">{image}</div>')


def downloads(files: list[tuple[str, str, str]]) -> None:
    """Buttons that save files; of each its key, its address and what is said. The first is the more important one."""
    for number, (key, address, words) in enumerate(files):
        with st.container(width="content", key=key):
            kind = "" if number else " first"
            st.html(
                f'<a class="download{kind}" href="{html.escape(address)}" download>'
                f'<span class="symbol" aria-hidden="true">⤓</span>{html.escape(words)}</a>'
            )


def facts(rows: list[tuple[str, str]]) -> None:
    """A few numbers with their names."""
    cells = "".join(f"<div><span>{html.escape(name)}</span><b>{html.escape(value)}</b></div>" for name, value in rows)
    st.html(f'<div class="facts">{cells}</div>')


def verdict(kind: str, sentence: str, offset_ms: float | None) -> None:
    """What the sync report concludes, with the offset on a scale of what viewers notice.

    Args:
        kind: one of :data:`lipsync_utils.sync.report.VERDICTS`.
        sentence: the same for a person.
        offset_ms: positive where the sound is early; None where none was found.
    """
    mood = {"in sync": "good", "noticeable": "fair", "out of sync": "poor"}.get(kind, "none")
    scale = "" if offset_ms is None else _scale(offset_ms)
    st.html(f'<div class="verdict {mood}"><b>{html.escape(say(kind))}</b><p>{html.escape(sentence)}</p>{scale}</div>')


def offset_in_words(offset_ms: float, kind: str = "") -> str:
    """How early or late the sound comes: with ``kind`` ``"sound_"`` for a sentence, else in short."""
    ms = round(offset_ms)
    return say(f"{kind}{'early' if ms > 0 else 'late' if ms else 'exact'}", ms=abs(ms))


def _scale(offset_ms: float) -> str:
    """A picture: milliseconds from late to early, with the bands of ITU-R BT.1359 and where this video is."""
    from lipsync_utils.sync.report import NOTICED_MS, OBJECTED_MS

    def x(ms: float) -> float:
        return 160 + min(max(ms, -250.0), 250.0) * 0.58

    def band(limits: tuple[float, float], colour: str) -> str:
        left, right = map(x, limits)
        return f'<rect fill="{colour}" x="{left:.1f}" y="18" width="{right - left:.1f}" height="10"/>'

    marker, number, told = x(offset_ms), min(max(x(offset_ms), 45), 275), offset_in_words(offset_ms)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 46" font-family="sans-serif" font-size="10">'
        f"<style>{_SCALE_COLOURS}</style>"
        '<rect fill="#e0a39c" x="15" y="18" width="290" height="10" rx="5"/>'
        f"{band(OBJECTED_MS, '#eecb73')}{band(NOTICED_MS, '#6db98a')}"
        f'<line x1="{x(0):.1f}" y1="18" x2="{x(0):.1f}" y2="28" stroke="#fff" stroke-width="1.5"/>'
        f'<circle cx="{marker:.1f}" cy="23" r="8" class="ink" stroke="#fff" stroke-width="3"/>'
        f'<g class="quiet"><text x="15" y="42">{html.escape(say("late", ms=250))}</text>'
        '<text x="160" y="42" text-anchor="middle">0</text>'
        f'<text x="305" y="42" text-anchor="end">{html.escape(say("early", ms=250))}</text></g>'
        f'<text class="ink" x="{number:.1f}" y="11" text-anchor="middle" font-weight="700">{html.escape(told)}</text>'
        "</svg>"
    )
    address = base64.b64encode(drawing.encode()).decode()  # st.html lets no SVG through, but pictures
    return f'<img src="data:image/svg+xml;base64,{address}" alt="{html.escape(told)}">'


def quoted(words: str) -> str:
    """What is said, its beginning."""
    return f"“{words[:60]}{'…' if len(words) > 60 else ''}”"


def kept_picture(thumbnail: bytes, title: str) -> None:
    """A small picture of what was taken before, with its name."""
    st.html(f'<div class="kept"><img src="{as_address(thumbnail)}" alt=""><b>{html.escape(title)}</b></div>')


def at_work(thumbnail: bytes | None, title: str, line: str) -> None:
    """What is being made, beside its progress."""
    picture = f'<img src="{as_address(thumbnail)}" alt="">' if thumbnail else ""
    words = f"<div><b>{html.escape(title)}</b><span>{html.escape(line)}</span></div>"
    st.html(f'<div class="kept">{picture}{words}</div>')


def links(rows: list[tuple[str, str]]) -> None:
    """Links beside each other; of each its address and what is said."""
    told = " · ".join(f'<a href="{html.escape(address)}">{html.escape(words)}</a>' for address, words in rows)
    st.html(f'<p class="footer">{told}</p>', width="content")
