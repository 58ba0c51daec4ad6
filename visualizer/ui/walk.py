"""A walk over all cells of a map, row by row, at a pace that the eye can follow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

_PACE = 90  # milliseconds at one place


class Walk(QObject):
    """`moved` carries row and column, `rested` tells of the end; it ends where its widget is hidden."""

    moved = Signal(int, int)
    rested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place, self._shape = 0, (1, 1)
        self.timer = QTimer(self)
        self.timer.setInterval(_PACE)
        self.timer.timeout.connect(self._step)
        parent.installEventFilter(self)

    @property
    def walking(self) -> bool:
        return self.timer.isActive()

    def start(self, place: Sequence[int], shape: Sequence[int], *, to_the_end: bool = False) -> None:
        """Go on from a place of a map of this shape, from the start where that is the last."""
        rows, columns = shape
        last = rows * columns - 1
        self._shape, self._place = (rows, columns), place[0] * columns + place[1]
        if to_the_end:
            self.moved.emit(*divmod(last, columns))
            return
        self._place = -1 if self._place >= last else self._place
        self.timer.start()

    def rest(self) -> None:
        """End the walk here."""
        if self.walking:
            self.timer.stop()
            self.rested.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            self.rest()
        return False

    def _step(self) -> None:
        self._place += 1
        rows, columns = self._shape
        if self._place >= rows * columns:
            self.rest()
            return
        self.moved.emit(*divmod(self._place, columns))
