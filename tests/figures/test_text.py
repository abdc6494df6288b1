"""Arabic for a matplotlib that cannot shape it: joined, in the order of drawing, numbers with their signs in front."""

from __future__ import annotations

import pytest

from lipsync_utils.figures import text


@pytest.fixture
def old_matplotlib(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    pytest.importorskip("bidi")
    pytest.importorskip("arabic_reshaper")
    monkeypatch.setattr(matplotlib, "__version__", "3.10.0")


def test_a_number_in_arabic_keeps_its_sign_in_front(old_matplotlib):
    drawn = text.label("الفرق \u2068-210\u2069 مللي ثانية")
    assert "-210" in drawn
    assert drawn.index("-210") > drawn.index(text.label("ثانية")), "lines begin at the right"
    assert not set("\u2066\u2067\u2068\u2069") & set(drawn), "marks would be drawn as boxes"
    assert all(letter in " -210" or "\ufe70" <= letter <= "\ufeff" for letter in drawn), "letters are joined"


def test_brackets_enclose_what_they_enclose(old_matplotlib):
    """They are mirrored: what is drawn from left to right begins with the one that opens."""
    joined = text.label("نعم")
    assert text.label("قال (نعم)").startswith(f"({joined})")
    assert text.label("أقل وثوق (\u2068speech (v2)\u2069)").startswith("(speech (v2))")


def test_what_is_not_arabic_stays(old_matplotlib):
    assert text.label("mean distance") == "mean distance"
    assert text.label("\u2068talking.mp4\u2069") == "talking.mp4"


def test_a_matplotlib_that_shapes_text_gets_it_as_it_is(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    monkeypatch.setattr(matplotlib, "__version__", "3.11.2")
    assert text.label("الفرق \u2068-210\u2069") == "الفرق \u2068-210\u2069"
