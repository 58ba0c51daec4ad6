from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
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
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import (
    Configured,
    Frame,
    Freezing,
    LayerStatus,
    Metrics,
    Problem,
    Recording,
    Status,
    Surface,
)
from visualizer.core.history import History
from visualizer.core.messages import Cancel, Command, Credit, Scan
from visualizer.core.numbers import exact
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.player import Player
from visualizer.ui.plots.axes import Axes, Scale, decades, steps_scale, tick_text
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.loss_card import Legend, LossCard
from visualizer.ui.plots.loss_card import _width as legend_width
from visualizer.ui.plots.loss_plot import curves
from visualizer.ui.plots.norms import group_name, norms_of_recording, norms_of_step
from visualizer.ui.plots.plot import Plot
from visualizer.ui.plots.relief import BANDS, filled, relief
from visualizer.ui.plots.surface_card import SurfaceCard
from visualizer.ui.plots.surface_plot import share
from visualizer.ui.plots.table import history_table
from visualizer.ui.store import Store

Frames = Callable[[Experiment], list[Frame]]
LENET = Experiment(network="lenet", dataset="mnist", weights="initial", frozen=("conv1",))
SIZES = [(250, 150), (312, 192), (400, 236), (900, 500)]


class Desk:
    """A context whose engine is the test."""

    def __init__(self, experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Store(experiment)
        self.context = Context(store, Link(store), Player())
        self.sent: list[Command] = []
        monkeypatch.setattr(self.context.link, "send", self.sent.append)

    def deliver(self, *frames: Frame) -> None:
        for frame in frames:
            self.context.link._receive(frame)
            if isinstance(frame, Recording):
                self.context.player.show(frame)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(MLP, monkeypatch)


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Callable[..., None]]:
    def shown(card: LossCard | GradientCard | SurfaceCard, size: tuple[int, int] = (400, 236)) -> None:
        qtbot.addWidget(card)
        card.resize(*size)
        card.show()
        card.grab()

    yield shown


def now(plot: Plot) -> None:
    """Let a plot draw at once what waits for its next picture."""
    plot._pause.stop()
    plot.renew()
    plot.grab()


def metrics(loss: list[float], validation: dict[int, float] | None = None, first: int = 0) -> Metrics:
    count = len(loss)
    steps = np.arange(first, first + count)
    column = np.full(count, np.nan, np.float32)
    for step, value in (validation or {}).items():
        column[step - first] = value
    values = np.array(loss, np.float32)
    norms = np.stack([values + 1, np.full(count, np.nan, np.float32)], axis=1)
    return Metrics(first, ["hidden1", "output"], steps, values, 1 - values / 10, column, column, norms)


def surface(values: np.ndarray, finished: bool = True, step: int = 3) -> Surface:
    axis = np.linspace(-1, 1, len(values)).astype(np.float32)
    path = np.array([[-0.8, -0.8], [-0.3, -0.2], [0, 0]], np.float32)
    losses = np.array([2, 1.5, 1], np.float32)
    progress = 1.0 if finished else 0.4
    return Surface(
        "path", axis, axis, values.astype(np.float32), path, [0, 1, step], losses, 0.9, step, 64, progress, finished
    )


def bowl(count: int = 9) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(-1, 1, count), np.linspace(-1, 1, count))
    return 1 + x**2 + 2 * y**2


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


# gradients


def recording_of(frames: list[Frame]) -> Recording:
    return next(frame for frame in frames if isinstance(frame, Recording))


def test_a_bar_is_the_norm_of_all_parameters_of_a_layer(real_frames: Frames) -> None:
    recording = recording_of(real_frames(LENET))
    freezing = Freezing([LayerStatus("conv1", 156, True, True, "")], 0, 0, 0, 0)
    norms = norms_of_recording(recording, freezing)
    assert [bar.name for bar in norms.bars] == ["conv1", "conv2", "linear1", "linear2", "linear3"]
    assert norms.bars[0].frozen
    assert math.isnan(norms.bars[0].value)
    for bar in norms.bars[1:]:
        gradients = [g for name, g in recording.parameter_gradients.items() if name.startswith(f"{bar.name}.")]
        flat = np.concatenate([gradient.values.ravel().astype(np.float64) for gradient in gradients])
        assert bar.value == pytest.approx(np.linalg.norm(flat), rel=1e-6)
    assert norms.largest is max(norms.bars[1:], key=lambda bar: bar.value)


def test_normalisation_joins_the_layer_before_it_and_stages_are_named(real_frames: Frames) -> None:
    frames = real_frames(Experiment(network="resnet20", dataset="mnist", weights="initial"))
    norms = norms_of_recording(recording_of(frames), None)
    assert len(norms.bars) == 20
    assert norms.bars[1].modules == ("stage1.0.conv1", "stage1.0.norm1")
    assert norms.bars[1].value == pytest.approx(math.hypot(*norms.bars[1].values))
    assert [group[0] for group in norms.groups] == ["stem", "stage 1", "stage 2", "stage 3", "linear"]
    assert norms.groups[1][1:] == (1, 7)
    assert group_name("features") == "features"


@pytest.mark.parametrize("size", SIZES)
def test_the_gradient_card_draws_in_every_state(
    desk: Desk, show: Callable[..., None], real_frames: Frames, size: tuple[int, int]
) -> None:
    card = GradientCard(desk.context)
    show(card, size)
    assert card.bars.norms is None
    frames = real_frames(MLP)
    desk.deliver(*frames)
    now(card.bars)
    assert card.bars.norms is not None
    assert card.bars.norms.source == "this sample"
    desk.deliver(metrics([2.0, 1.0, 0.5]), Status(True, 3, 0, 10.0))
    for changes in ({"norms_over_steps": True}, {"theme": "light"}, {"norms_over_steps": False}):
        desk.context.store.look(**changes)
        for number in range(-1, card.plot.hover_count()):
            card.plot.hover(number)
            now(card.plot)
    assert card.bars.norms is not None
    assert card.bars.norms.source == "step 2"


def test_while_training_the_bars_are_those_of_the_last_step(desk: Desk, real_frames: Frames) -> None:
    (configured,) = (frame for frame in real_frames(MLP) if isinstance(frame, Configured))
    history = History()
    history.append(metrics([2.0, 1.0]))
    norms = norms_of_step(history, configured.graph, None)
    assert (norms.bars[0].name, norms.bars[0].value) == ("hidden1", 2.0)
    assert math.isnan(norms.bars[1].value)


# surface


def test_gaps_are_filled_between_what_is_known() -> None:
    whole = bowl(9)
    coarse = np.full_like(whole, np.nan)
    coarse[::4, ::4] = whole[::4, ::4]
    complete = filled(coarse)
    assert complete is not None
    np.testing.assert_allclose(complete[::4, ::4], whole[::4, ::4])
    assert np.isfinite(complete).all()
    assert complete[0, 2] == pytest.approx((whole[0, 0] + whole[0, 4]) / 2)
    assert filled(np.full((3, 3), np.nan)) is None


def test_a_diverged_corner_becomes_a_wall() -> None:
    values = bowl(5)
    values[0, 0] = np.inf
    complete = filled(values)
    assert complete is not None
    assert complete[0, 0] == values[np.isfinite(values)].max()


def test_the_region_above_a_level_holds_the_points_whose_loss_is_above() -> None:
    values = bowl(9)
    found = relief(values)
    assert found is not None
    assert len(found.above) == BANDS - 1
    for level, region in zip(found.levels, found.above, strict=True):
        for row in range(1, 8):
            for column in range(1, 8):
                height = math.log10(values[row, column])
                if abs(height - level) > 1e-3:
                    assert region.contains(QPointF(column, row)) == (height > level)


def test_a_flat_surface_has_contours_nowhere_and_draws(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(np.ones((5, 5))))
    show(card)


@pytest.mark.parametrize("size", SIZES)
def test_the_surface_card_draws_in_every_state(desk: Desk, show: Callable[..., None], size: tuple[int, int]) -> None:
    card = SurfaceCard(desk.context)
    show(card, size)
    card._begin.click()
    coarse = np.full((9, 9), np.nan)
    coarse[::2, ::2] = bowl(9)[::2, ::2]
    for frame in (surface(coarse, finished=False), surface(bowl(9)), Status(False, 9, 0, 0.0)):
        desk.deliver(frame)
        for theme in ("light", "dark"):
            desk.context.store.look(theme=theme)
            for element in (-1, 0, 2, 3, 40):
                card.plot.hover(element)
                card.grab()


def test_scanning_is_asked_for_shown_and_cancelled(desk: Desk, show: Callable[..., None]) -> None:
    here, there = SurfaceCard(desk.context), SurfaceCard(desk.context)
    show(here)
    desk.context.store.look(plane="path")
    here._begin.click()
    assert not here._begin.isEnabled() and desk.sent == [], "without an engine nothing can be scanned"
    desk.context.link._set_state("running")
    here._begin.click()
    assert [command.plane for command in desk.sent if isinstance(command, Scan)] == ["path"]
    assert here._act.text() == there._act.text() == "Cancel 0 %"
    desk.deliver(surface(bowl(), finished=False))
    assert here._act.text() == "Cancel 40 %"
    here._act.click()
    assert desk.sent[-1] == Cancel()
    assert here._act.text() == there._act.text() == "Rescan"


def test_a_picture_is_answered_by_credit_only_where_it_can_be_seen(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(bowl(), finished=False))
    assert Credit("surface") not in desk.sent
    show(card)
    assert desk.sent.count(Credit("surface")) == 1
    card.grab()
    assert desk.sent.count(Credit("surface")) == 1


def test_a_scan_that_is_refused_or_outdated_ends(desk: Desk, real_frames: Frames) -> None:
    card = SurfaceCard(desk.context)
    card._begin.click()
    desk.deliver(Problem("input", "The path of this run has 1 snapshots so far."))
    assert not card._scanner.running
    desk.deliver(surface(bowl()))
    (configured,) = (frame for frame in real_frames(MLP) if isinstance(frame, Configured))
    desk.deliver(configured)
    assert card._scanner.surface is None


def test_the_card_says_when_the_weights_have_moved_on(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    show(card, (700, 400))
    desk.deliver(surface(bowl(), step=3), Status(False, 3, 0, 0.0))
    assert card._subtitle.text() == "path plane, 90 % of the path"
    desk.deliver(Status(False, 4, 0, 0.0))
    assert "scanned at step 3" in card._subtitle.text()


def test_hovering_names_the_true_loss(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(bowl()))
    show(card)
    axes = card.plot._axes
    assert axes is not None
    assert card.plot.hover_at(axes.point(0.0, 0.0)) == 2
    far = card.plot.hover_at(axes.point(1.0, 1.0) + QPointF(-1, 1))
    assert far == 3 + 80
    rows = list(csv.DictReader(io.StringIO(card.plot.table())))
    assert len(rows) == 81
    assert exact(float(rows[80]["loss"])) == "4.0"


@pytest.mark.parametrize(("explained", "text"), [(0.9, "90 %"), (0.0001, "less than 1 %"), (0.0, "0 %")])
def test_a_small_share_of_the_path_is_not_called_none(explained: float, text: str) -> None:
    assert share(msgspec.structs.replace(surface(bowl()), explained=explained)) == text
