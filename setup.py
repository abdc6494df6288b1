"""What ``pyproject.toml`` cannot say: ``samples`` at the top of the checkout goes into ``lipsync_tools``."""

from setuptools import find_namespace_packages, setup

SAMPLES = "lipsync_tools.sample_files"

setup(
    packages=[
        *find_namespace_packages(include=["lipsync_*"], exclude=["*.egg-info", "*.__pycache__"]),
        SAMPLES,
    ],
    package_dir={SAMPLES: "samples"},
)
