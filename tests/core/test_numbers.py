from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.numbers import cell, exact, rounded, shape_text, whole

floats = st.floats(allow_nan=False, allow_infinity=False, width=32)


def read(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.4461, "−0.446"),
        (12.5, "12.5"),
        (0.1, "0.100"),
        (272010.0, "272010"),
        (3.14e-7, "3.14e−7"),
        (2e9, "2.00e9"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
        (0.9999, "1.00"),
        (9.999, "10.0"),
    ],
)
def test_a_number_gets_the_digits_it_deserves(value: float, text: str) -> None:
    assert rounded(value) == text


@given(floats, st.integers(1, 8))
def test_rounding_is_within_half_a_unit_of_the_last_digit(value: float, digits: int) -> None:
    exponent = math.floor(math.log10(abs(value))) if value else 0
    assert abs(read(rounded(value, digits)) - value) <= 0.5001 * 10.0 ** (exponent - min(digits - 1, exponent + 40))


@given(floats)
def test_the_exact_text_names_exactly_this_number(value: float) -> None:
    assert np.float32(read(exact(value))) == np.float32(value)
    assert "-" not in exact(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.34, ".34"), (-0.16, "−.16"), (1.23, "1.2"), (-12.34, "−12.3"), (0.001, "0"), (-0.001, "0"), (0.997, "1.0")],
)
def test_a_cell_is_short(value: float, text: str) -> None:
    assert cell(value) == text


@given(st.integers())
def test_whole_numbers_are_spaced_in_thousands(value: int) -> None:
    text = whole(value)
    assert int(text.replace("−", "-").replace("\u202f", "")) == value
    assert all(len(group) == 3 for group in text.split("\u202f")[1:])


def test_shapes_are_said_with_times() -> None:
    assert shape_text((16, 28, 28)) == "16×28×28"
    assert shape_text(()) == "scalar"
