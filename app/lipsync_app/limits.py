"""What one visitor may ask of a small machine (two cores, 2.7 GB)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on what is taken in, kept and queued.

    Attributes:
        picture_mb: largest picture file. (``.streamlit/config.toml`` bounds every upload before it arrives.)
        sound_mb: largest sound file.
        video_mb: largest video file.
        video_side: longest side of a video in pixels; larger frames would not fit into memory next to each other.
        voice_s: longest voice, in seconds.
        sound_s: longest sound file, of which a part can be chosen.
        text_chars: longest text to speak.
        prompt_chars: longest description of an avatar.
        avatar_side: width and height of an avatar from a prompt, in pixels.
        sides: sizes on offer for the result, as its longest side in pixels.
        kept_side: longest side of a picture as it is kept, in pixels: a head that is cut out of it stays sharp.
        crf: H.264 constant rate factor of the result.
        results: finished videos that are kept for one visitor.
        shared_results: finished videos made of samples only, kept for everybody.
        waiting: jobs in the queue; more are refused.
        portraits_waiting: portraits in theirs.
        address_jobs: jobs of one internet address, waiting or running.
        address_visits: open tabs of one internet address. A class in a school has one address.
        visitor_mb: files of one visitor, results included.
        address_mb: files of all visitors of one internet address.
        all_mb: files of all visitors.
        rest_s: files of a visitor who has been still for so long are removed.
        left_s: files of a visitor who has gone are removed after so long; a phone that slept may come back.
        sweep_s: how often it is looked who has gone.
    """

    picture_mb: int = 15
    sound_mb: int = 25
    video_mb: int = 50
    video_side: int = 1920
    voice_s: float = 60.0
    sound_s: float = 600.0
    text_chars: int = 600
    prompt_chars: int = 300
    avatar_side: int = 512
    sides: tuple[int, ...] = (512, 1024)
    kept_side: int = 2048
    crf: int = 20
    results: int = 6
    shared_results: int = 12
    waiting: int = 30
    portraits_waiting: int = 6
    address_jobs: int = 12
    address_visits: int = 60
    visitor_mb: int = 200
    address_mb: int = 1000
    all_mb: int = 3000
    rest_s: float = 3600.0
    left_s: float = 30.0
    sweep_s: float = 5.0


LIMITS = Limits()
"""The bounds that the app runs with."""
