"""One matrix as a picture: each value a cell, one of them marked; hover names it, a click or the arrow keys pick it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.theme import MapName, ThemeName
from visualizer.ui.widgets.focus import FocusRing

_SIGNED: tuple[MapName, ...] = ("signed", "gradient")
_SIGN = 3.5  # pixels: a shorter minus is a dot
_ZERO = 0.02  # of the largest value: what is nearer to zero has the colour of zero
Values = npt.NDArray[np.float32]
ARROWS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}


class Cells(NamedTuple):
    """A rectangle of cells; it may reach over the edge."""

    row: int
    column: int
    height: int = 1
    width: int = 1


class MapView(FocusRing, QWidget):
    """Fills its rectangle with a matrix. `picked` carries row and column."""

    picked = Signal(int, int)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self._context = context
        self._values: Values = np.zeros((0, 0), np.float32)
        self._map: MapName = "signed"
        self._range = (-1.0, 1.0)
        self._describe: Callable[[int, int], str] = _row_and_column
        self._image: tuple[ThemeName, QImage] | None = None
        self.marked: Cells | None = None
        self.dots: Sequence[tuple[int, int]] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self._values.shape

    def set_pickable(self, pickable: bool, *, hover: bool = False) -> None:
        """Let cells be picked by click and arrow keys, or already by passing over them."""
        self.setMouseTracking(hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if pickable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.CrossCursor if pickable else Qt.CursorShape.ArrowCursor)

    def show_values(
        self,
        values: Values,
        map_name: MapName,
        limits: tuple[float, float],
        describe: Callable[[int, int], str] | None = None,
    ) -> None:
        """Show a matrix (rows, columns); `describe` gives the words before the value of a cell."""
        self._values, self._map, self._range = values, map_name, limits
        self._describe = describe or _row_and_column
        self._image = None
        self.update()

    def mark(self, cells: Cells | None) -> None:
        """Draw a ring around some cells."""
        if cells != self.marked:
            self.marked = cells
            self.update()
        if cells is not None and cells[2:] == (1, 1) and self._holds(cells.row, cells.column):
            announce(self, self.text_of(cells.row, cells.column))

    def dot(self, cells: Sequence[tuple[int, int]]) -> None:
        """Put a dot on some cells."""
        self.dots = tuple(cells)
        self.update()

    def text_of(self, row: int, column: int) -> str:
        """Return place and full value of a cell: row 9, column 10: −0.44596246."""
        return f"{self._describe(row, column)}: {exact(float(self._values[row, column]))}"

    def area(self, cells: Cells) -> QRectF:
        """Return where cells lie in this widget."""
        rows, columns = self._values.shape
        height, width = self.height() / max(rows, 1), self.width() / max(columns, 1)
        return QRectF(cells.column * width, cells.row * height, cells.width * width, cells.height * height)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def _holds(self, row: int, column: int) -> bool:
        return 0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return row and column of the cell at a point."""
        rows, columns = self._values.shape
        if not (0 <= x < self.width() and 0 <= y < self.height()) or not rows * columns:
            return None
        return int(y * rows / self.height()), int(x * columns / self.width())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(event.pos().x(), event.pos().y())
            if cell is not None:
                QToolTip.showText(event.globalPos(), self.text_of(*cell), self, self.area(Cells(*cell)).toAlignedRect())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pick_at(event)

    def _pick_at(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().x(), event.position().y())
        if cell is not None and (self.hasMouseTracking() or event.buttons() & Qt.MouseButton.LeftButton):
            self.picked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None or self.marked is None:
            super().keyPressEvent(event)
            return
        row = self.marked.row + direction[0]
        column = self.marked.column + direction[1]
        if self._holds(row, column):
            self.picked.emit(row, column)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._values.size:
            return
        theme = self._context.theme
        if self._image is None or self._image[0] != theme.name:
            self._image = (theme.name, paint.image(self._values, theme, self._map, *self._range))
        whole = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shrinks = self._values.shape[1] > self.width() * self.devicePixelRatio()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
            corners = QPainterPath()
            corners.addRoundedRect(whole, 4, 4)
            painter.setClipPath(corners)
            painter.drawImage(whole, self._image[1])
            painter.setClipping(False)
            if self._map in _SIGNED:
                self._paint_signs(painter)
            if self.marked is not None:
                ring = self.area(self.marked)
                grow = max((8 - min(ring.width(), ring.height())) / 2, 1.0)
                paint.rounded(painter, ring.adjusted(-grow, -grow, grow, grow), 2, None, theme.color("accent"), 2)
            self._paint_dots(painter)
            self.paint_ring(painter, theme)

    def _paint_signs(self, painter: QPainter) -> None:
        """Draw a minus into the cells of negative values, where there is room: their colour alone may not be seen."""
        whole, limit = self.area(Cells(0, 0)), max(abs(end) for end in self._range) or 1.0
        long = min(whole.width(), whole.height()) * 0.2
        if 2 * long < _SIGN:
            return
        strong: list[QLineF] = []
        weak: list[QLineF] = []
        for row, column in np.argwhere(self._values < -_ZERO * limit).tolist():
            middle = self.area(Cells(row, column)).center()
            line = QLineF(middle - QPointF(long, 0), middle + QPointF(long, 0))
            (strong if self._values[row, column] < -limit / 2 else weak).append(line)
        for lines, token in ((strong, "panel"), (weak, "text")):
            painter.setPen(QPen(self._context.theme.color(token, 0.75), 1.5))
            painter.drawLines(lines)

    def _paint_dots(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._context.theme.color("accent"))
        for row, column in self.dots:
            spot = self.area(Cells(row, column))
            radius = max(min(spot.width(), spot.height()) * 0.16, 1.2)
            painter.drawEllipse(spot.center(), radius, radius)


def _row_and_column(row: int, column: int) -> str:
    return f"row {row}, column {column}"
