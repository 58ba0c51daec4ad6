"""The cell opened: its gates, the path of its memory, and the numbers of one unit at one time step on the wires."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.sequences.cell_numbers import Numbers, cell_numbers
from visualizer.ui.sequences.diagrams import DIAGRAMS, HEIGHT, INPUT_AT, WIDTH, Box, Label, Wire
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.unrolling import Unrolling, find
from visualizer.ui.sequences.wire_numbers import wire_number
from visualizer.ui.sequences.words import input_of
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_GATE = (44.0, 30.0)
_SIGN = 11.0
_LARGEST = 1.25
_BEFORE = {"h-": "hidden state of the step before", "c-": "cell state of the step before"}


class CellDiagram(FocusRing, QWidget):
    """A click on a number shows its vector over time; hover gives it in full."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self.setAccessibleName("The cell, opened")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        clickable(self, context, self._number_at, lambda: number_of(unrolled))
        unrolled.changed.connect(self.update)
        unrolled.playhead.moved.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(364, round(HEIGHT * self._scale) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(round(HEIGHT * self._scale) + 4)

    @property
    def _scale(self) -> float:
        return min((self.width() - 4) / WIDTH, _LARGEST)

    def _point(self, at: tuple[float, float]) -> QPointF:
        return QPointF(2 + at[0] * self._scale, 2 + at[1] * self._scale)

    def _numbers(self) -> Numbers:
        frame = self._unrolling.frame
        return {} if frame is None else cell_numbers(frame, self._unrolling.place, self._unrolling.unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._unrolling.frame
        if frame is None:
            return
        diagram, numbers = DIAGRAMS[frame.kind], self._numbers()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for wire in sorted(diagram.wires, key=lambda wire: wire.memory):
                self._paint_wire(painter, wire)
            for box in diagram.boxes:
                self._paint_box(painter, box, frame)
            for label in diagram.labels:
                self._paint_label(painter, label, numbers)
            at = self._point(INPUT_AT[frame.kind])
            words = QRectF(at.x(), at.y() - 8, 120, 16)
            said = f"x  {input_of(frame, self._unrolling.place)}"
            paint.text(painter, words, said, font(11, 600), self._context.theme.color("text2"))
            self.paint_ring(painter, self._context.theme)

    def _paint_wire(self, painter: QPainter, wire: Wire) -> None:
        ink = self._context.theme.color("series3" if wire.memory else "line2")
        width = 4.0 if wire.memory else 1.4
        points = [self._point(point) for point in wire.points]
        end, before = points[-1], points[-2]
        length = max((end - before).manhattanLength(), 1.0)
        way = (end - before) / length
        size = 7.0 if wire.memory else 4.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline([*points[:-1], end - way * size])
        side = QPointF(-way.y(), way.x()) * size * 0.65
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([end, end - way * size * 1.5 + side, end - way * size * 1.5 - side]))

    def _paint_box(self, painter: QPainter, box: Box, frame: Unrolled) -> None:
        theme, at = self._context.theme, self._point(box.at)
        chosen = bool(box.name) and self._unrolling.vector is find(frame, box.name)
        wide, high = (2 * _SIGN, 2 * _SIGN) if box.round else _GATE
        area = QRectF(
            at.x() - wide * self._scale / 2, at.y() - high * self._scale / 2, wide * self._scale, high * self._scale
        )
        line = theme.color("accent" if chosen else "line2")
        radius = area.height() / 2 if box.round else 7
        paint.rounded(painter, area, radius, theme.color("raised"), line, 2 if chosen else 1.2)
        relu = "ReLU" in frame.vectors[-1].formula
        words = ("ReLU" if relu else "tanh") if box.text == "φ" else box.text
        paint.text(painter, area, words, font(12, 600), theme.color("text"), Qt.AlignmentFlag.AlignHCenter)

    def _area(self, label: Label) -> QRectF:
        at, wide = self._point(label.at), 112.0
        return QRectF(at.x() - (wide if label.left else 0), at.y() - 9, wide, 18)

    def _paint_label(self, painter: QPainter, label: Label, numbers: Numbers) -> None:
        theme, area = self._context.theme, self._area(label)
        value = float(numbers[label.key])
        words = f"{label.words} " if label.words else ""
        number = rounded(value, 3)
        style, quiet = font(12, 700, tabular=True), font(11)
        total = paint.width_of(words, quiet) + paint.width_of(number, style)
        left = area.right() - total if label.left else area.left()
        paint.rounded(painter, QRectF(left - 2, area.top() + 1, total + 4, 16), 4, theme.color("panel", 0.85))
        paint.text(painter, QRectF(left, area.top(), total, 18), words, quiet, theme.color("text3"))
        spot = QRectF(left + paint.width_of(words, quiet), area.top(), total, 18)
        paint.text(painter, spot, number, style, theme.color("neg" if value < 0 else "pos"))

    def _label_at(self, point: QPointF) -> Label | None:
        frame = self._unrolling.frame
        labels = DIAGRAMS[frame.kind].labels if frame is not None else ()
        return next((label for label in labels if self._text_area(label).contains(point)), None)

    def _text_area(self, label: Label) -> QRectF:
        area = self._area(label)
        words = f"{label.words} {rounded(float(self._numbers()[label.key]))}"
        wide = paint.width_of(words, font(12, 700, tabular=True)) + 4
        return QRectF(area.right() - wide if label.left else area.left(), area.top(), wide, area.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        label = self._label_at(event.position())
        if label is not None and find(self._unrolling.frame, label.key) is not None:
            self._unrolling.select(vector=label.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not walk_by_key(self._unrolling, event, self):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._describe(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _describe(self, point: QPointF) -> str:
        label = self._label_at(point)
        if label is None:
            return "The thick line carries the state on. Click a number to see it over time."
        return f"{_BEFORE.get(label.key, label.key)}: {exact(float(self._numbers()[label.key]))}"

    def _number_at(self, point: QPointF) -> Number | None:
        label, frame = self._label_at(point), self._unrolling.frame
        return None if label is None or frame is None else wire_number(self._unrolling, label.key)
