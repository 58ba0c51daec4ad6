"""A formula as large as it can be read: it shrinks a little, and then it scrolls."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from visualizer.ui.context import Context
from visualizer.ui.formula import extent, paint_formula, plain, typesetter

_PIXELS = 16.0
_SMALLEST = 14.0
_BAR = 10


class FormulaView(QScrollArea):
    """Shows one formula in the colour `token`."""

    def __init__(self, context: Context, token: str) -> None:
        super().__init__()
        self.tex = ""
        self._line = _Line(context, token)
        self.setWidget(self._line)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self._line.setAutoFillBackground(False)
        typesetter().ready.connect(self._fit)

    def show_formula(self, tex: str) -> None:
        """Show a formula in TeX."""
        if tex != self.tex:
            self.tex = tex
            self.horizontalScrollBar().setValue(0)
            self.setAccessibleName(plain(tex))
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar, turned = self.horizontalScrollBar(), event.pixelDelta() or event.angleDelta()
        if bar.maximum():
            bar.setValue(bar.value() - (turned.x() or turned.y()))
        else:
            event.ignore()

    def _fit(self) -> None:
        room = self.width() - 2
        natural = extent(self.tex, _PIXELS).width
        pixels = max(_PIXELS * min(room / natural, 1.0), _SMALLEST) if natural > 0 else _PIXELS
        height = self._line.show_formula(self.tex, pixels)
        self.setFixedHeight(height + (_BAR if self._line.width() > room else 0))


class _Line(QWidget):
    def __init__(self, context: Context, token: str) -> None:
        super().__init__()
        self._context, self._token = context, token
        self._tex, self._pixels, self._ascent = "", _PIXELS, 0.0

    def show_formula(self, tex: str, pixels: float) -> int:
        """Show a formula at a size, and return how high it is."""
        room = extent(tex, pixels)
        self._tex, self._pixels, self._ascent = tex, pixels, room.ascent
        height = math.ceil(room.ascent + room.descent) + 6
        self.resize(max(math.ceil(room.width) + 4, 1), height)
        self.update()
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = self._context.theme.color(self._token)
            paint_formula(painter, 1, self._ascent + 3, self._tex, self._pixels, color)
