"""A face followed through drawn videos: steady, without lag, across cuts and gaps."""

from __future__ import annotations

import itertools
import weakref

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw, moving

from lipsync_utils.faces.tracking import track
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import Face, Frame

SIZE = (360, 320)
FACE = SyntheticFace(x=180, y=140, width=150)


def video(*shots, fps=25, size=SIZE):
    """Frames of the given faces; None is a frame without one."""
    background = draw(size=size)
    for index, drawn in enumerate(itertools.chain(*shots)):
        image = background.copy() if drawn is None else draw(drawn, size=size)
        yield Frame(index=index, time_s=index / fps, pixels=image)


def root_of_nose(tracked) -> np.ndarray:
    return np.array([t.face.points[168, :2] for t in tracked])


def gaps(tracked) -> np.ndarray:
    return np.array([np.hypot(*(t.face.points[13] - t.face.points[14])[:2]) for t in tracked])


class Counting:
    """The detector, with a count of its slow part."""

    def __init__(self, detector):
        self.detector, self.searches = detector, 0

    def detect(self, image, **kwargs):
        self.searches += 1
        return self.detector.detect(image, **kwargs)

    def refine(self, image, points, **kwargs):
        return self.detector.refine(image, points, **kwargs)


def test_follows_a_moving_face_without_searching_again(detector):
    counting = Counting(detector)
    drawn = list(moving(FACE, 30, x=(120, 240), y=(130, 150), roll=(-15, 15), width=(140, 170)))
    tracked = list(track(video(drawn), counting, FaceOptions()))
    assert [t.frame.index for t in tracked] == list(range(30))
    error = root_of_nose(tracked) - [(d.x, d.y) for d in drawn]
    assert np.abs(error - error.mean(axis=0)).max() < 3  # no lag: 4 pixels a frame would show
    assert counting.searches <= 3


def test_output_is_lazy_and_holds_few_frames(detector):
    """Memory does not grow with the video: frames that were given out are let go."""
    alive, most = [], 0

    def endless():
        for frame in video([FACE] * 60):
            alive.append(weakref.ref(frame.image))
            yield frame

    for tracked in track(endless(), detector, FaceOptions()):
        most = max(most, sum(ref() is not None for ref in alive))
        del tracked
    assert most <= 8


def test_smoothing_halves_the_noise_and_keeps_the_lips(detector):
    rng = np.random.default_rng(0)
    true = detector.detect(draw(FACE, size=SIZE))[0].points
    opening = np.where(np.arange(60) % 10 == 0, 0.0, 12.0)  # the lips meet for a single frame

    def noisy():
        for value in opening:
            points = true + rng.normal(0, 0.6, true.shape).astype(np.float32)
            points[13], points[14] = true[13], true[13] + [0, value, 0]
            yield [Face(box=np.array([100, 80, 260, 250], np.float32), points=points, score=1.0)]

    class Scripted:
        def __init__(self):
            self.results = noisy()

        def detect(self, image):
            return next(self.results)

    frames = [Frame(i, i / 25, np.zeros((32, 32, 3), np.uint8)) for i in range(60)]
    smooth = list(track(iter(frames), Scripted(), FaceOptions(min_size=1)))
    cheek = [205, 425, 50, 280]
    error = np.array([t.face.points[cheek, :2] for t in smooth]) - true[cheek, :2]
    assert np.sqrt((error**2).mean()) < 0.75 * 0.6
    assert gaps(smooth)[10:50:10].max() < 2.5
    assert gaps(smooth)[5:55:10].min() > 11


def test_smoothing_off_gives_what_was_found(detector):
    frames = list(video([FACE, FACE]))
    face = detector.detect(frames[0].image)[0]
    tracked = list(track(iter(frames), detector, FaceOptions(smooth_s=0)))
    np.testing.assert_array_equal(tracked[0].face.points, face.points)


def test_face_leaves_and_returns(detector):
    tracked = list(track(video([FACE] * 6, [None] * 5, [FACE] * 6), detector, FaceOptions()))
    assert [t.face is None for t in tracked] == [False] * 6 + [True] * 5 + [False] * 6
    assert [t.frame.index for t in tracked] == list(range(17))


def test_nothing_is_smoothed_across_a_cut(detector):
    other = SyntheticFace(x=230, y=180, width=110, skin=(120, 80, 60))
    cut = list(track(video([FACE] * 6, [other] * 6), detector, FaceOptions()))
    for drawn, part in ((FACE, cut[:6]), (other, cut[6:])):
        nose = root_of_nose(part)
        assert np.abs(nose - [drawn.x, drawn.y]).max() < 0.08 * drawn.width
        assert np.ptp(nose, axis=0).max() < 1.0


def test_keeps_to_the_chosen_face_when_another_is_larger(detector):
    size = (640, 320)
    small, large = SyntheticFace(x=160, y=140, width=110), SyntheticFace(x=460, y=140, width=180)
    frames = [Frame(i, i / 25, draw(small, large, size=size)) for i in range(4)]
    frames += [Frame(i, i / 25, draw(large, size=size)) for i in range(4, 6)]
    left = list(track(iter(frames), detector, FaceOptions(choose=0)))
    assert np.abs(root_of_nose(left[:4])[:, 0] - 160).max() < 10
    largest = list(track(iter(frames), detector, FaceOptions()))
    assert np.abs(root_of_nose(largest)[:, 0] - 460).max() < 12


def test_small_faces_pass_as_no_face(detector):
    tracked = list(track(video([FACE] * 3), detector, FaceOptions(min_size=200)))
    assert [t.face for t in tracked] == [None] * 3


def test_repeated_pictures_are_looked_at_once(detector):
    counting = Counting(detector)
    image = draw(FACE, size=SIZE)
    frames = [Frame(i, 0.0, image) for i in range(20)]
    tracked = list(track(iter(frames), counting, FaceOptions()))
    assert counting.searches == 1
    np.testing.assert_allclose(tracked[19].face.points, tracked[0].face.points, atol=1e-3)


def test_no_frames(detector):
    assert list(track(iter(()), detector, FaceOptions())) == []


@pytest.mark.parametrize("fps", [10, 60])
def test_any_frame_rate(detector, fps):
    drawn = list(moving(FACE, 12, x=(160, 200)))
    tracked = list(track(video(drawn, fps=fps), detector, FaceOptions()))
    assert len(tracked) == 12
    assert all(t.face is not None for t in tracked)
