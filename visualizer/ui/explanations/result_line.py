"""The result of an explanation: large, with the sort of number it is, and every digit it has."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import sign_token
from visualizer.ui.theme import font

_HEIGHT = 44
_GRADIENTS = ("gradient", "edge_gradient", "parameter_gradient")


class ResultLine(QWidget):
    """Sort and place on the left, the number on the right, its full value below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._value: float | None = None
        self._words = ("", "")
        self._gradient = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_result(self, value: float | None, kind: str, sort: str, when: str) -> None:
        """Show a number (None while it is not known), what sort it is, and of which step it is."""
        self._value, self._words, self._gradient = value, (sort, when), kind in _GRADIENTS
        number = "" if value is None else exact(value)
        self.setAccessibleName(f"{sort}: {number}")
        self.setAccessibleDescription(when)
        self.setToolTip(f"{number} in float32" if number else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, right = self._context.theme, Qt.AlignmentFlag.AlignRight
        whole = QRectF(self.rect())
        with QPainter(self) as painter:
            room = 0.0
            if self._value is not None:
                large, small = rounded(self._value, 5), exact(self._value)
                color = theme.color(sign_token(self._value, self._gradient))
                figures, digits = font(20, 700, tabular=True), font(11, mono=True)
                paint.text(painter, QRectF(0, 0, whole.width(), 26), large, figures, color, right)
                paint.text(painter, QRectF(0, 26, whole.width(), 16), small, digits, theme.color("text3"), right)
                room = max(paint.width_of(large, figures), paint.width_of(small, digits)) + 12
            left = whole.width() - room
            paint.text(painter, QRectF(0, 3, left, 18), self._words[0], font(12, 500), theme.color("text2"))
            paint.text(painter, QRectF(0, 26, left, 16), self._words[1], font(11), theme.color("text3"))
