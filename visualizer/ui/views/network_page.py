"""The first page: the network, the transport, the plots, the inspector."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.chain_rule.micro import micro_steps
from visualizer.ui.chain_rule.side import Side
from visualizer.ui.context import Context
from visualizer.ui.inspectors.inspector_card import WIDTH
from visualizer.ui.theme import GRID
from visualizer.ui.transport import TransportCard
from visualizer.ui.views.card_row import CardRow
from visualizer.ui.views.text_twin import TextTwin


class NetworkPage(QWidget):
    """Everything of the first page can be resized; where the splitters stand is remembered."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._own_sizes = False
        self.canvas = NetworkCard(context)
        self.transport = TransportCard(context)
        self.side = Side(context)
        self.inspector = self.side.layer
        self.text_twin: TextTwin | None = None
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.transport)
        self.cards = CardRow(context)
        self._column = _splitter(Qt.Orientation.Vertical, stage, self.cards)
        self._columns = _splitter(Qt.Orientation.Horizontal, self._column, self.side)
        self._splitters = {"plots": self.cards, "column": self._column, "columns": self._columns}
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._columns)
        for splitter in self._splitters.values():
            splitter.splitterMoved.connect(self._moved)
        self._restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._context.store.view.micro:
            micro_steps(self._context).leave()
        else:
            super().keyPressEvent(event)

    @property
    def text_twin_shown(self) -> bool:
        return self.text_twin is not None and not self.text_twin.isHidden()

    def toggle_text_twin(self) -> None:
        """Show or hide the network as text."""
        if self.text_twin is None:
            self.text_twin = TextTwin(self._context)
            self._columns.insertWidget(1, self.text_twin)
            self._columns.setCollapsible(1, False)
        else:
            self.text_twin.setVisible(self.text_twin.isHidden())
        (self.text_twin if self.text_twin_shown else self.canvas).focus_content()
        self._first_sizes()

    def save_layout(self) -> None:
        """Remember where the splitters stand, if somebody has moved one."""
        settings = QSettings()
        for name, splitter in self._splitters.items():
            if self._own_sizes and not self.text_twin_shown:
                settings.setValue(f"splitters/{name}", splitter.saveState())

    def reset_layout(self) -> None:
        """Put the splitters back to where they stood first."""
        QSettings().remove("splitters")
        self.cards.reset()
        self._own_sizes = False
        self._first_sizes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._own_sizes:
            self._first_sizes()

    def _moved(self) -> None:
        self._own_sizes = True

    def _restore(self) -> None:
        settings = QSettings()
        states = {name: settings.value(f"splitters/{name}") for name in self._splitters}
        if all(isinstance(state, QByteArray) for state in states.values()):
            self._own_sizes = all(self._splitters[name].restoreState(state) for name, state in states.items())

    def _first_sizes(self) -> None:
        width, height = self.width(), self.height()
        inspector = min(max(round(width * 0.218), WIDTH), 408)
        twin = min(max(round(width * 0.22), 280), 400) + GRID if self.text_twin_shown else 0
        stage = width - inspector - twin - GRID
        self._columns.setSizes([stage, *([twin] if self.text_twin is not None else []), inspector])
        plots = min(max(round(height * 0.284), 188), 320)
        self._column.setSizes([height - plots - GRID, plots])
        third = (stage - 2 * GRID) / 3
        self.cards.setSizes([round(third * 0.95), round(third), round(third * 1.05)])


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(GRID)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
