"""A file leaves in pieces that make the file again."""

import pytest

pytest.importorskip("anywidget")
from lipsync_tools.widgets import download
from lipsync_tools.widgets.download import Download


@pytest.fixture
def button(tmp_path, monkeypatch):
    """A download button, and what it sends."""
    monkeypatch.setattr(download, "PIECE_BYTES", 1000)
    path = tmp_path / "talking.mp4"
    path.write_bytes(bytes(range(256)) * 10)  # 2560 bytes
    made, sent = Download(path), []
    made.send = lambda content, buffers=None: sent.append((content, buffers))
    return made, sent, path


def test_the_pieces_are_the_file(button):
    made, sent, path = button
    for index in range(3):
        made.answer({"piece": index})
    assert [content for content, _ in sent] == [{"piece": index, "of": 3} for index in range(3)]
    assert b"".join(buffers[0] for _, buffers in sent) == path.read_bytes()


def test_a_file_that_is_gone_is_said(button):
    made, sent, path = button
    path.unlink()
    made.answer({"piece": 0})
    assert sent == [({"piece": 0, "of": 0}, None)]


@pytest.mark.parametrize("content", [{}, {"piece": "../secret"}, {"piece": -1}])
def test_other_messages_are_not_answered(content, button):
    made, sent, _ = button
    made.answer(content)
    assert sent == []


def test_without_a_file_the_button_is_off(button):
    made, sent, _ = button
    assert made.file_name == "talking.mp4"
    made.offer(None)
    made.answer({"piece": 0})
    assert (made.file_name, sent) == ("", [])
