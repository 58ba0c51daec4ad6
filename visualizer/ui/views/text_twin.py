"""The network as text: layers, their operations, their values. What the canvas shows, for reading aloud."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Node
from visualizer.core.numbers import rounded, shape_text
from visualizer.core.quantities import Kind
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.statistics import overview
from visualizer.ui.store import View

_ID = Qt.ItemDataRole.UserRole


class TextTwin(Card):
    """A tree that follows the selection and moves it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Network as text")
        self.tree = QTreeWidget(objectName="bare")
        self.tree.setAccessibleName("Network as text: layers and their values")
        self.tree.setHeaderLabels(["Layer", "Value"])
        self.tree.setColumnWidth(0, 150)
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.currentItemChanged.connect(self._chosen)
        self.body.setContentsMargins(8, 10, 8, 8)
        self.header.setContentsMargins(8, 0, 8, 0)
        self.body.addWidget(self.tree, 1)
        clickable(self.tree, context, self._number_at, lambda: self._number(self.tree.currentItem()))
        self._items: dict[str, QTreeWidgetItem] = {}
        context.player.recording_changed.connect(self._show)
        context.store.view_changed.connect(self._follow)
        self._show(context.player.recording)

    def _show(self, recording: Recording | None) -> None:
        if recording is None:
            self.tree.clear()
            self._items.clear()
            return
        if [node.id for node in recording.graph.nodes] != list(self._items):
            self._build(recording)
        for node in recording.graph.nodes:
            self._describe(self._items[node.id], node, recording)
        self._follow(None, self.context.store.view)

    def _build(self, recording: Recording) -> None:
        self.tree.clear()
        self._items.clear()
        calls: dict[str | None, QTreeWidgetItem] = {}
        graph = recording.graph
        for node in graph.nodes:
            parent = self.tree.invisibleRootItem()
            for call in graph.call_chains.get(node.call, ()):
                if call == node.id:
                    continue
                if call not in calls:
                    calls[call] = _item(parent, call.rpartition(".")[2], graph.call[call].module_class, call)
                parent = calls[call]
            title = node.id.rpartition(".")[2].rpartition("/")[2]
            self._items[node.id] = _item(parent, title, "", node.id)

    def _describe(self, item: QTreeWidgetItem, node: Node, recording: Recording) -> None:
        item.setText(1, f"{node.operation} {shape_text(node.shape)}")
        lines = [("activation", recording.activations.get(node.id)), ("gradient", recording.gradients.get(node.id))]
        lines += [(name.rpartition(".")[2], recording.parameters.get(name)) for name in node.parameters]
        known = [(name, tensor) for name, tensor in lines if tensor is not None]
        while item.childCount() > len(known):
            item.removeChild(item.child(item.childCount() - 1))
        while item.childCount() < len(known):
            _item(item, "", "", node.id)
        for place, (name, tensor) in enumerate(known):
            item.child(place).setText(0, name)
            item.child(place).setText(1, summary(tensor))
            item.child(place).setToolTip(1, summary(tensor))

    def _follow(self, old: View | None, new: View) -> None:
        item = self._items.get(new.selected)
        current = self.tree.currentItem()
        if item is not None and (current is None or current.data(0, _ID) != new.selected):
            self.tree.setCurrentItem(item)

    def _number_at(self, point: QPointF) -> Number | None:
        return self._number(self.tree.itemAt(point.toPoint()))

    def _number(self, item: QTreeWidgetItem | None) -> Number | None:
        """Return what a line says of its tensor."""
        recording = self.context.player.recording
        if recording is None or item is None or item.childCount() or item.parent() is None:
            return None
        node, said = recording.graph.node.get(item.data(0, _ID)), item.text(0)
        if node is None or self._items.get(node.id) is item:
            return None
        kind: Kind = "gradient" if said == "gradient" else "activation" if said == "activation" else "parameter"
        name = node.id
        if kind == "parameter":
            name = next((name for name in node.parameters if name.rpartition(".")[2] == said), "")
        return Number(overview(kind, name), f"{name}\n{item.text(1)}")

    def _chosen(self, item: QTreeWidgetItem | None, before: QTreeWidgetItem | None) -> None:
        if item is not None and self.tree.hasFocus():
            self.context.store.look(selected=item.data(0, _ID), element=(), channel=0)


def summary(tensor: TensorView) -> str:
    """Return a tensor in one line: its values where they are few, else what is typical of them."""
    if tensor.values.size <= 4 and not tensor.note:
        return ", ".join(rounded(float(value)) for value in tensor.values.ravel())
    low, high, mean = rounded(tensor.minimum), rounded(tensor.maximum), rounded(tensor.mean)
    return f"{low} to {high}, mean {mean}, norm {rounded(tensor.norm)}"


def _item(parent: QTreeWidgetItem, title: str, value: str, node: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem(parent, [title, value])
    item.setData(0, _ID, node)
    return item
