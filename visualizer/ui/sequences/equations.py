"""The equations of a cell, typeset, each with its numbers for the chosen unit and time step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import rounded
from visualizer.core.topics.sequences import Vector
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.formula import extent, paint_formula, typesetter
from visualizer.ui.sequences.cell_numbers import Numbers, cell_numbers, with_numbers
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_LINE, _SECOND = 24.0, 17.0
_PIXELS = 12.5
_RESULT = 94.0
_TWO_LINES = ("c", "h")


class Equations(FocusRing, QWidget):
    """A click selects the vector that is shown over time; a double click asks where its number comes from."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self.setAccessibleName("Equations of the cell")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        clickable(self, context, self._number_at, lambda: number_of(unrolled))
        typesetter().ready.connect(self.update)
        unrolled.changed.connect(self._follow)
        unrolled.playhead.moved.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        frame = self._unrolling.frame
        return QSize(364, round(sum(map(_height, frame.vectors))) if frame is not None else 40)

    def _follow(self) -> None:
        self.updateGeometry()
        self.update()

    def _areas(self, frame: Unrolled) -> list[tuple[Vector, QRectF]]:
        areas, top = [], 0.0
        for vector in frame.vectors:
            areas.append((vector, QRectF(0, top, self.width(), _height(vector))))
            top += _height(vector)
        return areas

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._unrolling.frame
        if frame is None:
            return
        numbers = cell_numbers(frame, self._unrolling.place, self._unrolling.unit)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for vector, area in self._areas(frame):
                self._paint_row(painter, frame, vector, area, numbers)
            self.paint_ring(painter, self._context.theme)

    def _paint_row(self, painter: QPainter, frame: Unrolled, vector: Vector, area: QRectF, numbers: Numbers) -> None:
        theme = self._context.theme
        if vector is self._unrolling.vector:
            paint.rounded(painter, area.adjusted(0, 1, 0, -1), 6, theme.color("raised"))
            paint.rounded(painter, QRectF(0, area.top() + 4, 3, area.height() - 8), 1.5, theme.color("accent"))
        room = area.width() - _RESULT - 10
        pixels = min(_PIXELS, _PIXELS * room / max(extent(vector.formula, _PIXELS).width, 1.0))
        ink = theme.color("series3" if vector.name == "c" else "text")
        paint_formula(painter, 8, area.top() + 18, vector.formula, pixels, ink)
        value = float(numbers[vector.name])
        first = QRectF(area.right() - _RESULT, area.top(), _RESULT - 8, _LINE)
        style = font(13, 700, tabular=True)
        sign = theme.color("neg" if value < 0 else "pos")
        paint.text(painter, first, rounded(value, 4), style, sign, Qt.AlignmentFlag.AlignRight)
        if vector.name in _TWO_LINES:
            second = QRectF(8, area.top() + _LINE - 2, area.width() - 16, _SECOND)
            words = f"{vector.name} = {with_numbers(frame, vector.name, numbers)}"
            paint.text(painter, second, words, font(12, tabular=True), theme.color("text2"))

    def _vector_at(self, point: QPointF) -> Vector | None:
        frame = self._unrolling.frame
        areas = self._areas(frame) if frame is not None else []
        return next((vector for vector, area in areas if area.contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        vector = self._vector_at(event.position())
        if vector is not None:
            self._unrolling.select(vector=vector.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not walk_by_key(self._unrolling, event, self):
            super().keyPressEvent(event)

    def _number_at(self, point: QPointF) -> Number | None:
        vector = self._vector_at(point)
        return None if vector is None else number_of(self._unrolling, vector=vector.name)


def _height(vector: Vector) -> float:
    return _LINE + _SECOND if vector.name in _TWO_LINES else _LINE
