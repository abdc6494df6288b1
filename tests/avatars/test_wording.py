"""Traits in English."""

import itertools

import pytest

from lipsync_avatars.traits import CHOICES, Traits
from lipsync_avatars.wording import phrase

UNSAID = {("headwear", "none"), ("expression", "neutral")}
"""What goes without saying."""


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        (Traits(), "a person"),
        (Traits(sex="female", age_years=8), "an 8-year-old girl"),
        (Traits(age_years=11), "an 11-year-old child"),
        (Traits(sex="male", age_years=18, expression="smile"), "a smiling 18-year-old man"),
        (Traits(sex="female", origin="east_asian", expression="serious"), "a serious East Asian woman"),
        (
            Traits(sex="male", hair_length="short", hair_color="grey", facial_hair="long_beard", eyes="dark_brown"),
            "a man with short grey hair, a long beard and dark brown eyes",
        ),
        (
            Traits(sex="female", headwear="headscarf", headwear_color="orange", garment="vneck", background="navy"),
            "a woman, wearing an orange headscarf and a V-neck sweater, in front of a navy background",
        ),
        (Traits(hair_length="bald", hair_color="grey", facial_hair="stubble"), "a person with a bald head and stubble"),
        (
            Traits(glasses="none", headwear="none", facial_hair="none"),
            "a person with a clean-shaven face, wearing no glasses",
        ),
    ],
)
def test_phrase(traits, said):
    assert phrase(traits) == said


def test_every_choice_has_words():
    for name, value in itertools.chain.from_iterable(
        itertools.product([name], values) for name, values in CHOICES.items()
    ):
        text = phrase(Traits(**{name: value}))
        assert "_" not in text
        assert "None" not in text
        if (name, value) not in UNSAID:
            assert text != "a person", (name, value)
