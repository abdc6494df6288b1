"""The speech model: sound in, face curves out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..audio import check_wave, log_mel_beyond, rows_of, speech_gain
from ..records import CURVE_RATE, FaceCurves, Speech
from .composing import CONTACTS, Gestures, compose
from .ear import LEARNED_COLUMNS, Ear
from .phonetics import ONSET_S, RELEASE_S
from .visemes import CHANNELS, NAMES

WEIGHTS = Path(__file__).parents[1] / "data" / "speech.safetensors"
"""The weights that come with the package."""

BLOCK_ROWS = 3000
"""Rows that go through the network at a time (30 s): memory stays flat."""

ACTIVE = 0.8
"""Probability of speech from which on the mouth may move."""

SHORTEST_SPEECH_S = 0.2
"""What seems to be speech for less than this is a click or a note."""

SEEN_EARLY_S = 0.05
"""The network sees speech begin this much before its first sound."""


CONTRAST = 1.5
"""Real jaws open farther at the peaks of vowels, and less between them, than a network says that learned from blended
poses: an exponent, under which half open stays as it is."""


class SpeechModel:
    """Face curves from any voice; made by :meth:`load`.

    Args:
        network: the trained network.
        block_rows: rows per pass; even. The result does not depend on it.
        version: names the weights; :meth:`load` takes the beginning of the file's SHA-256.
    """

    def __init__(self, network: Ear, *, block_rows: int = BLOCK_ROWS, version: str = "unnamed") -> None:
        self.network = network
        self.block_rows = block_rows
        self.version = version

    @classmethod
    def load(cls, path: str | Path | None = None) -> SpeechModel:
        """The model with the weights at ``path``, or those of the package.

        Raises:
            AssetError: if the file is missing, damaged or of another format.
        """
        file = Path(path or WEIGHTS)
        return cls(Ear.load(file), version=hashlib.sha256(file.read_bytes()).hexdigest()[:12])

    def __call__(self, speech: Speech | np.ndarray, *, articulation: float = 1.0) -> FaceCurves:
        """Mouth, jaw and tongue for a voice.

        Args:
            speech: prepared speech, or its ``(n,) float32`` mono wave at 16 kHz.
            articulation: how far they move, in parts of what was learned; what has to touch does so all the same.

        Returns:
            Curves named :data:`visemes.NAMES` at 100 Hz, ``ceil(n / 160)`` rows in [0, 1]; row ``t`` is what the face
            shows ``t / 100`` seconds into the sound. Exactly 0 where nobody speaks.

        Raises:
            InputError: if the wave is not mono floating point or not finite.
        """
        wave = check_wave(speech.wave if isinstance(speech, Speech) else speech)
        planned = decided_gestures(self.predict(wave))
        planned = replace(planned, pose=np.minimum(planned.pose * articulation, 1.0))
        return FaceCurves(NAMES, compose(planned), CURVE_RATE, planned.activity)

    def predict(self, wave: np.ndarray) -> Gestures:
        """The network's own output for ``(n,) float32`` at 16 kHz, contacts and activity as probabilities."""
        rows, gain = rows_of(len(wave)), speech_gain(wave)
        starts = range(0, rows, self.block_rows)
        blocks = [self._block(wave, gain, start, min(start + self.block_rows, rows)) for start in starts]
        if not blocks:
            return Gestures(np.zeros((0, len(CHANNELS))), np.zeros((0, len(CONTACTS))), np.zeros(0, np.float32))
        return Gestures(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))

    def _block(self, wave: np.ndarray, gain: float, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows ``start`` to ``stop`` with all the context they depend on; beyond the ends there is silence."""
        first, last = start - self.network.look_back, stop + self.network.look_ahead
        last += (last - first) % 2  # the network steps two rows at a time
        features = log_mel_beyond(wave, gain_db=gain, start=first, stop=last)
        learned, contacts, activity = self.network(features)
        rows = slice(start - first, stop - first)
        pose = np.zeros((stop - start, len(CHANNELS)), np.float32)
        pose[:, LEARNED_COLUMNS] = learned[rows]
        return pose, contacts[rows], activity[rows]


def decided_gestures(predicted: Gestures) -> Gestures:
    """From probabilities to decisions: rest where nobody speaks, contacts that are made, not hinted at."""
    gate = rest_gate(predicted.activity)[:, None]
    pose = _smoothed(predicted.pose)
    jaw = CHANNELS.index("jawOpen")
    pose[:, jaw] = 0.5 * (2.0 * pose[:, jaw]) ** CONTRAST
    contacts = decided_contacts(predicted.contacts) * gate
    return Gestures(np.where(pose < 0.01, 0.0, pose) * gate, contacts, predicted.activity)


def _smoothed(rows: np.ndarray) -> np.ndarray:
    """Each row with a quarter of its neighbours, ``(T, k)``: nothing on a face jumps."""
    padded = np.pad(rows, ((1, 1), (0, 0)), mode="edge" if len(rows) else "constant")
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def decided_contacts(
    probability: np.ndarray, *, low: float = 0.2, high: float = 0.35, full: float = 0.75, rows: int = 3
) -> np.ndarray:
    """Contacts that are made or not, ``(T, 4)``, from their probabilities of the same shape.

    A contact is a stretch where the probability, smoothed over three rows, stays above ``low`` and somewhere reaches
    ``high`` (hysteresis). It is complete where the probability is at least ``full`` of its highest; on both sides the
    lips or the tongue take ``rows`` rows to come and go.
    """
    smooth = _smoothed(probability)
    made = np.zeros_like(smooth)
    for column in range(smooth.shape[1]):
        edges = np.flatnonzero(np.diff((smooth[:, column] >= low).astype(np.int8), prepend=0, append=0))
        for start, stop in edges.reshape(-1, 2):
            stretch = smooth[start:stop, column]
            if stretch.max() >= high:
                made[start:stop, column] = stretch >= full * stretch.max()
    out = made.copy()
    for away in range(1, rows + 1):
        share = 0.5 + 0.5 * np.cos(np.pi * away / (rows + 1))
        out[away:] = np.maximum(out[away:], share * made[:-away])
        out[:-away] = np.maximum(out[:-away], share * made[away:])
    return out


def rest_gate(activity: np.ndarray) -> np.ndarray:
    """How far the mouth may leave its rest, ``(T,)`` from 0 to 1, given the probability of speech ``(T,)``.

    It opens :data:`phonetics.ONSET_S` before speech (which is seen :data:`SEEN_EARLY_S` early) and shuts within
    :data:`phonetics.RELEASE_S` after it. Bursts under :data:`SHORTEST_SPEECH_S` are no speech.
    """
    active = activity >= ACTIVE
    edges = np.flatnonzero(np.diff(active.astype(np.int8), prepend=0, append=0))
    gate = np.zeros(len(activity))
    rise, fall = round(ONSET_S * CURVE_RATE), round(RELEASE_S * CURVE_RATE)
    up = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, rise + 1) / (rise + 1))
    down = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / (fall + 1))
    for start, stop in edges.reshape(-1, 2):
        if stop - start < SHORTEST_SPEECH_S * CURVE_RATE:
            continue
        start += round(SEEN_EARLY_S * CURVE_RATE)
        gate[start:stop] = 1.0
        before, after = gate[max(start - rise, 0) : start], gate[stop : stop + fall]
        np.maximum(before, up[rise - len(before) :], out=before)
        np.maximum(after, down[: len(after)], out=after)
    return gate
