"""Generated pictures in a square, one of them chosen; the bar of each says what the discriminator thinks of it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.thumbnail import Array
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.theme import MapName, font
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS

_GAP = 6.0


class PictureGrid(FocusRing, QWidget):
    """`picked` carries the number of a picture, by click or by arrow keys."""

    picked = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.pictures: Array = np.zeros((0, 1, 28, 28), np.float32)
        self.judgements: Array = np.zeros(0, np.float32)
        self.chosen = 0
        self._map: MapName = "picture"
        self._range = (0.0, 1.0)
        self.setAccessibleName("Generated pictures")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 220)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(440, 440)

    def show_pictures(self, pictures: Array, judgements: Array, *, signed: bool = False) -> None:
        """Show pictures (count, 1, height, width), or gradients on them, and as many judgements, or none."""
        self.pictures, self.judgements = pictures, judgements
        self._map = "gradient" if signed else "picture"
        self._range = paint.limit(pictures, "gradient") if signed else (0.0, 1.0)
        self.update()

    def choose(self, number: int) -> None:
        self.chosen = number
        announce(self, self.text_of(number) if number >= 0 else "")
        self.update()

    def text_of(self, number: int) -> str:
        said = f": D(x) = {exact(float(self.judgements[number]))}" if number < len(self.judgements) else ""
        return f"sample {number}{said}"

    @property
    def _columns(self) -> int:
        return math.ceil(math.sqrt(max(len(self.pictures), 1)))

    def place(self, number: int) -> QRectF:
        """Return where a picture lies."""
        columns = self._columns
        side = min(self.width(), self.height()) - 4
        cell = (side + _GAP) / columns
        left, top = (self.width() - side) / 2, 2.0
        row, column = divmod(number, columns)
        return QRectF(left + column * cell, top + row * cell, cell - _GAP, cell - _GAP)

    def _number_at(self, point: QPointF) -> int:
        return next((n for n in range(len(self.pictures)) if self.place(n).contains(point)), -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position())
        if number >= 0:
            self.picked.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
            return
        number = self.chosen + direction[0] * self._columns + direction[1]
        if 0 <= number < len(self.pictures):
            self.picked.emit(number)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._number_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.text_of(number) if number >= 0 else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, picture in enumerate(self.pictures):
                area = self.place(number)
                painter.drawImage(area, paint.image(picture[0], theme, self._map, *self._range))
                if number < len(self.judgements):
                    judged = float(self.judgements[number])
                    bar = QRectF(area.left(), area.bottom() - 3, area.width(), 3)
                    painter.fillRect(bar, theme.color("sunk"))
                    bar.setWidth(area.width() * min(max(judged, 0.0), 1.0))
                    painter.fillRect(bar, theme.color(inks.FAKE))
                edge = "accent" if number == self.chosen else "line2"
                grown = area.adjusted(-2, -2, 2, 2) if number == self.chosen else area
                paint.rounded(painter, grown, 3, None, theme.color(edge), 2 if number == self.chosen else 1)
            if not len(self.pictures):
                words, style = "No pictures yet", font(12)
                middle = Qt.AlignmentFlag.AlignHCenter
                paint.text(painter, QRectF(self.rect()), words, style, theme.color("text2"), middle)
            self.paint_ring(painter, theme)
