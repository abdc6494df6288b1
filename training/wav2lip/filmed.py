"""Videos of somebody who talks become clips in the form of ``make_data.py``.

The face is cut out by the engine's own boxes at 25 frames a second, the sound is heard as the engine hears it, and each
frame is paired with itself with its lips closed, which is what the engine gives the generator. What is left out: frames
without a face or with something before the mouth, what is near a cut, and where nobody speaks. The last fifth of each
video is held out, so that no moment of it was seen in training.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from camera import PADS
from draws import FPS, REACH, SPAN
from scipy.ndimage import binary_dilation

from lipsync_utils.errors import InputError, LipSyncError, message_of
from lipsync_utils.faces import make_detector, topology, track
from lipsync_utils.faces.detector import FaceDetector
from lipsync_utils.faces.geometry import apart
from lipsync_utils.media import Source
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import SAMPLE_RATE, Face, Timeline, TrackedFrame
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.rig import Rig
from lipsync_utils.speech import SpeechModel, rest_gate
from lipsync_utils.speech.visemes import NAMES
from lipsync_utils.sync import score
from lipsync_utils.sync.scoring import sound_on_clock
from lipsync_utils.sync.watching import open_video
from lipsync_utils.wav2lip.crops import cut, to_crop, with_boxes
from lipsync_utils.wav2lip.mel import MEL_COLUMNS, MEL_HOP, wav2lip_mel
from lipsync_utils.wav2lip.network import FACE_SIZE

PARTS = ("train", "val", "test")
FACE = FaceOptions(min_size=64.0)
"""A smaller face has less to show than the crop, and would teach soft mouths."""

SLOWEST = 20
"""Pictures a second; with fewer, most frames show lips of another moment than their sound."""

STEP = 5
"""Clips begin and end at multiples of so many frames: 16 columns of the mel, so that windows are those of the whole."""

PIECE = 60
"""Frames of a clip at least, and at most twice as many."""

GAP = 10
"""Frames that are left out before one that is held out: twice as long as a window of speech."""

HELD_OUT = 0.1
"""Part of each video's clips, at least one, that validates, and as much that tests."""

PAUSE_S = 0.3
"""Silence that is kept before and after speech: resting lips are learned, too, but not for long."""

LEAST_S = 10.0
"""Seconds of speech with a face without which nothing is learned."""

MOVED_MS = 40.0
"""Sound that is off by more than this (a frame) is moved to where the lips say that it belongs."""

SHUT = 0.03
"""Lips that the tracker sees parted by less than this, in widths of the mouth, are shut."""

_UPPER, _LOWER = list(topology.INNER_LIP_UPPER), list(topology.INNER_LIP_LOWER)
_SAMPLES = SAMPLE_RATE // int(FPS)  # of a frame
assert PIECE - GAP >= REACH + 2 * SPAN, "what is left of a clip can be drawn from"


@dataclass(frozen=True)
class Seen:
    """What the engine would cut out of a video.

    Attributes:
        shown: ``frames (T, 96, 96, 3) uint8`` RGB, 25 a second, black where there is no box; ``before``, the same with
            closed lips; ``points`` and ``points_before (T, 468, 2) float16``, the mesh in them; ``opening (T,)
            float32``, the gap between the lips in heights of the face from hair line to chin; ``closed (T,) bool``,
            lips shut.
        shot: ``(T,) int`` number of the uninterrupted stretch that a frame belongs to; -1 where it cannot be used.
    """

    shown: dict[str, np.ndarray]
    shot: np.ndarray


@dataclass(frozen=True)
class Piece:
    """Frames ``start`` to ``stop`` (excluded) of a video, for one part of the data."""

    start: int
    stop: int
    part: str


def prepare(videos: Path, data: Path) -> dict[str, object]:
    """Make clips of all videos.

    Args:
        videos: a folder of them, or one.
        data: the folder that is made; it appears when it is complete.

    Returns:
        What ``data/facts.json`` says: seconds of each part, and what became of each video.

    Raises:
        InputError: nothing there, or too little to learn from: it says of each video why. Nothing is left behind.
    """
    files = _files(videos)
    detector, model = make_detector(FACE), SpeechModel.load()
    facts: dict[str, object] = {"seconds": dict.fromkeys(PARTS, 0.0), "videos": {}}
    with _appearing(data) as folder:
        for part in PARTS:
            (folder / part).mkdir()
        for path in files:
            try:
                facts["videos"][path.name] = _write(path, folder, facts["seconds"], detector, model, videos.stem)
            except LipSyncError as error:
                facts["videos"][path.name] = f"left out: {message_of(error)}"
            print(f"{path.name}: {facts['videos'][path.name]}", flush=True)
        _require_enough(videos, facts)
        (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return facts


def _files(videos: Path) -> list[Path]:
    """The files in a folder, without hidden ones, or the one file."""
    if not videos.exists():
        raise InputError("There is nothing at {path!r}. Give a folder of videos, or one video.", path=str(videos))
    inside = sorted(videos.iterdir()) if videos.is_dir() else [videos]
    files = [path for path in inside if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise InputError(
            "The folder {path!r} has no files. Put videos into it in which one person talks to the camera, {least:g} s "
            "in all at least.",
            path=str(videos),
            least=LEAST_S,
        )
    return files


def _require_enough(videos: Path, facts: dict[str, object]) -> None:
    """Refuse what is too little to learn from, or to hold something out of."""
    seconds = facts["seconds"]
    if sum(seconds.values()) >= LEAST_S and all(seconds.values()):
        return
    raise InputError(
        "{path!r} has {found:.1f} s in which one face is seen and speaks. At least {least:g} s are needed, {one:.0f} s "
        "of them in one video, of which the end is held out; a few minutes are better. Give more or longer videos. "
        "What became of these:\n{videos}",
        path=str(videos),
        found=sum(seconds.values()),
        least=LEAST_S,
        one=3 * PIECE / float(FPS),
        videos="\n".join(f"  {name}: {said}" for name, said in facts["videos"].items()),
    )


@contextlib.contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder that gets its name when it is complete, and otherwise goes, with the one around it if that is new."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as begun:
            unfinished = Path(begun) / folder.name
            unfinished.mkdir()
            yield unfinished
            unfinished.rename(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            folder.parent.rmdir()  # only where nothing else is in it
        raise


def _write(
    path: Path, folder: Path, seconds: dict[str, float], detector: FaceDetector, model: SpeechModel, who: str
) -> str:
    """The clips of one video; returns what became of it, and adds to ``seconds``."""
    source, lengths = open_video(path), dict.fromkeys(PARTS, 0.0)
    wave, note = heard(source, detector)
    timeline = clock(source, wave)
    seen = look(source, timeline, detector)
    speaks = speaking(model, wave, timeline)
    mel = wav2lip_mel(wave).astype(np.float16)
    pieces = pieces_of(np.where(speaks, seen.shot, -1))
    for number, piece in enumerate(pieces):
        rows = slice(piece.start, piece.stop)
        arrays = {name: array[rows] for name, array in seen.shown.items()}
        arrays |= {"mel": mel_of(mel, piece), "person": who, "voice": who}
        np.savez(folder / piece.part / f"{path.name}_{number:02d}.npz", **arrays)
        lengths[piece.part] += (piece.stop - piece.start) / float(FPS)
    for part, length in lengths.items():
        seconds[part] += length
    unseen_s, silent_s = ((count / float(FPS)) for count in ((seen.shot < 0).sum(), (~speaks).sum()))
    return (
        f"{timeline.duration_s:.1f} s, of which {lengths['train']:.1f} to learn from, {lengths['val']:.1f} and "
        f"{lengths['test']:.1f} held out; {unseen_s:.1f} without a face that is wholly seen, {silent_s:.1f} without "
        f"speech{note}"
    )


def heard(source: Source, detector: FaceDetector) -> tuple[np.ndarray, str]:
    """The sound of a video on the clock of its lips, ``(n,) float32`` at 16 kHz, and a remark where it was moved.

    Raises:
        InputError: too few pictures a second, no sound, several faces, or lips that do not say what is heard.
        NoFaceError: no face that is large enough.
    """
    if source.fps < SLOWEST:
        raise InputError(
            "{path!r} shows {fps:.3g} pictures a second; at least {least} are needed for lips. Record it at 25 or 30.",
            path=source.path,
            fps=float(source.fps),
            least=SLOWEST,
        )
    if not source.has_audio:
        raise InputError(
            "{path!r} has no sound, and lips are learned together with what they say. Give the video with its sound.",
            path=source.path,
        )
    report = score(source.path, face=FACE, detector=detector)
    if report.faces > 1:
        raise InputError(
            "{path!r} shows {faces} faces at a time. Give videos in which nobody is seen but the person who agreed.",
            path=source.path,
            faces=report.faces,
        )
    if report.verdict == "no agreement":
        raise InputError(
            "The lips in {path!r} do not say what is heard. {reason} Give videos with the voice of the person seen.",
            path=source.path,
            reason=report.reason,
        )
    moved_ms = report.offset_ms if report.verdict != "too short" and abs(report.offset_ms) > MOVED_MS else 0.0
    wave, late = sound_on_clock(source), round(moved_ms / 1000 * SAMPLE_RATE)
    wave = np.pad(wave, (late, 0)) if late > 0 else wave[-late:]
    return wave, f"; its sound was {abs(moved_ms):.0f} ms {'early' if moved_ms > 0 else 'late'}" * bool(moved_ms)


def clock(source: Source, wave: np.ndarray) -> Timeline:
    """25 frames a second as long as there are pictures and sound.

    Raises:
        InputError: too short to take a clip of.
    """
    frames = int(min(source.duration_s * FPS + 1e-6, len(wave) / _SAMPLES))
    if frames < PIECE:
        raise InputError(
            "{path!r} lasts {lasts_s:.1f} s; at least {least_s:.1f} s are needed. Give a longer one.",
            path=source.path,
            lasts_s=frames / float(FPS),
            least_s=PIECE / float(FPS),
        )
    return Timeline(FPS, frames, frames / float(FPS))


def speaking(model: SpeechModel, wave: np.ndarray, timeline: Timeline) -> np.ndarray:
    """``(T,) bool``: frames in which somebody speaks, or did or will within :data:`PAUSE_S`."""
    curves = model(wave)
    gate = timeline.sample(rest_gate(curves.activity), curves.rate)
    return binary_dilation(gate > 0, iterations=round(PAUSE_S * FPS))


def look(source: Source, timeline: Timeline, detector: FaceDetector) -> Seen:
    """What the engine would see of a video on this clock, and what it would give its generator."""
    count, shot, whole = timeline.frames, -1, False
    pictures, places = (count, FACE_SIZE, FACE_SIZE, 3), (count, topology.POINTS, 2)
    shown = {name: np.zeros(pictures, np.uint8) for name in ("frames", "before")}
    shown |= {name: np.zeros(places, np.float16) for name in ("points", "points_before")}
    shown |= {"opening": np.zeros(count, np.float32), "closed": np.zeros(count, bool)}
    shots = np.full(count, -1)
    renderer, seen = VideoRenderer(rig=Rig.load(), names=NAMES), deque[TrackedFrame]()

    def resting() -> Iterator[TrackedFrame]:
        for prepared in renderer.prepared(track(source.frames(timeline, when_short="freeze"), detector, FACE)):
            seen.append(prepared.tracked)
            yield renderer.at_rest(prepared)

    for index, cropped in enumerate(with_boxes(resting(), PADS)):
        tracked, box = seen.popleft(), cropped.box
        shot += not (tracked.continues and whole)
        if whole := box is not None and tracked.covered == 0:
            for pixels, mesh, of in (("frames", "points", tracked), ("before", "points_before", cropped.tracked)):
                shown[pixels][index] = cut(of.frame.image, box)
                shown[mesh][index] = to_crop(of.face.points[:, :2], box)
            shown["opening"][index], shown["closed"][index] = lips(tracked.face)
            shots[index] = shot
    return Seen(shown, shots)


def lips(face: Face) -> tuple[float, bool]:
    """The widest gap between the lips in heights of the face from hair line to chin, and whether they are shut."""
    points = face.points[:, :2]
    height = apart(points, (topology.HAIR_LINE, topology.CHIN))
    down = (points[topology.CHIN] - points[topology.HAIR_LINE]) / height
    gap = max(float(((points[_LOWER] - points[_UPPER]) @ down).max()), 0.0)
    return gap / height, gap < SHUT * apart(points, topology.OUTER_LIP_CORNERS)


def pieces_of(stretch: np.ndarray) -> list[Piece]:
    """Clips out of the uninterrupted stretches of a video, in order of time.

    Args:
        stretch: ``(T,) int`` number of the stretch that a frame belongs to; -1 where it cannot be used.
    """
    edges = np.flatnonzero(np.diff(stretch, prepend=-1, append=-1))
    spans = []
    for start, stop in pairwise(edges):
        start, stop = -(-start // STEP) * STEP, stop // STEP * STEP
        if stretch[min(start, len(stretch) - 1)] >= 0 and stop - start >= PIECE:
            bounds = np.linspace(start, stop, (stop - start) // PIECE + 1) // STEP * STEP
            spans += pairwise(bounds.astype(int).tolist())
    return _apart([Piece(*span, part) for span, part in zip(spans, _parts(spans), strict=True)])


def _parts(spans: list[tuple[int, int]]) -> list[str]:
    """The part of the data of each span: the last ones test, those before validate; of fewer than three none does."""
    if len(spans) < len(PARTS):
        return ["train"] * len(spans)
    held = HELD_OUT * sum(stop - start for start, stop in spans)
    parts: list[str] = []
    for part in ("test", "val"):
        taken = 0
        while taken < held and len(spans) - len(parts) > (2 if part == "test" else 1):
            start, stop = spans[-1 - len(parts)]
            taken += stop - start
            parts.append(part)
    return ["train"] * (len(spans) - len(parts)) + parts[::-1]


def _apart(pieces: list[Piece]) -> list[Piece]:
    """The same, each that follows one of another part beginning so late that they share neither frames nor sound."""
    out = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else None
        near = before is not None and before.part != piece.part
        out.append(Piece(max(piece.start, before.stop + GAP) if near else piece.start, piece.stop, piece.part))
    return out


def mel_of(mel: np.ndarray, piece: Piece) -> np.ndarray:
    """``(80, M)``: the columns of a whole video's mel that a clip hears, its last window included."""
    per_step = STEP * _SAMPLES // MEL_HOP
    return mel[:, piece.start // STEP * per_step : piece.stop // STEP * per_step + MEL_COLUMNS]
