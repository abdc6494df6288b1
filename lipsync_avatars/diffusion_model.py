"""The generative model of the backend ``diffusion``, and the model that looks for what must not be shown.

Both are fetched by the Hugging Face client into its own cache, at fixed revisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lipsync_utils.errors import AssetError, InputError, LipSyncError, MissingExtraError
from lipsync_utils.messages import Message

if TYPE_CHECKING:
    from lipsync_utils.pipeline import Listener


@dataclass(frozen=True)
class Model:
    """A model on huggingface.co.

    Attributes:
        name: owner and name.
        revision: full commit.
        licence: SPDX identifier.
        gigabytes: what is downloaded.
        file: one of its files, by which one sees whether it is there.
    """

    name: str
    revision: str
    licence: str
    gigabytes: float
    file: str


PORTRAITS = Model("segmind/SSD-1B", "60987f37e94cd59c36b1cba832b9f97b57395a10", "Apache-2.0", 4.5, "model_index.json")
"""A distilled SDXL, 1024 x 1024 pixels, about 9 GB of GPU memory in half precision (arXiv:2401.02677)."""

SAFETY = Model(
    "Falconsai/nsfw_image_detection", "63e0a066bb08d2ae47324b540fba3adfd4536569", "Apache-2.0", 0.35, "config.json"
)
"""A classifier of pictures; the SDXL family has no safety checker of its own."""

SIDE = 1024
UNSAFE = 0.5
"""Probability from which on a picture is refused."""


def choose_device(asked: str) -> str:
    """The device to compute on.

    Raises:
        InputError: there is no such device, or ``"auto"`` finds no GPU.
    """
    import torch

    gpus = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if asked == "cpu":
        return asked
    if asked == "auto":
        found = next((name for name, available in gpus.items() if available()), None)
        if found is None:
            raise InputError(
                "The backend 'diffusion' needs a GPU, and none is here. Use the backend 'studio', which needs none; or "
                "ask for the CPU (device 'cpu', --device cpu), which takes many minutes and 16 GB of memory."
            )
        return found
    if asked not in gpus:
        raise InputError(
            "Unknown device {asked!r}. Choose one of: auto, {gpus}, cpu.", asked=asked, gpus=", ".join(gpus)
        )
    if not gpus[asked]():
        raise InputError(
            "The device {asked!r} was asked for, and is not here. Use 'auto', or 'cpu' (slow).", asked=asked
        )
    return asked


def load_painter(device: str, listener: Listener) -> _Painter:
    """The model, ready to paint.

    Raises:
        InputError: no fitting device.
        MissingExtraError: ``diffusers`` or ``transformers`` is not installed.
        AssetError: the model could not be fetched.
    """
    device = choose_device(device)
    try:
        import diffusers
        import transformers
    except ImportError as error:
        raise MissingExtraError("The backend 'diffusion'", "diffusion") from error
    for model in (PORTRAITS, SAFETY):
        _announce(model, listener)
    import torch

    kind = torch.float32 if device == "cpu" else torch.float16
    try:
        pipeline = diffusers.StableDiffusionXLPipeline.from_pretrained(
            PORTRAITS.name, revision=PORTRAITS.revision, variant="fp16", torch_dtype=kind, use_safetensors=True
        ).to(device)
        safety = transformers.pipeline("image-classification", SAFETY.name, revision=SAFETY.revision, device=device)
    except (OSError, ValueError) as error:
        raise AssetError(
            "The models of the backend 'diffusion' could not be fetched or read: {error} "
            "Check the connection and the free space; or use the backend 'studio'.",
            error=str(error).splitlines()[0],
        ) from error
    except torch.cuda.OutOfMemoryError as error:
        raise _no_memory() from error
    pipeline.set_progress_bar_config(disable=True)
    return _Painter(pipeline, safety)


class _Painter:
    """See :class:`~lipsync_avatars.diffusion.Painter`."""

    made_with = {model.name: model.revision for model in (PORTRAITS, SAFETY)}  # noqa: RUF012
    licence = f"made with {PORTRAITS.name} ({PORTRAITS.licence})"

    def __init__(self, pipeline: object, safety: object) -> None:
        self._pipeline, self._safety = pipeline, safety

    def paint(self, prompt: str, avoided: str, *, seed: int, steps: int) -> np.ndarray | None:
        """See :class:`~lipsync_avatars.diffusion.Painter`."""
        import torch

        try:
            picture = self._pipeline(
                prompt,
                negative_prompt=avoided,
                width=SIDE,
                height=SIDE,
                num_inference_steps=steps,
                guidance_scale=7.5,
                generator=torch.Generator("cpu").manual_seed(seed),  # the same noise on every device
            ).images[0]
        except torch.cuda.OutOfMemoryError as error:
            raise _no_memory() from error
        scores = {found["label"]: found["score"] for found in self._safety(picture)}
        return None if scores["nsfw"] >= UNSAFE else np.array(picture.convert("RGB"))


def _announce(model: Model, listener: Listener) -> None:
    """Name and licence, before the first download."""
    from huggingface_hub import try_to_load_from_cache

    if not isinstance(try_to_load_from_cache(model.name, model.file, revision=model.revision), str):
        listener.message(
            Message(
                "Fetching {name} once ({gigabytes:g} GB, licence {licence}).",
                name=model.name,
                gigabytes=model.gigabytes,
                licence=model.licence,
            )
        )


def _no_memory() -> LipSyncError:
    return LipSyncError(
        "The GPU has too little free memory for the backend 'diffusion' (about 9 GB). End other programs that use it, "
        "or use the backend 'studio', which needs none."
    )
