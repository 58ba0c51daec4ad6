from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP
from tests.ui.plots.desk import SIZES, Desk, Frames, bowl, metrics, now, surface
from visualizer.core.errors import UserError
from visualizer.core.history import History
from visualizer.ui.plots.axes import Axes, Scale, decades, steps_scale, tick_text
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.loss_card import Legend, LossCard
from visualizer.ui.plots.loss_card import _width as legend_width
from visualizer.ui.plots.loss_plot import curves
from visualizer.ui.plots.surface_card import SurfaceCard
from visualizer.ui.plots.table import history_table

# scales


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5), st.integers(3, 8))
def test_ticks_are_few_round_numbers_inside_of_the_scale(low: float, length: float, count: int) -> None:
    ticks = Scale(low, low + length).ticks(count)
    assert 1 <= len(ticks) <= count
    assert all(low - 1e-6 * length <= tick <= low + length * (1 + 1e-6) for tick in ticks)
    gaps = np.diff(ticks)
    assert np.allclose(gaps, gaps[0], rtol=1e-6) if len(gaps) else True


@given(st.floats(1e-9, 1e6), st.floats(1.0, 1e9), st.integers(3, 6))
def test_ticks_of_a_logarithmic_scale_lie_on_it(low: float, ratio: float, count: int) -> None:
    scale = decades(low, low * ratio)
    ticks = scale.ticks(count)
    assert 2 <= len(ticks) <= count
    assert scale.low <= low * (1 + 1e-6)
    assert scale.high >= low * ratio * (1 - 1e-6)
    assert all(scale.low * 0.999 <= tick <= scale.high * 1.001 for tick in ticks)


@given(st.booleans(), st.floats(0.01, 0.99))
def test_a_place_on_a_scale_and_its_number_belong_together(log: bool, where: float) -> None:
    scale = Scale(0.01, 50.0, log)
    assert float(scale.share(scale.value(where))) == pytest.approx(where)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01, "0.01"),
        (40, "40"),
        (12000, "12\u202f000"),
        (1e-5, "10⁻⁵"),
        (2e7, "2e7"),
        (-1e-5, "−1e−5"),
        (-0.5, "−0.5"),
    ],
)
def test_ticks_are_written_short(value: float, text: str) -> None:
    assert tick_text(value) == text


def test_what_is_not_finite_is_a_gap_in_a_line() -> None:
    axes = Axes(QRectF(0, 0, 100, 50), Scale(0, 5), Scale(0, 1))
    lines = axes.lines(np.arange(6), np.array([0.1, 0.2, np.nan, np.inf, 0.3, 0.4]))
    assert [len(line) for line in lines] == [2, 2]


# loss


def test_the_lines_are_short_and_true_also_for_a_long_run() -> None:
    rng = np.random.default_rng(0)
    history = History()
    loss = np.exp(-np.linspace(0, 3, 100_000)) + rng.normal(0, 0.05, 100_000)
    loss[50_000] = np.nan
    history.append(metrics(list(loss), {step: 0.5 for step in range(0, 100_000, 100)}))
    shown = curves(history, "loss")
    assert max(len(line[0]) for line in (shown.raw, shown.mean, shown.validation)) <= 600
    assert np.nanmax(shown.raw[1]) == np.nanmax(history.loss)
    assert shown.bad.tolist() == [50_000]
    last = history.loss[-1 - shown.window // 2 :].astype(np.float64)
    assert shown.mean[1][-1] == pytest.approx(np.nanmean(last))


def test_the_discriminator_has_a_line_and_a_name_of_its_own(desk: Desk, show: Callable[..., None]) -> None:
    card = LossCard(desk.context)
    show(card, SIZES[-1])
    desk.deliver(metrics([2.0, 1.5]))
    card.plot.prepare()
    legend = card.findChild(Legend)
    assert legend is not None and card.plot.curves is not None
    assert [words for words, *_ in legend._entries("train ", "validation ", "D ")] == ["train 1.5"]
    desk.deliver(msgspec.structs.replace(metrics([2.0, 1.0]), discriminator_loss=np.array([0.5, 0.25], np.float32)))
    card.plot.prepare()
    assert card.plot.curves.rival[1].tolist() == [0.5, 0.25]
    assert legend._is_pair
    assert [words for words, *_ in legend._entries("G ", "val. ", "D ")] == ["G 1.0", "D 0.25"]


@pytest.mark.parametrize("size", SIZES)
def test_the_loss_card_draws_in_every_state(desk: Desk, show: Callable[..., None], size: tuple[int, int]) -> None:
    card = LossCard(desk.context)
    show(card, size)
    assert card.plot.accessibleDescription() == "Nothing has been trained yet."
    for frame in (metrics([2.0]), metrics([math.nan], first=1), metrics([1, math.inf, 0.5], {3: 0.7}, first=2)):
        desk.deliver(frame)
        for changes in ({}, {"log_loss": True}, {"metric": "accuracy"}, {"theme": "light"}, {"metric": "loss"}):
            desk.context.store.look(**changes)
            now(card.plot)
            card.plot.hover(0)
            card.grab()


@pytest.mark.parametrize("width", [220, 250, 300, 460, 700])
def test_the_legend_fits_whatever_the_values(desk: Desk, show: Callable[..., None], width: int) -> None:
    card = LossCard(desk.context)
    show(card, (width, 200))
    desk.deliver(metrics([2.3, 1e12, 9.7e15], {0: 2.3, 2: 1.2e14}))
    now(card.plot)
    card.layout().activate()
    (legend,) = card.findChildren(Legend)
    assert legend_width(legend._fitting()) <= legend.width() + 1
    assert legend.geometry().right() < card.width()
    assert card._title.width() >= card._title.sizeHint().width()


def test_a_card_that_has_grown_can_shrink_again(desk: Desk, show: Callable[..., None], real_frames: Frames) -> None:
    for card in (LossCard(desk.context), GradientCard(desk.context), SurfaceCard(desk.context)):
        show(card, (800, 300))
        desk.deliver(*real_frames(MLP), metrics([1.0, 0.5]))
        card.grab()
        assert card.minimumSizeHint().width() <= 220


@pytest.mark.parametrize("width", [220, 260, 290, 310, 340, 500])
def test_titles_are_never_cut(desk: Desk, show: Callable[..., None], real_frames: Frames, width: int) -> None:
    desk.deliver(*real_frames(replace(MLP, frozen=("hidden1",))))
    for card in (GradientCard(desk.context), SurfaceCard(desk.context)):
        show(card, (width, 200))
        for frame in (surface(bowl(), finished=False), surface(bowl())):
            desk.deliver(frame)
            now(card.plot)
            card.layout().activate()
            assert card._title.width() >= card._title.sizeHint().width()


def test_the_axis_of_steps_ends_at_the_number_of_steps_done(desk: Desk) -> None:
    desk.deliver(metrics([1.0] * 120))
    scale = steps_scale(desk.context.link.history)
    assert (scale.low, scale.high) == (0, 120)


def test_hovering_finds_the_nearest_step(qtbot: QtBot, desk: Desk, show: Callable[..., None]) -> None:
    card = LossCard(desk.context)
    show(card)
    desk.deliver(metrics([2.0, 1.5, 1.0, 0.75, 0.5], {2: 0.9}))
    now(card.plot)
    axes = card.plot._axes
    assert axes is not None
    for row in range(5):
        place = QPointF(float(axes.xs(row)) + 2, 50)
        assert card.plot.hover_at(place) == row
    card.plot.setFocus()
    for key, row in ((Qt.Key.Key_Left, 4), (Qt.Key.Key_Left, 3), (Qt.Key.Key_Right, 4), (Qt.Key.Key_Right, 4)):
        qtbot.keyClick(card.plot, key)
        assert card.plot.hovered == row


def test_a_run_taken_back_is_shown_as_short_as_it_is(desk: Desk, show: Callable[..., None]) -> None:
    card = LossCard(desk.context)
    show(card)
    desk.deliver(metrics([2.0] * 50))
    now(card.plot)
    card.plot.hover(49)
    desk.deliver(metrics([1.0], first=10))
    now(card.plot)
    assert card.plot.hover_count() == 11
    card.grab()


def test_a_plot_that_nobody_sees_does_not_draw(desk: Desk, qtbot: QtBot) -> None:
    card = LossCard(desk.context)
    qtbot.addWidget(card)
    desk.deliver(metrics([2.0, 1.0]))
    assert card.plot.curves is None
    assert not card.plot._pause.isActive()
    card.show()
    assert card.plot.curves is not None


def test_the_table_holds_every_number_exactly(desk: Desk) -> None:
    desk.deliver(metrics([0.1, 1 / 3, math.nan], {1: 0.2}))
    rows = list(csv.DictReader(io.StringIO(history_table(desk.context.link.history))))
    assert [row["step"] for row in rows] == ["0", "1", "2"]
    assert np.float32(rows[1]["loss"]) == np.float32(1 / 3)
    assert (rows[2]["loss"], rows[0]["validation_loss"]) == ("", "")
    assert np.float32(rows[1]["validation_loss"]) == np.float32(0.2)
    assert np.float32(rows[1]["gradient_norm/hidden1"]) == np.float32(1 + 1 / 3)


def test_copying_and_saving(
    desk: Desk, show: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    card = LossCard(desk.context)
    show(card)
    desk.deliver(metrics([2.0, 1.0]))
    now(card.plot)
    card.plot.copy()
    assert QGuiApplication.clipboard().pixmap().size() == card.size()
    file = tmp_path / "run.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    card.plot.save()
    assert file.read_text(encoding="utf-8") == card.plot.table()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "run.csv"), ""))
    with pytest.raises(UserError, match="cannot be written"):
        card.plot.save()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    card.plot.save()
