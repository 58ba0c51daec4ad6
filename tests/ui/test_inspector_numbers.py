"""The numbers of the inspector that are made of others: each answers for itself, and its formula gives it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP
from tests.ui.opened import Opened
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Recording
from visualizer.core.messages import Explain
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.ui.explanations.questions import Question, Told
from visualizer.ui.explanations.trail import trail
from visualizer.ui.inspectors.column import Column
from visualizer.ui.inspectors.rows import Rows
from visualizer.ui.main_window import MainWindow

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


@pytest.fixture
def scene(opened: Opened) -> Callable[..., MainWindow]:
    def build(experiment: Experiment, **look: object) -> MainWindow:
        window = opened(experiment, (1280, 1000))
        window.context.link.state = "running"
        window.context.store.look(**look)
        return window

    return build


def column(scene: MainWindow) -> Column:
    return scene.pages.network.inspector.column


def recorded(scene: MainWindow) -> Recording:
    assert scene.context.player.recording is not None
    return scene.context.player.recording


def told(scene: MainWindow, question: Question) -> Explanation:
    """Return what the window tells of a number, its formula recomputed in float64."""
    assert isinstance(question, Told)
    known = question.tell(recorded(scene))
    assert evaluate(known.expression, bindings(known.operands, known.products)) == pytest.approx(known.result, rel=1e-6)
    return known


def asked(scene: MainWindow) -> Question:
    present = trail(scene.context).present
    assert present is not None
    return present.question


def click(qtbot: QtBot, rows: Rows, row: int, piece: int) -> None:
    place = list(rows._places(rows.rows[row], row * 20.0))[piece][1]
    qtbot.mouseClick(rows, Qt.MouseButton.LeftButton, pos=place.center().toPoint())


def test_weight_input_and_product_of_a_line_are_three_questions(qtbot: QtBot, scene: Callable[..., MainWindow]) -> None:
    built = scene(MLP, selected="hidden1", element=(3,))
    rows = column(built).arithmetic.rows
    click(qtbot, rows, 1, 0)
    assert asked(built) == Explain("hidden1.weight", (3, 1), "parameter")
    built.context.store.look(selected="hidden1", element=(3,))
    click(qtbot, rows, 1, 2)
    assert asked(built) == Explain("input", (1,), "data")
    built.context.store.look(selected="hidden1", element=(3,))
    click(qtbot, rows, 1, 3)
    known = told(built, asked(built))
    weight = float(recorded(built).parameters["hidden1.weight"].values[3, 1])
    assert known.result == weight * float(recorded(built).activations["input"].values[1])
    assert [operand.origin for operand in known.operands] == ["hidden1.weight", "input"]


def test_arrows_reach_every_number_of_a_line(qtbot: QtBot, scene: Callable[..., MainWindow]) -> None:
    built = scene(MLP, selected="hidden1", element=(3,))
    rows = column(built).arithmetic.rows
    found = []
    for key in (None, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        if key is not None:
            qtbot.keyClick(rows, key)
        found.append(rows._number_here().question)
    assert found[0] == Explain("hidden1.weight", (3, 0), "parameter")
    assert found[1] == Explain("input", (0,), "data")
    assert [question.title for question in found[2:]] == [
        "hidden1.weight (3, 0) × input (0)",
        "hidden1.weight (3, 1) × input (1)",
    ]


def test_a_product_in_the_grid_of_a_convolution_is_a_question(scene: Callable[..., MainWindow]) -> None:
    built = scene(LENET, selected="conv1", element=(2, 9, 8), channel=2)
    grid = column(built).arithmetic.grid
    for row, place in ((0, 0), (2, 4)):
        spot = grid.grids[2].area
        at = QPointF(spot.left() + (place + 0.5) * spot.width() / 5, spot.top() + (row + 0.5) * spot.height() / 5)
        known = told(built, grid.asked_at(at))
        weight = float(recorded(built).parameters["conv1.weight"].values[2, 0, row, place])
        value = float(recorded(built).activations["input"].values[0, 9 + row - 2, 8 + place - 2])
        assert known.result == weight * value


@pytest.mark.parametrize("node", ["hidden1", "tanh1"])
def test_the_slope_of_the_tangent_is_explained(qtbot: QtBot, scene: Callable[..., MainWindow], node: str) -> None:
    built = scene(MLP, selected=node, element=(5,))
    rows = column(built).curve.rows
    assert [row.result.number.question for row in rows.rows[:2]] == [Explain("hidden1", (5,)), Explain("tanh1", (5,))]
    known = told(built, rows.rows[2].result.number.question)
    z = float(recorded(built).activations["hidden1"].values[5])
    assert known.result == pytest.approx(1 / np.cosh(z) ** 2)


def test_every_number_of_the_opened_softmax_is_explained(scene: Callable[..., MainWindow]) -> None:
    built = scene(LENET, selected="linear3", element=(4,))
    logits = recorded(built).activations["linear3"].values.astype(np.float64)
    for place, row in enumerate(column(built).softmax.rows.rows):
        logit, power, share, gradient = (number.question for number in row.numbers)
        assert (logit, gradient) == (Explain("linear3", (place,)), Explain("linear3", (place,), "gradient"))
        assert told(built, power).result == pytest.approx(np.exp(logits[place] - logits.max()))
        assert told(built, share).result == pytest.approx(float(recorded(built).probabilities[place]))


def test_a_bar_of_the_histogram_leads_to_its_values(scene: Callable[..., MainWindow]) -> None:
    built = scene(LENET, selected="conv1", element=(2, 9, 8), channel=2)
    part = column(built).histogram
    part.fold(False)
    part.toggle.choose("activation")
    part.refresh(part.look)
    histogram, values = part.histogram, recorded(built).activations["conv1"].values.astype(np.float64)
    counted = 0
    for place in np.flatnonzero(histogram._counts):
        number = histogram._number_at(QPointF((place + 0.5) * histogram.width() / 64, 40))
        known = told(built, number.question)
        counted += int(known.result)
        assert known.result == histogram._counts[place]
        for operand in known.operands[1:4]:
            assert operand.value == float(values[operand.index]) and operand.origin == "conv1"
    assert counted == values.size
