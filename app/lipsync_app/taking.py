"""Taking files in: bounded, checked, kept under names of our own; what is wrong with one is remembered and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from lipsync_utils.errors import InputError, LipSyncError

from . import state
from .limits import LIMITS
from .look import problem
from .pictures import reduced, thumbnail
from .state import Face, Voice
from .store import digest_of
from .texts import say
from .work import check_sound, check_video
from .workshop import workshop

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from lipsync_tools.looking import Seen
    from lipsync_utils import records

MEGABYTE = 1_000_000


def take(slot: str, file: UploadedFile | None, megabytes: int, accept: Callable[[bytes], Face | Voice]) -> None:
    """Put a file into a slot of the session, once; as long as it cannot be used, say why.

    Args:
        slot: ``"face"``, ``"voice"`` or ``"video"``.
        file: what a widget holds; None: nothing yet.
        megabytes: the largest that is taken.
        accept: makes the slot's content out of the bytes, or raises what is wrong with them.
    """
    refused = st.session_state.setdefault("refused", {})
    if file is None:
        refused.pop(slot, None)
        return
    if st.session_state.get(f"taken_{slot}") != file.file_id:
        st.session_state[f"taken_{slot}"] = file.file_id
        refused.pop(slot, None)
        try:
            if file.size > megabytes * MEGABYTE:
                raise InputError(say("too_large", n=file.size / MEGABYTE, most=megabytes))
            st.session_state[slot] = accept(file.getvalue())
        except LipSyncError as error:
            refused[slot] = error
    if slot in refused:
        problem(refused[slot])


def forget_refusal(slot: str) -> None:
    """What was wrong with a file does not matter any more: the visitor has turned to something else."""
    st.session_state.setdefault("refused", {}).pop(slot, None)


def picture_of(label: str) -> Callable[[bytes], Face]:
    """Accepts a picture in which a face is seen."""

    def accept(data: bytes) -> Face:
        from lipsync_utils.media import is_picture

        path, _ = state.visit().keep(data, "face")
        try:
            if data and not is_picture(path):
                raise InputError(say("no_picture"))
            return face_in(path, label, real=True)
        finally:
            path.unlink(missing_ok=True)  # only a bounded copy without the camera's notes is kept

    return accept


def face_in(path: Path, label: str, *, real: bool) -> Face:
    """The face in a picture on the disk; a copy of bounded size is kept."""
    from lipsync_utils.media import read_picture, write_picture

    image = reduced(read_picture(path), max(LIMITS.sides))
    digest = digest_of(image.tobytes(), str(image.shape))
    kept = state.visit().folder / f"face-{digest}.png"
    if not kept.exists():
        write_picture(kept, image)
    try:
        seen = workshop().look(kept)
    except LipSyncError:
        kept.unlink()
        raise
    return _who_speaks(seen, Face(kept, digest, label, b"", real=real))


def _who_speaks(seen: Seen, face: Face) -> Face:
    """The face with what was seen of it; of several, the one that speaks unless another is chosen."""
    several = len(seen.faces) > 1 or seen.chosen is None

    def one(person: records.Face) -> Face:
        point = seen.point(person) if several else None
        digest = digest_of(face.digest, repr(point)) if several else face.digest
        small, doubts = thumbnail(seen.portrait(person)), seen.doubts(person)
        return replace(face, digest=digest, thumbnail=small, doubts=doubts, choose=point)

    group = tuple(one(person) for person in seen.faces) if several else ()
    return replace(one(seen.chosen or seen.faces[0]), group=group)


def accept_video(data: bytes) -> Face:
    """Accepts a video that is not too large and in which a face is seen."""
    path, digest = state.visit().keep(data, "video")
    try:
        check_video(path)
        return replace(_who_speaks(workshop().look(path), Face(path, digest, "own_video", b"")), doubts=())
    except LipSyncError:
        path.unlink(missing_ok=True)
        raise


def sound_of(label: str) -> Callable[[bytes], Voice]:
    """Accepts a recording that is not too long."""

    def accept(data: bytes) -> Voice:
        path, digest = state.visit().keep(data, "voice")
        try:
            return Voice(path, digest, label, check_sound(path))
        except LipSyncError:
            path.unlink(missing_ok=True)
            raise

    return accept
