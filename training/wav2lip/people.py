"""Faces to learn from: people who do not exist, drawn small by the avatar studio. Everything follows from a seed.

The studio's own choice of people is a plausible one; here every age, skin, beard and light is to be seen often.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from pathlib import Path

from lipsync_avatars.palettes import SKINS
from lipsync_avatars.people import describe
from lipsync_avatars.processes import scrubbed_environment
from lipsync_avatars.studio.description import AvatarDescription
from lipsync_avatars.studio_python import find_studio
from lipsync_avatars.traits import CHOICES, Traits

PROGRAM = Path(__file__).with_name("studio_people.py")
SIZE = 208
"""Width of a portrait in pixels; its face box is about 120, the crop 96."""

SAMPLES = 6
STRANDS, BROWS = 9_000, 0.6
"""Light paths a pixel, hairs on a head, and part of the usual hairs of a brow: enough at that size."""

LIPSTICKS = ((0.42, 0.03, 0.05), (0.50, 0.10, 0.14), (0.30, 0.03, 0.07), (0.46, 0.16, 0.12), (0.20, 0.03, 0.05))
"""Linear RGB."""


def traits(chance: random.Random) -> Traits:
    """Who it is: all ages from six years, both sexes, all origins and skins, each as often as the others."""
    sex = chance.choice(("female", "male"))
    age = chance.uniform(6.0, 88.0)
    grown = age > 20
    scarf = sex == "female" and grown and chance.random() < 0.18
    bearded = sex == "male" and grown
    return Traits(
        sex=sex,
        age_years=age,
        skin=chance.choice(CHOICES["skin"]),
        headwear="headscarf" if scarf else "none",
        headwear_color=chance.choice(CHOICES["headwear_color"]) if scarf else None,
        facial_hair=chance.choice(CHOICES["facial_hair"]) if bearded else None,
        glasses=chance.choices(("none", "round", "rectangular"), (0.8, 0.1, 0.1))[0],
        expression=chance.choices(("neutral", "serious", "smile"), (0.45, 0.35, 0.2))[0],
        build=chance.choice(CHOICES["build"]),
        background=chance.choice(CHOICES["background"]),
    )


def person(seed: int) -> AvatarDescription:
    """The person of a seed, as the studio takes them."""
    chance = random.Random(f"wav2lip {seed}")
    asked = traits(chance)
    made = describe(asked, seed=seed, name=f"{seed:05d}")
    skin = made.skin
    if asked.sex == "female" and asked.age_years > 16 and chance.random() < 0.4:
        skin = replace(skin, lips=chance.choice(LIPSTICKS), blush=min(1.0, skin.blush + 0.2))
    elif chance.random() < 0.3:  # lips of another skin, paler or darker than usual
        skin = replace(skin, lips=chance.choice(list(SKINS.values())).lips)
    picture = replace(
        made.picture,
        size=SIZE,
        samples=SAMPLES,
        turn=round(chance.triangular(-16.0, 16.0, 0.0), 2),
        exposure=round(chance.uniform(-0.7, 0.5), 2),
    )
    brows = replace(made.brows, density=round(BROWS * made.brows.density))
    return replace(made, skin=skin, picture=picture, hair=replace(made.hair, strands=STRANDS), brows=brows)


def write_descriptions(folder: Path, seeds: range) -> None:
    """``NAME.json`` of each seed, where it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = folder / f"{seed:05d}.json"
        if not path.exists():
            path.write_text(person(seed).to_json(), encoding="utf-8")


def draw(folder: Path, *, threads: int) -> subprocess.Popen:
    """Start the studio on all descriptions of a folder that have no picture yet; it ends by itself."""
    command = ["nice", "-n", "19", find_studio().python, "-s", PROGRAM, folder, "--threads", str(threads)]
    log = (folder / "studio.log").open("a", encoding="utf-8")
    return subprocess.Popen(
        command, env=scrubbed_environment(), stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    )


def drawn(folder: Path) -> list[str]:
    """Names of the people whose pictures are there, in order."""
    return sorted(path.stem for path in folder.glob("*.png") if not path.stem.endswith(".part"))


def facts() -> dict[str, object]:
    """What should be remembered of how they were drawn."""
    return {"size": SIZE, "samples": SAMPLES, "strands": STRANDS, "made_with": find_studio().versions}
