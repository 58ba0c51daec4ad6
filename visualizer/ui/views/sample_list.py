"""What the lists of samples share: the chosen one runs through the network, and the keyboard can be seen in them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QListView

from visualizer.ui.context import Context
from visualizer.ui.store import View
from visualizer.ui.views.samples import Samples
from visualizer.ui.widgets.focus import FocusRing


class SampleList(FocusRing, QListView):
    """A sample is chosen by click or by keys."""

    def __init__(self, context: Context, name: str, samples: Samples) -> None:
        super().__init__(objectName="bare")
        self.context = context
        self.setAccessibleName(name)
        self.setModel(samples)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._chosen)
        samples.rowsInserted.connect(lambda *_: self._follow(context.store.view, context.store.view))
        context.store.view_changed.connect(self._follow)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        viewport = self.viewport()
        with QPainter(viewport) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_ring(painter, self.context.theme, viewport.rect().toRectF())

    def _chosen(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            self.context.store.look(sample=current.row(), element=())

    def _follow(self, old: View, new: View) -> None:
        if self.currentIndex().row() != new.sample and 0 <= new.sample < self.model().rowCount():
            self.setCurrentIndex(self.model().index(new.sample, 0))
        self.viewport().update()
