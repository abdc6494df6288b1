"""Does memory grow with the length of the clip? It must not.

The largest resident memory (``peak_rss_mb`` of ``lipsync run --json``, a fresh process each) for a short and for a long
voice (the sample repeated), for a picture and for a video source. The video is as long as the short voice and is
repeated by the engine. The goal is a ratio of at most 1.1.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import Row, at_most, parser, resized, run_lipsync, sample_avatar, sample_voice, show, sound_of

MAX_RATIO = 1.1


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--face", type=Path, default=sample_avatar(), help="portrait that speaks")
    make.add_argument("--size", type=int, default=512, help="longer side of the picture in pixels")
    make.add_argument("--seconds", type=float, nargs=2, default=[30.0, 300.0], metavar=("SHORT", "LONG"))
    make.add_argument("--no-video", action="store_true", help="leave out the video source")
    args = make.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short, long = (sound_of(sample_voice("english"), s, folder / f"{s:g}.wav") for s in args.seconds)
        sources = {"picture": resized(args.face, args.size, folder / "face.png")}
        if not args.no_video:
            sources["video"] = folder / "face.mp4"
            run_lipsync(sources["picture"], short, sources["video"])
        for kind, source in sources.items():
            peaks = [run_lipsync(source, voice, folder / "out.mp4")["peak_rss_mb"] for voice in (short, long)]
            if None in peaks:
                raise SystemExit("This system does not tell how much memory a process used (Windows).")
            rows += [
                Row(f"{kind}, {s:g} s of voice: peak memory", peak, "MB")
                for s, peak in zip(args.seconds, peaks, strict=True)
            ]
            rows.append(at_most(f"{kind}: long to short", peaks[1] / peaks[0], MAX_RATIO))
    show(rows, as_json=args.as_json)


if __name__ == "__main__":
    main()
