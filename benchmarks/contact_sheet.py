"""A grid of frames to look at: what no number tells.

Of a video: every frame (or every n-th) with its number and the sound that is spoken, whole face or mouth only::

    python benchmarks/contact_sheet.py out/english.mp4 -o sheet.png --phonemes samples/audio/english.json --mouth

Of a folder of portraits: each picture under a fixed set of poses, to look for tearing::

    python benchmarks/contact_sheet.py --portraits samples/avatars --poses visemes -o sheet.png

Of a video again: a short loop that plays on a page (.webp)::

    python benchmarks/contact_sheet.py out/english.mp4 -o loop.webp --start 30 --count 75 --zoom 1.5
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lipsync_utils.faces import topology
from lipsync_utils.faces.geometry import apart, width_of
from lipsync_utils.options import EXPRESSIONS

TILE = 176
"""Width of a tile in pixels, before --zoom."""

FAR = np.radians(8)
"""As far as heads turn."""

POSES: dict[str, tuple[str, dict[str, dict]]] = {
    "visemes": ("mouth", {sound: {"sound": sound} for sound in ("rest", "a", "i", "u", "o", "m", "f", "s", "th")}),
    "turns": (
        "head",
        {
            "rest": {},
            "left": {"rotation": (0, FAR, 0)},
            "right": {"rotation": (0, -FAR, 0)},
            "up": {"rotation": (-FAR, 0, 0)},
            "down": {"rotation": (FAR, 0, 0)},
            "aside": {"rotation": (0, 0, FAR)},
            "breath": {"rotation": (0, 0, 0), "breath": 1.0},
        },
    ),
    "eyes": (
        "eyes",
        {
            "rest": {},
            "a third": {"blink": 0.35},
            "two": {"blink": 0.7},
            "shut": {"blink": 1.0},
            "looks left": {"gaze": (-0.08, 0.0)},
            "right": {"gaze": (0.08, 0.0)},
            "down": {"gaze": (0.0, 0.05)},
        },
    ),
    "expressions": (
        "head",
        {name: {"expression": name} for name in EXPRESSIONS},
    ),
}
"""Sets of poses: what of the face is shown, and how each is rendered."""

LOOP_FPS = 12.5

PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


def main() -> None:
    args = _arguments()
    tiles = portrait_tiles(args.portraits, args) if args.portraits else video_tiles(args.video, args)
    if args.out.suffix == ".webp":
        looped([tile for _, tile in tiles], args.out)
    else:
        columns = len(POSES[args.poses][1]) if args.portraits else args.columns
        grid([labelled(tile, label) for label, tile in tiles], columns).save(args.out, quality=88)
    print(args.out)


def looped(tiles: list[np.ndarray], out: Path) -> None:
    """An animation that starts again when it ends."""
    first, *others = (Image.fromarray(tile) for tile in tiles)
    first.save(out, save_all=True, append_images=others, duration=round(1000 / LOOP_FPS), loop=0, quality=62, method=6)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?", type=Path)
    parser.add_argument("--portraits", type=Path, help="a folder of pictures, instead of a video")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the PNG to write")
    parser.add_argument("--phonemes", type=Path, help="JSON with the times of the sounds")
    parser.add_argument("--start", type=int, default=0, help="first frame")
    parser.add_argument("--count", type=int, default=60, help="number of tiles")
    parser.add_argument("--step", type=int, default=1, help="every how many frames")
    parser.add_argument("--columns", type=int, default=12)
    parser.add_argument("--zoom", type=float, default=1.0, help="size of the tiles")
    parser.add_argument("--poses", choices=tuple(POSES), default="visemes", help="of portraits")
    view = parser.add_mutually_exclusive_group()
    view.add_argument("--mouth", dest="view", action="store_const", const="mouth", default="mouth")
    view.add_argument("--face", dest="view", action="store_const", const="face")
    view.add_argument("--whole", dest="view", action="store_const", const="whole")
    args = parser.parse_args()
    if (args.video is None) == (args.portraits is None):
        parser.error("give a video or --portraits, one of them")
    if args.portraits:
        args.view = POSES[args.poses][0]
    if args.out.suffix == ".webp":
        args.step = 2
    return args


def video_tiles(video: Path, args: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Label and picture of each wanted frame."""
    from lipsync_utils.faces.blazemesh import BlazeMeshDetector

    detector, wanted = BlazeMeshDetector(), range(args.start, args.start + args.count * args.step, args.step)
    phonemes = json.loads(args.phonemes.read_text(encoding="utf-8"))["phonemes"] if args.phonemes else []
    width = None
    for index, fps, frame in _frames(video):
        if index >= wanted.stop:
            return
        if index not in wanted:
            continue
        if args.view == "whole":
            yield str(index), _sized(frame, args)
            continue
        faces = detector.detect(frame)
        middle = (index + 0.5) / fps
        spoken = next((p["ipa"] for p in phonemes if p["start_s"] <= middle < p["end_s"]), "")
        if not faces:
            yield f"{index} {spoken} (no face)", _sized(frame, args)
            continue
        points = max(faces, key=width_of).points
        width = width or apart(points, topology.OUTER_LIP_CORNERS)
        yield f"{index} {spoken}", _sized(_crop(frame, points, width, args.view), args)


def portrait_tiles(folder: Path, args: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Each picture of a folder in the poses of a set."""
    from lipsync_utils import expression
    from lipsync_utils.engines.rig import as_shown
    from lipsync_utils.faces.blazemesh import BlazeMeshDetector
    from lipsync_utils.faces.lip_line import snap_lip_line
    from lipsync_utils.media import read_picture
    from lipsync_utils.render.layers import layers_of
    from lipsync_utils.render.portrait import PortraitRenderer
    from lipsync_utils.rig import Rig
    from lipsync_utils.speech.visemes import NAMES

    detector, rig = BlazeMeshDetector(), Rig.load()
    still = dict.fromkeys(NAMES, np.zeros(1))
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES):
        image = read_picture(path)
        faces = detector.detect(image, precise=True)
        if not faces:
            print(f"no face in {path}")
            continue
        face = snap_lip_line(image, max(faces, key=lambda found: found.box[2] - found.box[0]))
        renderer = PortraitRenderer(image, face, rig=rig, names=NAMES, layers=layers_of(image, face))
        for label, pose in POSES[args.poses][1].items():
            moved = {name: np.array(value) for name, value in pose.items() if name not in ("sound", "expression")}
            looks = pose.get("expression", "neutral")
            moved["face"] = expression.around_the_mouth(
                still, expression=looks, strength=np.ones(1), brow=np.zeros(1), life=np.ones(1)
            )[0]
            out = renderer.render(as_shown(values_of(pose.get("sound", "")), NAMES), **moved)
            tile = _crop(out, face.points, renderer.fitted.mouth_width, args.view)
            yield f"{path.stem[:12]} {label}", _sized(tile, args)


def values_of(pose: str) -> np.ndarray:
    """Coefficients in the middle of a long sound; of no sound for the other poses."""
    from lipsync_utils.records import CURVE_RATE, Phoneme
    from lipsync_utils.speech.composing import compose
    from lipsync_utils.speech.model import decided_gestures
    from lipsync_utils.speech.phonetics import gestures

    sound = {"th": "θ"}.get(pose, pose if len(pose) == 1 else "")
    planned = gestures([Phoneme("", 0, 0.3), Phoneme(sound, 0.3, 0.9, stress=1), Phoneme("", 0.9, 1.2)], duration_s=1.2)
    return compose(decided_gestures(planned))[round(0.6 * CURVE_RATE)]


def _frames(video: Path) -> Iterator[tuple[int, float, np.ndarray]]:
    """Number, rate and picture of every frame."""
    import av

    with av.open(str(video)) as container:
        fps = float(container.streams.video[0].average_rate)
        for index, frame in enumerate(container.decode(video=0)):
            yield index, fps, frame.to_ndarray(format="rgb24")


def _crop(frame: np.ndarray, points: np.ndarray, mouth: float, view: str) -> np.ndarray:
    """The surroundings of the mouth, the eyes, the face or the head; black beyond the picture."""
    (left, top), (right, bottom) = points[:, :2].min(0), points[:, :2].max(0)
    wide = right - left
    if view == "mouth":
        x, y = points[list(topology.INNER_LIP_MIDDLES), :2].mean(0)
        left, top, right, bottom = x - 0.85 * mouth, y - 0.65 * mouth, x + 0.85 * mouth, y + 0.85 * mouth
    elif view == "eyes":
        x, y = points[list(topology.OUTER_EYE_CORNERS), :2].mean(0)
        left, top, right, bottom = x - 0.48 * wide, y - 0.24 * wide, x + 0.48 * wide, y + 0.19 * wide
    else:
        margin = {"face": 0.28, "head": 0.5}[view] * wide
        left, top, right, bottom = left - margin, top - 1.3 * margin, right + margin, bottom + margin
    left, top, right, bottom = (round(float(v)) for v in (left, top, right, bottom))
    height, width = frame.shape[:2]
    out = np.zeros((bottom - top, right - left, 3), np.uint8)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, right), min(height, bottom)
    out[y0 - top : y1 - top, x0 - left : x1 - left] = frame[y0:y1, x0:x1]
    return out


def _sized(image: np.ndarray, args: argparse.Namespace) -> np.ndarray:
    width = round(TILE * args.zoom)
    shape = {"mouth": 0.88, "eyes": 0.45, "whole": image.shape[0] / image.shape[1]}.get(args.view, 1.25)
    shrinks = image.shape[1] > width
    return cv2.resize(
        image, (width, round(width * shape)), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )


def labelled(tile: np.ndarray, label: str) -> Image.Image:
    """The tile with its label in the corner."""
    image = Image.fromarray(tile)
    ImageDraw.Draw(image).text(
        (4, 2), label.strip(), fill=(255, 255, 0), font=_font(15), stroke_width=2, stroke_fill=(0, 0, 0)
    )
    return image


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """A font with the letters of the IPA where there is one; Pillow's own shows boxes for some of them."""
    spec = find_spec("matplotlib")
    bundled = [Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"] if spec and spec.origin else []
    for name in (*bundled, "DejaVuSans.ttf", "segoeui.ttf", "Arial Unicode.ttf", "arial.ttf"):
        try:
            return ImageFont.truetype(str(name), size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def grid(tiles: list[Image.Image], columns: int) -> Image.Image:
    """Tiles of one size side by side, in rows."""
    if not tiles:
        raise SystemExit("There is nothing to show: no frame or picture was found.")
    width, height = tiles[0].size
    sheet = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * height))
    for i, tile in enumerate(tiles):
        sheet.paste(tile, (i % columns * width, i // columns * height))
    return sheet


if __name__ == "__main__":
    main()
