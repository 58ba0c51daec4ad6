"""Every number of the window leads, by keyboard alone, to something that was given and not computed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.opened import Opened, answer, card_of
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation
from visualizer.core.messages import Explain
from visualizer.ui.explanations.numbers import Numbers
from visualizer.ui.explanations.questions import Question, title_of
from visualizer.ui.explanations.trail import explain
from visualizer.ui.main_window import MainWindow

MLP = Experiment(network="mlp", dataset="moons", weights="initial")
EXPERIMENTS = [
    MLP,
    Experiment(network="mlp", dataset="wave", loss="mean-squared-error", weights="initial"),
    Experiment(network="lenet", dataset="mnist", weights="initial"),
    Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stem", "stage1.0")),
    Experiment(network="lstm", dataset="recall", weights="initial"),
    Experiment(network="rnn", dataset="sunspots", loss="mean-squared-error", weights="initial"),
]
GIVEN = ("data", "initial", "constant", "memory", "metric", "buffer")
_ACROSS = 8
_A_PLACE = 3  # so many of the numbers of one widget are followed


def places(window: MainWindow) -> Iterator[tuple[str, list[Question]]]:
    """Yield each widget that can be seen and has numbers, with what can be asked there."""
    for numbers in window.findChildren(Numbers):
        widget = numbers.parent()
        if isinstance(widget, QWidget) and widget.isVisible():
            found = [numbers.here(), *(numbers.at(point) for point in _points(numbers._widget))]
            yield _name(widget), [number.question for number in found if number is not None]
    canvas = window.pages.network.canvas.view
    if canvas.isVisible():
        hits = (canvas.hit(point) for point in _points(canvas, 20))
        yield "canvas", [question for hit in hits if hit is not None for question in hit.asks]


def _points(widget: QWidget, across: int = _ACROSS) -> Iterator[QPointF]:
    for row in range(across):
        for column in range(across):
            x = (column + 0.5) / across * widget.width()
            yield QPointF(x, (row + 0.5) / across * widget.height())


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName()}".strip()


def follow_to_the_end(qtbot: QtBot, window: MainWindow, question: Question, known_to_end: set[Question]) -> None:
    """Follow always the first operand, to the end, or to a number from which somebody went to the end before."""
    explain(window.context, question)
    terms, way = card_of(window).terms, [question]
    for _ in range(400):
        if way[-1] in known_to_end:
            break
        known = answer(window)
        if not terms.currentIndex().isValid() or terms.model_.cell(terms.currentIndex()).question is None:
            names = " > ".join(map(title_of, way))
            assert known.kind in GIVEN or _ends(known), f"{names}: {known.kind}, {known.sentence}"
            break
        qtbot.keyClick(terms, Qt.Key.Key_Return)
        assert card_of(window)._trail.present.question != way[-1]
        way.append(card_of(window)._trail.present.question)
    else:
        pytest.fail(f"no end: {' > '.join(map(title_of, way[:20]))}")
    known_to_end.update(way)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: f"{one.network}-{one.dataset}")
def test_every_number_of_the_network_page_leads_to_what_was_given(
    qtbot: QtBot, opened: Opened, experiment: Experiment
) -> None:
    window = opened(experiment, (1600, 1000))
    assert len(_follow_all(qtbot, window)) > 5


def test_numbers_of_the_other_pages_lead_on_too(qtbot: QtBot, opened: Opened) -> None:
    window = opened(MLP, (1600, 1000), steps=3)
    for page in ("train", "data"):
        window.context.store.look(page=page)
        qtbot.waitUntil(lambda: window.pages.currentWidget().isVisible())
        assert _follow_all(qtbot, window), page


def _follow_all(qtbot: QtBot, window: MainWindow) -> set[Question]:
    asked: set[Question] = set()
    known_to_end: set[Question] = set()
    for _, questions in list(places(window)):
        for question in _some(questions):
            if question not in asked:
                asked.add(question)
                follow_to_the_end(qtbot, window, question, known_to_end)
    return asked


def _ends(known: Explanation) -> bool:
    """Return whether a gradient is the loss by itself, or one that nothing comes back to."""
    return known.kind in ("gradient", "edge_gradient") and known.result in (0, 1)


def _some(questions: list[Question]) -> list[Question]:
    """Return some that differ in kind."""
    apart: dict[object, Question] = {}
    for question in questions:
        key = (question.kind, question.name) if isinstance(question, Explain) else question.title
        apart.setdefault(key, question)
    chosen = list(apart.values())
    return chosen[:: max(len(chosen) // _A_PLACE, 1)]
