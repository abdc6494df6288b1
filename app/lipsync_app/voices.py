"""Step Voice: samples, a file, a recording, or a text that is spoken."""

from __future__ import annotations

import re
import unicodedata

import streamlit as st

from lipsync_tools.workflow import Text

from . import progress, state
from .choices import chosen, keep, key_of, segments
from .limits import LIMITS
from .look import player, problem, tell_limit
from .state import Voice
from .taking import forget_refusal, sound_of, take
from .texts import language, say
from .work import digest_of_text, speak_text

SOURCES = ("samples", "record", "text", "upload")
SAMPLES = ("english-short", "arabic-short", "english", "arabic")
SOUNDS = ("wav", "mp3", "m4a", "aac", "flac", "ogg", "oga", "opus", "amr", "wma", "aif", "aiff")
FILMS = ("mp4", "mov", "m4v", "mkv", "webm", "avi", "3gp", "3g2", "wmv", "mpg", "mpeg")
LANGUAGES = ("auto", "en", "ar")

_BEYOND_ARABIC = frozenset("پچژگٹڈڑںےھہ")  # of Persian and Urdu
_SEVERAL = 4  # such letters, or accented ones, are no loan word or name any more


def show() -> None:
    """Choose what is heard."""
    st.header(say("voice_title"))
    source = segments("voice_source", SOURCES, SOURCES[0], _source_words, labelled=False, wide=True)
    if source in ("samples", "text"):
        forget_refusal("voice")
    {"samples": _samples, "record": _record, "text": _text, "upload": _upload}[source]()


def _source_words(name: str) -> str:
    return say("voice_samples" if name == "samples" else f"from_{name}")


def _samples() -> None:
    voice = st.session_state["voice"]
    names = [name for name in SAMPLES if _length(name) <= LIMITS.voice_s]
    name = st.radio(
        say("sample"),
        names,
        format_func=lambda name: f"{say(name)} · {say('seconds', n=_length(name))}",
        key=key_of("sample", voice.label if voice.shared else names[0]),
        label_visibility="collapsed",
    )
    keep("sample", name)
    st.session_state["voice"] = state.sample_voice(name)
    st.audio(str(state.sample_voice(name).content))


def _length(name: str) -> float:
    return state.sample_voice(name).seconds


def _record() -> None:
    recording = st.audio_input(say("record_voice"), sample_rate=48_000, key="record_voice")
    st.caption(say("voice_limit", n=LIMITS.voice_s))
    take("voice", recording, LIMITS.sound_mb, sound_of("own_recording"))


def _upload() -> None:
    types = [*SOUNDS, *FILMS]
    file = st.file_uploader(say("upload_voice"), type=types, key="upload_voice", max_upload_size=LIMITS.sound_mb)
    tell_limit("upload_voice", say("sound_limit", n=LIMITS.sound_mb))
    st.caption(say("voice_limit", n=LIMITS.voice_s))
    take("voice", file, LIMITS.sound_mb, sound_of("own_sound"))
    if file is not None and not st.session_state["refused"].get("voice"):
        player("audio", state.visit().offer(st.session_state["voice"].content))


def _text() -> None:
    # No max_chars: Streamlit then takes nothing of a longer text that is pasted, and says nothing.
    keep("words", st.text_area(say("text_label"), key=key_of("words", say("text_hint")), height=120))
    segments("text_language", LANGUAGES, LANGUAGES[0])
    text = _take_text()
    wrong = problem_with(text)
    if wrong:
        problem(wrong)
        return
    if looks_unlike_english(text.words):
        st.warning(say("latin_doubt"), icon=":material/info:")
    _listen(text)


def _take_text() -> Text:
    """The text that was written becomes the voice."""
    of = chosen("text_language", LANGUAGES[0])
    text = Text(chosen("words", "").strip(), None if of == "auto" else of)
    st.session_state["voice"] = Voice(text, digest_of_text(text), "own_text", real=False)
    return text


def read_text() -> None:
    """Take what stands in the text's field now, in a callback.

    Who types and at once presses a button sends both together, and callbacks come before the page is run again: what
    was agreed to, and what is spoken, would be the words from before.
    """
    key = f"words_{language()}"
    if isinstance(st.session_state["voice"].content, Text) and key in st.session_state:
        keep("words", st.session_state[key])
        _take_text()


def _listen(text: Text) -> None:
    folder = state.visit().folder
    job = state.job("listen")
    current = job is not None and st.session_state.get("heard") == digest_of_text(text)
    if current and not job.over:
        progress.show(job)
    elif current and job.state == "done":
        player("audio", state.visit().offer(job.result))
    else:
        if current and job.state == "failed":
            problem(job.error)
        st.button(
            say("listen"),
            key="listen",
            icon=":material/volume_up:",
            disabled=state.active() is not None,
            on_click=_start_listening,
            args=(text, folder),
        )


def _start_listening(text: Text, folder) -> None:
    st.session_state["heard"] = digest_of_text(text)
    state.submit("listen", lambda progress: speak_text(text, folder, progress))


def problem_with(text: Text) -> str:
    """Why a text cannot be spoken, for a person; empty where it can."""
    if not re.search(r"[^\W_]", text.words):
        return say("empty_text")
    if len(text.words) > LIMITS.text_chars:
        return say("long_text", n=len(text.words), most=LIMITS.text_chars)
    foreign = foreign_letters(text.words)
    return say("foreign_text", letters=" ".join(foreign[:8])) if foreign else ""


def foreign_letters(text: str) -> list[str]:
    """Letters that neither English nor Arabic is written with, in order and each once."""
    letters = [letter for letter in dict.fromkeys(text) if letter.isalpha()]
    other = [letter for letter in letters if not unicodedata.name(letter, "").startswith(("LATIN", "ARABIC"))]
    near = [letter for letter in letters if letter in _BEYOND_ARABIC]
    return other + (near if sum(letter in _BEYOND_ARABIC for letter in text) >= _SEVERAL else [])


def looks_unlike_english(text: str) -> bool:
    """Whether so many Latin letters carry accents that this is another language."""
    latin = [letter for letter in text if letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN")]
    accented = sum(not letter.isascii() for letter in latin)
    return accented >= _SEVERAL and accented > 0.03 * len(latin)
