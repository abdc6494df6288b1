"""A portrait that speaks: from the sounds of a take to pictures, the mesh points in them, and the truth about the lips.

The curves come from the times of the sounds (``speech/phonetics.py``), which the synthesiser knows, and not from the
speech model, which would add its own mistakes. How far each group of muscles goes differs from clip to clip; contacts
do not, so that p, b and m are shut in every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import numpy as np
from takes import Take

from lipsync_utils.faces import topology
from lipsync_utils.faces.geometry import apart
from lipsync_utils.motion import make_motion
from lipsync_utils.options import MotionOptions
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Face, FaceCurves, HeadMotion, Speech, Timeline
from lipsync_utils.render.mouth import MouthInterior, skin_light, tone_of
from lipsync_utils.render.portrait import PortraitRenderer
from lipsync_utils.rig import Rig
from lipsync_utils.speech.composing import compose
from lipsync_utils.speech.phonetics import gestures
from lipsync_utils.speech.visemes import CHANNELS, NAMES

FPS = Fraction(25)
_NOTHING = np.zeros((0, 0, 3), np.uint8)
_UPPER, _LOWER = list(topology.INNER_LIP_UPPER), list(topology.INNER_LIP_LOWER)
SHUT = 0.012
"""Lips parted by less than this, in mouth widths, are shut: as in ``rig.py``."""

GROUPS = {
    ("jawOpen",): (0.0, 0.12),
    ("mouthFunnel", "mouthPucker"): (0.0, 0.12),
    ("mouthSmile", "mouthStretch"): (0.0, 0.15),
    ("mouthLowerDown",): (0.0, 0.15),
    ("mouthUpperUp",): (0.25, 0.25),
}
"""How far muscles go together: mean and standard deviation of the factor's logarithm."""


@dataclass(frozen=True)
class Shown:
    """One picture of a speaking portrait.

    Attributes:
        image: ``(H, W, 3) uint8`` RGB.
        points: ``(468, 2) float32`` mesh points in it, head motion included.
        opening: of the lips, in heights of the face from hair line to chin.
        closed: whether the lips are shut.
    """

    image: np.ndarray
    points: np.ndarray
    opening: float
    closed: bool


@cache
def _rig() -> Rig:
    return Rig.load()


class Speaker:
    """Somebody who can speak: a portrait and the face in it.

    Args:
        image: ``(H, W, 3) uint8`` RGB, lips shut.
        face: in it, its inner lips on the lip line.
        teeth: ``(3,)`` factors on the light of teeth, tongue and palate, which differ from person to person.

    Attributes:
        shape: of the portrait.
    """

    def __init__(self, image: np.ndarray, face: Face, teeth: np.ndarray) -> None:
        self._renderer = renderer = PortraitRenderer(image, face, rig=_rig(), names=NAMES)
        self.shape = image.shape
        points = renderer.fitted.source
        light = (skin_light(points, image) * teeth).astype(np.float32)
        renderer.mouth = MouthInterior(renderer.fitted.mouth_width, light, tone_of(points, image))
        self._height = apart(self._renderer.fitted.rest, (topology.HAIR_LINE, topology.CHIN))

    def unseen(self, values: np.ndarray) -> Iterator[Shown]:
        """What :meth:`speaking` would show of a head that keeps still, without pictures."""
        for row in values:
            yield self._shown(_NOTHING, self._renderer.points(row), 0.0)

    def speaking(self, values: np.ndarray, motion: HeadMotion) -> Iterator[Shown]:
        """A picture for each row of ``values (T, 21)``."""
        renderer = self._renderer
        for index, row in enumerate(values):
            moved = motion.at(index)
            image = renderer.render(row, **moved)
            still = renderer.points(row, face=motion.face[index])
            field = renderer.head.forward(motion.rotation[index], motion.shift[index], float(motion.breath[index]))
            yield self._shown(image, still, renderer.head.at(field, still))

    def _shown(self, image: np.ndarray, still: np.ndarray, moved: np.ndarray | float) -> Shown:
        fitted = self._renderer.fitted
        gap = float(((still[_LOWER] - still[_UPPER]) @ fitted.down).max())
        points = (still + moved)[: topology.POINTS]
        return Shown(image, points, max(gap, 0.0) / self._height, gap < SHUT * fitted.mouth_width)


def curves(take: Take, rng: np.random.Generator) -> FaceCurves:
    """Face curves ``(T, 21)`` at 100 Hz of a take, in a manner of its own."""
    planned = gestures(take.phonemes, duration_s=len(take.wave) / SAMPLE_RATE, wave=take.wave)
    factors = np.full(len(CHANNELS), np.exp(rng.normal(0.05, 0.12)))
    for channels, (mean, spread) in GROUPS.items():
        factors[[CHANNELS.index(name) for name in channels]] *= np.exp(rng.normal(mean, spread))
    pose = planned.pose * factors
    pose[:, CHANNELS.index("mouthSmile")] += max(rng.normal(0.0, 0.08), 0.0)
    shown = max(rng.normal(0.3, 0.25), 0.0)  # some show their teeth in every vowel, some hardly
    pose[:, CHANNELS.index("mouthUpperUp")] += shown * pose[:, CHANNELS.index("jawOpen")]
    planned = replace(planned, pose=np.clip(pose, 0.0, 1.0))
    return FaceCurves(NAMES, compose(planned), CURVE_RATE, planned.activity)


def motion(take: Take, spoken: FaceCurves, timeline: Timeline, rng: np.random.Generator) -> HeadMotion:
    """Head, eyes and brows: the engine's own or less lively, about a pose that is not quite the picture's."""
    speech = Speech(take.wave, len(take.wave), SAMPLE_RATE, 1, "")
    usual = make_motion(speech, spoken, timeline, MotionOptions(seed=int(rng.integers(1 << 30))))
    lively, turned = rng.uniform(0.25, 1.0), rng.normal(0.0, (0.03, 0.05, 0.0))
    return replace(usual, rotation=(lively * usual.rotation + turned).astype(np.float32), shift=lively * usual.shift)
