from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from visualizer.core.frames import Frame, TensorView
from visualizer.engine.session import TrainingSession
from visualizer.ui.inspectors.facts import fact_line
from visualizer.ui.inspectors.histogram import symmetric_counts
from visualizer.ui.inspectors.number_grid import _fitting
from visualizer.ui.inspectors.pictures import Pictures, Place
from visualizer.ui.inspectors.subject import find
from visualizer.ui.inspectors.sums import added_up
from visualizer.ui.inspectors.symbols import plain_symbol
from visualizer.ui.paint import width_of
from visualizer.ui.theme import font


def test_facts_of_stages_and_operations(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    recording = resnet[0].record(0)
    assert fact_line(find(recording, "stage1")) == "Sequential of 3 × Block, 21 operations"
    assert fact_line(find(recording, "stage1.0/add")) == "add"
    assert fact_line(find(recording, "stem.norm")) == "BatchNorm2d 16, ε 1e-05"
    assert fact_line(find(recording, "linear")) == "Linear 64 → 10"


def view_of(values: np.ndarray) -> TensorView:
    return TensorView(values.shape, values, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("value", [0.34, -0.16, 9.9, -13.62, 46.8, -123.4, 5.3e8, -1.3e23])
def test_a_number_in_a_cell_is_shown_whole_or_not_at_all(value: float) -> None:
    face = font(10, 500, tabular=True)
    text = _fitting(value, 24, face)
    assert text == "…" or float(text.replace("−", "-")) == pytest.approx(value, rel=0.06)
    assert width_of(text, face) <= 24


@given(st.lists(st.integers(1, 4), max_size=5), st.booleans(), st.data())
def test_places_and_indices_are_one_to_one(sizes: list[int], signal: bool, data: st.DataObject) -> None:
    values = np.arange(np.prod(sizes, dtype=int), dtype=np.float32).reshape(sizes)
    pictures = Pictures(view_of(values), signal)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in sizes)
    channel = 0 if pictures.is_sequence else index[0] if index else 0
    place = pictures.place(channel, index)
    assert pictures.index(place) == index
    assert pictures.values[place] == values[index]


def test_a_sequence_runs_to_the_right_and_a_signal_has_a_row_for_each_channel() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert np.array_equal(Pictures(view_of(values)).values, values.T[None])
    assert np.array_equal(Pictures(view_of(values), signal=True).values, values[:, None])


def test_without_an_index_the_largest_value_is_looked_at() -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[1, 2, 3] = -5
    assert Pictures(view_of(values)).strongest == Place(1, 2, 3)
    assert Pictures(view_of(values)).place(1, ()) == Place(1, 2, 3)
    assert Pictures(view_of(values)).place(7, (0, 0)) == Place(1, 2, 3)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=3))
def test_printed_sums_are_right_or_say_that_they_are_not(parts: list[float]) -> None:
    texts, result, exactly = added_up(parts, sum(parts))
    if exactly:
        decimals = len(result.partition(".")[2])
        numbers = [float(text.replace("−", "-")) for text in [*texts, result]]
        assert round(sum(numbers[:-1]), decimals) == round(numbers[-1], decimals)


@given(st.lists(st.floats(width=32, allow_nan=True), min_size=1, max_size=300))
def test_every_finite_value_is_in_a_bin(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)
    counts, limit = symmetric_counts(values)
    finite = values[np.isfinite(values)]
    assert counts.sum() == finite.size
    assert (finite > 0).sum() <= counts[32:].sum() and limit >= np.abs(finite).max(initial=0)


def test_symbols_are_read_as_plain_text() -> None:
    assert [plain_symbol(tex) for tex in (r"\sigma^2", "x_1", "z_{12}", "x_{0,3}")] == ["σ²", "x₁", "z₁₂", "x₀,₃"]
