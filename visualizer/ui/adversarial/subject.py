"""The generated sample that is looked at: the grid, the opinion and the walk share it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Subject(QObject):
    """`changed` tells of another choice."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.chosen = 0

    def choose(self, number: int) -> None:
        if number != self.chosen:
            self.chosen = number
            self.changed.emit()
