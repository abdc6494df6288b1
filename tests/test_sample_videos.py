"""The sample videos: small, alive, on their sound, and good to be dubbed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_media import write_sound

from lipsync_tools import samples
from lipsync_utils import run, sync
from lipsync_utils.faces import BlazeMeshDetector, topology
from lipsync_utils.media import load_speech, open_source
from lipsync_utils.records import Timeline

DUBBED = samples.named("video")
EXAMPLES = samples.named("example")
HALF_A_FRAME_MS = 20.0
MOST_BYTES = {"video": 400_000, "example": 350_000}


@pytest.mark.parametrize("path", [*DUBBED.values(), *EXAMPLES.values()], ids=lambda path: path.stem)
def test_it_is_small_and_on_its_sound(path):
    source, report = open_source(path), sync.score(path)
    assert (source.width, source.height, float(source.fps)) == (512, 512, 25.0)
    assert path.stat().st_size <= MOST_BYTES["video" if path.stem in DUBBED else "example"]
    assert 4.0 < source.duration_s < 7.0
    assert report.verdict == "in sync"
    assert abs(report.offset_ms) < HALF_A_FRAME_MS
    assert report.faceless_frames == ()


@pytest.mark.parametrize("name", DUBBED)
def test_it_is_alive(name):
    """The eyes blink and open again, the head moves, and the mouth is shut now and then."""
    points, eyes = seen(DUBBED[name])
    assert (eyes.min(axis=0) < 0.75 * np.median(eyes, axis=0)).all(), "lids are plainer than eyes"
    assert ((eyes > 0.85 * np.median(eyes, axis=0)).mean(axis=0) > 0.8).all()
    face, nose = np.ptp(points[:, topology.FACE_OVAL, 1], axis=1).mean(), points[:, topology.NOSE_ROOT, :2]
    assert np.ptp(nose, axis=0).min() > 0.03 * face
    assert np.linalg.norm(np.diff(nose, axis=0), axis=1).max() < 0.04 * face, "without a jump"
    lips = openness(points, topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER)
    assert lips.min() < 0.05 < 0.15 < lips.max()


def seen(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Of every other frame: ``(frames, 468, 3)`` points of the face, ``(frames, 2)`` contrast of right and left eye."""
    source, detector = open_source(path), BlazeMeshDetector()
    clock = Timeline(fps=source.fps, frames=int(source.duration_s * source.fps), duration_s=source.duration_s)
    images = [frame.image for frame in source.frames(clock)][::2]
    points = [detector.detect(image)[0].points for image in images]
    eyes = [
        [contrast(image, found[list(hole), :2]) for hole in (topology.RIGHT_EYE_HOLE, topology.LEFT_EYE_HOLE)]
        for image, found in zip(images, points, strict=True)
    ]
    return np.stack(points), np.array(eyes)


def contrast(image: np.ndarray, around: np.ndarray) -> float:
    """Standard deviation of the brightness within these points' box."""
    (left, top), (right, bottom) = around.min(axis=0).round().astype(int), around.max(axis=0).round().astype(int)
    return float(image[top:bottom, left:right].mean(axis=-1).std())


def openness(points: np.ndarray, upper: tuple[int, ...], lower: tuple[int, ...]) -> np.ndarray:
    """``(frames,)`` how far the lips are apart in their middle, in widths of the mouth."""
    middle = len(upper) // 2
    height = np.linalg.norm(points[:, upper[middle], :2] - points[:, lower[middle], :2], axis=1)
    return height / np.linalg.norm(points[:, upper[0], :2] - points[:, upper[-1], :2], axis=1)


def test_it_is_dubbed_on_time(tmp_path):
    """In the other language, of which nothing is in the video."""
    wave = load_speech(samples.find("arabic", "voice")).wave[: 4 * 16_000]
    made = run(DUBBED["woman_video"], write_sound(tmp_path / "voice.wav", wave), tmp_path / "dubbed.mp4")
    report = sync.score(made.output)
    assert report.verdict == "in sync", report.reason
    assert abs(report.offset_ms) < HALF_A_FRAME_MS
    assert sync.score(DUBBED["woman_video"], audio=made.output).verdict == "no agreement", "it would have shown"
