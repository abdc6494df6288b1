"""Stretches of sounds and videos: to the sample, to the frame, and without decoding what is not asked for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from synthetic_media import number_of, numbered, quadrants, voice, write_sound, write_video

from lipsync_utils.errors import InputError
from lipsync_utils.media import load_speech, mixing, open_source, source_blocks, write_picture
from lipsync_utils.media.decoding import Film
from lipsync_utils.options import Span
from lipsync_utils.records import Timeline

EASED = 0.005


def timeline(frames: int, fps: Fraction | int = 25) -> Timeline:
    return Timeline(fps=Fraction(fps), frames=frames, duration_s=frames / float(fps))


def shown(path, span: Span, frames: int, **options) -> list[int]:
    source = open_source(path, span=span)
    return [number_of(frame.image) for frame in source.frames(timeline(frames), **options)]


# --- sounds ----------------------------------------------------------------------------------------------------------


def heard(path, rate: int, samples: int, span: Span) -> np.ndarray:
    return np.concatenate(list(source_blocks(path, rate=rate, layout="mono", samples=samples, span=span)), axis=1)[0]


@pytest.mark.parametrize(("ending", "codec"), [("wav", "pcm_f32le"), ("mp3", "libmp3lame"), ("m4a", "aac")])
def test_a_stretch_of_a_sound_is_those_samples_of_the_whole(tmp_path, ending, codec):
    rate = 44_100
    path = write_sound(tmp_path / f"voice.{ending}", voice(3.0, rate=rate), rate=rate, codec=codec)
    whole, span = heard(path, rate, 3 * rate, Span()), Span(0.73, 2.01)
    speech = load_speech(path, span=span)
    first, stop = round(0.73 * rate), round(2.01 * rate)
    assert speech.samples == stop - first
    assert len(speech.wave) == round((stop - first) * 16_000 / rate)
    part, eased = heard(path, rate, speech.samples, span), 1 + round(EASED * rate)
    assert np.array_equal(part[eased:-eased], whole[first:stop][eased:-eased])
    assert part[0] == part[-1] == 0, "no click"
    assert np.abs(part).max() > 0.1


def test_what_is_not_cut_is_not_eased(tmp_path):
    path = write_sound(tmp_path / "tone.wav", np.full(8000, 0.5), codec="pcm_f32le")
    assert heard(path, 16_000, 4000, Span(0, 0.25))[0] == 0.5
    assert heard(path, 16_000, 4000, Span(0.25))[-1] == 0.5
    assert heard(path, 16_000, 8000, Span(0, 9.0))[-1] == 0.5


def test_the_rest_of_a_sound_is_not_decoded(tmp_path, monkeypatch):
    path, taken = write_sound(tmp_path / "long.wav", voice(60.0)), []
    decoded = load_speech.__globals__["frames_in"]
    monkeypatch.setitem(load_speech.__globals__, "frames_in", lambda packet: taken.append(packet) or decoded(packet))
    load_speech(path)
    whole, _ = len(taken), taken.clear()
    load_speech(path, span=Span(1.0, 2.0))
    assert len(taken) < 0.1 * whole


@pytest.mark.parametrize("span", [Span(1.0, 2.0), Span(1.0)])
def test_a_stretch_beyond_the_end_of_a_sound_is_refused(tmp_path, span):
    path = write_sound(tmp_path / "short.wav", voice(1.0))
    with pytest.raises(InputError, match=r"lasts 1\.00 s, but a part from 1 s on .* begin earlier"):
        load_speech(path, span=span)


def test_a_stretch_that_is_too_short_to_speak_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"lasts 0\.010 s; at least 0\.04 s"):
        load_speech(write_sound(tmp_path / "a.wav", voice(1.0)), span=Span(0.5, 0.51))


def test_a_mix_keeps_the_stretch(tmp_path):
    path = write_sound(tmp_path / "a.wav", voice(2.0), codec="pcm_f32le")
    speech = load_speech(path, span=Span(0.5, 1.5))
    with mixing.mixed([speech, speech], tmp_path / "out.mp4") as mix:
        assert np.allclose(mix.wave, 2 * speech.wave, atol=1e-4)


# --- videos ----------------------------------------------------------------------------------------------------------

KINDS = {
    "clip.mp4": {"options": {"g": "10", "qp": "4"}},
    "one-key-frame.mp4": {"options": {"g": "500", "sc_threshold": "0", "qp": "4"}},
    "clip.mkv": {"options": {"g": "25", "qp": "4"}},
    "clip.avi": {"codec": "mpeg4", "options": {"qscale": "2", "g": "10"}},
    "late.mkv": {"timestamps": lambda i: 5000 + 40 * i, "time_base": Fraction(1, 1000)},
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("span", "first", "stop"), [((2.0, 3.0), 50, 75), ((0.0, 0.4), 0, 10), ((2.41, None), 60, 100)]
)
def test_a_stretch_of_a_video_is_those_frames(tmp_path, name, span, first, stop):
    path = write_video(tmp_path / name, map(numbered, range(100)), **KINDS[name])
    source = open_source(path, span=Span(*span))
    if name != "late.mkv":  # by its header it is longer
        assert source.duration_s == pytest.approx((span[1] or 4.0) - span[0], abs=0.05)
    frames = stop - first
    for when_short, then in (("freeze", [stop - 1] * 5), ("loop", list(range(first, first + 5)))):
        assert shown(path, Span(*span), frames + 5, when_short=when_short)[:frames] == list(range(first, stop))
        after = shown(path, Span(*span), frames + 5, when_short=when_short)[frames + 1 :]
        assert after == then[1:] or after == then[:-1], "what is cut off of a frame's time moves the loop by as much"


def test_back_and_forth_within_a_stretch(tmp_path):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(100)), **KINDS["clip.mp4"])
    there = list(range(50, 60))
    seen = shown(path, Span(2.0, 2.4), 29, when_short="pingpong")
    assert seen == [*there, *there[-2::-1], *there[1:], there[-2]][:29]


def test_a_stretch_of_a_varying_rate_shows_what_a_player_shows_then(tmp_path):
    times = [0, 40, 200, 220, 240, 400, 440, 900]
    path = write_video(
        tmp_path / "phone.mp4",
        map(numbered, range(8)),
        timestamps=lambda i: times[i],
        time_base=Fraction(1, 1000),
    )
    expected = [max(i for i, at in enumerate(times) if at <= 120 + index * 40) for index in range(18)]
    assert shown(path, Span(0.12, 0.84), 18, when_short="freeze") == expected


def test_only_what_is_needed_is_decoded(tmp_path, monkeypatch):
    path, seen = write_video(tmp_path / "clip.mp4", map(numbered, range(200)), **KINDS["clip.mp4"]), []
    source, pictures = open_source(path, span=Span(6.0, 6.2)), Film.pictures

    def counted(film, **options):
        for picture in pictures(film, **options):
            seen.append(picture)
            yield picture

    monkeypatch.setattr(Film, "pictures", counted)
    frames = source.frames(timeline(5), when_short="freeze")
    assert [number_of(frame.image) for frame in frames] == list(range(150, 155))
    assert len(seen) < 50


def test_a_decoder_that_enters_too_late_begins_anew(tmp_path, monkeypatch):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(100)), **KINDS["clip.mp4"])
    seek = Film.seek
    monkeypatch.setattr(Film, "seek", lambda film, stamp_s: seek(film, stamp_s + 2.0))
    assert shown(path, Span(1.5, 1.8), 5) == list(range(37, 42))


def test_an_animation_can_be_cut(tmp_path):
    from PIL import Image

    images = [Image.fromarray(numbered(index)) for index in range(10)]
    images[0].save(tmp_path / "a.webp", save_all=True, append_images=images[1:], duration=100, lossless=True)
    source = open_source(tmp_path / "a.webp", span=Span(0.3, 0.6))
    assert [number_of(frame.image) for frame in source.frames(timeline(5, 10))] == [3, 4, 5, 3, 4]


def test_glimpses_are_of_the_stretch(tmp_path):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(255)), **KINDS["clip.mp4"])
    for span, low, high in ((Span(1.0, 2.0), 25, 50), (Span(0.9, 9.9), 22, 248)):
        numbers = [number_of(frame.image) for frame in open_source(path, span=span).glimpses(6)]
        assert low <= min(numbers) < max(numbers) < high


def test_stretches_that_cannot_be_are_refused(tmp_path):
    clip = write_video(tmp_path / "clip.mp4", map(numbered, range(25)))
    with pytest.raises(InputError, match=r"lasts 1\.00 s, but a part from 1 s on .* begin earlier"):
        open_source(clip, span=Span(1.0))
    write_picture(tmp_path / "a.png", quadrants())
    with pytest.raises(InputError, match="is a picture, of which no part in time can be taken"):
        open_source(tmp_path / "a.png", span=Span(1.0))
    with pytest.raises(InputError, match="from 2 to 1 s was asked for; it must end after it begins"):
        Span(2.0, 1.0)
    with pytest.raises(InputError, match="must end after it begins"):
        Span(1.0, 1.0)
