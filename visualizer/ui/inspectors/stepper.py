"""Goes through the channels of an input, one by one: ‹ input channel 3 of 16 ›."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_HEIGHT = 20
_ARROW = 14


class Stepper(FocusRing, QWidget):
    """Shows one number of `count`; `stepped` carries another one that somebody asked for. Goes round at the ends."""

    stepped = Signal(int)

    def __init__(self, context: Context, noun: str) -> None:
        super().__init__()
        self._context = context
        self._noun = noun
        self.number, self.count = 0, 1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(noun)
        self.setToolTip(f"Click the arrows, turn the wheel, or use the arrow keys to choose the {noun}")

    def show_number(self, number: int, count: int) -> None:
        self.number, self.count = number, count
        self.setAccessibleName(self._text())
        self.updateGeometry()
        self.update()

    def _text(self) -> str:
        return f"{self._noun} {self.number} of {self.count}"

    def sizeHint(self) -> QSize:
        widest = f"{self._noun} {self.count} of {self.count}"
        return QSize(round(paint.width_of(widest, font(11))) + 2 * _ARROW + 6, _HEIGHT)

    def _step(self, by: int) -> None:
        self.stepped.emit((self.number + by) % self.count)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._step(-1 if event.position().x() < self.width() / 2 else 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self._step(-1 if event.angleDelta().y() > 0 else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle, scale = (_HEIGHT - _ARROW) / 2, self.devicePixelRatio()
            color = theme.hex("text3")
            painter.drawPixmap(QPointF(0, middle), paint.icon_pixmap("chevron-left", color, _ARROW, scale))
            right = paint.icon_pixmap("chevron-right", color, _ARROW, scale)
            painter.drawPixmap(QPointF(self.width() - _ARROW, middle), right)
            area = QRectF(self.rect()).adjusted(_ARROW, 0, -_ARROW, 0)
            paint.text(painter, area, self._text(), font(11), theme.color("text2"), Qt.AlignmentFlag.AlignHCenter)
            self.paint_ring(painter, theme)
