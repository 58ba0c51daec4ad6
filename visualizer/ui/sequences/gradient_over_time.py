"""How large the gradient is at every time step, on a logarithmic scale."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, decades, paint_grid
from visualizer.ui.plots.plot import paint_empty, paint_note
from visualizer.ui.sequences.state_map import LEFT, RIGHT
from visualizer.ui.sequences.step_numbers import norm_at
from visualizer.ui.sequences.time_plot import TimePlot
from visualizer.ui.sequences.unrolling import Unrolling, find
from visualizer.ui.sequences.words import step_title
from visualizer.ui.theme import font

_TOP, _BOTTOM = 6.0, 20.0
_DOTS = 80  # with more steps only the line is drawn


class GradientOverTime(TimePlot):
    """Norms of dL/dh over the time steps, under the heat map and as wide; zero is marked at the foot."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__(context, "Gradient over time", unrolled)
        self.setMinimumHeight(84)

    def draw(self, painter: QPainter) -> None:
        frame, hidden = self._unrolling.frame, find(self._unrolling.frame, "h")
        rect = QRectF(self.rect()).adjusted(LEFT, _TOP, -RIGHT, -_BOTTOM)
        self._axes = None
        if frame is None:
            return
        if hidden is None or not (np.asarray(hidden.norms) > 0).any():
            finite = hidden is None or bool(np.isfinite(hidden.norms).all())
            said = "No gradient comes to this layer" if finite else "The gradient is not finite: training has diverged"
            paint_empty(painter, self.context, rect, said)
            return
        theme, norms = self.context.theme, hidden.norms.astype(np.float64)
        present = norms[norms > 0]
        steps = len(norms)
        axes = self._axes = Axes(rect, Scale(-0.5, steps - 0.5), decades(float(present.min()), float(present.max()), 1))
        paint_grid(painter, theme, axes, x_ticks=False)
        self._draw_names(painter, frame.names)
        for cut in frame.cuts:
            x = float(axes.xs(cut + 0.5 if frame.reverse else cut - 0.5))
            painter.setPen(QPen(theme.color("err"), 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))
        values = np.where(norms > 0, norms, np.nan)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("grad"), 2))
        for line in axes.lines(np.arange(steps), values):
            paint.polyline(painter, line)
        self._draw_dots(painter, norms)

    def _draw_dots(self, painter: QPainter, norms: np.ndarray) -> None:
        axes, theme = self._axes, self.context.theme
        assert axes is not None
        for step in np.flatnonzero(norms == 0):
            area = QRectF(float(axes.xs(step)) - 12, axes.rect.bottom() - 14, 24, 14)
            if len(norms) <= _DOTS:
                paint.text(painter, area, "0", font(11), theme.color("text3"), Qt.AlignmentFlag.AlignHCenter)
        if len(norms) > _DOTS:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("grad"))
        for step in np.flatnonzero(norms > 0):
            painter.drawEllipse(axes.point(float(step), float(norms[step])), 3, 3)

    def _draw_names(self, painter: QPainter, names: list[str]) -> None:
        axes, theme, style = self._axes, self.context.theme, font(11, tabular=True)
        assert axes is not None
        words = [name or str(step + 1) for step, name in enumerate(names)]
        widest = max(paint.width_of(word, style) for word in words) + 10
        stride = max(int(np.ceil(widest * len(words) / axes.rect.width())), 1)
        for step in range(0, len(words), stride):
            area = QRectF(float(axes.xs(step)) - 30, axes.rect.bottom() + 3, 60, 16)
            ink = theme.color("text2" if names[step] else "text3")
            paint.text(painter, area, words[step], style, ink, Qt.AlignmentFlag.AlignHCenter)

    def paint_now(self, painter: QPainter, axes: Axes) -> None:
        hidden, place = find(self._unrolling.frame, "h"), self._unrolling.place
        if hidden is not None and hidden.norms[place] > 0:
            painter.setPen(QPen(self.context.theme.color("panel"), 2))
            painter.setBrush(self.context.theme.color("accent"))
            painter.drawEllipse(axes.point(place, float(hidden.norms[place])), 5, 5)

    def number_of(self, element: int) -> Number | None:
        frame = self._unrolling.frame
        return norm_at(frame, element) if frame is not None and element >= 0 else None

    def lines_of(self, element: int) -> list[str]:
        frame, hidden = self._unrolling.frame, find(self._unrolling.frame, "h")
        if frame is None or hidden is None:
            return []
        norm = exact(float(hidden.norms[element]))
        return [step_title(frame, element), f"‖∂L/∂h‖ = {norm}", "L2 norm over all units"]

    def draw_hover(self, painter: QPainter) -> None:
        if self._axes is not None:
            at = QPointF(float(self._axes.xs(self.hovered)), self._axes.rect.center().y())
            paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        frame, hidden = self._unrolling.frame, find(self._unrolling.frame, "h")
        if frame is None or hidden is None:
            return ""
        named = enumerate(zip(frame.names, hidden.norms, strict=True))
        rows = [f"{step + 1},{name},{norm}" for step, (name, norm) in named]
        return "\n".join(["step,name,norm", *rows]) + "\n"
