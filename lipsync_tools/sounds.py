"""Recordings: whether a face can speak with one, and one, or its beginning, as a file of its own."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np

from lipsync_utils import media
from lipsync_utils.errors import InputError
from lipsync_utils.media import files
from lipsync_utils.media.audio import SILENT

SEARCH_S = 1.0
"""A cut may come so much earlier than asked for, but at most a quarter of the length, so that it falls into a pause."""

_WINDOW_S = 0.06
_FADE_S = 0.02


def beginning(
    path: str | os.PathLike[str], seconds: float, target: str | os.PathLike[str], *, track: int | None = None
) -> Path:
    """Write the first seconds of a sound as a 16-bit WAV file, with its own rate and channels.

    Args:
        path: any sound, or a video with sound.
        seconds: length at most. The cut is made at the quietest 60 ms of the last :data:`SEARCH_S` and faded.
        target: the ``.wav`` file to write.
        track: which of several sound tracks, counting from 1; None: the file's default.

    Raises:
        InputError: no sound there, or a length that is not positive.
        OutputError: the file cannot be written.
    """
    if not seconds > 0:
        raise InputError("A length of {seconds!r} s was asked for; a number above 0 is needed.", seconds=seconds)
    with media.SoundReader(path, track=track) as reader:
        wanted, rate, blocks, have = round(seconds * reader.rate), reader.rate, [], 0
        for block in reader.blocks():
            blocks.append(block[:, : wanted - have])
            have += blocks[-1].shape[1]
            if have >= wanted:
                break
    sound = np.concatenate(blocks, axis=1)  # (channels, n)
    if have >= wanted:
        sound = sound[:, : _rest(sound, rate)]
        fade = min(round(_FADE_S * rate), sound.shape[1])
        sound[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return _written(sound, rate, Path(target))


def as_wav(path: str | os.PathLike[str], target: str | os.PathLike[str]) -> Path:
    """Write all of a sound, or a video's, as a 16-bit WAV file, with its own rate and channels; errors as there."""
    with media.SoundReader(path) as reader:
        return _written(np.concatenate(list(reader.blocks()), axis=1), reader.rate, Path(target))


def _written(sound: np.ndarray, rate: int, target: Path) -> Path:
    """``(channels, n) float32`` as a file."""
    pcm = np.round(np.clip(sound.T, -1.0, 1.0) * 32767.0).astype("<i2")
    with files.written(target, what="sound") as temporary, temporary.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setparams((len(sound), 2, rate, 0, "NONE", ""))
        file.writeframes(pcm.tobytes())
    return target


def heard(path: str | os.PathLike[str], *, most_s: float | None = None, track: int | None = None) -> float:
    """Length of a voice in seconds, once it is sure that it can be read and something is heard: before anybody waits.

    Args:
        path: any sound, or a video with sound.
        most_s: the longest that is taken; what is small as a file may last for hours, and is not read to its end.
        track: which of several sound tracks, counting from 1; None: the file's default.

    Raises:
        InputError: no sound there, a damaged one, a silent one, or one that is too short or too long.
    """
    if most_s is not None:
        samples = 0
        with media.SoundReader(path, track=track) as reader:
            for block in reader.blocks():
                samples += block.shape[1]
                check_length(samples / reader.rate, most_s)
    voice = media.load_speech(path, track=track)
    if np.abs(voice.wave).max() < SILENT:
        raise InputError(
            "Nothing can be heard in {path!r}: it is silent. Switch the microphone on and record again, or give "
            "another file.",
            path=str(path),
        )
    return voice.samples / voice.rate


def check_length(seconds: float, most_s: float) -> None:
    """Refuse a voice that is longer than ``most_s``.

    Raises:
        InputError: it is.
    """
    if seconds > most_s:
        raise InputError(
            "The voice lasts longer than {most:.0f} s, the most that is taken here. Cut it, or use the command line, "
            "which has no such limit.",
            most=most_s,
        )


def _rest(sound: np.ndarray, rate: int) -> int:
    """The middle of the quietest window near the end, in samples."""
    width = max(1, round(_WINDOW_S * rate))
    tail = sound[:, -min(round(SEARCH_S * rate), sound.shape[1] // 4) :]
    if tail.shape[1] <= width:
        return sound.shape[1]
    energy = np.convolve(np.square(tail).mean(axis=0), np.ones(width), mode="valid")
    return sound.shape[1] - tail.shape[1] + int(energy.argmin()) + width // 2
