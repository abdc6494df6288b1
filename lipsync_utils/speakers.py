"""Who says what: one face all of it, each face a voice of its own, or several faces one voice by turns."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .errors import InputError
from .messages import Message
from .options import FaceChoice, FaceOptions, RunOptions, Turn
from .records import SAMPLE_RATE, Speech

FADE_S = 0.01
"""A voice comes and goes within so many seconds at the ends of a turn: a hard cut would sound like a p."""

Sound = str | os.PathLike[str]


@dataclass(frozen=True)
class Speaker:
    """One face and what it says.

    Attributes:
        face: which face.
        speech: as long as the output; silent where the face rests.
    """

    face: FaceOptions
    speech: Speech


def load_voices(audio: Sound | Mapping[FaceChoice, Sound], options: RunOptions) -> Speech | dict[FaceChoice, Speech]:
    """The voice, or of several each face's own.

    Raises:
        InputError: a sound that cannot be read, no sound at all, or options that choose the faces once more.
    """
    from .media import load_speech

    if options.face.choose != "largest" and (options.turns or isinstance(audio, Mapping)):
        raise InputError(
            "The face {face} was chosen for the whole run, but the {what} name faces as well. Leave one of them out.",
            face=options.face.choose,
            what=Message("turns" if options.turns else "voices"),
        )
    if not isinstance(audio, Mapping):
        return load_speech(audio, track=options.audio_track, span=options.voice_span)
    if not audio:
        raise InputError("No voice was given. Give each face that is to speak a voice of its own.")
    if options.turns:
        raise InputError(
            "{count} voices and a table of turns were given; turns divide one voice among several faces. Give one "
            "voice for the turns, or leave them out.",
            count=len(audio),
        )
    if not options.voice_span.is_all:
        raise InputError(
            "{count} voices and a part of the voice ({from_s:g} s and on) were given; a part can be taken of one voice "
            "only. Cut the recordings, or leave the part out.",
            count=len(audio),
            from_s=options.voice_span.from_s,
        )
    faces = [FaceOptions(choose=face).choose for face in audio]
    return {face: load_speech(audio[key], track=options.audio_track) for face, key in zip(faces, audio, strict=True)}


def voices_in(voice: Speech | Mapping[FaceChoice, Speech]) -> tuple[Speech, ...]:
    """What is heard at the same time."""
    return tuple(voice.values()) if isinstance(voice, Mapping) else (voice,)


def speakers_of(voice: Speech | Mapping[FaceChoice, Speech], options: RunOptions) -> tuple[Speaker, ...]:
    """Each face that speaks, with what it says; the only one of a run gets the voice as it is."""
    if isinstance(voice, Mapping):
        length = max(len(speech.wave) for speech in voice.values())
        said = {face: _lasting(speech, length) for face, speech in voice.items()}
    elif options.turns:
        turns = {face: [turn for turn in options.turns if turn.face == face] for face in _faces(options.turns)}
        said = {face: _only(voice, its) for face, its in turns.items()}
    else:
        said = {options.face.choose: voice}
    return tuple(Speaker(replace(options.face, choose=face), speech) for face, speech in said.items())


def _faces(turns: Sequence[Turn]) -> list[FaceChoice]:
    return list(dict.fromkeys(turn.face for turn in turns))


def _lasting(speech: Speech, length: int) -> Speech:
    """The voice, and silence until the longest one ends."""
    if len(speech.wave) == length:
        return speech
    return _with_wave(speech, np.pad(speech.wave, (0, length - len(speech.wave))))


def _only(speech: Speech, turns: Sequence[Turn]) -> Speech:
    """The voice during some turns, and silence elsewhere."""
    import cv2

    share = np.zeros(len(speech.wave), np.float32)
    for turn in turns:
        share[round(turn.from_s * SAMPLE_RATE) : round(turn.to_s * SAMPLE_RATE)] = 1.0
    size = (round(FADE_S * SAMPLE_RATE), 1)
    return _with_wave(speech, speech.wave * cv2.blur(share[None], size, borderType=cv2.BORDER_REPLICATE)[0])


def _with_wave(speech: Speech, wave: np.ndarray) -> Speech:
    wave.setflags(write=False)
    return replace(speech, wave=wave, samples=round(len(wave) * speech.rate / SAMPLE_RATE))
