"""The two plots of the comparison: how the losses fall, and how long the gradients last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.history import decimated
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.topics.sequences import MemoryCompared, MemoryCurve
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, decades, left_room, paint_grid
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.sequences.memory_words import compared
from visualizer.ui.sequences.words import KINDS
from visualizer.ui.theme import font

INKS = {"rnn": "series2", "lstm": "series3", "gru": "series4"}
_TOP, _RIGHT, _BOTTOM = 6.0, 44.0, 22.0
Values = npt.NDArray[np.float64]


class MemoryPlot(Plot):
    """One line a network, named at its end; subclasses say of what."""

    empty = ""

    def __init__(self, context: Context, name: str) -> None:
        super().__init__(context, name)
        self._frame: MemoryCompared | None = None
        self._axes: Axes | None = None

    def show_frame(self, frame: MemoryCompared | None) -> None:
        """Show how far the networks are."""
        self._frame = frame
        self.renew()

    def series(self, curve: MemoryCurve) -> Values:
        """Return the values of a network's line."""
        raise NotImplementedError

    def scales(self, lines: list[Values]) -> tuple[Scale, Scale]:
        """Return the scales of both axes."""
        raise NotImplementedError

    def before(self, curve: MemoryCurve) -> Values | None:
        """Return the line of the untrained network, if there is one."""
        return None

    def name_of(self, place: int) -> str:
        """Return what a place of the horizontal axis is called."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        frame = self._frame
        lines = [self.series(curve) for curve in frame.curves] if frame is not None else []
        if not lines or not any(np.isfinite(line).any() for line in lines):
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()).adjusted(0, 2, -2, -2), self.empty)
            return
        assert frame is not None
        x, y = self.scales([*lines, *(line for c in frame.curves if (line := self.before(c)) is not None)])
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_RIGHT, -_BOTTOM)
        rect.setLeft(left_room(y, rect.height()))
        self._axes = Axes(rect, x, y)
        paint_grid(painter, self.context.theme, self._axes)
        for curve, line in zip(frame.curves, lines, strict=True):
            ink = self.context.theme.color(INKS[curve.network])
            before = self.before(curve)
            if before is not None:
                self._line(painter, before, QPen(ink, 1.3, Qt.PenStyle.DotLine))
            self._line(painter, line, QPen(ink, 2.2))
        self._draw_names(painter, frame, lines)

    def _line(self, painter: QPainter, values: Values, pen: QPen) -> None:
        assert self._axes is not None
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        places, kept = decimated(np.arange(len(values)), values.astype(np.float32), 400)
        for line in self._axes.lines(places, kept):
            paint.polyline(painter, line)

    def _draw_names(self, painter: QPainter, frame: MemoryCompared, lines: list[Values]) -> None:
        assert self._axes is not None
        ends = []
        for curve, line in zip(frame.curves, lines, strict=True):
            present = np.flatnonzero(np.isfinite(line))
            if len(present):
                end = self._axes.point(float(present[-1]), float(line[present[-1]]))
                ends.append((end.y(), end.x(), curve.network))
        lowest = self._axes.rect.top() - 7
        for y, x, network in sorted(ends):
            lowest = max(y - 7, lowest)
            left = min(x + 6, self.width() - _RIGHT + 6)
            ink = self.context.theme.color(INKS[network])
            paint.text(painter, QRectF(left, lowest, _RIGHT, 14), KINDS[network], font(11, 700), ink)
            lowest += 14

    def hover_count(self) -> int:
        return max((len(self.series(curve)) for curve in self._frame.curves), default=0) if self._frame else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None or not self._axes.rect.contains(place):
            return -1
        share = (place.x() - self._axes.rect.left()) / self._axes.rect.width()
        return min(max(round(self._axes.x.value(share)), 0), self.hover_count() - 1)

    def lines_of(self, element: int) -> list[str]:
        lines = [self.name_of(element)]
        for curve in self._frame.curves if self._frame is not None else ():
            line = self.series(curve)
            if element < len(line):
                value = float(line[element])
                lines.append(f"{KINDS[curve.network]}  {exact(value) if np.isfinite(value) else '0'}")
        return lines

    def question(self, curve: MemoryCurve, place: int, *, before: bool) -> Explain:
        """Return the question for a value of a network's line, or of that `before` the first update."""
        raise NotImplementedError

    def _numbers(self, place: int) -> list[tuple[float, Number]]:
        """Return the values of all lines at a place, with what to ask about each."""
        found = []
        for curve in self._frame.curves if self._frame is not None else ():
            for line, before in ((self.series(curve), False), (self.before(curve), True)):
                if line is not None and place < len(line) and np.isfinite(line[place]):
                    when = ", before training" if before else ""
                    hover = f"{KINDS[curve.network]}{when}, {self.name_of(place)}: {exact(float(line[place]))}"
                    found.append((float(line[place]), Number(self.question(curve, place, before=before), hover)))
        return found

    def number_of(self, element: int) -> Number | None:
        numbers = self._numbers(element) if element >= 0 else []
        return numbers[0][1] if numbers else None

    def _number_at(self, place: QPointF) -> Number | None:
        """Return the number of the line next to the pointer."""
        axes, element = self._axes, self.hover_at(place)
        numbers = self._numbers(element) if element >= 0 else []
        if axes is None or not numbers:
            return None
        return min(numbers, key=lambda one: abs(float(axes.ys(one[0])) - place.y()))[1]

    def draw_hover(self, painter: QPainter) -> None:
        if self._axes is None or self._frame is None:
            return
        x = float(self._axes.xs(self.hovered))
        painter.setPen(QPen(self.context.theme.color("line2"), 1))
        painter.drawLine(QPointF(x, self._axes.rect.top()), QPointF(x, self._axes.rect.bottom()))
        at = QPointF(x, self._axes.rect.center().y())
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        if self._frame is None:
            return ""
        lines = [self.series(curve) for curve in self._frame.curves]
        head = ",".join(["place", *(curve.network for curve in self._frame.curves)])
        rows = [",".join([str(place), *map(str, row)]) for place, row in enumerate(zip(*lines, strict=True))]
        return "\n".join([head, *rows]) + "\n"


class MemoryLosses(MemoryPlot):
    """The loss of each mini-batch."""

    empty = "Start the comparison to see who learns"

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Losses compared")

    def series(self, curve: MemoryCurve) -> Values:
        return curve.losses.astype(np.float64)

    def scales(self, lines: list[Values]) -> tuple[Scale, Scale]:
        assert self._frame is not None
        largest = max(float(np.nanmax(line)) for line in lines if len(line))
        return Scale(0, max(self._frame.steps, 1)), Scale(0, max(largest, 1e-6) * 1.05)

    def name_of(self, place: int) -> str:
        return f"update {place + 1}, mini-batch loss"

    def question(self, curve: MemoryCurve, place: int, *, before: bool) -> Explain:
        assert self._frame is not None
        return compared(self._frame, curve, "loss", place)


class MemoryNorms(MemoryPlot):
    """|dL/dh| at every time step on a logarithmic scale; dotted before the first update."""

    empty = "… and whose gradient reaches back to the first step"

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Gradients compared")

    def series(self, curve: MemoryCurve) -> Values:
        norms = curve.norms.astype(np.float64)
        return np.where(norms > 0, norms, np.nan)

    def before(self, curve: MemoryCurve) -> Values:
        norms = curve.initial_norms.astype(np.float64)
        return np.where(norms > 0, norms, np.nan)

    def scales(self, lines: list[Values]) -> tuple[Scale, Scale]:
        present = np.concatenate([line[np.isfinite(line)] for line in lines])
        return Scale(0, max(len(lines[0]) - 1, 1)), decades(float(present.min()), float(present.max()))

    def name_of(self, place: int) -> str:
        assert self._frame is not None
        return f"step {place + 1} “{self._frame.names[place]}”, ‖∂L/∂h‖"

    def question(self, curve: MemoryCurve, place: int, *, before: bool) -> Explain:
        assert self._frame is not None
        return compared(self._frame, curve, "norm of ∂L/∂h", place, done=0 if before else None)
