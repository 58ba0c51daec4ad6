"""The printed scale of a colour map: −0.39, a bar of its colours, +0.39."""

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
        self._low, self._high = -1.0, 1.0
        self.setFixedHeight(16)

    def sizeHint(self) -> QSize:
        return QSize(160, 16)

    def show_scale(self, map_name: MapName, low: float, high: float) -> None:
        self._map, self._low, self._high = map_name, low, high
        self.setAccessibleName(f"Scale from {rounded(low, 2)} to {rounded(high, 2)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        ramp = np.linspace(self._low, self._high, 128, dtype=np.float32)[None]
        bar = QRectF(_LABEL, 5, self.width() - 2 * _LABEL, 6)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            ends = QPainterPath()
            ends.addRoundedRect(bar, 3, 3)
            painter.setClipPath(ends)
            painter.drawImage(bar, paint.image(ramp, theme, self._map, self._low, self._high))
            painter.setClipping(False)
            digits = font(10, tabular=True)
            plus = "+" if self._high > 0 else ""
            whole = QRectF(self.rect())
            paint.text(painter, whole, rounded(self._low, 2), digits, theme.color("text2"))
            right = Qt.AlignmentFlag.AlignRight
            paint.text(painter, whole, plus + rounded(self._high, 2), digits, theme.color("text2"), right)
