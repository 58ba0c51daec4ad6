"""The network forecasts a series: each value from what was observed, or on and on from its own forecasts."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.frames import Configured, Forecasted, Frame, Problem, Unrolled
from visualizer.core.messages import Forecast
from visualizer.core.numbers import exact, rounded
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.sequences.figure_line import FigureLine, Part
from visualizer.ui.sequences.forecast_plot import ForecastPlot, figure_of
from visualizer.ui.theme import font
from visualizer.ui.widgets.slider import Slider

_LONGEST = 1000


class ForecastPanel(QWidget):
    """Follows the training: where the network has changed, it is asked again."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._asked = False
        self._start = Slider(context, "Where the forecast begins", 0, 40, 0)
        self._start.setToolTip("Where the forecast begins")
        self._start.valueChanged.connect(self._begin)
        self._words = QLabel(objectName="quiet")
        self._words.setFont(font(12))
        self._errors = FigureLine(context, "Errors")
        self.plot = ForecastPlot(context)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addWidget(self._start, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._errors)
        context.link.arrived.connect(self._receive)
        self._limit(context.link.latest(Configured))

    def _limit(self, known: Configured | None) -> None:
        if known is not None:
            self._start.setMaximum(max(known.validation_count - 10, 0))

    def showEvent(self, event: QShowEvent) -> None:
        self._ask()

    def _begin(self) -> None:
        self._ask()

    def _ask(self) -> None:
        """Ask, or once more when the answer under way is here."""
        if not self._asked:
            self._context.link.send(Forecast(self._start.value(), _LONGEST))
        self._asked = True

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Forecasted):
            self._asked = False
            self._show(frame)
        elif isinstance(frame, Problem) and frame.command == Forecast.__name__:
            self._asked = False
            self._errors.say(frame.sentence)
        elif isinstance(frame, Configured) and frame.rebuilt:
            self._asked = False
            self.plot.show_frame(None)
            self._limit(frame)
            if self.isVisible():
                self._ask()
        elif isinstance(frame, Unrolled) and self.isVisible() and self._is_outdated(frame.step):
            self._ask()

    def _is_outdated(self, step: int) -> bool:
        shown = self._context.link.latest(Forecasted)
        return shown is None or shown.step != step

    def _show(self, frame: Forecasted) -> None:
        self.plot.show_frame(frame)
        self._words.setText(f"Held-out years from {frame.names[0]} on, at step {frame.step}. Begin:")
        self._errors.say(*_errors(frame))
        if self._context.link.latest(Forecasted) is frame and not self._is_of_slider(frame):
            self._ask()

    def _is_of_slider(self, frame: Forecasted) -> bool:
        known = self._context.link.latest(Configured)
        return known is None or len(frame.names) == known.validation_count - self._start.value()


def _errors(frame: Forecasted) -> list[str | Part]:
    said: list[str | Part] = ["Root mean squared error: "]
    told = (("one step ahead", "one step ahead"), ("running free", "running free"),
            ("repeated", "repeating the last value"))  # fmt: skip
    for (what, words), error in zip(told, frame.errors, strict=True):
        number = Number(figure_of(frame, f"error of {what}"), f"error {words}: {exact(error)}")
        said += [f"{', ' if len(said) > 1 else ''}{words} ", Part(rounded(error), number)]
    return [*said, f" ({frame.unit})."]
