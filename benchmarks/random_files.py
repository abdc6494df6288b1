"""Random files through ``lipsync run``: whatever comes in, the end is clear.

A seeded generator makes small pictures, clips and sounds in many sizes, formats, colours, rates and layouts, with a
face or without one, and damages some of them. Each pair goes through the command line, in one process with its models
loaded once. It counts as a failure when the program ends with a fault of its own (exit code 70), takes longer than the
limit, leaves a part of an output, or ends well without a video that can be read.

python benchmarks/random_files.py --count 2000
python benchmarks/random_files.py --only 417        # one case again, kept in out/random/
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from common import at_most, parser, show
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
import real_files
from synthetic_faces import SyntheticFace, draw
from synthetic_media import set_matrix, voice, write_sound, write_video

from lipsync_tools import cli
from lipsync_utils.choices import DETECTORS, ENGINES
from lipsync_utils.engines.rig import RigEngine
from lipsync_utils.errors import LipSyncError
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.media import open_source

PICTURES = {"png": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"), "jpg": ("RGB", "L", "CMYK"), "webp": ("RGB", "RGBA")}
PICTURES |= {"bmp": ("RGB", "L", "P"), "tiff": ("RGB", "RGBA", "CMYK", "L", "I;16"), "gif": ("P", "L"), "tga": ("RGB",)}
CODECS = {
    "mp4": (("libx264", "yuv420p"), ("libx264", "yuv444p"), ("libx264", "yuv422p"), ("mpeg4", "yuv420p")),
    "mkv": (("libx264", "yuv420p"), ("ffv1", "yuv444p"), ("mjpeg", "yuvj420p")),
    "avi": (("mpeg4", "yuv420p"), ("mjpeg", "yuvj444p")),
    "webm": (("libvpx-vp9", "yuv420p"),),
    "mov": (("libx264", "yuv420p"), ("png", "rgb24"), ("qtrle", "rgb24")),
}
SOUNDS = {"wav": ("pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"), "flac": ("flac",), "mka": ("aac", "libopus")}
RATES = (8000, 11025, 16_000, 22_050, 44_100, 48_000)
MATRICES = (((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)), ((-1, 0), (0, 1)), ((1, 0), (0, -1)))
EXIF_ORIENTATION = 0x0112


def scene(rng: np.random.Generator, size: tuple[int, int]) -> SyntheticFace | None:
    """Somebody somewhere in the picture, or nobody."""
    if rng.random() < 0.25:
        return None
    width = float(rng.uniform(0.1, 0.9)) * min(size)
    x, y = (float(rng.uniform(0.2, 0.8)) * side for side in size)
    roll = float(rng.choice([0, 0, 0, rng.uniform(-40, 40), rng.uniform(-180, 180)]))
    return SyntheticFace(x=x, y=y, width=width, roll=roll, mouth=float(rng.choice([0, 0, rng.uniform(0, 1)])))


def shown(face: SyntheticFace | None, size: tuple[int, int]) -> np.ndarray:
    """``(H, W, 3) uint8``."""
    return draw(*([face] if face else []), size=size)


def picture(rng: np.random.Generator, path: Path) -> Path:
    """A picture of any size, format, colour mode and orientation."""
    ending = str(rng.choice(list(PICTURES)))
    mode = str(rng.choice(PICTURES[ending]))
    size = tuple(int(2 ** rng.uniform(4.0, 10.4)) for _ in range(2))
    image = Image.fromarray(shown(scene(rng, size), size))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(rng.integers(1, 9))
    path = path.with_suffix(f".{ending}")
    image.save(path, **({"exif": exif} if ending in ("jpg", "png", "webp", "tiff") else {}))
    return path


def clip(rng: np.random.Generator, path: Path) -> Path:
    """A short video in any container, codec, rate, size, rotation, with sound or without."""
    ending = str(rng.choice(list(CODECS)))
    options = CODECS[ending]
    codec, pixels = options[rng.integers(len(options))]
    size = tuple(2 * int(2 ** rng.uniform(4.0, 7.6)) for _ in range(2))
    face, frames = scene(rng, size), int(rng.integers(1, 14))
    fps = Fraction(str(rng.choice(["8", "12.5", "24", "25", "30000/1001", "30", "50", "60"])))
    steps = np.cumsum(rng.choice([1, 1, 1, 2, 5], frames)) - 1
    path = path.with_suffix(f".{ending}")
    write_video(
        path,
        [shown(face, size)] * frames,
        fps=fps,
        codec=codec,
        pixel_format=pixels,
        timestamps=(lambda index: int(steps[index])) if rng.random() < 0.3 else None,
        sound=voice(frames / float(fps) + 0.05) if ending in ("mp4", "mkv", "mov") and rng.random() < 0.5 else None,
    )
    if ending in ("mp4", "mov") and rng.random() < 0.3:
        set_matrix(path, MATRICES[rng.integers(len(MATRICES))])
    return path


def known(rng: np.random.Generator, path: Path) -> Path:
    """One of the files of ``tests/real_files.py``."""
    kept = _real_files()
    source = kept[rng.integers(len(kept))]
    return Path(shutil.copy(source, path.with_suffix(source.suffix)))


@lru_cache(maxsize=1)
def _real_files() -> list[Path]:
    return [file for file in real_files.build(Path(tempfile.mkdtemp())) if file.suffix != ".wav"]


def sound(rng: np.random.Generator, path: Path) -> Path:
    """A voice, silence or noise in any format, rate and layout."""
    ending = str(rng.choice(list(SOUNDS)))
    codec = str(rng.choice(SOUNDS[ending]))
    rate = 48_000 if codec == "libopus" else int(rng.choice(RATES))
    seconds = float(rng.choice([0.0005, 0.03, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9]))
    wave = voice(max(seconds, 1 / rate), rate=rate)
    channels = int(rng.choice([1, 2, 6])) if ending != "mka" else int(rng.choice([1, 2]))
    samples = np.stack([wave * rng.choice([-1, 0, 0.01, 0.5, 1, 1]) for _ in range(channels)])
    if codec == "pcm_f32le" and rng.random() < 0.2:
        samples[0, 0] = rng.choice([np.nan, np.inf, 3.0])
    return write_sound(path.with_suffix(f".{ending}"), samples, rate=rate, codec=codec)


def damaged(rng: np.random.Generator, path: Path) -> Path:
    """The file with something done to its bytes or its name."""
    data = bytearray(path.read_bytes())
    kind = rng.choice(["cut", "flip", "zero", "empty", "name", "words"])
    if kind == "cut":
        data = data[: int(rng.uniform(0, 1) * len(data))]
    elif kind == "flip":
        for at in rng.integers(0, len(data), 1 + len(data) // 200):
            data[at] ^= int(rng.integers(1, 256))
    elif kind == "zero":
        at = int(rng.integers(0, len(data)))
        data[at : at + 500] = bytes(len(data[at : at + 500]))
    elif kind == "empty":
        data = bytearray()
    elif kind == "words":
        data = bytearray(b"This is no picture.\n" * 20)
    else:
        path = path.rename(path.with_suffix(str(rng.choice([".mp4", ".png", ".wav", ".txt", ""]))))
    path.write_bytes(data)
    return path


def case(seed: int, folder: Path) -> list[str]:
    """Arguments of a run, its files in the folder."""
    rng = np.random.default_rng(seed)
    face = (picture, clip, clip, known)[rng.integers(4)](rng, folder / "face صورة")
    heard = clip(rng, folder / "voice") if rng.random() < 0.15 else sound(rng, folder / "voice")
    if rng.random() < 0.25:
        face = damaged(rng, face)
    if rng.random() < 0.15:
        heard = damaged(rng, heard)
    given = ["run", str(face), str(heard), "-o", str(folder / "out" / rng.choice(["a.mp4", "a.mkv", "ق.mov"]))]
    given += ["--max-side", str(rng.choice([64, 97, 160, 256]))]
    if rng.random() < 0.3:
        given += ["--when-short", str(rng.choice(["pingpong", "freeze", "cut"]))]
    if rng.random() < 0.3:
        given += ["--fps", str(rng.choice(["10", "29.97", "25"]))]
    if rng.random() < 0.2:
        given += ["--face", str(rng.choice(["0", "1", "20,30"]))]
    return given + [flag for flag in ("--preview", "--badge") if rng.random() < 0.2]


def fault_of(seed: int, folder: Path) -> tuple[str, int]:
    """What was wrong with the end of a case, empty where nothing was, and the exit code."""
    try:
        given = case(seed, folder)
    except (OSError, ValueError, SystemError) as error:  # an encoder that cannot make this combination
        return "", -1 if error else 0
    out = folder / "out"
    out.mkdir()
    said, code = io.StringIO(), 0
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            cli.app(given, prog_name="lipsync")
    except SystemExit as end:
        code = end.code or 0
    except Exception:
        return traceback.format_exc(limit=-3), cli.UNFORESEEN
    left = list(out.iterdir())
    if code == 0:
        try:
            open_source(left[0])
        except (IndexError, LipSyncError) as error:
            return f"exit code 0, and no video that can be read: {error}", code
    elif left:
        return f"exit code {code}, and left behind: {[file.name for file in left]}", code
    return "", code


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=200, help="cases")
    options.add_argument("--first", type=int, default=0, help="seed of the first one")
    options.add_argument("--only", type=int, help="only the case of this seed; its files stay in out/random")
    options.add_argument("--limit", type=float, default=60.0, help="seconds after which a case has hung")
    given = options.parse_args()
    rig = lru_cache(RigEngine)
    ENGINES["rig"], DETECTORS["embedded"] = lambda _: rig(), lru_cache(BlazeMeshDetector)
    _real_files()  # made before any clock runs
    seeds = [given.only] if given.only is not None else range(given.first, given.first + given.count)
    codes, faults, longest = Counter(), 0, 0.0
    for seed in seeds:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path("out/random") if given.only is not None else Path(temporary)
            shutil.rmtree(folder / "out", ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            started = time.perf_counter()
            fault, code = fault_of(seed, folder)
            took = time.perf_counter() - started
        if not fault and took > given.limit:
            fault = f"took {took:.0f} s"
        codes[code], longest = codes[code] + 1, max(longest, took)
        if fault:
            faults += 1
            print(f"case {seed}: {fault}", file=sys.stderr, flush=True)
    print(f"exit codes: {dict(sorted(codes.items()))} (-1: no such file could be made)")
    show([at_most("cases without a clear end", faults, 0), at_most("longest case", longest, given.limit, "s")],
         as_json=given.as_json)  # fmt: skip
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
