"""What is turned while a pair learns: data, losses, whose turn how often, learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from visualizer.core.experiment import Experiment
from visualizer.ui import fields
from visualizer.ui.context import Context
from visualizer.ui.form import Complain, FieldCombo
from visualizer.ui.widgets.combo import Option

_ABOUT = {
    "discriminator_steps": "How often the discriminator is updated in each step (k)",
    "generator_steps": "How often the generator is updated in each step (m)",
    "loss": "What the two want of each other",
}


def _steps(name: str) -> Callable[[Experiment, str], dict[str, Any]]:
    return lambda _, text: {name: int(text)}


def _counts(_: Experiment) -> list[Option]:
    return [Option(value, value) for value in ("1", "2", "3", "5", "10")]


DISCRIMINATOR_STEPS = fields.Field("discriminator_steps", "D steps", _counts, _steps("discriminator_steps"))
GENERATOR_STEPS = fields.Field("generator_steps", "G steps", _counts, _steps("generator_steps"))


class Controls(QWidget):
    """A row of fields of the experiment."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for field in (fields.LOSS, DISCRIMINATOR_STEPS, GENERATOR_STEPS):
            combo = FieldCombo(context, field, complain)
            combo.setToolTip(_ABOUT[field.name])
            row.addWidget(combo)
        row.addStretch(1)
