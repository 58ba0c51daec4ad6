"""The card under the unrolled network: over time, kinds compared, and what the network writes or forecasts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from visualizer.core.frames import Configured, Frame
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.sequences.forecast_panel import ForecastPanel
from visualizer.ui.sequences.memory_panel import MemoryPanel
from visualizer.ui.sequences.over_time import OverTime
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.writing_panel import WritingPanel
from visualizer.ui.widgets.segmented import Segmented

_OVER_TIME, _COMPARED, _WRITING, _FORECAST = "Over time", "RNN against LSTM", "Writing", "Forecast"


class LowerCard(Card):
    """What the data allow is offered: writing for text, forecasting for a series of numbers."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__(context, _OVER_TIME)
        self._builders: dict[str, Callable[[], QWidget]] = {
            _OVER_TIME: lambda: OverTime(context, unrolled),
            _COMPARED: lambda: MemoryPanel(context),
            _WRITING: lambda: WritingPanel(context),
            _FORECAST: lambda: ForecastPanel(context),
        }
        self._built: dict[str, QWidget] = {}
        self._choice = Segmented(context, "Part", (_OVER_TIME, _COMPARED))
        self._choice.chosen.connect(self.show_part)
        self.header.addWidget(self._choice)
        self._stack = QStackedWidget()
        self.part = ""
        self.body.setContentsMargins(16, 10, 16, 12)
        self.body.addWidget(self._stack, 1)
        context.link.arrived.connect(self._receive)
        known = context.link.latest(Configured)
        if known is not None:
            self._offer(known)
        self.show_part(_OVER_TIME)

    def show_part(self, name: str) -> None:
        """Show one of the parts."""
        if name not in self._built:
            self._built[name] = self._builders[name]()
            self._stack.addWidget(self._built[name])
        self.part = name
        self._choice.choose(name)
        self._stack.setCurrentWidget(self._built[name])
        self.set_title(name)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self._offer(frame)

    def _offer(self, frame: Configured) -> None:
        own = {"labelling": (_WRITING,), "regression": (_FORECAST,)}.get(frame.task, ())
        self._choice.set_choices((_OVER_TIME, _COMPARED, *own))
        if self.part not in ("", self._choice.choice):
            self.show_part(self._choice.choice)
