"""What the tests of the app share: visitors, and files for them to upload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from app_visitor import SIZE, Visitor, png, wav
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_video

pytest.importorskip("streamlit", reason="the extra 'app' is not installed")


@pytest.fixture(scope="session", autouse=True)
def quick_workshop() -> Iterator[None]:
    """Short samples, and one thread for the networks: the clips are short."""
    from lipsync_app import workshop

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "EXCERPTS", {"english": 1.45, "arabic": 1.2})
        yield
        shop = workshop.workshop()
        shop.queue.close()
        shop.portraits.close()
        shop.store.close()
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def own_pace(monkeypatch, tmp_path) -> None:
    """Times of stand-ins for the studio are not this machine's."""
    monkeypatch.setattr("lipsync_tools.pace._file", lambda: tmp_path / "pace.json")


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture(scope="session")
def face_png() -> bytes:
    """A face that may be spoken with, as a PNG file."""
    return png(draw(SyntheticFace(x=SIZE / 2, y=SIZE * 0.45, width=SIZE * 0.47), size=(SIZE, SIZE)))


@pytest.fixture(scope="session")
def voice_wav() -> bytes:
    """0.6 s of a voice, as a WAV file."""
    return wav(voice(0.6))


@pytest.fixture(scope="session")
def face_mp4(tmp_path_factory) -> bytes:
    """0.4 s of video with a face."""
    picture = draw(SyntheticFace(x=SIZE / 2, y=SIZE * 0.45, width=SIZE * 0.47), size=(SIZE, SIZE))
    return write_video(tmp_path_factory.mktemp("video") / "face.mp4", [picture] * 10).read_bytes()
