"""Attention opened down to queries, keys and values, against attention written out in float64."""

from __future__ import annotations

import math
import random

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.explain.names import explainable
from visualizer.engine.recording import record

KINDS = {
    "plain": ({}, None),
    "causal": ({"is_causal": True}, None),
    "scaled": ({"scale": 0.3}, None),
    "hidden": ({}, torch.ones(5, 5).tril().bool()),
    "biased": ({}, torch.linspace(-1, 1, 25).reshape(5, 5)),
}


class Attending(nn.Module):
    def __init__(self, options: dict, mask: Tensor | None) -> None:
        super().__init__()
        self.options = options
        self.mask = nn.Parameter(mask) if mask is not None and mask.is_floating_point() else mask

    def forward(self, q, k, v):
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=self.mask, **self.options)


def written_out(options: dict, mask: Tensor | None, q: Tensor, k: Tensor, v: Tensor):
    s = q @ k.mT * options.get("scale", 1 / math.sqrt(q.shape[-1]))
    if options.get("is_causal"):
        s = s.masked_fill(torch.ones(5, 5).triu(1).bool(), -math.inf)
    if mask is not None:
        s = s + mask if mask.is_floating_point() else s.masked_fill(~mask, -math.inf)
    s.retain_grad()
    p = s.softmax(-1)
    p.retain_grad()
    return s, p, p @ v


@pytest.mark.parametrize("kind", KINDS)
def test_scores_and_weights_are_those_of_attention_written_out(kind):
    options, mask = KINDS[kind]
    torch.manual_seed(1)
    given = [torch.randn(2, 3, 5, 4) for _ in range(3)]
    module = Attending(options, mask)
    seen = record(module, given, lambda y: (y * y.sin()).sum())
    scene, node = scene_of(module, seen), "scaled_dot_product_attention"
    truths = [tensor.double().requires_grad_() for tensor in given]
    real = mask.double() if mask is not None and mask.is_floating_point() else mask
    s, p, y = written_out(options, real, *truths)
    (y * y.sin()).sum().backward()
    chooser = random.Random(2)
    for _ in range(12):
        place = (chooser.randrange(2), chooser.randrange(3), chooser.randrange(5), chooser.randrange(5))
        for quantity, value, slope in (("s", s.detach(), s.grad), ("p", p.detach(), p.grad)):
            told, _ = evaluated(explain(scene, "inner", f"{node}/{quantity}", place))
            assert told == pytest.approx(float(value[place]), abs=1e-6)
            told, _ = evaluated(explain(scene, "gradient", f"{node}/{quantity}", place))
            assert told == pytest.approx(float(slope[place]), abs=1e-5)
        feature = (*place[:3], chooser.randrange(4))
        for number, truth in enumerate(truths, 1):
            told, _ = evaluated(explain(scene, "gradient", f"input.{number}", feature))
            assert told == pytest.approx(float(truth.grad[feature]), abs=1e-5)


def test_it_leads_from_the_result_to_queries_and_keys():
    module = nn.MultiheadAttention(4, 2, batch_first=True).eval()
    read = torch.randn(1, 3, 4)
    seen = record(module, [read, read, read], lambda found: found[0].square().sum(), keywords={"need_weights": False})
    scene = scene_of(module, seen)
    result = explain(scene, "activation", "scaled_dot_product_attention", (0, 1, 2, 0))
    weights = result.products.first
    place = tuple(weights.indices[1].tolist())
    weight = explain(scene, weights.kind, weights.origin, place)
    assert weight.result == pytest.approx(float(weights.values[1]), rel=1e-6)
    score = next(operand for operand in weight.operands if operand.index == place)
    told = explain(scene, score.kind, score.origin, score.index)
    assert told.result == pytest.approx(score.value, rel=1e-6)
    assert {told.products.first.kind, told.products.second.kind} == {"activation"}
    assert "scaled_dot_product_attention/p" in {found.name for found in explainable(scene, backward=False)}


def test_what_is_not_inside_is_told_in_a_sentence():
    module = Attending({}, None)
    seen = record(module, [torch.randn(1, 2, 4)] * 3)
    scene = scene_of(module, seen)
    with pytest.raises(UserError, match="Unknown quantity"):
        explain(scene, "inner", "scaled_dot_product_attention/x", (0, 0, 0))
    with pytest.raises(UserError, match="no element"):
        explain(scene, "inner", "scaled_dot_product_attention/p", (0, 0, 9))
