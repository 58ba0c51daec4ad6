"""What grids of small pictures share: one of them is picked by click or by arrow keys, and a hover says what it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.ui.context import Context
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS


class PickGrid(FocusRing, QWidget):
    """`picked` carries the number of a picture; subclasses say how many there are, where each lies, and paint them."""

    picked = Signal(int)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self.context = context
        self.chosen = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def count(self) -> int:
        """How many pictures there are."""
        raise NotImplementedError

    @property
    def columns(self) -> int:
        """How many of them lie side by side."""
        raise NotImplementedError

    def place(self, number: int) -> QRectF:
        """Return where a picture lies."""
        raise NotImplementedError

    def words_at(self, number: int, point: QPointF) -> str:
        """Return what a hover over a picture says."""
        raise NotImplementedError

    def number_at(self, point: QPointF) -> int:
        """Return the picture at a point, -1 for none."""
        return next((number for number in range(self.count) if self.place(number).contains(point)), -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position())
        if number >= 0:
            self.picked.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
            return
        number = self.chosen + direction[0] * self.columns + direction[1]
        if 0 <= number < self.count:
            self.picked.emit(number)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            point = QPointF(event.pos())
            number = self.number_at(point)
            QToolTip.showText(event.globalPos(), self.words_at(number, point) if number >= 0 else "", self)
            return True
        return super().event(event)
