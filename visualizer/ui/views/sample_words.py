"""Samples that are words, as a list of words."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from visualizer.ui.context import Context
from visualizer.ui.store import View
from visualizer.ui.theme import font
from visualizer.ui.views.samples import Samples

_CELL = QSize(132, 32)


class SampleWords(QListView):
    """Words in rows; the chosen one runs through the network."""

    def __init__(self, context: Context, samples: Samples) -> None:
        super().__init__(objectName="bare")
        self._context = context
        self.setAccessibleName("Held-out words")
        self.setModel(samples)
        self.setFont(font(14, 500))
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Cell(self))
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._chosen)
        samples.rowsInserted.connect(lambda *_: self._follow(context.store.view, context.store.view))
        context.store.view_changed.connect(self._follow)

    def _chosen(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            self._context.store.look(sample=current.row(), element=())

    def _follow(self, old: View, new: View) -> None:
        if self.currentIndex().row() != new.sample and 0 <= new.sample < self.model().rowCount():
            self.setCurrentIndex(self.model().index(new.sample, 0))


class _Cell(QStyledItemDelegate):
    """Makes all words stand under each other."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return _CELL
