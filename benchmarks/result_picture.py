"""The picture at the top of the README: moments of the two sample videos, side by side.

    make demo
    python benchmarks/result_picture.py -o docs/result.jpg

Shown are the frames in the middle of named sounds of each sample, so the mouths can be checked against the text.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
SOUNDS = {
    "english": {"m": "m", "æ": "a in had", "u": "u in blue"},
    "arabic": {"a": "fatha", "b": "baa", "u": "damma"},
}
"""For each sample: the IPA symbols that are shown, and what to call them."""
SIDE = 320


def frame_at(video: Path, time_s: float) -> np.ndarray:
    """The frame that is shown at a time: ``(H, W, 3) uint8`` RGB."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        container.seek(int(max(0, time_s - 2) / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.time + 1 / float(stream.average_rate) > time_s:
                return frame.to_ndarray(format="rgb24")
    raise SystemExit(f"{video} ends before {time_s:.2f} s")


def moment(name: str, ipa: str) -> float:
    """Middle of the longest such sound of a sample, in seconds."""
    phonemes = json.loads((ROOT / f"samples/audio/{name}.json").read_text(encoding="utf-8"))["phonemes"]
    found = [p for p in phonemes if p["ipa"].rstrip("ː") == ipa]
    longest = max(found, key=lambda p: p["end_s"] - p["start_s"])
    return (longest["start_s"] + longest["end_s"]) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs/result.jpg")
    parser.add_argument("--videos", type=Path, default=ROOT / "out")
    arguments = parser.parse_args()
    tiles = []
    for name, sounds in SOUNDS.items():
        for ipa, called in sounds.items():
            frame = frame_at(arguments.videos / f"{name}.mp4", moment(name, ipa))
            tile = Image.fromarray(cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
            label = f"{name.title()}: {called}"
            ImageDraw.Draw(tile).text(
                (10, SIDE - 30),
                label,
                fill="white",
                font=ImageFont.load_default(20),
                stroke_width=2,
                stroke_fill="black",
            )
            tiles.append(np.asarray(tile))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.hstack(tiles)).save(arguments.out, quality=88)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
