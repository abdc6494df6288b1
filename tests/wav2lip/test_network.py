"""The generator is the published one, also where it is computed faster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import quick_runs
import torch
import wav2lip_weights as made_up

from lipsync_utils.errors import InputError
from lipsync_utils.wav2lip import fast as wav2lip_fast
from lipsync_utils.wav2lip.fast import SHOWN_ROWS, FastWav2Lip, choose_device, choose_dtype
from lipsync_utils.wav2lip.network import Wav2Lip

TOLERANCE = 1e-4
"""Of the golden output's range."""


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with quick_runs.one_thread():
        yield


@pytest.fixture(scope="module")
def golden() -> np.ndarray:
    return np.load(made_up.GOLDEN / "wav2lip.npz")["output"]


@pytest.fixture(scope="module")
def mel() -> torch.Tensor:
    return 4 * made_up.wave((4, 1, 80, 16), 0.011, 0.3)


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    return 0.5 + 0.5 * made_up.wave((4, 6, 96, 96), 0.0007, 0.1)


@pytest.fixture(scope="module")
def fast() -> FastWav2Lip:
    return FastWav2Lip(made_up.network(), device="cpu", precision="float32")


def check(output: torch.Tensor, golden: np.ndarray) -> None:
    assert output.dtype == torch.float32
    np.testing.assert_allclose(output.numpy(), golden, atol=TOLERANCE * np.ptp(golden), rtol=0)


def test_parameters_have_the_published_names_shapes_and_order():
    assert [(key, tuple(tensor.shape)) for key, tensor in Wav2Lip().state_dict().items()] == made_up.keys()


def test_the_plain_network_gives_the_golden_output(golden, mel, faces):
    with torch.inference_mode():
        check(made_up.network()(mel, faces), golden)


def test_folded_and_cut_it_is_the_same_function(golden, mel, faces, fast):
    check(fast.speak(mel, fast.encode(faces)), golden[:, :, SHOWN_ROWS])


def test_every_row_that_is_shown_is_right_and_none_above(golden, fast):
    assert (SHOWN_ROWS.start, SHOWN_ROWS.stop) == (48, 96), "the half that the published code blanks"
    assert golden[:, :, SHOWN_ROWS].shape[2] == 48


def test_in_batches_of_other_sizes_too(golden, mel, faces, fast):
    one_by_one = [fast.speak(mel[i : i + 1], fast.encode(faces[i : i + 1])) for i in range(4)]
    check(torch.cat(one_by_one), golden[:, :, SHOWN_ROWS])
    five = fast.speak(mel[[0, 1, 2, 3, 0]], fast.encode(faces[[0, 1, 2, 3, 0]]))
    check(five, golden[[0, 1, 2, 3, 0]][:, :, SHOWN_ROWS])


def test_one_face_encoded_once_speaks_every_window(mel, faces, fast):
    with torch.inference_mode():
        plain = made_up.network()(mel, faces[:1].expand(4, -1, -1, -1)).numpy()
    check(fast.speak(mel, fast.encode(faces[:1])), plain[:, :, SHOWN_ROWS])


def test_encoded_faces_do_not_change(mel, faces, fast):
    features = fast.encode(faces[:1])
    before = [share.clone() for share in features]
    fast.speak(mel, features)
    assert all(torch.equal(share, copy) for share, copy in zip(features, before, strict=True))


def test_bfloat16_is_close(mel, faces, fast):
    half = FastWav2Lip(made_up.network(), device="cpu", precision="bfloat16")
    exact, rounded = (runner.speak(mel[:1], runner.encode(faces[:1])) for runner in (fast, half))
    psnr_db = -10 * torch.log10(torch.mean((rounded - exact) ** 2)).item()
    assert psnr_db > 40


def test_the_network_itself_is_not_changed():
    before = {key: tensor.clone() for key, tensor in made_up.network().state_dict().items()}
    FastWav2Lip(made_up.network(), device="cpu", precision="bfloat16")
    assert all(torch.equal(tensor, before[key]) for key, tensor in made_up.network().state_dict().items())


@pytest.mark.parametrize("native", [True, False])
def test_half_precision_only_where_the_processor_has_it(monkeypatch, native):
    monkeypatch.setattr(wav2lip_fast, "multiplies_bfloat16", lambda: native)
    cpu = torch.device("cpu")
    assert choose_dtype("auto", cpu) == (torch.bfloat16 if native else torch.float32)
    assert choose_dtype("float32", cpu) == torch.float32


def test_unknown_precision_and_device():
    with pytest.raises(InputError, match=r"Unknown precision 'double'\. Choose one of: auto, float32"):
        choose_dtype("double", torch.device("cpu"))
    for name in ("warp drive", "cuda:99"):
        with pytest.raises(InputError, match=f"The device '{name}' was asked for"):
            choose_device(name)
