"""Make the project importable in a notebook, and install what is missing without touching torch, NumPy or OpenCV.

Run by the first cell of every notebook, which has found or fetched the project. In an environment that was installed
(``make install``, ``pip install -e ".[notebooks]"``) it installs nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lipsync_avatars.requirements import Requirement, distribution, requirements, unmet  # noqa: E402

KEEP = ("torch", "numpy", "opencv-python", "opencv-python-headless", "opencv-contrib-python")
"""Never installed again where they are: Colab's are made for its GPU."""

NOT_NEEDED = ("jupyterlab", "nbclient")
"""Parts of the extra that a running notebook has no use for."""


def main() -> None:
    wanted = [str(item) for item in needed() if not satisfied(item)]
    if not wanted:
        return
    if "google.colab" not in sys.modules:
        raise SystemExit(
            f"These packages are missing: {', '.join(wanted)}. Install them with: pip install -e '.[notebooks]'"
        )
    pins = {f"{found.name}=={found.version}" for name in KEEP if (found := distribution(name))}
    print("Installing:", ", ".join(wanted))
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "keep.txt"
        constraints.write_text("\n".join(pins), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-c", str(constraints), *wanted], check=True)


def needed() -> list[Requirement]:
    """What the package and its notebooks need."""
    listed = [item for extra in ("", "notebooks", "wav2lip", "speech") for item in requirements(extra)]
    return [item for item in listed if item.name not in NOT_NEEDED]


def satisfied(item: Requirement) -> bool:
    """Whether something installed will do; torch, NumPy and OpenCV are taken as they are."""
    return not unmet(item) or (item.name in KEEP and distribution(item.name) is not None)


if __name__ == "__main__":
    main()
