"""Files on the disk: a folder for each visitor, results kept by content, everything removed in the end.

Names of files are made here, of roles and digests. What a visitor's file is called is never part of a path.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .jobs import Owner
from .limits import Limits
from .refusals import NoRoomError, RefusedError

if TYPE_CHECKING:
    from .desk import Desk

MEGABYTE = 1_000_000
FILES = "files"
"""Under this address, beside the page's, are the files that visitors' browsers may fetch."""

_REMEMBERED = 1000  # visits that have ended, so that whoever comes back to one can be told


def digest_of(*parts: bytes | str) -> str:
    """A name for content: the first 24 hexadecimal digits of its SHA-256."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:24]


def digest_of_file(path: Path) -> str:
    """The same name for the content of a file."""
    digest = hashlib.sha256(path.stat().st_size.to_bytes(8, "big"))
    with path.open("rb") as file:
        while block := file.read(MEGABYTE):
            digest.update(block)
    return digest.hexdigest()[:24]


class Shelf:
    """Results by content, each in a folder of its own; the one that was not asked for longest goes first.

    Args:
        folder: where the folders lie; made when it is needed.
        most: how many are kept.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._kept: OrderedDict[str, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> object | None:
        """The result of that key; None where there is none."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    @contextlib.contextmanager
    def place(self, key: str):
        """An empty folder in which to make the result of that key; removed again if making it fails."""
        folder = self._folder / key
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def put(self, key: str, result: object) -> None:
        """Keep what was made in the folder of that key."""
        with self._lock:
            self._kept[key] = result
            self._kept.move_to_end(key)
            gone = [self._kept.popitem(last=False)[0] for _ in range(len(self._kept) - self._most)]
        for old in gone:
            shutil.rmtree(self._folder / old, ignore_errors=True)


class Visit:
    """One visitor's files.

    Attributes:
        name: whose they are; nobody can guess it.
        folder: where they lie.
        shelf: the visitor's results.
        tab: what the address of the tab says; whoever loads that address again in the same browser is this visitor.
        browser: in which that is; empty: it has no name.
        sessions: those that show the visit; a page that was loaded again has a new one.
        desk: what the visitor has chosen, made and put into the queue.
        owner: who it is for the queue: this visit, its browser, its internet address.
        uploads: files that have arrived and were not looked at, by the name that the session has for them: where each
            lies, or why it was refused.
        offered: files that the visitor's browser may fetch, by an address that nobody can guess.
    """

    def __init__(
        self, root: Path, results: int, session: str = "", browser: str = "", address: str = "", tab: str = ""
    ) -> None:
        self.name = secrets.token_hex(16)
        self.folder = root / self.name
        self.folder.mkdir(parents=True)
        self.shelf = Shelf(self.folder / "results", results)
        self.tab, self.browser, self.sessions = tab, browser, {session} - {""}
        self.desk: Desk | None = None
        self.owner = Owner(self.name, browser or self.name, address)
        self.uploads: dict[str, Path | RefusedError] = {}
        self.offered: dict[str, Offer] = {}
        self.coming = 0
        self.seen = time.monotonic()
        self.left: float | None = None

    def keep(self, given: bytes | Path, role: str) -> tuple[Path, str]:
        """Keep an upload, or a file of the visitor's, under a name made of its role and content.

        Args:
            given: the content, or a file, which is moved.
            role: ``"face"``, ``"voice"`` or ``"video"``.

        Returns:
            The path, and the content's digest.
        """
        self.folder.mkdir(parents=True, exist_ok=True)  # it may have been removed while the visitor was away
        digest = digest_of(given) if isinstance(given, bytes) else digest_of_file(given)
        path = self.folder / f"{role}-{digest}"
        if isinstance(given, Path):
            given.replace(path)
        elif not path.exists():
            path.write_bytes(given)
        return path, digest

    def offer(self, path: Path, name: str = "") -> str:
        """Let the visitor's browser fetch a file; its address, relative to the page's.

        Args:
            path: the file.
            name: under which the browser is to keep it; empty: it is to be shown.
        """
        for token, offer in self.offered.items():
            if (offer.path, offer.name) == (path, name):
                return f"{FILES}/{token}"
        token = secrets.token_urlsafe(24)
        self.offered[token] = Offer(path, name)
        return f"{FILES}/{token}"

    def megabytes(self) -> float:
        """How much the visitor has on the disk, with what is on its way."""
        files = (path for path in self.folder.rglob("*") if path.is_file()) if self.folder.exists() else ()
        return (self.coming + sum(map(_size, files))) / MEGABYTE

    def touch(self) -> None:
        """The visitor is here."""
        self.seen, self.left = time.monotonic(), None

    def leave(self) -> None:
        """The visitor's connection has ended."""
        self.left = self.left or time.monotonic()

    def close(self) -> None:
        """Remove everything."""
        self.offered.clear()
        self.uploads.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Offer:
    """A file that one browser may fetch.

    Attributes:
        path: where it lies.
        name: under which the browser is to keep it; empty: it is to be shown.
        browser: the first that fetched it: no other one may. None until then.
    """

    path: Path
    name: str = ""
    browser: str | None = None


class Store:
    """All visitors' folders under one temporary folder, and the results that everybody may see.

    Args:
        limits: how many results are kept, how many files and visitors there may be, and when files are removed.
        is_connected: tells whether the tab of a session is there.
        gone: is told of a visit whose files are about to be removed.
        swept: is called after some were.
    """

    def __init__(
        self,
        limits: Limits,
        is_connected: Callable[[str], bool] = lambda session: True,
        gone: Callable[[Visit], None] = lambda visit: None,
        swept: Callable[[], None] = lambda: None,
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="lipsync-app-"))
        self.shared = Shelf(self.root / "shared", limits.shared_results)
        self._limits = limits
        self._is_connected, self._gone, self._swept = is_connected, gone, swept
        self._visits: dict[str, Visit] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        atexit.register(self.close)
        threading.Thread(target=self._sweep_again_and_again, name="sweeper", daemon=True).start()

    def open(self, session: str = "", browser: str = "", address: str = "", tab: str = "") -> Visit:
        """A folder for a new visitor.

        Args:
            session: the tab's session.
            browser: the browser's name; empty: it has none.
            address: from where the visitor comes; empty: unknown, and not counted.
            tab: by what the visitor is known when the page is loaded again; empty: by nothing.

        Raises:
            NoRoomError: too many visitors of that address are here.
        """
        with self._lock:
            near = sum(bool(address) and visit.owner.address == address for visit in self._visits.values())
            if near >= self._limits.address_visits:
                raise NoRoomError(
                    "{visits} tabs with this page are open at your internet address, as many as this server takes. "
                    "Close some of them, or try again in a few minutes.",
                    visits=near,
                )
            visit = Visit(self.root, self._limits.results, session, browser, address, tab)
            self._visits[visit.name] = visit
        return visit

    def again(self, tab: str, browser: str, session: str) -> Visit | None:
        """The visit that this tab of this browser shows, which was loaded again; None: there is none."""
        visit = self._of_tab(tab)
        if visit is None or not browser or visit.browser != browser:
            return None
        visit.sessions.add(session)
        visit.touch()
        return visit

    def is_free(self, tab: str, browser: str) -> bool:
        """Whether that browser may have a tab of that name: no other one has it."""
        visit = self._of_tab(tab)
        return visit is None or visit.browser == browser

    def has_ended(self, tab: str) -> bool:
        """Whether the files of that tab's visit were removed, not long ago."""
        return bool(tab) and tab in self._ended

    def _of_tab(self, tab: str) -> Visit | None:
        return next((visit for visit in list(self._visits.values()) if tab and visit.tab == tab), None)

    @contextlib.contextmanager
    def room_for(self, visit: Visit, size: int):
        """Room for an upload of so many bytes while it arrives.

        Raises:
            NoRoomError: the visitor, the visitor's address or all together have too much already.
        """
        with self._lock:
            self._check_room(visit, size / MEGABYTE)
            visit.coming += size
        try:
            yield
        finally:
            visit.coming -= size

    def _check_room(self, visit: Visit, more: float) -> None:
        if not self.find(visit):
            raise NoRoomError("Your files were removed. Open the page again.")
        if visit.megabytes() + more > self._limits.visitor_mb:
            raise NoRoomError(
                "Your files have {have:.0f} MB, and this one has {more:.0f} MB; {most} MB are kept of a visitor at "
                "most. Close this tab and open the page again, which removes them.",
                have=visit.megabytes(),
                more=more,
                most=self._limits.visitor_mb,
            )
        visits = list(self._visits.values())
        near = sum(each.megabytes() for each in visits if each.owner.address == visit.owner.address)
        if visit.owner.address and near + more > self._limits.address_mb:
            raise NoRoomError(
                "The files of your internet address have {have:.0f} MB; {most} MB are kept of one address at most. "
                "Try again in a few minutes.",
                have=near,
                most=self._limits.address_mb,
            )
        if sum(each.megabytes() for each in visits) + more > self._limits.all_mb:
            raise NoRoomError("This server has no room for more files now. Try again in a few minutes.")

    def visit_of(self, session: str) -> Visit | None:
        """The visit of a session."""
        return next((visit for visit in list(self._visits.values()) if session in visit.sessions), None)

    def offer_of(self, token: str, browser: str) -> Offer | None:
        """What is offered at that address to that browser; None: nothing, or not any more, or not to this one."""
        for visit in list(self._visits.values()):
            offer = visit.offered.get(token)
            if offer is not None:
                offer.browser = browser if offer.browser is None else offer.browser
                return offer if offer.browser == browser else None
        return None

    def sweep(self) -> None:
        """Remove the files of visitors who are gone, and what work that was just ended has left behind."""
        now = time.monotonic()
        removed = False
        for visit in list(self._visits.values()):
            if visit.sessions and not any(map(self._is_connected, visit.sessions)):
                visit.leave()
            left = visit.left is not None and now - visit.left > self._limits.left_s
            if left or now - visit.seen > self._limits.rest_s:
                self._visits.pop(visit.name, None)
                self._ended.append(visit.tab)
                self._gone(visit)
                visit.close()
                removed = True
        with self._lock:
            known = {"shared", *self._visits}
            left_over = [path for path in self.root.iterdir() if path.is_dir() and path.name not in known]
        for path in left_over:
            shutil.rmtree(path, ignore_errors=True)
        if removed:
            self._swept()

    def find(self, visit: Visit) -> bool:
        """Whether the visit's files are still here."""
        return visit.name in self._visits

    def close(self) -> None:
        """Remove everything."""
        self._closed.set()
        shutil.rmtree(self.root, ignore_errors=True)

    def _sweep_again_and_again(self) -> None:
        while not self._closed.wait(min(self._limits.sweep_s, self._limits.left_s)):
            with contextlib.suppress(OSError):  # the root folder has just been removed
                self.sweep()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it has just been removed
        return 0
