"""How long work took on this machine."""

import pytest

from lipsync_tools import pace


@pytest.fixture
def clock(monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_CACHE", str(tmp_path / "cache"))
    times = [0.0]
    monkeypatch.setattr(pace, "monotonic", lambda: times[0])
    return times


def take(clock: list[float], kind: str, seconds: float) -> None:
    with pace.measured(kind):
        clock[0] += seconds


def test_what_is_usual_is_the_middle_of_the_last_few(clock):
    assert pace.usual_s("portrait") is None
    for seconds in (900.0, 229.0, 200.0, 240.0, 231.0, 100.0):
        take(clock, "portrait", seconds)
    assert pace.usual_s("portrait") == 229.0
    assert pace.usual_s("another") is None


def test_what_failed_or_was_at_hand_does_not_count(clock):
    take(clock, "portrait", 0.1)
    with pytest.raises(TypeError):
        take(clock, "portrait", None)
    assert pace.usual_s("portrait") is None


def test_a_damaged_or_read_only_note_is_no_obstacle(clock, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/pace.json").write_text("[1", encoding="utf-8")
    assert pace.usual_s("portrait") is None
    take(clock, "portrait", 50.0)
    assert pace.usual_s("portrait") == 50.0
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIPSYNC_CACHE", str(tmp_path / "file"))
        take(clock, "portrait", 50.0)
