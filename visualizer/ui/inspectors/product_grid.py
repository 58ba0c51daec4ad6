"""A sum of products of a convolution as three grids of numbers: patch × kernel = product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.frames import Products
from visualizer.core.numbers import cell, exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.theme import font

_CAPTION = 16.0
_ROW = 20.0
_NARROWEST_NUMBER = 19.0
_TINT = 0.34
NAMES = ("patch", "kernel", "product")


@dataclass(frozen=True)
class _Grid:
    values: Values
    area: QRectF

    def cell(self, row: int, column: int) -> QRectF:
        height, width = self.area.height() / self.values.shape[0], self.area.width() / self.values.shape[1]
        return QRectF(self.area.left() + column * width, self.area.top() + row * height, width, height)


class ProductGrid(QWidget):
    """One input channel of a sum of products; `origin_picked` carries the index of an input that was clicked."""

    origin_picked = Signal(tuple)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._products: Products | None = None
        self._channel = 0
        self._grids: list[_Grid] = []
        self.setMouseTracking(True)
        self.setAccessibleName("Products of patch and kernel")

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def show_products(self, products: Products, channel: int) -> None:
        """Show the part of the sum that comes from one of its input channels."""
        self._products, self._channel = products, channel
        self._lay_out()
        patch, kernel, product = (grid.values for grid in self._grids)
        cells = zip(patch.flat, kernel.flat, product.flat, strict=True)
        self.setAccessibleDescription(", ".join(f"{cell(x)} times {cell(w)} is {cell(p)}" for x, w, p in cells))
        self.update()

    def printed(self) -> list[list[str]]:
        """Return the texts of the cells of the three grids."""
        return [[cell(float(value)) for value in grid.values.flat] for grid in self._grids]

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _lay_out(self) -> None:
        """Put the grids side by side; where the numbers would not fit, the products below."""
        if self._products is None:
            return
        values, weights = (_plane(part[self._channel]) for part in (self._products.values, self._products.weights))
        parts = (values, weights, values * weights)
        rows, columns = values.shape
        gap = 22.0 if self.width() > 280 else 14.0
        width = (self.width() - 2 * gap) / 3
        self._stacked = width / columns < _NARROWEST_NUMBER and columns > 3
        if self._stacked:
            width = (self.width() - gap) / 2
        height = _ROW * rows
        areas = []
        for number in range(3):
            below = self._stacked and number == 2
            left = (self.width() - width) / 2 if below else number * (width + gap)
            areas.append(QRectF(left, (2 * _CAPTION + height + 4) if below else _CAPTION, width, height))
        self._grids = [_Grid(part, area) for part, area in zip(parts, areas, strict=True)]
        self._numbers_fit = width / columns >= _NARROWEST_NUMBER - 1
        self.setFixedHeight(round(areas[-1].bottom()) + 2)

    def _at(self, x: float, y: float) -> tuple[int, int, int] | None:
        for number, grid in enumerate(self._grids):
            if grid.area.contains(x, y):
                rows, columns = grid.values.shape
                row = min(int((y - grid.area.top()) / grid.area.height() * rows), rows - 1)
                return number, row, min(int((x - grid.area.left()) / grid.area.width() * columns), columns - 1)
        return None

    def _source_index(self, row: int, column: int) -> tuple[int, ...] | None:
        """Return the index of a patch cell in its tensor, None in the padding or with a dilated kernel."""
        products = self._products
        if products is None or not _plane(products.inside[self._channel])[row, column]:
            return None
        if products.values.ndim == 3:
            return (products.start[0] + self._channel, products.start[1] + row, products.start[2] + column)
        return (products.start[0] + self._channel, products.start[1] + column) if products.values.ndim == 2 else None

    def text_at(self, number: int, row: int, column: int) -> str:
        """Return name, place and full value of a cell; of a product also its factors."""
        assert self._products is not None
        patch, kernel, product = (float(grid.values[row, column]) for grid in self._grids)
        if number == 2:
            return f"{exact(patch)} × {exact(kernel)} = {exact(product)}"
        if number == 1:
            index = ", ".join(map(str, (*self._products.weight_index, self._channel, row, column)))
            return f"{self._products.parameter} ({index}): {exact(kernel)}"
        source = self._source_index(row, column)
        if source is None:
            return "zero padding"
        return (
            f"{self._products.origin} ({', '.join(map(str, source))}): {exact(patch)}\nclick to see where it comes from"
        )

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(event.pos().x(), event.pos().y())
            if found is not None:
                QToolTip.showText(event.globalPos(), self.text_at(*found), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        leads = found is not None and found[0] == 0 and self._source_index(*found[1:]) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        if found is not None and found[0] == 0 and (index := self._source_index(*found[1:])) is not None:
            self.origin_picked.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._products is None:
            return
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            inside = _plane(self._products.inside[self._channel])
            for number, (name, grid) in enumerate(zip(NAMES, self._grids, strict=True)):
                caption = QRectF(grid.area.left(), grid.area.top() - _CAPTION, grid.area.width(), 14)
                paint.text(painter, caption, name, font(10), theme.color("text3"), Qt.AlignmentFlag.AlignHCenter)
                self._paint_grid(painter, grid, inside, signed=number > 0)
            self._paint_signs(painter)

    def _paint_grid(self, painter: QPainter, grid: _Grid, inside: np.ndarray, signed: bool) -> None:
        theme = self._context.theme
        limit = float(np.nanmax(np.abs(grid.values))) or 1.0
        signed = signed or bool((grid.values < 0).any())
        digits = font(11 if grid.area.width() / grid.values.shape[1] > 24 else 10, 500, tabular=True)
        for (row, column), value in np.ndenumerate(grid.values):
            area = grid.cell(row, column).adjusted(0.5, 0.5, -0.5, -0.5)
            paint.rounded(painter, area, 3, self._tint(float(value), limit, signed))
            if self._numbers_fit:
                color = theme.color("text" if inside[row, column] else "text3")
                paint.text(
                    painter, area.adjusted(0, 0, -3, 0), cell(float(value)), digits, color, Qt.AlignmentFlag.AlignRight
                )

    def _tint(self, value: float, limit: float, signed: bool) -> QColor:
        theme = self._context.theme
        if not signed or value == 0 or not np.isfinite(value):
            return theme.color("raised")
        amount = min(_TINT, 0.05 + 0.3 * abs(value) / limit)
        return theme.mix("raised", "pos" if value > 0 else "neg", amount)

    def _paint_signs(self, painter: QPainter) -> None:
        first, second, third = (grid.area for grid in self._grids)
        middle = first.center().y() - _ROW / 2
        color, centre = self._context.theme.color("text2"), Qt.AlignmentFlag.AlignHCenter
        between = QRectF(first.right(), middle, second.left() - first.right(), _ROW)
        paint.text(painter, between, "×", font(13, 500), color, centre)
        before = QRectF(third.left() - 22, third.center().y() - _ROW / 2, 22, _ROW)
        if not self._stacked:
            before = QRectF(second.right(), middle, third.left() - second.right(), _ROW)
        paint.text(painter, before, "=", font(13, 500), color, centre)


def _plane(values: np.ndarray) -> np.ndarray:
    """Return a kernel of any dimension as rows and columns."""
    return values.reshape(-1, values.shape[-1])
