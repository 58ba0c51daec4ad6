"""Live frames are asked for while a widget that shows them is visible."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.core.frames import Samples, Status
from visualizer.ui.watching import Watching


class Wire(QObject):
    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.credited: list[str] = []

    def credit(self, kind: str) -> None:
        self.credited.append(kind)


@pytest.fixture
def wire(qapp: QApplication) -> Wire:
    return Wire()


def test_what_is_visible_is_wanted_and_what_is_hidden_is_not(qtbot: QtBot, wire: Wire) -> None:
    watching = Watching(wire)
    changes: list[tuple[str, ...]] = []
    watching.changed.connect(lambda: changes.append(watching.kinds))
    first, second = QWidget(), QWidget()
    for widget in (first, second):
        qtbot.addWidget(widget)
        watching.watch(widget, "responses", Samples)
    assert watching.kinds == ()
    first.show()
    second.show()
    first.hide()
    assert watching.kinds == ("responses",)
    second.hide()
    assert changes == [("responses",), ()]


def test_a_widget_that_is_visible_already_counts(qtbot: QtBot, wire: Wire) -> None:
    watching, widget = Watching(wire), QWidget()
    qtbot.addWidget(widget)
    widget.show()
    watching.watch(widget, "sequence", Samples)
    assert watching.kinds == ("sequence",)


def test_each_frame_earns_the_credit_for_the_next(qtbot: QtBot, wire: Wire) -> None:
    watching, widget = Watching(wire), QWidget()
    qtbot.addWidget(widget)
    watching.watch(widget, "adversary", Samples)
    empty = np.zeros(0, np.float32)
    wire.arrived.emit(Status(False, 0, 0, 0.0))
    wire.arrived.emit(Samples(0, empty, empty.astype(np.int64), empty, []))
    qtbot.waitUntil(lambda: wire.credited == ["adversary"])
