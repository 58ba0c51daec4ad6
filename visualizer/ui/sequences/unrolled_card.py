"""The card of the unrolled network: folded and unrolled, what can be chosen of it, and the walk through time."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from visualizer.core import catalogue
from visualizer.ui import fields
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.form import Complain, FieldCombo
from visualizer.ui.sequences.folded import Folded
from visualizer.ui.sequences.number import node_of
from visualizer.ui.sequences.unrolled_view import UnrolledView
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.walk_bar import WalkBar
from visualizer.ui.sequences.words import KINDS
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.combo import Combo, Option


class UnrolledCard(Card):
    """Layer and direction are offered where there are several; the window is that of truncated backpropagation."""

    def __init__(self, context: Context, unrolled: Unrolling, complain: Complain) -> None:
        super().__init__(context, "Unrolled in time")
        self._unrolling = unrolled
        self.view = UnrolledView(context, unrolled)
        self._layer = Combo(context, "Layer")
        self._layer.setToolTip("Which recurrent layer, and in which direction it reads")
        self._layer.picked.connect(self._choose)
        truncation = FieldCombo(context, fields.TRUNCATION, complain)
        truncation.setToolTip("Truncated backpropagation: the gradient goes back at most this many time steps")
        self.header.addWidget(self._layer)
        self._truncation = truncation
        self.header.addWidget(truncation)
        self.header.addWidget(_zoom(context, "zoom-out", "Show more steps (−)", lambda: self.view.zoom(0.8)))
        self.header.addWidget(_zoom(context, "zoom-in", "Show steps wider (+)", lambda: self.view.zoom(1.25)))
        self.body.setContentsMargins(16, 4, 16, 10)
        self.body.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Folded(context, unrolled))
        row.addWidget(self.view, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(WalkBar(context, unrolled))
        unrolled.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        frame = self._unrolling.frame
        network = self.context.store.experiment.network
        self._truncation.setHidden(catalogue.is_network_file(network))  # it is what networks of ours are trained by
        self._layer.setVisible(False)
        if frame is None:
            self.set_title("Unrolled in time", "")
            return
        node = node_of(frame)
        facts = f"{KINDS[frame.kind]}, {node.units} units, {len(frame.names)} steps, sample {frame.sample}"
        self.set_title("Unrolled in time", f"{facts}, {frame.note} shown" if frame.note else facts)
        options = [
            Option(f"{one.id}|{layer}|{reverse:d}", _way(one.id, layer, reverse, len(frame.nodes) > 1))
            for one in frame.nodes
            for layer in range(one.layers)
            for reverse in ((False, True) if one.bidirectional else (False,))
        ]
        self._layer.setVisible(len(options) > 1)
        self._layer.offer(options, f"{frame.node}|{frame.layer}|{frame.reverse:d}")

    def _choose(self, value: str) -> None:
        node, layer, reverse = value.rsplit("|", 2)
        self._unrolling.ask(node, int(layer), reverse == "1")


def _way(node: str, layer: int, reverse: bool, several: bool) -> str:
    words = f"{layer}, from the end" if reverse else str(layer)
    return f"{node} {words}" if several else words


def _zoom(context: Context, icon: str, name: str, act: object) -> Button:
    button = Button(context, icon=icon, kind="bare")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.clicked.connect(act)
    return button
