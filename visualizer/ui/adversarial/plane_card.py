"""The plane with the switches of its layers and the choice of data."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from visualizer.ui import fields
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.layers import LAYERS
from visualizer.ui.adversarial.plane_view import PlaneView
from visualizer.ui.adversarial.verdict_banner import VerdictBanner
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.segmented import Segmented

DATA = {"ring": "ring", "grid": "gaussians-grid", "spiral": "spiral", "drawn": "drawn"}


class PlaneCard(Card):
    """Data above, the plane, layers below."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__(context, "Plane")
        self.data = Segmented(context, "Data", tuple(DATA))
        self.data.chosen.connect(self._choose)
        self.header.addWidget(self.data)
        self.view = PlaneView(context, shown)
        self.body.addWidget(self.view, 1)
        self.switches = {layer.name: Chip(context, layer.name) for layer in LAYERS}
        row = QHBoxLayout()
        row.setSpacing(6)
        for layer in LAYERS:
            chip = self.switches[layer.name]
            chip.setCheckable(True)
            chip.setToolTip(layer.about)
            chip.clicked.connect(self._toggle)
            row.addWidget(chip)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(VerdictBanner(context, shown))
        context.store.view_changed.connect(lambda old, new: self._follow())
        context.store.changed.connect(lambda old, new: self._follow())
        self._follow()

    def _follow(self) -> None:
        hidden = self.context.store.view.hidden_layers
        for name, chip in self.switches.items():
            chip.setChecked(name not in hidden)
        dataset = self.context.store.experiment.dataset
        self.data.choose(next((word for word, value in DATA.items() if value == dataset), self.data.choice))

    def _toggle(self) -> None:
        hidden = tuple(name for name, chip in self.switches.items() if not chip.isChecked())
        self.context.store.look(hidden_layers=hidden)

    def _choose(self, word: str) -> None:
        store = self.context.store
        store.patch(fields.DATASET.act(store.experiment, DATA[word]),
                    **fields.DATASET.changes(store.experiment, DATA[word]))  # fmt: skip
