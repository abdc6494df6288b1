"""The picture of avatars made from prompts: `docs/prompts.jpg`, six of the prompts in `tests/avatars/prompts.json`.

Needs the avatar studio (`lipsync avatar --setup`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lipsync_avatars import from_prompt

ROOT = Path(__file__).parents[1]
SHOWN = (0, 3, 8, 15, 24, 28)
"""Places in the list of prompts: four in English, two in Arabic."""
SIDE, LINES = 360, 62


def captioned(picture: Path, prompt: str) -> np.ndarray:
    """The picture over its prompt, ``(SIDE + LINES, SIDE, 3) uint8`` RGB."""
    tile = Image.new("RGB", (SIDE, SIDE + LINES), "white")
    tile.paste(Image.open(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in prompt)
    font = ImageFont.truetype(_font(), 15)
    lines = textwrap.wrap(prompt, 44)
    for number, line in enumerate(lines[:3]):
        place = (SIDE - 8, SIDE + 4 + 19 * number) if arabic else (8, SIDE + 4 + 19 * number)
        ImageDraw.Draw(tile).text(place, line, fill="black", font=font, anchor="ra" if arabic else "la")
    return np.asarray(tile)


def _font() -> str:
    """matplotlib's DejaVu, which has Arabic letters; Pillow shapes them with libraqm."""
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs/prompts.jpg")
    arguments = parser.parse_args()
    prompts = json.loads((ROOT / "tests/avatars/prompts.json").read_text(encoding="utf-8"))
    tiles = []
    with tempfile.TemporaryDirectory() as folder:
        for place in SHOWN:
            prompt = prompts[place]["prompt"]
            avatar = from_prompt(prompt, Path(folder) / f"{place}.png", seed=place, size=400)
            print(f"{prompt}: {avatar.wall_s:.0f} s {'; '.join(avatar.warnings)}", flush=True)
            tiles.append(captioned(avatar.path, prompt))
    rows = [np.hstack(tiles[:3]), np.hstack(tiles[3:])]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.vstack(rows)).save(arguments.out, quality=86)


if __name__ == "__main__":
    main()
