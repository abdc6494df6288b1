"""Words in the picture: read on any ground, inside of it, below the mouth, and there when they are heard."""

from fractions import Fraction

import numpy as np
import pytest
from synthetic_media import voice, write_sound

from lipsync_utils.errors import MissingExtraError
from lipsync_utils.media import VideoWriter, load_speech, open_source
from lipsync_utils.media.badge import Badge
from lipsync_utils.media.captions import Captions
from lipsync_utils.options import Cue, WriteOptions
from lipsync_utils.records import Timeline

ENGLISH = Cue(0.0, 1.0, "The quick brown fox, which had been\nsleeping in the warm afternoon sun,")
ARABIC = Cue(0.0, 1.0, "هذا برنامج Wav2Lip الذي يجعل\nالصورة تتكلم على جهازك")
SIZES = [(512, 512), (1080, 1080), (608, 1080), (1080, 1920), (1920, 1080)]


def box(picture: np.ndarray, ground: int) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what was drawn."""
    changed = np.argwhere((picture != ground).any(axis=2))
    return *changed.min(axis=0), *changed.max(axis=0)


@pytest.mark.parametrize("cue", [ENGLISH, ARABIC], ids=["english", "arabic"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("ground", [0, 255])
def test_is_read_on_any_ground_and_stays_at_the_bottom(cue, width, height, ground):
    pytest.importorskip("matplotlib")
    picture = np.full((height, width, 3), ground, np.uint8)
    drawn = Captions(width, height, [cue]).on(picture, cue)
    # Black on a black plate shows nothing: there the letters themselves are the box.
    top, left, bottom, right = box(drawn, ground)
    inside = drawn[top : bottom + 1, left : right + 1].astype(int)
    assert inside.max() - inside.min() >= 120, "letters stand out"
    assert 0.7 * height < top < bottom < height - 1, "below the mouth of a portrait"
    assert 0 < left < right < width - 1
    assert abs((left + right) / 2 - width / 2) < 0.02 * width, "in the middle"
    assert (picture == ground).all(), "the input is not modified"


def test_leaves_the_label_in_the_corner_alone():
    for width, height in SIZES:
        grey = np.full((height, width, 3), 200, np.uint8)
        above = box(Captions(width, height, [ENGLISH]).on(grey, ENGLISH), 200)
        label = box(Badge(width, height).on(grey), 200)
        assert above[2] < label[0]


@pytest.mark.parametrize("size", [(16, 16), (40, 300), (300, 40)])
def test_fits_into_any_picture(size):
    width, height = size
    picture = np.full((height, width, 3), 90, np.uint8)
    for cue in (ENGLISH, Cue(0, 1, "w" * 300)):
        assert Captions(width, height, [cue]).on(picture, cue).shape == picture.shape


def test_arabic_letters_are_joined_and_run_from_right_to_left():
    """A lam and an alif become one narrow shape; the first word of a line stands at the right."""
    pytest.importorskip("matplotlib")
    black = np.zeros((400, 1200, 3), np.uint8)

    def ink(text: str) -> np.ndarray:
        cue = Cue(0, 1, text)
        drawn = Captions(1200, 400, [cue]).on(black, cue)
        return (drawn > 60).any(axis=2).sum(axis=0)  # of each column

    assert np.count_nonzero(ink("لا")) < np.count_nonzero(ink("ل")) + np.count_nonzero(ink("ا"))
    for text in ("الاستقلالية و", "الاستقلالية ."):
        columns = np.flatnonzero(ink(text))
        gap = np.argmax(np.diff(columns))
        assert gap < len(columns) - 1 - gap, "what comes last is at the left"


def test_is_there_as_long_as_it_is_heard():
    captions = Captions(100, 100, [Cue(0.5, 1.0, "a"), Cue(1.5, 2.0, "b")])
    shown = [captions.at(time) for time in (0.0, 0.5, 0.99, 1.0, 1.5, 2.0, 9.0)]
    assert [cue and cue.text for cue in shown] == [None, "a", "a", None, "b", None, None]
    assert Captions(100, 100, ()).at(0.0) is None


def test_arabic_without_its_letters_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="notebooks"):
        Captions(512, 512, [ENGLISH, ARABIC])
    assert Captions(512, 512, [ENGLISH]).on(np.zeros((512, 512, 3), np.uint8), ENGLISH).any()


def test_the_file_shows_each_cue_in_its_time_on_a_still_picture(tmp_path):
    speech = load_speech(write_sound(tmp_path / "voice.wav", voice(1.0)))
    timeline = Timeline.covering(speech.samples, speech.rate, Fraction(25))
    grey = np.full((256, 256, 3), 128, np.uint8)
    grey.setflags(write=False)  # as the source of a still picture is; such pictures are converted once
    options = WriteOptions(subtitles=(Cue(0.2, 0.4, "one"), Cue(0.6, 0.8, "another one")))
    with VideoWriter(
        tmp_path / "out.mp4", width=256, height=256, timeline=timeline, speech=speech, options=options
    ) as writer:
        for _ in range(timeline.frames):
            writer.write(grey)
    seen = [np.ptp(frame.image[180:].astype(int)) > 60 for frame in open_source(tmp_path / "out.mp4").frames(timeline)]
    assert seen == [5 <= i < 10 or 15 <= i < 20 for i in range(timeline.frames)]
