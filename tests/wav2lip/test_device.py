"""Wav2Lip off the processor: on a real accelerator (``pytest -m gpu``), and everywhere on a pretended one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
import quick_runs
import torch
import wav2lip_weights as made_up
from pretended_device import pretended_device
from synthetic_faces import SyntheticFace, draw
from synthetic_media import voice

from lipsync_utils.engines import Task
from lipsync_utils.faces import BlazeMeshDetector
from lipsync_utils.options import MotionOptions
from lipsync_utils.records import SAMPLE_RATE, Frame, Speech, Timeline, TrackedFrame
from lipsync_utils.wav2lip import Wav2LipEngine
from lipsync_utils.wav2lip import engine as engine_module
from lipsync_utils.wav2lip import fast as fast_module
from lipsync_utils.wav2lip.fast import FastWav2Lip, as_pictures, choose_dtype


def real_device() -> object:
    """The accelerator of this machine as a test's parameter; without one, the test says so and is skipped."""
    if torch.cuda.is_available():
        return pytest.param("cuda", marks=pytest.mark.gpu, id=torch.cuda.get_device_name())
    if torch.backends.mps.is_available():
        return pytest.param("mps", marks=pytest.mark.gpu, id="Apple Metal")
    no_device = pytest.mark.skip(reason="PyTorch finds neither a CUDA nor an MPS device on this machine")
    return pytest.param("none", marks=(pytest.mark.gpu, no_device), id="no accelerator")


@pytest.fixture(params=["pretended", real_device()])
def device(request, monkeypatch) -> Iterator[str]:
    """The name of a device that is no processor."""
    if request.param != "pretended":
        yield request.param
        return
    monkeypatch.setattr(engine_module, "prefetch", lambda items, depth: items)  # all of it in this thread
    with pretended_device():
        yield "cuda"


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with quick_runs.one_thread():
        yield


@pytest.fixture(scope="module")
def mel() -> torch.Tensor:
    return 4 * made_up.wave((2, 1, 80, 16), 0.011, 0.3)


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    return 0.5 + 0.5 * made_up.wave((2, 6, 96, 96), 0.0007, 0.1)


@pytest.fixture(scope="module")
def expected(mel, faces) -> torch.Tensor:
    """What the processor makes of them."""
    on_cpu = FastWav2Lip(made_up.network(), device="cpu", precision="float32")
    return on_cpu.speak(mel, on_cpu.encode(faces))


def test_it_is_the_same_function(device, mel, faces, expected):
    """Also on GPUs that would round factors of float32 to ten bits if they were not told not to."""
    there = FastWav2Lip(made_up.network(), device=device, precision="float32")
    made = there.speak(mel, there.encode(faces))
    assert (made - expected).abs().max() < 1e-4 * np.ptp(expected.numpy())


def test_half_precision_is_close(device, mel, faces, expected):
    half = FastWav2Lip(made_up.network(), device=device, precision="float16")
    made = half.speak(mel[:1], half.encode(faces[:1]))
    assert -10 * torch.log10(torch.mean((made - expected[:1]) ** 2)) > 40, "dB"


def test_tensors_go_to_the_device_and_come_back(device, mel, faces, expected):
    there = FastWav2Lip(made_up.network(), device=device, precision="float32")
    features = there.encode(faces[:1])
    assert {share.device.type for share in features} == {device}
    made = there.speak(mel[:1], features)
    assert made.device.type == "cpu"
    assert made.dtype == torch.float32
    again = there.speak(mel[:1].to(device), there.encode(faces[:1].to(device)))
    np.testing.assert_array_equal(again.numpy(), made.numpy(), err_msg="what lies there already is taken from there")
    pictures = as_pictures(made.to(device))
    np.testing.assert_allclose(pictures[0, 30, 40], expected[0, :, 30, 40].numpy()[::-1], atol=1e-4)


@pytest.mark.parametrize("kind", ["picture", "video"])
def test_the_engine_shows_the_same_as_on_the_processor(device, monkeypatch, kind):
    monkeypatch.setattr(engine_module, "rest_gate", np.ones_like)  # it speaks all the time
    image = draw(SyntheticFace(x=128, y=115, width=120), size=(256, 256))
    (face,) = BlazeMeshDetector().detect(image)
    wave = voice(0.12, rate=SAMPLE_RATE).astype(np.float32)
    speech = Speech(wave, len(wave), SAMPLE_RATE, 1, "voice.wav")
    task = Task(speech, Timeline.covering(len(wave), SAMPLE_RATE, Fraction(25)), MotionOptions(style="still"))
    shown = {}
    for name in ("cpu", device):
        engine = Wav2LipEngine(FastWav2Lip(made_up.network(), device=name, precision="float32"), models={})
        frames = [TrackedFrame(Frame(index, index / 25, image), face) for index in range(task.timeline.frames)]
        made = engine.for_picture(frames[0], task) if kind == "picture" else engine.for_video(iter(frames), task)
        shown[name] = np.stack(list(made)).astype(int)
    assert np.abs(shown[device] - shown["cpu"]).max() <= 1, "levels of 255"
    assert np.abs(shown["cpu"] - image).max() > 20, "and there is a mouth to see"


def test_auto_takes_the_gpu_and_half_precision(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pretended_device():
        assert fast_module.choose_device("auto").type == "cuda"
    assert choose_dtype("auto", torch.device("cuda")) == torch.float16
    assert choose_dtype("auto", torch.device("mps")) == torch.float32


def test_the_pretended_device_notices_what_was_left_behind(mel, faces):
    with pretended_device():
        there = FastWav2Lip(made_up.network(), device="cuda", precision="float32")
        there._placed = lambda x: x
        with pytest.raises(RuntimeError, match="expected all tensors on cuda:0, but one is on cpu"):
            there.encode(faces)
        with pytest.raises((RuntimeError, TypeError)):
            mel.to("cuda").numpy()


@pytest.mark.parametrize(("precision", "rounded"), [("float32", False), ("bfloat16", True)])
def test_factors_are_rounded_only_where_half_precision_was_asked_for(monkeypatch, faces, precision, rounded):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    seen, conv2d = set(), torch.nn.functional.conv2d

    def noting(*arguments):
        seen.add(torch.backends.cudnn.allow_tf32)
        return conv2d(*arguments)

    monkeypatch.setattr(torch.nn.functional, "conv2d", noting)
    fast = FastWav2Lip(made_up.network(), device="cpu", precision=precision)
    fast.encode(faces[:1])
    assert seen == {rounded}
    assert torch.backends.cudnn.allow_tf32, "as it was"
