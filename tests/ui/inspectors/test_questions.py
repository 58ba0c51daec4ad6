from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui.inspectors.shown import MLP, SessionLink, configured, explained, shown
from visualizer.core.frames import Explanation, Frame
from visualizer.core.messages import Command, Explain
from visualizer.core.numbers import exact
from visualizer.engine.session import TrainingSession
from visualizer.ui.announcing import said
from visualizer.ui.explanations.asking import Asking


def test_a_click_on_a_pixel_asks_for_this_value(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", channel=2)
    explained(qtbot, card)
    output = card.column.output.maps.output
    pixel = output.width() / 28
    qtbot.mouseClick(output, Qt.MouseButton.LeftButton, pos=QPoint(round(10.5 * pixel), round(9.5 * pixel)))
    assert card.context.store.view.element == (2, 9, 10)
    link = card.context.link
    qtbot.waitUntil(lambda: Explain("stem.conv", (2, 9, 10)) in link.sent)
    qtbot.waitUntil(
        lambda: (
            card.column.arithmetic.explanation is not None and card.column.arithmetic.explanation.index == (2, 9, 10)
        )
    )
    qtbot.keyClick(output, Qt.Key.Key_Left)
    assert card.context.store.view.element == (2, 9, 9)
    value = card.look.subject.recording.activations["stem.conv"].values[2, 9, 9]
    assert said(output) == f"row 9, column 9: {exact(float(value))}"


@pytest.mark.parametrize("node, channels", [("stem.conv", 1), ("stage3.0.conv1", 32)])
def test_products_of_all_channels_give_the_result(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]], node: str, channels: int
) -> None:
    card = shown(qtbot, resnet, selected=node, channel=3)
    answer = explained(qtbot, card)
    assert answer.products is not None
    total = 0.0
    for channel in range(channels):
        card._pick_input(channel)
        patch, kernel, product = (grid.values.astype(np.float64) for grid in card.column.arithmetic.grid.grids)
        assert np.allclose(product, patch * kernel, rtol=1e-6)
        total += float((patch * kernel).sum())
    assert total == pytest.approx(answer.result, abs=1e-5)
    assert answer.result == card.look.subject.recording.activations[node].values[answer.index]


def test_the_printed_sum_of_a_neuron_adds_up(qtbot: QtBot, mlp: tuple[TrainingSession, list[Frame]]) -> None:
    for neuron in range(8):
        card = shown(qtbot, mlp, selected="hidden2", element=(neuron,), channel=neuron)
        answer = explained(qtbot, card)
        words = [text.replace("−", "-") for kind, text in card.column.arithmetic.result.words if kind != "quiet"]
        decimals = len(words[-1].partition(".")[2])
        assert round(float(words[0]) + float(words[1]), decimals) == float(words[2])
        assert float(words[2]) == pytest.approx(answer.result, abs=0.6 * 10.0**-decimals)
        assert [row.value for row in card.column.arithmetic.rows.rows] == pytest.approx(answer.products.terms.tolist())


def test_many_products_are_the_largest_and_the_sum_of_the_rest(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="linear", channel=4)
    answer = explained(qtbot, card)
    rows = card.column.arithmetic.rows.rows
    assert len(rows) == 8 and rows[-1].name == "57 others"
    bias = answer.operands[0].value
    assert sum(row.value for row in rows) + bias == pytest.approx(answer.result, abs=1e-5)


def test_a_pooling_shows_its_window_and_the_winner(qtbot: QtBot, lenet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, lenet, selected="pool1", channel=2)
    answer = explained(qtbot, card)
    grid = card.column.arithmetic.window_grid
    assert not grid.isHidden() and card.column.arithmetic.rows.isHidden()
    values = grid._grid.values
    assert values.shape == (2, 2)
    assert values.flat[grid._ringed] == np.float32(answer.result) == values.max()


def test_an_operand_leads_to_where_it_was_read(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage1.1.conv1", element=(0, 9, 10))
    explained(qtbot, card)
    grid = card.column.arithmetic.grid
    card._pick_input(6)
    cell = grid.grids[0].cell(2, 0).center().toPoint()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=cell)
    view = card.context.store.view
    assert (view.selected, view.channel, view.element) == ("stage1.0.relu2", 6, (6, 10, 9))


def test_padding_leads_nowhere(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", element=(0, 0, 0))
    explained(qtbot, card)
    assert card.column.arithmetic.grid.text_at(0, 0, 0) == "zero padding"
    assert card.column.arithmetic.grid.source_index(0, 0) is None
    assert card.column.arithmetic.grid.source_index(1, 1) == (0, 0, 0)


def test_an_unknown_operation_is_answered_with_its_reason(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="stem.conv")
    explained(qtbot, card)
    card.context.link.session = configured(MLP, steps=0)[0]
    card.context.store.look(element=(0, 3, 3))
    qtbot.waitUntil(lambda: not card.column.arithmetic.note.isHidden())
    assert "Nothing was recorded" in card.column.arithmetic.note.text()
    assert card.column.arithmetic.grid.isHidden()


class SlowLink(SessionLink):
    """Answers only when it is told to."""

    def send(self, command: Command) -> None:
        self.sent.append(command)


def test_the_newest_question_wins(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    session, frames = resnet
    session.record(0)
    link = SlowLink(session, frames)
    asking = Asking(link, link)
    answers: list[Explanation] = []
    asking.explained.connect(answers.append)
    for column in range(5):
        asking.ask(Explain("stem.conv", (0, 4, column)))
    assert link.sent == [Explain("stem.conv", (0, 4, 0))]
    session_answers = [session.explain(question.name, question.index) for question in link.sent]
    link.receive(session_answers[0])
    assert answers == []
    assert link.sent[1:] == [Explain("stem.conv", (0, 4, 4))]
    link.receive(session.explain("stem.conv", (0, 4, 4)))
    assert [answer.index for answer in answers] == [(0, 4, 4)]


def test_a_live_recording_does_not_ask_each_time(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    link = SlowLink(*resnet)
    asking = Asking(link, link)
    for _ in range(3):
        asking.ask(Explain("stem.conv", (0, 4, 4)), live=True)
    assert len(link.sent) == 1
    asking.forget()
