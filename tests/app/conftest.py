"""What the tests of the app share: visitors, files for them to upload, a server and a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import quick_runs
from app_visitor import SIZE, Visitor, png, wav
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice, write_video

pytest.importorskip("streamlit", reason="the extra 'app' is not installed")

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session", autouse=True)
def quick_workshop() -> Iterator[None]:
    """Short samples, and one thread for the networks: the clips are short."""
    from lipsync_app import workshop

    with quick_runs.one_thread(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "EXCERPTS", {"english": 1.45, "arabic": 1.2})
        yield
        shop = workshop.workshop()
        shop.queue.close()
        shop.portraits.close()
        shop.store.close()


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


@pytest.fixture(scope="module")
def server_folder(tmp_path_factory) -> Path:
    """Where the server keeps its visitors' files."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def server(tmp_path_factory, server_folder) -> Iterator[str]:
    """The app on a port of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py"]
    command += ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    log = (tmp_path_factory.mktemp("server") / "log").open("w")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(server_folder)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def microphone(tmp_path_factory) -> Path:
    """What the fake microphone hears: the first seconds of the English sample."""
    target = tmp_path_factory.mktemp("microphone") / "voice.wav"
    with wave.open(str(ROOT / "samples/audio/english.wav")) as reader, wave.open(str(target), "wb") as writer:
        writer.setparams(reader.getparams())
        writer.writeframes(reader.readframes(round(8.9 * reader.getframerate())))
    return target


@pytest.fixture(scope="module")
def chromium(microphone) -> Iterator:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra 'dev')")
    if CHROMIUM is None:
        pytest.skip("no Chromium was found (apt-get install chromium)")
    arguments = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    arguments += [f"--use-file-for-fake-audio-capture={microphone}", "--autoplay-policy=no-user-gesture-required"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
