"""Two speakers share one engine at the same time, in several threads: each gets what a run for them alone gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
import wav2lip_weights as made_up
from real_files import pair
from synthetic_media import voice, write_sound

from lipsync_utils import FaceOptions, MotionOptions, RunOptions, WriteOptions, run
from lipsync_utils.streaming import Background
from lipsync_utils.wav2lip import engine as engine_module
from lipsync_utils.wav2lip.fast import FastWav2Lip, as_input

STILL = RunOptions(engine="wav2lip", motion=MotionOptions(style="still"), write=WriteOptions(crf=0))


def decoded(path: str | Path) -> np.ndarray:
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]).astype(int)


@pytest.mark.usefixtures("mouth")
@pytest.mark.parametrize("name", ["two.mp4", "two.png"])
def test_nobody_changes_for_the_other(tmp_path, monkeypatch, name):
    monkeypatch.setattr(engine_module, "rest_gate", np.ones_like)  # sounds that are no voice are heard all the same
    face = pair(tmp_path / name, seconds=1.0)
    sounds = [write_sound(tmp_path / f"{seed}.wav", voice(1.0, seed=seed)) for seed in (1, 2)]
    both = decoded(run(face, dict(enumerate(sounds)), tmp_path / "both.mp4", options=STILL).output)
    alone = [
        decoded(run(face, sound, tmp_path / f"{number}.mp4", options=replace(STILL, face=FaceOptions(number))).output)
        for number, sound in enumerate(sounds)
    ]
    np.testing.assert_array_equal(both[:, :, :200], alone[0][:, :, :200])
    np.testing.assert_array_equal(both[:, :, 280:], alone[1][:, :, 280:])
    assert min(np.abs(one - both).max() for one in alone) > 60, "and each does something"


def test_the_network_may_be_asked_by_several_threads():
    network = FastWav2Lip(made_up.network(), device="cpu", precision="float32")
    crops = np.random.default_rng(0).integers(0, 255, (4, 96, 96, 3), np.uint8)
    mel = made_up.wave((4, 1, 80, 16), 0.37, 0.1)

    def spoken(number: int) -> torch.Tensor:
        part = slice(number, number + 1)
        return network.speak(mel[part], network.encode(as_input(crops[part])))

    expected, allowed = [spoken(number) for number in range(4)], torch.backends.cudnn.allow_tf32
    with Background("asking", threads=4) as background:
        for number in (0, 1, 2, 3) * 3:
            background.submit(spoken, number)
        for given, wanted in zip(background.results(), expected * 3, strict=True):
            torch.testing.assert_close(given, wanted)
    assert torch.backends.cudnn.allow_tf32 is allowed
