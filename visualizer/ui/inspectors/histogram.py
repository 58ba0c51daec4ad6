"""How the values of a layer are distributed: 64 bins with zero in the middle."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from visualizer.core.frames import TensorView
from visualizer.core.numbers import rounded, whole
from visualizer.core.quantities import Kind
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.worked_out import bar
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.inspectors.look import NO_GRADIENT, Look, shape_token
from visualizer.ui.inspectors.part import KindToggle, Part
from visualizer.ui.inspectors.statistics_line import StatisticsLine
from visualizer.ui.theme import font

BINS = 64
_HEIGHT = 118
_HIGH = 960  # a window of this height has room for a taller one
_AXIS = 18
_TOP = 16
_MARK = "this value"


def symmetric_counts(values: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], float]:
    """Return counts in 64 equal bins from −limit to limit, and the limit; every finite value is in a bin."""
    finite = values[np.isfinite(values)].astype(np.float64)
    limit = float(np.abs(finite).max(initial=0.0)) or 1.0
    counts, _ = np.histogram(finite, BINS, range=(-limit, limit))
    return counts, limit


class HistogramPart(Part):
    """The distribution of activation, gradient or weights."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "histogram", "Histogram")
        self.toggle = KindToggle(context, "Kind of values", ("activation", "gradient", "weights"))
        self.toggle.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.toggle)
        self.histogram = Histogram(context)
        self.statistics = StatisticsLine(context)
        self.empty = Empty(context)
        self.body.addWidget(self.histogram)
        self.body.addWidget(self.statistics)
        self.body.addWidget(self.empty)

    def applies(self, look: Look) -> bool:
        activation = look.subject.activation
        return activation is not None and activation.view.values.size > 1

    def name(self, look: Look) -> None:
        kinds = ("activation", "gradient", "weights") if look.subject.parameters else ("activation", "gradient")
        self.toggle.set_choices(kinds)
        self.toggle.follow(look)

    def refresh(self, look: Look) -> None:
        kind = self.toggle.choice
        found = _chosen(look, kind)
        view = None if found is None else found[1]
        self.histogram.setVisible(view is not None)
        self.statistics.setVisible(view is not None)
        self.histogram.setFixedHeight(_HEIGHT if self.window().height() < _HIGH else _HEIGHT + 42)
        self.empty.show_words(NO_GRADIENT if view is None else "")
        if found is None or view is None:
            return
        self.statistics.show_statistics(view, *found[0])
        index = look.index
        marked = float(view.values[index]) if kind != "weights" and look.place is not None else None
        self.histogram.show_values(view, found[0], marked)


class Histogram(QWidget):
    """Bars on a square root scale, so that few far values are seen beside many near zero."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._counts = np.zeros(BINS, np.int64)
        self._limit = 1.0
        self._marked: float | None = None
        self._gradient = False
        self._words = ""
        self._of: tuple[Kind, str] = ("activation", "")
        self.setAccessibleName("Histogram")
        clickable(self, context, self._number_at, by_click=True)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_values(self, view: TensorView, of: tuple[Kind, str], marked: float | None) -> None:
        """Count the values of a tensor; `of` is its kind and name, `marked` the value looked at."""
        self._counts, self._limit = symmetric_counts(view.values)
        self._of, self._gradient, self._marked = of, of[0] == "gradient", marked
        self._words = f"{whole(view.values.size)} values, √ scale"
        place = "" if marked is None else f", this one {rounded(marked)}"
        spread = f"mean {rounded(view.mean)}, standard deviation {rounded(view.standard_deviation)}"
        self.setAccessibleDescription(f"{self._words}, {spread}{place}")
        self.setToolTip(f"{spread}\nlowest {rounded(view.minimum)}, highest {rounded(view.maximum)}")
        self.update()

    def _number_at(self, point: QPointF) -> Number | None:
        """Return how many values there are in the bar at a point, also where it is too low to be met."""
        place = int(point.x() / max(self.width(), 1) * BINS)
        if not 0 <= place < BINS or point.y() > self.height() - _AXIS or not self._counts[place]:
            return None
        edges = np.linspace(-self._limit, self._limit, BINS + 1)
        low, high = float(edges[place]), float(edges[place + 1])
        high = math.nextafter(high, math.inf) if place == BINS - 1 else high  # the last bar has its end, too
        count = int(self._counts[place])
        said = f"{whole(count)} value{'s' * (count != 1)} from {rounded(low)} to {rounded(high)}"
        return Number(bar(*self._of, low, high), f"{said}\n{self.toolTip()}")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        base = self.height() - _AXIS
        step = self.width() / BINS
        heights = np.sqrt(self._counts / max(int(self._counts.max()), 1)) * (base - _TOP)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, height in enumerate(heights):
                if self._counts[number]:
                    token = shape_token(number - BINS / 2 + 0.5, self._gradient)
                    tall = max(float(height), 1.5)
                    bar = QRectF(number * step + 0.5, base - tall, step - 1, tall)
                    paint.rounded(painter, bar, min(1.5, step / 3), theme.color(token))
            painter.fillRect(QRectF(0, base, self.width(), 1), theme.color("line"))
            self._paint_axis(painter, base)
            self._paint_words(painter, base)

    def _paint_axis(self, painter: QPainter, base: float) -> None:
        color, row = self._context.theme.color("text2"), QRectF(0, base + 3, self.width(), _AXIS - 4)
        digits = font(10, tabular=True)
        paint.text(painter, row, rounded(-self._limit, 2), digits, color)
        paint.text(painter, row, "0", digits, color, Qt.AlignmentFlag.AlignHCenter)
        paint.text(painter, row, rounded(self._limit, 2), digits, color, Qt.AlignmentFlag.AlignRight)

    def _paint_words(self, painter: QPainter, base: float) -> None:
        """Mark the value looked at, and say beside it, where there is room, how many values there are."""
        theme, small, bold = self._context.theme, font(10), font(10, 600)
        left, right = 0.0, float(self.width())
        align = Qt.AlignmentFlag.AlignRight
        if self._marked is not None and np.isfinite(self._marked):
            x = (self._marked / self._limit + 1) / 2 * self.width()
            x = min(max(x, 1.0), self.width() - 1.0)
            painter.setPen(QPen(theme.color("text"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, 2, x, base))
            width = paint.width_of(_MARK, bold)
            before = x > self.width() / 2
            label = QRectF(x - width - 6, 0, width + 1, 14) if before else QRectF(x + 6, 0, width + 1, 14)
            paint.text(painter, label, _MARK, bold, theme.color("text"))
            left, right = (0.0, label.left() - 8) if before else (label.right() + 8, right)
            align = Qt.AlignmentFlag.AlignLeft if before else align
        if paint.width_of(self._words, small) <= right - left:
            paint.text(painter, QRectF(left, 0, right - left, 14), self._words, small, theme.color("text3"), align)


def _chosen(look: Look, kind: str) -> tuple[tuple[Kind, str], TensorView] | None:
    """Return what is counted: its kind and name, and its values."""
    subject = look.subject
    if kind == "weights":
        parameters = subject.recording.parameters
        name = next((name for name in subject.parameters if name in parameters), None)
        return None if name is None else (("parameter", name), parameters[name])
    pictures, of = (subject.gradient, "gradient") if kind == "gradient" else (subject.activation, "activation")
    return None if pictures is None else ((cast(Kind, of), subject.node.id), pictures.view)
