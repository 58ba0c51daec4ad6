"""All that the inspector tells of one layer, part under part."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.ui.context import Context
from visualizer.ui.inspectors.activation_curve import ActivationCurve
from visualizer.ui.inspectors.arithmetic import Arithmetic
from visualizer.ui.inspectors.histogram import HistogramPart
from visualizer.ui.inspectors.inside import Inside
from visualizer.ui.inspectors.numbers_table import NumbersPart
from visualizer.ui.inspectors.output import Output
from visualizer.ui.inspectors.own import Own
from visualizer.ui.inspectors.pictures import Place
from visualizer.ui.inspectors.saliency import Saliency
from visualizer.ui.inspectors.sees import Sees
from visualizer.ui.inspectors.softmax import Softmax
from visualizer.ui.inspectors.weight_gradient import WeightGradient
from visualizer.ui.inspectors.weights import Weights
from visualizer.ui.inspectors.winners import Winners


class Picks(NamedTuple):
    """What is done when a value, an output channel, an input channel or an operand is chosen."""

    place: Callable[[Place], None]
    channel: Callable[[int], None]
    input: Callable[[int], None]
    operand: Callable[[str, tuple[int, ...]], None]


class Column(QWidget):
    """The parts; each shows itself for the layers that have something of its kind."""

    def __init__(self, context: Context, picks: Picks) -> None:
        super().__init__()
        self.weights = Weights(context, picks.channel, picks.input)
        self.output = Output(context, picks.place)
        self.arithmetic = Arithmetic(context, picks.input, picks.operand)
        self.curve = ActivationCurve(context)
        self.histogram = HistogramPart(context)
        self.numbers = NumbersPart(context, picks.place)
        self.inside = Inside(context, lambda id: picks.operand(id, ()))
        self.own = Own(context)
        self.sees, self.saliency = Sees(context), Saliency(context)
        self.softmax, self.weight_gradient = Softmax(context), WeightGradient(context)
        self.winners = Winners(context)
        self.parts = (
            self.inside,
            self.own,
            self.weights,
            self.output,
            self.softmax,
            self.arithmetic,
            self.winners,
            self.sees,
            self.saliency,
            self.weight_gradient,
            self.curve,
            self.histogram,
            self.numbers,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in self.parts:
            layout.addWidget(part)
        layout.addStretch(1)
