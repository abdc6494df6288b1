"""What is heard where several speak: their voices together, each as loud as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from ..records import Speech
from .audio import load_speech, source_blocks
from .files import temporary_beside, unwritable

LOUDEST = 1.0
"""Samples beyond this are clipped by whoever plays them."""

EASE_S = 0.01
"""Where the voices together would clip, they become quieter and loud again over so many seconds."""


def length_of(voices: Sequence[Speech]) -> tuple[int, int]:
    """Length of the voices together, of the longest one, in samples; and the highest of their rates."""
    rate = max(voice.rate for voice in voices)
    return max(-(-voice.samples * rate // voice.rate) for voice in voices), rate


@contextlib.contextmanager
def mixed(voices: Sequence[Speech], beside: Path) -> Iterator[Speech]:
    """One voice as it is; of several a sound of all of them, in a hidden file that is gone after the block.

    Mono stays mono, where all are; otherwise it is stereo, with what is mono in the middle.

    Args:
        voices: at least one.
        beside: the hidden file lies in the folder of this one.

    Raises:
        OutputError: no room for it.
    """
    if len(voices) == 1:
        yield voices[0]
        return
    temporary = temporary_beside(beside)
    try:
        try:
            _write(temporary, voices)
        except (OSError, av.FFmpegError) as error:
            raise unwritable(beside, error, what="sound of") from error
        yield load_speech(temporary)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, voices: Sequence[Speech]) -> None:
    """A WAV file of 32-bit floating point."""
    samples, rate = length_of(voices)
    layout = "mono" if all(voice.channels == 1 for voice in voices) else "stereo"
    with av.open(str(path), "w", format="wav", options={"rf64": "auto"}) as output:
        stream, done = output.add_stream("pcm_f32le", rate=rate, layout=layout), 0
        for block in limited(_sums(voices, samples, rate, channels=len(stream.layout.channels)), rate):
            packed = np.ascontiguousarray(block.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), done
            done += block.shape[1]
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _sums(voices: Sequence[Speech], samples: int, rate: int, *, channels: int) -> Iterator[np.ndarray]:
    """``(channels, n) float32``: the voices added up, a second at a time."""
    parts = [_in_seconds(_blocks(voice, samples, rate), rate) for voice in voices]
    for blocks in zip(*parts, strict=True):
        total = np.zeros((channels, blocks[0].shape[1]), np.float32)
        for block in blocks:
            total += block  # one channel goes into both
        yield total


def _blocks(voice: Speech, samples: int, rate: int) -> Iterator[np.ndarray]:
    layout = "mono" if voice.channels == 1 else "stereo"
    of_file = {"samples": samples, "track": voice.track, "span": voice.span}
    return source_blocks(voice.path, rate=rate, layout=layout, **of_file)


def _in_seconds(blocks: Iterator[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """The same samples in blocks of a second."""
    held, have = [], 0
    for block in blocks:
        held.append(block)
        have += block.shape[1]
        while have >= rate:
            joined = np.concatenate(held, axis=1)
            yield joined[:, :rate]
            held, have = [joined[:, rate:]], have - rate
    if have:
        yield np.concatenate(held, axis=1)


def limited(blocks: Iterator[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """The same sound ``(channels, n) float32``, quieter for a moment where it is louder than :data:`LOUDEST`."""
    window = 2 * round(EASE_S * rate / 2) + 1
    reach, held = window - 1, None
    for block in _and_then_silence(blocks, reach):
        if held is None:
            held = np.zeros((len(block), reach), np.float32)
        held = np.concatenate([held, block], axis=1)
        ready = slice(reach, held.shape[1] - reach)
        if ready.stop > ready.start:
            yield _eased(held, window)[:, ready]
            held = held[:, ready.stop - reach :]


def _and_then_silence(blocks: Iterator[np.ndarray], samples: int) -> Iterator[np.ndarray]:
    for block in blocks:
        yield block
    yield np.zeros((len(block), samples), np.float32)


def _eased(sound: np.ndarray, window: int) -> np.ndarray:
    peaks = np.abs(sound).max(axis=0)
    if peaks.max() <= LOUDEST:
        return sound
    # A mean of lowest gains that all take this sample into account cannot be above what this sample bears.
    lowest = cv2.erode(LOUDEST / np.maximum(peaks, LOUDEST, dtype=float)[None], np.ones((1, window), np.uint8))
    gain = cv2.blur(lowest, (window, 1), borderType=cv2.BORDER_REFLECT)  # (1, n)
    return (sound * gain).astype(np.float32)
