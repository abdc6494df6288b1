"""What our trainings share: AdamW, clipped gradients, a running average, checkpoints, finished weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.optim.swa_utils import AveragedModel

LONGEST_GRADIENT = 1.0


class Learner:
    """A network in training and the average of its weights.

    Args:
        network: in training mode.
        average: how much of the average stays at each step; less at first, so that it leaves the random start behind.
        weight_decay: of AdamW, for the network's parameters.
        beside: parameters that are learned too, but neither averaged, decayed nor clipped.

    Attributes:
        step: how many steps were made.
    """

    def __init__(
        self, network: nn.Module, *, average: float, weight_decay: float, beside: Sequence[nn.Parameter] = ()
    ) -> None:
        def mix(means: list[torch.Tensor], values: list[torch.Tensor], steps: torch.Tensor) -> None:
            torch._foreach_lerp_(means, values, 1.0 - min(average, steps.item() / (steps.item() + 9)))

        self.network, self.beside, self.step = network, list(beside), 0
        self._averaged = AveragedModel(network, multi_avg_fn=mix)
        self._averaged.update_parameters(network)  # the first call copies
        self.average.eval()
        groups = [{"params": network.parameters(), "weight_decay": weight_decay}]
        groups += [{"params": self.beside, "weight_decay": 0.0}] if self.beside else []
        self._optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98))

    @property
    def average(self) -> nn.Module:
        """The network with averaged weights, which is what is kept in the end."""
        return self._averaged.module

    def begin_with(self, weights: dict[str, torch.Tensor]) -> None:
        """Take finished weights instead of random ones."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def learn(self, loss: torch.Tensor, rate: float) -> float:
        """One step down at this learning rate; returns the loss before it."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST_GRADIENT)
        self._optimizer.step()
        self.step += 1
        self._averaged.update_parameters(self.network)
        return loss.item()

    def save(self, path: Path, **more: object) -> None:
        """Write a checkpoint, with anything more that :meth:`resume` should give back."""
        state = {"network": self.network.state_dict(), "average": self._averaged.state_dict()}
        state |= {"optimizer": self._optimizer.state_dict(), "beside": self.beside, "step": self.step}
        torch.save({**state, "more": more}, path)

    def resume(self, path: Path) -> dict[str, object]:
        """Go on from a checkpoint as if nothing had been between; returns what else was saved in it."""
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self._averaged.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        with torch.no_grad():
            for parameter, saved in zip(self.beside, state["beside"], strict=True):
                parameter.copy_(saved)
        self.step = state["step"]
        return state["more"]


def save_network(network: nn.Module, path: str | Path, *, kind: str, notes: dict, **facts: object) -> None:
    """Write a network's weights as float16, as :func:`lipsync_utils.weights.load_network` reads them.

    Args:
        network: any module whose ``options`` are a dataclass.
        path: the ``.safetensors`` file.
        kind: name and version of the format, such as ``"lipsync-speech-1"``.
        notes: how it was trained, for people.
        facts: what else tells whether the weights fit; anything that JSON holds.
    """
    state = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    facts["options"] = asdict(network.options)
    meta = {"format": kind, **{key: json.dumps(value) for key, value in facts.items()}}
    meta["notes"] = json.dumps({key: str(value) for key, value in notes.items()})
    save_file(state, str(path), metadata=meta)
    Path(path).chmod(0o644)  # safetensors makes files that only their owner can read
