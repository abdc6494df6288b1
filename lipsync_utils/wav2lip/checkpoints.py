"""Reading Wav2Lip's weights from any of the forms in which they are passed on, without running what is in the file.

Three forms are read: a training checkpoint (a dictionary with ``state_dict``, perhaps of a network that was spread over
several GPUs: ``module.``), a bare state dictionary, and a TorchScript archive. The first two are unpickled as tensors
only; an archive holds a program, so it is opened only if its SHA-256 is that of a published one.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch

from .. import assets
from ..errors import AssetError, InputError
from ..messages import Message
from ..options import Wav2LipOptions
from .compact import CompactWav2Lip, load_compact
from .network import Wav2Lip
from .own import OFFICIAL, own_weights

_GET_ANOTHER = Message("Download it again, or leave out --checkpoint to have the published weights fetched")
_COUNTER = "num_batches_tracked"  # of training only; archives may leave it out


def checkpoint_file(options: Wav2LipOptions) -> Path:
    """The file with the weights: our own unless others are asked for; published ones are fetched into the cache.

    Raises:
        InputError: neither a file nor the name of a published one.
        AssetError: it cannot be had, or its licence was not accepted.
    """
    if options.checkpoint is None or str(options.checkpoint) == OFFICIAL:
        own = own_weights() if options.checkpoint is None else None
        return own or assets.path_of_one("wav2lip")
    if str(options.checkpoint) in assets.ASSETS:
        return assets.path(str(options.checkpoint))
    file = Path(options.checkpoint).expanduser()
    if not file.is_file():
        names = ", ".join((OFFICIAL, *(asset.name for asset in assets.in_group("wav2lip"))))
        raise InputError(
            "The checkpoint {checkpoint!r} does not exist. Give a file with the generator's weights, or "
            "one of the names {names}.",
            checkpoint=str(options.checkpoint),
            names=names,
        )
    return file


def load_generator(path: str | Path) -> Wav2Lip | CompactWav2Lip:
    """Our own generator from a ``.safetensors`` file, or the published one from any other; errors as there."""
    return (load_compact if Path(path).suffix == ".safetensors" else load_wav2lip)(path)


def load_wav2lip(path: str | Path) -> Wav2Lip:
    """The generator with the weights at ``path``, in float32, ready to run.

    Raises:
        InputError: no such file.
        AssetError: not weights (a web page, a pointer, half a file), weights of something else, or a program.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise InputError("The checkpoint {path!r} does not exist. Check the name and the folder.", path=str(path))
    with torch.device("meta"):  # shapes only: no time is spent on random weights
        network = Wav2Lip()
    network.load_state_dict(_matched(_read(file), network.state_dict(), file), assign=True)
    return network.eval().requires_grad_(False)


def _read(file: Path) -> Mapping[str, torch.Tensor]:
    """The state dictionary in a file of any form."""
    with file.open("rb") as stream:
        head = stream.read(2048)
    disguise = assets.disguise_of(head)
    if disguise is not None:
        raise AssetError("{file} is {disguise}. {advice}.", file=file, disguise=disguise, advice=_GET_ANOTHER)
    if not head:
        raise AssetError("{file} is empty (0 bytes). {advice}.", file=file, advice=_GET_ANOTHER)
    if head.startswith(b"PK") and not zipfile.is_zipfile(file):
        raise _incomplete(file, Message("its end is missing"))
    if head.startswith(b"PK"):
        with zipfile.ZipFile(file) as archive:
            if any(name.partition("/")[2].startswith("code/") for name in archive.namelist()):
                return _read_archive(file)
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except (EOFError, RuntimeError, OSError) as error:
        raise _incomplete(file, str(error).strip().split("\n")[0]) from error
    except Exception as error:  # whatever unpickling meets in a file of another kind
        if head.startswith((b"PK", b"\x80")) and "Weights only load failed" in str(error):
            raise AssetError(
                "{file} holds Python objects beside numbers; reading those could run any program, so it is refused. "
                "Give a checkpoint that holds tensors only (torch.save(network.state_dict(), ...)).",
                file=file,
            ) from error
        raise AssetError(
            "{file} is no PyTorch checkpoint, or a damaged one. {advice}.", file=file, advice=_GET_ANOTHER
        ) from error
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping):
        raise AssetError(
            "{file} holds a {kind}; needed is a dictionary of tensors. {advice}.",
            file=file,
            kind=type(content).__name__,
            advice=_GET_ANOTHER,
        )
    return content


def _read_archive(file: Path) -> Mapping[str, torch.Tensor]:
    digest = assets.sha256_of(file)
    if digest not in {asset.sha256 for asset in assets.in_group("wav2lip")}:
        raise AssetError(
            "{file} is a TorchScript archive, which holds a program, and not one that is known (its SHA-256 is "
            "{digest}). Give a checkpoint that holds tensors only, or leave out --checkpoint to have the published "
            "weights fetched.",
            file=file,
            digest=digest,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch advises to make archives in another way from now on
            return torch.jit.load(str(file), map_location="cpu").state_dict()
    except RuntimeError as error:
        raise AssetError(
            "{file} cannot be opened by this version of PyTorch ({version}).", file=file, version=torch.__version__
        ) from error


def _matched(found: Mapping[str, object], wanted: Mapping[str, torch.Tensor], file: Path) -> dict[str, torch.Tensor]:
    """The tensors under the names, of the shapes and types that our network wants.

    Raises:
        AssetError: they are not those of the Wav2Lip generator, or hold values that are not numbers.
    """
    tensors = {key: value for key, value in found.items() if isinstance(value, torch.Tensor)}
    first = next(iter(wanted))
    prefix = next((key.removesuffix(first) for key in tensors if key.endswith(first)), "")  # such as "module."
    renamed = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    state, absent = {}, []
    for key, place in wanted.items():
        value = renamed.pop(key, None)
        if value is None and key.endswith(_COUNTER):
            value = torch.zeros(place.shape)
        if value is None or value.shape != place.shape:
            absent.append(f"{key} {tuple(place.shape)}" + ("" if value is None else f" (there: {tuple(value.shape)})"))
        else:
            state[key] = value.detach().to(place.dtype, memory_format=torch.contiguous_format)
    if absent or renamed:
        raise AssetError(
            "{file} does not hold the weights of the Wav2Lip generator: of its {wanted} tensors {absent} "
            "are missing or of another shape, and {others} others are there ({first}). Give wav2lip.pth, "
            "wav2lip_gan.pth or Wav2Lip-SD-GAN.pt; discriminators, SyncNet and networks for other sizes do not fit.",
            file=file,
            wanted=len(wanted),
            absent=len(absent),
            others=len(renamed),
            first=Message("missing: {tensor}", tensor=absent[0])
            if absent
            else Message("too many: {tensor}", tensor=next(iter(renamed))),
        )
    broken = [key for key, value in state.items() if not torch.isfinite(value).all()]
    if broken:
        raise AssetError(
            "{file} holds values that are not finite numbers, first in {tensor}. {advice}.",
            file=file,
            tensor=broken[0],
            advice=_GET_ANOTHER,
        )
    return state


def _incomplete(file: Path, reason: str) -> AssetError:
    return AssetError(
        "{file} is incomplete or damaged ({size:,} bytes; {reason}). {advice}.",
        file=file,
        size=file.stat().st_size,
        reason=reason,
        advice=_GET_ANOTHER,
    )
