"""The freeze switch: open, frozen with a snowflake, or half way where only a part is frozen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from visualizer.core.freezing import FreezeState
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.widgets.focus import FocusRing

_WIDTH, _HEIGHT = 44, 24
_KNOB = 18
_PLACE = {"trainable": 12.0, "part": _WIDTH / 2, "frozen": _WIDTH - 12.0}


class Switch(FocusRing, QAbstractButton):
    """Shows a FreezeState; `clicked` says that somebody wants the other one."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.state: FreezeState = "trainable"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, state: FreezeState) -> None:
        if state != self.state:
            self.state = state
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH + 8, _HEIGHT + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        on = self.state != "trainable"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self.isEnabled() else 0.45)
            track = QRectF(4, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
            fill = theme.mix("panel", "ice", 0.32) if on else theme.color("hover" if self.underMouse() else "raised")
            paint.rounded(painter, track, _HEIGHT / 2, fill, theme.color("ice" if on else "line2"), 1.5)
            center = QPointF(track.left() + _PLACE[self.state], track.center().y())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("ice" if on else "text3"))
            painter.drawEllipse(center, _KNOB / 2, _KNOB / 2)
            if on:
                snow = paint.icon_pixmap("snow", theme.hex("panel"), 14, self.devicePixelRatio())
                painter.drawPixmap(center - QPointF(7, 7), snow)
            ring = track.adjusted(-4, -4, 4, 4)
            self.paint_ring(painter, theme, ring, ring.height() / 2)
