"""The shipped mouth interior: it loads, has the documented fields, and looks like teeth and tongue."""

import json
from pathlib import Path

import numpy as np
import pytest

SPRITES = Path(__file__).parents[1] / "lipsync_utils" / "data" / "mouth.npz"


@pytest.fixture(scope="module")
def mouth():
    with np.load(SPRITES) as data:
        return {name: data[name] for name in data.files}


@pytest.fixture(scope="module")
def meta(mouth):
    return json.loads(str(mouth["meta"]))["sprites"]


def at_mouth(mouth, meta, name, x, y):
    """The sprite's pixel at (x, y) mouth widths from the mouth's centre at rest; transparent outside of it."""
    place, anchor = meta[name]["place"], meta[name]["anchor_px"]
    column, row = (round((v - p) * meta[name]["scale"] + a) for v, p, a in zip((x, y), place, anchor, strict=True))
    inside = 0 <= row < mouth[name].shape[0] and 0 <= column < mouth[name].shape[1]
    return mouth[name][row, column].astype(int) if inside else np.zeros(4, int)


def test_is_small():
    assert SPRITES.stat().st_size < 500_000


@pytest.mark.parametrize("name", ["upper", "lower", "tongue"])
def test_documented_fields(mouth, meta, name):
    sprite, fields = mouth[name], meta[name]
    assert sprite.dtype == np.uint8
    assert sprite.shape[2] == 4
    assert set(fields) == {"anchor_px", "place", "scale", "edge_px", "moves_with"}
    x, y = fields["anchor_px"]
    assert 0 < x < sprite.shape[1]
    assert 0 < y < sprite.shape[0]
    assert abs(x - sprite.shape[1] / 2) < 4, "the anchor is in the middle"
    assert not sprite[sprite[..., 3] == 0].any()
    assert 0.9 < sprite.shape[1] / fields["scale"] < 1.3, "about as wide as the mouth"


@pytest.mark.parametrize(("name", "up"), [("upper", -1), ("lower", 1)])
def test_teeth_are_light_ivory_with_pink_gum_beyond_them(mouth, meta, name, up):
    edge = meta[name]["place"][1]
    red, green, blue, alpha = at_mouth(mouth, meta, name, 0.05, edge + up * 0.10)
    assert alpha == 255
    assert red > 200
    assert blue < red, "ivory, not pure white"
    assert green > 0.85 * red
    red, green, blue, _ = at_mouth(mouth, meta, name, 0.15, edge + up * 0.27)
    assert green < 0.75 * red, "gum"
    assert at_mouth(mouth, meta, name, 0.05, edge - up * 0.03)[3] == 0, "nothing beyond the edge"


def test_molars_are_darker_than_incisors(mouth, meta):
    edge = meta["upper"]["place"][1]
    front, side = (at_mouth(mouth, meta, "upper", x, edge - 0.08)[:3].mean() for x in (0.06, 0.52))
    assert side < 0.7 * front


def test_tongue_is_red_and_fades_at_the_back(mouth, meta):
    tip = meta["tongue"]["place"][1]
    red, green, _, alpha = at_mouth(mouth, meta, "tongue", 0.05, tip - 0.05)
    assert alpha == 255
    assert green < 0.7 * red
    assert mouth["tongue"][0, :, 3].max() < 20
