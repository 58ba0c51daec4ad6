"""What tests of explanations share: the window that the fixture `opened` gives, and its card."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.frames import Explanation
from visualizer.ui.explanations.explanation_card import ExplanationCard
from visualizer.ui.main_window import MainWindow

Opened = Callable[..., MainWindow]


def card_of(window: MainWindow) -> ExplanationCard:
    return window.explanations


def answer(window: MainWindow) -> Explanation:
    known = card_of(window).explanation
    assert known is not None, card_of(window).sentence.text()
    return known
