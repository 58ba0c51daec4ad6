from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.history import History
from visualizer.ui.plots.axes import Scale, decades, steps_scale

numbers = st.floats(1e-6, 1e6)


@given(st.lists(numbers, min_size=2, max_size=2, unique=True), st.floats(0, 1), st.booleans())
def test_a_place_and_its_number_lead_to_each_other(ends: list[float], share: float, log: bool) -> None:
    scale = Scale(min(ends), max(ends) * 1.01, log)
    assert scale.share([scale.value(share)])[0] == pytest.approx(share, abs=1e-6)
    assert list(scale.share([scale.low, scale.high])) == pytest.approx([0.0, 1.0])


def test_a_logarithmic_scale_gives_every_decade_the_same_room() -> None:
    assert list(Scale(0.01, 100.0, log=True).share([0.01, 0.1, 1, 10, 100])) == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_what_has_no_logarithm_lies_below_every_number() -> None:
    shares = Scale(0.01, 100.0, log=True).share([0.0, -3.0, 0.01])
    assert np.isfinite(shares).all()
    assert max(shares[:2]) < shares[2]


@given(numbers, numbers)
def test_decades_are_whole_and_hold_the_numbers(one: float, other: float) -> None:
    low, high = sorted([one, other])
    scale = decades(low, high)
    assert scale.low <= low * (1 + 1e-6) and high <= scale.high * (1 + 1e-6)
    assert np.log10([scale.low, scale.high]) == pytest.approx(np.round(np.log10([scale.low, scale.high])))
    assert scale.high / scale.low >= 99.9


def test_a_run_without_steps_has_a_scale() -> None:
    assert (steps_scale(History()).low, steps_scale(History()).high) == (0.0, 1.0)
