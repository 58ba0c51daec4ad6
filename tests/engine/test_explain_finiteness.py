"""What an explanation says of numbers at the edge of float32: NaN, infinity, -0, denormals, overflow."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.engine.test_explain_law import evaluated
from tests.engine.test_explain_operations import Calling
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.explain.finiteness import agree
from visualizer.engine.recording import record


def told(function, *values: float, name: str, place=(0, 0)):
    module = Calling(function)
    seen = record(module, [torch.tensor([values])])
    return explain(scene_of(module, seen), "activation", name, place)


def test_nan_is_led_back_to_where_it_came_in():
    found = told(lambda a: a.exp() + 1, math.nan, 1.0, name="add")
    assert math.isnan(found.result)
    assert "not a number (NaN), because exp (0, 0) is not finite" in found.sentence
    assert math.isfinite(told(lambda a: a.exp() + 1, math.nan, 1.0, name="add", place=(0, 1)).result)


def test_nan_among_the_factors_of_a_sum_is_named():
    layer = nn.Linear(3, 2)
    seen = record(layer, [torch.tensor([[1.0, math.nan, 2.0]])])
    found = explain(scene_of(layer, seen), "activation", "linear", (0, 1))
    assert "because input (0, 1) is not finite" in found.sentence


def test_what_has_no_finite_result_is_told():
    for function, name in ((torch.log, "log"), (lambda a: 1 / a, "rdiv"), (torch.sqrt, "sqrt")):
        found = told(function, 0.0 if name != "sqrt" else -1.0, name=name)
        assert "there is no finite result" in found.sentence
        value, _ = evaluated(found)
        assert value == found.result or (math.isnan(value) and math.isnan(found.result))


def test_overflow_of_float32_is_told_where_float64_is_finite():
    found = told(torch.exp, 100.0, name="exp")
    value, _ = evaluated(found)
    assert found.result == math.inf
    assert value == pytest.approx(math.exp(100))
    assert "in float32" in found.sentence
    assert found.formula_with_numbers.endswith(r"\infty")


def test_a_mask_of_infinities_is_explained_on_its_way():
    module = Calling(lambda a: a.masked_fill(torch.tensor([[False, True]]), -math.inf).softmax(-1))
    seen = record(module, [torch.tensor([[1.0, 2.0]])], lambda y: y[0, 0].square())
    scene = scene_of(module, seen)
    assert explain(scene, "activation", "masked_fill", (0, 1)).result == -math.inf
    assert explain(scene, "activation", "softmax", (0, 1)).result == 0.0
    assert explain(scene, "gradient", "masked_fill", (0, 1)).result == 0.0


@pytest.mark.parametrize("value", [-0.0, 1e-42, 3.4e38, -1e-45])
def test_signed_zeros_denormals_and_the_largest_numbers_stay_what_they_are(value):
    found = told(lambda a: a.neg().neg(), value, name="neg.2")
    exact = float(torch.tensor(value))
    assert math.copysign(1, found.result) == math.copysign(1, exact)
    assert found.result == exact
    assert "finite" not in found.sentence
    assert told(functional.relu, value, name="relu").result == max(0.0, exact)


def test_another_infinity_is_no_agreement():
    assert agree(math.inf, math.inf, 1)
    assert agree(math.nan, math.nan, 1)
    assert not agree(math.inf, -math.inf, 1)
    assert not agree(-math.inf, math.nan, 1)
    assert not agree(math.inf, 3.0, 1)
