from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from visualizer.core.activation_curves import curve_of
from visualizer.core.graph import Node

FUNCTIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": functional.relu,
    "silu": functional.silu,
    "softplus": functional.softplus,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_curve_and_its_slope_are_those_of_torch(name: str) -> None:
    node = Node("a", "operation", name, "a", "a", "", attributes={"negative_slope": 0.2})
    z = torch.linspace(-6, 6, 101, dtype=torch.float64, requires_grad=True)
    expected = FUNCTIONS[name](z)
    expected.sum().backward()
    function, derivative = curve_of(node)
    np.testing.assert_allclose(function(z.detach().numpy()), expected.detach().numpy(), atol=1e-8)
    np.testing.assert_allclose(derivative(z.detach().numpy()), z.grad.numpy(), atol=1e-8)


def test_other_operations_have_no_curve() -> None:
    assert curve_of(Node("a", "operation", "linear", "a", "a", "")) is None
