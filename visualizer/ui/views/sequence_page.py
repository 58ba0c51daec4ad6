"""Recurrent networks: unrolled in time, the cell opened, what happens over time, and what they write or forecast."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from visualizer.core.frames import Configured, Frame, Unrolled
from visualizer.ui.context import Context
from visualizer.ui.form import Complain
from visualizer.ui.sequences.cell_card import CellCard
from visualizer.ui.sequences.invitation import Invitation
from visualizer.ui.sequences.lower_card import LowerCard
from visualizer.ui.sequences.unrolled_card import UnrolledCard
from visualizer.ui.sequences.unrolling import is_recurrent, unrolling
from visualizer.ui.theme import GRID
from visualizer.ui.watching import watching


class SequencePage(QStackedWidget):
    """Shows the work place where the network is recurrent, else an invitation. `player` is what its keys move."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        unrolled = unrolling(context)
        self.player = unrolled.playhead
        self.work = QSplitter(Qt.Orientation.Horizontal)
        self._column = QSplitter(Qt.Orientation.Vertical)
        self.upper, self.lower = UnrolledCard(context, unrolled, complain), LowerCard(context, unrolled)
        self.cell = CellCard(context, unrolled)
        for splitter, widgets in ((self._column, (self.upper, self.lower)), (self.work, (self._column, self.cell))):
            splitter.setHandleWidth(GRID)
            splitter.setChildrenCollapsible(False)
            for widget in widgets:
                splitter.addWidget(widget)
        self._sized = False
        self._invitation = QWidget()
        around = QVBoxLayout(self._invitation)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(Invitation(context))
        self.addWidget(self._invitation)
        self.addWidget(self.work)
        for splitter in (self._column, self.work):
            splitter.splitterMoved.connect(self._moved)
        watching(context).watch(self.work, "sequence", Unrolled)
        context.link.arrived.connect(self._receive)
        known = context.link.latest(Configured)
        if known is not None:
            self._receive(known)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured):
            self.setCurrentWidget(self.work if is_recurrent(frame.graph) else self._invitation)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.currentWidget() is self.work:
            self.upper.view.setFocus()

    def _moved(self) -> None:
        self._sized = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._sized:
            width, height = self.width(), self.height()
            cell = min(max(round(width * 0.34), 396), 560)
            self.work.setSizes([width - cell - GRID, cell])
            upper = min(max(round(height * 0.46), 290), 420)
            self._column.setSizes([upper, height - upper - GRID])
