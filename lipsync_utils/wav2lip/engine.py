"""Wav2Lip on a picture or a video: sound and face into the network, and the mouth back into the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from .. import assets
from ..engines.contract import Task
from ..errors import InputError
from ..motion import make_motion
from ..records import SAMPLE_RATE, FaceCurves, HeadMotion, Speech, Timeline, TrackedFrame
from ..render.portrait import PortraitRenderer
from ..render.raster import warm_up
from ..render.warp import identity_maps
from ..rig import Rig
from ..speech import SpeechModel
from ..speech.model import rest_gate
from ..streaming import in_order, prefetch
from .blending import ROWS, ColourMatch, Grain, Patch, mouth_mask, put, within
from .crops import CroppedFrame, cut, face_box, with_boxes
from .enhancing import Enhancer, make_enhancer
from .fast import BATCH, SHOWN_ROWS, FaceFeatures
from .mel import SILENCE, mel_windows, wav2lip_mel
from .network import FACE_SIZE

if TYPE_CHECKING:
    import torch

    from ..options import Wav2LipOptions

AHEAD = 8
"""Frames that are decoded and tracked ahead of the network."""

HELD_BYTES = 48e6
"""Pictures of a batch; large ones go through the network in smaller batches."""

APPEARS = 3.0
"""On a still picture the generated mouth fades in over the first third of the opening of the gate (and out over the
last of its closing), while its speech is still faint: the lips at rest are the picture's own."""


class Generator(Protocol):
    """What the engine needs of a network; :class:`~lipsync_utils.wav2lip.fast.FastWav2Lip` is one."""

    def encode(self, faces: torch.Tensor) -> FaceFeatures:
        """Of ``(N, 6, 96, 96) float32`` faces."""
        ...

    def speak(self, mel: torch.Tensor, features: FaceFeatures) -> torch.Tensor:
        """``(N, 3, 48, 96) float32`` lower halves for ``(N, 1, 80, 16)`` windows of speech."""
        ...


@dataclass(frozen=True)
class _Heard:
    """The voice, ready for the network.

    Attributes:
        mel: ``(80, columns) float32``.
        gate: ``(frames,) float32``: how much somebody speaks while a frame is shown, 0 to 1.
        curves: face curves of the speech model, for the motion.
    """

    mel: np.ndarray
    gate: np.ndarray
    curves: FaceCurves

    def windows(self, timeline: Timeline, start: int, stop: int) -> np.ndarray:
        """Windows of speech ``(n, 1, 80, 16)``, faded to silence where nobody speaks."""
        gate = self.gate[start:stop, None, None, None]
        return SILENCE + gate * (mel_windows(self.mel, timeline, start, stop) - np.float32(SILENCE))


class Wav2LipEngine:
    """The Wav2Lip generator between tracked frames and a blended mouth; an :class:`~lipsync_utils.engines.Engine`.

    Where nobody speaks (by the activity of the project's own speech model), the lips come to rest: the network hears
    silence, and on a still picture the picture's own lips are shown, closed. A still picture first gets the motion of
    its head; the mouth, made once on the upright crop, is carried along by the same displacement, so nothing is
    detected or encoded again.

    Args:
        generator: the network.
        models: name and version of its weights.
        pads: see :class:`~lipsync_utils.options.Wav2LipOptions`.
        enhancer: see :mod:`~lipsync_utils.wav2lip.enhancing`.
    """

    name = "wav2lip"
    usual_speed = (8, 40)

    def __init__(
        self,
        generator: Generator,
        *,
        models: dict[str, str],
        pads: tuple[float, float, float, float] = (0.0, 10.0, 0.0, 0.0),
        enhancer: Enhancer | None = None,
    ) -> None:
        self._generator, self._pads, self._enhancer = generator, pads, enhancer
        self._speech, self._rig = SpeechModel.load(), Rig.load()
        warm_up()
        moment = np.zeros(SAMPLE_RATE // 4, np.float32)  # the first calls are slow: let it be these
        self._speech(moment), wav2lip_mel(moment)
        self.models = {**models, "activity": self._speech.version}

    @classmethod
    def load(cls, options: Wav2LipOptions) -> Wav2LipEngine:
        """With the weights that the options name, or those in the cache, or the preferred ones, fetched.

        Raises:
            InputError: no such file, device, precision or enhancer.
            AssetError: the weights cannot be had or do not fit, or their licence was not accepted.
        """
        from .checkpoints import load_wav2lip
        from .fast import FastWav2Lip, choose_device, choose_dtype

        enhancer = make_enhancer(options.enhancer)
        choose_dtype(options.precision, choose_device(options.device))  # before a long download
        file = checkpoint_file(options)
        network = load_wav2lip(file)
        generator = FastWav2Lip(network, device=options.device, precision=options.precision)
        version = f"{file.stem} {assets.sha256_of(file)[:12]} ({str(generator.dtype).removeprefix('torch.')})"
        return cls(generator, models={"generator": version}, pads=options.pads, enhancer=enhancer)

    def frames(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[np.ndarray]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        heard = self._hear(task.speech, task.timeline)
        if task.still:
            return self._speaking_portrait(next(tracked), heard, task)
        return self._speaking_video(tracked, heard, task.timeline)

    def _hear(self, speech: Speech, timeline: Timeline) -> _Heard:
        curves = self._speech(speech)
        middle = (np.arange(timeline.frames) + 0.5) / float(timeline.fps) * curves.rate
        gate = np.interp(middle, np.arange(len(curves.activity)), rest_gate(curves.activity))
        return _Heard(wav2lip_mel(speech.wave), gate.astype(np.float32), curves)

    # --- a still picture ---------------------------------------------------------------------------------------------

    def _speaking_portrait(self, first: TrackedFrame, heard: _Heard, task: Task) -> Iterator[np.ndarray]:
        image, face = first.frame.image, first.face
        motion = make_motion(task.speech, heard.curves, task.timeline, task.motion)
        moves = task.motion.style != "still"
        portrait = PortraitRenderer(image, face, rig=self._rig, names=heard.curves.names)
        head = _MovingHead(portrait, motion if moves else None, closed=np.zeros(len(heard.curves.names), np.float32))
        box = face_box(face.points, self._pads)
        mouths = _Mouths(box, cut(image, box), mouth_mask(face.points, box), self._enhancer)
        features = self._generator.encode(as_input(mouths.crop[None]))

        def render(item: tuple[int, Patch | None]) -> np.ndarray:
            return head.frame(*item)

        return in_order(render, prefetch(self._portrait_mouths(heard, task, features, mouths), depth=BATCH))

    def _portrait_mouths(
        self, heard: _Heard, task: Task, features: FaceFeatures, mouths: _Mouths
    ) -> Iterator[tuple[int, Patch | None]]:
        """For every frame its mouth, or None where the lips rest; the network only runs where somebody speaks."""
        import torch

        for start in range(0, task.timeline.frames, BATCH):
            stop = min(start + BATCH, task.timeline.frames)
            speaking = np.flatnonzero(heard.gate[start:stop] > 0)
            made = {}
            if len(speaking):
                windows = heard.windows(task.timeline, start, stop)[speaking]
                halves = as_pictures(self._generator.speak(torch.from_numpy(windows), features))
                made = dict(zip((start + speaking).tolist(), halves, strict=True))
            for index in range(start, stop):
                share = min(1.0, APPEARS * float(heard.gate[index]))
                yield index, mouths.patch(made[index], share) if index in made else None

    # --- a video -----------------------------------------------------------------------------------------------------

    def _speaking_video(
        self, tracked: Iterator[TrackedFrame], heard: _Heard, timeline: Timeline
    ) -> Iterator[np.ndarray]:
        cropped = with_boxes(prefetch(tracked, depth=AHEAD), self._pads)
        grain = Grain()

        def render(item: tuple[CroppedFrame, Patch | None]) -> np.ndarray:
            frame, patch = item
            image = frame.tracked.frame.image
            return image if patch is None else paste(image, patch, grain, index=frame.tracked.frame.index)

        return in_order(render, prefetch(self._video_mouths(cropped, heard, timeline), depth=2))

    def _video_mouths(
        self, cropped: Iterator[CroppedFrame], heard: _Heard, timeline: Timeline
    ) -> Iterator[tuple[CroppedFrame, Patch | None]]:
        """Every frame with its mouth, or None where there is no face."""
        import torch

        colours = ColourMatch()
        for batch in _batches(cropped):
            seen = [frame for frame in batch if frame.box is not None]
            halves: Iterator[np.ndarray] = iter(())
            if seen:
                crops = np.stack([cut(frame.tracked.frame.image, frame.box) for frame in seen])
                windows = [heard.windows(timeline, i, i + 1) for i in (f.tracked.frame.index for f in seen)]
                features = self._generator.encode(as_input(crops))
                spoken = self._generator.speak(torch.from_numpy(np.concatenate(windows)), features)
                halves = iter(zip(crops, as_pictures(spoken), strict=True))
            for frame in batch:
                if frame.box is None:
                    colours.reset()
                    yield frame, None
                    continue
                crop, half = next(halves)
                mask = mouth_mask(frame.tracked.face.points, frame.box)
                yield frame, _Mouths(frame.box, crop, mask, self._enhancer, colours).patch(half)


@dataclass(frozen=True)
class _Mouths:
    """Makes patches for one crop: the mask, the colours of the source, and the enhancer."""

    box: np.ndarray
    crop: np.ndarray
    mask: np.ndarray
    enhancer: Enhancer | None
    colours: ColourMatch | None = None

    def __post_init__(self) -> None:
        if self.colours is None:
            object.__setattr__(self, "colours", ColourMatch())

    def patch(self, half: np.ndarray, share: float = 1.0) -> Patch:
        """The generated half ``(48, 96, 3) float32`` as a patch, ``share`` of it."""
        import cv2

        source = self.crop.astype(np.float32) / 255
        half = self.colours(half, source[SHOWN_ROWS], self.mask)
        mask = self.mask
        if self.enhancer is not None:
            whole = np.concatenate([source[: SHOWN_ROWS.start], half])
            better = self.enhancer(whole)
            half = better[better.shape[0] * SHOWN_ROWS.start // FACE_SIZE :]
            mask = cv2.resize(mask, half.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return Patch(np.dstack([half * 255, mask * np.float32(share)]).astype(np.float32), self.box)


class _MovingHead:
    """The still picture with its head in motion and its lips closed, and mouths that go along.

    Args:
        portrait: renders the picture.
        motion: of the head, brows and lids; None: the picture stands still.
        closed: coefficients of a face at rest.
    """

    def __init__(self, portrait: PortraitRenderer, motion: HeadMotion | None, *, closed: np.ndarray) -> None:
        self._portrait, self._motion, self._closed = portrait, motion, closed
        self._rest = portrait.render(closed) if motion is None else None
        if self._rest is not None:
            self._rest.setflags(write=False)
        self._grain, self._level = Grain(), None

    def frame(self, index: int, patch: Patch | None) -> np.ndarray:
        """Frame ``index``, ``(H, W, 3) uint8``, with a mouth; None: with the lips at rest."""
        motion = self._motion
        if motion is None:
            if patch is None:
                return self._rest
            return paste(self._rest, patch, self._grain, index=0, level=self._known(patch))
        base = self._portrait.render(
            self._closed,
            rotation=motion.rotation[index],
            shift=motion.shift[index],
            blink=float(motion.blink[index]),
            brow=float(motion.brow[index]),
        )
        if patch is None:
            return base
        head = self._portrait.head
        field = head.forward(motion.rotation[index], motion.shift[index])
        left, top, right, bottom = patch.region
        corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]], np.float32)
        moved = corners + head.at(field, corners)
        low, high = np.floor(moved.min(0)).astype(int) - 2, np.ceil(moved.max(0)).astype(int) + 3
        region = within((*low.tolist(), *high.tolist()), base)
        maps = head.backward(field, region, factor=1)
        put(base, region, patch.sample(*maps), self._known(patch) * self._grain.at(*maps, index=0))
        return base

    def _known(self, patch: Patch) -> float:
        """The picture's grain; it is the same in every frame."""
        if self._level is None:
            image = self._portrait.image
            region = within(patch.region, image)
            left, top, right, bottom = region
            self._level = Grain.level_of(image[top:bottom, left:right], patch.sample(*identity_maps(region)))
        return self._level


def paste(image: np.ndarray, patch: Patch, grain: Grain, *, index: int, level: float | None = None) -> np.ndarray:
    """A copy of a picture with a mouth put into it where it was cut out.

    Args:
        image: ``(H, W, 3) uint8``.
        patch: the mouth.
        grain: noise.
        index: which noise.
        level: of the grain, in levels of 255; None measures it.
    """
    out = image.copy()
    region = within(patch.region, image)
    left, top, right, bottom = region
    if right - left < 2 or bottom - top < 2:
        return out
    maps = identity_maps(region)
    taken = patch.sample(*maps)
    if level is None:
        level = Grain.level_of(image[top:bottom, left:right], taken)
    put(out, region, taken, level * grain.at(*maps, index=index) if level > 0 else None)
    return out


def as_input(crops: np.ndarray) -> torch.Tensor:
    """Crops ``(N, 96, 96, 3) uint8`` RGB as the network expects them: ``(N, 6, 96, 96) float32``, blue first."""
    import torch

    faces = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])).permute(0, 3, 1, 2).float() / 255
    blanked = faces.clone()
    blanked[:, :, SHOWN_ROWS] = 0
    return torch.cat([blanked, faces], dim=1)


def as_pictures(halves: torch.Tensor) -> np.ndarray:
    """What the network gives, ``(N, 3, 48, 96)`` blue first, as ``(N, 48, 96, 3) float32`` RGB in [0, 1]."""
    return np.ascontiguousarray(halves.numpy().transpose(0, 2, 3, 1)[..., ::-1]).reshape(-1, ROWS, FACE_SIZE, 3)


def checkpoint_file(options: Wav2LipOptions) -> Path:
    """The file with the weights; fetched if it is one of the published ones and not in the cache.

    Raises:
        InputError: neither a file nor the name of a published one.
        AssetError: it cannot be had, or its licence was not accepted.
    """
    if options.checkpoint is None:
        return assets.path_of_one("wav2lip")
    if str(options.checkpoint) in assets.ASSETS:
        return assets.path(str(options.checkpoint))
    file = Path(options.checkpoint).expanduser()
    if not file.is_file():
        names = ", ".join(asset.name for asset in assets.in_group("wav2lip"))
        raise InputError(
            f"The checkpoint {str(options.checkpoint)!r} does not exist. Give a file with the generator's weights, or "
            f"one of the names {names}."
        )
    return file


def _batches(frames: Iterable[CroppedFrame]) -> Iterator[list[CroppedFrame]]:
    """Frames in groups for the network: :data:`BATCH` of them, fewer of large ones."""
    frames = iter(frames)
    for first in frames:
        size = int(np.clip(HELD_BYTES / first.tracked.frame.image.nbytes, 2, BATCH))
        yield [first, *islice(frames, size - 1)]
