"""The facts of the selected layer: what it is, what goes in, what comes out, how many parameters it has."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import whole
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.reached import Reached
from visualizer.ui.explanations.told import parameter_count
from visualizer.ui.inspectors.facts import fact_line
from visualizer.ui.inspectors.subject import Subject
from visualizer.ui.theme import font

_HEIGHT = 66


class Head(QWidget):
    """One line of facts above three numbers."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.line = ""
        self.facts: tuple[tuple[str, str], ...] = ()
        self._subject: Subject | None = None
        self.setFixedHeight(_HEIGHT)
        Reached(context, clickable(self, context, self._number_at, by_click=True))

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def inspect(self, subject: Subject) -> None:
        self.line = fact_line(subject)
        self._subject = subject
        self.facts = (
            ("in", subject.input_text),
            ("out", subject.output_text),
            ("parameters", whole(subject.parameter_count)),
        )
        self.setToolTip(self.line)
        self.setAccessibleName(", ".join([self.line, *(f"{name} {value}" for name, value in self.facts)]))
        self.update()

    def _number_at(self, point: QPointF) -> Number | None:
        subject, left = self._subject, 16 + 2 * (self.width() - 32) / 3
        if subject is None or not subject.parameter_count or point.x() < left or point.y() < 24:
            return None
        names = [name for node in subject.nodes for name in node.parameters]
        hover = f"{whole(subject.parameter_count)} parameters in {subject.title}"
        return Number(parameter_count(subject.title, list(dict.fromkeys(names))), hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            paint.text(painter, QRectF(16, 0, self.width() - 32, 16), self.line, font(11), theme.color("text2"))
            width = (self.width() - 32) / 3
            for number, (name, value) in enumerate(self.facts):
                left = 16 + number * width
                paint.text(painter, QRectF(left, 24, width - 4, 14), name, font(10), theme.color("text3"))
                sizes = (font(pixels, 600, tabular=True) for pixels in (13, 12, 11))
                figures = next((f for f in sizes if paint.width_of(value, f) < width - 4), font(10, 600, tabular=True))
                paint.text(painter, QRectF(left, 38, width - 4, 18), value, figures, theme.color("text"))
