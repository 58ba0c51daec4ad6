"""The facts of the selected layer: what it is, what goes in, what comes out, how many parameters it has."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import whole
from visualizer.ui import paint
from visualizer.ui.context import Context
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
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def inspect(self, subject: Subject) -> None:
        self.line = fact_line(subject)
        self.facts = (
            ("in", subject.input_text),
            ("out", subject.output_text),
            ("parameters", whole(subject.parameter_count)),
        )
        self.setToolTip(self.line)
        self.setAccessibleName(", ".join([self.line, *(f"{name} {value}" for name, value in self.facts)]))
        self.update()

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
