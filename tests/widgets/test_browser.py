"""Notebook 06 in a real browser: run all, upload, record, make, play, download, in both languages.

``pytest -m browser tests/widgets``; screenshots go to the test's folder, or to the one in ``LIPSYNC_SCREENSHOTS``.
"""

import importlib.util
import os
import time
from pathlib import Path

import numpy as np
import pytest

if importlib.util.find_spec("playwright") is None or importlib.util.find_spec("jupyterlab") is None:
    pytest.skip("playwright or JupyterLab is not installed", allow_module_level=True)

from notebook_in_browser import ROOT, chromium, copy_cleared, jupyter, page, run_all, write_notebook
from playwright.sync_api import expect, sync_playwright

from lipsync_tools.sounds import beginning
from lipsync_tools.widgets.wording import words
from lipsync_utils.media import load_speech, open_source

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]
expect.set_options(timeout=60_000)
NOTEBOOK = "06_interactive_demo.ipynb"
PLAYS = "() => (v => v.readyState >= 2 && v.currentTime > 0.5)(document.querySelector('.lipsync-demo video'))"
DURATION = "document.querySelector('.lipsync-mic audio').duration"
RUN_S, MAKE_S = 600.0, 300_000


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """What is said into the microphone: the beginning of the Arabic sample, 16-bit WAV."""
    return beginning(ROOT / "samples" / "audio" / "arabic.wav", 4.0, tmp_path_factory.mktemp("sound") / "said.wav")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where JupyterLab is started, with a copy of the notebook in it."""
    folder = tmp_path_factory.mktemp("lab")
    copy_cleared(ROOT / "notebooks" / NOTEBOOK, folder)
    return folder


@pytest.fixture(scope="module")
def lab(folder):
    """JupyterLab: its address and token."""
    with jupyter(folder) as found:
        yield found


@pytest.fixture(scope="module")
def driver():
    """Playwright."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def tab(lab, driver, sound):
    """The notebook, run from top to bottom."""
    with page(driver, sound) as tab:
        run_all(tab, *lab, NOTEBOOK, timeout_s=RUN_S)
        tab.locator(".lipsync-demo").wait_for()
        yield tab


@pytest.fixture
def shoot(tab, tmp_path):
    """Takes a picture of the form."""
    target = Path(os.environ.get("LIPSYNC_SCREENSHOTS", tmp_path))
    target.mkdir(parents=True, exist_ok=True)

    def shoot(name: str) -> None:
        form = tab.locator(".lipsync-demo")
        form.scroll_into_view_if_needed()
        time.sleep(0.5)
        form.screenshot(path=target / f"{name}.png")

    return shoot


def press(tab, texts: dict[str, str], key: str) -> None:
    """Press the button with a text; where a text begins with the name of a panel, in that panel."""
    names = ["face", "voice"]
    inside = tab.locator(".lipsync-demo")
    if key.split()[0] in names:
        inside = inside.locator(".lipsync-panel").nth(names.index(key.split()[0]))
    inside.get_by_role("button", name=texts[key], exact=True).click()


def speak(tab, language: str) -> dict[str, str]:
    """Switch the form's language; gives its words."""
    texts = words(language)
    tab.locator(".lipsync-demo .lipsync-language button").nth(["en", "ar"].index(language)).click()
    expect(tab.locator(".lipsync-demo .lipsync-title")).to_contain_text(texts["title"])
    return texts


def generate(tab, texts: dict[str, str]) -> None:
    """Press the button; returns when the work has begun and the last result is gone."""
    press(tab, texts, "generate")
    tab.locator(".lipsync-demo").get_by_role("button", name=texts["cancel"], exact=True).wait_for()
    expect(tab.locator(".lipsync-demo .lipsync-verdict")).to_have_count(0)


def result_of(tab, folder: Path, texts: dict[str, str], tmp_path: Path) -> Path:
    """Wait for the result, watch it play, download it."""
    verdict = tab.locator(".lipsync-demo .lipsync-verdict")
    verdict.wait_for(timeout=MAKE_S)
    video = tab.locator(".lipsync-demo video")
    expect(video).to_be_visible()
    video.evaluate("video => { video.muted = true; return video.play(); }")
    tab.wait_for_function(PLAYS)
    with tab.expect_download() as waiting:
        tab.locator(".lipsync-demo .lipsync-download button").click()
    saved = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(saved)
    assert saved.read_bytes() == (folder / "out" / saved.name).read_bytes()
    assert texts["download"] in tab.locator(".lipsync-demo .lipsync-download button").inner_text()
    return saved


def test_all_cells_ran_without_an_error(tab, shoot):
    assert tab.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert tab.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert tab.locator(".lipsync-demo .lipsync-faces button").count() == 5
    shoot("1-form-en")
    speak(tab, "ar")
    assert tab.locator(".lipsync-demo").evaluate("form => getComputedStyle(form).direction") == "rtl"
    shoot("2-form-ar")


def test_an_uploaded_picture_speaks_what_was_recorded(tab, folder, sound, shoot, tmp_path):
    texts = speak(tab, "en")
    press(tab, texts, "face upload")
    with tab.expect_file_chooser() as waiting:
        tab.locator(".lipsync-demo .widget-upload").first.click()
    waiting.value.set_files(ROOT / "samples" / "avatars" / "man.png")
    expect(tab.locator(".lipsync-demo .lipsync-seen").first).to_contain_text("man")
    press(tab, texts, "voice record")
    microphone = tab.locator(".lipsync-demo .lipsync-mic")
    shoot("3-microphone-idle")
    microphone.locator("button").click()
    expect(microphone).to_have_attribute("data-state", "recording")
    time.sleep(4.0)
    shoot("4-recording")
    microphone.locator("button").click()
    expect(microphone).to_have_attribute("data-state", "done")
    shoot("5-recorded")
    press(tab, texts, "generate")
    expect(tab.locator(".lipsync-demo .lipsync-problem")).to_contain_text("agreed")  # no consent yet
    shoot("6-consent-missing")
    tab.locator(".lipsync-demo .lipsync-consent input[type=checkbox]").check()
    generate(tab, texts)
    tab.locator(".lipsync-demo .lipsync-progress").get_by_text("%").first.wait_for(timeout=MAKE_S)
    shoot("7-working")
    saved = result_of(tab, folder, texts, tmp_path)
    shoot("8-result-en")
    heard = load_speech(folder / "out" / "brought" / "recording-1.wav")
    assert best_match(heard.wave, load_speech(sound).wave) > 0.9  # the microphone's sound arrived as it was
    source = open_source(saved)
    assert not source.is_picture
    assert source.duration_s == pytest.approx(heard.duration_s, abs=float(1 / source.fps))
    assert tab.locator(".lipsync-demo .lipsync-good").count() == 1  # its lips are on its sound


def test_a_sample_speaks_in_the_arabic_form(tab, folder, shoot, tmp_path):
    texts = speak(tab, "ar")
    press(tab, texts, "face sample")
    tab.locator(".lipsync-demo .lipsync-faces button").nth(2).click()
    press(tab, texts, "voice text")
    tab.locator(".lipsync-demo textarea:visible").fill("مرحبا بكم، أنا صورة تعلمت أن تتكلم.")
    shoot("9-text-ar")
    generate(tab, texts)
    saved = result_of(tab, folder, texts, tmp_path)
    shoot("10-result-ar")
    assert open_source(saved).duration_s > 2


def test_cancel_leaves_no_video(tab, folder, shoot):
    texts = speak(tab, "en")
    press(tab, texts, "voice sample")
    before = set((folder / "out").glob("talking-*"))
    generate(tab, texts)
    press(tab, texts, "cancel")
    tab.locator(".lipsync-demo").get_by_text(texts["stopped"]).wait_for(timeout=MAKE_S)
    assert set((folder / "out").glob("talking-*")) == before
    shoot("11-cancelled")


def test_what_is_missing_here_is_said(tab, shoot):
    texts = speak(tab, "en")
    press(tab, texts, "face prompt")
    shoot("12-prompt")
    speak(tab, "ar")
    shoot("13-prompt-ar")


def microphone_alone(folder: Path, **traits: float) -> str:
    """A notebook that shows nothing but the microphone."""
    path = folder / "microphone.ipynb"
    write_notebook(
        path,
        f"""
from lipsync_tools.widgets.microphone import Microphone
from lipsync_tools.widgets.wording import microphone, words

Microphone(texts=microphone(words("en")), **{traits})""",
    )
    return path.name


@pytest.mark.parametrize(
    ("devices", "allowed", "state"), [(True, False, "refused"), (False, True, "no device"), (True, True, "done")]
)
def test_the_microphone_ends_in_a_state_that_says_what_to_do(devices, allowed, state, lab, driver, folder, sound):
    """Refused, not there, or granted: then it stops by itself at its limit."""
    with page(driver, sound if devices else None, devices=devices, allowed=allowed) as tab:
        run_all(tab, *lab, microphone_alone(folder, limit_s=1.0), timeout_s=RUN_S)
        microphone = tab.locator(".lipsync-mic")
        microphone.locator("button").click()
        expect(microphone).to_have_attribute("data-state", state)
        expect(microphone.locator(".lipsync-mic-status")).to_contain_text(words("en")[f"microphone {state}"])
        if state == "done":
            tab.wait_for_function(f"() => {DURATION} > 0")
            assert tab.evaluate(DURATION) == pytest.approx(1.0, abs=0.01)


def best_match(recorded: np.ndarray, said: np.ndarray) -> float:
    """Highest normalised correlation of what was said, played over and over, with the middle of the recording."""
    piece = recorded[len(recorded) // 4 : len(recorded) // 4 + 16_000]
    endless = np.concatenate([said, said])
    products = np.correlate(endless, piece, mode="valid")
    energies = np.sqrt(np.convolve(endless.astype(np.float64) ** 2, np.ones(len(piece)), mode="valid"))
    return float((products / (energies * np.linalg.norm(piece) + 1e-9)).max())
