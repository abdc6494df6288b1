"""A network that does not learn but shows what it hears: a dark mouth, the wider open the louder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import quick_runs
import torch
from torch.nn import functional as F

from lipsync_utils import engines
from lipsync_utils.wav2lip import Wav2LipEngine
from lipsync_utils.wav2lip.mel import SILENCE


class LoudMouth:
    """Stands for the generator: the source's lower half with a dark ellipse as high as the window's middle is loud.

    Attributes:
        encoded: number of faces that were encoded.
        spoken: number of windows that were heard.
    """

    early, moves = 0, False

    def __init__(self) -> None:
        self.encoded = self.spoken = 0

    def encode(self, faces: torch.Tensor) -> torch.Tensor:
        assert faces.shape[1:] == (6, 96, 96)
        assert (faces[:, :3, 48:] == 0).all(), "the lower half is blanked"
        assert torch.equal(faces[:, :3, :48], faces[:, 3:, :48])
        self.encoded += len(faces)
        return faces

    def speak(self, mel: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        assert mel.shape[1:] == (1, 80, 16)
        assert len(features) in (1, len(mel))
        self.spoken += len(mel)
        loud = ((mel[:, 0, :, 7:9].mean((1, 2)) - SILENCE) / 4).clamp(0, 1)
        y, x = torch.meshgrid(torch.arange(48.0), torch.arange(96.0), indexing="ij")
        height = 0.1 + 10 * loud[:, None, None]
        dark = (2 - 2 * (((x - 47.5) / 14) ** 2 + ((y - 24) / height) ** 2)).clamp(0, 1)[:, None]
        face = F.avg_pool2d(F.pad(features[:, 3:], (1, 1, 1, 1), mode="replicate"), 3, 1)[:, :, 48:]
        return face * (1 - dark)


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Wav2LipEngine]:
    """The engine under the name ``wav2lip``, whatever the options."""
    with quick_runs.models_loaded_once(), pytest.MonkeyPatch.context() as patch:
        engine = Wav2LipEngine(LoudMouth(), models={"generator": "stand-in"})
        patch.setitem(engines.ENGINES, "wav2lip", lambda options: engine)
        yield engine


@pytest.fixture
def mouth(shared_engine) -> LoudMouth:
    """The network, having heard nothing yet."""
    shared_engine._generator.encoded = shared_engine._generator.spoken = 0
    return shared_engine._generator
