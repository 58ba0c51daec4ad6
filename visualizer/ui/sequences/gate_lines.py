"""All vectors of the cell over time, for one unit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.numbers import exact
from visualizer.core.topics.sequences import Vector
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid
from visualizer.ui.plots.plot import paint_note
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.time_plot import TimePlot
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.words import step_title
from visualizer.ui.theme import font

_TOP, _BOTTOM, _NAMES = 6.0, 8.0, 52.0
_SOLID, _DASHED, _DOTTED = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine
_ROOM = 3.0  # pixels between two steps, below which a line is dense
_PALE = 0.6
_LOOKS = {
    "i": ("series2", _SOLID), "f": ("series4", _SOLID), "g": ("series2", _DASHED), "o": ("series1", _SOLID),
    "c": ("series3", _SOLID), "tanh(c)": ("series3", _DASHED), "h": ("series1", _DOTTED),
    "r": ("series2", _SOLID), "z": ("series4", _SOLID), "n": ("series2", _DASHED), "a": ("series2", _DASHED),
}  # fmt: skip


class GateLines(TimePlot):
    """One line a vector, named at its end; the selected one is thick."""

    follows = ("theme", "vector", "unit")

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__(context, "All vectors of one unit over time", unrolled)
        self.setMinimumHeight(120)

    def draw(self, painter: QPainter) -> None:
        frame, unit = self._unrolling.frame, self._unrolling.unit
        if frame is None:
            self._axes = None
            return
        series = [vector.values[:, unit].astype(np.float64) for vector in frame.vectors]
        finite = [values[np.isfinite(values)] for values in series]
        low = min((float(values.min()) for values in finite if values.size), default=0.0)
        high = max((float(values.max()) for values in finite if values.size), default=1.0)
        low, high = min(low, 0.0), max(high, 1e-6)
        margin = 0.04 * (high - low)
        scale = Scale(low - margin, high + margin)
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_NAMES, -_BOTTOM)
        rect.setLeft(left_room(scale, rect.height()))
        axes = self._axes = Axes(rect, Scale(0, max(len(frame.names) - 1, 1)), scale)
        paint_grid(painter, self.context.theme, axes, x_ticks=False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for vector, values in zip(frame.vectors, series, strict=True):
            painter.setPen(self._pen(vector, dense=len(values) > rect.width() / _ROOM))
            for line in axes.lines(np.arange(len(values)), values):
                paint.polyline(painter, line)
        self._draw_names(painter, axes, [float(values[-1]) for values in series])

    def _pen(self, vector: Vector, *, dense: bool) -> QPen:
        """Return the pen of a line; between `dense` points no dash could be told, and dashes are slow: it is paler."""
        (token, style), theme = _LOOKS[vector.name], self.context.theme
        wide = 2.6 if vector is self._unrolling.vector else 1.5
        if not dense:
            return QPen(theme.color(token), wide, style)
        return QPen(theme.color(token) if style == _SOLID else theme.mix("panel", token, _PALE), wide)

    def _draw_names(self, painter: QPainter, axes: Axes, ends: list[float]) -> None:
        frame = self._unrolling.frame
        assert frame is not None
        ends = [end if np.isfinite(end) else 0.0 for end in ends]
        order = sorted(range(len(ends)), key=lambda number: -ends[number])
        tops = _spread([float(axes.ys(ends[number])) - 7 for number in order], 13, 0, self.height() - 14)
        for number, top in zip(order, tops, strict=True):
            token, _ = _LOOKS[frame.vectors[number].name]
            chosen = frame.vectors[number] is self._unrolling.vector
            area = QRectF(axes.rect.right() + 6, top, _NAMES - 6, 14)
            style = font(11, 700 if chosen else 500)
            paint.text(painter, area, frame.vectors[number].name, style, self.context.theme.color(token))

    def number_of(self, element: int) -> Number | None:
        return number_of(self._unrolling, element) if element >= 0 else None

    def _number_at(self, place: QPointF) -> Number | None:
        """Return the number of the line next to the pointer."""
        step, frame, axes = self.hover_at(place), self._unrolling.frame, self._axes
        if step < 0 or frame is None or axes is None:
            return None
        values = {vector.name: float(vector.values[step, self._unrolling.unit]) for vector in frame.vectors}
        next_to = min(values, key=lambda name: abs(float(axes.ys(values[name])) - place.y()))
        return number_of(self._unrolling, step, vector=next_to)

    def lines_of(self, element: int) -> list[str]:
        frame, unit = self._unrolling.frame, self._unrolling.unit
        if frame is None:
            return []
        values = [f"{vector.name}  {exact(float(vector.values[element, unit]))}" for vector in frame.vectors]
        return [f"{step_title(frame, element)}, unit {unit}", *values]

    def draw_hover(self, painter: QPainter) -> None:
        if self._axes is not None:
            at = QPointF(float(self._axes.xs(self.hovered)), self._axes.rect.center().y())
            paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        frame, unit = self._unrolling.frame, self._unrolling.unit
        if frame is None:
            return ""
        head = ",".join(["step", *(vector.name for vector in frame.vectors)])
        rows = [
            ",".join([str(step + 1), *(str(vector.values[step, unit]) for vector in frame.vectors)])
            for step in range(len(frame.names))
        ]
        return "\n".join([head, *rows]) + "\n"


def _spread(places: list[float], apart: float, low: float, high: float) -> list[float]:
    """Move ascending places as little as it needs for each to have room, within two limits where they all fit."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + apart if spread else low))
    limit = high
    for number in reversed(range(len(spread))):
        spread[number] = min(spread[number], limit)
        limit = spread[number] - apart
    return spread
