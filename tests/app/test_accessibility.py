"""For everybody: what axe-core finds on every step, the way by keyboard alone, widgets in the page's language."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 120_000
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = {"light": None, "dark": ["color-contrast"]}
"""Theme -> which rules of axe-core are tried; None: all of them. Only colours differ."""
GRAVE = ("serious", "critical")

SHOWS_FOCUS = """element => {
  const shows = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return shows(getComputedStyle(element)) || shows(getComputedStyle(element.closest("label, [role=group]") ?? element));
}"""
WHAT_HAS_FOCUS = """() => {
  const element = document.activeElement;
  const name = element.getAttribute("aria-label") || element.innerText || element.type || "";
  return `${element.tagName} ${name.slice(0, 40)}`;
}"""


class Walk:
    """A visitor who looks at every step of the app.

    Args:
        page: Playwright's, at the app's address.
        language: of the interface.
    """

    def __init__(self, page, language: str) -> None:
        self.page, self.language = page, language

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click(timeout=PATIENCE_MS)

    def choose(self, group: str, number: int, then: str) -> None:
        """Press an option of a segmented control, and wait for what it shows."""
        self.press(f"{group} button >> nth={number}")
        self.see(then)

    def see(self, selector: str) -> None:
        self.page.locator(selector).first.wait_for(timeout=PATIENCE_MS)

    def steps(self) -> Iterator[str]:
        """Each step's name, while it is shown."""
        face, voice = (f".st-key-{name}_source_{self.language}" for name in ("face", "voice"))
        self.see(".st-key-make_talk button")
        self.see(".st-key-tiles")
        yield "gallery"
        self.choose(face, 1, "[data-testid=stFileUploader]")
        yield "upload"
        picture = str(ROOT / "samples/avatars/old_woman.png")
        self.page.locator("input[type=file]").first.set_input_files(picture)
        self.see(".st-key-stage_card [data-testid=stCheckbox]")
        yield "uploaded"
        self.choose(face, 2, "[data-testid=stCameraInput]")
        yield "camera"
        self.choose(face, 0, ".st-key-tiles")
        self.press(".st-key-tile_woman button")
        self.choose(".st-key-step", 1, ".stRadio")
        yield "samples"
        self.choose(voice, 1, "[data-testid=stAudioInput]")
        yield "record"
        self.choose(voice, 2, "textarea")
        yield "text"
        self.choose(voice, 3, "[data-testid=stFileUploader]")
        yield "sound"
        self.choose(voice, 0, ".stRadio")
        self.choose(".st-key-step", 2, ".st-key-engines, [class*=st-key-engine_]")
        yield "options"
        self.press(".st-key-make_talk button")
        self.see(".verdict")
        self.press("[data-testid=stExpander] summary")
        self.see(".wide img")
        yield "result"
        self.choose(".st-key-page", 1, ".st-key-make_dub button")
        yield "dub"


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    package = pytest.importorskip(
        "axe_playwright_python", reason="axe-playwright-python is not installed (extra 'dev')"
    )
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(chromium, server, axe):
    """Opens the app: in a language, in a window of that size."""
    contexts = []

    def opened(language: str, size: str) -> Walk:
        width, height = WIDTHS[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, permissions=["microphone", "camera"], bypass_csp=True
        )
        contexts.append(context)
        context.add_init_script(axe)  # the page's own policy lets no script in later
        page = context.new_page()
        page.goto(f"{server}/?lang={language}", timeout=PATIENCE_MS)
        return Walk(page, language)

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_grave_on_any_step_in_either_theme(visit, language, size):
    walk, found, dark = visit(language, size), [], set()
    for step in walk.steps():
        for theme, rules in THEMES.items():
            walk.page.emulate_media(color_scheme=theme)
            walk.page.wait_for_timeout(400)  # Streamlit fades from one to the other
            dark.add(walk.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor"))
            found += [f"{step}, {theme}: {told}" for told in grave(walk.page, rules)]
    assert not found, "\n".join(found)
    assert len(dark) == 2, "the app follows the visitor's theme"


def grave(page, rules: list[str] | None) -> list[str]:
    """What axe-core finds on a page as it is now, in sentences."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_keyboard_is_enough(visit, language):
    walk = visit(language, "desktop")
    keys = walk.page.keyboard
    walk.see(".st-key-tiles")
    walk.see(".st-key-make_talk button")
    tab_to(walk.page, ".st-key-tile_child button")
    keys.press("Enter")
    walk.see(".st-key-tile_child button[kind=primary]")
    tab_to(walk.page, ".st-key-next button")
    keys.press("Enter")
    walk.see(".stRadio")
    tab_to(walk.page, ".stRadio input")
    other = {"en": ("ArrowDown", "Arabic, short"), "ar": ("ArrowUp", "إنجليزي، قصير")}[language]
    keys.press(other[0])
    walk.page.locator(".stage-words", has_text=other[1]).wait_for(timeout=PATIENCE_MS)
    tab_to(walk.page, ".st-key-make_talk button")
    keys.press("Enter")
    walk.see(".verdict")
    tab_to(walk.page, ".st-key-video_talk a")
    tab_to(walk.page, "[data-testid=stExpander] summary")
    keys.press("Enter")
    walk.see(".wide img")
    tab_to(walk.page, ".wide")


def tab_to(page, selector: str) -> None:
    """Press Tab until that has the focus; wherever it is on the way, it is seen."""
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_timeout(60)
        focus = page.evaluate_handle("document.activeElement").as_element()
        if focus.evaluate("element => element.matches('body, audio, video')"):  # what is in a player shows it itself
            continue
        if not focus.evaluate(SHOWS_FOCUS):
            unseen.append(page.evaluate(WHAT_HAS_FOCUS))
        if focus.evaluate("(element, selector) => element.matches(selector)", selector):
            assert not unseen, f"the focus is not seen on {unseen}"
            return
    pytest.fail(f"{selector} cannot be reached with Tab; now at {page.evaluate(WHAT_HAS_FOCUS)}")


def test_widgets_speak_the_language_of_the_page(visit):
    walk = visit("ar", "desktop")
    page, face, voice = walk.page, ".st-key-face_source_{}", ".st-key-voice_source_{}"
    walk.see(".st-key-make_talk button")
    walk.choose(face.format("ar"), 2, "[data-testid=stCameraInput]")
    says(page, "[data-testid=stCameraInputButton]", "التقط صورة")
    page.wait_for_timeout(1500)  # a camera gives no picture at once
    walk.press("[data-testid=stCameraInputButton]")
    says(page, "[data-testid=stCameraInputButton]", "احذف الصورة")
    walk.choose(face.format("ar"), 1, "[data-testid=stFileUploader]")
    says(page, "[data-testid=stFileUploaderDropzone] button p", "اختر ملفًا")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    page.locator("input[type=file]").first.set_input_files(note)
    says(page, "[data-testid=stFileChip]", "الملفات من نوع text/plain غير مقبولة.")
    walk.see("button[aria-label='أزل note.txt']")
    walk.choose(".st-key-step", 1, ".stRadio")
    walk.choose(voice.format("ar"), 1, "[data-testid=stAudioInput]")
    walk.see("[data-testid=stAudioInputActionButton][aria-label='سجّل']")
    walk.press(".st-key-language button >> nth=0")
    walk.choose(voice.format("en"), 1, "[data-testid=stAudioInputActionButton][aria-label=Record]")
    walk.choose(".st-key-step", 0, face.format("en"))
    walk.choose(face.format("en"), 1, "[data-testid=stFileUploader]")
    says(page, "[data-testid=stFileUploader]", "Upload")
    assert "اختر" not in page.locator("[data-testid=stFileUploader]").first.inner_text()


def says(page, selector: str, words: str) -> None:
    """Wait until that is said there."""
    end = time.monotonic() + PATIENCE_MS / 1000
    said = ""
    while time.monotonic() < end:
        said = page.locator(selector).first.inner_text(timeout=PATIENCE_MS)
        if words in said.replace("\u2068", "").replace("\u2069", ""):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{selector} says {said!r}, not {words!r}")
