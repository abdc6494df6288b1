"""Make the project importable in a notebook, and install what is missing without touching torch, NumPy or OpenCV.

Run by the first cell of every notebook, which has found or fetched the project. In an environment that was installed
(``make install``, ``pip install -e ".[notebooks]"``) it installs nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

KEEP = ("torch", "numpy", "opencv-python", "opencv-python-headless", "opencv-contrib-python")
"""Never installed again where they are: Colab's are made for its GPU."""

SAME = {"opencv-python-headless": ("opencv-python", "opencv-contrib-python")}
"""Packages that give the same module."""

NOT_NEEDED = ("jupyterlab", "nbclient")
"""Parts of the extra that a running notebook has no use for."""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    wanted = [text for text in requirements() if not satisfied(text)]
    if not wanted:
        return
    if "google.colab" not in sys.modules:
        raise SystemExit(
            f"These packages are missing: {', '.join(wanted)}. Install them with: pip install -e '.[notebooks]'"
        )
    pins = [f"{name}=={found}" for name in KEEP if (found := installed(name))]
    print("Installing:", ", ".join(wanted))
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "keep.txt"
        constraints.write_text("\n".join(pins), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-c", str(constraints), *wanted], check=True)


def requirements() -> list[str]:
    """What the package and its notebooks need, as ``pyproject.toml`` says it."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *extras["notebooks"], *extras["speech"]]
    return [text for text in listed if name_of(text) not in (*NOT_NEEDED, "lipsync_utils")]


def satisfied(requirement: str) -> bool:
    """Whether something installed will do; torch, NumPy and OpenCV are taken as they are."""
    from packaging.requirements import Requirement

    name = name_of(requirement)
    found = [text for other in (name, *SAME.get(name, ())) if (text := installed(other))]
    return bool(found) and (name in KEEP or Requirement(requirement).specifier.contains(found[0], prereleases=True))


def name_of(requirement: str) -> str:
    """Name of the package in ``name[extra]>=1``."""
    from packaging.requirements import Requirement

    return Requirement(requirement).name


def installed(name: str) -> str | None:
    """Version of an installed package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
