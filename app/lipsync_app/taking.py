"""Taking files in: bounded, checked, kept under names of our own; what is wrong with one is remembered and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from lipsync_utils.errors import InputError, LipSyncError

from . import state
from .desk import Face, Voice
from .limits import LIMITS
from .look import kept_picture, problem
from .pictures import reduced, thumbnail
from .refusals import RefusedError
from .store import MEGABYTE, digest_of
from .texts import say
from .work import check_sound, check_video
from .workshop import workshop

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from lipsync_tools.looking import Seen
    from lipsync_utils import records


@dataclass(frozen=True)
class Intake:
    """A widget that takes files in, and where what it has taken is kept.

    Attributes:
        slot: ``"face"``, ``"voice"`` or ``"video"``.
        source: of the sources of that slot, which one.
        key: the widget's.
        megabytes: the largest file that is taken.
        accept: makes a face or a voice of the file, which it moves or removes, or raises what is wrong with it.
    """

    slot: str
    source: str
    key: str
    megabytes: int
    accept: Callable[[Path], Face | Voice]

    def emptied(self) -> None:
        """For the widget's ``on_change``: a file that was taken out of it is forgotten."""
        if st.session_state[self.key] is None:
            forget(self.slot, self.source)

    def take(self, file: UploadedFile | None) -> Face | Voice | None:
        """Choose what the widget holds; as long as that cannot be used, say why. What is kept of this source, if it is.

        Without a file in the widget, what was taken before is offered with a button that removes it.
        """
        refused = state.desk().refused
        if file is None:
            refused.pop(self.slot, None)
            return self._show_kept()
        if st.session_state.get(f"taken_{self.slot}") != file.file_id:
            st.session_state[f"taken_{self.slot}"] = file.file_id
            refused.pop(self.slot, None)
            try:
                self._choose(file)
            except LipSyncError as error:
                refused[self.slot] = error
        if self.slot in refused:
            problem(refused[self.slot])
            return None
        return state.desk().kept.get((self.slot, self.source))

    def _choose(self, file: UploadedFile) -> None:
        arrived = _arrived(file)
        size = arrived.stat().st_size
        if size > self.megabytes * MEGABYTE:
            arrived.unlink()
            raise InputError(say("too_large", n=size / MEGABYTE, most=self.megabytes))
        new, old = self.accept(arrived), state.desk().kept.get((self.slot, self.source))
        state.desk().take(self.slot, self.source, new)
        _remove(old, unless=new)

    def _show_kept(self) -> Face | Voice | None:
        thing = state.desk().kept.get((self.slot, self.source))
        if thing is None:
            return None
        with st.container(horizontal=True, vertical_alignment="center", key=f"kept_{self.slot}"):
            if isinstance(thing, Face):
                kept_picture(thing.thumbnail, say(thing.label))
            else:
                st.markdown(f"**{say(thing.label)}**", width="stretch")
            st.button(
                say("remove"),
                key=f"remove_{self.slot}",
                icon=":material/close:",
                on_click=forget,
                args=(self.slot, self.source),
            )
        return thing


def forget(slot: str, source: str) -> None:
    """Forget what was taken from a source; where it was chosen, a sample is instead."""
    desk = state.desk()
    desk.refused.pop(slot, None)
    _remove(desk.drop(slot, source), unless=None)


def _remove(old: Face | Voice | None, unless: Face | Voice | None) -> None:
    """Remove its file, unless a job may need it, or it is nobody's, or something else is kept in it."""
    path, kept = (_file_of(one) for one in (old, unless))
    if path is not None and not old.shared and path != kept and state.desk().active() is None:
        path.unlink(missing_ok=True)


def _file_of(thing: Face | Voice | None) -> Path | None:
    content = thing.path if isinstance(thing, Face) else thing and thing.content
    return content if isinstance(content, Path) else None


def _arrived(file: UploadedFile) -> Path:
    """Where an upload lies.

    Raises:
        RefusedError: there was no room for it.
    """
    visit = state.visit()
    arrived = visit.uploads.pop(file.file_id, None)
    if isinstance(arrived, RefusedError):
        raise arrived
    if arrived is None:  # no server of ours has taken it in: Streamlit has it
        arrived = visit.folder / f"upload-{file.file_id}"
        arrived.parent.mkdir(parents=True, exist_ok=True)
        arrived.write_bytes(file.getvalue())
    return arrived


def forget_refusal(slot: str) -> None:
    """What was wrong with a file does not matter any more: the visitor has turned to something else."""
    state.desk().refused.pop(slot, None)


def picture_of(label: str) -> Callable[[Path], Face]:
    """Accepts a picture in which a face is seen."""

    def accept(arrived: Path) -> Face:
        from lipsync_utils.media import is_picture

        path, _ = state.visit().keep(arrived, "face")
        try:
            if path.stat().st_size and not is_picture(path):
                raise InputError(say("no_picture"))
            return face_in(path, label, real=True)
        finally:
            path.unlink(missing_ok=True)  # only a bounded copy without the camera's notes is kept

    return accept


def face_in(path: Path, label: str, *, real: bool) -> Face:
    """The face in a picture on the disk; a copy of bounded size is kept."""
    from lipsync_utils.media import read_picture, write_picture

    image = reduced(read_picture(path), LIMITS.kept_side)
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


def accept_video(arrived: Path) -> Face:
    """Accepts a video that is not too large and in which a face is seen."""
    path, digest = state.visit().keep(arrived, "video")
    try:
        seconds = check_video(path)
        video = Face(path, digest, "own_video", b"", seconds=seconds)
        return replace(_who_speaks(workshop().look(path), video), doubts=())
    except LipSyncError:
        path.unlink(missing_ok=True)
        raise


def sound_of(label: str) -> Callable[[Path], Voice]:
    """Accepts a recording that is not too long."""

    def accept(arrived: Path) -> Voice:
        path, digest = state.visit().keep(arrived, "voice")
        try:
            seconds = check_sound(path)
            part = (0.0, LIMITS.voice_s) if seconds > LIMITS.voice_s else None
            return Voice(path, digest, label, seconds, part=part)
        except LipSyncError:
            path.unlink(missing_ok=True)
            raise

    return accept
