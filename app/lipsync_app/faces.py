"""Step Face: a gallery, an upload, a snapshot, or a portrait from words."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lipsync_tools import pace

from . import progress, state
from .choices import choose, chosen, keep, key_of, segments
from .limits import LIMITS
from .look import in_plain_words, picture_buttons, problem, tell_limit
from .taking import face_in, forget_refusal, picture_of, take
from .texts import say
from .work import PORTRAIT, draw_portrait
from .workshop import AVATARS, studio_ready

SOURCES = ("samples", "upload", "camera", "prompt")
PICTURES = ("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif")


def show() -> None:
    """Choose who speaks."""
    st.header(say("face_title"))
    source = segments(
        "face_source", _sources(), SOURCES[0], lambda name: say(f"from_{name}"), labelled=False, wide=True
    )
    if source in ("samples", "prompt"):
        forget_refusal("face")
    {"samples": _gallery, "upload": _upload, "camera": _camera, "prompt": _prompt}[source]()
    if source in ("upload", "camera"):
        people("face")
    _tell_doubts()


def _sources() -> tuple[str, ...]:
    """Where faces come from; words only where the studio can draw, since visitors cannot set it up."""
    if studio_ready():
        return SOURCES
    if chosen("face_source", SOURCES[0]) == "prompt":  # it was ready when this was chosen
        choose("face_source", SOURCES[0])
    return tuple(name for name in SOURCES if name != "prompt")


def _gallery() -> None:
    now = st.session_state["face"]
    samples = {name: state.sample_face(name) for name in AVATARS}
    picture_buttons({f"tile_{name}": face.thumbnail for name, face in samples.items()})
    with st.container(key="tiles"):
        for name, face in samples.items():
            kind = "primary" if face.digest == now.digest else "secondary"
            st.button(say(name), key=f"tile_{name}", type=kind, on_click=_choose, args=(face,))
    st.caption(say("gallery_note"))


def _choose(face: state.Face) -> None:
    st.session_state["face"] = face


def _upload() -> None:
    file = st.file_uploader(
        say("upload_face"), type=list(PICTURES), key="upload_face", max_upload_size=LIMITS.picture_mb
    )
    tell_limit("upload_face", say("picture_limit", n=LIMITS.picture_mb))
    take("face", file, LIMITS.picture_mb, picture_of("own_picture"))


def _camera() -> None:
    shot = st.camera_input(say("camera_face"), key="camera_face")
    take("face", shot, LIMITS.picture_mb, picture_of("snapshot"))


def people(slot: str) -> None:
    """Who of several people speaks; nothing where only one is seen.

    Args:
        slot: ``"face"`` or ``"video"``.
    """
    chosen = st.session_state[slot]
    if chosen is None or not chosen.group or slot in st.session_state.get("refused", {}):
        return
    st.markdown(f"**{say('people')}**")
    keys = {f"person_{slot}_{number}": person for number, person in enumerate(chosen.group, start=1)}
    picture_buttons({key: person.thumbnail for key, person in keys.items()})
    with st.container(key="people"):
        for number, (key, person) in enumerate(keys.items(), start=1):
            speaks = person.digest == chosen.digest
            words = say("person_speaks" if speaks else "person", n=number)
            kind = "primary" if speaks else "secondary"
            st.button(words, key=key, type=kind, on_click=_choose_person, args=(slot, person))


def _choose_person(slot: str, person: state.Face) -> None:
    st.session_state[slot] = replace(person, group=st.session_state[slot].group)


def _tell_doubts() -> None:
    face = st.session_state["face"]
    if face.shared or st.session_state.get("refused", {}).get("face"):
        return
    if not face.doubts:
        st.success(say("face_good"), icon=":material/check:")
        return
    lines = "\n".join(f"- {in_plain_words(doubt)}" for doubt in face.doubts)
    with st.container(key="problem"):
        st.warning(f"{say('face_doubt')}\n\n{lines}", icon=":material/info:")


def _prompt() -> None:
    words = st.text_area(
        say("prompt_label"),
        placeholder=say("prompt_hint"),
        max_chars=LIMITS.prompt_chars,
        key=key_of("prompt", ""),
        height=90,
    )
    keep("prompt", words)
    usual = pace.usual_s(PORTRAIT)
    takes = say("prompt_takes") if usual is None else say("prompt_takes_here", n=max(1, round(usual / 60)))
    st.caption(f"{say('prompt_note')} {takes}")
    busy = state.active() is not None
    drawn = st.session_state.get("drawn_prompt") == words.strip() != ""
    st.button(
        say("draw_other") if drawn else say("draw"),
        key="draw",
        icon=":material/brush:",
        on_click=_draw,
        disabled=busy,
    )
    _portrait_result()


def _draw() -> None:
    words = st.session_state[key_of("prompt", "")].strip()
    if not words:
        st.session_state["prompt_problem"] = say("empty_prompt")
        return
    st.session_state["prompt_problem"] = ""
    again = st.session_state.get("drawn_prompt") == words
    seed = st.session_state.get("seed", 0) + 1 if again else 0
    st.session_state["seed"], st.session_state["ordered_prompt"] = seed, words
    folder = state.visit().folder
    state.submit("draw", lambda progress: draw_portrait(words, seed, folder, progress))


def _portrait_result() -> None:
    if st.session_state.get("prompt_problem"):
        problem(st.session_state["prompt_problem"])
        return
    job = state.job("draw")
    if job is None:
        return
    if not job.over:
        progress.show(job)
    elif job.state == "failed":
        problem(job.error)
    elif job.state == "cancelled":
        st.info(say("cancelled"))
    elif st.session_state.get("taken_portrait") is not job:
        st.session_state["taken_portrait"] = job
        st.session_state["drawn_prompt"] = st.session_state["ordered_prompt"]
        st.session_state["face"] = face_in(job.result, "own_portrait", real=False)
        st.rerun()
    if job.progress.notes:
        with st.container(key="problem"):
            st.caption("  \n".join(in_plain_words(note) for note in job.progress.notes))
