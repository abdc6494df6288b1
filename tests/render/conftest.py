"""One drawn portrait, and its renderer, that all tests of rendering share."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.lip_line import snap_lip_line
from lipsync_utils.records import Face
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.rig import Rig
from lipsync_utils.speech.visemes import NAMES

SIZE = 512


@pytest.fixture(scope="session")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


@pytest.fixture(scope="session")
def rig() -> Rig:
    return Rig.load()


@pytest.fixture(scope="session")
def person() -> SyntheticFace:
    return SyntheticFace(x=SIZE / 2, y=230, width=170)


@pytest.fixture(scope="session")
def portrait(person) -> np.ndarray:
    image = draw(person, size=(SIZE, SIZE))
    noise = np.random.default_rng(0).normal(0, 2, image.shape)  # skin is not flat
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def face(portrait, detector) -> Face:
    (found,) = detector.detect(portrait, precise=True)
    return snap_lip_line(portrait, found)


@pytest.fixture(scope="session")
def renderer(portrait, face, rig) -> PortraitRenderer:
    return PortraitRenderer(portrait, face, rig=rig, names=NAMES)


@pytest.fixture(scope="session")
def pose():
    """A function: blendshapes by name -> coefficients in the order of ``NAMES``."""

    def make(**coefficients: float) -> np.ndarray:
        values = np.zeros(len(NAMES), np.float32)
        for name, value in coefficients.items():
            columns = [i for i, known in enumerate(NAMES) if known in (name, f"{name}Left", f"{name}Right")]
            assert columns, name
            values[columns] = value
        return values

    return make
