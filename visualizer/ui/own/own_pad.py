"""The pad with its tools: what goes into the network, to be drawn on, and what the network takes it for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.frames import Configured, Frame, Recording
from visualizer.core.numbers import exact
from visualizer.core.topics.pictures import OWN
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import probability
from visualizer.ui.own.own_input import own_input
from visualizer.ui.own.pixel_pad import RADIUS, PixelPad, Values
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import ROOM
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.combo import Combo, Option
from visualizer.ui.widgets.segmented import Segmented

_SAID = 2  # so many classes are named


class OwnPad(QWidget):
    """Shows the input that runs through the network; drawing makes a copy of it the own input."""

    def __init__(self, context: Context, side: int) -> None:
        super().__init__()
        self._context = context
        self.own = own_input(context)
        self.pad = PixelPad(context)
        self.pad.setFixedSize(side, side)
        self.pad.drawn.connect(lambda values: self.own.give(values, "drawn"))
        self.tool = Segmented(context, "Tool", ("draw", "erase"))
        self.tool.chosen.connect(self.pad.set_tool)
        self.pad.tool_changed.connect(self.tool.choose)
        self.brush = Segmented(context, "Brush", tuple(RADIUS))
        self.brush.choose(self.pad.brush)
        self.brush.chosen.connect(lambda brush: setattr(self.pad, "brush", brush))
        self.undo, self.clear = Chip(context, "undo"), Chip(context, "clear")
        self.undo.setToolTip("Take the last stroke back (Ctrl+Z)")
        self.clear.setToolTip("Begin on an empty picture (Delete)")
        self.undo.clicked.connect(self.pad.undo)
        self.clear.clicked.connect(self.pad.clear)
        self.target = Combo(context, "Right class")
        self.target.picked.connect(lambda value: self.own.compare_with(int(value)))
        self.answers = [_line(12) for _ in range(_SAID)]
        for place, line in enumerate(self.answers):
            clickable(line, context, lambda _, place=place: self._answer(place), by_click=True)
        self.told = _line(11)
        self._lay_out()
        self.own.changed.connect(self._show)
        context.player.recording_changed.connect(self._show)
        context.link.arrived.connect(self._receive)
        context.store.view_changed.connect(lambda old, new: self._show() if old.sample != new.sample else None)
        self._show()

    def _lay_out(self) -> None:
        tools = QGridLayout()
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setHorizontalSpacing(8)
        tools.addWidget(self.tool, 0, 0)
        tools.addWidget(self.undo, 0, 1, Qt.AlignmentFlag.AlignRight)
        tools.addWidget(self.brush, 1, 0)
        tools.addWidget(self.clear, 1, 1, Qt.AlignmentFlag.AlignRight)
        middle = QHBoxLayout()
        middle.addWidget(self.pad)
        right = QHBoxLayout()
        right.setContentsMargins(-ROOM, 0, 0, 0)
        right.addWidget(self.target)
        right.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(middle)
        column.addLayout(tools)
        column.addLayout(right)
        answers = QHBoxLayout()
        answers.setSpacing(12)
        for line in self.answers:
            answers.addWidget(line)
        answers.addStretch(1)
        column.addLayout(answers)
        column.addWidget(self.told)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured):
            self._show()

    def _show(self, *_: object) -> None:
        own = self._context.store.view.sample == OWN
        recording = self._context.player.recording
        values = self.own.values if own else picture_in(recording)
        if values is not None and not np.array_equal(values, self.pad.values):
            self.pad.show_values(values)
        self.undo.setEnabled(self.pad.can_undo)
        configured = self._context.link.latest(Configured)
        classes = configured.classes if configured is not None else ()
        options = [Option("-1", "as predicted", "What the network itself predicts")]
        options += [Option(str(number), name) for number, name in enumerate(classes)]
        self.target.offer(options, str(self.own.target))
        self.target.setEnabled(own)
        for line, (_, words) in zip(self.answers, _likeliest(recording, classes), strict=True):
            line.setText(words)
        self.told.setText(self._about(own))

    def _answer(self, place: int) -> Number | None:
        """Return the probability that a line shows."""
        configured, recording = self._context.link.latest(Configured), self._context.player.recording
        classes = configured.classes if configured is not None else ()
        number, words = _likeliest(recording, classes)[place]
        if recording is None or number < 0:
            return None
        hover = f"{words}\n{exact(float(recording.probabilities[number]))}"
        return Number(probability(number, classes[number]), hover)

    def _about(self, own: bool) -> str:
        if not own:
            return f"Sample {self._context.store.view.sample}: draw on it, and a copy becomes your own."
        told = f" ({self.own.told})" if self.own.told else ""
        return f"Your own{told}: these very pixels go into the network."


def picture_in(recording: Recording | None) -> Values | None:
    """Return the recorded input where it is a picture."""
    if recording is None:
        return None
    first = next((node.id for node in recording.graph.nodes if node.kind == "input"), "")
    view = recording.activations.get(first)
    fits = view is not None and view.values.ndim == 3 and len(view.values) in (1, 3) and not view.note
    return view.values if view is not None and fits else None


def _likeliest(recording: Recording | None, classes: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the likeliest classes, each with what is said of it; -1 and no words for one that there is not."""
    found: list[tuple[int, str]] = []
    if recording is not None and len(recording.probabilities) == len(classes):
        first = np.argsort(-recording.probabilities, kind="stable")[:_SAID]
        found = [(int(n), f"{classes[n]} {100 * float(recording.probabilities[n]):.1f} %") for n in first]
    return found + [(-1, "")] * (_SAID - len(found))


def _line(size: int) -> QLabel:
    label = QLabel(objectName="quiet")
    label.setFont(font(size, tabular=size > 11))
    label.setWordWrap(True)
    return label
