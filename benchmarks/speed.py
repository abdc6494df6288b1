"""How fast is it? ``lipsync run`` in fresh processes, and the time to import the package.

Measured from reading the inputs to the finished file, as ``lipsync run --json`` reports it (without the start of the
interpreter and the loading of the models), median of several runs: frames per second, and seconds to the first frame.
Sources: the sample portrait at each --sizes, and a video of the same face
(made by the engine first, then made to speak the other sample voice).

Then beside a plain transcode, which decodes and encodes the same file by the same settings and does nothing between, in
turns and each in a fresh process: making a video speak beside transcoding it, making a picture speak beside transcoding
the result. Ratios of wall clock and of processor time, medians of the turns.

``--profile`` measures the stages one after the other in this process instead, each on one thread of Python: where does
the time go? (A run renders in several threads while it encodes, so that the sum is more than its time.)
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from common import Row, at_least, at_most, parser, resized, run_lipsync, sample_avatar, sample_voice, show, sound_of

if TYPE_CHECKING:
    import numpy as np

    from lipsync_utils.records import FaceCurves, Speech, Timeline

PROFILED_FRAMES = 100
MIN_SPEED = {"picture 512": 100.0, "picture 1024": 50.0}
"""Frames a second; the goal of every other source is real time."""
MOST_BESIDE_TRANSCODE = {"picture": (1.4, None), "video": (1.5, 1.6)}
"""Wall clock and processor time, in parts of a transcode's."""
VIDEOS = {
    "1920x1080": ("--shape", "16:9"),
    "1280x720": ("--shape", "16:9", "--max-side", "1280"),
    "512x512": ("--max-side", "512"),
}
"""How the source videos are made of the portrait."""
MAX_IMPORT_S = 1.0
MAX_FIRST_FRAME_S = 3.0


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--face", type=Path, default=sample_avatar(), help="portrait that speaks")
    make.add_argument("--sizes", type=int, nargs="+", default=[512, 1024], help="longer side of the picture in pixels")
    make.add_argument("--seconds", type=float, default=30.0, help="length of the voice")
    make.add_argument("--runs", type=int, default=3, help="fresh processes for each number")
    make.add_argument("--no-video", action="store_true", help="leave out the video source")
    make.add_argument("--only-ratios", action="store_true", help="only what is measured beside a transcode")
    make.add_argument("--profile", action="store_true", help="time of each stage, in this process")
    args = make.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.profile:
            show(profile(args, folder), as_json=args.as_json)
            return
        rows = [] if args.only_ratios else absolute(args, folder)
        show(rows + beside_transcode(args, folder), as_json=args.as_json)


def absolute(args: argparse.Namespace, folder: Path) -> list[Row]:
    """Frames a second, first frames, and the import."""
    rows = [at_most("import lipsync_utils", import_seconds(args.runs), MAX_IMPORT_S, "s")]
    voice = sound_of(sample_voice("english"), args.seconds, folder / "voice.wav")
    for size in args.sizes:
        picture = resized(args.face, size, folder / f"{size}.png")
        rows += speed_of(f"picture {size}", picture, voice, folder / "out.mp4", args.runs)
    if not args.no_video:
        other = sound_of(sample_voice("arabic"), args.seconds, folder / "other.wav")
        for size in args.sizes:
            video = folder / f"{size}.mp4"
            run_lipsync(folder / f"{size}.png", other, video)
            rows += speed_of(f"video {size}", video, voice, folder / "out.mp4", args.runs)
    return rows


def beside_transcode(args: argparse.Namespace, folder: Path) -> list[Row]:
    """What speaking costs in parts of a transcode, wall clock and processor time."""
    voice = sound_of(sample_voice("english"), args.seconds, folder / "voice.wav")
    other = sound_of(sample_voice("arabic"), args.seconds, folder / "other.wav")
    out, copy, rows = folder / "spoken.mp4", folder / "copy.mp4", []

    def compared(kind: str, size: str, face: Path, original: Path) -> None:
        turns = []
        for _ in range(args.runs):
            spoken = alone(speak, face, voice, out)
            turns.append((spoken, alone(transcode, original, copy)))
        for number, what in enumerate(("wall clock", "processor time")):
            ours, plain = (statistics.median(turn[side][number] for turn in turns) for side in (0, 1))
            name, most = f"{kind} {size}: {what}", MOST_BESIDE_TRANSCODE[kind][number]
            frames = frames_of(original)
            rows.append(Row(f"{name} of a frame", 1e3 * ours / frames_of(out), "ms"))
            rows.append(Row(f"{name} of a frame, transcode", 1e3 * plain / frames, "ms"))
            ratio = (ours / frames_of(out)) / (plain / frames)
            beside = f"{name} / transcode"
            rows.append(Row(beside, ratio) if most is None else at_most(beside, ratio, most))

    for size in args.sizes:
        picture = resized(args.face, size, folder / f"{size}.png")
        alone(speak, picture, voice, out)
        compared("picture", f"{size}", picture, out)
    if not args.no_video:
        for size, options in VIDEOS.items():
            video = folder / f"{size}.mp4"
            run_lipsync(args.face, other, video, *options)
            compared("video", size, video, video)
    return rows


def alone(function: Callable, *arguments: Path) -> tuple[float, float]:
    """What a function of this module returns in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def speak(face: Path, voice: Path, out: Path) -> tuple[float, float]:
    """Wall clock and processor time of a run, its models being loaded, in seconds."""
    from lipsync_utils.pipeline import load, run

    return costs(lambda loaded: run(face, voice, out, loaded=loaded), load())


def transcode(path: Path, out: Path) -> tuple[float, float]:
    """The same of decoding and encoding picture and sound by the settings that runs have."""
    return costs(transcoded, path, out)


def transcoded(path: Path, out: Path) -> None:
    """Write a file anew: same frames, same sound."""
    import av

    from lipsync_utils.media.encode import x264_settings
    from lipsync_utils.options import WriteOptions

    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        film, sound = source.streams.video[0], source.streams.audio[0]
        film.thread_type = "AUTO"
        picture = target.add_stream("libx264", rate=film.average_rate, options=x264_settings(WriteOptions()))
        picture.width, picture.height, picture.pix_fmt = film.width, film.height, "yuv420p"
        heard = target.add_stream("aac", rate=sound.rate, layout=sound.layout.name)
        into = {film.index: picture, sound.index: heard}
        for packet in source.demux(film, sound):
            for frame in packet.decode():
                if packet.stream is film:
                    frame.pict_type = 0  # which pictures are key frames, the encoder decides anew
                target.mux(into[packet.stream.index].encode(frame))
        for stream in into.values():
            target.mux(stream.encode(None))


def costs(function: Callable, *arguments: object) -> tuple[float, float]:
    """Wall clock and processor time of a call, in seconds."""
    started, used = time.perf_counter(), time.process_time()
    function(*arguments)
    return time.perf_counter() - started, time.process_time() - used


def frames_of(path: Path) -> int:
    """How many pictures are in a video."""
    import av

    with av.open(str(path)) as container:
        return container.streams.video[0].frames


def import_seconds(runs: int) -> float:
    """Median time of ``import lipsync_utils`` in a fresh interpreter, after one to fill the disk's cache."""
    code = "import time; t = time.perf_counter(); import lipsync_utils; print(time.perf_counter() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(runs + 1)
    ]
    return statistics.median(times[1:])


def speed_of(name: str, face: Path, voice: Path, out: Path, runs: int) -> list[Row]:
    """Median of fresh runs."""
    reports = [run_lipsync(face, voice, out) for _ in range(runs)]
    speed = statistics.median(report["frames_per_second"] for report in reports)
    first = statistics.median(report["first_frame_s"] for report in reports)
    return [
        at_least(f"{name}: frames per second", speed, MIN_SPEED.get(name, 25.0), "1/s"),
        at_most(f"{name}: first frame after", first, MAX_FIRST_FRAME_S, "s"),
    ]


def profile(args: argparse.Namespace, folder: Path) -> list[Row]:
    """Time of each stage."""
    from fractions import Fraction

    from lipsync_utils.media import load_speech
    from lipsync_utils.records import Timeline
    from lipsync_utils.speech import SpeechModel

    voice = sound_of(sample_voice("english"), args.seconds, folder / "voice.wav")
    read_s, speech = timed(lambda: load_speech(voice))
    load_s, model = timed(SpeechModel.load)
    first_s, curves = timed(lambda: model(speech))
    again_s, _ = timed(lambda: model(speech))
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(25))
    rows = [
        Row("read the voice", read_s, "s"),
        Row("load the speech model", load_s, "s"),
        Row("speech to curves, first time", first_s, "s"),
        Row("speech to curves, again", again_s, "s"),
    ]
    for size in args.sizes:
        picture = resized(args.face, size, folder / f"{size}.png")
        portrait_rows, frames = profile_portrait(picture, speech, curves, timeline)
        encode_s, _ = timed(lambda frames=frames: encode(frames, folder / "profile.mp4", speech, timeline))
        portrait_rows.append(Row("encode and multiplex", 1e3 * encode_s / timeline.frames, "ms/frame"))
        rows += [replace(row, what=f"{size}: {row.what}") for row in portrait_rows]
    return rows


def profile_portrait(
    picture: Path, speech: Speech, curves: FaceCurves, timeline: Timeline
) -> tuple[list[Row], list[np.ndarray]]:
    """Time of what happens to the picture; the first frames of the result."""
    from lipsync_utils.engines.rig import on_timeline
    from lipsync_utils.faces.blazemesh import BlazeMeshDetector
    from lipsync_utils.faces.lip_line import snap_lip_line
    from lipsync_utils.media import read_picture
    from lipsync_utils.motion import make_motion
    from lipsync_utils.options import MotionOptions
    from lipsync_utils.render.layers import layers_of
    from lipsync_utils.render.portrait import PortraitRenderer
    from lipsync_utils.rig import Rig

    image, detector, rig = read_picture(picture), BlazeMeshDetector(), Rig.load()
    find_s, faces = timed(lambda: detector.detect(image, precise=True))
    face = snap_lip_line(image, faces[0])

    def prepared() -> PortraitRenderer:
        return PortraitRenderer(image, face, rig=rig, names=curves.names, layers=layers_of(image, face))

    fit_s, renderer = timed(prepared)
    motion_s, motion = timed(lambda: make_motion(speech, curves, timeline, MotionOptions()))
    values = on_timeline(curves, timeline)

    def render(i: int) -> np.ndarray:
        return renderer.render(values[i], **motion.at(i))

    first_s, _ = timed(lambda: render(0))
    count = min(timeline.frames, PROFILED_FRAMES)
    render_s, frames = timed(lambda: [render(i) for i in range(count)])
    return [
        Row("find the face", find_s, "s"),
        Row("prepare the portrait", fit_s, "s"),
        Row("head motion", motion_s, "s"),
        Row("render the first frame", first_s, "s"),
        Row("render, one thread", 1e3 * render_s / count, "ms/frame"),
    ], frames


def encode(frames: list[np.ndarray], path: Path, speech: Speech, timeline: Timeline) -> None:
    """Write the frames forwards and backwards, as often as the timeline wants."""
    from lipsync_utils.media import VideoWriter
    from lipsync_utils.options import WriteOptions

    height, width = frames[0].shape[:2]
    there_and_back = cycle(frames + frames[::-1])
    with VideoWriter(path, width=width, height=height, timeline=timeline, speech=speech, options=WriteOptions()) as out:
        for frame in islice(there_and_back, timeline.frames):
            out.write(frame)


def timed(function: Callable) -> tuple[float, object]:
    """Seconds, and what the function returns."""
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
