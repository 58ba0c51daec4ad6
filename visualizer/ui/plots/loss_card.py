"""Loss or accuracy over the steps of a run, of training and of validation."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core import catalogue
from visualizer.core.history import measured
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, whole
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.reached import Reached
from visualizer.ui.plots.asked import mean_of_steps
from visualizer.ui.plots.loss_plot import LossPlot, has_accuracy
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.theme import font
from visualizer.ui.widgets.segmented import Segmented

Entry = tuple[str, str, Qt.PenStyle]
"""Words, colour and kind of line of one line of the plot."""

_WIDE = 460
_NAMES = (("train ", "validation ", ""), ("train ", "val. ", ""), ("", "", ""))
_OF_A_PAIR = (("generator ", "validation ", "discriminator "), ("G ", "val. ", "D "), ("G ", "", "D "), ("", "", ""))
_LINE, _GAP = 22, 14  # a piece of line before each name, and what keeps the names apart


class LossCard(PlotCard):
    """Training and validation loss, live."""

    def __init__(self, context: Context) -> None:
        self.plot = LossPlot(context)
        self._shown = Segmented(context, "Shown", ("loss", "accuracy"))
        self._scale = Segmented(context, "Scale", ("linear", "log"))
        super().__init__(context, "Loss", [Legend(context, self.plot), self._shown, self._scale])
        self.body.addWidget(self.plot, 1)
        self._shown.chosen.connect(lambda metric: context.store.look(metric=metric))
        self._scale.chosen.connect(lambda scale: context.store.look(log_loss=scale == "log"))
        self.plot.prepared.connect(self.arrange)
        context.store.changed.connect(self.arrange)
        self.arrange()

    def arrange(self) -> None:
        view = self.context.store.view
        experiment, metric = self.context.store.experiment, self.plot.metric
        self._shown.choose(metric)
        self._scale.choose("log" if view.log_loss else "linear")
        self._shown.setVisible(self.width() >= _WIDE and has_accuracy(experiment))
        self._scale.setVisible(self.width() >= _WIDE and metric == "loss")
        loss = catalogue.loss(experiment.loss).title.lower()
        self.entitle(metric.capitalize(), loss if metric == "loss" else "share of right answers")


class Legend(QWidget):
    """The lines with their latest values."""

    def __init__(self, context: Context, plot: LossPlot) -> None:
        super().__init__()
        self._context, self._plot = context, plot
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        plot.prepared.connect(self._follow)
        Reached(context, clickable(self, context, self._number_at, by_click=True))
        self.setAccessibleName("Latest values")
        self.setEnabled(False)

    def _follow(self) -> None:
        self.setEnabled(self._plot.curves is not None)  # without values it is no stop of the Tab key
        self.updateGeometry()
        self.update()

    @property
    def _is_pair(self) -> bool:
        shown = self._plot.curves
        return shown is not None and bool(np.isfinite(shown.rival[1]).any())

    def _entries(self, train: str, validation: str, rival: str) -> list[Entry]:
        shown = self._plot.curves
        if shown is None:
            return []
        entries = [(train, shown.mean[1], "accent", Qt.PenStyle.SolidLine)]
        entries.append((validation, shown.validation[1], "series1", Qt.PenStyle.DashLine))
        entries.append((rival, shown.rival[1], "series2", Qt.PenStyle.SolidLine))
        return [
            (f"{name}{self._plot.text(float(values[np.isfinite(values)][-1]))}", token, style)
            for name, values, token, style in entries
            if np.isfinite(values).any()
        ]

    def _fitting(self) -> list[Entry]:
        """Return the entries in the longest wording that there is room for: the lines say which is which, too."""
        wordings = [self._entries(*names) for names in (_OF_A_PAIR if self._is_pair else _NAMES)]
        return next((entries for entries in wordings if _width(entries) <= self.width() + 1), wordings[-1][:1])

    def sizeHint(self) -> QSize:
        return QSize(round(_width(self._entries(*(_OF_A_PAIR if self._is_pair else _NAMES)[0]))), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = self.height() / 2
            for (words, token, style), area in self._places():
                paint.text(painter, area, words, font(12, 500), theme.color("text"))
                painter.setPen(QPen(theme.color(token), 2.2, style))
                painter.drawLine(QPointF(area.left() - _LINE, middle), QPointF(area.left() - 8, middle))

    def _places(self) -> list[tuple[Entry, QRectF]]:
        """Return the entries with the places of their words, from the right."""
        right, found = float(self.width()), []
        for entry in reversed(self._fitting()):
            width = paint.width_of(entry[0], font(12, 500))
            found.append((entry, QRectF(right - width, 0, width + 1, self.height())))
            right -= width + _LINE + _GAP
        return found

    def _number_at(self, point: QPointF) -> Number | None:
        """Return the latest value of the line whose words are at a point."""
        token = next((entry[1] for entry, area in self._places() if area.contains(point)), "")
        history, metric = self._context.link.history, self._plot.metric
        if token == "accent" and self._plot.curves is not None:
            return mean_of_steps(history, metric, self._plot.curves.window)
        if token == "series1":
            steps, values = measured(history.steps, getattr(history, f"validation_{metric}"))
            said = f"validation {metric} at step {whole(int(steps[-1]))}\n{exact(float(values[-1]))}"
            return Number(Explain(f"validation_{metric}", (int(steps[-1]),), "metric"), said)
        return None


def _width(entries: list[Entry]) -> float:
    words = sum(_LINE + paint.width_of(words, font(12, 500)) for words, *_ in entries)
    return words + _GAP * max(len(entries) - 1, 0)
