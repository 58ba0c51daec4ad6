"""A small field over the canvas in which the value of one weight or bias is typed."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from visualizer.core.numbers import exact
from visualizer.ui.hand import Hand, name_of


class NumberField(QLineEdit):
    """Enter sets the number, Escape leaves it; what is no finite number cannot be entered."""

    def __init__(self, parent: QWidget, hand: Hand, at: QPoint, begun: str = "") -> None:
        super().__init__(parent)
        self._hand = hand
        name = name_of(hand.parameter, hand.number)
        self.setAccessibleName(f"Value of {name}")
        self.setToolTip(f"{name}: type a number, Enter sets it")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(120)
        self.setText(begun or exact(hand.start))
        if not begun:
            self.selectAll()
        self.move(
            min(max(at.x() - 60, 0), parent.width() - 120), min(max(at.y() - 14, 0), parent.height() - self.height())
        )
        self.returnPressed.connect(self._enter)
        self.show()
        self.setFocus()

    def _enter(self) -> None:
        value = number_in(self.text())
        if value is None:
            self.selectAll()
            return
        self._hand.set(value)
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._hand.let_go()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close()


def number_in(text: str) -> float | None:
    """Return the number that somebody has typed, None where it is none."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
