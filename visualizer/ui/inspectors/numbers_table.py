"""All values of one channel at full precision, as a table that reads only the cells it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtWidgets import QTableView

from visualizer.core.numbers import exact
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.inspectors import asked
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.inspectors.look import NO_GRADIENT, Look
from visualizer.ui.inspectors.part import KindToggle, Part
from visualizer.ui.inspectors.pictures import Place, Values
from visualizer.ui.theme import font

_HEIGHT = 176


class NumbersPart(Part):
    """The values of the selected channel, or of a whole vector."""

    def __init__(self, context: Context, pick: Callable[[Place], None]) -> None:
        super().__init__(context, "numbers", "Numbers", folded_at_first=True)
        self.toggle = KindToggle(context, "Kind of values", ("activation", "gradient"))
        self.toggle.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.toggle)
        self._pick = pick
        self.model = NumbersModel()
        self.empty = Empty(context)
        self.body.addWidget(self.empty)

    @cached_property
    def table(self) -> QTableView:
        """The table, made when the section is first unfolded: it takes longer than all else in the inspector."""
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("Values of this channel at full precision")
        table.setFont(font(10, mono=True))
        table.setFixedHeight(_HEIGHT)
        for header, size in ((table.verticalHeader(), 20), (table.horizontalHeader(), 92)):
            header.setFont(font(10, tabular=True))
            header.setDefaultSectionSize(size)
        table.horizontalHeader().setFixedHeight(22)
        table.clicked.connect(self._choose)
        table.activated.connect(self._choose)
        clickable(table, self.context, self._number_at, self._number_here)
        self.body.insertWidget(0, table)
        return table

    def applies(self, look: Look) -> bool:
        return look.subject.activation is not None

    def name(self, look: Look) -> None:
        self.toggle.follow(look)

    def refresh(self, look: Look) -> None:
        shown = look.subject.gradient if self.toggle.choice == "gradient" else look.subject.activation
        self.table.setVisible(shown is not None)
        self.empty.show_words(NO_GRADIENT if shown is None else "")
        if shown is None:
            return
        place = look.place or Place(0, 0, 0)
        values = shown.values[:, 0] if shown.is_vector else shown.values[place.channel]
        self.model.show_values(values)
        row, column = (place.channel, 0) if shown.is_vector else (place.row, place.column)
        self.table.setCurrentIndex(self.model.index(row, column))

    def _number_at(self, point: QPointF) -> Number | None:
        return self._number(self.table.indexAt(point.toPoint()))

    def _number_here(self) -> Number | None:
        return self._number(self.table.currentIndex())

    def _number(self, index: QModelIndex) -> Number | None:
        place = self._place(index) if index.isValid() else None
        kind: Literal["activation", "gradient"] = "gradient" if self.toggle.choice == "gradient" else "activation"
        return asked.value(self.look, kind, place) if self.look is not None and place is not None else None

    def _choose(self, index: QModelIndex) -> None:
        place = self._place(index)
        if place is not None:
            self._pick(place)

    def _place(self, index: QModelIndex) -> Place | None:
        activation = self.look.subject.activation if self.look else None
        if activation is None or self.look is None or self.look.place is None:
            return None
        channel = index.row() if activation.is_vector else self.look.place.channel
        return Place(channel, *((0, 0) if activation.is_vector else (index.row(), index.column())))


class NumbersModel(QAbstractTableModel):
    """A matrix as a table model."""

    def __init__(self) -> None:
        super().__init__()
        self._values: Values = np.zeros((0, 0), np.float32)

    def show_values(self, values: Values) -> None:
        if values is not self._values:
            self.beginResetModel()
            self._values = values
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._values.shape[0]

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._values.shape[1]

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return exact(float(self._values[index.row(), index.column()]))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None
