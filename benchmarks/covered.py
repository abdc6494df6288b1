"""Are covered mouths noticed, and only those? Real clips as they are, and with things drawn before the mouth.

``python benchmarks/covered.py --clips FOLDER`` follows the face in each clip as a run does, and counts the frames that
are called covered: false alarms. (Look at them: hands do come before mouths.) Then each kind of thing in `covers.py`
comes in, stays, and leaves again; counted are the frames with at least 60 % of the lips hidden, and false alarms half a
second before and after. ``--portraits FOLDER`` does both for still pictures. ``--half`` takes every other clip by name:
limits were chosen on the odd ones. ``--narrow PIXELS`` makes faces so small, ``--crf`` encodes every clip anew.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from common import Row, at_least, at_most, parser, show
from covers import KINDS, Cover

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.covering import mouth_look, surely_covered
from lipsync_utils.faces.tracking import track
from lipsync_utils.media import open_source, read_picture
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Frame, Timeline, TrackedFrame

HIDDEN = 0.6
"""Share of the lips that must be hidden for a frame to count."""

COMES_S, STAYS_S, MOVES_S = 1.0, 1.2, 0.25
HALVES = {"odd": slice(0, None, 2), "even": slice(1, None, 2), "all": slice(None)}


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--clips", type=Path, help="folder of videos of people who talk")
    make.add_argument("--portraits", type=Path, nargs="*", default=[], help="folders of portraits")
    make.add_argument("--half", choices=HALVES, default="even", help="of the clips, by name (default: %(default)s)")
    make.add_argument("--seconds", type=float, default=4.0, help="of each clip")
    make.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS, help="what comes before the mouth")
    make.add_argument("--narrow", type=float, help="make faces so narrow, in pixels")
    make.add_argument("--crf", type=int, help="encode each clip anew, so coarsely")
    args = make.parse_args()
    detector, rows = BlazeMeshDetector(threads=1), []
    if args.clips:
        files = sorted(file for file in args.clips.iterdir() if file.suffix in (".mp4", ".mpg", ".mov", ".webm"))
        rows += of_clips(files[HALVES[args.half]], detector, args)
    if args.portraits:
        rows += of_portraits([file for folder in args.portraits for file in sorted(folder.iterdir())], detector)
    show(rows, as_json=args.as_json)


def of_clips(files: list[Path], detector: BlazeMeshDetector, args) -> list[Row]:
    """Rates over all clips."""
    alarms, looks_s, found = [], [], {kind: ([], []) for kind in args.kinds}
    for number, file in enumerate(files):
        frames = prepared(file, detector, args)
        known = list(track(iter(frames), detector, FaceOptions()))
        alarm = [tracked.covered >= 1 for tracked in known]
        alarms += alarm
        if any(alarm):
            print(f"{file.name}: covered are {[i for i, one in enumerate(alarm) if one]}")
        for tracked in known[:: max(1, len(known) // 10)]:
            if tracked.face is not None:
                begun = time.perf_counter()
                mouth_look(tracked.frame.image, tracked.face.points)
                looks_s.append(time.perf_counter() - begun)
        for which, kind in enumerate(args.kinds):
            hidden, away, seen = with_cover(known, Cover(kind, 100 * number + which), detector)
            found[kind][0].extend(seen[hidden])
            found[kind][1].extend(seen[away])
            missed = hidden.sum() - seen[hidden].sum()
            if missed or seen[away].any():
                print(f"{file.name}, {kind}: missed {missed} of {hidden.sum()}, false {seen[away].sum()}")
    rows = [at_most(f"{len(alarms)} frames: false alarms per 1000", 1000 * np.mean(alarms), 1.0)]
    rows.append(Row("a look at a mouth", 1e3 * float(np.median(looks_s)), "ms"))
    for kind, (hits, false) in found.items():
        rows.append(at_least(f"{kind}: {len(hits)} frames, noticed", 100 * np.mean(hits), 80.0, "%"))
        rows.append(at_most(f"{kind}: false alarms per 1000", 1000 * np.mean(false) if false else 0.0, 1.0))
    return rows


def prepared(file: Path, detector: BlazeMeshDetector, args) -> list[Frame]:
    """The first seconds of a clip, made smaller or coarser where that is asked for."""
    frames = list(_frames(file, args.seconds))
    if args.narrow:
        faces = detector.detect(frames[0].image)
        factor = args.narrow / max((float(np.ptp(face.points[:, 0])) for face in faces), default=args.narrow)
        size = [2 * round(factor * side / 2) for side in frames[0].image.shape[1::-1]]
        frames = [replace(one, image=cv2.resize(one.image, size, interpolation=cv2.INTER_AREA)) for one in frames]
    if args.crf is not None:
        import av

        with tempfile.TemporaryDirectory() as folder:
            coarse = Path(folder) / "coarse.mp4"
            with av.open(str(coarse), "w") as output:
                stream = output.add_stream("libx264", rate=25, options={"crf": str(args.crf)})
                stream.width, stream.height = (side - side % 2 for side in frames[0].image.shape[1::-1])
                stream.pix_fmt = "yuv420p"
                for one in frames:
                    even = np.ascontiguousarray(one.image[: stream.height, : stream.width])
                    output.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
                output.mux(stream.encode(None))
            frames = list(_frames(coarse, args.seconds))
    return frames


def _frames(file: Path, seconds: float) -> Iterator[Frame]:
    source = open_source(file)
    fps = Fraction(source.fps)
    count = int(min(seconds, source.duration_s - 0.1) * fps)
    return source.frames(Timeline(fps, count, float(count / fps)))


def with_cover(
    known: list[TrackedFrame], cover: Cover, detector: BlazeMeshDetector
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each frame with something that comes and goes: whether it hides the lips, is far away, and was noticed."""
    last_s = known[-1].frame.time_s
    come_s = min(COMES_S, 0.3 * last_s)
    leave_s = min(come_s + STAYS_S, 0.8 * last_s)
    frames, hidden, away = [], [], []
    for tracked in known:
        now = tracked.frame.time_s
        gone = float(np.clip(max((come_s - now) / MOVES_S + 1, (now - leave_s) / MOVES_S + 1), 0, 1))
        share, image = 0.0, tracked.frame.image
        if gone < 1 and tracked.face is not None:
            image, share = cover(image, tracked.face.points, away=gone, time_s=now)
        frames.append(replace(tracked.frame, image=image))
        hidden.append(share >= HIDDEN)
        away.append(now < come_s - MOVES_S - 0.5 or now > leave_s + 0.5)
    seen = np.array([one.covered >= 1 for one in track(iter(frames), detector, FaceOptions())])
    return np.array(hidden), np.array(away), seen


def of_portraits(files: list[Path], detector: BlazeMeshDetector) -> list[Row]:
    """Rates over all faces of pictures."""
    alarms, found = [], {kind: [] for kind in KINDS}
    for number, file in enumerate(file for file in files if file.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp")):
        image = read_picture(file)
        for face in detector.detect(image, precise=True):
            alarms.append(surely_covered(image, face.points))
            if alarms[-1]:
                print(f"{file.name}: called covered")
            for which, kind in enumerate(KINDS):
                covered, share = Cover(kind, 100 * number + which)(image, face.points)
                again = detector.detect(covered, precise=True)
                if share >= HIDDEN and again:
                    found[kind].append(surely_covered(covered, again[0].points))
    rows = [at_most(f"{len(alarms)} faces in pictures: false alarms", float(np.sum(alarms)), 0.0)]
    return rows + [
        Row(f"{kind}: {len(hits)} pictures, noticed", 100 * np.mean(hits), "%") for kind, hits in found.items()
    ]


if __name__ == "__main__":
    main()
