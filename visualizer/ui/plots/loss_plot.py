"""The lines of loss or accuracy over the steps of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QMenu

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Metrics
from visualizer.core.history import History, Steps, decimated, measured, smoothed, window_for
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded, whole
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid, steps_scale
from visualizer.ui.plots.plot import Plot, add_choice, paint_empty, paint_note
from visualizer.ui.plots.table import history_table

_TOP, _RIGHT, _BOTTOM = 6, 10, 22


@dataclass(frozen=True)
class Curves:
    """What is drawn: at most 600 points a line; `rival` is the discriminator's loss, NaN where there is none."""

    raw: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
    mean: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
    validation: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
    rival: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
    window: int
    bad: npt.NDArray[np.int64]


class _Value(NamedTuple):
    """What a line is at: its name, the step of the value, and its colour."""

    name: str
    step: int
    value: float
    token: str


def curves(history: History, metric: str) -> Curves:
    """Return the lines of "loss" or "accuracy"; `bad` are the steps at which the training value is not finite."""
    factor = np.float32(100 if metric == "accuracy" else 1)
    values = (history.accuracy if metric == "accuracy" else history.loss) * factor
    validation = (history.validation_accuracy if metric == "accuracy" else history.validation_loss) * factor
    window = window_for(len(history))
    rival = history.discriminator_loss if metric == "loss" else np.full(len(history), np.nan, np.float32)
    return Curves(
        raw=decimated(history.steps, values),
        mean=smoothed(history.steps, values, window),
        validation=decimated(*measured(history.steps, validation)),
        rival=smoothed(history.steps, rival, window),
        window=window,
        bad=history.steps[~np.isfinite(values)],
    )


class LossPlot(Plot):
    """The lines; hovering shows the exact values of a step."""

    prepared = Signal()
    follows = ("theme", "metric", "log_loss")

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Loss")
        self.curves: Curves | None = None
        self._axes: Axes | None = None
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, (Metrics, Configured)):
            self.renew_soon()

    @property
    def metric(self) -> str:
        """What is shown; a regression has only a loss."""
        return self.context.store.view.metric if has_accuracy(self.context.store.experiment) else "loss"

    def text(self, value: float) -> str:
        """Return a value with the digits it deserves."""
        return f"{value:.1f} %" if self.metric == "accuracy" else rounded(value, 2)

    def prepare(self) -> None:
        history = self.context.link.history
        self.curves = curves(history, self.metric) if len(history) else None
        self.setAccessibleDescription(self._summary())
        self.prepared.emit()

    def _summary(self) -> str:
        history = self.context.link.history
        if not len(history):
            return "Nothing has been trained yet."
        return f"{whole(len(history))} measured steps; the loss of the last is {rounded(float(history.loss[-1]))}."

    def draw(self, painter: QPainter) -> None:
        if self.curves is None:
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()), "Press Train to see the loss fall")
            return
        y = self._y_scale(self.curves)
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_RIGHT, -_BOTTOM)
        rect.setLeft(left_room(y, rect.height(), self._unit))
        self._axes = axes = Axes(rect, steps_scale(self.context.link.history), y)
        theme = self.context.theme
        paint_grid(painter, theme, axes, unit=self._unit)
        painter.save()
        painter.setClipRect(rect.adjusted(-2, -4, 8, 2))
        self._line(painter, self.curves.raw, QPen(theme.color("accent", 0.32), 1))
        self._line(painter, self.curves.mean, _round(theme.color("accent"), 2.2))
        self._line(painter, self.curves.rival, _round(theme.color("series2"), 2.2))
        self._line(painter, self.curves.validation, _round(theme.color("series1"), 2, Qt.PenStyle.DashLine))
        painter.restore()
        self._dot(painter, self.curves.validation, "series1")
        self._dot(painter, self.curves.rival, "series2")
        self._dot(painter, self.curves.mean, "accent")
        self._marks(painter, self.curves.bad)

    def _y_scale(self, shown: Curves) -> Scale:
        """Return a scale on which single spikes of the raw line may leave the plot, the other lines never do."""
        lines = [values[np.isfinite(values)] for _, values in (shown.mean, shown.validation, shown.rival)]
        raw = shown.raw[1][np.isfinite(shown.raw[1])]
        seen = np.concatenate([*lines, np.percentile(raw, [2, 98]) if raw.size else raw])
        if not seen.size:
            return Scale(0.0, 1.0)
        low, high = float(seen.min()), float(seen.max())
        if self.metric == "accuracy":
            return Scale(max(np.floor(low / 10 - 0.2) * 10, 0.0), 100.0)
        if self.context.store.view.log_loss:
            return Scale(max(low, 1e-6) * 0.9, max(high, 2e-6) * 1.1, log=True)
        return Scale(0.0, max(high * 1.08, 1e-6))

    def _line(self, painter: QPainter, line: tuple[Steps, Any], pen: QPen) -> None:
        assert self._axes is not None
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for polyline in self._axes.lines(*line):
            painter.drawPolyline(polyline)

    def _dot(self, painter: QPainter, line: tuple[Steps, Any], token: str) -> None:
        assert self._axes is not None
        theme = self.context.theme
        present = np.flatnonzero(np.isfinite(line[1]))
        if present.size:
            painter.setPen(QPen(theme.color("panel"), 2))
            painter.setBrush(theme.color(token))
            painter.drawEllipse(self._axes.point(float(line[0][present[-1]]), float(line[1][present[-1]])), 5, 5)

    def _marks(self, painter: QPainter, bad: Steps) -> None:
        """Draw a cross above each step whose value is not finite."""
        assert self._axes is not None
        painter.setPen(_round(self.context.theme.color("err"), 1.5))
        top = self._axes.rect.top()
        for x in np.unique(self._axes.xs(bad).round()):
            painter.drawLine(QPointF(x - 3, top - 3), QPointF(x + 3, top + 3))
            painter.drawLine(QPointF(x - 3, top + 3), QPointF(x + 3, top - 3))

    def hover_count(self) -> int:
        return len(self.context.link.history) if self.curves is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None:
            return -1
        steps = self.context.link.history.steps
        step = self._axes.x.value((place.x() - self._axes.rect.left()) / self._axes.rect.width())
        right = int(np.searchsorted(steps, step))
        near = [number for number in (right - 1, right) if 0 <= number < len(steps)]
        return min(near, key=lambda number: abs(float(steps[number]) - step), default=-1)

    def number_of(self, element: int) -> Number | None:
        return self._asked(self.metric, element)

    def _number_at(self, place: QPointF) -> Number | None:
        """Return the loss at a place: of a pair, that of the player whose line is nearer."""
        element, history = self.hover_at(place), self.context.link.history
        if element < 0 or self._axes is None or np.isnan(history.discriminator_loss[element]):
            return self.number_of(element)
        away = {
            metric: abs(self._axes.point(0, float(getattr(history, metric)[element])).y() - place.y())
            for metric in ("loss", "discriminator_loss")
        }
        return self._asked(min(away, key=lambda metric: away[metric]), element)

    def _asked(self, metric: str, element: int) -> Number | None:
        history = self.context.link.history
        if not 0 <= element < len(history) or self._axes is None:
            return None
        return Number(Explain(metric, (int(history.steps[element]),), "metric"), "")

    def lines_of(self, element: int) -> list[str]:
        step, lines = int(self.context.link.history.steps[element]), []
        for name, at, value, _ in self._values_of(element):
            when = f" (step {whole(at)})" if at != step else ""
            lines.append(f"{name} {exact(value)}{self._unit}{when}")
        return [f"step {whole(step)}", *lines]

    def _values_of(self, element: int) -> list[_Value]:
        """Return what the lines are at, of the validation the value measured nearest."""
        history, accuracy = self.context.link.history, self.metric == "accuracy"
        step, factor = int(history.steps[element]), 100 if accuracy else 1
        rival = float(history.discriminator_loss[element])
        own = float(getattr(history, self.metric)[element]) * factor
        values = [_Value("train" if np.isnan(rival) else "generator", step, own, "accent")]
        if not np.isnan(rival):
            values.append(_Value("discriminator", step, rival, "series2"))
        held_out = history.validation_accuracy if accuracy else history.validation_loss
        steps, validation = measured(history.steps, held_out)
        if len(steps):
            near = int(np.abs(steps - step).argmin())
            values.append(_Value("validation", int(steps[near]), float(validation[near]) * factor, "series1"))
        return values

    def draw_hover(self, painter: QPainter) -> None:
        history, axes = self.context.link.history, self._axes
        if axes is None or self.hovered >= len(history):
            return
        theme = self.context.theme
        painter.setPen(QPen(theme.color("line2"), 1))
        x = float(axes.xs(int(history.steps[self.hovered])))
        painter.drawLine(QPointF(x, axes.rect.top()), QPointF(x, axes.rect.bottom()))
        for shown in self._values_of(self.hovered):
            if np.isfinite(shown.value):
                painter.setPen(QPen(theme.color("panel"), 2))
                painter.setBrush(theme.color(shown.token))
                painter.drawEllipse(axes.point(shown.step, shown.value), 4.5, 4.5)
        at = QPointF(x, axes.rect.top() + 24)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    @property
    def _unit(self) -> str:
        return " %" if self.metric == "accuracy" else ""

    def fill_menu(self, menu: QMenu) -> None:
        view, look = self.context.store.view, self.context.store.look
        if has_accuracy(self.context.store.experiment):
            add_choice(menu, "Loss", view.metric == "loss", lambda: look(metric="loss"))
            add_choice(menu, "Accuracy", view.metric == "accuracy", lambda: look(metric="accuracy"))
            menu.addSeparator()
        add_choice(menu, "Logarithmic scale", view.log_loss, lambda: look(log_loss=not view.log_loss))
        menu.addSeparator()

    def table(self) -> str:
        return history_table(self.context.link.history)


def has_accuracy(experiment: Experiment) -> bool:
    """Return whether answers can be right or wrong: where they are classes."""
    return catalogue.dataset(experiment.dataset).task in ("classification", "labelling")


def _round(color: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(color, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
