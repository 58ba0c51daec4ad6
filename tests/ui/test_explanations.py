"""Where does this number come from? The card, its trail, and the way to it from every number of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.opened import Opened, answer, card_of
from visualizer.core.experiment import Experiment
from visualizer.core.messages import Explain
from visualizer.ui.explanations.explanation_card import ExplanationCard
from visualizer.ui.explanations.teaching import HINT
from visualizer.ui.explanations.trail import explain, trail

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


def test_the_loss_is_followed_to_a_pixel_by_keyboard_alone(qtbot: QtBot, opened: Opened) -> None:
    window = opened(LENET)
    explain(window.context, Explain("loss/cross_entropy", ()))
    terms, seen = card_of(window).terms, []
    assert window.focusWidget() is terms
    for _ in range(40):
        known = answer(window)
        seen.append((known.kind, known.name))
        if known.kind == "data":
            break
        _reach_an_activation(qtbot, card_of(window))
        qtbot.keyClick(terms, Qt.Key.Key_Return)
    assert seen[-1] == ("data", "input")
    assert ("activation", "conv1") in seen
    assert "held-out sample 0" in card_of(window).sentence.text()


def _reach_an_activation(qtbot: QtBot, card: ExplanationCard) -> None:
    """Go down with the arrow keys to the first number that leads further back."""
    terms = card.terms
    for _ in range(len(terms.model_.lines or ())):
        question = terms.model_.cell(terms.currentIndex()).question
        if question is not None and question.kind in ("activation", "data") and "target" not in question.name:
            return
        qtbot.keyClick(terms, Qt.Key.Key_Down)


def test_back_and_forward_are_those_of_a_browser(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    context, card, way = window.context, card_of(window), trail(window.context)
    explain(context, Explain("output", (0,)))
    way.follow(Explain("tanh2", (1,)))
    way.follow(Explain("hidden2", (1,)))
    assert [crumb.short for crumb in card.crumbs.crumbs] == ["output (0)", "tanh2 (1)", "hidden2 (1)"]
    qtbot.keyClick(card.terms, Qt.Key.Key_Backspace)
    assert answer(window).name == "tanh2"
    qtbot.keyClick(card.terms, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert answer(window).name == "output" and not card.back.isEnabled()
    qtbot.keyClick(card.terms, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert answer(window).name == "tanh2"
    way.follow(Explain("hidden2", (2,)))
    assert not card.forward.isEnabled(), "another way forgets what lay ahead"
    explain(context, Explain("hidden1", (0,)))
    assert [crumb.short for crumb in card.crumbs.crumbs] == ["hidden1 (0)"]
    way.back()
    assert answer(window).index == (2,)
    assert len(card.crumbs.crumbs) == 3


def test_a_crumb_leads_back(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    card, way = card_of(window), trail(window.context)
    explain(window.context, Explain("output", (0,)))
    way.follow(Explain("tanh2", (1,)))
    qtbot.waitUntil(lambda: len(card.crumbs.areas) == 2)
    qtbot.mouseClick(card.crumbs, Qt.MouseButton.LeftButton, pos=card.crumbs.areas[0][1].center().toPoint())
    assert answer(window).name == "output"


def test_the_place_of_a_number_is_selected_on_the_canvas(opened: Opened) -> None:
    window = opened(LENET)
    explain(window.context, Explain("conv2", (3, 4, 5)))
    view = window.context.store.view
    assert (view.selected, view.element, view.channel) == ("conv2", (3, 4, 5), 3)
    trail(window.context).follow(Explain("conv2.weight", (7, 0, 0, 0), "parameter"))
    assert window.context.store.view.channel == 7


def test_escape_closes_and_gives_the_keyboard_back(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    canvas = window.pages.network.canvas.view
    canvas.setFocus()
    explain(window.context, Explain("output", (0,)))
    assert not card_of(window).isHidden()
    qtbot.keyClick(card_of(window).terms, Qt.Key.Key_Escape)
    assert card_of(window).isHidden()
    assert window.focusWidget() is canvas


def test_a_new_recording_refreshes_the_numbers_and_leaves_the_focus(opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("output", (0,)))
    canvas = window.pages.network.canvas.view
    canvas.setFocus()
    sent = []
    window.context.link.send = sent.append
    window.context.player.show(window.context.player.recording)
    assert Explain("output", (0,)) in sent
    assert window.focusWidget() is canvas


def test_a_refusal_is_told_in_its_own_words(opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("nowhere", (0,)))
    assert "nowhere" in card_of(window).sentence.text()
    assert card_of(window).explanation is None


def test_escape_closes_also_where_the_keyboard_is_elsewhere(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("output", (0,)))
    window.pages.network.canvas.view.setFocus()
    qtbot.keyClick(window.pages.network.canvas.view, Qt.Key.Key_Escape)  # the selection first
    qtbot.keyClick(window.pages.network.canvas.view, Qt.Key.Key_Escape)
    assert card_of(window).isHidden()


def test_the_canvas_teaches_and_a_double_click_asks(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    canvas = window.pages.network.canvas.view
    plan = canvas.drawing.plan
    at = canvas.camera.transform.map(plan.centers[2][3]).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert window._toast.sentence == HINT
    assert card_of(window).isHidden()
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert (answer(window).kind, answer(window).name, answer(window).index) == ("activation", "tanh2", (3,))
    window._toast.hide()
    at = canvas.camera.transform.map(plan.loss.center()).toPoint()
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert answer(window).name == "loss/cross_entropy"


def test_the_selected_number_is_asked_by_a_key(opened: Opened) -> None:
    window = opened()
    window.context.store.look(selected="hidden2", element=(4,))
    assert window.actions_["explain"].shortcut().toString() == "="
    window.actions_["explain"].trigger()
    assert (answer(window).name, answer(window).index) == ("hidden2", (4,))
    assert not window.actions_["explain-back"].isEnabled()
    trail(window.context).follow(Explain("tanh1", (0,)))
    assert window.actions_["explain-back"].isEnabled()
    window.actions_["explain-back"].trigger()
    assert answer(window).name == "hidden2"
