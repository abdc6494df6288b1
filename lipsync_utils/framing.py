"""Which part of a source is shown, and in what shape: a window into the source, and the output around it.

Without a shape the output is as large as the window. With one, the shorter side is 1080 pixels long, as feeds want it
(9:16: 1080x1920), but nothing is enlarged more than twofold: a small source gives a small output. ``max_side`` bounds
both, and a preview halves both. A window that has not the shape is fitted into it whole, before a blurred copy of
itself; of a portrait, the even wall above the head is continued instead. One around heads or faces takes the shape
itself, as far as the source reaches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .errors import InputError
from .options import SHAPES, FaceChoice, FaceOptions, RunOptions

if TYPE_CHECKING:
    import numpy as np

    from .faces.detector import FaceDetector
    from .media import Source
    from .pixels import Pixels
    from .render.canvas import Canvas

Window = tuple[int, int, int, int]
"""Left, top, width and height in the source's pixels."""

SHORTER_SIDE = 1080
"""Of an output that has a shape, in pixels, where the source is large enough."""

ENLARGED = 2.0
"""How much larger than it is an output that has a shape may show its source."""

_SLIVER = 0.03
"""A background that is narrower than this, as a share of the output, is not shown: the source loses as little."""

_SPARED = 0.9
"""Rather than show a background, a window around heads does with so much of what it should hold."""


@dataclass(frozen=True)
class Framing:
    """From the source's pixels to those of the frames that a run works on, and on to the output's.

    Attributes:
        window: what is shown of the source.
        inner: width and height of the frames, in pixels: the window, reduced or enlarged.
        size: of the output's pictures.
        continued: the frames stand at the bottom, and the wall above them goes on; otherwise they are in the middle.
        found: where faces that are named by a number were seen, in the source's pixels: within the window they may
            have another number.
    """

    window: Window
    inner: tuple[int, int]
    size: tuple[int, int]
    continued: bool = False
    found: Mapping[FaceChoice, tuple[float, float]] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """Pixels of the output for each of the source."""
        return self.inner[0] / self.window[2]

    @property
    def corner(self) -> tuple[int, int]:
        """Left and top of the frames in the output."""
        left, above = ((outer - inner) // 2 for outer, inner in zip(self.size, self.inner, strict=True))
        return left, self.size[1] - self.inner[1] if self.continued else above

    def cut(self, pixels: Pixels) -> Pixels:
        """A frame of the source as the run works on it; itself where that is the same. Planes stay so if they can."""
        import numpy as np

        from .pixels import as_rgb, resized

        left, top, width, height = self.window
        whole = (width, height) == pixels.shape[1::-1]
        if whole and (width, height) == self.inner:
            return pixels
        region = left, top, left + width, top + height
        if not isinstance(pixels, np.ndarray) and not any(number % 2 for number in (*region, *self.inner)):
            return pixels.cut(region, self.inner)
        image = as_rgb(pixels)
        if not whole:
            image = np.ascontiguousarray(image[top : top + height, left : left + width])
        return resized(image, self.inner)

    def in_frames(self, face: FaceOptions) -> FaceOptions:
        """A choice and a size that were given in the source's pixels, in those of the frames."""
        choose = self.found.get(face.choose, face.choose)
        if isinstance(choose, tuple):
            choose = tuple((at - begin) * self.scale for at, begin in zip(choose, self.window[:2], strict=True))
        return replace(face, choose=choose, min_size=face.min_size * self.scale)

    def in_output(self, choose: FaceChoice) -> FaceChoice:
        """A choice in the frames' pixels, in those of the output."""
        if not isinstance(choose, tuple):
            return choose
        return choose[0] + self.corner[0], choose[1] + self.corner[1]

    def canvas(self, *, still: bool) -> Canvas:
        """What puts frames into the output's pictures; ``still``: they are of a picture."""
        from .render.canvas import Canvas

        return Canvas(self.corner, self.size, still=still, continued=self.continued)


def make_framing(
    source: Source, faces: Sequence[FaceOptions], options: RunOptions, detector: FaceDetector | None = None
) -> Framing:
    """How a source is shown with these options.

    Args:
        source: the picture or video.
        faces: those who speak, as they were chosen in the source. A window around heads or faces holds all of them, in
            a video wherever they are in the frames looked at.
        options: of the run.
        detector: finds them; needed for the parts ``"head"`` and ``"face"`` only.

    Raises:
        InputError: the part is not within the source, or a face is not within the part.
        NoFaceError: one who speaks is not found, or is too small.
    """
    from .render.canvas import ends_in_a_wall

    shape, found = SHAPES[options.shape], {}
    if options.part == "whole":
        window = 0, 0, source.width, source.height
    elif isinstance(options.part, tuple):
        window = options.part
        _check_within(source, faces, window)
    else:
        window, found = _window_around(source, faces, options, detector)
    if shape is None:
        inner = size = _of_window(window, options)
    else:
        window, inner, size = fitted(window, shape, options)
    framing = Framing(window, inner, size, found=found)
    if source.is_picture and inner[1] < size[1]:
        framing = replace(framing, continued=ends_in_a_wall(framing.cut(next(source.glimpses(1)).image)))
    return framing


def fitted(
    window: Window, shape: tuple[int, int], options: RunOptions
) -> tuple[Window, tuple[int, int], tuple[int, int]]:
    """A window whole in an output of a shape, which may take a little from it to be filled; its size, the output's."""
    left, top, width, height = window
    whole = max(width / shape[0], height / shape[1])  # pixels of the source for one of the shape's units
    unit = min(ENLARGED * whole, SHORTER_SIDE / min(shape)) * _full(options)
    unit = min(unit, options.max_side / max(shape))
    size = tuple(max(2, math.floor(unit * side / 2 + 1e-6) * 2) for side in shape)
    factor = min(size[0] / width, size[1] / height)
    inner = max(2, round(width * factor)), max(2, round(height * factor))
    if min(inner[0] / size[0], inner[1] / size[1]) < 1 - _SLIVER:
        return window, inner, size
    kept = min(width, round(height * size[0] / size[1])), min(height, round(width * size[1] / size[0]))
    return (left + (width - kept[0]) // 2, top + (height - kept[1]) // 2, *kept), size, size


def window_around(least: np.ndarray, liked: np.ndarray, size: tuple[int, int], shape: tuple[int, int] | None) -> Window:
    """A window into a source, around what must be in it, about as large as one likes, and in shape as far as it goes.

    Args:
        least: box ``(4,)`` (left, top, right, bottom) of what must not be cut off, in pixels.
        liked: likewise, of what is shown without a shape.
        size: width and height of the source.
        shape: width to height; None: as it is liked.
    """
    import numpy as np

    limits = np.array([*size, *size], float)
    least, liked = np.clip(least, 0, limits), np.clip(liked, 0, limits)
    needed, wished = least[2:] - least[:2], liked[2:] - liked[:2]
    if shape is not None:
        aspect = shape[0] / shape[1]
        enough, most = max(needed[0], needed[1] * aspect), min(size[0], size[1] * aspect)
        width = max(math.sqrt(aspect * wished.prod()), enough)
        width = min(width, most if most >= _SPARED * enough else enough)
        wished = np.minimum((width, width / aspect), size)  # where it is beyond the source, the background takes over
    begin = (liked[:2] + liked[2:] - wished) / 2
    ends = least[:2], least[2:] - wished
    begin = np.clip(np.clip(begin, np.minimum(*ends), np.maximum(*ends)), 0, size - wished)
    low, high = np.rint(begin).astype(int), np.rint(begin + wished).astype(int)
    return (*low.tolist(), *np.maximum(high - low, 2).tolist())


def _of_window(window: Window, options: RunOptions) -> tuple[int, int]:
    factor = min(_full(options), options.max_side / max(window[2:]))
    return max(2, round(window[2] * factor)), max(2, round(window[3] * factor))


def _full(options: RunOptions) -> float:
    return 0.5 if options.preview else 1.0


def _window_around(
    source: Source, faces: Sequence[FaceOptions], options: RunOptions, detector: FaceDetector
) -> tuple[Window, dict[FaceChoice, tuple[float, float]]]:
    """The window that shows heads or faces of those who speak; where those are who are named by a number."""
    from .faces.glimpsing import glimpses_of
    from .faces.parts import LEAST, LIKED, box_around

    seen = glimpses_of(source, faces, detector)
    everybody = [face for each in seen for face in each]
    least, liked = (box_around(everybody, reaches[options.part]) for reaches in (LEAST, LIKED))
    window = window_around(least, liked, (source.width, source.height), SHAPES[options.shape])
    boxes = {face.choose: each[0].box for face, each in zip(faces, seen, strict=True)}
    places = {choose: tuple(((box[:2] + box[2:]) / 2).tolist()) for choose, box in boxes.items()}
    return window, {choose: place for choose, place in places.items() if isinstance(choose, int)}


def _check_within(source: Source, faces: Sequence[FaceOptions], window: Window) -> None:
    left, top, width, height = window
    about = {"left": left, "top": top, "right": left + width, "bottom": top + height}
    if left + width > source.width or top + height > source.height:
        raise InputError(
            "The part from {left},{top} to {right},{bottom} reaches beyond {path!r}, which is {width}x{height} pixels. "
            "Give left, top, width and height of a part within it.",
            path=source.path,
            width=source.width,
            height=source.height,
            **about,
        )
    for x, y in (face.choose for face in faces if isinstance(face.choose, tuple)):
        if not (left <= x < left + width and top <= y < top + height):
            raise InputError(
                "The face at {x:g},{y:g} is not within the part from {left},{top} to {right},{bottom}. Points count in "
                "the whole source: correct the point, or the part.",
                x=x,
                y=y,
                **about,
            )
