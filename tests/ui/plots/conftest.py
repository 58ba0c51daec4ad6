from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP
from tests.ui.plots.desk import Desk
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.loss_card import LossCard
from visualizer.ui.plots.surface_card import SurfaceCard


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
