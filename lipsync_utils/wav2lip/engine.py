"""Wav2Lip on a picture or a video: sound and face into the network, and the mouth back into the frame."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MissingExtraError

try:
    import torch
except ImportError as error:
    raise MissingExtraError("The engine 'wav2lip'", "wav2lip") from error

from .. import assets, expression
from ..choices import ENHANCERS
from ..engines.contract import Task
from ..motion import make_motion
from ..options import RunOptions
from ..pixels import Pixels
from ..records import SAMPLE_RATE, FaceCurves, Speech, Timeline, TrackedFrame
from ..render.layers import layers_of
from ..render.portrait import PortraitRenderer
from ..render.raster import warm_up
from ..render.video import VideoRenderer
from ..rig import Rig
from ..speech import SpeechModel
from ..speech.model import rest_gate
from ..streaming import in_order, prefetch
from .blending import ColourMatch, Grain, Patch, mouth_mask, whole_mask
from .crops import CroppedFrame, face_box, sampled, shrunk, with_boxes
from .enhancing import Enhancer
from .fast import BATCH, FaceFeatures, as_input, as_pictures
from .mel import SILENCE, mel_windows, wav2lip_mel
from .placing import Mouths, MovingHead, paste

if TYPE_CHECKING:
    from .fast import FastCompact, FastWav2Lip

AHEAD = 8
"""Frames that are decoded and tracked ahead of the network."""

HELD_BYTES = 24e6
"""Pictures of a batch; large ones go through the network in smaller batches."""

APPEARS = 3.0
"""On a still picture the generated mouth fades in over the first third of the opening of the gate (and out over the
last of its closing), while its speech is still faint: the lips at rest are the picture's own."""


@dataclass(frozen=True)
class _Heard:
    """The voice, ready for the network.

    Attributes:
        mel: ``(80, columns) float32``, with as much silence before it as the network's windows begin early.
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
    detected or encoded again. In a video a generator that moves what it is given gets each frame with its lips closed,
    as the rig closes them: of teeth that are seen no closed lips can be made by moving.

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
        generator: FastWav2Lip | FastCompact,
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
    def load(cls, options: RunOptions) -> Wav2LipEngine:
        """With the weights that the options name, or our own, or those in the cache, or the preferred ones, fetched.

        Raises:
            InputError: no such file or device.
            AssetError: the weights cannot be had or do not fit, or their licence was not accepted.
        """
        from .checkpoints import checkpoint_file, load_generator
        from .fast import choose_device, runner_of
        from .own import own_weights

        own = options.wav2lip
        enhancer = ENHANCERS.make(own.enhancer)
        choose_device(own.device)  # before a long download
        file = checkpoint_file(own)
        generator = runner_of(load_generator(file), device=own.device, precision=own.precision)
        name = "our own weights" if file == own_weights() else file.stem
        version = f"{name} {assets.sha256_of(file)[:12]} ({str(generator.dtype).removeprefix('torch.')})"
        return cls(generator, models={"generator": version}, pads=own.pads, enhancer=enhancer)

    @staticmethod
    def load_key(options: RunOptions) -> Hashable:
        """See :class:`~lipsync_utils.engines.Engine`."""
        return options.wav2lip

    def _hear(self, speech: Speech, timeline: Timeline) -> _Heard:
        curves = self._speech(speech)
        gate = timeline.sample(rest_gate(curves.activity), curves.rate)
        mel = np.pad(wav2lip_mel(speech.wave), ((0, 0), (self._generator.early, 0)), constant_values=SILENCE)
        return _Heard(mel, gate.astype(np.float32), curves)

    def _mask(self, points: np.ndarray, box: np.ndarray) -> np.ndarray:
        return whole_mask() if self._generator.moves else mouth_mask(points, box)

    # --- a still picture ---------------------------------------------------------------------------------------------

    def for_picture(self, tracked: TrackedFrame, task: Task) -> Iterator[Pixels]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        image, face, heard = tracked.frame.image, tracked.face, self._hear(task.speech, task.timeline)
        names = heard.curves.names
        layers = None if task.motion.style == "still" else layers_of(image, face)
        portrait = PortraitRenderer(image, face, rig=self._rig, names=names, layers=layers)
        motion = expression.without_mouth(make_motion(task.speech, heard.curves, task.timeline, task.motion))
        head = MovingHead(portrait, motion, closed=np.zeros(len(names), np.float32))
        box = face_box(face.points, self._pads)
        fine = sampled(image, box)
        mouths = Mouths(box, shrunk(fine), fine, self._mask(face.points, box), self._enhancer)
        features = self._generator.encode(as_input(mouths.crop[None]))
        shown = prefetch(self._portrait_mouths(heard, task, features, mouths), depth=BATCH)
        return in_order(lambda item: head.frame(*item), head.measured(shown))

    def _portrait_mouths(
        self, heard: _Heard, task: Task, features: FaceFeatures, mouths: Mouths
    ) -> Iterator[tuple[int, Patch | None]]:
        """For every frame its mouth, or None where the lips rest; the network only runs where somebody speaks."""
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

    def for_video(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[Pixels]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        heard = self._hear(task.speech, task.timeline)
        tracked = prefetch(tracked, depth=AHEAD)
        if self._generator.moves:
            renderer = VideoRenderer(rig=self._rig, names=heard.curves.names)
            tracked = in_order(renderer.at_rest, renderer.prepared(tracked))
        cropped = with_boxes(tracked, self._pads)
        grain = Grain()

        def render(item: tuple[CroppedFrame, Patch | None]) -> Pixels:
            frame, patch = item
            pixels = frame.tracked.frame.pixels
            return pixels if patch is None else paste(pixels, patch, grain, index=frame.tracked.frame.index)

        return in_order(render, prefetch(self._video_mouths(cropped, heard, task.timeline), depth=2))

    def _video_mouths(
        self, cropped: Iterator[CroppedFrame], heard: _Heard, timeline: Timeline
    ) -> Iterator[tuple[CroppedFrame, Patch | None]]:
        """Every frame with its mouth, or None where there is no face or something covers it."""
        colours = ColourMatch()
        for batch in _batches(cropped):
            seen = [frame for frame in batch if frame.box is not None and frame.tracked.covered < 1]
            halves: Iterator[np.ndarray] = iter(())
            if seen:
                fine = [sampled(frame.tracked.frame.pixels, frame.box) for frame in seen]
                crops = np.stack([shrunk(each) for each in fine])
                indices = [frame.tracked.frame.index for frame in seen]
                windows = [heard.windows(timeline, index, index + 1) for index in indices]
                features = self._generator.encode(as_input(crops))
                spoken = self._generator.speak(torch.from_numpy(np.concatenate(windows)), features)
                halves = iter(zip(crops, fine, as_pictures(spoken), strict=True))
            for frame in batch:
                if frame.box is None or frame.tracked.covered >= 1:
                    colours.reset()
                    yield frame, None
                    continue
                crop, fine_crop, half = next(halves)
                mask = self._mask(frame.tracked.face.points, frame.box)
                mouths = Mouths(frame.box, crop, fine_crop, mask, self._enhancer, colours)
                yield frame, mouths.patch(half, 1 - frame.tracked.covered)


def _batches(frames: Iterable[CroppedFrame]) -> Iterator[list[CroppedFrame]]:
    """Frames in groups for the network: :data:`BATCH` of them, fewer of large ones."""
    frames = iter(frames)
    for first in frames:
        size = int(np.clip(HELD_BYTES / first.tracked.frame.pixels.nbytes, 2, BATCH))
        yield [first, *islice(frames, size - 1)]
