"""The window of values that a pooling reads, as a grid of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.frames import Operand
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.number_grid import ROW, NumberGrid
from visualizer.ui.theme import font

_CAPTION = 16.0
_WIDEST_CELL = 44.0


def window_of(operands: Sequence[Operand]) -> tuple[int, int] | None:
    """Return rows and columns where the operands are a full rectangle of one picture in reading order, else None."""
    if len(operands) < 2 or len({(operand.origin, operand.index[:-2]) for operand in operands}) != 1:
        return None
    if not operands[0].origin or len(operands[0].index) < 2:
        return None
    rows = sorted({operand.index[-2] for operand in operands})
    columns = sorted({operand.index[-1] for operand in operands})
    reading = [(row, column) for row in rows for column in columns]
    return (len(rows), len(columns)) if [operand.index[-2:] for operand in operands] == reading else None


class WindowGrid(QWidget):
    """Shows the operands of a window; `followed` carries the question of the one that was clicked."""

    followed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._operands: Sequence[Operand] = ()
        self._size = (1, 1)
        self._ringed: int | None = None
        self._grid: NumberGrid | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def show_window(self, operands: Sequence[Operand], size: tuple[int, int], ringed: int | None) -> None:
        """Show operands as rows and columns with a ring around one of them."""
        self._operands, self._size, self._ringed = operands, size, ringed
        self.setFixedHeight(round(_CAPTION + ROW * size[0]) + 2)
        self.setAccessibleName(f"Window of {size[0]} by {size[1]} values")
        self.setAccessibleDescription(", ".join(exact(operand.value) for operand in operands))
        self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if self._operands:
            rows, columns = self._size
            values = np.array([operand.value for operand in self._operands], np.float32).reshape(rows, columns)
            width = min(float(self.width()), columns * _WIDEST_CELL)
            self._grid = NumberGrid(values, QRectF((self.width() - width) / 2, _CAPTION, width, ROW * rows))

    def _operand_at(self, x: float, y: float) -> Operand | None:
        found = self._grid.at(x, y) if self._grid else None
        return None if found is None else self._operands[found[0] * self._size[1] + found[1]]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            operand = self._operand_at(event.pos().x(), event.pos().y())
            if operand is not None:
                place = ", ".join(map(str, operand.index))
                text = f"{operand.origin} ({place}): {exact(operand.value)}\nclick to see where it comes from"
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        operand = self._operand_at(event.position().x(), event.position().y())
        if operand is not None:
            self.followed.emit(Explain(operand.origin, operand.index, operand.kind))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._grid is None:
            return
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            caption = QRectF(0, 0, self.width(), 14)
            paint.text(painter, caption, "window", font(10), theme.color("text3"), Qt.AlignmentFlag.AlignHCenter)
            self._grid.paint(painter, theme)
            if self._ringed is not None:
                ring = self._grid.cell(*divmod(self._ringed, self._size[1]))
                paint.rounded(painter, ring, 4, None, theme.color("accent"), 2)
