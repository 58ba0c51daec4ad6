"""Controls built from the fields of the experiment and kept in step with the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from visualizer.core.errors import UserError
from visualizer.ui.context import Context
from visualizer.ui.fields import Field
from visualizer.ui.widgets.combo import Combo

_IN_WORDS = {
    "LR": "Learning rate",
    "D steps": "Discriminator steps",
    "G steps": "Generator steps",
}
Complain = Callable[[str], None]


class FieldCombo(Combo):
    """Shows one field of the experiment and changes it; what cannot be used is told in one sentence."""

    def __init__(self, context: Context, field: Field, complain: Complain) -> None:
        super().__init__(context, field.label, field.open_values)
        self._store, self._field, self._complain = context.store, field, complain
        name = _IN_WORDS.get(field.label, field.label)
        self.name_it(name)
        self.setToolTip(name)
        self.picked.connect(self._choose)
        context.store.changed.connect(lambda old, new: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Show what the store holds."""
        experiment = self._store.experiment
        self.offer(self._field.options(experiment), self._field.value(experiment))

    def _choose(self, value: str) -> None:
        experiment = self._store.experiment
        try:
            self._store.patch(self._field.act(experiment, value), **self._field.changes(experiment, value))
        except UserError as error:
            self._complain(str(error))
        self.refresh()


class Form(QWidget):
    """Fields under each other, their labels on the left."""

    def __init__(self, context: Context, fields: Sequence[Field], complain: Complain) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(fields):
            combo = FieldCombo(context, field, complain)
            combo.set_compact(True)
            label = QLabel(combo.accessibleName(), objectName="quiet")
            label.setBuddy(combo)
            grid.addWidget(label, row, 0)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(combo, row, 1)
