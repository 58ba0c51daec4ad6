"""Where the card of an explanation lies, and what it leaves out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from tests.ui.opened import Opened, answer, card_of
from visualizer.core.messages import Explain
from visualizer.ui.explanations.trail import explain


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("name", ["hidden1", "hidden2", "output", "loss/cross_entropy"])
def test_the_card_hides_nothing_that_is_selected(opened: Opened, name: str, size: tuple[int, int]) -> None:
    window = opened(size=size)
    explain(window.context, Explain(name, () if name.startswith("loss") else (0,)))
    card = card_of(window)
    selected = window.pages.network.canvas.view.selected_on_screen()
    assert window.context.store.view.selected == name and not selected.isEmpty()
    there = QRect(card.parentWidget().mapFromGlobal(selected.topLeft()), selected.size())
    assert not card.geometry().intersects(there)
    assert card.parentWidget().rect().contains(card.geometry())


def test_the_card_stays_where_somebody_has_put_it(opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("output", (0,)))
    card = card_of(window)
    card._put_at = card.pos() + card.rect().center() / 4
    card.take_place()
    before = card.pos()
    explain(window.context, Explain("hidden1", (0,)))
    assert card.pos() == before


def test_products_fit_into_the_card(qtbot: QtBot, opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("hidden2.weight", (0, 7), "parameter_gradient"))
    terms = card_of(window).terms
    assert card_of(window).count.text() == "1 product"
    assert sum(terms.columnWidth(column) for column in range(4)) <= terms.viewport().width()
    qtbot.waitUntil(lambda: not terms.verticalScrollBar().isVisible())


def test_what_is_given_is_told_without_a_formula(opened: Opened) -> None:
    window = opened()
    explain(window.context, Explain("loss/target", ()))
    card = card_of(window)
    assert answer(window).kind == "constant"
    assert "comes with the data. The way ends here." in card.sentence.text()
    assert not card.formula.isVisible() and not len(card.terms.model_.lines or ())
