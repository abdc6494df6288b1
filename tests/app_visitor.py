"""A visitor of the app, in this process: no browser, no server."""

from __future__ import annotations

import io
import re
import sys
import time
import wave
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from lipsync_utils.media import open_source

APP = Path(__file__).parents[1] / "app"
sys.path.insert(0, str(APP))  # as Streamlit does for the script that it runs

SIZE = 128
"""Side of the pictures, in pixels."""

PATIENCE_S = 300.0


class Visitor:
    """Somebody who uses the app.

    Attributes:
        page: the page as it is now.
    """

    def __init__(self, lang: str = "en", **where: str) -> None:
        """Open the page at an address with these parameters."""
        from streamlit.testing.v1 import AppTest

        self.page = AppTest.from_file(str(APP / "page.py"), default_timeout=PATIENCE_S)
        self.page.query_params.update({"lang": lang, **where})
        self.page.run()

    def where(self) -> dict[str, str]:
        """The parameters of the address."""
        return {name: "".join(value) for name, value in self.page.query_params.items()}

    def __getitem__(self, name: str):
        """What lies on the visitor's desk, else what the session knows."""
        desk = self.page.session_state["visit"].desk
        return getattr(desk, name) if hasattr(desk, name) else self.page.session_state[name]

    @property
    def step(self) -> str:
        """At which step of the page Talking picture the visitor is."""
        return self.where().get("step", "face")

    def go(self, step: str) -> None:
        """To a step of the page Talking picture."""
        with self._options_named():
            self.page.segmented_control(key="step").set_value(step).run()
        assert self.step == step

    def open(self, page: str) -> None:
        """Another page."""
        with self._options_named():
            self.page.segmented_control(key="page").set_value(page).run()

    def choose(self, name: str, option: object) -> None:
        """Press an option of a choice."""
        with self._options_named():
            self.page.segmented_control(key=f"{name}_{self['interface_language']}").set_value(option).run()

    def _options_named(self):
        """AppTest asks for the words of options outside of the session, which alone knows the language."""
        return mock.patch("lipsync_app.texts.language", return_value=self["interface_language"])

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
        assert job.wait(PATIENCE_S), f"still {job.state}: {job.progress.now}"
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

    def addresses(self, kind: str) -> list[str]:
        """Addresses of the players of that kind (``"video"``, ``"audio"``) or the saving buttons (``"a"``)."""
        bodies = "".join(element.body for element in self.page.get("html"))
        return re.findall(rf'<{kind} [^>]*?(?:src|href)="(files/[^"]+)"', bodies)

    def words(self) -> str:
        """All text on the page."""
        kinds = ("header", "markdown", "caption", "info", "warning", "success", "error")
        bodies = [element.body for element in self.page.get("html")]
        texts = [element.value for kind in kinds for element in self.page.get(kind)]
        seen = [re.sub(r"<script>.*?</script>", "", body, flags=re.DOTALL) for body in bodies if "<style" not in body]
        return "\n".join([*texts, *seen])


def first_picture(video: Path) -> np.ndarray:
    """The first frame of a video, ``(H, W, 3) uint8`` RGB."""
    return next(open_source(video).glimpses(1)).image


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
