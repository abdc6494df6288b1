"""Keep the course in order: stamp its first cells, run it from top to bottom, check what was committed.

python notebooks/course.py stamp             # badges and set-up cells, from [project.urls] in pyproject.toml
python notebooks/course.py run [NOTEBOOK]    # a fresh kernel each, outputs written in place
python notebooks/course.py check             # form, outputs, links; what the tests check too
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import nbformat
import typer
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LARGEST_BYTES = 1_000_000
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
MEDIA = re.compile(r"data:(video|audio)/[^\"']+")

SET_UP = '''\
# Finds the project beside this notebook; on Colab, fetches it and installs what is missing.
import shutil
import subprocess
from pathlib import Path

REPOSITORY, REVISION = "{repository}", "{revision}"


def find_project():
    """Folder of the project: above this notebook, in an uploaded zip or a mounted drive, or a fresh copy of it."""
    here = Path.cwd()
    for archive in here.glob("*lip*sync*.zip"):
        shutil.unpack_archive(archive, here)
    places = [here, *here.parents, *here.glob("*"), *here.glob("drive/MyDrive/*")]
    for place in places:
        if (place / "notebooks" / "set_up.py").exists():
            return place
    subprocess.run(["git", "clone", "-q", "--depth", "1", "--branch", REVISION, REPOSITORY, "ai-lip-sync"], check=True)
    return here / "ai-lip-sync"


ROOT = find_project()
%run {{ROOT / "notebooks" / "set_up.py"}}
'''

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)


def lessons() -> list[Path]:
    """The notebooks in their order."""
    return sorted(HERE.glob("0*.ipynb"))


def everything() -> list[Path]:
    """The notebooks and the solutions to their exercises."""
    return [*lessons(), *sorted((HERE / "solutions").glob("*.ipynb"))]


def project() -> tuple[str, str]:
    """Public address and revision of the project, from the one place where they are written."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    repository = re.search(r'^Repository = "(.+)"', text, re.M)
    number = re.search(r'^version = "(.+)"', text, re.M)
    if not repository or not number:
        raise SystemExit("pyproject.toml has no version, or no Repository in [project.urls].")
    return repository[1], f"v{number[1]}"


def badge(path: Path) -> str:
    """The line that opens a notebook in Colab."""
    repository, revision = project()
    inside = path.relative_to(ROOT).as_posix()
    where = repository.replace("https://github.com/", "https://colab.research.google.com/github/")
    return f"[![Open in Colab]({BADGE})]({where}/blob/{revision}/{inside})"


def set_up_cell() -> str:
    """Source of the first code cell of every notebook."""
    repository, revision = project()
    return SET_UP.format(repository=repository, revision=revision).strip()


def read(path: Path) -> NotebookNode:
    """One notebook, format 4."""
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write it without what differs between machines."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := cleaned(output))]
    nbformat.write(notebook, path)


def cleaned(output: NotebookNode) -> NotebookNode | None:
    """An output without media and widgets, which would swell the file or show nothing."""
    output.pop("metadata", None)
    if output.output_type in ("display_data", "execute_result"):
        output.metadata = {}
        data = output.data
        data.pop("application/vnd.jupyter.widget-view+json", None)
        page = data.get("text/html", "")
        if MEDIA.search(page):
            title = re.search(r'title="([^"]*)"', page)
            data.clear()
            data["text/plain"] = f"▶ {title[1] if title else 'a player'} (plays when the cell is run)"
    return output


@app.command()
def stamp() -> None:
    """Write badges and set-up cells anew."""
    for path in everything():
        notebook = read(path)
        for cell in notebook.cells:
            if "set-up" in cell.metadata.get("tags", []):
                cell.source = set_up_cell()
        title = notebook.cells[0]
        title.source = re.sub(r"\[!\[Open in Colab\]\(\S*\)\]\(\S*\)", badge(path), title.source)
        write(notebook, path)


@app.command()
def run(
    notebooks: Annotated[list[Path] | None, typer.Argument(help="By default all, with the solutions.")] = None,
    seconds: Annotated[int, typer.Option(help="Longest time for one cell.")] = 900,
) -> None:
    """Run notebooks in fresh kernels, from the folder they lie in, and write their outputs."""
    begun, rows = time.perf_counter(), []
    chosen = [path.resolve() for path in notebooks or everything()]
    for path in chosen:
        started, notebook = time.perf_counter(), read(path)
        NotebookClient(
            notebook, timeout=seconds, resources={"metadata": {"path": str(path.resolve().parent)}}
        ).execute()
        write(notebook, path)
        rows.append((path.name, time.perf_counter() - started))
        print(f"{rows[-1][0]:<34} {rows[-1][1]:6.0f} s", flush=True)
    print(f"{'all':<34} {time.perf_counter() - begun:6.0f} s")
    faults = [fault for path in chosen for fault in faults_of(path)]
    if faults:
        raise SystemExit("\n".join(faults))
    print(f"{len(rows)} passed, 0 failed")


@app.command()
def check() -> None:
    """Say what is wrong with the committed notebooks."""
    faults = [fault for path in everything() for fault in faults_of(path)]
    if faults:
        raise SystemExit("\n".join(faults))


def faults_of(path: Path) -> list[str]:
    """What a reader of the committed file would stumble over."""
    notebook, found = read(path), []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("its cells were not run once each, from top to bottom")
    if path.stat().st_size > LARGEST_BYTES:
        found.append(f"it has {path.stat().st_size / 1e6:.2f} MB; less than 1 is wanted")
    if badge(path) not in notebook.cells[0].source or not code or code[0].source != set_up_cell():
        found.append("badge or set-up cell are not today's: run `python notebooks/course.py stamp`")
    for number, cell in enumerate(code, start=1):
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                found.append(f"cell [{number}] ends in {output.ename}")
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell [{number}] writes a warning: {output.text.strip()[:80]!r}")
    found += [f"the link {link!r} leads nowhere" for cell in notebook.cells for link in dead_links(cell, path.parent)]
    return [f"{path.name}: {fault}" for fault in found]


def dead_links(cell: NotebookNode, folder: Path) -> list[str]:
    """Relative links of a text cell to files that are not there."""
    if cell.cell_type != "markdown":
        return []
    links = re.findall(r"\]\(([^)\s]+)\)", cell.source) + re.findall(r'(?:src|href)="([^"]+)"', cell.source)
    near = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
    return [link for link in near if not (folder / unquote(link)).exists()]


if __name__ == "__main__":
    app()
