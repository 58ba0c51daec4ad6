"""One output of the sandbox as patch × kernel = product, for one channel; the kernel's numbers can be set."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QInputDialog, QToolTip, QWidget

from visualizer.core.convolution import Terms
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.inspectors.number_grid import ROW, NumberGrid
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS

_CAPTION = 18.0
_SIGN = 26.0
_WIDEST_CELL = 46.0
_NUDGE = 0.25
_NAMES = ("patch", "kernel", "products")


class TermsView(FocusRing, QWidget):
    """`weight_set` carries row, column and the new number of a kernel cell.

    A click on a kernel cell asks for its number, the wheel and + and − change it; the arrow keys choose the cell.
    """

    weight_set = Signal(int, int, float)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._terms: Terms | None = None
        self._channel = 0
        self.cell = (0, 0)
        self.grids: list[NumberGrid] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Patch, kernel and products")
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(480, self.height())

    def show_terms(self, terms: Terms | None, channel: int) -> None:
        """Show one channel of an output, None for nothing."""
        self._terms, self._channel = terms, channel
        self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        grids: list[NumberGrid] = []
        if self._terms is not None:
            terms, channel = self._terms, self._channel
            size = terms.patch.shape[1]
            self.cell = (min(self.cell[0], size - 1), min(self.cell[1], size - 1))
            self.setFixedHeight(round(_CAPTION + ROW * size) + 3)
            width = min((self.width() - 2 * _SIGN) / 3, _WIDEST_CELL * size)
            left = (self.width() - 3 * width - 2 * _SIGN) / 2
            for number, values in enumerate((terms.patch, terms.weights, terms.products)):
                area = QRectF(left + number * (width + _SIGN), _CAPTION, width, ROW * size)
                inside = None if number == 1 else terms.inside[channel]
                grids.append(NumberGrid(values[channel].astype(np.float32), area, inside))
            announce(self, self.text_at(1, *self.cell))
        self.grids = grids

    def _at(self, x: float, y: float) -> tuple[int, int, int] | None:
        for number, grid in enumerate(self.grids):
            found = grid.at(x, y)
            if found is not None:
                return number, *found
        return None

    def text_at(self, number: int, row: int, column: int) -> str:
        """Return what a cell is, with its full value."""
        assert self._terms is not None
        at = (self._channel, row, column)
        patch, weight = float(self._terms.patch[at]), float(self._terms.weights[at])
        if number == 1:
            return f"kernel, row {row}, column {column}: {exact(weight)}"
        if number == 2:
            return f"{exact(patch)} × {exact(weight)} = {exact(patch * weight)}"
        if not self._terms.inside[at]:
            return "nothing is read here: zero"
        place = f"row {self._terms.rows[row]}, column {self._terms.columns[column]}"
        return f"input, {place}: {exact(patch)}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(event.pos().x(), event.pos().y())
            if found is not None:
                more = "\nclick to set it, turn the wheel to change it" if found[0] == 1 else ""
                QToolTip.showText(event.globalPos(), self.text_at(*found) + more, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        over = found is not None and found[0] == 1
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        if found is not None and found[0] == 1:
            self.cell = found[1:]
            self.update()
            self._ask()

    def wheelEvent(self, event: QWheelEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        if found is not None and found[0] == 1 and event.angleDelta().y():
            self.cell = found[1:]
            self._nudge(_NUDGE if event.angleDelta().y() > 0 else -_NUDGE)
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._terms is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            last = self._terms.patch.shape[1] - 1
            self.cell = tuple(min(max(a + b, 0), last) for a, b in zip(self.cell, ARROWS[key], strict=True))
            announce(self, self.text_at(1, *self.cell))
            self.update()
        elif event.text() in ("+", "-", "−"):
            self._nudge(_NUDGE if event.text() == "+" else -_NUDGE)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)

    def _nudge(self, by: float) -> None:
        assert self._terms is not None
        self.weight_set.emit(*self.cell, float(self._terms.weights[(self._channel, *self.cell)]) + by)

    def _ask(self) -> None:
        assert self._terms is not None
        present = float(self._terms.weights[(self._channel, *self.cell)])
        words = f"Row {self.cell[0]}, column {self.cell[1]}:"
        number, given = QInputDialog.getDouble(self.window(), "Kernel", words, present, -99, 99, 4)
        if given:
            self.weight_set.emit(*self.cell, number)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.grids:
            return
        theme, middle = self._context.theme, Qt.AlignmentFlag.AlignHCenter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for name, grid in zip(_NAMES, self.grids, strict=True):
                caption = QRectF(grid.area.left() - 10, 0, grid.area.width() + 20, 16)
                paint.text(painter, caption, name, font(11), theme.color("text3"), middle)
                grid.paint(painter, theme)
            for sign, left in zip("×=", self.grids, strict=False):
                spot = QRectF(left.area.right(), left.area.top(), _SIGN, left.area.height())
                paint.text(painter, spot, sign, font(13, 500), theme.color("text2"), middle)
            if self._ring:
                paint.rounded(painter, self.grids[1].cell(*self.cell), 4, None, theme.color("accent"), 2)
            self.paint_ring(painter, theme)
