"""A dashed frame with one line, where there is nothing to see and a reason for it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_HEIGHT = 44
_ICON = 16


class Empty(QWidget):
    """Says why there is nothing; hatched and with a snowflake where something is frozen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.words = ""
        self._frozen = False
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_words(self, words: str, frozen: bool = False) -> None:
        """Show a reason, or nothing where there is none."""
        self.words, self._frozen = words, frozen
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(0, 2, 0, -2)
            line = theme.color("ice" if self._frozen else "line2", 0.6)
            paint.rounded(painter, area, 8, None, line, 1, Qt.PenStyle.DashLine)
            left = 0.0
            if self._frozen:
                paint.hatch(painter, area, 8, theme.color("ice", 0.13))
                left = -(_ICON + 6) / 2
                words_width = paint.width_of(self.words, font(12))
                corner = QPointF(area.center().x() + left - words_width / 2, area.center().y() - _ICON / 2)
                painter.drawPixmap(corner, paint.icon_pixmap("snow", theme.hex("ice"), _ICON, self.devicePixelRatio()))
                left = (_ICON + 6) / 2
            color = theme.color("ice" if self._frozen else "text3")
            paint.text(
                painter,
                area.adjusted(8 + left, 0, -8 + left, 0),
                self.words,
                font(12),
                color,
                Qt.AlignmentFlag.AlignHCenter,
            )
