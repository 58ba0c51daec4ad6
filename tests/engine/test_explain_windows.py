"""Windows that slide over pictures, convolutions and poolings, one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tests.engine.test_explain import (
    check_read_from,
    close_to,
    explain,
    few,
    only_operation,
    recorded,
    sum_of,
)
from visualizer.core.frames import Explanation


@few
@given(data=st.data())
def test_convolution_is_the_sum_over_its_window(data):
    axes = data.draw(st.integers(1, 3), "axes")
    small = st.integers(1, 3)
    groups = data.draw(st.integers(1, 2), "groups")
    kernel = data.draw(st.lists(small, min_size=axes, max_size=axes), "kernel")
    options = {
        name: data.draw(st.lists(numbers, min_size=axes, max_size=axes), name)
        for name, numbers in (("stride", small), ("padding", st.integers(0, 3)), ("dilation", st.integers(1, 2)))
    }
    layer_class = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
    layer = layer_class(2 * groups, 3 * groups, kernel, groups=groups, bias=data.draw(st.booleans()), **options)
    seen = recorded(layer, 2, 2 * groups, *[6] * axes)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in seen.output.shape[1:])
    explanation = explain(layer, seen, only_operation(seen), index, 1)
    assert sum_of(explanation) == close_to(float(seen.output[(1, *index)]))
    products = explanation.products
    assert set(products.second.indices[..., 0].flat) == {index[0]}
    assert np.array_equal(products.second.values, layer.weight.detach()[index[0]].numpy())
    check_window(explanation, seen.activations["input"][1].numpy(), options["dilation"])


def check_window(explanation: Explanation, channels: np.ndarray, dilation: list[int]) -> None:
    """Each product's first factor has to be the input at start + dilation * offset, or padding."""
    products = explanation.products
    for offset in np.ndindex(products.inside.shape):
        place = tuple(products.first.indices[offset][1:].tolist())
        inside = all(0 <= at < size for at, size in zip(place, channels.shape, strict=True))
        assert products.inside[offset] == inside
        assert products.first.values[offset] == (channels[place] if inside else 0)
    steps = np.diff(products.first.indices[0, ..., 1:].reshape(-1, len(dilation) + 1), axis=0)
    assert {0, *dilation} >= set(steps[:, -1][steps[:, -1] >= 0].tolist())


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_convolution_with_padding_in_words(padding):
    layer = nn.Conv2d(1, 2, (3, 4), padding=padding, dilation=(1, 2))
    seen = recorded(layer, 1, 1, 9, 9)
    explanation = explain(layer, seen, only_operation(seen), (1, 0, 2))
    assert sum_of(explanation) == close_to(explanation.result)


def test_convolution_whose_input_was_reflected():
    layer = nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")
    seen = recorded(layer, 1, 1, 5, 5)
    node = next(node.id for node in seen.graph.nodes if node.operation == "conv2d")
    explanation = explain(layer, seen, node, (1, 0, 4))
    assert explanation.products.inside.all()
    assert sum_of(explanation) == close_to(explanation.result)


def test_convolution_called_as_a_function():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel = nn.Parameter(torch.randn(4, 2, 3, 3))
            self.shift = nn.Parameter(torch.randn(4))

        def forward(self, x):
            return functional.conv2d(x, self.kernel, self.shift, 2, padding=1)

    network = Net()
    seen = recorded(network, 1, 2, 7, 7)
    explanation = explain(network, seen, only_operation(seen), (3, 1, 2))
    assert explanation.products.second.origin == "kernel"
    assert [(operand.origin, operand.index) for operand in explanation.operands] == [("shift", (3,))]
    assert sum_of(explanation) == close_to(explanation.result)


@few
@given(data=st.data())
def test_pooling(data):
    axes = data.draw(st.integers(1, 2), "axes")
    kernel, stride = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    padding = data.draw(st.integers(0, kernel // 2))
    ceil = data.draw(st.booleans())
    average = data.draw(st.booleans(), "average")
    if average:
        counted = data.draw(st.booleans())
        layer = (nn.AvgPool1d, nn.AvgPool2d)[axes - 1](kernel, stride, padding, ceil, counted)
    else:
        layer = (nn.MaxPool1d, nn.MaxPool2d)[axes - 1](kernel, stride, padding, ceil_mode=ceil)
    seen = recorded(layer, 2, 3, *[7] * axes)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in seen.output.shape[1:])
    explanation = explain(layer, seen, only_operation(seen), index, 1)
    values = [operand.value for operand in explanation.operands]
    if average:
        assert explanation.result == close_to(math.fsum(values[:-1]) / values[-1])
    else:
        assert explanation.result == max(values)
    for operand in explanation.operands:
        if operand.kind != "constant":
            check_read_from(operand, seen.activations, 1)


@few
@given(size=st.integers(1, 9), count=st.integers(1, 9), data=st.data())
def test_adaptive_mean(size, count, data):
    layer = nn.AdaptiveAvgPool2d((count, 1))
    seen = recorded(layer, 1, 2, size, 3)
    index = (1, data.draw(st.integers(0, count - 1)), 0)
    explanation = explain(layer, seen, only_operation(seen), index)
    assert explanation.result == close_to(np.mean([operand.value for operand in explanation.operands[:-1]]))
