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
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def digest_of(*parts: bytes | str) -> str:
    """A name for content: the first 24 hexadecimal digits of its SHA-256."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
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
    """

    def __init__(self, root: Path, results: int) -> None:
        self.name = secrets.token_hex(16)
        self.folder = root / self.name
        self.folder.mkdir(parents=True)
        self.shelf = Shelf(self.folder / "results", results)
        self.seen = time.monotonic()
        self.left: float | None = None

    def keep(self, data: bytes, role: str) -> tuple[Path, str]:
        """Write an upload under a name made of its role and content; the path and the content's digest."""
        self.folder.mkdir(parents=True, exist_ok=True)  # it may have been removed while the visitor was away
        digest = digest_of(data)
        path = self.folder / f"{role}-{digest}"
        if not path.exists():
            path.write_bytes(data)
        return path, digest

    def touch(self) -> None:
        """The visitor is here."""
        self.seen, self.left = time.monotonic(), None

    def leave(self) -> None:
        """The visitor's connection has ended."""
        self.left = time.monotonic()

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Store:
    """All visitors' folders under one temporary folder, and the results that everybody may see.

    Args:
        results: results kept for each visitor.
        shared_results: results kept for everybody.
        rest_s: files of a visitor who has been still for so long are removed.
        left_s: files of a visitor whose connection has ended are removed after so long.
        gone: is told the name of a visitor whose files are about to be removed.
    """

    def __init__(
        self,
        *,
        results: int,
        shared_results: int,
        rest_s: float,
        left_s: float,
        gone: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="lipsync-app-"))
        self.shared = Shelf(self.root / "shared", shared_results)
        self._results, self._rest_s, self._left_s = results, rest_s, left_s
        self._gone = gone
        self._visits: dict[str, Visit] = {}
        self._closed = threading.Event()
        atexit.register(self.close)
        threading.Thread(target=self._sweep_again_and_again, name="sweeper", daemon=True).start()

    def open(self) -> Visit:
        """A folder for a new visitor."""
        visit = Visit(self.root, self._results)
        self._visits[visit.name] = visit
        return visit

    def sweep(self) -> None:
        """Remove the files of visitors who are gone."""
        now = time.monotonic()
        for visit in list(self._visits.values()):
            left = visit.left is not None and now - visit.left > self._left_s
            if left or now - visit.seen > self._rest_s:
                self._visits.pop(visit.name, None)
                self._gone(visit.name)
                visit.close()

    def find(self, visit: Visit) -> bool:
        """Whether the visit's files are still here."""
        return visit.name in self._visits

    def close(self) -> None:
        """Remove everything."""
        self._closed.set()
        shutil.rmtree(self.root, ignore_errors=True)

    def _sweep_again_and_again(self) -> None:
        while not self._closed.wait(min(30.0, self._left_s)):
            self.sweep()
