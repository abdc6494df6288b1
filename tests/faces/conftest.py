"""Drawn faces and the detector that all tests of faces share."""

from __future__ import annotations

import pytest

from lipsync_utils.faces.blazemesh import BlazeMeshDetector


@pytest.fixture(scope="session")
def detector() -> BlazeMeshDetector:
    return BlazeMeshDetector()
