"""A slider in the language of the window; keys and clicks are those of QSlider."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.widgets.focus import FocusRing

_EDGE, _KNOB, _TRACK = 10.0, 7.0, 4.0


class Slider(FocusRing, QSlider):
    """Goes from `low` to `high` in whole steps."""

    def __init__(self, context: Context, name: str, low: int, high: int, value: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._context = context
        self.setAccessibleName(name)
        self.setRange(low, high)
        self.setValue(value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(140, 24)

    def _follow(self, event: QMouseEvent) -> None:
        share = (event.position().x() - _EDGE) / max(self.width() - 2 * _EDGE, 1.0)
        self.setValue(round(self.minimum() + share * (self.maximum() - self.minimum())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, middle = self._context.theme, self.height() / 2
        share = (self.value() - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        track = QRectF(_EDGE, middle - _TRACK / 2, self.width() - 2 * _EDGE, _TRACK)
        knob = track.left() + share * track.width()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, track, _TRACK / 2, theme.color("hover"), theme.color("line2"))
            done = QRectF(track.left(), track.top(), knob - track.left(), _TRACK)
            paint.rounded(painter, done, _TRACK / 2, theme.color("accent"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(QPointF(knob, middle), _KNOB, _KNOB)
            self.paint_ring(painter, theme, radius=8)
