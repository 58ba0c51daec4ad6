"""The kernels of a convolution, one small picture for each output channel."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.theme import MapName, ThemeName
from visualizer.ui.widgets.pick_grid import PickGrid

_LARGEST = 42.0
_TALLEST = 92.0


class KernelGrid(PickGrid):
    """Shows kernels (output channels, rows, columns)."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Kernels")
        self._kernels: Values = np.zeros((0, 1, 1), np.float32)
        self._map: MapName = "signed"
        self._limit = 1.0
        self._images: tuple[ThemeName, list[QImage]] | None = None
        self._columns, self._side, self._gap = 1, 1.0, 6.0

    def show_kernels(self, kernels: Values, map_name: MapName, limit: float, selected: int) -> None:
        """Show kernels on a scale from −limit to +limit with one of them ringed."""
        self._kernels, self._map, self._limit, self.chosen = kernels, map_name, limit, selected
        self._images = None
        self._lay_out()
        if 0 <= selected < len(kernels):
            announce(self, f"kernel {selected} of {len(kernels)} selected")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _lay_out(self) -> None:
        """Use the fewest columns, a multiple of eight, with which the grid is not too tall."""
        count, width = len(self._kernels), max(self.width(), 64)
        for columns in (min(8, max(count, 1)), 16, 32, 64):
            gap = 6.0 if columns <= 8 else 4.0 if columns == 16 else 2.0
            side = min((width - gap * (columns - 1)) / columns, _LARGEST)
            rows = math.ceil(count / columns)
            if rows * (side + gap) - gap <= _TALLEST:
                break
        self._columns, self._side, self._gap = columns, side, gap
        self.setFixedHeight(max(math.ceil(rows * (side + gap) - gap), 1) + 4)

    @property
    def count(self) -> int:
        return len(self._kernels)

    @property
    def columns(self) -> int:
        return self._columns

    def place(self, number: int) -> QRectF:
        row, column = divmod(number, self._columns)
        pitch = self._side + self._gap
        return QRectF(column * pitch, row * pitch + 2, self._side, self._side)

    def words_at(self, number: int, point: QPointF) -> str:
        """Return kernel, place and full value of the weight below a point."""
        row, column = self._weight_at(number, point)
        return f"kernel {number}, row {row}, column {column}: {exact(float(self._kernels[number, row, column]))}"

    def _weight_at(self, number: int, point: QPointF) -> tuple[int, int]:
        area = self.place(number)
        rows, columns = self._kernels.shape[1:]
        row = min(max(int((point.y() - area.top()) / area.height() * rows), 0), rows - 1)
        return row, min(max(int((point.x() - area.left()) / area.width() * columns), 0), columns - 1)

    def weight_at(self, point: QPointF) -> tuple[int, int, int] | None:
        """Return kernel, row and column of the weight below a point."""
        number = self.number_at(point)
        return (number, *self._weight_at(number, point)) if number >= 0 else None

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.context.theme
        if self._images is None or self._images[0] != theme.name:
            limits = (-self._limit, self._limit)
            self._images = (theme.name, [paint.image(kernel, theme, self._map, *limits) for kernel in self._kernels])
        with QPainter(self) as painter:
            for number, image in enumerate(self._images[1]):
                painter.drawImage(self.place(number), image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if 0 <= self.chosen < len(self._kernels):
                grow = min(self._gap / 2, 3.0)
                ring = self.place(self.chosen).adjusted(-grow, -grow, grow, grow) & QRectF(self.rect())
                paint.rounded(painter, ring, 4, None, theme.color("accent"), 2)
            self.paint_ring(painter, theme)
