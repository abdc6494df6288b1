"""The training step: its running average, and that a run that was stopped goes on as one that was not."""

from __future__ import annotations

import copy

import torch
from step import Learner
from torch import nn

AVERAGE = 0.9


def learner(seed: int = 0) -> Learner:
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(6, 16), nn.GELU(), nn.Dropout(0.2), nn.Linear(16, 2))
    sharpness = nn.Parameter(torch.tensor([1.0]))
    return Learner(network, average=AVERAGE, weight_decay=0.01, beside=[sharpness])


def walk(taken: Learner, steps: int) -> list[float]:
    """Losses of so many steps; what a step sees depends on its number only."""
    out = []
    for _ in range(steps):
        torch.manual_seed(taken.step)
        inputs, wanted = torch.randn(8, 6), torch.randn(8, 2)
        loss = (taken.beside[0] * (taken.network(inputs) - wanted)).square().mean()
        out.append(taken.learn(loss, rate=0.01))
    return out


def weights(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters()).detach().clone()


def test_the_average_follows_its_formula():
    """Fast at first, then slowly: steps / (steps + 9) of the average stay, at most AVERAGE."""
    taken = learner()
    expected = weights(taken.network)
    torch.testing.assert_close(weights(taken.average), expected, rtol=0, atol=0)
    for step in range(1, 120):
        walk(taken, 1)
        expected = torch.lerp(expected, weights(taken.network), 1 - min(AVERAGE, step / (step + 9)))
        torch.testing.assert_close(weights(taken.average), expected, rtol=0, atol=1e-6)
    assert (weights(taken.average) - weights(taken.network)).abs().max() > 1e-3


def test_a_resumed_run_equals_one_that_was_not_stopped(tmp_path):
    whole, stopped, resumed = learner(), learner(), learner(seed=5)
    losses = walk(whole, 12)
    assert walk(stopped, 5) == losses[:5]
    stopped.save(tmp_path / "last.pt", history=[{"step": 5}])
    assert resumed.resume(tmp_path / "last.pt") == {"history": [{"step": 5}]}
    assert resumed.step == 5
    assert walk(resumed, 7) == losses[5:]
    for part in ("network", "average"):
        assert torch.equal(weights(getattr(resumed, part)), weights(getattr(whole, part))), part
    assert torch.equal(resumed.beside[0], whole.beside[0])


def test_beginning_with_finished_weights_takes_them_for_the_average_too():
    given, taken = copy.deepcopy(learner(seed=3).network), learner()
    taken.begin_with(given.state_dict())
    for network in (taken.network, taken.average):
        assert torch.equal(weights(network), weights(given))


def test_steps_are_clipped_and_the_average_drops_nothing_out():
    taken = learner()
    before = weights(taken.network)
    taken.learn(1e6 * taken.network(torch.ones(4, 6)).square().mean(), rate=0.01)
    assert max(p.grad.norm() for p in taken.network.parameters()) <= 1.0 + 1e-5
    assert (weights(taken.network) - before).abs().max() < 0.02
    assert taken.network.training
    assert not taken.average.training
