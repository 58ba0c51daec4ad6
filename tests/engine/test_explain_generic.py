"""Operations without a formula, called again: against what was recorded and autograd's gradients."""

from __future__ import annotations

import random

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.recording import record


class Calling(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function, self.cell = function, nn.LSTMCell(4, 4)

    def forward(self, *given):
        return self.function(self, *given)


CASES = {
    "attention": (lambda _, q: functional.scaled_dot_product_attention(q, q * 2, q - 1), [(2, 3, 4)]),
    "addmm": (lambda _, a, b, c: torch.addmm(a, b, c), [(3, 4), (3, 2), (2, 4)]),
    "norm": (lambda _, a: a.norm(), [(5, 4)]),
    "norm of rows": (lambda _, a: a.norm(dim=1), [(5, 4)]),
    "cell": (lambda module, a, h, c: module.cell(a, (h, c))[0], [(2, 4), (2, 4), (2, 4)]),
    "approximate gelu": (lambda _, a: functional.gelu(a, approximate="tanh"), [(2, 4)]),
    "scaled sum": (lambda _, a, b: torch.add(a, b, alpha=2), [(2, 4), (2, 4)]),
}


@pytest.mark.parametrize("name", CASES)
def test_results_and_gradients_follow_from_slopes(name):
    function, shapes = CASES[name]
    torch.manual_seed(2)
    module = Calling(function)
    seen = record(module, [torch.randn(shape) for shape in shapes], lambda output: (output * output.sin()).sum())
    scene = scene_of(module, seen)
    chooser = random.Random(3)
    groups = {
        "activation": seen.activations,
        "edge_gradient": seen.edge_gradients,
        "gradient": seen.gradients,
        "parameter_gradient": seen.parameter_gradients,
    }
    for kind, tensors in groups.items():
        for tensor_name, tensor in tensors.items():
            for _ in range(3):
                place = tuple(chooser.randrange(size) for size in tensor.shape)
                value, magnitude = evaluated(explain(scene, kind, tensor_name, place))
                assert value == pytest.approx(float(tensor[place]), abs=3e-6 * (1 + magnitude)), (kind, tensor_name)


def test_what_draws_random_numbers_is_not_explained_by_other_ones():
    module = Calling(lambda _, a: functional.rrelu(a, training=True))
    seen = record(module, [-torch.rand(40, 40)])
    node = next(node for node in seen.graph.nodes if node.kind == "operation")
    with pytest.raises(UserError, match="draws some of them at random"):
        explain(scene_of(module, seen), "activation", node.id, (0, 0))
