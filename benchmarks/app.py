"""The web app on a small machine: is a visitor served quickly, are ten served at once, and what stays of them?

Every part starts the app as a server and visits it with headless Chromium (``apt-get install chromium``; package
``playwright``, extra ``dev``), so nothing is left out that a visitor waits for. Linux only: memory is read from
``/proc``.

``click``: seconds from the click on "Make it talk" until the video plays, for the gallery's man and the short Arabic
sample (11.5 s of speech, a little more than the ten of the goal) at 512x512, after another video was made (models are
loaded then; the result itself is not in the cache). Then until the verdict is shown.

``crowd``: ten visitors, each with a picture of its own (sample portraits with a stripe of the visitor's own grey) and
the short English sample, click at once. Measured: the largest memory of the server with everything it started, how
many got a video, and how many of these show the stripe of another visitor.

``leave``: after one visitor has come and gone (models are loaded then), ten make a video each of a picture of their
own, upload a video of 45 MB, and close their tabs. Measured a minute later: the server's memory against what it was
before, files of visitors that are still on its disk, and how many of the videos can still be fetched by those who know
their address, with the browser's cookie or without.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from common import SAMPLES, Row, at_most, parser, show

ROOT = SAMPLES.parent
PATIENCE_MS = 600_000
GOAL_CLICK_S = 12.0
GOAL_MB = 2500.0
AVATARS = ("woman", "man", "old_woman", "old_man", "child")
STRIPE = 24
LEFT_S = 60
"""Seconds within which nothing of a visitor is there any more."""


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    make.add_argument("--visitors", type=int, default=10)
    args = make.parse_args()
    rows: list[Row] = []
    with chromium() as browser:
        for part in args.parts:
            with server() as made:
                rows += PARTS[part](browser, made, args.visitors)
    show(rows, as_json=args.as_json)


@contextmanager
def chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise SystemExit("No Chromium was found. Install it: apt-get install chromium")
    arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Server:
    """The app, served: its address, its process, and its folder for temporary files."""

    address: str
    process: subprocess.Popen
    folder: Path


@contextmanager
def server() -> Iterator[Server]:
    """A fresh server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp()
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py", f"--server.port={port}"]
    process = subprocess.Popen(
        [*command, "--server.headless=true", "--server.address=127.0.0.1"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield Server(f"http://127.0.0.1:{port}/?lang=en", process, Path(folder))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def visit(browser, address: str):
    """A new visitor's page, once it can be used."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.locator(".st-key-make_talk button").wait_for()
    return page


def click(browser, served: Server, _: int) -> list[Row]:
    address = served.address
    page = visit(browser, address)
    page.locator(".st-key-make_talk button").click()  # the first one loads models
    page.locator(".verdict").wait_for()
    page.context.close()
    page = visit(browser, address)
    page.locator(".st-key-tile_man button").click()
    page.locator(".st-key-step button").nth(1).click()
    page.locator("[data-testid=stRadioOption]").nth(1).click()
    page.locator(".stage-words", has_text="Arabic, short").wait_for()
    started = time.perf_counter()
    page.locator(".st-key-make_talk button").click()
    while not page.evaluate("document.querySelector('video')?.currentTime > 0"):
        page.wait_for_timeout(20)  # the page's policy lets no function be waited for
    playing = time.perf_counter() - started
    page.locator(".verdict").wait_for()
    return [
        at_most("click to playing video, 11.5 s of speech, 512x512, warm", playing, GOAL_CLICK_S, "s"),
        Row("click to the verdict of the sync score", time.perf_counter() - started, "s"),
    ]


def crowd(browser, served: Server, count: int) -> list[Row]:
    address, process = served.address, served.process
    with tempfile.TemporaryDirectory() as name:
        pictures = [own_picture(number, Path(name) / f"{number}.png") for number in range(count)]
        pages = [visit(browser, address) for _ in range(count)]
        for page, picture in zip(pages, pictures, strict=True):
            choose_picture(page, picture)
        memory = Memory(process.pid)
        started = time.perf_counter()
        for page in pages:
            page.locator(".st-key-make_talk button").click()
        finished = wrong = 0
        for number, page in enumerate(pages):
            page.locator(".st-key-back_talk").wait_for()  # it is over, in whichever way
            if page.locator(".st-key-video_talk").count():
                finished += 1
                page.evaluate("document.querySelector('video').pause()")  # players share the server's cores here
                with page.expect_download() as download:
                    page.locator(".st-key-video_talk a").click()
                download.value.save_as(Path(name) / "got.mp4")
                wrong += stripe_of(Path(name) / "got.mp4") != number
        for page in pages:
            page.locator(".verdict").wait_for()
        took = time.perf_counter() - started
        peak = memory.stop()
    return [
        at_most(f"{count} visitors at once: largest memory of the server", peak, GOAL_MB, "MB"),
        Row(f"{count} visitors at once: got a video", finished, "", f">= {count}", finished == count),
        at_most(f"{count} visitors at once: got somebody else's", wrong, 0),
        Row(f"{count} visitors at once: until the last verdict", took, "s"),
    ]


def choose_picture(page, picture: Path) -> None:
    page.locator(".st-key-face_source_en button").nth(1).click()
    page.locator("input[type=file]").first.set_input_files(picture)
    page.locator(".stAlert").first.wait_for()
    page.locator(".st-key-stage_card [data-testid=stCheckbox] label").click()
    page.wait_for_timeout(1000)


def leave(browser, served: Server, count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = visit(browser, served.address)
        address, _ = make_own(page, own_picture(0, folder / "first.png"))
        large = folder / "large.mp4"
        large.write_bytes(padded(page.request.get(address).body(), 45_000_000))
        upload_video(page, large)
        page.context.close()
        time.sleep(LEFT_S)
        before = sum(map(resident_mb, family(served.process.pid)))
        memory, known = Memory(served.process.pid), []
        pages = [visit(browser, served.address) for _ in range(count)]
        for number, page in enumerate(pages):
            known.append(make_own(page, own_picture(number, folder / f"{number}.png")))
            upload_video(page, large)
        there = files_of_visitors(served.folder)
        for page in pages:
            page.context.close()
        time.sleep(LEFT_S)
        after = sum(map(resident_mb, family(served.process.pid)))
        peak = memory.stop()
    open_still = sum(fetched(address, cookie) for address, cookie in known)
    open_still += sum(fetched(address, "") for address, _ in known)
    more = 100 * (after - before) / before
    return [
        Row("memory of the server before", before, "MB"),
        Row(f"largest memory of the server with {count} visitors, each with a video of 45 MB", peak, "MB"),
        Row(f"files of {count} visitors on the disk", there, ""),
        at_most(
            f"a minute after {count} visitors left: memory of the server, above what it was before", more, 10.0, "%"
        ),
        at_most(f"a minute after {count} visitors left: their files on the disk", files_of_visitors(served.folder), 0),
        at_most(f"a minute after {count} visitors left: videos that can be fetched", open_still, 0),
    ]


def make_own(page, picture: Path) -> tuple[str, str]:
    """Make a video of a picture; the address of the video, and the browser's cookies."""
    choose_picture(page, picture)
    page.locator(".st-key-make_talk button").click()
    page.locator(".verdict").wait_for()
    page.evaluate("document.querySelector('video').pause()")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    return page.evaluate("document.querySelector('video').src"), cookies


def upload_video(page, video: Path) -> None:
    page.locator(".st-key-page button").nth(1).click()
    page.locator(".st-key-make_dub button").wait_for()
    page.locator(".st-key-video_source_en button").nth(1).click()
    page.locator("input[type=file]").first.set_input_files(video)
    page.locator(".st-key-stage_card [data-testid=stCheckbox]").wait_for()  # it is somebody's own


def padded(video: bytes, size: int) -> bytes:
    """The same MP4 file with so many bytes, by a box that says nothing."""
    return video + (size - len(video)).to_bytes(4, "big") + b"free" + bytes(size - len(video) - 8)


def files_of_visitors(folder: Path) -> int:
    """How many files there are in the folders of visitors."""
    mine = [path for path in folder.glob("lipsync-app-*/*") if path.is_dir() and path.name != "shared"]
    return sum(path.is_file() for each in mine for path in each.rglob("*"))


def fetched(address: str, cookie: str) -> bool:
    """Whether the server still answers with a file."""
    request = urllib.request.Request(address, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def own_picture(number: int, target: Path) -> Path:
    """A sample portrait with a stripe at its top whose grey is the visitor's number."""
    from PIL import Image

    with Image.open(SAMPLES / "avatars" / f"{AVATARS[number % len(AVATARS)]}.png") as image:
        small = image.convert("RGB").resize((512, 512))
    small.paste((STRIPE * number,) * 3, (0, 0, 512, 12))
    small.save(target)
    return target


def stripe_of(video: Path) -> int:
    """The number of the visitor whose picture the video shows."""
    from fractions import Fraction

    from lipsync_utils.media import open_source
    from lipsync_utils.records import Timeline

    frame = next(open_source(video).frames(Timeline(Fraction(25), 1, 0.04)))
    return round(float(frame.image[2:9].mean()) / STRIPE)


class Memory:
    """Watches the resident memory of a process and of all that it has started."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The largest sum that was seen, in MB (a page that two processes share counts twice)."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self._peak = max(self._peak, sum(map(resident_mb, family(self._pid))))


def family(pid: int) -> list[int]:
    """The process and its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):  # a thread that has just ended
                found += map(int, task.read_text().split())
    return found


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0 once it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


PARTS = {"click": click, "crowd": crowd, "leave": leave}

if __name__ == "__main__":
    main()
