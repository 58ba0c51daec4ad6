"""Samples that are words, as a list of words."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.views.sample_list import SampleList
from visualizer.ui.views.samples import Samples

_CELL = QSize(132, 32)


class SampleWords(SampleList):
    """Words in rows."""

    def __init__(self, context: Context, samples: Samples) -> None:
        super().__init__(context, "Held-out words", samples)
        self.setFont(font(14, 500))
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setItemDelegate(_Cell(self))


class _Cell(QStyledItemDelegate):
    """Makes all words stand under each other."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return _CELL
