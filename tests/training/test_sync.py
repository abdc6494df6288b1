"""What the sync expert learns from: mouths without pictures, moved as those of pictures are."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from lipsync_utils.records import Face
from lipsync_utils.rig import Rig
from lipsync_utils.speech.visemes import NAMES

FOLDER = str(Path(__file__).parents[2] / "training" / "sync")
sys.path.append(FOLDER)
import seeing  # noqa: E402

sys.path.remove(FOLDER)  # other folders have a train.py, too


class Ordinary(np.random.Generator):
    """Chance that never strays from its mean."""

    def normal(self, loc=0.0, scale=1.0, size=None):
        return np.broadcast_to(loc, np.shape(scale) if size is None else size).astype(float)


def test_mouths_that_nobody_sees_move_as_the_rigs():
    """Lips in contact, tapered, and round where they are rounded, for many moments at once."""
    rig = Rig.load()
    points = (200 * rig.neutral).astype(np.float32)
    fitted, columns = rig.fit(Face(np.zeros(4), points, 1.0)), rig.columns(NAMES)
    values = np.random.default_rng(1).uniform(0, 0.6, (40, len(NAMES))).astype(np.float32)
    values[::5, NAMES.index("mouthClose")] = values[::5, NAMES.index("jawOpen")]
    expected = np.stack([fitted.move(row, columns) for row in values])[:, seeing.NEEDED] / 200
    found = seeing.Person(Ordinary(np.random.PCG64(0))).move(values)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_measures_come_at_25_a_second_and_follow_the_jaw():
    chance = np.random.default_rng(3)
    values = np.zeros((400, len(NAMES)), np.float32)
    values[:, NAMES.index("jawOpen")] = 0.3 + 0.25 * np.sin(np.arange(400) / 12)
    seen = seeing.seen(values, seeing.Person(chance), chance)
    assert seen.shape == (100, 12)
    jaw = values[2::4, NAMES.index("jawOpen")]
    assert max(abs(np.corrcoef(column, jaw)[0, 1]) for column in seen.T) > 0.9
