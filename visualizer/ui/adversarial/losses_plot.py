"""What both players lose over the steps of a run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from visualizer.core.frames import Configured, Frame, Metrics
from visualizer.core.history import decimated, smoothed, window_for
from visualizer.core.numbers import exact, rounded, whole
from visualizer.core.topics.adversarial import Player
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.numbers import of_loss
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid, steps_scale
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.plots.table import history_table
from visualizer.ui.theme import font

_TOP, _RIGHT, _BOTTOM = 22, 18, 22
_SERIES: dict[Player, str] = {"discriminator": "discriminator_loss", "generator": "loss"}
_PLAYERS = tuple(_SERIES)


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

    # An element is what one player lost at one step: all of the discriminator's, then all of the generator's.

    def stride(self) -> int:
        return len(self.context.link.history)

    def hover_count(self) -> int:
        return len(_PLAYERS) * self.stride() if self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        history, axes = self.context.link.history, self._axes
        if axes is None or not len(history):
            return -1
        step = axes.x.value((place.x() - axes.rect.left()) / axes.rect.width())
        nearest = int(np.abs(history.steps - step).argmin())
        losses = [float(getattr(history, name)[nearest]) for name in _SERIES.values()]
        away = [abs(axes.point(0, loss).y() - place.y()) if np.isfinite(loss) else np.inf for loss in losses]
        return int(np.argmin(away)) * self.stride() + nearest

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go to the other player."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and 0 <= self.hovered < self.hover_count():
            self.hover((self.hovered + self.stride()) % self.hover_count())
        else:
            super().keyPressEvent(event)

    def number_of(self, element: int) -> Number | None:
        if not 0 <= element < self.hover_count():
            return None
        player, place = divmod(element, self.stride())
        return of_loss(_PLAYERS[player], int(self.context.link.history.steps[place]))

    def lines_of(self, element: int) -> list[str]:
        history = self.context.link.history
        chosen, place = divmod(element, self.stride())
        players = (_PLAYERS[chosen], *(player for player in _PLAYERS if player != _PLAYERS[chosen]))
        values = ((player, float(getattr(history, _SERIES[player])[place])) for player in players)
        return [f"step {whole(int(history.steps[place]))}", *(f"{player} {exact(value)}" for player, value in values)]

    def draw_hover(self, painter: QPainter) -> None:
        history, axes, theme = self.context.link.history, self._axes, self.context.theme
        if axes is None:
            return
        chosen, place = divmod(self.hovered, self.stride())
        step = int(history.steps[place])
        x = float(axes.xs(step))
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawLine(QPointF(x, axes.rect.top()), QPointF(x, axes.rect.bottom()))
        for number, (player, name) in enumerate(_SERIES.items()):
            value = float(getattr(history, name)[place])
            if np.isfinite(value):
                painter.setPen(QPen(theme.color("accent" if number == chosen else "panel"), 2))
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
