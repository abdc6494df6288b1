"""The recipe of the container, step by step, without Docker; and the proxy that stands before it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "app/Dockerfile"
KNOWN = {"FROM", "RUN", "WORKDIR", "ENV", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "PIP_CERT")
"""What belongs to the network that the container is built in, not to the recipe: whom its proxy asks to trust."""


class Step(NamedTuple):
    """An instruction of the recipe, and what follows it."""

    name: str
    rest: str

    def command(self) -> list[str]:
        """The program that is started, and what it is given."""
        return json.loads(self.rest[self.rest.index("[") :])


def steps() -> list[Step]:
    text = "\n".join(line for line in RECIPE.read_text("utf-8").splitlines() if not line.startswith("#"))
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [Step(*line.strip().split(maxsplit=1)) for line in lines if line.strip()]


def of(name: str) -> list[Step]:
    return [step for step in steps() if step.name == name]


def is_given(name: str) -> bool:
    """Whether Docker gets a file of the checkout: the last line that speaks of it decides."""
    given = True
    for line in (ROOT / "app/Dockerfile.dockerignore").read_text("utf-8").split():
        pattern = line.removeprefix("!")
        if fnmatch(name, pattern) or name.startswith(f"{pattern}/"):
            given = line.startswith("!")
    return given


def copies(step: Step) -> tuple[list[Path], str]:
    *sources, target = step.rest.split()
    return [ROOT / source for source in sources], target


def test_every_instruction_is_one_that_docker_knows():
    assert {step.name for step in steps()} <= KNOWN
    assert steps()[0].name == "FROM"
    assert len(of("CMD")) == len(of("HEALTHCHECK")) == len(of("USER")) == 1


def test_everything_that_is_copied_is_there_and_is_given_to_docker():
    for step in of("COPY"):
        sources, target = copies(step)
        for source in sources:
            assert source.exists(), step
            assert is_given(source.name), step
            assert len(sources) == 1 or target.endswith("/"), "Docker copies several only into a folder"
            assert source.is_file() or target == source.name, "Docker copies what is in a folder, not the folder"


def test_nothing_else_is_given_to_docker():
    copied = {source.name for step in of("COPY") for source in copies(step)[0]}
    kept = {path.name for path in ROOT.iterdir() if is_given(path.name)}
    assert kept <= copied
    assert not is_given(".git")


def test_the_server_has_no_rights_and_nothing_is_built_after_they_are_given_up():
    names = [step.name for step in steps()]
    assert "RUN" not in names[names.index("USER") :]
    assert "COPY" not in names[names.index("USER") :]
    user = of("USER")[0].rest
    assert any(step.rest.startswith("useradd") and step.rest.split()[-1] == user for step in of("RUN"))


def test_the_command_starts_the_app_with_options_that_streamlit_knows():
    from streamlit import config

    program, verb, script, *options = of("CMD")[0].command()
    assert (program, verb) == ("streamlit", "run")
    assert (ROOT / script).is_file()
    for option in options:
        name, _, value = option.removeprefix("--").partition("=")
        assert config._config_options_template[name], option
        assert value
    assert f"--server.port={of('EXPOSE')[0].rest}" in options


def test_health_is_asked_where_the_server_answers():
    program, flag, code = of("HEALTHCHECK")[0].command()
    assert (program, flag) == ("python", "-c")
    compile(code, "health", "exec")
    assert f"127.0.0.1:{of('EXPOSE')[0].rest}/_stcore/health" in code


PIP = """
import pathlib, sys, tomllib
arguments = sys.argv[1:]
assert arguments.pop(0) == "install", arguments
while arguments:
    name = arguments.pop(0)
    if name in ("-c", "-r"):
        assert pathlib.Path(arguments.pop(0)).is_file(), sys.argv
    elif name in ("--index-url", "--extra-index-url"):
        assert arguments.pop(0).startswith("https://"), sys.argv
    elif name == "-e":
        folder, _, extras = arguments.pop(0).rstrip("]").partition("[")
        project = tomllib.loads((pathlib.Path(folder) / "pyproject.toml").read_text("utf-8"))["project"]
        assert set(filter(None, extras.split(","))) <= set(project["optional-dependencies"]), sys.argv
        for file in ("setup.py", project["readme"], *project["license-files"], "samples"):
            assert (pathlib.Path(folder) / file).exists(), file
    else:
        assert not name.startswith("-"), name
"""
LIPSYNC = """
import sys
from lipsync_tools.cli import app
app([*sys.argv[1:], "--help"])
"""


def test_every_step_works_on_what_the_steps_before_have_made(tmp_path):
    """With a pip and a lipsync that only check what they are told."""

    def stand_in(program: str, text: str) -> None:
        path = tmp_path / "bin" / program
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
        path.chmod(0o755)

    stand_in("pip", PIP)
    stand_in("lipsync", LIPSYNC)
    stand_in("useradd", "")
    replay(tmp_path, f"{tmp_path / 'bin'}:{os.environ['PATH']}", {"PYTHONPATH": str(ROOT)})
    assert (tmp_path / "srv/app/app/streamlit_app.py").is_file()
    assert (tmp_path / "srv/app/.streamlit/config.toml").is_file()


def replay(root: Path, path: str, more: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """Do what the recipe says in a folder instead of a container; the working folder and environment in the end."""
    trusted = {name: os.environ[name] for name in CERTIFICATES if name in os.environ}
    environment = {"PATH": path, "HOME": str(root), "LANG": "C.UTF-8"} | trusted | more
    folder = root

    def inside(text: str) -> str:
        return text.replace("/srv/", f"{root}/srv/")

    def copy(step: Step) -> None:
        sources, target = copies(step)
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / target)

    def run(step: Step) -> None:
        done = subprocess.run(
            ["sh", "-e", "-c", inside(step.rest)], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"

    doing: dict[str, Callable[[Step], None]] = {"COPY": copy, "RUN": run}
    for step in steps():
        if step.name == "WORKDIR":
            folder = Path(inside(step.rest))
            folder.mkdir(parents=True, exist_ok=True)
        elif step.name == "ENV":
            environment |= dict(pair.split("=", 1) for pair in inside(step.rest).split())
        elif step.name in doing:
            doing[step.name](step)
    return folder, environment


@pytest.mark.wheel
def test_the_container_is_built_and_served_in_an_empty_environment(tmp_path):
    """With everything that is fetched, in a Python of its own instead of the one of the image."""
    venv.create(tmp_path / "env", with_pip=True)
    inside = tmp_path / "env/bin"
    (inside / "useradd").write_text("#!/bin/sh\n")
    (inside / "useradd").chmod(0o755)
    folder, environment = replay(tmp_path, f"{inside}:/usr/bin:/bin", {"TMPDIR": str(tmp_path)})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [word.replace("8501", port).replace("0.0.0.0", "127.0.0.1") for word in of("CMD")[0].command()]
    health = [word.replace("8501", port) for word in of("HEALTHCHECK")[0].command()]
    server = subprocess.Popen([inside / command[0], *command[1:]], cwd=folder, env=environment)
    try:
        end = time.monotonic() + 120
        while subprocess.run([inside / health[0], *health[1:]], env=environment, capture_output=True).returncode:
            assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(1)
    finally:
        server.terminate()
        server.wait(60)


# --- the proxy --------------------------------------------------------------------------------------------------------


def test_only_the_proxy_reaches_the_app_and_only_there_it_is_believed():
    compose = yaml.safe_load((ROOT / "app/compose.yaml").read_text("utf-8"))
    app, caddy = compose["services"]["app"], compose["services"]["caddy"]
    assert "ports" not in app
    assert app["environment"] == {"FORWARDED_ALLOW_IPS": "*"}
    assert "FORWARDED_ALLOW_IPS" not in RECIPE.read_text("utf-8")
    assert (ROOT / "app" / app["build"]["context"] / app["build"]["dockerfile"]).samefile(RECIPE)
    assert [volume for volume in caddy["volumes"] if (ROOT / "app" / volume.split(":")[0]).is_file()]


def test_the_proxy_forwards_to_the_app_and_takes_what_the_app_takes():
    text = (ROOT / "app/Caddyfile").read_text("utf-8")
    limit = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["server"]["maxUploadSize"]
    assert f"reverse_proxy app:{of('EXPOSE')[0].rest}" in text
    assert int(re.search(r"max_size (\d+)MB", text)[1]) > limit
    assert "/_stcore/metrics" in text
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no Caddy was found (apt-get install caddy)")
def test_the_proxy_understands_its_file():
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", ROOT / "app/Caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
