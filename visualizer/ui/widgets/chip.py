"""A small button of one word, as high as a toggle, for the title row of a card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_HEIGHT = 20


class Chip(FocusRing, QAbstractButton):
    """A word in a rounded frame."""

    def __init__(self, context: Context, text: str) -> None:
        super().__init__()
        self._context = context
        self.say(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Change the word."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(round(paint.width_of(self.text(), font(11, 600, tabular=True))) + 18, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self.isEnabled() else 0.4)
            area = QRectF(self.rect())
            hovered = self.underMouse() and self.isEnabled()
            edge = "accent" if self.isChecked() else "line2"
            paint.rounded(painter, area, 6, theme.color("hover" if hovered else "raised"), theme.color(edge))
            style, middle = font(11, 600, tabular=True), Qt.AlignmentFlag.AlignHCenter
            paint.text(painter, area, self.text(), style, theme.color("text"), middle)
            self.paint_ring(painter, theme, radius=6)
