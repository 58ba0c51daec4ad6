from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.core.history import History
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.bars import Bars
from visualizer.ui.link import Link
from visualizer.ui.player import Player
from visualizer.ui.plots.axes import Axes, Scale, decades, step_labels, steps_scale, tick_text
from visualizer.ui.store import Store
from visualizer.ui.theme import font

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


@pytest.mark.parametrize("steps", [1, 7, 64, 999, 2977, 123_456])
@pytest.mark.parametrize("width", [180.0, 252.0, 792.0])
def test_the_numbers_of_the_steps_are_whole_and_apart(qapp: QApplication, steps: int, width: float) -> None:
    rect = QRectF(40, 6, width, 200)
    labels = step_labels(Axes(rect, Scale(0.0, float(steps)), Scale(0.0, 1.0)))
    assert labels[-1][0] == tick_text(steps)
    assert labels[-1][1].right() <= rect.right() + 8
    for (_, left), (_, right) in itertools.pairwise(labels):
        assert left.right() < right.left()


def test_no_number_of_a_bar_is_cut(qtbot: QtBot) -> None:
    store = Store()
    bars = Bars(Context(store, Link(store), Player()), "Values")
    qtbot.addWidget(bars)
    bars.show_values(np.array([-0.000355, 0.25], np.float32))
    texts, width = bars.figures()
    assert texts == ["−0.000355", "0.250"]
    assert all(paint.width_of(text, font(11, 600, tabular=True)) < width - 4 for text in texts)
