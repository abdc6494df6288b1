"""What the browser sends, from both generations of ipywidgets, and what is kept of it."""

import pytest

from lipsync_tools.widgets.uploads import Upload, free_name, save_upload, uploads_in
from lipsync_utils.errors import InputError, OutputError

PICTURE, SOUND = b"\x89PNG\r\n\x1a\n...", b"RIFF....WAVE"
SEVEN = {
    "me.png": {"metadata": {"name": "me.png", "type": "image/png", "size": len(PICTURE)}, "content": PICTURE},
    "voice.wav": {"metadata": {"name": "voice.wav", "type": "audio/wav", "size": len(SOUND)}, "content": SOUND},
}
EIGHT = (
    {"name": "me.png", "type": "image/png", "size": len(PICTURE), "content": memoryview(PICTURE)},
    {"name": "voice.wav", "type": "audio/wav", "size": len(SOUND), "content": memoryview(SOUND)},
)


@pytest.mark.parametrize("value", [SEVEN, EIGHT], ids=["ipywidgets 7", "ipywidgets 8"])
def test_both_generations_give_the_same_files(value):
    assert uploads_in(value) == [Upload("me.png", PICTURE), Upload("voice.wav", SOUND)]


@pytest.mark.parametrize("value", [{}, ()], ids=["ipywidgets 7", "ipywidgets 8"])
def test_nothing_chosen_is_no_file(value):
    assert uploads_in(value) == []


def test_the_installed_generation_delivers_what_is_understood():
    """The real widget, fed with the message that a browser sends."""
    widgets = pytest.importorskip("ipywidgets")
    from widget_messages import upload

    widget, heard = widgets.FileUpload(), []
    widget.observe(lambda change: heard.extend(uploads_in(change["new"])), "value")
    upload(widget, "me.png", PICTURE)
    assert heard == [Upload("me.png", PICTURE)]


def test_another_shape_is_refused():
    with pytest.raises(InputError, match="neither ipywidgets 7's dict nor ipywidgets 8's tuple"):
        uploads_in([PICTURE])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("me.png", "me-1.png"),
        ("../../etc/passwd", "passwd-1"),
        (r"C:\Users\me\face.JPG", "face-1.JPG"),
        ("my face (1).png", "my-face-1-1.png"),
        ("صورتي.png", "صورتي-1.png"),
        (".hidden", "hidden-1"),
        ("..", "upload-1"),
    ],
)
def test_a_name_from_outside_stays_inside_the_folder(name, kept, tmp_path):
    path = save_upload(Upload(name, PICTURE), tmp_path / "in")
    assert path == tmp_path / "in" / kept
    assert path.read_bytes() == PICTURE


def test_a_second_upload_does_not_overwrite_the_first(tmp_path):
    first, second = (save_upload(Upload("me.png", content), tmp_path) for content in (b"one", b"two"))
    assert first.read_bytes() == b"one"
    assert second.read_bytes() == b"two"
    assert free_name(tmp_path, "me", ".png").name == "me-3.png"


def test_an_empty_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"'me\.png' arrived empty"):
        save_upload(Upload("me.png", b""), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Choose a folder that is writable"):
        save_upload(Upload("me.png", PICTURE), tmp_path / "file")
