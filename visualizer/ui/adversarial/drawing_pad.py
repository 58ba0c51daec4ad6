"""A plane to draw a distribution on: a brush sprays points, an eraser takes them away."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.plane import FEWEST_DRAWN, HALF, SMILE, Point
from visualizer.ui import paint
from visualizer.ui.adversarial import inks, plane_picture
from visualizer.ui.adversarial.plane_picture import Array, Frame, square
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS

Tool = Literal["spray", "erase"]
_RADIUS = 0.22  # of brush and eraser, in units of the plane
_SPRAYED = 4  # points at each place that the brush passes
_MOST = 3000
_STEP = 0.15  # of the arrow keys


class DrawingPad(FocusRing, QWidget):
    """Each stroke becomes the drawing of the experiment, to be taken back by undo.

    Keys: arrows move the brush, Space sprays, E changes between brush and eraser, Delete clears.
    """

    tool_changed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.tool: Tool = "spray"
        self.brush = (0.0, 0.0)
        self._stroking = False
        self._random = np.random.default_rng(0)
        self.points: Array = np.zeros((0, 2), np.float32)
        self.setAccessibleName("Drawing of a distribution")
        self.setToolTip("Draw with the mouse, or with the arrow keys and Space; E erases, Delete clears")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        context.store.changed.connect(lambda old, new: self.take())
        context.store.view_changed.connect(lambda old, new: self.update())
        self.take()

    def take(self) -> None:
        """Show the drawing of the experiment; other data than a drawing begins on an empty plane."""
        experiment = self._context.store.experiment
        drawing = (experiment.drawing or SMILE) if experiment.dataset == "drawn" else experiment.drawing
        self.points = np.array(drawing, np.float32).reshape(-1, 2)
        self.update()

    def set_tool(self, tool: Tool) -> None:
        self.tool = tool
        self.tool_changed.emit(tool)
        self.update()

    def clear(self) -> None:
        """Begin on an empty plane; what is learned from stays until there are enough new points."""
        self.points = self.points[:0]
        self._describe()

    def touch(self, x: float, y: float) -> None:
        """Spray or erase around a place."""
        self.brush = (float(np.clip(x, -HALF, HALF)), float(np.clip(y, -HALF, HALF)))
        if self.tool == "erase":
            self.points = self.points[np.hypot(*(self.points - self.brush).T) > _RADIUS]
        elif len(self.points) < _MOST:
            fresh = self.brush + self._random.normal(0, _RADIUS / 2, (_SPRAYED, 2))
            fresh = np.clip(fresh, -HALF, HALF).round(3).astype(np.float32)
            self.points = np.concatenate([self.points, fresh])
        self._describe()

    def apply(self) -> None:
        """Let the pair learn from the drawing, where it has enough points."""
        if len(self.points) >= FEWEST_DRAWN:
            drawing: tuple[Point, ...] = tuple((round(float(x), 3), round(float(y), 3)) for x, y in self.points)
            self._context.store.patch("Draw the data", dataset="drawn", drawing=drawing)

    def _describe(self) -> None:
        announce(self, f"{len(self.points)} points; brush at {self.brush[0]:.2f}, {self.brush[1]:.2f}")
        self.update()

    @property
    def frame(self) -> Frame:
        return square(self.width(), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._stroking = True
            self.touch(*self.frame.place(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroking:
            self.touch(*self.frame.place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._stroking:
            self._stroking = False
            self.apply()

    def event(self, event: QEvent) -> bool:
        wanted = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if wanted and self._has_use_for(event):
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _has_use_for(event: QKeyEvent) -> bool:
        keys = (*ARROWS, Qt.Key.Key_Space, Qt.Key.Key_E, Qt.Key.Key_Delete)
        return event.key() in keys and event.modifiers() == Qt.KeyboardModifier.NoModifier

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._has_use_for(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.touch(*self.brush)
            self.apply()
        elif event.key() == Qt.Key.Key_E:
            self.set_tool("erase" if self.tool == "spray" else "spray")
        elif event.key() == Qt.Key.Key_Delete:
            self.clear()
        else:
            down, right = ARROWS[Qt.Key(event.key())]
            x, y = self.brush[0] + right * _STEP, self.brush[1] - down * _STEP
            self.brush = (min(max(x, -HALF), HALF), min(max(y, -HALF), HALF))
            self._describe()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, frame = self._context.theme, self.frame
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(frame.area, theme.color("sunk"))
            plane_picture.paint_cloud(
                painter, frame, self.points, 0, [theme.color(inks.REAL)], theme.color("sunk"), 3.0
            )
            if self._ring or self._stroking:
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                radius = _RADIUS * frame.area.width() / (2 * HALF)
                painter.drawEllipse(frame.point(*self.brush), radius, radius)
            if len(self.points) < FEWEST_DRAWN:
                words = f"Draw at least {FEWEST_DRAWN} points: press the mouse and move"
                middle = QRectF(frame.area.topLeft(), frame.area.bottomRight())
                center = Qt.AlignmentFlag.AlignHCenter
                paint.text(painter, middle.translated(QPointF(0, 60)), words, font(13), theme.color("text2"), center)
            plane_picture.paint_edge(painter, theme, frame)
            self.paint_ring(painter, theme)
