"""A vector as bars: with names and numbers while they fit, else as a row of thin bars about zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import shape_token, signed_bars_limit
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

LISTED = 16
"""Up to so many values are listed with their numbers."""

_ROW = 18
_STRIP = 44


class Bars(FocusRing, QWidget):
    """Shows the values of a vector; `picked` carries the number of one."""

    picked = Signal(int)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self._context = context
        self._values: Values = np.zeros(0, np.float32)
        self._names: Sequence[str] = ()
        self._gradient = False
        self._strong = -1
        self.marked = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_values(
        self, values: Values, names: Sequence[str] = (), gradient: bool = False, listed: bool = True, strong: int = -1
    ) -> None:
        """Show a vector; `names` stand before listed values, the one of number `strong` in bold."""
        self._values, self._names, self._gradient, self._strong = values, names, gradient, strong
        self._listed = listed and len(values) <= LISTED
        self.setFixedHeight(_ROW * len(values) if self._listed else _STRIP)
        self.update()

    def mark(self, number: int) -> None:
        """Mark one of the values as the one looked at."""
        if number != self.marked:
            self.marked = number
            self.update()
        if 0 <= number < len(self._values):
            announce(self, self.text_of(number))

    @property
    def names(self) -> Sequence[str]:
        """The names before the values, as far as they have any."""
        return self._names

    def text_of(self, number: int) -> str:
        """Return name or number and full value: value 3: −0.44596246."""
        name = self._names[number] if number < len(self._names) else f"value {number}"
        return f"{name}: {exact(float(self._values[number]))}"

    def at(self, x: float, y: float) -> int:
        """Return the number of the value at a point, which need not be there."""
        share = y / self.height() if self._listed else x / self.width()
        return min(max(int(share * len(self._values)), 0), len(self._values) - 1)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and len(self._values):
            QToolTip.showText(event.globalPos(), self.text_of(self.at(event.pos().x(), event.pos().y())), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if len(self._values):
            self.picked.emit(self.at(event.position().x(), event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self.marked + step < len(self._values):
            self.picked.emit(self.marked + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._values):
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._listed:
                self._paint_list(painter)
            else:
                self._paint_strip(painter)
            self.paint_ring(painter, self._context.theme)

    def figures(self) -> tuple[list[str], float]:
        """Return the numbers as they are written, and the room that all of them need: half a number is another one."""
        texts = [rounded(float(value)) for value in self._values]
        return texts, max(*(paint.width_of(text, font(11, 600, tabular=True)) + 10 for text in texts), 58.0)

    def _paint_list(self, painter: QPainter) -> None:
        theme = self._context.theme
        names = [self._names[n] if n < len(self._names) else str(n) for n in range(len(self._values))]
        name_width = min(max(paint.width_of(name, font(11, 600)) for name in names) + 10, self.width() * 0.4)
        figures, number_width = self.figures()
        track = QRectF(name_width, 0, self.width() - name_width - number_width, _ROW)
        for number, (name, value) in enumerate(zip(names, self._values, strict=True)):
            row = QRectF(0, number * _ROW, self.width(), _ROW)
            if number == self.marked:
                paint.rounded(painter, row.adjusted(-1, 0.5, 1, -0.5), 4, theme.mix("panel", "accent", 0.16))
            strong = number == self._strong
            paint.text(
                painter, QRectF(4, row.top(), name_width - 8, _ROW), name,
                font(11, 600 if strong else 400), theme.color("text" if strong else "text2"),
            )  # fmt: skip
            self._paint_bar(painter, track.translated(0, row.top()).adjusted(0, 6, 0, -6), float(value))
            paint.text(
                painter, QRectF(self.width() - number_width, row.top(), number_width - 4, _ROW),
                figures[number], font(11, 600 if strong else 500, tabular=True), theme.color("text"),
                Qt.AlignmentFlag.AlignRight,
            )  # fmt: skip

    def _paint_bar(self, painter: QPainter, track: QRectF, value: float) -> None:
        theme = self._context.theme
        limit = signed_bars_limit(self._values)
        signed = bool((self._values < 0).any())
        paint.rounded(painter, track, 3, theme.color("raised"))
        if not np.isfinite(value) or value == 0:
            return
        zero = track.center().x() if signed else track.left()
        length = max(abs(value) / limit * track.width() * (0.5 if signed else 1.0), 2.0)
        left = zero if value > 0 else zero - length
        bar = QRectF(left, track.top(), length, track.height())
        paint.rounded(painter, bar, 3, theme.color(shape_token(value, self._gradient)))

    def _paint_strip(self, painter: QPainter) -> None:
        theme = self._context.theme
        limit = signed_bars_limit(self._values)
        lowest = -1.0 if (self._values < 0).any() else 0.0
        unit = (self.height() - 2) / (1.0 - lowest)
        zero = self.height() - 1 + lowest * unit
        step = self.width() / len(self._values)
        if 0 <= self.marked < len(self._values):
            mark = QRectF(self.marked * step - 1, 0, step + 2, self.height())
            paint.rounded(painter, mark, 2, theme.mix("panel", "accent", 0.3))
        painter.fillRect(QRectF(0, zero - 0.5, self.width(), 1), theme.color("line"))
        for number, value in enumerate(self._values):
            if np.isfinite(value) and value != 0:
                height = max(abs(float(value)) / limit * unit, 1.0)
                top = zero - height if value > 0 else zero
                bar = QRectF(number * step, top, max(step - 1, 1.0), height)
                painter.fillRect(bar, theme.color(shape_token(float(value), self._gradient)))
