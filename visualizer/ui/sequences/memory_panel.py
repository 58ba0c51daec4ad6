"""RNN against LSTM: the same data, seed and size, trained side by side; who learns, and whose gradient lasts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from visualizer.core import catalogue
from visualizer.core.frames import Configured, Frame, Problem
from visualizer.core.messages import Cancel, CompareMemory
from visualizer.core.topics.sequences import CellKind, MemoryCompared
from visualizer.ui import fields
from visualizer.ui.context import Context
from visualizer.ui.sequences.figure_line import FigureLine
from visualizer.ui.sequences.memory_plots import MemoryLosses, MemoryNorms
from visualizer.ui.sequences.memory_words import verdict
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.segmented import Segmented

_KINDS: dict[str, tuple[CellKind, ...]] = {"RNN, LSTM": ("rnn", "lstm"), "and GRU": ("rnn", "lstm", "gru")}
_STEPS = {"200 updates": 200, "600": 600}
_TASK = "recall"


class MemoryPanel(QWidget):
    """Starts, shows and ends the comparison; it trains networks of its own, the present one stays as it is."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.running = False
        self._start = Button(context, "Compare", "play", "primary")
        self._start.clicked.connect(self._toggle)
        self._kinds = Segmented(context, "Networks", tuple(_KINDS))
        self._steps = Segmented(context, "Length", tuple(_STEPS))
        self._recall = Button(context, "Use the memory task")
        self._recall.setToolTip(f"{catalogue.dataset(_TASK).title}: {catalogue.dataset(_TASK).summary}")
        self._recall.clicked.connect(self._take_recall)
        self._about = QLabel(objectName="quiet")
        self._about.setFont(font(12))
        self._about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._verdict = FigureLine(context, "What the comparison shows")
        self.losses, self.norms = MemoryLosses(context), MemoryNorms(context)
        self._lay_out()
        context.link.arrived.connect(self._receive)
        context.link.state_changed.connect(self._link_changed)
        self._describe()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(8)
        for widget in (self._start, self._kinds, self._steps):
            tools.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        tools.addStretch(1)
        tools.addWidget(self._recall)
        plots = QHBoxLayout()
        plots.setSpacing(16)
        for words, plot in (
            ("Loss of each mini-batch", self.losses),
            ("Gradient ‖∂L/∂h‖ at each time step; dotted: before training", self.norms),
        ):
            column = QVBoxLayout()
            column.setSpacing(2)
            title = QLabel(words, objectName="quiet")
            title.setFont(font(12))
            column.addWidget(title)
            column.addWidget(plot, 1)
            plots.addLayout(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(tools)
        layout.addWidget(self._about)
        layout.addLayout(plots, 1)
        layout.addWidget(self._verdict)

    def _toggle(self) -> None:
        if self.running:
            self._context.link.send(Cancel(CompareMemory.__name__))
            self._run(False)
        else:
            command = CompareMemory(networks=_KINDS[self._kinds.choice], steps=_STEPS[self._steps.choice])
            self._context.link.send(command)
            self._run(True)

    def _run(self, running: bool, progress: float = 0.0) -> None:
        self.running = running
        words = f"Cancel {100 * progress:.0f} %" if running else "Compare"
        self._start.setText(words)
        self._start.setAccessibleName(words)
        self._start.show_icon("stop" if running else "play")
        self._start.updateGeometry()

    def _take_recall(self) -> None:
        store = self._context.store
        changes = fields.DATASET.changes(store.experiment, _TASK)
        store.patch(f"Data {catalogue.dataset(_TASK).title}", **changes)

    def _describe(self) -> None:
        experiment = self._context.store.experiment
        entry = catalogue.dataset(experiment.dataset)
        same = f"Same data ({entry.title}), seed {experiment.seed}, 24 units, {experiment.optimizer}"
        self._about.setText(f"{same}, rate {experiment.learning_rate:g}")
        self._recall.setVisible(experiment.dataset != _TASK)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, MemoryCompared):
            self._run(self.running and not frame.finished, frame.progress)
            self.losses.show_frame(frame)
            self.norms.show_frame(frame)
            self._verdict.say(*verdict(frame))
        elif isinstance(frame, Configured):
            self._describe()
            if frame.rebuilt:
                self._run(False)
                self.losses.show_frame(None)
                self.norms.show_frame(None)
                self._verdict.say()
        elif isinstance(frame, Problem) and frame.command == CompareMemory.__name__:
            self._run(False)
            self._verdict.say(frame.sentence)

    def _link_changed(self, state: str) -> None:
        if state != "running":
            self._run(False)
