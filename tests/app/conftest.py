"""A visitor of the app, in this process: no browser, no server."""

from __future__ import annotations

import io
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import quick_runs
from PIL import Image
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_video

APP = Path(__file__).parents[2] / "app"
sys.path.insert(0, str(APP))  # as Streamlit does for the script that it runs

pytest.importorskip("streamlit", reason="the extra 'app' is not installed")

from lipsync_app import workshop  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

SIZE = 128
PATIENCE_S = 120.0


@pytest.fixture(scope="session", autouse=True)
def quick_workshop() -> Iterator[None]:
    """Short samples, and models that all tests share on one thread."""
    with quick_runs.models_loaded_once(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "EXCERPTS", {"english": 1.45, "arabic": 1.2})
        yield
        shop = workshop.workshop()
        shop.queue.close()
        shop.store.close()


class Visitor:
    """Somebody who uses the app.

    Attributes:
        page: the page as it is now.
    """

    def __init__(self, language: str = "en") -> None:
        self.page = AppTest.from_file(str(APP / "streamlit_app.py"), default_timeout=PATIENCE_S)
        self.page.query_params["lang"] = language
        self.page.run()

    def __getitem__(self, name: str):
        return self.page.session_state[name]

    def go(self, step: str) -> None:
        """To a step of the page Talking picture."""
        self.page.segmented_control(key="step").set_value(step).run()

    def choose(self, name: str, option: object) -> None:
        """Press an option of a choice."""
        language = self.page.session_state["interface_language"]
        self.page.segmented_control(key=f"{name}_{language}").set_value(option).run()

    def press(self, key: str) -> None:
        """Press a button."""
        self.page.button(key=key).click().run()

    def upload(self, key: str, name: str, data: bytes) -> None:
        """Give a file to an uploader."""
        self.page.file_uploader(key=key).set_value((name, data, "application/octet-stream")).run()

    def agree(self) -> None:
        """Tick the box about consent."""
        self.page.checkbox[0].check().run()

    def wait(self, purpose: str):
        """Until a job is over; the job."""
        job = self["jobs"][purpose]
        assert job.wait(PATIENCE_S), f"still {job.state}: {job.stage}"
        self.page.run()
        return job

    def settle(self) -> None:
        """Until there is nothing left to wait for."""
        end = time.monotonic() + PATIENCE_S
        while any(not job.over for job in self["jobs"].values()):
            assert time.monotonic() < end, "the jobs do not end"
            for purpose in list(self["jobs"]):
                self.wait(purpose)

    def errors(self) -> str:
        """What the page complains about."""
        return "\n".join(element.value for element in self.page.error)

    def words(self) -> str:
        """All text on the page."""
        kinds = ("header", "markdown", "caption", "info", "warning", "success", "error")
        texts = [element.value for kind in kinds for element in self.page.get(kind)]
        return "\n".join([*texts, *(element.body for element in self.page.get("html"))])


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


def png(image: np.ndarray) -> bytes:
    """``(H, W, 3) uint8`` RGB as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    """``(n,)`` in [-1, 1] as a 16-bit WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 2, rate, 0, "NONE", ""))
        writer.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
