"""Observed values of a series and two forecasts of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.frames import Forecasted
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.passes import put_together
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.theme import font

_TOP, _RIGHT, _BOTTOM = 22.0, 10.0, 22.0
_LINES = (
    ("observed", "series1", 2.0, Qt.PenStyle.SolidLine),
    ("one step ahead", "series3", 2.0, Qt.PenStyle.DashLine),
    ("running free", "series2", 2.0, Qt.PenStyle.SolidLine),
)


def figure_of(frame: Forecasted, what: str, *index: int) -> Explain:
    """Return the question for a number of a forecast."""
    name = put_together("forecast", frame.step, frame.start, len(frame.observed), quantity=what)
    return Explain(name, index, "inner")


class ForecastPlot(Plot):
    """The window that was observed stands before the line at which the forecasts begin."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Forecast")
        self._frame: Forecasted | None = None
        self._axes: Axes | None = None

    def show_frame(self, frame: Forecasted | None) -> None:
        """Show one forecast."""
        self._frame = frame
        self.renew()

    def _series(self, frame: Forecasted) -> list[np.ndarray]:
        """Return the lines over all names; forecasts begin where the window ends."""
        gap = np.full(len(frame.before), np.nan)
        observed = np.concatenate([frame.before, frame.observed]).astype(np.float64)
        return [observed, np.concatenate([gap, frame.one_step]), np.concatenate([gap, frame.free_running])]

    def draw(self, painter: QPainter) -> None:
        frame, theme = self._frame, self.context.theme
        if frame is None:
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()).adjusted(1, 1, -1, -1), "The forecast comes at once")
            return
        series = self._series(frame)
        low = min(0.0, *(float(np.nanmin(line)) for line in series))
        high = max(float(np.nanmax(line)) for line in series)
        scale = Scale(low, high + 0.05 * (high - low) + 1e-6)
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_RIGHT, -_BOTTOM)
        rect.setLeft(left_room(scale, rect.height()))
        names = [*frame.names_before, *frame.names]
        axes = self._axes = Axes(rect, Scale(0, len(names) - 1), scale)
        paint_grid(painter, theme, axes, x_ticks=False)
        stride = max(len(names) // max(int(rect.width() // 64), 1), 1)
        for place in range(0, len(names), stride):
            area = QRectF(float(axes.xs(place)) - 30, rect.bottom() + 4, 60, 14)
            middle = Qt.AlignmentFlag.AlignHCenter
            paint.text(painter, area, names[place], font(11, tabular=True), theme.color("text2"), middle)
        border = float(axes.xs(len(frame.before) - 0.5))
        painter.setPen(QPen(theme.color("line2"), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(border, rect.top()), QPointF(border, rect.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line, (_, token, width, style) in zip(series, _LINES, strict=True):
            painter.setPen(QPen(theme.color(token), width, style))
            for part in axes.lines(np.arange(len(line)), line):
                paint.polyline(painter, part)
        self._draw_legend(painter, rect)

    def _draw_legend(self, painter: QPainter, rect: QRectF) -> None:
        theme, left = self.context.theme, rect.left()
        for words, token, width, style in _LINES:
            painter.setPen(QPen(theme.color(token), width, style))
            painter.drawLine(QPointF(left, 9), QPointF(left + 22, 9))
            wide = paint.width_of(words, font(11, 600))
            paint.text(painter, QRectF(left + 28, 0, wide + 2, 18), words, font(11, 600), theme.color("text2"))
            left += wide + 48

    def hover_count(self) -> int:
        return len(self._frame.before) + len(self._frame.observed) if self._frame is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None or not self._axes.rect.contains(place):
            return -1
        share = (place.x() - self._axes.rect.left()) / self._axes.rect.width()
        return min(max(round(self._axes.x.value(share)), 0), self.hover_count() - 1)

    def lines_of(self, element: int) -> list[str]:
        frame = self._frame
        if frame is None:
            return []
        values = zip(_LINES, (float(line[element]) for line in self._series(frame)), strict=True)
        name = [*frame.names_before, *frame.names][element]
        return [name, *(f"{line}  {exact(value)}" for (line, *_), value in values if np.isfinite(value))]

    def _numbers(self, element: int) -> list[tuple[float, Number]]:
        """Return the values of all lines at a place, with what to ask about each."""
        frame = self._frame
        if frame is None or element < 0:
            return []
        place, found = element - len(frame.before), []
        name = [*frame.names_before, *frame.names][element]
        for (what, *_), line in zip(_LINES, self._series(frame), strict=True):
            value = float(line[element])
            if np.isfinite(value):
                asked = figure_of(frame, what, place) if place >= 0 else figure_of(frame, "before", element)
                found.append((value, Number(asked, f"{name}, {what}: {exact(value)}")))
        return found

    def number_of(self, element: int) -> Number | None:
        numbers = self._numbers(element)
        return numbers[-1][1] if numbers else None

    def _number_at(self, place: QPointF) -> Number | None:
        """Return the number of the line next to the pointer."""
        axes, numbers = self._axes, self._numbers(self.hover_at(place))
        if axes is None or not numbers:
            return None
        return min(numbers, key=lambda one: abs(float(axes.ys(one[0])) - place.y()))[1]

    def draw_hover(self, painter: QPainter) -> None:
        frame, axes = self._frame, self._axes
        if frame is None or axes is None:
            return
        at = axes.point(self.hovered, float(self._series(frame)[0][self.hovered]))
        painter.setPen(QPen(self.context.theme.color("panel"), 2))
        painter.setBrush(self.context.theme.color("accent"))
        painter.drawEllipse(at, 4.5, 4.5)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        frame = self._frame
        if frame is None:
            return ""
        rows = [
            ",".join(["" if np.isnan(number) else str(number) for number in row])
            for row in zip(*self._series(frame), strict=True)
        ]
        names = [*frame.names_before, *frame.names]
        return "\n".join(["name,observed,one_step,free_running", *map(",".join, zip(names, rows, strict=True))]) + "\n"
