"""Proofs at kinks, jumps and where there is no slope: what is said there, and that smooth places are left in peace."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.core.topics.chain_rule import Proof
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.proof import prove
from visualizer.engine.recording import record

X = torch.tensor([[1.0, 2.0]])
TIED = torch.tensor([2.0, 1.0])


class Curve(nn.Module):
    """A function of two weights and an input, at chosen weights."""

    def __init__(self, function, *weights: float) -> None:
        super().__init__()
        self.function, self.w = function, nn.Parameter(torch.tensor(weights))

    def forward(self, x):
        return self.function(self.w, x)


def proven(function, *weights: float, loss=torch.sum) -> Proof:
    network = Curve(function, *weights)
    seen = record(network, [X], loss=loss, input_gradient=False)
    exact = ExactNetwork(copy.deepcopy(network), seen, loss)
    (proof,) = [frame for frame in prove(exact, "w", (0,), 0.0) if frame is not None]
    return proof


# at the kink: the function, its weights, the slope on the left and on the right, and the operation that is named
KINKS = {
    "relu at 0": (lambda w, x: functional.relu(w[0] * x[:, :1]), (0.0, 1.0), 0, 1, "'relu'"),
    "relu of a sum at 0": (lambda w, x: functional.relu(w[0] * x[:, :1] - 1), (1.0, 1.0), 0, 1, "'relu'"),
    "leaky relu": (lambda w, x: functional.leaky_relu(w[0] * x[:, 1:], 0.1), (0.0, 1.0), 0.2, 2, "'leaky_relu'"),
    "absolute value": (lambda w, x: (w[0] * x[:, :1] - 1).abs(), (1.0, 1.0), -1, 1, "'abs'"),
    "hinge": (lambda w, x: torch.clamp(1 - w[0] * x[:, :1], min=0), (1.0, 1.0), -1, 0, "'clamp'"),
    "hinge by maximum": (
        lambda w, x: torch.maximum(torch.zeros(1, 1), 1 - w[0] * x[:, :1]), (1.0, 1.0), -1, 0, "'maximum'"),
    "hinge by comparison": (
        lambda w, x: (1 - w[0] * x[:, :1]) * (w[0] * x[:, :1] < 1), (1.0, 1.0), -1, 0, "'lt'"),
    "two pieces": (
        lambda w, x: torch.where(w[0] * x > 1, 2 * w[0] * x - 2, w[0] * x - 1)[:, :1], (1.0, 1.0), 1, 2, "'gt'"),
    "relu6 at 6": (lambda w, x: functional.relu6(w[0] * x[:, :1]), (6.0, 1.0), 1, 0, "'relu6'"),
    "soft shrink": (lambda w, x: functional.softshrink(w[0] * x[:, :1]), (0.5, 1.0), 0, 1, "'softshrink'"),
    "tie in a max pool": (
        lambda w, x: functional.max_pool1d((w * TIED * x)[:, None], 2), (1.0, 1.0), 0, 2, "'max_pool1d'"),
    "tie in an adaptive max pool": (
        lambda w, x: functional.adaptive_max_pool1d((w * TIED * x)[:, None], 1), (1.0, 1.0), 0, 2,
        "'adaptive_max_pool1d'"),
    "tie of two numbers": (lambda w, x: (w * TIED * x).amax(-1), (1.0, 1.0), 0, 2, "'amax'"),
    "elu with another slope": (lambda w, x: functional.elu(w[0] * x[:, :1], alpha=2.0), (0.0, 1.0), 2, 1, ""),
    "length at zero": (lambda w, x: (w[:1] * x[:, :1]).norm(), (0.0, 1.0), -1, 1, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_named_with_its_slopes_on_both_sides(name):
    function, weights, left, right, named = KINKS[name]
    proof = proven(function, *weights)
    assert (proof.left, proof.right) == (pytest.approx(left, abs=1e-4), pytest.approx(right, abs=1e-4))
    assert any("corner" in sentence for sentence in proof.kinks)
    assert not named or any(sentence.startswith(f"At {named}") for sentence in proof.kinks)
    assert min(left, right) - 1e-9 <= proof.autograd <= max(left, right) + 1e-9  # a subgradient
    assert proof.finite_difference == pytest.approx((left + right) / 2, abs=1e-4)


@pytest.mark.parametrize(
    ("function", "weight", "height"),
    [
        (lambda w, x: torch.sign(w[0] * x[:, :1] - 1) + w[0], 1.0, "1.000"),
        (lambda w, x: torch.floor(w[0] * x[:, :1]) + w[0], 1.0, "1.000"),
        (lambda w, x: torch.where(w[0] * x[:, :1] >= 1, w[0] + 2, w[0]), 1.0, "2.000"),
        (lambda w, x: functional.threshold(w[0] * x[:, :1], 0.5, 0.0), 0.5, "0.5000"),
    ],
    ids=["sign", "floor", "where", "threshold"],
)
def test_a_jump_is_no_slope(function, weight, height):
    proof = proven(function, weight, 1.0)
    assert any(f"jumps here, by {height}" in sentence for sentence in proof.kinks)
    assert not any("corner" in sentence for sentence in proof.kinks)


@pytest.mark.parametrize("weight", [0.0, -0.5, 0.5])
def test_where_a_way_gives_no_number_nothing_is_said_to_agree(weight):
    proof = proven(lambda w, x: (w[0] * x[:, :1]).sqrt(), weight, 1.0)
    if weight > 0:
        assert not proof.kinks and proof.agreed_digits >= 8
    else:
        assert proof.agreed_digits == 0 and not math.isfinite(proof.autograd + proof.finite_difference)
        assert any("Not all ways give a number" in sentence for sentence in proof.kinks)


@pytest.mark.parametrize("distance", [1e-4, -1e-4, 1.0])
def test_beside_a_kink_the_three_ways_agree(distance):
    for function, (centre, other), *_ in KINKS.values():
        proof = proven(function, centre + distance, other)
        assert not proof.kinks
        assert proof.chain_rule == pytest.approx(proof.autograd, rel=1e-12)
        assert proof.finite_difference == pytest.approx(proof.autograd, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(
    "function",
    [torch.tanh, functional.elu, functional.softplus, functional.silu, functional.gelu, torch.sin, torch.square],
)
def test_smooth_functions_are_left_in_peace(function):
    for weight in (0.0, 1e-6, -0.7, 3.0):
        proof = proven(lambda w, x: function(w[0] * x[:, :1]), weight, 1.0)
        assert not proof.kinks, (function, weight)
        assert proof.chain_rule == pytest.approx(proof.autograd, rel=1e-12, abs=1e-15)
        assert proof.finite_difference == pytest.approx(proof.autograd, rel=1e-4, abs=1e-4)
