"""Whose face it is, as far as that was said; nobody's picture is guessed at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lipsync_avatars import Depicted, depicted_by, person_in
from lipsync_utils.errors import InputError

SAMPLES = Path(__file__).parents[2] / "samples" / "avatars"


@pytest.mark.parametrize(
    ("name", "sex", "age"),
    [
        ("woman", "female", "adult"),
        ("man", "male", "adult"),
        ("old_woman", "female", "old"),
        ("old_man", "male", "old"),
        ("child", "female", "child"),
    ],
)
def test_the_samples_are_known(name, sex, age):
    assert person_in(SAMPLES / f"{name}.png") == Depicted(sex, age)


@pytest.mark.parametrize(
    ("prompt", "person"),
    [
        ("an old man with a white beard", Depicted("male", "old")),
        ("a girl of eight", Depicted("female", "child")),
        ("a young woman with green eyes", Depicted("female", "adult")),
        ("رجل مسن", Depicted("male", "old")),
        ("طفلة", Depicted("female", "child")),
    ],
)
@pytest.mark.parametrize("seed", [0, 7])
def test_a_prompt_says_it(prompt, person, seed):
    assert depicted_by(prompt, seed=seed) == person


def test_what_nothing_is_asked_of_is_settled_by_the_seed():
    people = {depicted_by("a person with glasses", seed=seed).sex for seed in range(12)}
    assert people == {"female", "male"}


def test_a_prompt_that_is_refused_is_refused():
    with pytest.raises(InputError):
        depicted_by("")


def test_a_portrait_without_a_description_is_known_by_what_was_understood(tmp_path):
    record = {"synthetic": True, "output": "a.png", "understood": {"traits": {"sex": "male", "age_years": 70.0}}}
    (tmp_path / "a.json").write_text(json.dumps(record))
    assert person_in(tmp_path / "a.png") == Depicted("male", "old")
    record["understood"]["traits"] = {"sex": None, "age_years": None}
    (tmp_path / "a.json").write_text(json.dumps(record))
    assert person_in(tmp_path / "a.png") == Depicted(None, None)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        "{}",
        '{"synthetic": true, "output": "a.png"}',
        '{"synthetic": true, "output": "b.png", "understood": {"traits": {"sex": "male", "age_years": 70}}}',
        '{"synthetic": false, "output": "a.png", "understood": {"traits": {"sex": "male", "age_years": 70}}}',
    ],
)
def test_other_pictures_are_not_guessed_at(tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    assert person_in(tmp_path / "a.png") is None
