"""Clips of talking faces as training sees them: drawn, with sound and pictures varied. A batch depends on its seed and
number only, so a run that was stopped and resumed sees what one that was not would have seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from lipsync_utils.faces import topology
from lipsync_utils.records import Timeline
from lipsync_utils.wav2lip.fast import SHOWN_ROWS
from lipsync_utils.wav2lip.mel import SILENCE, mel_windows
from lipsync_utils.wav2lip.network import FACE_SIZE

FPS = Fraction(25)
SPAN = 5
"""Frames that the expert looks at, and that the generator makes of one draw: the 0.2 s of a window of speech."""

APART = 3
"""Frames by which a shifted sound has to be off to count as wrong; one or two, nobody sees."""

REACH = 30
"""Frames within which the shifted sounds of a draw lie."""

PAIRED = 0.9
"""Part of the generator's draws whose reference shows the same moment with other lips, as it does where it is used."""

LENGTHS = (
    topology.INNER_LIP_MIDDLES,
    topology.OUTER_LIP_MIDDLES,
    topology.OUTER_LIP_CORNERS,
    (topology.UNDER_NOSE, topology.OUTER_LIP_MIDDLES[0]),
    (topology.OUTER_LIP_MIDDLES[1], topology.CHIN),
    (topology.UNDER_NOSE, topology.CHIN),
)
"""Pairs of mesh points whose distances tell what lips do."""

RESTED = 0.75
"""Part of the generator's draws out of clips with references whose lips rest, where there are such clips."""

RESTING = 1.0
"""Pixels of the crop between lips that rest, at most."""

Vary = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""``(T, 96, 96, 3) uint8`` frames of one moment or more, to the same as another camera would have seen them."""


@dataclass(frozen=True)
class Clip:
    """One person speaks with one voice.

    Attributes:
        frames: ``(T, 96, 96, 3) uint8`` RGB, 25 a second, cut out as the engine does.
        before: the same, while the lips say something else; empty where that is not known, as of real people.
        mel: ``(80, M) float16``, the engine's.
        opening: ``(T,) float32`` of the lips, in heights of the face from hair line to chin.
        closed: ``(T,) bool`` lips touch.
        points: ``(T, 468, 2)`` mesh points in the crops; None where they are not known.
        points_before: likewise in ``before``.
    """

    frames: np.ndarray
    before: np.ndarray
    mel: np.ndarray
    opening: np.ndarray
    closed: np.ndarray
    points: np.ndarray | None = None
    points_before: np.ndarray | None = None

    @cached_property
    def lengths(self) -> np.ndarray:
        """``(T, 6) float32`` pixels by which :data:`LENGTHS` differ from the clip's medians; NaN where unknown."""
        if self.points is None:
            return np.full((len(self.frames), len(LENGTHS)), np.nan, np.float32)
        ends = self.points.astype(np.float32)[:, list(LENGTHS)]
        long = np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=-1)
        return long - np.median(long, axis=0)

    @cached_property
    def rests(self) -> bool:
        """Whether the lips of ``before`` are known to rest, as they do where the engine uses the generator."""
        if self.points_before is None:
            return False
        upper, lower = np.moveaxis(self.points_before[:, list(topology.INNER_LIP_MIDDLES)].astype(np.float32), 1, 0)
        return bool(np.linalg.norm(lower - upper, axis=-1).max() < RESTING)

    def windows(self, start: int, count: int, *, early: int = 0) -> np.ndarray:
        """``(count, 1, 80, 16) float32`` windows of speech for frames from ``start`` on, as the engine takes them."""
        padded = np.pad(self.mel.astype(np.float32), ((0, 0), (early, 0)), constant_values=SILENCE)
        return mel_windows(padded, Timeline(FPS, len(self.frames), len(self.frames) / 25), start, start + count)


def load(folder: Path, *, most: int | None = None) -> list[Clip]:
    """Clips of a split that are long enough to draw from, in the order of their names; of many, so many evenly."""
    clips, paths = [], sorted(folder.glob("*.npz"))
    for path in paths[:: -(-len(paths) // most) if most and paths else 1]:
        with np.load(path) as file:
            before = file["before"] if "before" in file else file["frames"][:0]
            points = [file.get(name) for name in ("points", "points_before")]
            clips.append(Clip(file["frames"], before, file["mel"], file["opening"], file["closed"], *points))
    clips = [clip for clip in clips if len(clip.frames) >= REACH + 2 * SPAN]
    if not clips:
        raise SystemExit(f"There are no clips in {folder}; make them with make_data.py.")
    return clips


def heard(windows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Windows of one mel, ``(N, 1, 80, 16)``, from another throat and microphone, in another place: in [-4, 4]."""
    bands = windows.shape[2]
    at = np.clip(np.arange(bands) * np.exp(rng.normal(0.0, 0.06)), 0, bands - 1.001)
    low, part = at.astype(int), (at % 1.0)[:, None].astype(np.float32)
    out = windows[:, :, low] * (1 - part) + windows[:, :, low + 1] * part
    tone = np.interp(np.linspace(0, 4, bands), np.arange(5), rng.normal(0.0, 0.25, 5))  # 0.08 are a decibel
    out = out + (rng.normal(0.0, 0.35) + tone)[:, None]
    if rng.random() < 0.6:
        floor = rng.uniform(SILENCE, -0.5) + rng.normal(0.0, 0.15, out.shape)
        out = np.logaddexp(1.44 * out, 1.44 * floor) / 1.44  # a power of e in the mel's unit of 12.5 dB is 1.44
    return np.clip(out, SILENCE, -SILENCE).astype(np.float32)


class Draws(torch.utils.data.Dataset):
    """Batches, each of so many draws laid one after another; ``_draw`` says what one of them is.

    Args:
        clips: of a split.
        size: draws a batch.
        seed: of all draws.
    """

    def __init__(self, clips: list[Clip], *, size: int, seed: int = 0) -> None:
        self.clips, self.size, self.seed = clips, size, seed

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        rng = np.random.default_rng([self.seed, number])
        draws = [self._draw(rng) for _ in range(self.size)]
        return {key: torch.from_numpy(np.concatenate([draw[key] for draw in draws])) for key in draws[0]}

    def _draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        raise NotImplementedError


class ExpertDraws(Draws):
    """Batches for the expert: ``lips (N, 5, 48, 96, 3) uint8``, ``mel (N, 1, 80, 16)``, ``clip (N,)``, ``start (N,)``.

    Args:
        clips: see :class:`Draws`, as for all that is not named here.
        vary: of pictures; None leaves sound and pictures as they are.
        each: windows of one clip that a draw consists of, near each other.
    """

    def __init__(self, clips: list[Clip], vary: Vary | None, *, each: int = 4, **shape: int) -> None:
        super().__init__(clips, **shape)
        self.vary, self.each = vary, each

    def _draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        index = int(rng.integers(len(self.clips)))
        clip = self.clips[index]
        first = int(rng.integers(len(clip.frames) - REACH - SPAN + 1))
        starts = first + np.sort(rng.choice(REACH, self.each, replace=False))
        taken = (starts[:, None] + np.arange(SPAN)).ravel()
        frames = clip.frames[taken]
        mel = np.concatenate([clip.windows(int(start), 1) for start in starts])
        if self.vary is not None:
            frames, mel = self.vary(frames, rng), heard(mel, rng)
            frames = frames[:, :, ::-1] if rng.random() < 0.5 else frames
        return {
            "lips": np.ascontiguousarray(frames[:, 48:]).reshape(-1, SPAN, 48, 96, 3),
            "mel": mel,
            "clip": np.full(self.each, index),
            "start": starts,
        }


class GeneratorDraws(Draws):
    """Batches for the generator, ``N`` runs of five frames each.

    ``frames`` and ``reference (5 N, 96, 96, 3) uint8``, the second with other lips or of another moment;
    ``mel (5 N, 1, 80, 16)``; ``sound (N, 1, 80, 16)`` the expert's; ``opening`` and ``closed (5 N,)``,
    ``lengths (5 N, 6)``; ``points`` and ``points_before (5 N, 468, 2)`` in both, NaN where they are not known.

    Args:
        clips: see :class:`Draws`, as for all that is not named here.
        vary: of pictures; None leaves sound and pictures as they are.
        early: columns by which the generator's windows begin early.
    """

    def __init__(self, clips: list[Clip], vary: Vary | None, *, early: int, **shape: int) -> None:
        super().__init__(clips, **shape)
        self.vary, self.early = vary, early
        self.resting = [clip for clip in clips if clip.rests]

    def _draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        among = self.resting if self.resting and rng.random() < RESTED else self.clips
        clip = among[rng.integers(len(among))]
        count = len(clip.frames) - SPAN + 1
        start = other = int(rng.integers(count))
        paired = len(clip.before) > 0 and (self.vary is None or rng.random() < PAIRED)
        if paired:
            reference, places = clip.before[start : start + SPAN], clip.points_before
        else:
            away = int(rng.integers(SPAN, count - SPAN))  # round the clip, so that the two never overlap
            other = (start + away) % count
            reference, places = clip.frames[other : other + SPAN], clip.points
        points = np.full((2, SPAN, topology.POINTS, 2), np.nan, np.float32)
        if places is not None:
            points[:] = clip.points[start : start + SPAN], places[other : other + SPAN]
        frames = np.concatenate([clip.frames[start : start + SPAN], reference])
        mel = np.concatenate([clip.windows(start, SPAN, early=self.early), clip.windows(start, 1)])
        if self.vary is not None:
            frames, mel = self.vary(frames, rng), heard(mel, rng)
            if rng.random() < 0.5:
                frames = frames[:, :, ::-1]
                points[..., 0] = FACE_SIZE - 1 - points[..., 0]
        frames, reference = np.ascontiguousarray(frames[:SPAN]), np.ascontiguousarray(frames[SPAN:])
        if paired:  # one picture is given twice
            frames[:, : SHOWN_ROWS.start] = reference[:, : SHOWN_ROWS.start]
        return {
            "frames": frames,
            "reference": reference,
            "mel": mel[:SPAN],
            "sound": mel[SPAN:],
            "opening": clip.opening[start : start + SPAN],
            "closed": clip.closed[start : start + SPAN],
            "lengths": clip.lengths[start : start + SPAN],
            "points": points[0],
            "points_before": points[1],
        }


def batches(draws: torch.utils.data.Dataset, first: int, *, workers: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches from number ``first`` on, without end."""
    numbers = range(first, 1 << 40)
    yield from torch.utils.data.DataLoader(draws, batch_size=None, sampler=numbers, num_workers=workers)


def as_tensor(frames: torch.Tensor) -> torch.Tensor:
    """``(..., H, W, 3) uint8`` RGB as ``(..., 3, H, W) float32`` in [0, 1], blue first, as the engine gives it."""
    return frames.movedim(-1, -3).flip(-3).float() / 255
