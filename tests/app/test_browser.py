"""The whole way in a real browser: a fake microphone, an uploaded picture, two languages, a desktop and a phone.

Screenshots of every step go to the folder that ``LIPSYNC_SCREENSHOTS`` names, else to pytest's own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from lipsync_app import texts

from lipsync_utils.media import open_source

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 180_000
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
SPOKEN_S = 4.0


@dataclass
class Screen:
    """One visitor's browser window."""

    page: object
    width: int
    height: int
    name: str
    folder: Path

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click(timeout=PATIENCE_MS)

    def choose(self, group: str, number: int) -> None:
        """Press an option of a segmented control."""
        self.press(f"{group} button >> nth={number}")

    def see(self, selector: str) -> object:
        self.page.locator(selector).first.wait_for(timeout=PATIENCE_MS)
        return self.page.locator(selector).first

    def shoot(self, what: str) -> None:
        """A picture of the whole page; it must not be wider than the window, nor show a fault."""
        self.page.wait_for_timeout(700)
        tall = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": self.width, "height": max(self.height, min(tall, 3000))})
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=self.folder / f"{self.name}-{what}.png")
        self.page.set_viewport_size({"width": self.width, "height": self.height})
        wide = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        cut = self.page.locator(".stButtonGroup button p").evaluate_all(
            "words => words.filter(word => word.scrollWidth > word.clientWidth + 1).map(word => word.innerText)"
        )
        assert cut == [], f"words that are cut in {what}"
        assert wide <= self.width, f"{what} is {wide} pixels wide in a window of {self.width}"
        assert self.page.locator("[data-testid=stException]").count() == 0


@pytest.fixture(params=[(lang, size) for lang in texts.LANGUAGES for size in WIDTHS], ids="-".join)
def screen(request, chromium, server, tmp_path) -> Iterator[tuple[Screen, str]]:
    language, size = request.param
    width, height = WIDTHS[size]
    folder = Path(os.environ.get("LIPSYNC_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(
        viewport={"width": width, "height": height}, permissions=["microphone", "camera"], accept_downloads=True
    )
    page = context.new_page()
    asked, refused = watched(page)
    page.goto(f"{server}/?lang={language}", timeout=PATIENCE_MS)
    made = Screen(page, width, height, f"{language}-{size}", folder)
    made.see(".st-key-make_talk button")
    yield made, language
    context.close()
    assert [address for address in asked if not address.startswith((server, "data:", "blob:"))] == []
    assert refused == [], "nothing of the page is against its own security policy"


def watched(page) -> tuple[list[str], list[str]]:
    """What the page asks for, wherever that may be, and what the browser does not let it have; both grow."""
    asked, refused = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws", "http", 1)))
    page.on("console", lambda told: refused.append(told.text) if "Content Security Policy" in told.text else None)
    return asked, refused


def test_the_whole_way_with_a_microphone_and_an_own_picture(screen, tmp_path):
    visitor, language = screen
    page = visitor.page
    button = page.locator(".st-key-make_talk button")
    box = button.bounding_box()
    assert box["y"] + box["height"] <= visitor.height, "the button is on the first screen"
    assert button.inner_text().split("\n")[-1] == texts._TABLE["make"][language == "ar"]
    direction = page.evaluate("getComputedStyle(document.querySelector('.stMainBlockContainer')).direction")
    assert direction == ("rtl" if language == "ar" else "ltr")
    page.wait_for_function(f"document.documentElement.lang === '{language}'")
    assert page.evaluate("document.documentElement.dir") == direction
    visitor.shoot("1-face")

    visitor.choose(f".st-key-face_source_{language}", 1)
    page.locator("input[type=file]").first.set_input_files(_own_picture(tmp_path))
    visitor.see(".stAlert")
    visitor.shoot("2-uploaded")

    visitor.choose(".st-key-step", 1)
    visitor.shoot("3-voice")
    visitor.choose(f".st-key-voice_source_{language}", 2)
    visitor.see("textarea")
    visitor.shoot("4-text")
    visitor.choose(f".st-key-voice_source_{language}", 1)
    visitor.press("[data-testid=stAudioInputActionButton]")
    page.wait_for_timeout(1000 * SPOKEN_S)
    visitor.press("[data-testid=stAudioInputActionButton]")
    page.wait_for_timeout(3000)
    visitor.shoot("5-recorded")

    visitor.choose(".st-key-step", 2)
    visitor.see(f".st-key-engine_wav2lip, .st-key-engine_{language}")
    badge = page.locator("[data-testid=stCheckbox] input").first
    label = badge.evaluate("input => input.closest('.stCheckbox').innerText")
    page.get_by_text(texts._TABLE["badge_note"][language == "ar"]).click()
    assert badge.is_checked(), f"what explains {label!r} does not switch it"
    visitor.press(".st-key-make_talk button")
    visitor.see(".stAlert")
    visitor.shoot("6-consent")
    visitor.press(".st-key-stage_card [data-testid=stCheckbox] label")
    visitor.press(".st-key-make_talk button")
    visitor.see("[data-testid=stProgress]")
    visitor.shoot("7-at-work")

    visitor.see(".st-key-video_talk")
    video = visitor.see("video")
    end = time.monotonic() + PATIENCE_MS / 1000
    while not video.evaluate("video => video.currentTime > 0"):  # the page's policy lets no function be waited for
        assert time.monotonic() < end, "it does not play"
        page.wait_for_timeout(100)
    assert video.evaluate("video => video.error") is None
    visitor.see(".verdict")
    visitor.shoot("8-result")
    with page.expect_download(timeout=PATIENCE_MS) as download:
        visitor.press(".st-key-video_talk a")
    made = open_source(_saved(download.value, tmp_path / "talking.mp4"))
    assert made.duration_s == pytest.approx(SPOKEN_S, abs=2.0)
    assert (made.width, made.height) == (512, 512)
    with page.expect_download(timeout=PATIENCE_MS) as download:
        visitor.press(".st-key-report_talk a")
    assert '"verdict"' in _saved(download.value, tmp_path / "talking.json").read_text(encoding="utf-8")

    visitor.choose(".st-key-page", 1)
    visitor.see(".st-key-make_dub button")
    visitor.shoot("9-dub")


def test_who_of_a_group_speaks_is_chosen_by_mouse_or_keyboard(screen, tmp_path):
    visitor, language = screen
    visitor.choose(f".st-key-face_source_{language}", 1)
    visitor.page.locator("input[type=file]").first.set_input_files(_group(tmp_path))
    faces = visitor.see(".st-key-people").locator("button")
    assert faces.count() == 3
    places = [face.bounding_box()["x"] for face in faces.all()]
    assert places == sorted(places), "from left to right as in the picture, in every language"
    names = [texts._TABLE["person"][language == "ar"].format(n=number) for number in (1, 2, 3)]
    assert all(name in face.inner_text() for name, face in zip(names, faces.all(), strict=True))
    card = visitor.page.locator(".stage img")
    before = card.get_attribute("src")
    faces.nth(1).click()
    visitor.page.wait_for_function("before => document.querySelector('.stage img').src !== before", arg=before)
    visitor.shoot("group")
    before = card.get_attribute("src")
    faces.nth(2).focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_function("before => document.querySelector('.stage img').src !== before", arg=before)
    assert card.get_attribute("alt") == texts._TABLE["own_picture"][language == "ar"]


def test_one_click_and_a_cancel(screen):
    visitor, _ = screen
    visitor.press(".st-key-tile_child button")
    visitor.press(".st-key-make_talk button")
    visitor.see("[data-testid=stProgress]")
    visitor.press("[class*=st-key-cancel_] button")
    visitor.see(".stAlert")
    assert visitor.page.locator("video").count() == 0
    visitor.shoot("cancelled")
    visitor.press(".st-key-back_talk button")
    visitor.see(".st-key-tiles")


def test_a_page_that_is_loaded_again_has_everything_and_back_goes_back(screen, tmp_path):
    visitor, language = screen
    page = visitor.page
    visitor.choose(f".st-key-face_source_{language}", 1)
    page.locator("input[type=file]").first.set_input_files(_own_picture(tmp_path))
    visitor.see(".stAlert")
    card = visitor.page.locator(".stage img").get_attribute("src")
    visitor.choose(".st-key-step", 1)
    visitor.see(f".st-key-voice_source_{language}")
    page.reload()
    visitor.see(f".st-key-voice_source_{language}")
    assert page.locator(".stage img").get_attribute("src") == card
    assert page.evaluate("document.documentElement.lang") == language
    page.go_back()
    visitor.see(".st-key-kept_face")
    visitor.shoot("kept")
    visitor.press(".st-key-stage_card [data-testid=stCheckbox] label")
    page.wait_for_timeout(1000)
    visitor.press(".st-key-make_talk button")
    visitor.see("[data-testid=stProgress]")
    page.reload()
    visitor.see("video")
    visitor.see(".verdict")
    page.reload()
    visitor.see("video")
    assert "step=result" in page.url
    for _ in range(2):
        page.go_back()
    page.wait_for_url("about:blank")


@pytest.fixture
def visitor(chromium, server, tmp_path) -> Iterator[Screen]:
    """Somebody who has made a video of an own picture."""
    context = chromium.new_context()
    made = Screen(context.new_page(), 1280, 720, "visitor", tmp_path)
    made.page.goto(f"{server}/?lang=en", timeout=PATIENCE_MS)
    made.see(".st-key-make_talk button")
    made.choose(".st-key-face_source_en", 1)
    made.page.locator("input[type=file]").first.set_input_files(_own_picture(tmp_path))
    made.see(".stAlert")
    made.press(".st-key-stage_card [data-testid=stCheckbox] label")
    made.page.wait_for_timeout(1000)
    made.press(".st-key-make_talk button")
    made.see(".st-key-video_talk")
    yield made
    context.close()


def test_a_minute_after_the_tab_was_closed_nothing_of_a_visitor_is_there(visitor, server_folder):
    address = visitor.page.evaluate("document.querySelector('video').src")
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert _answer(address, cookie) == 200
    assert _answer(address, "") == 404, "it is for this browser only"
    assert _answer(address, "lipsync_browser=another") == 404
    pictures = [picture for folder in _visits(server_folder) for picture in folder.glob("face-*.png")]
    assert pictures
    visitor.page.close()
    end = time.monotonic() + 60
    while any(picture.parent.exists() for picture in pictures) and time.monotonic() < end:
        time.sleep(1)
    assert not any(picture.parent.exists() for picture in pictures)
    assert _answer(address, cookie) == 404


def _visits(folder: Path) -> list[Path]:
    return [path for path in folder.glob("lipsync-app-*/*") if path.is_dir() and path.name != "shared"]


def _answer(address: str, cookie: str) -> int:
    try:
        with urlopen(Request(address, headers={"Cookie": cookie}), timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def test_the_tabs_of_a_browser_are_one_visitor(chromium, server, tmp_path):
    context = chromium.new_context()
    tabs = [Screen(context.new_page(), 1280, 720, name, tmp_path) for name in ("one", "other")]
    for number, tab in enumerate(tabs):
        tab.page.goto(f"{server}/?lang=en", timeout=PATIENCE_MS)
        tab.see(".st-key-make_talk button")
        tab.press(f".st-key-tile_{('man', 'old_man')[number]} button")
        tab.page.wait_for_timeout(1000)
    tabs[0].press(".st-key-make_talk button")
    tabs[0].see("[data-testid=stProgress]")
    tabs[1].press(".st-key-make_talk button")
    assert "in another tab" in tabs[1].see(".stAlert").inner_text()
    context.close()


@pytest.mark.parametrize(
    "path", ["_stcore/metrics", "_stcore/agent/openapi.json", "files/guessed", "media/guessed.mp4"]
)
def test_nobody_else_learns_anything(server, path):
    assert _answer(f"{server}/{path}", "") == 404


def _own_picture(folder: Path) -> Path:
    """A sample portrait under another name, mirrored, so that it is nobody's but the visitor's."""
    from lipsync_utils.media import read_picture, write_picture

    picture = read_picture(ROOT / "samples/avatars/old_woman.png")
    write_picture(folder / "grandma جدتي.png", np.ascontiguousarray(picture[::2, ::-2]))
    return folder / "grandma جدتي.png"


def _group(folder: Path) -> Path:
    """Three sample portraits in one picture."""
    from lipsync_utils.media import read_picture, write_picture

    people = [read_picture(ROOT / f"samples/avatars/{name}.png")[::2, ::2] for name in ("old_woman", "man", "child")]
    write_picture(folder / "group.png", np.concatenate(people, axis=1))
    return folder / "group.png"


def _saved(download, target: Path) -> Path:
    download.save_as(target)
    return target
