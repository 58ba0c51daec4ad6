"""What the cell holds over time, and under it how large the gradient is that comes back to each step."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.ui.context import Context
from visualizer.ui.sequences.gradient_over_time import GradientOverTime
from visualizer.ui.sequences.state_map import StateMap
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.theme import font
from visualizer.ui.widgets.segmented import Segmented

_VALUES, _SLOPES = "values", "gradients"


class OverTime(QWidget):
    """Heat map and gradient norms share the time axis; any vector of the cell can be shown."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self._vector = Segmented(context, "Vector", ("h",))
        self._vector.setToolTip("Which vector of the cell is shown")
        self._vector.chosen.connect(lambda name: unrolled.select(vector=name))
        self._kind = Segmented(context, "Shown", (_VALUES, _SLOPES))
        self._kind.setToolTip("Its values, or the gradient of the loss by each of them")
        self._kind.chosen.connect(lambda kind: context.store.look(slopes=kind == _SLOPES))
        self._title = _title()
        norms = _title()
        norms.setText("Gradient ‖∂L/∂h‖ at each time step, logarithmic")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._title, 1)
        row.addWidget(self._vector)
        row.addWidget(self._kind)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(StateMap(context, unrolled), 3)
        layout.addWidget(norms)
        layout.addWidget(GradientOverTime(context, unrolled), 2)
        unrolled.changed.connect(self._follow)
        context.store.view_changed.connect(lambda old, new: self._follow())
        self._follow()

    def _follow(self) -> None:
        frame, vector = self._unrolling.frame, self._unrolling.vector
        if frame is None or vector is None:
            return
        slopes = self._context.store.view.slopes
        self._vector.set_choices([one.name for one in frame.vectors])
        self._vector.choose(vector.name)
        self._kind.choose(_SLOPES if slopes else _VALUES)
        name = f"{vector.title[0].upper()}{vector.title[1:]}"
        self._title.setText(f"{name}{': gradient' if slopes else ''} of every unit at every step")


def _title() -> QLabel:
    label = QLabel(objectName="quiet")
    label.setFont(font(12))
    return label
