from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from visualizer.core.frames import Metrics
from visualizer.core.history import POINTS, History, decimated, measured, smoothed, window_for

SERIES = ("loss", "accuracy", "validation_loss", "validation_accuracy")
values_of = st.integers(0, 300).flatmap(
    lambda count: arrays.arrays(np.float32, count, elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan))
)


def metrics(first: int, count: int, layers: tuple[str, ...] = ("a", "b"), mark: float = 0.0) -> Metrics:
    steps = np.arange(first, first + count)
    row = (steps + mark).astype(np.float32)
    norms = np.stack([row] * len(layers), axis=1) if layers else np.empty((count, 0), np.float32)
    return Metrics(first, list(layers), steps, row, row, row, row, norms)


@given(st.lists(st.integers(0, 300), max_size=12))
def test_rows_appended_in_any_portions_are_all_there_in_order(portions: list[int]) -> None:
    history = History()
    for count in portions:
        history.append(metrics(len(history), count))
    total = sum(portions)
    assert len(history) == total
    assert history.steps.tolist() == list(range(total))
    for name in SERIES:
        np.testing.assert_array_equal(getattr(history, name), np.arange(total, dtype=np.float32))
    assert history.gradient_norms.shape == (total, 2 if portions else 0)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(1, 400))
def test_rows_from_a_step_on_are_replaced(before: int, back_to: int, after: int) -> None:
    history = History()
    history.append(metrics(0, before))
    back_to = min(back_to, before)
    history.append(metrics(back_to, after, mark=0.5))
    expected = [*range(back_to), *(step + 0.5 for step in range(back_to, back_to + after))]
    assert history.loss.tolist() == expected
    assert history.gradient_norms[:, 1].tolist() == expected
    assert np.all(np.diff(history.steps) == 1)


def test_an_empty_frame_only_cuts() -> None:
    history = History()
    history.append(metrics(0, 10))
    history.append(metrics(0, 0))
    assert len(history) == 0


def test_other_layers_begin_a_new_history() -> None:
    history = History()
    history.append(metrics(0, 10))
    history.append(metrics(0, 3, layers=("other",)))
    assert history.layers == ["other"]
    assert history.gradient_norms.shape == (3, 1)


def test_every_change_is_a_new_revision() -> None:
    history = History()
    seen = {history.revision}
    for change in (lambda: history.append(metrics(0, 1)), lambda: history.append(metrics(1, 1)), history.clear):
        change()
        seen.add(history.revision)
    assert len(seen) == 4


def test_appending_row_by_row_rarely_moves_what_is_there() -> None:
    history = History()
    moves, last = 0, None
    for step in range(20_000):
        history.append(metrics(step, 1))
        memory = history.loss.base
        moves, last = moves + (memory is not last), memory
    assert moves < 12


@given(values_of)
def test_a_decimated_series_keeps_its_extremes_and_invents_nothing(values: np.ndarray) -> None:
    steps = np.arange(len(values)) * 3
    few_steps, few = decimated(steps, values, 60)
    assert len(few) <= 60 or len(values) <= 60
    assert np.all(np.diff(few_steps) > 0)
    np.testing.assert_array_equal(few, values[few_steps // 3])
    finite = values[np.isfinite(values)]
    if finite.size:
        assert np.nanmin(few) == finite.min()
        assert np.nanmax(few) == finite.max()


def test_a_stretch_without_a_finite_value_stays_a_gap() -> None:
    values = np.ones(10_000, np.float32)
    values[4000:6000] = np.inf
    steps, few = decimated(np.arange(10_000), values)
    assert len(few) <= POINTS
    inside = (steps >= 4100) & (steps < 5900)
    assert inside.any()
    assert np.isnan(few[inside]).all()
    assert np.isfinite(few[~((steps >= 3900) & (steps < 6100))]).all()


@given(values_of, st.integers(0, 50))
def test_smoothing_is_the_mean_around_each_step(values: np.ndarray, half: int) -> None:
    steps = np.arange(len(values))
    places, means = smoothed(steps, values, 2 * half + 1, most=40)
    assert len(places) == min(len(values), 40)
    for place, mean in zip(places, means, strict=True):
        around = values[max(place - half, 0) : place + half + 1].astype(np.float64)
        around = around[np.isfinite(around)]
        if around.size:
            assert mean == pytest.approx(around.mean(), rel=1e-6, abs=1e-3)
        else:
            assert np.isnan(mean)


def test_steps_at_which_nothing_was_measured_are_left_out() -> None:
    steps, values = measured(np.arange(4), np.array([np.nan, 1, np.nan, np.inf], np.float32))
    assert steps.tolist() == [1, 3]
    assert values.tolist() == [1, np.inf]


@given(st.integers(0, 10**7))
def test_the_window_is_odd_and_bounded(count: int) -> None:
    assert window_for(count) % 2 == 1
    assert 1 <= window_for(count) <= 101
