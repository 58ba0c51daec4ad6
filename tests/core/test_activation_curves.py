from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from visualizer.core.activation_curves import curve_of
from visualizer.core.graph import Node

FUNCTIONS = {
    "tanh": torch.tanh,
    "relu6": functional.relu6,
    "gelu": functional.gelu,
    "sigmoid": torch.sigmoid,
    "relu": functional.relu,
    "silu": functional.silu,
    "softplus": functional.softplus,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
}


WITH_SETTINGS = [
    ("leaky_relu", {"negative_slope": 0.2}, lambda z: functional.leaky_relu(z, 0.2)),
    ("elu", {"alpha": 1.5}, lambda z: functional.elu(z, 1.5)),
    ("elu", {"alpha": 2}, lambda z: functional.elu(z, 2)),
    ("softplus", {"beta": 3}, lambda z: functional.softplus(z, 3, threshold=1000)),
    ("gelu", {"approximate": "tanh"}, lambda z: functional.gelu(z, approximate="tanh")),
]


@pytest.mark.parametrize(
    ("name", "settings", "torch_function"),
    [*((name, {}, function) for name, function in FUNCTIONS.items()), *WITH_SETTINGS],
)
def test_a_curve_and_its_slope_are_those_of_torch(name: str, settings: dict, torch_function) -> None:
    node = Node("a", "operation", name, "a", "a", "", attributes=settings)
    z = torch.linspace(-6, 6, 101, dtype=torch.float64, requires_grad=True)
    expected = torch_function(z)
    expected.sum().backward()
    function, derivative = curve_of(node)
    np.testing.assert_allclose(function(z.detach().numpy()), expected.detach().numpy(), atol=1e-8)
    np.testing.assert_allclose(derivative(z.detach().numpy()), z.grad.numpy(), atol=1e-8)


def test_other_operations_have_no_curve() -> None:
    assert curve_of(Node("a", "operation", "linear", "a", "a", "")) is None
