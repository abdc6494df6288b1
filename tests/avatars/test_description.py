"""Descriptions of the sample avatars: readable, complete, and strict about names."""

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lipsync_avatars.description_files import read_description
from lipsync_avatars.studio import description

ROOT = Path(__file__).parents[2]


def test_round_trip():
    made = description.AvatarDescription("someone", seed=3, hair=description.Hair(style="short", strands=500))
    assert description.from_json(made.to_json()) == made


def test_is_frozen():
    with pytest.raises(FrozenInstanceError):
        description.AvatarDescription("someone").seed = 1


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "avatars").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_descriptions_are_valid(path):
    assert read_description(path).name == path.stem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "a", "beard": 1}, "beard"),
        ({"name": "a", "hair": {"colour": "red"}}, "hair has unknown names: colour"),
        ({"name": "a", "hair": {"style": "mohawk"}}, "mohawk"),
        ({"name": "a", "skin": 3}, "skin is 3"),
        ({"seed": 3}, "name"),
        ([], "an object"),
    ],
)
def test_refuses_what_it_does_not_know(data, said):
    with pytest.raises(description.DescriptionError, match=said):
        description.from_json(json.dumps(data))


def test_refuses_broken_json():
    with pytest.raises(description.DescriptionError, match="not valid JSON"):
        description.from_json("{name: a}")
