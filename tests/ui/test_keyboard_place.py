"""Where the keyboard is: never nowhere, never on something hidden, and told when it comes somewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import delete

from tests.ui.conftest import MLP
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Status
from visualizer.core.messages import Explain
from visualizer.ui.announcing import said
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.reached import Reached
from visualizer.ui.inspectors.head import Head
from visualizer.ui.main_window import MainWindow
from visualizer.ui.pages import PAGES, page_title
from visualizer.ui.toast import Toast
from visualizer.ui.views.card_row import CARDS
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.segmented import Segmented

Opened = Callable[..., MainWindow]
LSTM = Experiment(network="lstm", dataset="names", weights="initial", batch_size=8)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told to speak."""
    words: list[str] = []

    def update(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            words.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    return words


def here(window: MainWindow) -> QWidget:
    window.activateWindow()
    QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None and found.isVisible()
    assert found.focusPolicy() & Qt.FocusPolicy.TabFocus, found
    return found


def test_the_arrow_keys_move_in_the_network_from_the_start(opened: Opened, heard: list[str]) -> None:
    window = opened()
    view = window.pages.network.canvas.view
    assert here(window) is view
    heard.clear()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert heard == [said(view)] and heard[0].startswith("input 1. x = ")


@pytest.mark.parametrize("experiment", (MLP, LSTM), ids=("mlp", "lstm"))
def test_each_page_takes_the_keyboard_and_is_told(opened: Opened, heard: list[str], experiment: Experiment) -> None:
    window = opened(experiment)
    for page in (*PAGES[1:], PAGES[0]):
        heard.clear()
        window.context.store.look(page=page)
        assert window.pages.isAncestorOf(here(window)), page
        assert heard[0] == f"{page_title(page)} page"


def test_a_revealed_card_gives_the_keyboard_to_its_view(opened: Opened) -> None:
    window = opened()
    row = window.pages.network.cards
    for name in CARDS:
        row.reveal(name)
        assert row.card(name).isAncestorOf(here(window)), name


def test_what_a_number_comes_from_is_told_and_the_keyboard_comes_back(opened: Opened, heard: list[str]) -> None:
    window = opened()
    view = here(window)
    QTest.keyClick(view, Qt.Key.Key_Right)
    heard.clear()
    window.actions_["explain"].trigger()
    assert len(heard) == 1 and heard[0].startswith("Where input (0) comes from. number of the sample: ")
    assert window.explanations.isAncestorOf(here(window))
    QTest.keyClick(here(window), Qt.Key.Key_Escape)
    assert here(window) is view


def test_the_keyboard_finds_a_place_where_the_one_before_is_gone(opened: Opened) -> None:
    window = opened()
    passing = QPushButton("passing", window.centralWidget())
    passing.show()
    passing.setFocus()
    window.keys_help.open()
    delete(passing)
    QTest.keyClick(window.keys_help, Qt.Key.Key_Escape)
    assert window.keys_help.isHidden()
    here(window)


def test_nothing_else_has_the_keyboard_while_a_page_changes(opened: Opened) -> None:
    window = opened()
    here(window)
    passed: list[QWidget | None] = []
    QApplication.instance().focusChanged.connect(lambda before, now: passed.append(now))
    window.context.store.look(page="data")
    assert passed == [window.pages, here(window)]


def test_the_page_of_keys_and_the_palette_say_the_line_that_the_arrows_come_to(
    opened: Opened, heard: list[str]
) -> None:
    window = opened()
    here(window)
    window.keys_help.open()
    heard.clear()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(window.keys_help, key)
    assert heard[0] == heard[2] != heard[1] and ": " in heard[0]
    QTest.keyClick(window.keys_help, Qt.Key.Key_Escape)
    heard.clear()
    window.palette_.open()
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Down)
    first, second = (action.text() for action in window.palette_.found[:2])
    assert heard[0].startswith(first) and heard[-1].startswith(second)


def test_a_choice_of_few_words_is_told(opened: Opened, heard: list[str]) -> None:
    window = opened()
    window.context.store.look(page="train")
    choice = window.pages.currentWidget().findChild(Segmented)
    assert interface_value(choice) == choice.choice
    heard.clear()
    QTest.keyClick(choice, Qt.Key.Key_Right)
    assert choice.choice in heard
    assert interface_value(choice) == choice.choice


def interface_value(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Value)


@pytest.mark.parametrize("key", (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter))
def test_a_button_is_pressed_by_space_and_by_enter(opened: Opened, key: Qt.Key) -> None:
    window = opened()
    window.context.store.look(page="sequence")
    QTest.keyClick(here(window), key)
    assert window.context.store.experiment.network == "lstm"


def test_what_happens_in_a_single_step_of_the_pass_is_told(opened: Opened, heard: list[str]) -> None:
    window = opened()
    window.context.store.look(reduced_motion=True)
    window.context.player.start()
    heard.clear()
    for action in ("forward", "forward", "back"):  # the first completes the input, of which was spoken before
        window.actions_[action].trigger()
    assert [words[:28] for words in heard] == ["Each of the 8 neurons adds u", "Sample 0 goes in: 2 numbers."]


def test_the_step_is_told_where_training_comes_to_rest(opened: Opened, heard: list[str]) -> None:
    window = opened()
    for training, step in ((False, 0), (True, 1), (True, 2), (False, 3), (False, 3), (False, 2)):
        window.context.link._receive(Status(training, step, 0, 1.0))
    assert [words for words in heard if words.startswith("step")] == ["step 3, epoch 0", "step 2, epoch 0"]


def test_notices_are_told(opened: Opened, heard: list[str]) -> None:
    window = opened()
    heard.clear()
    window.notices.say("Saved.")
    assert heard == ["Saved."]


def test_painted_numbers_without_keys_of_their_own_are_reached_and_ask(opened: Opened) -> None:
    window = opened()
    window.context.store.look(selected="hidden2")
    head = window.findChild(Head)
    here(window)
    head.setFocus(Qt.FocusReason.TabFocusReason)
    assert head.findChild(Reached).isVisible() and said(head) == "72 parameters in hidden2"
    QTest.keyClick(head, Qt.Key.Key_Return)
    assert window.explanations.isVisible() and window.explanations.explanation.result == 72
    assert not head.findChild(Reached).isVisible()


def test_arrows_go_from_number_to_number(opened: Opened, heard: list[str]) -> None:
    window = opened()
    names = ("hidden1.bias", "hidden2.bias")
    widget = QWidget(window.centralWidget(), accessibleName="two numbers")
    widget.setGeometry(0, 0, 60, 20)
    numbers = clickable(
        widget,
        window.context,
        lambda point: Number(Explain(names[point.x() > 30], (0,), "parameter"), names[point.x() > 30]),
        by_click=True,
    )
    ring = Reached(window.context, numbers)
    widget.show()
    here(window)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    heard.clear()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(widget, key)
        assert ring.geometry().left() == (0 if said(widget) == names[0] else 26)
    assert heard == [names[1], names[0]]  # there is no third


def test_the_network_as_text_takes_the_keyboard_and_gives_it_back(opened: Opened) -> None:
    window = opened()
    window.toggle_text_twin()
    assert here(window) is window.pages.network.text_twin.tree
    window.toggle_text_twin()
    assert here(window) is window.pages.network.canvas.view


def test_a_toast_stays_while_the_keyboard_is_on_its_button(opened: Opened) -> None:
    window = opened()
    window.notices.say("Frozen.", "Undo", lambda: None)
    toast = window.findChild(Toast)
    here(window)
    toast.findChild(Button).setFocus()
    toast._clock.timeout.emit()
    assert toast.isVisible()
    window.pages.network.canvas.view.setFocus()
    toast._clock.timeout.emit()
    assert toast.isHidden()
