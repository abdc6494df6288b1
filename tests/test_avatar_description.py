"""Descriptions of the sample avatars: readable, complete, and strict about names."""

import json
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def description():
    sys.path.insert(0, str(ROOT / "training" / "avatars"))
    try:
        import description

        yield description
    finally:
        sys.path.pop(0)
        sys.modules.pop("description", None)


def test_round_trip(description):
    made = description.AvatarDescription("someone", seed=3, hair=description.Hair(style="short", strands=500))
    assert description.from_json(made.to_json()) == made


def test_is_frozen(description):
    with pytest.raises(FrozenInstanceError):
        description.AvatarDescription("someone").seed = 1


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "avatars").glob("*.json")), ids=lambda path: path.stem)
def test_shipped_descriptions_are_valid(description, path):
    assert description.from_json(path.read_text(encoding="utf-8")).name == path.stem


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
def test_refuses_what_it_does_not_know(description, data, said):
    with pytest.raises(description.DescriptionError, match=said):
        description.from_json(json.dumps(data))


def test_refuses_broken_json(description):
    with pytest.raises(description.DescriptionError, match="not valid JSON"):
        description.from_json("{name: a}")
