"""A picture of few pixels to be drawn on, by mouse or by keys."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.theme import ThemeName
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS

Values = npt.NDArray[np.float32]
Tool = Literal["draw", "erase"]
RADIUS = {"fine": 0.6, "medium": 1.1, "broad": 1.9}
"""Of the brush, in pixels of the picture; its edge is one pixel soft."""
_REMEMBERED = 200


class PixelPad(FocusRing, QWidget):
    """Shows values (channels, height, width) from 0 to 1; `drawn` carries new ones with every stroke.

    Keys: arrows move the cell, Space draws there, E changes between pen and eraser, Delete clears, Ctrl+Z takes back.
    """

    drawn = Signal(object)
    tool_changed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.values: Values = np.zeros((1, 28, 28), np.float32)
        self.tool: Tool = "draw"
        self.brush = "medium"
        self.cell = (14, 14)
        self._before: list[Values] = []
        self._last: QPointF | None = None
        self._image: tuple[ThemeName, QImage] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing pad")
        self.setToolTip("Draw with the mouse, or with the arrow keys and Space")

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    def show_values(self, values: Values) -> None:
        """Show another picture; strokes on the one before are forgotten where it has another shape."""
        if values.shape != self.values.shape:
            self._before.clear()
            self.cell = (values.shape[1] // 2, values.shape[2] // 2)
        self.values = values
        self._image = None
        self.update()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._before:
            self._set(self._before.pop())

    def clear(self) -> None:
        """Begin on an empty picture."""
        self._remember()
        self._set(np.zeros_like(self.values))

    def set_tool(self, tool: Tool) -> None:
        self.tool = tool
        self.tool_changed.emit(tool)

    def sizeHint(self) -> QSize:
        return QSize(224, 224)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def _area(self) -> QRectF:
        """Return where the picture lies: as large as fits, in the middle."""
        _, rows, columns = self.values.shape
        unit = min(self.width() / columns, self.height() / rows)
        width, height = columns * unit, rows * unit
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _in_pixels(self, point: QPointF) -> QPointF:
        area = self._area()
        unit = area.width() / self.values.shape[2]
        return QPointF((point.x() - area.x()) / unit, (point.y() - area.y()) / unit)

    def _remember(self) -> None:
        self._before.append(self.values)
        del self._before[:-_REMEMBERED]

    def _set(self, values: Values) -> None:
        self.values = values
        self._image = None
        self.update()
        self.drawn.emit(values)

    def _stroke(self, start: QPointF, end: QPointF) -> None:
        """Draw a line of the brush's width between two points, both in pixels of the picture."""
        _, rows, columns = self.values.shape
        y, x = np.mgrid[0:rows, 0:columns] + 0.5
        along = end - start
        length = along.x() ** 2 + along.y() ** 2
        share = ((x - start.x()) * along.x() + (y - start.y()) * along.y()) / length if length else np.zeros_like(x)
        share = np.clip(share, 0, 1)
        distance = np.hypot(x - start.x() - share * along.x(), y - start.y() - share * along.y())
        ink = np.clip(RADIUS[self.brush] + 0.5 - distance, 0, 1).astype(np.float32)
        changed = np.maximum(self.values, ink) if self.tool == "draw" else np.minimum(self.values, 1 - ink)
        self._set(changed.astype(np.float32))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._remember()
            self._last = self._in_pixels(event.position())
            self._stroke(self._last, self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            here = self._in_pixels(event.position())
            self._stroke(self._last, here)
            self._last = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.matches(QKeySequence.StandardKey.Undo) or self._has_use_for(event):
                event.accept()
                return True
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())) or self.toolTip(), self)
            return True
        return super().event(event)

    def text_at(self, point: QPointF) -> str:
        """Return place and full value of the pixel below a point, "" beside the picture."""
        cell = self.cell_at(point)
        if cell is None:
            return ""
        row, column = cell
        return f"row {row}, column {column}: {', '.join(exact(float(v)) for v in self.values[:, row, column])}"

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return row and column of the pixel below a point."""
        here = self._in_pixels(point)
        row, column = math.floor(here.y()), math.floor(here.x())
        _, rows, columns = self.values.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    @staticmethod
    def _has_use_for(event: QKeyEvent) -> bool:
        keys = (*ARROWS, Qt.Key.Key_Space, Qt.Key.Key_E, Qt.Key.Key_Delete)
        return event.key() in keys and event.modifiers() == Qt.KeyboardModifier.NoModifier

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif not self._has_use_for(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self._remember()
            middle = QPointF(self.cell[1] + 0.5, self.cell[0] + 0.5)
            self._stroke(middle, middle)
        elif event.key() == Qt.Key.Key_E:
            self.set_tool("erase" if self.tool == "draw" else "draw")
        elif event.key() == Qt.Key.Key_Delete:
            self.clear()
        else:
            self._move(*ARROWS[Qt.Key(event.key())])

    def _move(self, down: int, right: int) -> None:
        _, rows, columns = self.values.shape
        row, column = min(max(self.cell[0] + down, 0), rows - 1), min(max(self.cell[1] + right, 0), columns - 1)
        self.cell = (row, column)
        announce(self, f"row {row}, column {column}: {exact(float(self.values[0, row, column]))}")
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _picture(self) -> QImage:
        theme = self._context.theme
        if self._image is None or self._image[0] != theme.name:
            if len(self.values) == 3:
                levels = np.ascontiguousarray(np.moveaxis(np.clip(self.values, 0, 1), 0, -1) * 255, np.uint8)
                rows, columns, _ = levels.shape
                image = QImage(levels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
            else:
                image = paint.image(self.values[0], theme, "picture", 0.0, 1.0)
            self._image = (theme.name, image)
        return self._image[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area = self._context.theme, self._area()
        with QPainter(self) as painter:
            painter.drawImage(area, self._picture())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, area, 4, None, theme.color("line2"))
            if self._ring:
                unit = area.width() / self.values.shape[2]
                spot = QRectF(area.x() + self.cell[1] * unit, area.y() + self.cell[0] * unit, unit, unit)
                paint.rounded(painter, spot.adjusted(-1, -1, 1, 1), 2, None, theme.color("accent"), 2)
            self.paint_ring(painter, theme, area)
