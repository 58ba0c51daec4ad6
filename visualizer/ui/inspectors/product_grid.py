"""A sum of products of a convolution as three grids of numbers: patch × kernel = product."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.frames import Factors, Products
from visualizer.core.messages import Explain
from visualizer.core.numbers import cell, exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Question
from visualizer.ui.inspectors.account_rows import product_number
from visualizer.ui.inspectors.number_grid import ROW, NumberGrid
from visualizer.ui.theme import font

_CAPTION = 16.0
_COMFORTABLE = 25.0
"""Wider kernels than 3×3 get cells of at least this width, or the products go below."""

NAMES = ("patch", "kernel", "product")


class ProductGrid(QWidget):
    """One input channel of a sum of products; `followed` carries the question of the factor that was clicked."""

    followed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._products: Products | None = None
        self._channel = 0
        self._stacked = False
        self.grids: list[NumberGrid] = []
        self.setMouseTracking(True)
        self.setAccessibleName("Products of patch and kernel")

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def show_products(self, products: Products, channel: int) -> None:
        """Show the part of the sum that comes from one of its input channels."""
        self._products, self._channel = products, channel
        self._lay_out()
        cells = zip(*(grid.values.flat for grid in self.grids), strict=True)
        self.setAccessibleDescription(", ".join(f"{cell(x)} times {cell(w)} is {cell(p)}" for x, w, p in cells))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _lay_out(self) -> None:
        """Put the grids side by side; where the numbers would not fit, the products below."""
        if self._products is None:
            return
        values, weights, inside = self._planes(self._products)
        rows, columns = values.shape
        gap = 22.0 if self.width() > 280 else 14.0
        width = (self.width() - 2 * gap) / 3
        self._stacked = width / columns < _COMFORTABLE and columns > 3
        if self._stacked:
            width = (self.width() - gap) / 2
        areas = []
        for number in range(3):
            below = self._stacked and number == 2
            left = (self.width() - width) / 2 if below else number * (width + gap)
            areas.append(QRectF(left, (2 * _CAPTION + ROW * rows + 4) if below else _CAPTION, width, ROW * rows))
        self.grids = [
            NumberGrid(values, areas[0], inside, tinted=bool((values < 0).any())),
            NumberGrid(weights, areas[1], inside),
            NumberGrid(values * weights, areas[2], inside),
        ]
        self.setFixedHeight(round(areas[-1].bottom()) + 2)

    def _planes(self, products: Products) -> list[npt.NDArray[Any]]:
        """Return factors and padding of the channel as rows and columns, whatever the dimension of the kernel."""
        parts = (products.first.values, products.second.values, products.inside)
        return [part[self._channel].reshape(-1, part.shape[-1]) for part in parts]

    def _at(self, x: float, y: float) -> tuple[int, int, int] | None:
        for number, grid in enumerate(self.grids):
            found = grid.at(x, y)
            if found is not None:
                return number, *found
        return None

    def source_index(self, row: int, column: int) -> tuple[int, ...] | None:
        """Return where a patch cell was read from, None in the padding."""
        products, inside = self._products, self.grids[0].inside
        if products is None or inside is None or not inside[row, column]:
            return None
        return self._index(products.first, row, column)

    def _index(self, factors: Factors, row: int, column: int) -> tuple[int, ...]:
        plane = factors.indices[self._channel]
        return tuple(plane.reshape(-1, *plane.shape[-2:])[row, column].tolist())

    def text_at(self, number: int, row: int, column: int) -> str:
        """Return name, place and full value of a cell; of a product also its factors."""
        assert self._products is not None
        patch, kernel, product = (float(grid.values[row, column]) for grid in self.grids)
        if number == 2:
            return f"{exact(patch)} × {exact(kernel)} = {exact(product)}\nclick to see where it comes from"
        if number == 1:
            index = ", ".join(map(str, self._index(self._products.second, row, column)))
            return f"{self._products.second.origin} ({index}): {exact(kernel)}\nclick to see where it comes from"
        source = self.source_index(row, column)
        if source is None:
            return "zero padding"
        place = ", ".join(map(str, source))
        return f"{self._products.first.origin} ({place}): {exact(patch)}\nclick to see where it comes from"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(event.pos().x(), event.pos().y())
            if found is not None:
                QToolTip.showText(event.globalPos(), self.text_at(*found), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        leads = self.asked_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        question = self.asked_at(event.position())
        if question is not None:
            self.followed.emit(question)

    def asked_at(self, point: QPointF) -> Question | None:
        """Return what to ask about the number at a point, None in the padding."""
        found = self._at(point.x(), point.y())
        if self._products is None or found is None or self.source_index(*found[1:]) is None:
            return None
        if found[0] == 2:
            place = (self._channel, *np.unravel_index(self._flat(*found[1:]), self._products.inside.shape[1:]))
            number = product_number(self._products, tuple(int(at) for at in place))
            return number.question if number is not None else None
        factors = (self._products.first, self._products.second)[found[0]]
        return Explain(factors.origin, self._index(factors, *found[1:]), factors.kind)

    def _flat(self, row: int, column: int) -> int:
        return row * self.grids[0].values.shape[1] + column

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.grids:
            return
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for name, grid in zip(NAMES, self.grids, strict=True):
                caption = QRectF(grid.area.left(), grid.area.top() - _CAPTION, grid.area.width(), 14)
                paint.text(painter, caption, name, font(10), theme.color("text3"), Qt.AlignmentFlag.AlignHCenter)
                grid.paint(painter, theme)
            self._paint_signs(painter)

    def _paint_signs(self, painter: QPainter) -> None:
        first, second, third = (grid.area for grid in self.grids)
        middle = first.center().y() - ROW / 2
        color, centre = self._context.theme.color("text2"), Qt.AlignmentFlag.AlignHCenter
        between = QRectF(first.right(), middle, second.left() - first.right(), ROW)
        paint.text(painter, between, "×", font(13, 500), color, centre)
        before = QRectF(third.left() - 22, third.center().y() - ROW / 2, 22, ROW)
        if not self._stacked:
            before = QRectF(second.right(), middle, third.left() - second.right(), ROW)
        paint.text(painter, before, "=", font(13, 500), color, centre)
