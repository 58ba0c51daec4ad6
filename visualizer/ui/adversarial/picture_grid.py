"""Generated pictures in a square, one of them chosen; the bar of each says what the discriminator thinks of it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.thumbnail import Array
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import MapName, font
from visualizer.ui.widgets.pick_grid import PickGrid

_GAP = 6.0
_BAR = 3.0
Ask = Callable[[int, tuple[int, int] | None], Number | None]
"""Returns what a pixel (row, column) of a picture is asked as, or its judgement where none is given."""


class PictureGrid(PickGrid):
    """Pictures go by their number; a double click asks for a pixel, on the bar for the judgement, as does the key =."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Generated pictures")
        self.pictures: Array = np.zeros((0, 1, 28, 28), np.float32)
        self.judgements: Array = np.zeros(0, np.float32)
        self.ask: Ask = lambda number, pixel: None
        self.chosen = 0
        self._map: MapName = "picture"
        self._range = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 220)
        context.store.view_changed.connect(lambda old, new: self.update())
        clickable(self, context, self._asked_at, self._asked_here)

    def sizeHint(self) -> QSize:
        return QSize(440, 440)

    def show_pictures(self, pictures: Array, judgements: Array, ask: Ask, *, signed: bool = False) -> None:
        """Show pictures (count, 1, height, width), or gradients on them, and as many judgements, or none."""
        self.pictures, self.judgements, self.ask = pictures, judgements, ask
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

    def words_at(self, number: int, point: QPointF) -> str:
        """Return a picture's judgement, and the value of the pixel at a point."""
        pixel = self.pixel_at(number, point)
        if pixel is None:
            return self.text_of(number)
        value = exact(float(self.pictures[(number, 0, *pixel)]))
        return f"{self.text_of(number)}\nrow {pixel[0]}, column {pixel[1]}: {value}"

    def pixel_at(self, number: int, point: QPointF) -> tuple[int, int] | None:
        """Return row and column of a picture's pixel at a point, None on its bar."""
        area = self.place(number)
        if number < len(self.judgements) and point.y() > area.bottom() - _BAR - 2:
            return None
        rows, columns = self.pictures.shape[2:]
        row, column = (
            (point.y() - area.top()) / area.height() * rows,
            (point.x() - area.left()) / area.width() * columns,
        )
        return min(max(int(row), 0), rows - 1), min(max(int(column), 0), columns - 1)

    def _asked_at(self, point: QPointF) -> Number | None:
        number = self.number_at(point)
        if number < 0:
            return None
        asked = self.ask(number, self.pixel_at(number, point))
        return None if asked is None else asked._replace(hover=self.words_at(number, point))

    def _asked_here(self) -> Number | None:
        return self.ask(self.chosen, None) if 0 <= self.chosen < len(self.judgements) else None

    @property
    def count(self) -> int:
        return len(self.pictures)

    @property
    def columns(self) -> int:
        return math.ceil(math.sqrt(max(self.count, 1)))

    def place(self, number: int) -> QRectF:
        columns = self.columns
        side = min(self.width(), self.height()) - 4
        cell = (side + _GAP) / columns
        left, top = (self.width() - side) / 2, 2.0
        row, column = divmod(number, columns)
        return QRectF(left + column * cell, top + row * cell, cell - _GAP, cell - _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, picture in enumerate(self.pictures):
                area = self.place(number)
                painter.drawImage(area, paint.image(picture[0], theme, self._map, *self._range))
                if number < len(self.judgements):
                    judged = float(self.judgements[number])
                    bar = QRectF(area.left(), area.bottom() - _BAR, area.width(), _BAR)
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
