"""The card of the opened cell: diagram, equations with numbers, all gates over time, and the check against torch."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import measured
from visualizer.ui.explanations.trail import trail
from visualizer.ui.inspectors.scroll import ScrollColumn
from visualizer.ui.sequences.cell_diagram import CellDiagram
from visualizer.ui.sequences.equations import Equations
from visualizer.ui.sequences.figure_line import FigureLine, Part
from visualizer.ui.sequences.gate_lines import GateLines
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.words import KINDS, step_title
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button

_EXACT = 1e-6
_CLASSES = {"rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}


class CellCard(Card):
    """Shows one unit at one time step."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__(context, "Cell")
        self._unrolling = unrolled
        self._mark, self._check = QLabel(), FigureLine(context, "Check", 11)
        for icon, name, step in (("chevron-left", "Unit before (Up)", -1), ("chevron-right", "Next unit (Down)", 1)):
            button = Button(context, icon=icon, kind="bare")
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, step=step: unrolled.select(unit=unrolled.unit + step))
            self.header.addWidget(button)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(4)
        layout.addWidget(CellDiagram(context, unrolled))
        layout.addWidget(Equations(context, unrolled))
        layout.addWidget(_Over(context, unrolled), 1)
        self.body.setContentsMargins(16, 4, 12, 8)
        self.body.setSpacing(4)
        self.body.addWidget(ScrollColumn(column), 1)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self._mark)
        foot.addWidget(self._check, 1)
        self.body.addLayout(foot)
        unrolled.changed.connect(self._follow)
        unrolled.playhead.moved.connect(self._follow)
        context.store.view_changed.connect(lambda old, new: self._follow())
        trail(context).spare(self)
        self._follow()

    def _follow(self) -> None:
        frame = self._unrolling.frame
        if frame is None:
            self.set_title("Cell", "")
            return
        at = f"unit {self._unrolling.unit}, {step_title(frame, self._unrolling.place)}"
        self.set_title(f"{KINDS[frame.kind]} cell", at)
        self._say_check(frame)

    def _say_check(self, frame: Unrolled) -> None:
        equal, theme = frame.difference <= _EXACT, self.context.theme
        mark = paint.icon_pixmap("check" if equal else "warning", theme.hex("ok" if equal else "warn"), 14)
        self._mark.setPixmap(mark)
        verb = "equal to" if equal else "unlike"
        torch_class, said = f"{_CLASSES[frame.kind]}{'Cell' if frame.calls else ''}", "Recomputed from the weights"
        if not frame.difference:
            self._check.say(f"{said}: bit for bit equal to {torch_class}")
            return
        how = "The largest difference of all outputs, recomputed step by step, from torch's own; beyond one relative."
        asked = measured(f"difference from {torch_class}", frame.difference, "", how)
        number = Part(rounded(frame.difference), Number(asked, f"{how} {exact(frame.difference)}"))
        self._check.say(f"{said}: {verb} {torch_class} within ", number)


class _Over(QWidget):
    """The lines over time under their title."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        title = QLabel("This unit over time", objectName="quiet")
        title.setFont(font(12))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(title)
        layout.addWidget(GateLines(context, unrolled), 1)
