"""Where numbers stop being finite is named by the first place that is met, forward and then backward."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.engine.divergence import first_bad_parameter, first_bad_result

INPUTS, TARGETS = torch.ones(1, 2), torch.tensor([1])


class Rooted(nn.Module):
    """Its values are finite, but the root has no slope at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.early, self.late = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sqrt(0 * self.late(self.early(x)))


def scaled(*factors: float) -> nn.Sequential:
    layers = [nn.Linear(2, 2, bias=False) for _ in factors]
    with torch.no_grad():
        for layer, factor in zip(layers, factors, strict=True):
            layer.weight.copy_(torch.tensor([[factor, 0.0], [0.0, -factor]]))
    return nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("network", "place"),
    [
        (scaled(1e30, 1e30, 1e30), "the activation of '1'"),  # 1e60 is beyond 3.4e38
        (scaled(3e38), "the loss"),  # the logits differ by 6e38
        (Rooted(), "the gradient of 'late.weight'"),
    ],
)
def test_the_first_place_is_named(network: nn.Module, place: str) -> None:
    assert first_bad_result(network, functional.cross_entropy, INPUTS, TARGETS) == place
    assert not any(module._forward_hooks for module in network.modules())


def test_a_bad_parameter_is_named_and_good_ones_are_not() -> None:
    assert first_bad_parameter(scaled(1.0, 2.0)) == ""
    assert first_bad_parameter(scaled(1.0, float("nan"))) == "1.weight"
