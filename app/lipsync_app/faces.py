"""Step Face: a gallery, an upload, a snapshot, or a portrait from words."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lipsync_avatars import person_in
from lipsync_tools import pace

from . import progress, state
from .choices import choose, chosen, keep, key_of, segments
from .desk import Face, Wish
from .limits import LIMITS
from .look import in_plain_words, picture_buttons, problem, quoted, tell_limit
from .taking import Intake, face_in, forget_refusal, picture_of
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
    state.desk().turn_to("face", source)
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
    gallery("face", [state.sample_face(name) for name in AVATARS])


def gallery(slot: str, samples: list[Face]) -> None:
    """Samples to choose from; slot: ``"face"`` or ``"video"``."""
    desk = state.desk()
    keys = {f"tile_{sample.label}": sample for sample in samples}
    picture_buttons({key: sample.thumbnail for key, sample in keys.items()})
    with st.container(key="tiles"):
        for key, sample in keys.items():
            kind = "primary" if sample.digest == getattr(desk, slot).digest else "secondary"
            st.button(say(sample.label), key=key, type=kind, on_click=desk.take, args=(slot, "samples", sample))
    st.caption(say("gallery_note"))


def _upload() -> None:
    intake = Intake("face", "upload", "upload_face", LIMITS.picture_mb, picture_of("own_picture"))
    file = st.file_uploader(
        say("upload_face"),
        type=list(PICTURES),
        key=intake.key,
        max_upload_size=LIMITS.picture_mb,
        on_change=intake.emptied,
    )
    tell_limit("upload_face", say("picture_limit", n=LIMITS.picture_mb))
    intake.take(file)


def _camera() -> None:
    intake = Intake("face", "camera", "camera_face", LIMITS.picture_mb, picture_of("snapshot"))
    intake.take(st.camera_input(say("camera_face"), key=intake.key, on_change=intake.emptied))


def people(slot: str) -> None:
    """Who of several people speaks; nothing where only one is seen.

    Args:
        slot: ``"face"`` or ``"video"``.
    """
    desk = state.desk()
    chosen = getattr(desk, slot)
    if not chosen.group or slot in desk.refused:
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


def _choose_person(slot: str, person: Face) -> None:
    state.desk().change(slot, replace(person, group=getattr(state.desk(), slot).group))


def _tell_doubts() -> None:
    face = state.desk().face
    if face.shared or "face" in state.desk().refused:
        return
    if not face.doubts:
        st.success(say("face_good"), icon=":material/check:")
        return
    lines = "\n".join(f"- {in_plain_words(doubt)}" for doubt in face.doubts)
    with st.container(key="problem"):
        st.warning(f"{say('face_doubt')}\n\n{lines}", icon=":material/info:")


def _prompt() -> None:
    # No max_chars: Streamlit then takes nothing of a longer text that is pasted, and says nothing.
    words = st.text_area(say("prompt_label"), placeholder=say("prompt_hint"), key=key_of("prompt", ""), height=90)
    keep("prompt", words)
    usual = pace.usual_s(PORTRAIT)
    takes = say("prompt_takes") if usual is None else say("prompt_takes_here", n=max(1, round(usual / 60)))
    st.caption(f"{say('prompt_note')} {takes}")
    drawn = chosen("drawn_prompt") == words.strip() != ""
    st.button(
        say("draw_other") if drawn else say("draw"),
        key="draw",
        icon=":material/brush:",
        on_click=_draw,
        disabled=state.desk().active() is not None,
    )
    _portrait_result()


def _draw() -> None:
    words = st.session_state[key_of("prompt", "")].strip()
    keep("prompt_problem", _why_not(words))
    if chosen("prompt_problem"):
        return
    seed = chosen("seed", 0) + 1 if chosen("drawn_prompt") == words else 0
    keep("seed", seed)
    keep("ordered_prompt", words)
    folder = state.visit().folder
    wish = Wish(lambda: say("own_portrait"), lambda: quoted(words))
    state.submit("draw", lambda progress: draw_portrait(words, seed, folder, progress), wish)


def _why_not(words: str) -> str:
    """Why nothing can be drawn from these words, for a person; empty where something can."""
    if not words:
        return say("empty_prompt")
    return say("long_text", n=len(words), most=LIMITS.prompt_chars) if len(words) > LIMITS.prompt_chars else ""


def _portrait_result() -> None:
    if chosen("prompt_problem"):
        problem(chosen("prompt_problem"))
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
    elif chosen("taken_portrait") is not job:
        keep("taken_portrait", job)
        keep("drawn_prompt", chosen("ordered_prompt"))
        portrait = face_in(job.result, "own_portrait", real=False)
        state.desk().take("face", "prompt", replace(portrait, depicts=person_in(job.result)))
        st.rerun()
    if job.progress.notes:
        with st.container(key="problem"):
            st.caption("  \n".join(in_plain_words(note) for note in job.progress.notes))
