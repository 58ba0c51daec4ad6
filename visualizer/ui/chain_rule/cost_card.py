"""What one gradient costs: by backpropagation, and by finite differences, measured on this very network."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Configured, Frame, Problem
from visualizer.core.messages import Cancel
from visualizer.core.numbers import rounded, whole
from visualizer.core.topics.chain_rule import Costs, MeasureCost
from visualizer.ui import paint
from visualizer.ui.chain_rule.wording import seconds
from visualizer.ui.context import Context
from visualizer.ui.inspectors.part import note
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.theme import font
from visualizer.ui.widgets.chip import Chip

_TITLE = "Cost of the gradient"
_INVITATION = (
    "Backpropagation needs one forward and one backward pass for all gradients. Finite differences need two forward "
    "passes for every single number. Press Measure to see both on this network."
)
_MEASURING = "Measuring on a copy of this network …"


class CostCard(PlotCard):
    """Measures when it is asked to."""

    def __init__(self, context: Context) -> None:
        self.act = Chip(context, "Measure")
        self.act.setToolTip("Time a backward pass and finite differences on a copy of this network")
        super().__init__(context, _TITLE, [self.act])
        self.costs: Costs | None = None
        self.measuring = False
        self.bars = CostBars(context)
        self.words = note(12)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.words)
        self.body.addStretch(1)
        self.act.clicked.connect(self._toggle)
        context.link.arrived.connect(self._receive)
        context.link.state_changed.connect(lambda _: self._show(measuring=False))
        self._show(measuring=False)

    def measure(self) -> None:
        """Measure, unless that is under way."""
        if not self.measuring:
            self._toggle()

    def _toggle(self) -> None:
        command = Cancel(MeasureCost.__name__) if self.measuring else MeasureCost()
        self._show(measuring=not self.measuring)
        self.context.link.send(command)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Costs):
            self.costs = frame
            self._show(measuring=False)
        elif isinstance(frame, Configured) and frame.rebuilt:
            self.costs = None
            self._show(measuring=False)
        elif isinstance(frame, Problem) and frame.command == MeasureCost.__name__:
            self._show(measuring=False)
            self.words.setText(frame.sentence)

    def _show(self, *, measuring: bool) -> None:
        self.measuring = measuring
        costs = None if measuring else self.costs
        self.bars.show_costs(costs)
        self.bars.setVisible(costs is not None)
        self.words.setText(_MEASURING if measuring else _verdict(costs) if costs is not None else _INVITATION)
        self.words.setToolTip(_method(costs) if costs is not None else "")
        self.act.setEnabled(self.context.link.state == "running")
        self.arrange()

    def arrange(self) -> None:
        self.act.say("Cancel" if self.measuring else "Measure again" if self.costs is not None else "Measure")
        count = self.costs.trainable_count if self.costs is not None else 0
        self.entitle(_TITLE, f"all {whole(count)} numbers, one sample" if count else "measured on this network")


def _verdict(costs: Costs) -> str:
    times = f"Backpropagation is {rounded(costs.ratio, 2 if costs.ratio < 10 else 3)} times as fast here"
    if costs.measured_count == costs.trainable_count:
        return f"{times}: it does not matter how many numbers there are."
    measured = f"{whole(costs.measured_count)} of the numbers took {seconds(costs.measured)}"
    return f"{times}: it does not matter how many numbers there are. Extrapolated; {measured}."


def _method(costs: Costs) -> str:
    return (
        f"one forward pass {seconds(costs.forward)} × {whole(costs.passes)} passes\n"
        f"measured: {whole(costs.measured_count)} numbers in {seconds(costs.measured)}\n"
        "medians on a batch of one, one thread"
    )


class CostBars(QWidget):
    """Two bars on one linear scale."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._costs: Costs | None = None
        self.setAccessibleName("Times of both ways")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_costs(self, costs: Costs | None) -> None:
        self._costs = costs
        self.setAccessibleDescription("; ".join(f"{name}: {words}" for name, words, _, _ in self._rows()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, 84)

    def _rows(self) -> list[tuple[str, str, float, str]]:
        costs = self._costs
        if costs is None:
            return []
        return [
            ("backpropagation", "1 forward, 1 backward", costs.backpropagation, "grad"),
            ("finite differences", f"{whole(costs.passes)} forward", costs.finite_differences, "line2"),
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rows = self._context.theme, self._rows()
        longest = max((time for *_, time, _ in rows), default=1.0) or 1.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, (name, words, time, token) in enumerate(rows):
                line = QRectF(0, number * 42, self.width(), 18)
                figures = font(13, 600, tabular=True)
                right = paint.width_of(seconds(time), figures) + 10
                paint.text(painter, line, name, font(12, 600), theme.color("text"))
                after = line.adjusted(paint.width_of(name, font(12, 600)) + 8, 0, -right, 0)
                paint.text(painter, after, words, font(11), theme.color("text2"))
                align = Qt.AlignmentFlag.AlignRight
                paint.text(painter, line, seconds(time), figures, theme.color("text"), align)
                track = QRectF(0, line.bottom() + 4, self.width(), 9)
                paint.rounded(painter, track, 4.5, theme.color("raised"))
                track.setWidth(max(track.width() * time / longest, 2.0))
                paint.rounded(painter, track, min(4.5, track.width() / 2), theme.color(token))
