"""Means and variances that numbers are normalised with, against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.recording import record

NORMS = {
    "batch": (nn.BatchNorm2d(4), (slice(None), slice(1, 2))),
    "group": (nn.GroupNorm(2, 4), (slice(2, 3), slice(0, 2))),
    "layer": (nn.LayerNorm(6), (slice(2, 3), slice(1, 2), slice(3, 4))),
}


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("batch", [3, 5])
def test_statistics_follow_from_the_numbers_they_were_taken_from(name, batch):
    norm, members = NORMS[name]
    torch.manual_seed(batch)
    seen = record(norm.train(), [torch.randn(batch, 4, 5, 6) * 2 + 1], lambda output: output.sin().sum())
    scene = scene_of(norm, seen)
    node = next(node for node in seen.graph.nodes if node.kind == "operation")
    explanation = explain(scene, "activation", node.id, (2, 1, 3, 4))
    values = seen.activations[seen.graph.nodes[0].id][members].double()
    mean, variance = explanation.operands[1:3]
    for operand, expected in ((mean, values.mean()), (variance, values.var(unbiased=False))):
        told = explain(scene, operand.kind, operand.origin, operand.index)
        assert evaluated(told)[0] == pytest.approx(float(expected), rel=1e-5)
        assert operand.value == pytest.approx(float(expected), rel=1e-5)


def test_running_statistics_are_not_the_mean_of_a_batch():
    norm = nn.BatchNorm1d(3).eval()
    seen = record(norm, [torch.randn(4, 3)])
    node = next(node for node in seen.graph.nodes if node.kind == "operation")
    with pytest.raises(UserError, match="running statistics"):
        explain(scene_of(norm, seen), "inner", f"{node.id}/mean", (0, 0))
