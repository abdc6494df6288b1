"""Assets: fetched once, verified always, and a message that helps when nothing works."""

from __future__ import annotations

import hashlib
import http.server
import importlib.util
import re
import sys
import threading
import types
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lipsync_utils import assets
from lipsync_utils.asset_sources import GoogleDrive, Url, WheelMember
from lipsync_utils.assets import Asset
from lipsync_utils.errors import AssetError, InputError

CONTENT = bytes(range(256)) * 400


@dataclass
class Site:
    """A web server on this machine whose behaviour tests change."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    break_after: int | None = None
    requests: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def site():
    state = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            state.requests.append((self.path, asked))
            if self.path not in state.files:
                self.send_error(404)
                return
            data, start = state.files[self.path], 0
            if asked and state.ranges:
                start = int(re.match(r"bytes=(\d+)-", asked)[1])
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            body = data[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if state.break_after is not None:
                body, state.break_after = body[: state.break_after], None
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("LIPSYNC_CACHE", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


def make(*sources, content=CONTENT, filename="model.bin", name="model", **more) -> Asset:
    return Asset(
        name=name,
        version="1",
        filename=filename,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="CC0",
        purpose="a test",
        without="everything else",
        sources=sources,
        **more,
    )


def leftovers(cache: Path) -> list[str]:
    return sorted(p.name for p in cache.iterdir() if p.name not in ("model.bin", "model.bin.verified.json"))


def test_downloads_once_and_leaves_nothing_else(site, cache):
    site.files["/m"] = CONTENT
    asset = make(Url(site.address + "/m"))
    assert assets.fetch(asset).read_bytes() == CONTENT
    assets.fetch(asset)
    assert len(site.requests) == 1
    assert leftovers(cache) == []


def test_broken_connection_is_resumed(site):
    site.files["/m"] = CONTENT
    site.break_after = 60_000
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert site.requests[1][1] is not None
    assert site.requests[1][1] != "bytes=0-"


@pytest.mark.parametrize("ranges", [True, False])
def test_next_run_resumes_also_where_the_server_ignores_ranges(site, cache, ranges):
    site.files["/m"], site.ranges = CONTENT, ranges
    cache.mkdir()
    (cache / "model.bin.part").write_bytes(CONTENT[:70_000])
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert site.requests == [("/m", "bytes=70000-")]
    assert leftovers(cache) == []


def test_beginning_of_another_version_is_thrown_away(site, cache):
    site.files["/m"] = CONTENT
    cache.mkdir()
    (cache / "model.bin.part").write_bytes(b"x" * 70_000)
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert [asked for _, asked in site.requests] == ["bytes=70000-", None]


HTML = b"<!DOCTYPE html><html><head><title>Sign in - Drive</title></head></html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (HTML, "an HTML page, not the file ('Sign in - Drive')"),
        (b"\n<html>" + b" " * 200_000, "an HTML page"),
        (POINTER, "a Git LFS pointer"),
        (CONTENT[:1000], "incomplete: 1,000 of 102,400 bytes"),
        (CONTENT[::-1], "its SHA-256 differs"),
        (CONTENT + b"more", "too long"),
        (b"", "incomplete: 0 of"),
        (None, "HTTP 404"),
    ],
)
def test_what_is_not_the_file_is_named_and_the_next_source_tried(site, cache, served, reason):
    if served is not None:
        site.files["/bad"] = served
    bad = Url(site.address + "/bad")
    with pytest.raises(AssetError) as caught:
        assets.fetch(make(bad))
    message = str(caught.value)
    assert reason in message
    assert bad.url in message
    assert str(cache / "model.bin") in message
    assert "everything else" in message
    assert not (cache / "model.bin").exists()

    site.files["/good"] = CONTENT
    assert assets.fetch(make(bad, Url(site.address + "/good"))).read_bytes() == CONTENT


def test_offline_message(cache):
    with pytest.raises(AssetError, match="no connection") as caught:
        assets.fetch(make(Url("http://127.0.0.1:9/m")))
    assert "LIPSYNC_CACHE" in str(caught.value)


def test_file_put_by_hand_is_verified(site, cache, monkeypatch):
    asset = make(Url(site.address + "/m"))
    monkeypatch.setattr(assets, "ASSETS", {"model": asset})
    assert assets.status()[0].state == "missing"
    cache.mkdir()
    (cache / "model.bin").write_bytes(HTML)
    assert assets.status()[0].state == "damaged"
    assert "HTML" in assets.status()[0].detail
    with pytest.raises(AssetError, match="the file there is an HTML page"):
        assets.path("model")
    assert (cache / "model.bin").read_bytes() == HTML  # not thrown away while there is nothing better
    (cache / "model.bin").write_bytes(CONTENT)
    assert assets.path("model") == cache / "model.bin"
    assert assets.status()[0].state == "ready"


def test_hashed_only_when_changed(cache, monkeypatch):
    cache.mkdir()
    file = cache / "model.bin"
    file.write_bytes(CONTENT)
    hashed = []
    digest = assets._digest
    monkeypatch.setattr(assets, "_digest", lambda path: hashed.append(path) or digest(path))
    for _ in range(3):
        assets.fetch(make())
    assert len(hashed) == 1
    file.write_bytes(CONTENT[::-1])
    with pytest.raises(AssetError):
        assets.fetch(make())
    assert len(hashed) == 2


def test_two_at_once_both_get_the_whole_file(site, cache):
    site.files["/m"] = CONTENT * 20
    asset = make(Url(site.address + "/m"), content=CONTENT * 20)
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(assets.fetch, [asset] * 4))
    assert all(path.read_bytes() == CONTENT * 20 for path in paths)
    assert leftovers(cache) == []


def test_cache_that_cannot_be_written(cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(AssetError, match="Set LIPSYNC_CACHE to a folder that can be written to"):
        assets.fetch(make())


@pytest.fixture
def wheels(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "fake_models-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("fake_models/a.bin", CONTENT)
        wheel.writestr("fake_models/b.bin", CONTENT[::-1])
        wheel.writestr("fake_models-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: fake-models\nVersion: 1.0\n")
        wheel.writestr(
            "fake_models-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("fake_models-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


needs_pip = pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="this environment has no pip")


@needs_pip
def test_one_wheel_serves_all_its_members(wheels, cache, monkeypatch):
    a = make(WheelMember("fake-models==1.0", "fake_models/a.bin"), filename="a.bin", name="a")
    b = make(WheelMember("fake-models==1.0", "fake_models/b.bin"), filename="b.bin", name="b", content=CONTENT[::-1])
    monkeypatch.setattr(assets, "ASSETS", {"a": a, "b": b})
    assert assets.path("a").read_bytes() == CONTENT
    (wheels / "fake_models-1.0-py3-none-any.whl").unlink()
    assert [s.state for s in assets.status()] == ["ready", "ready"]
    assert assets.path("b").read_bytes() == CONTENT[::-1]


@needs_pip
@pytest.mark.parametrize(
    ("requirement", "member", "reason"),
    [
        ("fake-models==1.0", "fake_models/c.bin", "has no fake_models/c.bin"),
        ("fake-models==2.0", "fake_models/a.bin", "pip could not download it: No matching distribution"),
    ],
)
def test_wheel_without_the_member_or_no_wheel(wheels, requirement, member, reason):
    with pytest.raises(AssetError, match=re.escape(reason)):
        assets.fetch(make(WheelMember(requirement, member)))


def test_environment_without_pip_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AssetError, match="has no pip") as caught:
        assets.fetch(make(WheelMember("fake-models==1.0", "a")))
    assert "ensurepip" in str(caught.value)


def test_google_drive_with_either_gdown(monkeypatch):
    def download(url=None, output=None, quiet=False, *, id=None):
        Path(output).write_bytes(HTML if id == "limited" else CONTENT)
        if id == "gone":
            raise RuntimeError("Cannot retrieve the public link of the file.\nMore words")
        return output

    monkeypatch.setitem(sys.modules, "gdown", types.SimpleNamespace(download=download))
    for file_id, reason in (("limited", "an HTML page"), ("gone", "Cannot retrieve the public link of the file.")):
        with pytest.raises(AssetError, match=reason):
            assets.fetch(make(GoogleDrive(file_id), filename=f"{file_id}.bin"))
    assert assets.fetch(make(GoogleDrive("good"))).read_bytes() == CONTENT


def test_fetch_all_skips_what_needs_acceptance_and_tells_of_every_failure(site, monkeypatch):
    site.files["/m"] = CONTENT
    table = {
        "lost": make(Url(site.address + "/no"), filename="lost.bin"),
        "fine": make(Url(site.address + "/m"), filename="fine.bin"),
        "asked": make(Url(site.address + "/m"), filename="asked.bin", needs_acceptance=True),
    }
    monkeypatch.setattr(assets, "ASSETS", table)
    with pytest.raises(AssetError, match=r"lost\.bin"):
        assets.fetch_all()
    assert [s.state for s in assets.status()] == ["missing", "ready", "missing"]


def test_unknown_name():
    with pytest.raises(InputError, match="face_detector"):
        assets.path("nose")
