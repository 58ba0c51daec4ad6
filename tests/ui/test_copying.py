"""Whatever is copied lies on the clipboard, and the window says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import MLP
from tests.ui.opened import Opened, card_of
from visualizer.core.messages import Explain
from visualizer.ui.explanations.trail import explain
from visualizer.ui.main_window import MainWindow
from visualizer.ui.plots.loss_plot import LossPlot


def formula(window: MainWindow) -> None:
    explain(window.context, Explain("hidden1", (3,)))
    card_of(window)._copy(as_tex=True)


COPIES: dict[str, tuple[Callable[[MainWindow], object], bool]] = {
    "Picture of the window": (lambda window: window.actions_["copy-picture"].trigger(), True),
    "Picture of the network": (lambda window: window.pages.network.canvas.view.copy_image(), True),
    "Picture of the card": (lambda window: window.findChild(LossPlot).copy(), True),
    "Picture of the values": (lambda window: window.pages.network.inspector.menu.image.trigger(), True),
    "Values": (lambda window: window.pages.network.inspector.menu.text.trigger(), False),
    "Formula": (formula, False),
}


@pytest.mark.parametrize("what", COPIES)
def test_what_was_copied_is_there_and_told(opened: Opened, what: str) -> None:
    window = opened(MLP, (1280, 720))
    window.context.store.look(selected="hidden1", element=(3,))
    sentences: list[str] = []
    window.notices.said.connect(lambda sentence, *_: sentences.append(sentence))
    QGuiApplication.clipboard().clear()
    act, is_picture = COPIES[what]
    act(window)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage() if is_picture else data.text()
    assert sentences == [f"{what} copied"]
