"""The generative backend with a painter that paints what the test says."""

from __future__ import annotations

import sys
from dataclasses import fields

import cv2
import numpy as np
import pytest

from lipsync_avatars import diffusion, diffusion_model
from lipsync_avatars.diffusion import DiffusionBackend
from lipsync_avatars.records import PortraitOrder
from lipsync_avatars.studio.description import AvatarDescription
from lipsync_avatars.traits import Traits
from lipsync_utils.errors import InputError, LipSyncError, MissingExtraError

TRAITS = Traits(sex="male", age_years=60, hair_color="grey", glasses="round")


class Painter:
    """Paints one given picture after another; the last for ever."""

    made_with = {"owner/model": "0" * 40}  # noqa: RUF012
    licence = "made with owner/model (Apache-2.0)"

    def __init__(self, *pictures: np.ndarray | None) -> None:
        self.pictures, self.calls = list(pictures), []

    def paint(self, prompt: str, avoided: str, *, seed: int, steps: int) -> np.ndarray | None:
        self.calls.append((prompt, avoided, seed, steps))
        return self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]

    def backend(self) -> DiffusionBackend:
        return DiffusionBackend(load=lambda device, listener: self)


@pytest.fixture(scope="module")
def empty() -> np.ndarray:
    return np.full((256, 256, 3), 100, np.uint8)


@pytest.fixture(scope="module")
def tilted(woman) -> np.ndarray:
    return cv2.warpAffine(woman, cv2.getRotationMatrix2D((128, 128), -25, 1), (256, 256))


@pytest.fixture(scope="module")
def two(woman, man) -> np.ndarray:
    return np.vstack([np.hstack([woman, man]), np.full((256, 512, 3), 100, np.uint8)])


def order(**changes) -> PortraitOrder:
    return PortraitOrder(**{"traits": TRAITS, "description": None, "seed": 5, "size": 256} | changes)


def test_a_good_picture_is_taken_at_once(man, ear):
    painter = Painter(man)
    drawn = painter.backend().draw(order(), ear)
    np.testing.assert_array_equal(drawn.image, man)
    assert (drawn.seed, drawn.warnings, len(painter.calls)) == (5, (), 1)
    assert drawn.check.ok
    assert drawn.made_with == painter.made_with
    assert ear.steps[-1] == ("painting", 5, 5)


def test_the_model_gets_framing_and_traits_in_english(man, ear):
    painter = Painter(man)
    painter.backend().draw(order(), ear)
    prompt, avoided, _, steps = painter.calls[0]
    assert "a 60-year-old man with grey hair, wearing round glasses" in prompt
    assert "closed mouth" in prompt
    assert "open mouth" in avoided
    painter.backend().draw(order(preview=True), ear)
    assert painter.calls[1][3] < steps


def test_the_next_seeds_until_it_fits(empty, tilted, two, man, ear):
    painter = Painter(empty, tilted, None, two, man)
    drawn = painter.backend().draw(order(), ear)
    assert [call[2] for call in painter.calls] == [5, 6, 7, 8, 9]
    assert drawn.seed == 9
    assert drawn.warnings == ("Seed 5 gave no fitting portrait; this is seed 9.",)
    assert [message.partition(":")[0] for message in ear.messages] == ["Seed 5", "Seed 6", "Seed 7", "Seed 8"]
    assert "safety checker" in ear.messages[2]


def test_the_best_of_all_is_kept_and_its_faults_told(empty, tilted, ear):
    painter = Painter(empty, tilted, empty)
    drawn = painter.backend().draw(order(), ear)
    assert len(painter.calls) == diffusion.RETRIES + 1
    assert drawn.seed == 6
    np.testing.assert_array_equal(drawn.image, tilted)
    assert drawn.warnings[0] == "None of 5 seeds gave a fitting portrait; this is the best of them."
    assert any("tilted" in warning for warning in drawn.warnings[1:])


def test_refused_by_the_safety_checker(ear):
    with pytest.raises(LipSyncError, match="refused all 5 pictures"):
        Painter(None).backend().draw(order(), ear)


def test_size(man, ear):
    assert Painter(man).backend().draw(order(size=200), ear).image.shape == (200, 200, 3)


def test_the_last_seed_has_a_next_one(empty, man, ear):
    assert Painter(empty, man).backend().draw(order(seed=2**31 - 1), ear).seed == 0


def test_descriptions_are_for_the_studio(man, ear):
    with pytest.raises(InputError, match="'studio' only"):
        Painter(man).backend().draw(order(traits=None, description=AvatarDescription("someone")), ear)


# --- the model -------------------------------------------------------------------------------------------------------


def test_models_are_pinned_and_free():
    for model in (diffusion_model.PORTRAITS, diffusion_model.SAFETY):
        assert len(model.revision) == 40
        assert int(model.revision, 16)
        assert model.licence == "Apache-2.0"
        assert all(getattr(model, item.name) for item in fields(model))


def test_without_a_gpu_it_says_what_to_do(monkeypatch, ear):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    with pytest.raises(InputError, match=r"(?s)needs a GPU.*'studio'.*--device cpu"):
        DiffusionBackend().draw(order(), ear)
    with pytest.raises(InputError, match="'cuda' was asked for, and is not here"):
        DiffusionBackend().draw(order(device="cuda"), ear)
    with pytest.raises(InputError, match="Unknown device 'abacus'"):
        DiffusionBackend().draw(order(device="abacus"), ear)
    assert diffusion_model.choose_device("cpu") == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert diffusion_model.choose_device("auto") == "cuda"


def test_without_the_extra(monkeypatch, ear):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'lipsync_utils\[diffusion\]'"):
        DiffusionBackend().draw(order(device="cpu"), ear)


def test_the_painter_seeds_and_asks_the_safety_checker(man):
    from PIL import Image

    given = {}

    class Made:
        images = (Image.fromarray(man),)

    def pipeline(prompt, *, generator, **options):
        given.update(options, prompt=prompt, seed=generator.initial_seed())
        return Made

    def verdict(nsfw):
        return lambda _: [{"label": "nsfw", "score": nsfw}, {"label": "normal", "score": 1 - nsfw}]

    painter = diffusion_model._Painter(pipeline, verdict(0.1))
    np.testing.assert_array_equal(painter.paint("a man", "text", seed=3, steps=9), man)
    assert (given["prompt"], given["negative_prompt"], given["seed"]) == ("a man", "text", 3)
    assert (given["num_inference_steps"], given["width"], given["height"]) == (9, 1024, 1024)
    assert diffusion_model._Painter(pipeline, verdict(0.9)).paint("a man", "", seed=3, steps=9) is None
