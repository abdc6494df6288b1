"""The door of the server: what is answered, to whom, with which headers; where uploads go."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import streamlit as st
from lipsync_app import front, state
from lipsync_app.limits import LIMITS, Limits
from lipsync_app.refusals import NoRoomError
from lipsync_app.store import Store, Visit
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
PAGE = f"/?visit={'a' * 32}"


@dataclass
class Answer:
    """What the server has said."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


@dataclass
class Seen:
    """What Streamlit was asked."""

    path: str
    body: bytes
    form: dict[str, object]
    client: tuple[str, int]


class Streamlit:
    """In Streamlit's place: takes note of what it is asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.status = 200

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        form = {}
        if scope["method"] == "PUT":
            files = await request.form()
            form = {name: (file.filename, await file.read()) for name, file in files.items()}
        self.seen.append(Seen(scope["path"], body, form, scope["client"]))
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"Streamlit"})


@pytest.fixture
def streamlit() -> Streamlit:
    return Streamlit()


@pytest.fixture
def store(monkeypatch) -> Iterator[Store]:
    """The visitors of the server; only little room for each."""
    made = Store(replace(LIMITS, visitor_mb=3, address_mb=4, all_mb=5))
    monkeypatch.setattr(front, "workshop", lambda: type("Shop", (), {"store": made}))
    yield made
    made.close()


@pytest.fixture
def ask(streamlit, store) -> Callable[..., Answer]:
    """Ask the server."""
    app = Starlette(routes=front.routes())
    app.mount("/", streamlit)
    served = front.Front(app)

    def do(
        address: str,
        method: str = "GET",
        body: bytes = b"",
        *,
        client: tuple[str, int] = ("10.0.0.7", 5000),
        **given: str,
    ) -> Answer:
        answer, (path, _, query) = Answer(), address.partition("?")
        headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
        headers += [(b"content-length", str(len(body)).encode())]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
        }
        scope |= {"headers": headers, "client": client, "server": ("127.0.0.1", 80), "scheme": "http", "root_path": ""}
        pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]

        async def receive() -> dict[str, object]:
            if not pieces:
                await asyncio.Event().wait()  # nobody hangs up
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: dict) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], Headers(raw=message["headers"])
            answer.body += message.get("body", b"")

        asyncio.run(served(scope, receive, send))
        return answer

    return do


def form(content: bytes, name: str = "Grandma's passport.png") -> tuple[bytes, str]:
    """A browser's upload of a file: its body and content type."""
    head = f'--b\r\nContent-Disposition: form-data; name="1"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def upload(ask, session: str, content: bytes, name: str = "Grandma's passport.png") -> Answer:
    body, kind = form(content, name)
    return ask(f"/_stcore/upload_file/{session}/file1", "PUT", body, content_type=kind)


# --- what is answered -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check", "/base/_stcore/metrics"],
)
def test_nothing_tells_strangers_about_the_server(ask, streamlit, path):
    assert ask(path).status == 404
    assert not streamlit.seen


@pytest.mark.parametrize("path", [PAGE, "/_stcore/health", "/_stcore/host-config", "/static/js/index.js"])
def test_what_the_page_needs_is_answered(ask, streamlit, path):
    assert ask(path).body == b"Streamlit"
    assert streamlit.seen[0].path == path.split("?")[0]


@pytest.mark.parametrize("address", ["/", "/base/", "/?visit=guess&lang=ar", "/?lang=ar"])
def test_a_page_without_the_name_of_a_tab_gets_one(ask, streamlit, address):
    """By a redirection, so that "Back" leads to where the visitor was before."""
    answers = [ask(address) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    new = [parse_qs(answer.headers["location"].removeprefix("?")) for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{32}", query["visit"][0]) for query in new)
    assert new[0]["visit"] != new[1]["visit"]
    assert new[0].get("lang") == (["ar"] if "lang" in address else None)
    assert not streamlit.seen


def test_an_address_that_was_passed_on_leads_to_a_page_of_ones_own(ask, store):
    store.open("session", "mine", tab="a" * 32)
    assert ask(PAGE, cookie=f"{state.COOKIE}=mine").status == 200
    passed_on = ask(PAGE, cookie=f"{state.COOKIE}=theirs")
    assert passed_on.status == 303
    assert "a" * 32 not in passed_on.headers["location"]


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics", "/files/nothing", "/_stcore/upload_file/nobody/x"])
def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(ask, path):
    headers = ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "://" not in headers["content-security-policy"]


def test_a_browser_gets_its_cookie_with_the_page_and_keeps_it(ask):
    cookie = ask("/").headers["set-cookie"]
    assert cookie.startswith(f"{state.COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ask("/").headers["set-cookie"] != cookie, "nobody can guess it"
    assert "set-cookie" not in ask("/", cookie=f"{state.COOKIE}=abc").headers
    assert "set-cookie" not in ask("/static/js/index.js").headers, "else two of them could cross"


@pytest.mark.parametrize(
    ("told", "forwarded", "seen"),
    [("", "", "10.0.0.7"), ("", "1.2.3.4", "127.0.0.1"), ("10.0.0.7", "1.2.3.4", "10.0.0.7")],
    ids=["no proxy", "nobody said that there is one", "uvicorn has read what a known one says"],
)
def test_what_a_proxy_says_counts_only_if_the_server_was_told_of_it(ask, streamlit, monkeypatch, told, forwarded, seen):
    monkeypatch.setenv(front.TRUSTED, told)
    ask(PAGE, **({"x_forwarded_for": forwarded} if forwarded else {}))
    assert streamlit.seen[0].client[0] == seen


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        (None, "localhost"),
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_household_is_one_address(address, counted):
    assert state.counted_as(address) == counted


# --- uploads ----------------------------------------------------------------------------------------------------------


def test_an_upload_goes_to_its_visitors_folder_and_streamlit_gets_nothing_of_it(ask, streamlit, store):
    visit = store.open("session")
    content = bytes(range(256)) * 8000
    assert upload(ask, "session", content).status == 200
    path = visit.uploads["file1"]
    assert path.parent == visit.folder
    assert path.read_bytes() == content
    assert streamlit.seen[0].form == {"file": ("file.png", b"")}, "not even its name"
    assert visit.coming == 0


def test_an_upload_of_nobody_is_not_taken(ask, streamlit, store):
    store.open("session")
    assert upload(ask, "somebody else", b"content").status == 400
    assert not streamlit.seen
    assert not list(store.root.rglob("upload-*"))


def test_what_is_no_upload_of_one_file_is_not_taken(ask, streamlit, store):
    store.open("session")
    answer = ask("/_stcore/upload_file/session/x", "PUT", b"nothing", content_type="multipart/form-data; boundary=b")
    assert answer.status == 400
    assert not streamlit.seen


def test_an_upload_that_streamlit_refuses_is_removed(ask, streamlit, store):
    visit = store.open("session")
    streamlit.status = 403
    assert upload(ask, "session", b"content").status == 403
    assert visit.uploads == {}
    assert list(visit.folder.iterdir()) == []


def test_an_upload_that_is_too_large_for_any_field_is_not_read(ask, streamlit, store):
    store.open("session")
    assert ask("/_stcore/upload_file/session/x", "PUT", bytes((LIMITS.video_mb + 1) * MEGABYTE)).status == 413
    assert not streamlit.seen


def test_no_field_takes_more_than_streamlit_does():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] == max(LIMITS.picture_mb, LIMITS.sound_mb, LIMITS.video_mb)


def test_a_visitor_has_so_much_room_and_the_refusal_is_kept_for_the_page(ask, streamlit, store):
    visit = store.open("session")
    upload(ask, "session", bytes(2 * MEGABYTE))
    assert upload(ask, "session", bytes(2 * MEGABYTE), "clip.mp4").status == 200, "the page says what is wrong"
    assert isinstance(visit.uploads["file1"], NoRoomError)
    assert "Your files have 2 MB, and this one has 2 MB; 3 MB are kept" in str(visit.uploads["file1"])
    assert streamlit.seen[-1].form == {"file": ("file.mp4", b"")}
    assert len(list(visit.folder.iterdir())) == 1


def test_an_address_and_the_server_have_so_much_room(store):
    first, second, other = store.open("a", "", "10.0.0.7"), store.open("b", "", "10.0.0.7"), store.open("c")
    with store.room_for(first, 2 * MEGABYTE):  # what is on its way counts
        with (
            pytest.raises(NoRoomError, match="files of your internet address have 2 MB; 4 MB"),
            store.room_for(second, 3 * MEGABYTE),
        ):
            pass
        with (
            store.room_for(other, 2 * MEGABYTE),
            pytest.raises(NoRoomError, match="no room for more files"),
            store.room_for(second, MEGABYTE + MEGABYTE // 2),
        ):
            pass
    with store.room_for(second, 3 * MEGABYTE):
        pass


# --- files that are fetched -------------------------------------------------------------------------------------------


@pytest.fixture
def visit(store) -> Visit:
    made = store.open("session")
    (made.folder / "talking.mp4").write_bytes(b"a video")
    return made


def test_a_file_is_for_the_browser_that_fetched_it_first_as_long_as_its_visit_lasts(ask, store, visit):
    address = "/" + visit.offer(visit.folder / "talking.mp4")
    answer = ask(address, cookie=f"{state.COOKIE}=mine")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"a video", "video/mp4")
    assert "no-store" in answer.headers["cache-control"]
    assert ask(address, cookie=f"{state.COOKIE}=another").status == 404
    assert ask(address).status == 404, "nor anybody without a cookie"
    assert ask(address, cookie=f"{state.COOKIE}=mine", range="bytes=2-4").body == b"vid", "players jump"
    visit.left = -1e9
    store.sweep()
    assert ask(address, cookie=f"{state.COOKIE}=mine").status == 404


def test_addresses_cannot_be_guessed_and_stay_the_same(visit):
    path = visit.folder / "talking.mp4"
    assert visit.offer(path) == visit.offer(path)
    assert visit.offer(path) != visit.offer(path, "talking.mp4")
    assert len(visit.offer(path).split("/")[1]) >= 32


def test_what_is_saved_has_a_name(ask, visit):
    answer = ask("/" + visit.offer(visit.folder / "talking.mp4", "talking.mp4"))
    assert answer.headers["content-disposition"] == 'attachment; filename="talking.mp4"'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"RIFF....WAVE", "audio/wav"),
        (b"....ftypM4A ", "video/mp4"),
        (b"OggS", "audio/ogg"),
        (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_an_upload_is_never_shown_as_a_page(tmp_path, content, kind):
    (tmp_path / "voice-0123456789abcdef").write_bytes(content)
    assert front.media_type(tmp_path / "voice-0123456789abcdef") == kind


# --- the server itself ------------------------------------------------------------------------------------------------


def test_streamlit_run_finds_the_app_with_its_door():
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(ROOT / "app/streamlit_app.py")
    assert (found.is_asgi_app, found.import_string) == (True, "streamlit_app:app")
    assert st.App


def test_nothing_is_told_to_streamlits_makers_and_no_other_server_is_asked():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["browser"]["serverAddress"], "else a server on the internet is asked for it"


def test_everything_of_a_visitor_is_gone_within_a_minute():
    limits = Limits()
    assert limits.left_s + 2 * limits.sweep_s < 60


def test_sessions_are_ended_before_streamlit_forgets_them_without_a_word():
    from streamlit import config

    told = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["server"]
    kept = told.get(
        "disconnectedSessionTTL", config._config_options_template["server.disconnectedSessionTTL"].default_val
    )
    assert Limits().left_s + 2 * Limits().sweep_s < kept
