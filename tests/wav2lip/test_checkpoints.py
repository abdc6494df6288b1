"""Weights in every form in which they are passed on, and everything that only looks like them."""

from __future__ import annotations

import hashlib
import os
import pickle
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import wav2lip_weights as made_up

from lipsync_utils import assets
from lipsync_utils.errors import AssetError, InputError
from lipsync_utils.wav2lip.checkpoints import load_wav2lip
from lipsync_utils.wav2lip.network import Wav2Lip


def small_state(prefix: str = "") -> dict[str, torch.Tensor]:
    """Tensors of the full shapes, each filled with a number of its own; on disk each is that one number."""
    state = {}
    for number, (key, shape) in enumerate(made_up.keys()):
        kind = torch.int64 if key.endswith("num_batches_tracked") else torch.float32
        state[prefix + key] = torch.tensor(number, dtype=kind).expand(shape)
    return state


def check(network: Wav2Lip) -> None:
    assert not network.training
    for number, (key, tensor) in enumerate(network.state_dict().items()):
        assert (tensor == number).all(), key
        assert not tensor.requires_grad


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("inside", ["state_dict", "bare"])
def test_dictionaries_of_all_kinds(tmp_path, prefix, legacy, inside):
    content: dict = small_state(prefix)
    if inside == "state_dict":
        content = {"state_dict": content, "optimizer": None, "global_step": 7, "global_epoch": 1}
    file = tmp_path / "weights أوزان.pth"
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    check(load_wav2lip(file))


def test_counters_of_the_training_may_be_missing(tmp_path):
    state = {key: value for key, value in small_state().items() if "num_batches" not in key}
    torch.save(state, tmp_path / "w.pth")
    network = load_wav2lip(tmp_path / "w.pth")
    assert network.output_block[1].bias[0] == len(made_up.keys()) - 1


class Holder(Wav2Lip):
    """The network's parameters around a function that is quick to trace."""

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        return self.audio_encoder[0](mel)


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    holder = Holder().eval()
    for name, tensor in small_state().items():
        parent, _, leaf = name.rpartition(".")
        module = holder.get_submodule(parent)
        if leaf in module._parameters:
            module._parameters[leaf] = torch.nn.Parameter(tensor, requires_grad=False)
        else:
            module._buffers[leaf] = tensor
    file = tmp_path_factory.mktemp("archive") / "network.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # archives are a thing of the past, but those that were published stay
        torch.jit.trace(holder, torch.zeros(1, 1, 80, 16)).save(str(file))
    return file


def test_a_published_archive(archive, monkeypatch):
    known = replace(assets.ASSETS["wav2lip_sd_gan"], sha256=hashlib.sha256(archive.read_bytes()).hexdigest())
    monkeypatch.setitem(assets.ASSETS, "wav2lip_sd_gan", known)
    check(load_wav2lip(archive))


def test_an_unknown_archive_is_not_opened(archive, monkeypatch):
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: pytest.fail("a program was loaded"))
    with pytest.raises(AssetError, match=r"TorchScript archive, which holds a program, and not one that is known"):
        load_wav2lip(archive)


def whole(tmp_path: Path, *, legacy: bool = False) -> bytes:
    file = tmp_path / "whole.pth"
    torch.save(small_state(), file, _use_new_zipfile_serialization=not legacy)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: b"<!DOCTYPE html><html><title>Not found</title>", r"is an HTML page, not the file \('Not found'\)"),
        (lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer"),
        (lambda _: b"", r"is empty \(0 bytes\)"),
        (lambda path: whole(path)[:-5000], r"is incomplete or damaged \([\d,]+ bytes; its end is missing\)"),
        (lambda path: whole(path, legacy=True)[:-100], "is incomplete or damaged"),
        (lambda path: whole(path, legacy=True)[:300], "(is incomplete or damaged|no PyTorch checkpoint)"),
        (lambda _: b"some text\n" * 30, "is no PyTorch checkpoint"),
        (lambda _: bytes(range(256)) * 10, "is no PyTorch checkpoint"),
    ],
    ids=["html", "pointer", "empty", "half zip", "half legacy", "head", "text", "bytes"],
)
def test_what_is_no_checkpoint(tmp_path, make, message):
    file = tmp_path / "w.pth"
    file.write_bytes(make(tmp_path))
    with pytest.raises(AssetError, match=message) as caught:
        load_wav2lip(file)
    assert str(file) in str(caught.value)
    assert "Download it again, or leave out --checkpoint" in str(caught.value)


class Trap:
    """Runs a command in whoever unpickles it."""

    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


@pytest.mark.parametrize("legacy", [True, False])
def test_a_program_in_a_pickle_is_never_run(tmp_path, monkeypatch, legacy):
    sprung = tmp_path / "sprung"
    monkeypatch.setenv("TRAP", str(sprung))
    torch.save(
        {"state_dict": small_state(), "x": Trap()}, tmp_path / "w.pth", _use_new_zipfile_serialization=not legacy
    )
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(AssetError, match="could run any program, so it is refused"):
        load_wav2lip(tmp_path / "w.pth")
    with pytest.raises(AssetError, match=r"(refused|is no PyTorch checkpoint)"):
        load_wav2lip(tmp_path / "plain.pkl")
    assert not sprung.exists()


def without(key: str) -> dict:
    return {k: v for k, v in small_state().items() if k != key}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: [1, 2], "holds a list; needed is a dictionary of tensors"),
        (lambda: {"face_encoder.0.weight": torch.zeros(3)}, r"of its 352 tensors \d+ are missing .* and 1 others"),
        (lambda: without("output_block.1.bias"), r"1 are missing .*missing: output_block\.1\.bias \(3,\)"),
        (lambda: small_state() | {"extra": torch.zeros(1)}, r"0 are missing .*too many: extra"),
        (
            lambda: small_state() | {"output_block.1.bias": torch.zeros(4)},
            r"output_block\.1\.bias \(3,\) \(there: \(4,\)\)",
        ),
        (
            lambda: small_state() | {"output_block.1.bias": torch.full((3,), torch.nan)},
            r"not finite numbers, first in output_block\.1\.bias",
        ),
    ],
    ids=["list", "another network", "one missing", "one too many", "another size", "NaN"],
)
def test_weights_that_do_not_fit(tmp_path, content, message):
    torch.save(content(), tmp_path / "w.pth")
    with pytest.raises(AssetError, match=message):
        load_wav2lip(tmp_path / "w.pth")


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match=r"checkpoint '.*nothing\.pth' does not exist"):
        load_wav2lip(tmp_path / "nothing.pth")
