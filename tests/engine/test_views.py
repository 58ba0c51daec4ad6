"""What is sent of a tensor: its values, exact statistics, and never more than there is room for."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from visualizer.engine.views import byte_limit, shares, view, views, without_batch

FLOATS = arrays(
    np.float32, array_shapes(min_dims=0, max_dims=4, max_side=5), elements=st.floats(-(2.0**99), 2.0**99, width=32)
)


@given(FLOATS)
def test_statistics_are_those_of_float64(values: np.ndarray) -> None:
    seen, exact = view(torch.from_numpy(values)), values.astype(np.float64)
    assert seen.shape == values.shape and seen.note == ""
    assert np.array_equal(seen.values, values)
    assert (seen.minimum, seen.maximum) == (exact.min(), exact.max())
    tolerance = 1e-12 * np.abs(exact).max()
    assert seen.mean == pytest.approx(exact.mean(), rel=1e-12, abs=tolerance)
    assert seen.standard_deviation == pytest.approx(exact.std(), rel=1e-9, abs=tolerance)
    assert seen.norm == pytest.approx(math.sqrt(math.fsum(exact.reshape(-1) ** 2)), rel=1e-12)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=30), st.integers(4, 4000))
def test_an_equal_limit_for_each_keeps_all_within_the_budget(sizes: list[int], budget: int) -> None:
    tensors = [torch.zeros(size) for size in sizes]
    limit = byte_limit(tensors, budget)
    assert sum(min(tensor.nbytes, limit) for tensor in tensors) <= budget
    if sum(tensor.nbytes for tensor in tensors) > budget:
        assert sum(min(tensor.nbytes, limit + 1) for tensor in tensors) > budget - len(tensors)
    else:
        assert limit >= max(tensor.nbytes for tensor in tensors)


@pytest.mark.parametrize(
    ("shape", "limit", "sent", "note"),
    [
        ((64, 4, 4), 16 * 64, 16, "16 of 64 channels"),
        ((10, 8), 100, 3, "3 of 10 rows"),
        ((100,), 40, 10, "10 of 100 values"),
        ((8, 10, 10), 4, 1, "1 of 8 channels"),
        ((1, 10, 10), 4, 1, ""),
    ],
)
def test_above_the_limit_the_leading_part_is_sent(shape: tuple[int, ...], limit: int, sent: int, note: str) -> None:
    tensor = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)
    seen = view(tensor, limit)
    assert (seen.shape, seen.note) == (shape, note)
    assert np.array_equal(seen.values, tensor[:sent].numpy())
    assert seen.maximum == tensor.max()


def test_values_are_copies_of_whatever_number_type() -> None:
    flags = torch.tensor([True, False])
    numbers = torch.ones(2)
    seen = views({"flags": flags, "numbers": numbers}, 100)
    numbers.zero_()
    assert seen["flags"].values.tolist() == [1.0, 0.0] and seen["numbers"].values.tolist() == [1.0, 1.0]


def test_numbers_that_are_not_finite_are_sent_as_they_are() -> None:
    seen = view(torch.tensor([1.0, torch.nan, torch.inf]))
    assert np.array_equal(seen.values, [1.0, np.nan, np.inf], equal_nan=True)
    assert math.isnan(seen.mean) and math.isnan(seen.maximum)


def test_the_batch_dimension_of_one_goes() -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in without_batch({
        "maps": torch.zeros(1, 3, 2), "loss": torch.zeros(()), "sequence": torch.zeros(5, 1, 2),
    }).items()}  # fmt: skip
    assert shapes == {"maps": (3, 2), "loss": (), "sequence": (5, 1, 2)}


def test_the_share_of_an_edge() -> None:
    share = shares({"a->b": torch.tensor([3.0, -4.0])})["a->b"]
    assert (share.norm, share.mean) == (5.0, -0.5)
