"""What works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

PURPOSES = {
    "wav2lip": "PyTorch, for the engine wav2lip and for SyncNet",
    "speech": "text to speech",
    "notebooks": "the notebooks",
    "app": "the web app",
    "heic": "pictures of iPhones (HEIC)",
    "face-alignment": "the second face detector",
    "diffusion": "avatars by a generative model",
}
"""What each of the extras is for that a person may want."""

EXTRA = "pip install 'lipsync_utils[{}]'"
"""How to get one."""

LOADED_LATER = {"ai_edge_litert": "ai_edge_litert.interpreter"}
"""Modules that load their native part only when this one is imported."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: ``"ok"``, ``"missing"`` (optional) or ``"broken"`` (needed).
        what: what it is.
        remedy: what to do; empty where all is well.
    """

    state: str
    what: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything that a run may need; fetches nothing, and never fails itself."""
    findings = [Finding("ok", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")]
    parts: dict[str, Callable[[], Iterable[Finding]]] = {
        "packages": _packages,
        "optional packages": _extras,
        "models": _assets,
        "avatar studio": _studio,
        "engine rig": _engine,
        "engine wav2lip": _wav2lip,
        "SyncNet": lambda: _one_of("syncnet", "sync scores of SyncNet"),
        "encoders": _codecs,
        "devices": _devices,
    }
    for name, look in parts.items():
        try:
            findings += look()
        except Exception as error:  # a broken installation fails in any way; this is the place to say so
            remedy = "pip install --force-reinstall lipsync_utils"
            findings.append(Finding("broken", f"{name}: {_reason(error)}", remedy))
    return findings


def report() -> int:
    """Print the findings; returns an exit code: 1 where something that is needed is broken."""
    findings = examine()
    for finding in findings:
        mark = {"ok": "ok     ", "missing": "missing", "broken": "BROKEN "}[finding.state]
        print(f"{mark}  {finding.what}" + (f"\n         {finding.remedy}" if finding.remedy else ""))
    return int(any(finding.state == "broken" for finding in findings))


def _packages() -> list[Finding]:
    from lipsync_avatars.requirements import requirements

    broken = [Finding("broken", f"package {reason}", remedy) for reason, remedy in _lacking()]
    return broken or [Finding("ok", f"all {len(requirements())} packages that are needed")]


def _extras() -> Iterator[Finding]:
    for extra, purpose in PURPOSES.items():
        if reasons := [reason for reason, _ in _lacking(extra)]:
            yield Finding("missing", f"{purpose} ({'; '.join(reasons)})", EXTRA.format(extra))
        else:
            yield Finding("ok", purpose)


def _lacking(extra: str = "") -> Iterator[tuple[str, str]]:
    """Why packages that the metadata list cannot be used, and the remedy; one may be there and still not load."""
    from lipsync_avatars.requirements import requirements, unmet

    for item in requirements(extra):
        if reason := unmet(item):
            yield reason, f"pip install '{item}'"
        elif reason := _unloadable(item.name):
            yield reason, f"pip install --force-reinstall --no-deps '{item}'"


def _unloadable(package: str) -> str:
    """Why an installed package does not load; empty where it does."""
    try:
        for module in _modules(package):
            import_module(LOADED_LATER.get(module, module))
    except Exception as error:
        return f"{package} does not load: {_reason(error)}"
    return ""


def _modules(package: str) -> list[str]:
    """What to import: the module of the package's name, or else what its files say that it brings."""
    from lipsync_avatars.requirements import distribution

    named = package.replace("-", "_")
    if find_spec(named):
        return [named]
    files = distribution(package).files or []
    brought = {file.parts[0] for file in files if file.parts[1:] == ("__init__.py",) and file.parts[0][0] != "_"}
    return sorted(brought) or [named]


def _assets() -> Iterator[Finding]:
    from lipsync_utils import assets

    for row in assets.status():
        label, remedy = f"{row.asset.name}: {row.asset.purpose}", f"lipsync models --fetch, or put it at {row.path}"
        if row.asset.group:
            continue
        if row.state == "ready":
            yield Finding("ok", label)
        else:
            yield Finding("broken", f"{label} ({row.detail or row.state})", remedy)


def _wav2lip() -> Iterator[Finding]:
    from lipsync_utils.wav2lip import own_weights

    if find_spec("torch") is None:
        yield Finding("missing", "engine wav2lip (torch is not installed)", EXTRA.format("wav2lip"))
    elif own_weights() is not None:
        yield Finding("ok", "engine wav2lip (our own weights)")
    else:
        yield from _one_of("wav2lip", "engine wav2lip")


def _one_of(group: str, what: str) -> Iterator[Finding]:
    """Optional; one of the group's weights is enough."""
    from lipsync_utils import assets

    from .models import ready

    rows = [row for row in assets.status() if row.asset.group == group]
    licence = rows[0].asset.licence
    if names := ready(group):
        yield Finding("ok", f"{what}, {licence} ({', '.join(names)})")
        return
    damaged = "; ".join(f"{row.path} is {row.detail}" for row in rows if row.state == "damaged")
    reason = damaged or f"its weights, {licence}, were not fetched"
    yield Finding("missing", f"{what} ({reason})", "lipsync models --fetch --accept-licence")


def _studio() -> Iterator[Finding]:
    from lipsync_avatars.studio_python import find_studio
    from lipsync_utils.errors import InputError, MissingExtraError

    what = "avatars from a prompt"
    try:
        yield Finding("ok", f"{what} (studio: {_listed(find_studio().versions)})")
    except MissingExtraError:
        yield Finding("missing", f"{what} (the studio is not set up)", "lipsync avatar --setup")
    except InputError as error:
        yield Finding("missing", what, str(error))


def _engine() -> Iterator[Finding]:
    from lipsync_utils import RunOptions
    from lipsync_utils.engines import load_engine

    engine = load_engine(RunOptions(engine="rig"))
    yield Finding("ok", f"engine {engine.name} ({_listed(engine.models)})")


def _codecs() -> Iterator[Finding]:
    import av

    absent = [name for name in ("libx264", "aac", "flac") if name not in av.codecs_available]
    if absent:
        yield Finding("broken", f"encoders {', '.join(absent)}", "pip install --force-reinstall av")
    else:
        yield Finding("ok", f"encoders for H.264, AAC and FLAC (PyAV {version('av')})")


def _devices() -> Iterator[Finding]:
    if find_spec("torch") is None:
        yield Finding("ok", f"no GPU is looked for without PyTorch; none is needed ({os.cpu_count()} CPU threads)")
        return
    import torch

    if torch.cuda.is_available():
        yield Finding("ok", f"GPU: {torch.cuda.get_device_name()}")
    elif torch.backends.mps.is_available():
        yield Finding("ok", "GPU: Apple Metal")
    else:
        yield Finding("ok", f"no GPU; none is needed ({torch.get_num_threads()} CPU threads)")


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
