"""JupyterLab on a free port and a page of Chromium in front of it, for tests that do what a person would do."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

ROOT = Path(__file__).parents[1]
START_S = 120.0
ERROR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'
KERNEL_WAITS = "() => jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
"""In the page: the notebook that was opened is in front, and its kernel has nothing to do."""


def chromium() -> str | None:
    """The system's Chromium; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


@contextlib.contextmanager
def jupyter(folder: Path) -> Iterator[tuple[str, str]]:
    """JupyterLab in a folder, with settings of its own; gives its address and token, and ends it afterwards."""
    _settings(folder / ".lab")
    port, token = free_port(), secrets.token_hex(16)
    environment = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / ".lab"),
        "JUPYTER_CONFIG_DIR": str(folder / ".config"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True"]  # the page can be told to run all cells
    with (folder / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server)
            yield f"http://localhost:{port}", token
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


@contextlib.contextmanager
def page(
    playwright: Playwright, sound: Path | None = None, *, devices: bool = True, allowed: bool = True
) -> Iterator[Page]:
    """A page of headless Chromium.

    Args:
        playwright: its driver; one process can have only one.
        sound: a WAV file that its fake microphone plays, over and over.
        devices: there is a (fake) microphone.
        allowed: pages may use it; otherwise the browser refuses.
    """
    arguments = ["--no-sandbox"]
    if devices:
        arguments.append("--use-fake-device-for-media-stream")
    if allowed:
        arguments.append("--use-fake-ui-for-media-stream")
    if sound is not None:
        arguments.append(f"--use-file-for-fake-audio-capture={sound}")
    browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=arguments)
    context = browser.new_context(viewport={"width": 1180, "height": 2000}, accept_downloads=True)
    if not allowed:  # a page without a window would wait for an answer for ever
        refusal = {"permission": {"name": "microphone"}, "setting": "denied"}
        browser.new_browser_cdp_session().send("Browser.setPermission", refusal)
    context.set_default_timeout(120_000)  # machines may be busy
    try:
        yield context.new_page()
    finally:
        browser.close()


def copy_cleared(notebook: Path, folder: Path) -> None:
    """Put a notebook without its outputs beside a link to the project, so that nothing in the project is written to."""
    import nbformat

    copy = nbformat.read(notebook, as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(copy, folder / notebook.name)
    (folder / "project").symlink_to(ROOT, target_is_directory=True)


def write_notebook(path: Path, code: str) -> None:
    """A notebook with one cell."""
    import nbformat

    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}  # without it, JupyterLab asks
    cells = [nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def run_all(tab: Page, address: str, token: str, notebook: str, *, timeout_s: float) -> None:
    """Open a notebook and run all of its cells; returns when the last one is done.

    Raises:
        RuntimeError: a cell ended in an error; the message has its words.
        TimeoutError: it takes too long.
    """
    tab.goto(f"{address}/lab/tree/{notebook}?token={token}&reset")  # nothing that was open before
    tab.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=120_000)
    tab.wait_for_function(KERNEL_WAITS)
    tab.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
    first = tab.locator(".jp-CodeCell .jp-InputPrompt").first
    expect(first).to_have_text(re.compile(r"\[(\*|\d+)\]"))
    last = tab.locator(".jp-CodeCell .jp-InputPrompt").last
    end = time.monotonic() + timeout_s
    while not last.inner_text().strip().strip("[]:").isdigit():
        if tab.locator(ERROR).count():
            raise RuntimeError(f"{notebook} stopped: {' / '.join(tab.locator(ERROR).all_inner_texts())}")
        if time.monotonic() > end:
            raise TimeoutError(f"{notebook} was not done after {timeout_s:.0f} s")
        time.sleep(0.5)


def _settings(folder: Path) -> None:
    """Cells out of sight are on the page too, and nobody is asked whether they want news."""
    wanted = {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false"},
    }
    for name, values in wanted.items():
        file = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), encoding="utf-8")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with code {server.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.3)
    raise TimeoutError(f"JupyterLab did not answer within {START_S:.0f} s")
