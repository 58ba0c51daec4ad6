"""The network writes: a prompt, a temperature, names, and the probabilities that each character was drawn from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from visualizer.core.frames import Configured, Frame, Generated, Problem
from visualizer.core.messages import Generate
from visualizer.ui.context import Context
from visualizer.ui.sequences.probability_bars import ProbabilityBars
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.slider import Slider

_PER_DEGREE = 20  # steps of the slider
_HOTTEST, _USUAL = 40, 20
_MANY = 10
_KEPT = 200
_COLUMN = 212


class WritingPanel(QWidget):
    """Each name has a seed of its own, one after the other, so that a list can be written again."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._seed = 0
        self._prompt = QLineEdit()
        self._prompt.setPlaceholderText("begins with …")
        self._prompt.setAccessibleName("Prompt")
        self._prompt.setToolTip("How the name begins: letters a to z, or nothing")
        self._prompt.setFixedHeight(32)
        self._prompt.returnPressed.connect(lambda: self._write(1))
        self._heat = Slider(context, "Temperature", 0, _HOTTEST, _USUAL)
        self._heat.setToolTip("0: always the likeliest; 1: the network's own probabilities; above: more surprising")
        self._degrees = QLabel()
        self._degrees.setFont(font(12, tabular=True))
        self._heat.valueChanged.connect(self._follow_heat)
        self._problem = QLabel()
        self._problem.setFont(font(12))
        self._problem.setWordWrap(True)
        self.names = QListWidget()
        self.names.setAccessibleName("Written names")
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.currentItemChanged.connect(self._choose)
        self.bars = ProbabilityBars(context)
        self._lay_out()
        self._follow_heat()
        context.link.arrived.connect(self._receive)

    def _lay_out(self) -> None:
        one = Button(self._context, "Write", "pen", "primary")
        one.setToolTip("Let the network write one name (Enter in the prompt)")
        one.clicked.connect(lambda: self._write(1))
        many = Button(self._context, f"{_MANY} names")
        many.clicked.connect(lambda: self._write(_MANY))
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(one)
        buttons.addWidget(many)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._prompt)
        left.addWidget(self._degrees)
        left.addWidget(self._heat)
        left.addLayout(buttons)
        left.addWidget(self.names, 1)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(_COLUMN)
        left.setContentsMargins(0, 0, 0, 0)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self._problem)
        right.addWidget(self.bars, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(side)
        layout.addLayout(right, 1)

    @property
    def temperature(self) -> float:
        return self._heat.value() / _PER_DEGREE

    def _follow_heat(self) -> None:
        words = "the likeliest" if not self.temperature else "its own" if self.temperature == 1 else ""
        self._degrees.setText(f"Temperature {self.temperature:.2f}{f' ({words})' if words else ''}")

    def _write(self, count: int) -> None:
        prompt = self._prompt.text().strip().lower()
        for _ in range(count):
            self._context.link.send(Generate(prompt, self.temperature, seed=self._seed))
            self._seed += 1

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Generated):
            self._add(frame)
        elif isinstance(frame, Problem) and frame.command == Generate.__name__:
            self._problem.setText(frame.sentence)
        elif isinstance(frame, Configured) and frame.rebuilt:
            self.names.clear()
            self._problem.clear()
            self.bars.show_frame(None)

    def _add(self, frame: Generated) -> None:
        self._problem.clear()
        name = frame.text.capitalize() or "(nothing)"
        item = QListWidgetItem(name if frame.ended else f"{name} …")
        item.setData(Qt.ItemDataRole.UserRole, frame)
        item.setToolTip(f"{name}\nWritten at step {frame.step}, temperature {frame.temperature:g}")
        self.names.insertItem(0, item)
        while self.names.count() > _KEPT:
            self.names.takeItem(self.names.count() - 1)
        self.names.setCurrentItem(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        self.bars.show_frame(item.data(Qt.ItemDataRole.UserRole) if item is not None else None)
