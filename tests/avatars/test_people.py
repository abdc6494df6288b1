"""An individual for the traits: what was asked for is kept, the rest is seeded, plausible and stays put."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from lipsync_avatars import features, palettes
from lipsync_avatars.people import describe
from lipsync_avatars.studio.description import AvatarDescription, from_json
from lipsync_avatars.traits import CHOICES, OLDEST, YOUNGEST, Traits

SEEDS = range(40)
WOMAN = Traits(sex="female", age_years=30.0)
MAN = Traits(sex="male", age_years=30.0)


def lightness(color: tuple[float, float, float]) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def all_choices() -> list[tuple[str, str]]:
    return [(trait, value) for trait, values in CHOICES.items() for value in values]


def test_same_seed_same_person():
    assert describe(Traits(), seed=5) == describe(Traits(), seed=5)


def test_other_seeds_are_other_people():
    faces = [describe(WOMAN, seed=seed).shape.local_changes for seed in SEEDS]
    for one, other in itertools.combinations(faces, 2):
        assert sum(abs(one[name] - other[name]) for name in features.SPREAD) > 1.5


@pytest.mark.parametrize(("trait", "value"), all_choices())
def test_every_choice_makes_a_person(trait: str, value: str):
    found = describe(Traits(**{trait: value}), seed=1, name="somebody")
    assert found.name == "somebody"
    assert found.seed == 1
    assert from_json(found.to_json()) == found


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_stay_within_their_ranges(seed: int):
    found = describe(Traits(), seed=seed)
    values = [*found.shape.phenotype.values(), *found.shape.expression.values(), *found.skin.tone, *found.skin.lips]
    values += [found.skin.blush, found.skin.freckles, found.skin.age, found.skin.spots, found.skin.stubble]
    values += [found.hair.melanin, found.hair.grey, found.hair.receding, found.beard.grey, found.brows.melanin]
    assert all(0.0 <= value <= 1.0 for value in values)
    assert all(-1.0 <= value <= 1.0 for value in found.shape.local_changes.values())
    assert "jawOpen" not in found.shape.expression


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"garment": "suit", "garment_color": "red"}, {"garment"}),
        ({"background": "blue"}, {"picture"}),
        ({"glasses": "round"}, {"accessories"}),
        ({"eyes": "brown", "origin": "european"}, {"eyes"}),
        ({"hair_length": "long"}, {"hair"}),
        ({"facial_hair": "goatee"}, {"beard", "skin"}),
        ({"expression": "smile"}, {"shape"}),
    ],
)
def test_asking_for_one_thing_keeps_the_rest(change: dict[str, str], parts: set[str]):
    asked = replace(MAN, origin="european")
    before, after = describe(asked, seed=3), describe(replace(asked, **change), seed=3)
    differing = {
        name for name in AvatarDescription.__dataclass_fields__ if getattr(before, name) != getattr(after, name)
    }
    assert differing <= parts


@pytest.mark.parametrize("seed", range(5))
def test_what_was_asked_for_is_kept(seed: int):
    asked = Traits(
        sex="female", age_years=70.0, origin="african", skin="brown", hair_color="black", hair_length="long",
        hair_style="straight", eyes="blue", glasses="round", freckles="no", garment="suit", garment_color="red",
        background="navy", facial_hair="none",
    )  # fmt: skip
    found = describe(asked, seed=seed)
    assert found.shape.phenotype["gender"] == 1.0
    assert (found.hair.style, found.hair.melanin, found.hair.grey) == ("long", palettes.HAIRS["black"].melanin, 0.0)
    assert found.hair.wave < 0.1
    assert found.eyes.iris == palettes.IRISES["blue"][0]
    assert found.accessories.glasses == "round"
    assert found.accessories.headscarf is None
    assert (found.garment.kind, found.garment.color) == ("suit", palettes.CLOTHS["red"])
    assert found.picture.background[0] == palettes.BACKDROPS["navy"]
    assert found.skin.freckles == 0.0
    assert found.beard.style == "none"
    nearest = min(
        palettes.SKINS, key=lambda name: abs(lightness(palettes.SKINS[name].skin) - lightness(found.skin.tone))
    )
    assert nearest == "brown"


@pytest.mark.parametrize(
    ("traits", "style"),
    [
        (Traits(hair_length="bald"), "bald"),
        (Traits(hair_length="bald", hair_style="curly"), "bald"),
        (Traits(hair_length="buzz"), "buzz"),
        (Traits(hair_length="medium"), "bob"),
        (Traits(hair_length="long", hair_style="tied"), "tied"),
        (Traits(hair_style="afro"), "afro"),
        (Traits(hair_style="curly", sex="male"), "curly"),
    ],
)
def test_hair_styles(traits: Traits, style: str):
    assert describe(traits, seed=2).hair.style == style


@pytest.mark.parametrize(
    ("asked", "style"), [("moustache", "moustache"), ("goatee", "goatee"), ("beard", "full"), ("none", "none")]
)
def test_beards(asked: str, style: str):
    assert describe(replace(MAN, facial_hair=asked), seed=2).beard.style == style


def test_long_beards_are_longer_and_stubble_is_a_shadow():
    short, long = (describe(replace(MAN, facial_hair=kind), seed=2) for kind in ("beard", "long_beard"))
    assert long.beard.length > 3 * short.beard.length
    stubble, shaven = (describe(replace(MAN, facial_hair=kind), seed=2) for kind in ("stubble", "none"))
    assert stubble.beard.style == "none"
    assert stubble.skin.stubble > shaven.skin.stubble + 0.3


def test_a_colour_of_the_beard_asks_for_one():
    found = describe(Traits(facial_hair_color="red"), seed=2)
    assert found.beard.style == "full"
    assert found.beard.redness == palettes.HAIRS["red"].redness


def test_a_colour_of_the_headscarf_asks_for_one():
    found = describe(Traits(headwear_color="teal"), seed=2)
    assert found.accessories.headscarf == palettes.CLOTHS["teal"]
    assert describe(Traits(headwear_color="teal", headwear="none"), seed=2).accessories.headscarf is None


def test_children_and_women_have_no_beards_unless_asked_for():
    young = Traits(sex="male", age_years=9.0)
    for seed in SEEDS:
        for traits in (young, WOMAN):
            found = describe(traits, seed=seed)
            assert found.beard.style == "none"
            assert found.skin.stubble == 0.0
            assert found.hair.receding == 0.0


def test_age_goes_on():
    years = [YOUNGEST, 8, 12, 16, 20, 30, 45, 60, 75, OLDEST]
    people = [describe(replace(MAN, age_years=float(age)), seed=4) for age in years]
    for one, next_one in itertools.pairwise(people):
        assert one.shape.phenotype["age"] < next_one.shape.phenotype["age"]
        assert one.skin.age <= next_one.skin.age
        assert one.hair.grey <= next_one.hair.grey
    assert people[4].hair.grey == people[5].hair.grey == 0.0
    assert people[-2].hair.grey == 1.0


def test_skins_darken_in_order_and_follow_the_origin():
    tones = [lightness(tone.skin) for tone in palettes.SKINS.values()]
    assert tones == sorted(tones, reverse=True)
    light = [lightness(describe(replace(WOMAN, origin="european"), seed=seed).skin.tone) for seed in SEEDS]
    dark = [lightness(describe(replace(WOMAN, origin="african"), seed=seed).skin.tone) for seed in SEEDS]
    assert min(light) > max(dark)


def test_the_origin_is_guessed_from_skin_and_hair():
    for seed in SEEDS:
        assert describe(Traits(hair_color="blonde", eyes="blue"), seed=seed).shape.phenotype["caucasian"] > 0.6
        assert describe(Traits(skin="dark"), seed=seed).shape.phenotype["asian"] < 0.5


def test_a_grey_head_is_no_young_one():
    assert all(describe(Traits(hair_color="grey"), seed=seed).shape.phenotype["age"] > 0.8 for seed in SEEDS)


def test_tables_cover_every_choice():
    for table in (features.WOMAN, features.MAN, features.CHILD, features.OLD_WOMAN, features.OLD_MAN):
        assert all(-1.0 <= value <= 1.0 for value in table.values())
    for palette, trait in (
        (palettes.SKINS, "skin"), (palettes.HAIRS, "hair_color"), (palettes.IRISES, "eyes"),
        (palettes.CLOTHS, "garment_color"), (palettes.BACKDROPS, "background"), (palettes.ORIGINS, "origin"),
        (features.EXPRESSIONS, "expression"),
    ):  # fmt: skip
        assert set(palette) == set(CHOICES[trait])


def test_age_shows_on_the_skin():
    ages = [describe(Traits(sex="female", age_years=float(years)), seed=4).skin for years in (25, 45, 65, 85)]
    for younger, older in itertools.pairwise(ages):
        assert older.age > younger.age
        assert older.spots >= younger.spots
    assert ages[0].age == 0.0
    assert ages[-1].age > 0.8
