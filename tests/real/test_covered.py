"""Something before the mouth: such frames are left alone, listed and spoken of; mouths that are seen are not meant."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from real_files import FACE, SIZE, before_the_mouth, cover, covered_picture, microphone, opening, talking, wide_open
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_sound, write_video

from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.faces.closeup import Closeup
from lipsync_utils.faces.covering import FADE, MARGIN, REACH, CoverWatch, surely_covered
from lipsync_utils.faces.tracking import track
from lipsync_utils.media import open_source, read_picture
from lipsync_utils.messages import said_in
from lipsync_utils.options import FaceOptions
from lipsync_utils.pipeline import run
from lipsync_utils.pixels import as_planes
from lipsync_utils.records import Frame, SpeakerReport, Timeline, TrackedFrame
from lipsync_utils.render.video import VideoRenderer
from lipsync_utils.reporting import covers, in_any
from lipsync_utils.rig import Rig

FPS = 25
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "avatars"
HIDDEN = range(20, 40)  # in its place; it comes and goes within five frames
ENCODED = 24
"""What encoding twice changes at most, 0 to 255."""


@pytest.fixture(scope="module")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()


def shown(path: Path, count: int) -> np.ndarray:
    frames = open_source(path).frames(Timeline(Fraction(FPS), count, count / FPS))
    return np.stack([frame.image for frame in frames]).astype(int)


def covered_in(images, detector) -> list[float]:
    frames = (Frame(i, i / FPS, image) for i, image in enumerate(images))
    return [tracked.covered for tracked in track(frames, detector, FaceOptions())]


@pytest.mark.parametrize("thing", ["microphone", "hand", "mask"])
def test_covered_frames_are_left_alone_and_their_neighbours_speak(tmp_path, thing):
    source = before_the_mouth(tmp_path / "source.mp4", thing)
    report = run(source, write_sound(tmp_path / "voice.wav", voice(2.4)), tmp_path / "out.mp4")
    covered = report.covered_frames
    assert set(HIDDEN) <= set(covered) <= set(range(HIDDEN.start - 5 - MARGIN, HIDDEN.stop + 5 + MARGIN))
    changed = np.abs(shown(source, 60) - shown(tmp_path / "out.mp4", 60)).max(axis=3)
    assert changed[list(covered)].max() < ENCODED
    clear = slice(0, covered[0] - FADE), slice(covered[-1] + 1 + FADE, 60)
    for stretch in clear:
        assert (changed[stretch] > 40).any(axis=(1, 2)).mean() > 0.3


def test_the_report_says_so_in_one_sentence_of_either_language(tmp_path):
    source = microphone(tmp_path / "source.mp4")  # it is there at once, which looks like a cut
    report = run(source, write_sound(tmp_path / "voice.wav", voice(2.0)), tmp_path / "out.mp4")
    assert set(range(15, 35)) <= set(report.covered_frames) <= set(range(15 - MARGIN, 35 + MARGIN))
    (warning,) = report.warnings
    assert f"In {len(report.covered_frames)} of 50 frames" in warning
    assert "(0:00.5-0:01.5) something is before the mouth" in warning
    assert "يغطّي شيءٌ الفمَ" in said_in(warning, "ar")


def test_one_sentence_says_when():
    def said(covered, frames):
        return covers([SpeakerReport("largest", (), tuple(covered))], Timeline(Fraction(25), frames, frames / 25))

    (three,) = said([*range(5, 10), *range(25, 30), 40], 50)
    assert "In 11 of 50 frames (0:00.2-0:00.4, 0:01.0-0:01.2, 0:01.6-0:01.6)" in three
    (many,) = said(range(0, 100, 2), 100)
    assert "..." in many
    (all_of_them,) = said(range(100), 100)
    assert "in all of the 100 frames" in all_of_them
    assert said([], 100) == ()


def test_of_several_speakers_the_one_is_named():
    speakers = [SpeakerReport(0, (), (3, 4)), SpeakerReport(1, (), ())]
    (one,) = covers(speakers, Timeline(Fraction(25), 50, 2.0))
    assert "the mouth of face 0" in one
    assert in_any(speakers) == (3, 4)


def test_a_mask_that_is_worn_all_the_time_is_noticed(detector):
    images = (cover(image, "mask") for image in talking(0.6))
    assert covered_in(images, detector) == [1.0] * 15


def test_what_is_there_at_first_does_not_count_as_the_mouth(detector):
    """A hand goes away: from then on the mouth is seen, though it is not what was seen before."""
    images = [cover(image, "hand") if i < 20 else image for i, image in enumerate(talking(2.0))]
    assert max(covered_in(images, detector)[20 + MARGIN + FADE :]) == 0.0


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"skin": (92, 60, 44), "hair": (20, 16, 14)},
        {"skin": (240, 206, 190), "hair": (216, 180, 120)},
        {"width": 64.0},
        {"roll": 20.0},
    ],
)
def test_nobody_who_talks_is_covered(detector, changes):
    assert max(covered_in(talking(**changes), detector)) == 0.0


def test_neither_cries_nor_colours_nor_light_cover_a_mouth(tmp_path, detector):
    grey = (np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8) for image in talking())
    assert max(covered_in(grey, detector)) == 0.0
    falling = np.linspace(0.25, 1, SIZE[0])[:, None]
    shadow = ((image * np.roll(falling, 4 * i, axis=0)).astype(np.uint8) for i, image in enumerate(talking()))
    assert max(covered_in(shadow, detector)) == 0.0
    noise = np.random.default_rng(1)
    night = (image * 0.2 + noise.normal(0, 12, image.shape) for image in talking(width=64))
    dark = (np.clip(image, 0, 255).astype(np.uint8) for image in night)
    assert max(covered_in(dark, detector)) == 0.0
    cry = [draw(replace(FACE, mouth=0.9 if 15 <= i < 40 else opening(i / FPS)), size=SIZE) for i in range(50)]
    assert max(covered_in(cry, detector)) == 0.0
    assert max(covered_in((frame.image for frame in _frames(wide_open(tmp_path / "open.mp4"))), detector)) == 0.0


def _frames(path: Path):
    return open_source(path).frames(Timeline(Fraction(FPS), 50, 2.0))


def test_what_is_beside_the_mouth_does_not_cover_it(detector):
    images = (cover(image, "microphone", away=0.8) for image in talking())
    assert max(covered_in(images, detector)) == 0.0


def test_another_person_after_a_cut_is_not_measured_by_the_first(detector):
    other = SyntheticFace(x=120, y=112, width=104, skin=(150, 104, 80), hair=(30, 24, 20))
    assert max(covered_in([*talking(1.0), *talking(1.0, face=other)], detector)) == 0.0


@pytest.mark.parametrize("thing", ["mask", "hand"])
def test_a_picture_whose_mouth_is_hidden_speaks_with_a_warning(tmp_path, thing):
    picture = covered_picture(tmp_path / "covered.png", thing)
    report = run(picture, write_sound(tmp_path / "voice.wav", voice(0.4)), tmp_path / "out.mp4")
    (warning,) = report.warnings
    assert "Something seems to be before the mouth in the picture" in warning
    assert said_in(warning, "ar") != warning
    assert report.covered_frames == ()


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.png")), ids=lambda file: file.stem)
def test_no_sample_is_covered(detector, file):
    image = read_picture(file)
    assert not any(surely_covered(image, face.points) for face in detector.detect(image, precise=True))


def test_the_mouth_fades_and_does_not_switch(detector):
    image = draw(replace(FACE, mouth=0.3), size=SIZE)
    (face,) = detector.detect(image)
    renderer = VideoRenderer(rig=Rig.load(), names=("jawOpen",))
    pixels = as_planes(image)
    image, tracked = pixels.rgb, TrackedFrame(Frame(0, 0.0, pixels), face)
    (prepared,) = renderer.prepared([tracked])
    full, half, none = (
        renderer.render(replace(prepared, tracked=replace(tracked, covered=covered)), np.array([0.6])).rgb.astype(float)
        for covered in (0.0, 0.5, 1.0)
    )
    assert (none == image).all()
    assert np.abs(full - image).max() > 60
    assert np.abs(half - (full + image) / 2).max() <= 2.5


def test_the_fade_rises_before_and_falls_afterwards(detector):
    images = [cover(image, "mask") if 20 <= i < 30 else image for i, image in enumerate(talking(2.0))]
    covered = np.array(covered_in(images, detector))
    (whole,) = np.nonzero(covered == 1)
    assert set(range(20, 30)) <= set(whole) <= set(range(20 - MARGIN, 30 + MARGIN))
    steps = np.arange(FADE, 0, -1) / (FADE + 1)
    assert covered[whole[0] - FADE : whole[0]] == pytest.approx(steps[::-1])
    assert covered[whole[-1] + 1 : whole[-1] + 1 + FADE] == pytest.approx(steps)
    assert covered[: whole[0] - FADE].max() == covered[whole[-1] + 1 + FADE :].max() == 0


def test_a_single_strange_frame_is_no_cover(detector):
    images = [cover(image, "mask") if i == 20 else image for i, image in enumerate(talking(2.0))]
    assert max(covered_in(images, detector)) == 0.0


def test_few_frames_are_held_back_and_none_is_lost(detector):
    image = draw(FACE, size=SIZE)
    (face,) = detector.detect(image)
    watch, given = CoverWatch(), 0

    def frames():
        for index in range(40):
            seen = None if index == 25 else face
            watch.see(Closeup.around(image, face.points), seen, continues=index not in (0, 26))
            yield TrackedFrame(Frame(index, index / FPS, image), seen)
            assert index - given <= REACH + MARGIN + FADE

    for tracked in watch.settle(frames()):
        assert (tracked.frame.index, tracked.covered) == (given, 0)
        given += 1
    assert given == 40


def test_a_sound_over_a_covered_video_still_gives_every_frame(tmp_path):
    images = [cover(image, "mask") for image in talking(0.6)]
    source = write_video(tmp_path / "mask.mp4", images, sound=voice(0.6))
    report = run(source, write_sound(tmp_path / "voice.wav", voice(0.6)), tmp_path / "out.mp4")
    assert report.frames == 15
    assert report.covered_frames == tuple(range(15))
    assert "in all of the 15 frames" in report.warnings[0]
    assert np.abs(shown(source, 15) - shown(tmp_path / "out.mp4", 15)).max() < ENCODED
