"""What both players lose over the steps of a run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.frames import Configured, Frame, Metrics
from visualizer.core.history import decimated, smoothed, window_for
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded, whole
from visualizer.core.topics.adversarial import Player
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid, steps_scale
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.plots.table import history_table
from visualizer.ui.theme import font

_TOP, _RIGHT, _BOTTOM = 22, 18, 22
_SERIES: dict[Player, str] = {"discriminator": "discriminator_loss", "generator": "loss"}


class LossesPlot(Plot):
    """A thin line for each measured step, a strong one for their mean over some steps."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Losses of both players")
        self._axes: Axes | None = None
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, (Metrics, Configured)):
            self.renew_soon()

    def draw(self, painter: QPainter) -> None:
        history, theme = self.context.link.history, self.context.theme
        self._axes = None
        if not len(history):
            paint_empty(painter, self.context, QRectF(self.rect()), "Press Train to let them play")
            return
        window = window_for(len(history))
        series = {player: np.asarray(getattr(history, name)) for player, name in _SERIES.items()}
        means = {player: smoothed(history.steps, values, window) for player, values in series.items()}
        y = _scale([values for _, values in means.values()])
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_RIGHT, -_BOTTOM)
        rect.setLeft(left_room(y, rect.height()))
        self._axes = axes = Axes(rect, steps_scale(history), y)
        paint_grid(painter, theme, axes)
        painter.save()
        painter.setClipRect(rect.adjusted(-2, -4, 8, 2))
        for player, token in inks.OF_PLAYER.items():
            thin = decimated(history.steps, series[player])
            for line, pen in ((thin, QPen(theme.color(token, 0.3), 1)), (means[player], QPen(theme.color(token), 2))):
                painter.setPen(pen)
                for part in axes.lines(*line):
                    painter.drawPolyline(part)
        painter.restore()
        self._legend(painter, {player: float(values[-1]) for player, values in series.items()})

    def _legend(self, painter: QPainter, latest: dict[Player, float]) -> None:
        theme, style, left = self.context.theme, font(11, 500, tabular=True), 0.0
        for player, value in latest.items():
            painter.setPen(QPen(theme.color(inks.OF_PLAYER[player]), 2))
            painter.drawLine(QPointF(left, 8), QPointF(left + 14, 8))
            words = f"{player} {rounded(value, 2)}"
            width = paint.width_of(words, style)
            paint.text(painter, QRectF(left + 20, 0, width + 2, 16), words, style, theme.color("text"))
            left += width + 36

    def hover_count(self) -> int:
        return len(self.context.link.history) if self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None:
            return -1
        steps = self.context.link.history.steps
        step = self._axes.x.value((place.x() - self._axes.rect.left()) / self._axes.rect.width())
        return int(np.abs(steps - step).argmin()) if len(steps) else -1

    def number_of(self, element: int) -> Number | None:
        history = self.context.link.history
        if not 0 <= element < len(history):
            return None
        return Number(Explain("loss", (int(history.steps[element]),), "metric"), "")

    def lines_of(self, element: int) -> list[str]:
        history = self.context.link.history
        values = ((player, float(getattr(history, name)[element])) for player, name in _SERIES.items())
        return [f"step {whole(int(history.steps[element]))}", *(f"{player} {exact(value)}" for player, value in values)]

    def draw_hover(self, painter: QPainter) -> None:
        history, axes, theme = self.context.link.history, self._axes, self.context.theme
        if axes is None:
            return
        step = int(history.steps[self.hovered])
        x = float(axes.xs(step))
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawLine(QPointF(x, axes.rect.top()), QPointF(x, axes.rect.bottom()))
        for player, name in _SERIES.items():
            value = float(getattr(history, name)[self.hovered])
            if np.isfinite(value):
                painter.setPen(QPen(theme.color("panel"), 2))
                painter.setBrush(theme.color(inks.OF_PLAYER[player]))
                painter.drawEllipse(axes.point(step, value), 4.5, 4.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = QPointF(x, axes.rect.top() + 24)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        return history_table(self.context.link.history)


def _scale(lines: list[np.ndarray]) -> Scale:
    values = np.concatenate(lines)
    values = values[np.isfinite(values)]
    if not values.size:
        return Scale(0.0, 1.0)
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    room = max((high - low) * 0.08, 1e-6)
    return Scale(low - room if low < 0 else 0.0, high + room)
