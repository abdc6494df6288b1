"""The studio itself, where it is installed (``lipsync avatar --setup``): small, real renderings."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_avatars.check import check_portrait
from lipsync_avatars.records import PortraitOrder
from lipsync_avatars.studio_backend import StudioBackend
from lipsync_avatars.studio_python import StudioMissingError, find_studio
from lipsync_avatars.traits import Traits


@pytest.fixture(scope="module", autouse=True)
def _installed():
    try:
        find_studio()
    except StudioMissingError:
        pytest.skip("the avatar studio is not set up here")


def drawn(ear, seed: int, **traits):
    return StudioBackend().draw(PortraitOrder(Traits(**traits), None, seed, 256, preview=True), ear)


@pytest.mark.slow
def test_the_same_words_and_seed_give_the_same_person(ear):
    first, again = (drawn(ear, 3, sex="female", age_years=30) for _ in range(2))
    np.testing.assert_array_equal(first.points, again.points)
    assert np.abs(first.image.astype(int) - again.image).mean() < 1
    assert {stage for stage, _, _ in ear.steps} >= {"body", "hair", "render"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "traits",
    [
        {"sex": "male", "age_years": 75, "facial_hair": "long_beard", "glasses": "round"},
        {"sex": "female", "headwear": "headscarf", "skin": "dark"},
        {"sex": "male", "age_years": 8, "garment": "shirt"},
    ],
    ids=["old man", "headscarf", "child"],
)
def test_everybody_has_a_face_that_animates(ear, traits):
    portrait = drawn(ear, 1, **traits)
    assert check_portrait(portrait.image).problems == ()
    assert portrait.points.shape == (468, 2)
