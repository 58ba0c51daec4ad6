"""Input and output of the sandbox side by side: the kernel lies on one, what it gives is ringed on the other."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.convolution import Floats, Setting, Terms
from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import limits
from visualizer.ui.theme import MapName, font
from visualizer.ui.widgets.map_view import Cells, MapView

_CAPTION = 22
_GAP = 72
_LEAST = 120
_SMALLEST_CELL = 16


class Board(QWidget):
    """Both maps have cells of one size, so that a halved output looks halved. `moved` carries row and column."""

    moved = Signal(int, int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._setting = Setting()
        self._words = ("", "")
        self.source, self.output = MapView(context, "Input"), MapView(context, "Output")
        self.output.set_pickable(True, hover=True)
        self.output.setToolTip("Move over it, or use the arrow keys, to move the kernel")
        self.output.picked.connect(self.moved)
        for view in (self.source, self.output):
            view.setParent(self)
        self._lines = _Lines(self)
        self.setMinimumHeight(_LEAST + _CAPTION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_maps(self, plane: Floats, output: Floats, setting: Setting, channel: str) -> None:
        """Show one channel of the input in its padding, and the output, (height, width) each."""
        self._setting = setting
        border = 0 if setting.transposed else setting.padding
        padded = np.pad(plane, border).astype(np.float32)
        self.source.show_values(padded, *_scale(padded), partial(_place, border, plane.shape))
        self.output.show_values(output.astype(np.float32), *_scale(output))
        size = f"{plane.shape[0]}×{plane.shape[1]}"
        grown = f", with padding {padded.shape[0]}×{padded.shape[1]}" if border else ""
        bounds = limits(output.astype(np.float32), "signed")
        given = f"output {output.shape[0]}×{output.shape[1]}, ±{rounded(bounds[1], 2)}"
        self._words = (f"{channel} {size}{grown}", given)
        self._lay_out()

    def show_place(self, row: int, column: int, terms: Terms) -> None:
        """Put the kernel where it gives the output at this place."""
        self.output.mark(Cells(row, column))
        border = 0 if self._setting.transposed else self._setting.padding
        rows, columns = (at[at >= 0] for at in (terms.rows, terms.columns))
        setting = self._setting
        if setting.transposed:
            area = None
            if len(rows) and len(columns):
                area = Cells(rows.min(), columns.min(), np.ptp(rows) + 1, np.ptp(columns) + 1)
            self.source.mark(area)
        else:
            self.source.mark(Cells(row * setting.stride, column * setting.stride, setting.reach, setting.reach))
        read = [(int(r) + border, int(c) + border) for r in rows for c in columns]
        self.source.dot(read if setting.dilation > 1 or setting.transposed else ())
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lines.resize(self.size())
        self._lay_out()

    def _lay_out(self) -> None:
        (rows, columns), (down, across) = self.source.shape, self.output.shape
        tallest, widest = max(rows, down, 1), max(columns + across, 1)
        unit = max(min((self.height() - _CAPTION - 2) / tallest, (self.width() - _GAP) / widest), 1.0)
        for view, (high, wide) in ((self.source, (rows, columns)), (self.output, (down, across))):
            view.setFixedSize(max(round(wide * unit), 1), max(round(high * unit), 1))
        left = (self.width() - self.source.width() - self.output.width() - _GAP) // 2
        middle = (self.height() + _CAPTION) // 2
        self.source.move(max(left, 0), middle - self.source.height() // 2)
        self.output.move(max(left, 0) + self.source.width() + _GAP, middle - self.output.height() // 2)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, middle = self._context.theme, Qt.AlignmentFlag.AlignHCenter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for view, words in zip((self.source, self.output), self._words, strict=True):
                spot = QRectF(view.x() - _GAP / 2, view.y() - _CAPTION, view.width() + _GAP, _CAPTION - 4)
                paint.text(painter, spot, words, font(11, tabular=True), theme.color("text2"), middle)
                frame = QRectF(view.geometry()).adjusted(-1, -1, 1, 1)
                paint.rounded(painter, frame, 5, None, theme.color("line2"))

    def paint_lines(self, painter: QPainter) -> None:
        """Paint the cells of both maps, and the way from the patch to its output."""
        for view in (self.source, self.output):
            self._paint_cells(painter, view)
        if self.source.marked is not None and self.output.marked is not None:
            patch = self.source.area(self.source.marked).translated(QPointF(self.source.pos()))
            cell = self.output.area(self.output.marked).translated(QPointF(self.output.pos()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._context.theme.color("accent", 0.7), 1.5))
            painter.drawLine(patch.topRight(), cell.topLeft())
            painter.drawLine(patch.bottomRight(), cell.bottomLeft())

    def _paint_cells(self, painter: QPainter, view: MapView) -> None:
        """Part cells of equal values, where they are large enough for that."""
        rows, columns = view.shape
        if view.height() < _SMALLEST_CELL * rows:
            return
        painter.setPen(QPen(self._context.theme.color("line2", 0.5), 1))
        down, across = view.height() / rows, view.width() / columns
        for row in range(1, rows):
            y = view.y() + row * down
            painter.drawLine(QPointF(view.x(), y), QPointF(view.x() + view.width(), y))
        for column in range(1, columns):
            x = view.x() + column * across
            painter.drawLine(QPointF(x, view.y()), QPointF(x, view.y() + view.height()))


class _Lines(QWidget):
    """Lies above the maps of a board, and lets the pointer through."""

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._board.paint_lines(painter)


def _scale(values: Floats) -> tuple[MapName, tuple[float, float]]:
    """Return the map and range: grey where all lies between zero and one, signed elsewhere."""
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if low >= 0 and high <= 1 and high > 0:
        return "picture", (0.0, 1.0)
    return "signed", limits(values.astype(np.float32), "signed")


def _place(border: int, shape: tuple[int, ...], row: int, column: int) -> str:
    row, column = row - border, column - border
    inside = 0 <= row < shape[0] and 0 <= column < shape[1]
    return f"row {row}, column {column}" if inside else "padding"
