"""The held-out samples as far as they were asked for, as a list model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from visualizer.core.frames import Configured, Frame
from visualizer.core.frames import Samples as SamplesFrame
from visualizer.core.messages import Browse
from visualizer.ui.context import Context

BATCH = 128
_Index = QModelIndex | QPersistentModelIndex


class Samples(QAbstractListModel):
    """Fetches more samples from the engine as a view comes to its end. Row number is sample number.

    A target is a class, (), the classes of a sequence, (steps,), or the numbers of a regression, (numbers,).
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._link = context.link
        self._count = 0
        self._asked = 0
        self.inputs: list[npt.NDArray[np.float32]] = []
        self.targets: list[npt.NDArray[np.int64] | npt.NDArray[np.float32]] = []
        self.labels: list[str] = []
        self._link.arrived.connect(self._receive)
        known = self._link.latest(Configured)
        if known is not None:
            self._begin(known)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.inputs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.labels[index.row()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"Sample {index.row()}: {self.labels[index.row()]}"
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        return self._asked <= len(self.inputs) < self._count

    def fetchMore(self, parent: _Index) -> None:
        self._asked = len(self.inputs) + BATCH
        self._link.send(Browse(len(self.inputs), BATCH))

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self._begin(frame)
        elif isinstance(frame, SamplesFrame) and frame.start == len(self.inputs) and len(frame.inputs):
            last = frame.start + len(frame.inputs) - 1
            self.beginInsertRows(QModelIndex(), frame.start, last)
            self.inputs.extend(frame.inputs)
            self.targets.extend(frame.targets if len(frame.targets) else frame.numbers)
            self.labels.extend(frame.labels)
            self.endInsertRows()

    def _begin(self, frame: Configured) -> None:
        self.beginResetModel()
        self._count, self._asked = frame.validation_count, 0
        self.inputs, self.targets, self.labels = [], [], []
        self.endResetModel()
        self.fetchMore(QModelIndex())
