from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.engine.gradients import Gradients


class Mixed(nn.Module):
    """Parameters of every kind of number that torch can train, one of them without a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.single = nn.Linear(3, 2)
        self.twofold = nn.Linear(3, 2, dtype=torch.float64)
        self.complex = nn.Linear(3, 2, dtype=torch.complex64)
        self.unused = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.single(x).sum() + self.twofold(x.double()).sum().float() + self.complex(x.cfloat()).abs().sum()


LAYERS = ("single", "twofold", "complex", "unused")


def after_a_pass() -> tuple[Mixed, Gradients]:
    torch.manual_seed(0)
    network = Mixed()
    network(torch.randn(4, 3)).backward()
    return network, Gradients(network, LAYERS)


def bits(network: nn.Module) -> list[bytes]:
    return [parameter.grad.numpy().tobytes() for parameter in network.parameters() if parameter.grad is not None]


def test_norms_are_those_over_the_parameters_of_a_layer() -> None:
    network, gradients = after_a_pass()
    flat = {name: torch.cat([p.grad.reshape(-1) for p in getattr(network, name).parameters()]) for name in LAYERS[:3]}
    expected = [float(torch.linalg.vector_norm(values)) for values in flat.values()]
    assert gradients.norms() == pytest.approx([*expected, math.nan], rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("layer", LAYERS[:3])
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_single_number_that_is_not_finite_is_found(layer: str, bad: float) -> None:
    network, gradients = after_a_pass()
    assert gradients.are_finite()
    getattr(network, layer).weight.grad[1, 2] = bad
    assert not gradients.are_finite()
    getattr(network, layer).weight.grad[1, 2] = 1.0
    assert gradients.are_finite()


def test_looking_at_gradients_changes_no_bit_of_them() -> None:
    network, gradients = after_a_pass()
    network.single.weight.grad[0] = torch.tensor([-0.0, 1e-42, 3e38])
    before = bits(network)
    gradients.are_finite()
    gradients.norms()
    assert bits(network) == before


def test_forgotten_gradients_are_none() -> None:
    network, gradients = after_a_pass()
    gradients.forget()
    assert all(parameter.grad is None for parameter in network.parameters())
    assert gradients.are_finite() and np.isnan(gradients.norms()).all()
