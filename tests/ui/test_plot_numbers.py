"""Numbers of plots that no single value of the recording is: each says how it came about."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from tests.ui.opened import Opened
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Frame, Metrics, Status, Surface
from visualizer.core.messages import Explain
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics.neurons import responses
from visualizer.ui.explanations.questions import Told
from visualizer.ui.main_window import MainWindow
from visualizer.ui.plots.decision_card import AnswersOrLoss
from visualizer.ui.plots.loss_card import Legend, LossCard
from visualizer.ui.plots.surface_card import SurfaceCard
from visualizer.ui.top_bar import Counter
from visualizer.ui.views.freezing_card import FreezingCard

WAVE = Experiment(network="mlp", dataset="wave", loss="mean-squared-error", weights="initial")


def told(window: MainWindow, question: object) -> Explanation:
    """Return what the window tells of a number, its formula recomputed in float64."""
    assert isinstance(question, Told)
    known = question.tell(window.context.player.recording)
    assert evaluate(known.expression, bindings(known.operands, known.products)) == pytest.approx(known.result, rel=1e-6)
    return known


def numbers_of(legend: Legend) -> list[object]:
    found = [legend._number_at(area.center()) for _, area in legend._places()]
    return [number.question for number in found if number is not None]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_legend_of_the_loss_leads_to_the_steps_that_it_is_the_mean_of(opened: Opened, metric: str) -> None:
    window = opened(MLP, (1600, 1000), steps=25)
    window.context.store.look(page="train", metric=metric)
    card = window.pages.currentWidget().findChild(LossCard)
    history = window.context.link.history
    column, none = np.array([0.5], np.float32), np.full((1, len(history.layers)), np.nan, np.float32)
    window.context.link._receive(
        Metrics(25, list(history.layers), np.array([25]), column, column, column, column, none)
    )
    card.plot.renew()
    QApplication.processEvents()  # the legend gets its size
    window_size = card.plot.curves.window
    validation, train = numbers_of(card.findChild(Legend))
    assert validation == Explain(f"validation_{metric}", (25,), "metric")
    known = told(window, train)
    last = getattr(history, metric)[-(window_size // 2 + 1) :].astype(np.float64)
    assert len(last) > 1
    assert known.result == pytest.approx(last.mean() * (100 if metric == "accuracy" else 1))
    assert known.result == pytest.approx(float(card.plot.curves.mean[1][-1]), rel=1e-6)
    symbol = known.operands[1].name
    assert train.leads[symbol] == Explain(metric, (int(history.steps[-len(last)]),), "metric")


def test_places_of_the_surface_and_stops_of_the_path_say_what_their_loss_is(stage: Callable[..., Stage]) -> None:
    built = stage(MLP)
    built.context.link.state = "running"
    built.context.store.look(page="surface")
    axis = np.linspace(-1, 1, 3, dtype=np.float32)
    values = np.arange(9, dtype=np.float32).reshape(3, 3) / 10
    values[0, 0] = np.nan
    path = np.array([[0.5, 0.5], [0.0, 0.0]], np.float32)
    built.deliver(Surface("random", axis, axis, values, path, [0, 40], np.array([0.9, 0.4], np.float32),
                          0.1, 40, 64, 1.0, True))  # fmt: skip
    plot = built.window.pages.currentWidget().findChild(SurfaceCard).plot
    plot.renew()
    plot.grab()
    start = told(built.window, plot.number_of(0).question)
    assert start.result == pytest.approx(0.9) and "step" in start.operands[0].origin
    place = told(built.window, plot.number_of(2 + 5).question)
    assert place.result == pytest.approx(0.5)
    assert [operand.value for operand in place.operands] == pytest.approx([1.0, 0.0, 64, 0.5])
    assert plot.number_of(2) is None, "nothing is told of what is not computed yet"


def test_after_scanning_the_keyboard_is_at_the_plot(stage: Callable[..., Stage], qtbot: QtBot) -> None:
    built = stage(MLP)
    built.context.link.state = "running"
    built.context.store.look(page="surface")
    card = built.window.pages.currentWidget().findChild(SurfaceCard)
    card.arrange()
    built.window.activateWindow()
    card._begin.setFocus()
    qtbot.mouseClick(card._begin, Qt.MouseButton.LeftButton)
    assert card._begin.isHidden()
    assert built.window.focusWidget() is card.plot


@pytest.mark.parametrize("experiment", [MLP, WAVE], ids=["moons", "wave"])
def test_an_answer_and_the_selected_sample_of_the_decision_surface_are_explained(
    stage: Callable[..., Stage], real_frames: Callable[..., list[Frame]], experiment: Experiment
) -> None:
    session = TrainingSession()
    session.configure(experiment)
    found = responses(session)
    built = stage(experiment)
    built.deliver(*real_frames(experiment), found)
    plot = built.window.findChild(AnswersOrLoss).answers.plot
    plot.renew()
    plot.grab()
    assert plot.number_of(0).question == Explain("input", (0,))
    assert plot.number_of(1) is None
    first = len(found.held_out.inputs) + len(found.training.inputs)
    for element in (0, 17, 40):
        known = told(built.window, plot.number_of(first + element).question)
        answers = found.surface.reshape(len(found.surface), -1)[:, element]
        assert known.result == pytest.approx(float(answers.max()) if experiment is MLP else float(answers[0]))
    assert plot.numbers.at(QPointF(-5, -5)) is None


def test_the_epoch_and_the_count_of_what_trains_are_explained(opened: Opened) -> None:
    window = opened(msgspec.structs.replace(MLP, frozen=("hidden2",)), (1600, 1000), steps=3)
    window.context.link._receive(Status(False, 30, 2, 0.0))
    counter = window.findChild(Counter)
    known = told(window, counter._epoch().question)
    steps, in_an_epoch, epochs = (operand.value for operand in known.operands)
    assert (steps, known.result, epochs) == (30, 2, 2) and steps // in_an_epoch == 2
    window.context.store.look(page="train")
    card = window.pages.currentWidget().findChild(FreezingCard)
    known = told(window, card._trainable().question)
    assert known.result == 2 * 8 + 8 + 8 * 2 + 2
    assert card._subtitle.text().startswith("42 of 114")
