"""How much faster is the engine wav2lip than the published schedule? Both run the same made-up weights in one process.

The published schedule (``inference.py`` of Rudrabha/Wav2Lip): all frames in memory, the face looked for in every frame
of a video, float32, batches of 128, the face encoder run for every frame, whole crops pasted in, an intermediate lossy
AVI that is read again and encoded once more with the sound. To its favour, it uses this project's face detector (the
original takes seconds a frame on a CPU), its reader, and the encoder settings of this project, which are faster than
FFmpeg's own.

Measured from the opened files to the finished one, as wall-clock time and as time of the processor; where other
programs run at the same time only the second is to be trusted. ``exact`` is float32, ``auto`` what the machine is good
at: float32 again where the processor does not multiply bfloat16. The head stands still, as in the published schedule.

With ``--own``: the generators alone, the published one beside ours, frames a second on a picture (its face is encoded
once) and on a video. With ``--memory``: the largest memory for a short and for a long voice, in fresh processes.

The weights are random, so the output is noise in place of a mouth; it is written to a temporary folder and deleted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from common import Row, at_least, at_most, parser, resized, run_lipsync, sample_avatar, sample_voice, show, sound_of

PUBLISHED_BATCH = 128
GOALS = {("picture", "exact"): 2.5, ("picture", "auto"): 5.0, ("video", "exact"): 1.5, ("video", "auto"): 2.5}
MAX_RATIO = 1.1
TIMES_AS_FAST, ROUNDS = 4.0, 12


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--face", type=Path, default=sample_avatar(), help="portrait that speaks")
    make.add_argument("--size", type=int, default=512, help="longer side of the picture in pixels")
    make.add_argument("--seconds", type=float, default=30.0, help="length of the voice")
    make.add_argument("--kinds", nargs="+", default=["picture", "video"], choices=["picture", "video"])
    make.add_argument("--memory", type=float, nargs=2, metavar=("SHORT", "LONG"), help="seconds; 30 300 is the goal's")
    make.add_argument("--own", action="store_true", help="our generator beside the published one")
    make.add_argument("--child", nargs=2, type=Path, metavar=("FACE", "VOICE"), help=argparse.SUPPRESS)
    args = make.parse_args()
    if args.child:
        print(json.dumps(ours(made_up_network(), "auto", *args.child, Path(args.child[1]).with_suffix(".mp4"))))
        return
    if args.own:
        show(generators(), as_json=args.as_json)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = {"picture": resized(args.face, args.size, folder / "face.png")}
        if "video" in args.kinds:
            sources["video"] = folder / "face.mp4"
            other = sound_of(sample_voice("arabic"), args.memory[0] if args.memory else args.seconds, folder / "o.wav")
            run_lipsync(sources["picture"], other, sources["video"])
        sources = {kind: sources[kind] for kind in args.kinds}
        rows = memory(sources, folder, *args.memory) if args.memory else speed(sources, folder, args.seconds)
        show(rows, as_json=args.as_json)


def speed(sources: dict[str, Path], folder: Path, seconds: float) -> list[Row]:
    """Times of the published schedule, and how many times faster the engine is."""
    from lipsync_utils.wav2lip.fast import multiplies_bfloat16

    voice = sound_of(sample_voice("english"), seconds, folder / "voice.wav")
    brief = sound_of(sample_voice("english"), 0.4, folder / "brief.wav")
    network = made_up_network()
    modes = ("exact", "auto") if multiplies_bfloat16() else ("exact",)
    rows = []
    for kind, face in sources.items():
        ours(network, "exact", face, brief, folder / "warm.mp4")  # compiles loops, fills caches
        wall_s, cpu_s = timed(lambda face=face: published(network, face, voice, folder / "published.mp4"))
        rows.append(Row(f"{kind}: published schedule", 25 * seconds / wall_s, "1/s"))
        rows.append(Row(f"{kind}: published schedule, processor", 1e3 * cpu_s / (25 * seconds), "ms/frame"))
        for mode in modes:
            report, goal = ours(network, mode, face, voice, folder / "ours.mp4"), GOALS[kind, mode]
            name = f"{kind}, {mode}"
            rows += [
                Row(f"{name}: this engine", 25 * seconds / report["wall_s"], "1/s"),
                Row(f"{name}: this engine, processor", 1e3 * report["cpu_s"] / (25 * seconds), "ms/frame"),
                at_least(f"{name}: times faster", wall_s / report["wall_s"], goal),
                at_least(f"{name}: times faster, processor", cpu_s / report["cpu_s"], goal),
            ]
    return rows


def generators() -> list[Row]:
    """The published generator, as fast as this project runs it, and ours, in float32 on made-up faces and sounds."""
    import torch

    from lipsync_utils.wav2lip.compact import CompactWav2Lip
    from lipsync_utils.wav2lip.fast import BATCH, runner_of

    networks = {"published": made_up_network(), "ours": CompactWav2Lip().eval()}
    faces, mel = torch.rand(BATCH, 6, 96, 96), torch.rand(BATCH, 1, 80, 16) - 0.5
    rows = []
    for kind in ("picture", "video"):
        rates = {}
        for name, network in networks.items():
            runner = runner_of(network, device="cpu", precision="float32")
            known = runner.encode(faces[:1])

            def frames(runner=runner, known=known, kind=kind) -> None:
                for _ in range(ROUNDS):
                    runner.speak(mel, known if kind == "picture" else runner.encode(faces))

            timed(frames)
            wall_s, _ = timed(frames)
            rates[name] = ROUNDS * BATCH / wall_s
            rows.append(Row(f"{kind}: the generator alone, {name}", rates[name], "1/s"))
        rows.append(at_least(f"{kind}: ours, times as fast", rates["ours"] / rates["published"], TIMES_AS_FAST))
    return rows


def memory(sources: dict[str, Path], folder: Path, *seconds: float) -> list[Row]:
    """Largest memory of fresh processes."""
    rows = []
    for kind, face in sources.items():
        peaks = []
        for length in seconds:
            voice = sound_of(sample_voice("english"), length, folder / f"{length:g}.wav")
            command = [sys.executable, __file__, "--child", str(face), str(voice)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks.append(json.loads(done.stdout.splitlines()[-1])["peak_rss_mb"])
            rows.append(Row(f"{kind}, {length:g} s of voice: peak memory", peaks[-1], "MB"))
        rows.append(at_most(f"{kind}: long to short", peaks[1] / peaks[0], MAX_RATIO))
    return rows


def made_up_network() -> object:
    """The plain network with random weights."""
    import torch

    from lipsync_utils.wav2lip.network import Wav2Lip

    torch.manual_seed(0)
    return Wav2Lip().eval().requires_grad_(False)


def ours(network: object, mode: str, face: Path, voice: Path, out: Path) -> dict[str, float]:
    """A run with the engine: times without the loading of models, as for the published schedule, and peak memory."""
    from lipsync_utils import MotionOptions, RunOptions, engines, run
    from lipsync_utils.wav2lip import Wav2LipEngine
    from lipsync_utils.wav2lip.fast import FastWav2Lip

    fast = FastWav2Lip(network, precision="float32" if mode == "exact" else "auto")
    engine = Wav2LipEngine(fast, models={"generator": "made-up weights"})
    engines.ENGINES["wav2lip"] = lambda _: engine
    options = RunOptions(engine="wav2lip", motion=MotionOptions(style="still"))
    before = time.process_time()
    report = run(face, voice, out, options=options)
    return {
        "wall_s": report.wall_s,
        "cpu_s": time.process_time() - before,
        "peak_rss_mb": report.peak_rss_mb,
    }


def published(network: object, face: Path, voice: Path, out: Path) -> None:
    """The published schedule, from the files to the file."""
    import cv2
    import torch

    from lipsync_utils.faces.blazemesh import BlazeMeshDetector
    from lipsync_utils.media import load_speech, open_source
    from lipsync_utils.records import Timeline
    from lipsync_utils.wav2lip.crops import face_box
    from lipsync_utils.wav2lip.mel import mel_windows, wav2lip_mel

    speech, source, detector = load_speech(voice), open_source(face), BlazeMeshDetector()
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(25))
    mel = wav2lip_mel(speech.wave)
    frames = [frame.image for frame in source.frames(timeline)]  # all of them, as there
    seen = frames[:1] if source.is_picture else frames
    boxes = [face_box(detector.detect(image)[0].points, (0, 10, 0, 0)).round().astype(int) for image in seen]
    if source.is_picture:
        boxes *= len(frames)
    intermediate = out.with_suffix(".avi")
    with _Avi(intermediate, frames[0]) as avi:
        for start in range(0, len(frames), PUBLISHED_BATCH):
            stop = min(start + PUBLISHED_BATCH, len(frames))
            faces = []
            for image, (left, top, right, bottom) in zip(frames[start:stop], boxes[start:stop], strict=True):
                crop = cv2.resize(image[top:bottom, left:right], (96, 96))
                blanked = crop.copy()
                blanked[48:] = 0
                faces.append(np.concatenate([blanked, crop], axis=2) / 255.0)
            batch = torch.from_numpy(np.stack(faces).transpose(0, 3, 1, 2).astype(np.float32))
            with torch.no_grad():
                spoken = network(torch.from_numpy(mel_windows(mel, timeline, start, stop)), batch)
            spoken = spoken.numpy().transpose(0, 2, 3, 1) * 255.0
            for image, box, mouth in zip(frames[start:stop], boxes[start:stop], spoken, strict=True):
                left, top, right, bottom = box
                whole = image.copy()
                whole[top:bottom, left:right] = cv2.resize(mouth.astype(np.uint8), (right - left, bottom - top))
                avi.write(whole)
    _encode_again(intermediate, out, speech, timeline)


def _encode_again(video: Path, out: Path, speech: object, timeline: object) -> None:
    """Read the intermediate file and encode it once more, with the sound."""
    from lipsync_utils.media import VideoWriter, open_source

    source = open_source(video)
    size = {"width": source.width, "height": source.height}
    with VideoWriter(out, **size, timeline=timeline, speech=speech) as writer:
        for frame in source.frames(timeline, when_short="freeze"):
            writer.write(frame.image)


class _Avi:
    """An MPEG-4 file like those that OpenCV writes."""

    def __init__(self, path: Path, like: np.ndarray) -> None:
        import av

        self._output = av.open(str(path), "w")
        self._stream = self._output.add_stream("mpeg4", rate=25, bit_rate=4_000_000)
        self._stream.height, self._stream.width = like.shape[:2]
        self._stream.pix_fmt = "yuv420p"

    def __enter__(self) -> _Avi:
        return self

    def __exit__(self, *_: object) -> None:
        self._output.mux(self._stream.encode(None))
        self._output.close()

    def write(self, image: np.ndarray) -> None:
        import av

        self._output.mux(self._stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))


def timed(function: Callable[[], None]) -> tuple[float, float]:
    """Wall-clock seconds and seconds of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
