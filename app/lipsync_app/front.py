"""The door of the server: what it answers, to whom, and with which headers; and uploads, which go to the disk.

Streamlit would keep every upload in memory, and answer every address of a file to anybody. Here an upload is written
into its visitor's folder while it arrives, and Streamlit is handed an empty file in its place. Results are fetched from
addresses that nobody can guess, by the first browser that asked for them, for as long as the visit lasts.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .limits import LIMITS
from .memory import be_frugal
from .refusals import NoRoomError
from .sessions import sessions
from .state import COOKIE, TAB, TAB_NAME
from .store import FILES, MEGABYTE, Visit
from .workshop import workshop

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",  # Streamlit's page has a script in it
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' blob:",  # a recording, before it is sent
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
}
"""What every answer says to the browser: nothing is loaded from elsewhere, no other page shows this one in a frame."""

OPEN = ("/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/upload_file/")
"""What is answered of Streamlit's own addresses. Its metrics, for one, tell how many visitors there are."""

TRUSTED = "FORWARDED_ALLOW_IPS"
"""Uvicorn's variable: from which reverse proxies the header X-Forwarded-For is believed."""

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
_SUFFIX = re.compile(r"[^.A-Za-z0-9]")
_NAME = re.compile(rb'filename="[^"\r\n]*?(\.[A-Za-z0-9]{1,11})"')
_FRAMING = 65_536  # bytes of a form around its file
_BEGINNINGS = (
    (b"RIFF", "audio/wav"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"\xff", "audio/mpeg"),
)


def middleware() -> list[Middleware]:
    """What stands before Streamlit."""
    return [Middleware(Front)]


def routes() -> list[Route]:
    """What is answered beside Streamlit."""
    return [Route(f"/{FILES}/{{token}}", _file)]


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Sessions can be ended as long as the server runs."""
    be_frugal()
    sessions().loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        sessions().loop = None


async def _file(request: Request) -> Response:
    """A file, to the browser to which it was offered."""
    shop = await run_in_threadpool(workshop)
    offer = shop.store.offer_of(request.path_params["token"], request.cookies.get(COOKIE, ""))
    if offer is None or not offer.path.is_file():
        return PlainTextResponse("There is no such file, or not any more.", 404)
    kind = await run_in_threadpool(media_type, offer.path)
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(offer.path, media_type=kind, filename=offer.name or None, headers=headers)


def media_type(path: Path) -> str:
    """What a file is, by its name or its first bytes; never anything that a browser would run."""
    known = mimetypes.guess_type(path.name)[0]
    if known:
        return known
    with path.open("rb") as file:
        first = file.read(12)
    found = next((kind for beginning, kind in _BEGINNINGS if first.startswith(beginning)), "application/octet-stream")
    return "video/mp4" if first[4:8] == b"ftyp" else found


class Front:
    """Checks and completes what goes to Streamlit, and what comes from it.

    Args:
        app: Streamlit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = scope | {"client": client_of(scope)}
        path = scope["path"]
        if "/_stcore/" in path and not any(open_ in path for open_ in OPEN):
            if scope["type"] == "http":
                await PlainTextResponse("Not found", 404)(scope, receive, _completed(scope, send))
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        send = _completed(scope, send)
        if scope["method"] == "GET" and path.endswith("/") and await run_in_threadpool(_needs_a_name, scope):
            await _named(scope)(scope, receive, send)
            return
        found = _UPLOAD.search(path)
        if found and scope["method"] == "PUT":
            await self._upload(scope, receive, send, *found.groups())
        else:
            await self._app(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, session: str, name: str) -> None:
        """Write an upload to its visitor's folder, and tell Streamlit of an empty file in its place."""
        shop = await run_in_threadpool(workshop)
        visit = shop.store.visit_of(session)
        length = Headers(scope=scope).get("content-length", "")
        if visit is None or not length.isdecimal():
            await PlainTextResponse("No visitor, or no length", 400)(scope, receive, send)
            return
        if int(length) > LIMITS.video_mb * MEGABYTE + _FRAMING:
            await PlainTextResponse("File too large", 413)(scope, receive, send)
            return
        try:
            with shop.store.room_for(visit, int(length)):
                suffix = await _take_in(Request(scope, receive), visit, name)
        except NoRoomError as refusal:  # the page says so; it is told of a file as if it had arrived
            suffix = await _let_pass(receive)
            visit.uploads[name] = refusal
        if suffix is None:
            await PlainTextResponse("One file is needed", 400)(scope, receive, send)
            return
        headers, body = _empty_file(scope["headers"], suffix)

        async def told() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        status = 0

        async def noticed(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope | {"headers": headers}, told, noticed)
        if status >= 400:
            arrived = visit.uploads.pop(name, None)
            if isinstance(arrived, Path):
                arrived.unlink(missing_ok=True)


def _needs_a_name(scope: Scope) -> bool:
    """Whether the page is asked for without the name of a tab, or with that of another browser's."""
    request = Request(scope)
    tab = request.query_params.get(TAB, "")
    free = workshop().store.is_free(tab, request.cookies.get(COOKIE, ""))
    return not (TAB_NAME.fullmatch(tab) and free)


def _named(scope: Scope) -> Response:
    """To the page of a new tab. An address that was passed on leads others to a page of their own."""
    asked = Request(scope).url.include_query_params(**{TAB: secrets.token_hex(16)})
    return RedirectResponse(f"?{asked.query}", 303, {"Cache-Control": "no-store"})


async def _take_in(request: Request, visit: Visit, name: str) -> str | None:
    """Write the one file of a form into the visitor's folder; the suffix of its name. None: it is no such form."""
    try:
        form = await request.form(max_files=1, max_fields=1)  # which keeps it on the disk
    except (HTTPException, MultiPartException):
        return None
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    try:
        if len(files) != 1:
            return None
        path = visit.folder / f"upload-{secrets.token_hex(8)}"
        await run_in_threadpool(_copy, files[0].file, path)
        visit.uploads[name] = path
        return _SUFFIX.sub("", Path(files[0].filename or "").suffix)[:12]
    finally:
        await form.close()


def _copy(source, target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, MEGABYTE)


async def _let_pass(receive: Receive) -> str:
    """Receive an upload without keeping it; the suffix of its name, or nothing."""
    suffix = None
    while True:
        message = await receive()
        if suffix is None:
            found = _NAME.search(message.get("body", b"")[:4096])
            suffix = found[1].decode() if found else None
        if not message.get("more_body", False):
            return suffix or ""


def _empty_file(headers: list[tuple[bytes, bytes]], suffix: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The form for Streamlit: a file without content, whose name has that suffix and says nothing else."""
    body = (
        '--empty\r\nContent-Disposition: form-data; name="file"; '
        f'filename="file{suffix}"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--empty--\r\n'
    ).encode()
    kept = [(name, value) for name, value in headers if name not in (b"content-length", b"content-type")]
    kept += [(b"content-length", str(len(body)).encode()), (b"content-type", b"multipart/form-data; boundary=empty")]
    return kept, body


def client_of(scope: Scope) -> tuple[str, int] | None:
    """From where a request comes: what a proxy says counts only where somebody has said which proxies are ours.

    Uvicorn replaces the address by the one in ``X-Forwarded-For`` for proxies on the same machine, unasked.
    """
    forwarded = "x-forwarded-for" in Headers(scope=scope)
    return ("127.0.0.1", 0) if forwarded and not os.environ.get(TRUSTED) else scope.get("client")


def _completed(scope: Scope, send: Send) -> Send:
    """Answers with our headers; a browser that asks for the page gets its cookie."""
    request = Request(scope)
    new = scope["method"] == "GET" and request.url.path.endswith("/") and COOKIE not in request.cookies

    async def completed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if new:
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                cookie = f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; HttpOnly; SameSite=Lax{secure}"
                headers.append("Set-Cookie", cookie)
        await send(message)

    return completed
