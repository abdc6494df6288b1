"""Verdicts by what viewers notice, and a report that any JSON reader takes."""

import json

import numpy as np
import pytest

from lipsync_utils.errors import InputError, OutputError
from lipsync_utils.sync.figure import check_figure, draw
from lipsync_utils.sync.report import Moment, SyncReport, judge_offset, offset_of_column, table


def report(**changes) -> SyncReport:
    fields = {
        "video": "some/talking.mp4",
        "audio": "some/talking.mp4",
        "model": "landmark expert 0123",
        "verdict": "in sync",
        "reason": "The sound is 10 ms early; viewers begin to notice at 45 ms.",
        "offset_frames": 0,
        "offset_ms": 10.0,
        "offset_interval_ms": (-5.0, 22.0),
        "distance": 1.1,
        "confidence": 0.2,
        "certainty": 12.0,
        "curve": tuple(1.3 - 0.2 * np.exp(-np.square(np.arange(-15, 16) / 2.0))),
        "per_second": (0.2, None, 0.1),
        "worst": (Moment(2.0, 0.1, np.zeros((112, 112, 3), np.uint8)), Moment(0.0, 0.2)),
        "windows": 50,
        "frames": 75,
        "fps": 25.0,
        "faceless_frames": (25, 26),
        "faces": 1,
        "shots": 2,
    }
    return SyncReport(**(fields | changes))


@pytest.mark.parametrize(
    ("offset_ms", "verdict"),
    [
        (0.0, "in sync"), (45.0, "in sync"), (46.0, "noticeable"), (91.0, "out of sync"),
        (-125.0, "in sync"), (-126.0, "noticeable"), (-184.0, "noticeable"), (-186.0, "out of sync"),
    ],
)  # fmt: skip
def test_verdicts_follow_bt_1359(offset_ms, verdict):
    found, reason = judge_offset(offset_ms)
    assert found == verdict
    assert ("early" in reason) == (offset_ms > 0)


def test_columns_become_milliseconds():
    assert [offset_of_column(column, 31) for column in (15, 14, 20)] == [0.0, 40.0, -200.0]


def test_json_holds_everything_but_pictures():
    said = json.loads(json.dumps(report(certainty=float("nan")).summary(), allow_nan=False))
    assert said["certainty"] is None
    assert said["passed"] is True
    assert said["per_second"] == [0.2, None, 0.1]
    assert said["worst"] == [{"start_s": 2.0, "confidence": 0.1}, {"start_s": 0.0, "confidence": 0.2}]


def test_a_table_compares_several():
    lines = table([report(confidence=0.1, video="b.mp4"), report(video="a.mp4", verdict="no agreement")]).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["a.mp4", "b.mp4"]
    assert "landmark expert 0123" in lines[-1]


def test_a_figure_has_a_row_for_each(tmp_path):
    pytest.importorskip("matplotlib")
    from PIL import Image

    draw([report(), report(verdict="out of sync")], tmp_path / "sync.png")
    with Image.open(tmp_path / "sync.png") as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    upper, lower = np.array_split(pixels, 2)
    green, red = (42, 127, 63), (178, 34, 34)
    for row, colour, other in ((upper, green, red), (lower, red, green)):
        assert painted(row, colour) > 2000, "its curve and its bars are in the colour of its verdict"
        assert painted(row, other) == 0
        assert painted(row[:, row.shape[1] // 2 :], (0, 0, 0)) > 5000, "the face of its worst second, black here"


def words_in(path, language: str) -> str:
    """What stands in a figure, as text."""
    matplotlib = pytest.importorskip("matplotlib")
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw(
            [report(), report(audio="other/voice.wav", verdict="no agreement", offset_ms=-210.0)],
            path,
            language=language,
        )
    return path.read_text(encoding="utf-8")


def test_a_figure_speaks_arabic(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    english, arabic = (words_in(tmp_path / f"{language}.svg", language) for language in ("en", "ar"))
    for word, translated in {
        "mean distance": "متوسط المسافة", "in sync: offset +10 ms": "متزامن", "no agreement": "تعذّر القياس",
        "seconds": "الثواني", "viewers notice nothing": "لا يلاحظ المشاهد شيئًا", "least confidence": "أقل ثقة",
    }.items():  # fmt: skip
        assert word in english
        assert word not in arabic
        assert translated in arabic
        assert translated not in english
    assert "\u2068-210\u2069" in arabic, "the sign stands before its number"
    assert not set("\u2068\u2069") & set(english)


def painted(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels have a colour."""
    return int((np.abs(pixels - colour).max(axis=-1) <= 2).sum())


def test_a_figure_that_breaks_off_leaves_the_older_one(tmp_path, monkeypatch):
    figure = pytest.importorskip("matplotlib.figure")

    def full_disk(self, target, **_):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure.Figure, "savefig", full_disk)
    (tmp_path / "sync.png").write_bytes(b"older")
    with pytest.raises(OutputError, match=r"figure '.*sync\.png' could not be written: .* Free some space"):
        draw([report()], tmp_path / "sync.png")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("sync.png", b"older")]


def test_an_impossible_figure_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        check_figure(tmp_path / "sync.docx")
