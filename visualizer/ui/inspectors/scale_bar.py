"""The printed scale of a symmetric colour map: −0.39, a bar of its colours, +0.39."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import MapName, font

_LABEL = 46.0


class ScaleBar(QWidget):
    """Lowest and highest value of a map with its colours between."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._map: MapName = "signed"
        self._limit = 1.0
        self._clipped = False
        self.setFixedHeight(16)

    def sizeHint(self) -> QSize:
        return QSize(160, 16)

    def show_scale(self, map_name: MapName, limit: float, clipped: bool) -> None:
        """Show the scale from −limit to +limit; where `clipped`, larger values have the colours of its ends."""
        self._map, self._limit, self._clipped = map_name, limit, clipped
        self.setAccessibleName(f"Scale from {rounded(-limit, 2)} to {rounded(limit, 2)}")
        self.setToolTip("A few larger values have the colours of the ends" if clipped else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        ramp = np.linspace(-self._limit, self._limit, 128, dtype=np.float32)[None]
        low = ("≤ " if self._clipped else "") + rounded(-self._limit, 2)
        high = ("≥ " if self._clipped else "+") + rounded(self._limit, 2)
        digits = font(10, tabular=True)
        label = max(_LABEL, paint.width_of(low, digits) + 8)
        bar = QRectF(label, 5, self.width() - 2 * label, 6)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            ends = QPainterPath()
            ends.addRoundedRect(bar, 3, 3)
            painter.setClipPath(ends)
            painter.drawImage(bar, paint.image(ramp, theme, self._map, -self._limit, self._limit))
            painter.setClipping(False)
            whole = QRectF(self.rect())
            paint.text(painter, whole, low, digits, theme.color("text2"))
            paint.text(painter, whole, high, digits, theme.color("text2"), Qt.AlignmentFlag.AlignRight)
