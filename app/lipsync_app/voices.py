"""Step Voice: samples, a file, a recording, or a text that is spoken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import streamlit as st

from lipsync_tools.workflow import Text
from lipsync_utils.voices import PEOPLE, detect_language, voice_for

from . import progress, state
from .choices import chosen, keep, key_of, segments
from .desk import Face, Voice, Wish
from .limits import LIMITS
from .look import player, problem, quoted, tell_limit
from .taking import Intake, forget_refusal, sound_of
from .texts import language, say
from .trimming import part_of
from .work import digest_of_text, speak_text

SOURCES = ("samples", "record", "text", "upload")
SAMPLES = ("english-short", "arabic-short", "english", "arabic")
SOUNDS = ("wav", "mp3", "m4a", "aac", "flac", "ogg", "oga", "opus", "amr", "wma", "aif", "aiff")
FILMS = ("mp4", "mov", "m4v", "mkv", "webm", "avi", "3gp", "3g2", "wmv", "mpg", "mpeg")
LANGUAGES = ("auto", "en", "ar")
SPEAKERS = ("speaker_auto", *PEOPLE)

_BEYOND_ARABIC = frozenset("پچژگٹڈڑںےھہ")  # of Persian and Urdu
_SEVERAL = 4  # such letters, or accented ones, are no loan word or name any more


def show() -> None:
    """Choose what is heard."""
    st.header(say("voice_title"))
    source = segments("voice_source", SOURCES, SOURCES[0], _source_words, labelled=False, wide=True)
    if source in ("samples", "text"):
        forget_refusal("voice")
    state.desk().turn_to("voice", source)
    {"samples": _samples, "record": _record, "text": _text, "upload": _upload}[source]()


def _source_words(name: str) -> str:
    return say("voice_samples" if name == "samples" else f"from_{name}")


def _samples() -> None:
    desk = state.desk()
    names = [name for name in SAMPLES if _length(name) <= LIMITS.voice_s]
    name = st.radio(
        say("sample"),
        names,
        format_func=lambda name: f"{say(name)} · {say('seconds', n=_length(name))}",
        key=key_of("sample", desk.kept["voice", "samples"].label),
        label_visibility="collapsed",
    )
    keep("sample", name)
    desk.take("voice", "samples", state.sample_voice(name))
    player("audio", state.visit().offer(desk.voice.content))


def _length(name: str) -> float:
    return state.sample_voice(name).seconds


def _record() -> None:
    intake = Intake("voice", "record", "record_voice", LIMITS.sound_mb, sound_of("own_recording"))
    st.caption(say("voice_limit", n=LIMITS.voice_s))
    recording = st.audio_input(say("record_voice"), sample_rate=48_000, key=intake.key, on_change=intake.emptied)
    _hear(intake.take(recording))


def _upload() -> None:
    intake = Intake("voice", "upload", "upload_voice", LIMITS.sound_mb, sound_of("own_sound"))
    file = st.file_uploader(
        say("upload_voice"),
        type=[*SOUNDS, *FILMS],
        key=intake.key,
        max_upload_size=LIMITS.sound_mb,
        on_change=intake.emptied,
    )
    tell_limit("upload_voice", say("sound_limit", n=LIMITS.sound_mb))
    st.caption(say("voice_limit", n=LIMITS.voice_s))
    _hear(intake.take(file))


def _hear(voice: Voice | None) -> None:
    """The visitor's own sound, and which part of it is taken."""
    if voice is None:
        return
    part = part_of("voice", voice, LIMITS.voice_s)
    player("audio", state.visit().offer(voice.content), part=part)


def _text() -> None:
    # No max_chars: Streamlit then takes nothing of a longer text that is pasted, and says nothing.
    keep("words", st.text_area(say("text_label"), key=key_of("words", say("text_hint")), height=120))
    segments("text_language", LANGUAGES, LANGUAGES[0])
    _speaker()
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
    words, language = chosen("words", "").strip(), None if of == "auto" else of
    person = chosen("speaker", SPEAKERS[0])
    voice = None if person == SPEAKERS[0] else voice_of(person, language or detect_language(words))
    text = Text(words, language, voice, chosen("speed", 1.0), chosen("pitch", 1.0))
    state.desk().take("voice", "text", Voice(text, digest_of_text(text), "own_text", real=False))
    return text


def _speaker() -> None:
    """Who speaks the text, how fast and how high."""
    keep("speaker", st.selectbox(say("speaker"), SPEAKERS, format_func=say, key=key_of("speaker", SPEAKERS[0])))
    if chosen("speaker") == SPEAKERS[0] and _speaking().depicts is None:
        st.caption(say("speaker_unknown"))
    for name, column in zip(("speed", "pitch"), st.columns(2), strict=True):
        range_ = {"min_value": 0.7, "max_value": 1.4, "step": 0.05, "format": "%.2f"}
        keep(name, column.slider(say(name), key=key_of(name, 1.0), **range_))


def voice_of(person: str, language: str) -> str:
    """The name of the voice of one of :data:`SPEAKERS` in a language."""
    sex, age = PEOPLE[person]
    return voice_for(language, sex=sex, age=age)


def spoken_for(face: Face, text: Text) -> Text:
    """The text with the voice that fits the face, where that is known and no other was chosen."""
    if text.voice is not None or face.depicts is None:
        return text
    language = text.language or detect_language(text.words)
    return replace(text, voice=voice_for(language, sex=face.depicts.sex, age=face.depicts.age))


def read_text() -> None:
    """Take what stands in the text's field now, in a callback.

    Who types and at once presses a button sends both together, and callbacks come before the page is run again: what
    was agreed to, and what is spoken, would be the words from before.
    """
    key = f"words_{language()}"
    if isinstance(state.desk().voice.content, Text) and key in st.session_state:
        keep("words", st.session_state[key])
        _take_text()


def _listen(text: Text) -> None:
    folder, text = state.visit().folder, spoken_for(_speaking(), text)
    job = state.job("listen")
    current = job is not None and chosen("heard") == digest_of_text(text)
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
            disabled=state.desk().active() is not None,
            on_click=_start_listening,
            args=(text, folder),
        )


def _speaking() -> Face:
    """Whose voice it will be."""
    return state.desk().video if state.page() == "dub" else state.desk().face


def _start_listening(text: Text, folder) -> None:
    keep("heard", digest_of_text(text))
    wish = Wish(lambda: say("own_text"), lambda: quoted(text.words))
    state.submit("listen", lambda progress: speak_text(text, folder, progress), wish)


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
