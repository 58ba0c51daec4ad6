"""The plane with the switches of its layers, the choice of data, and the tools to draw one's own."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Status
from visualizer.ui import fields
from visualizer.ui.adversarial.drawing_pad import DrawingPad
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.layers import LAYERS
from visualizer.ui.adversarial.plane_view import PlaneView
from visualizer.ui.adversarial.scale import JudgementScale
from visualizer.ui.adversarial.verdict_banner import VerdictBanner
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.segmented import Segmented

DATA = {"ring": "ring", "grid": "gaussians-grid", "spiral": "spiral", "drawn": "drawn"}


class PlaneCard(Card):
    """Data above, the plane, layers below; or, while somebody draws, the drawing and its tools."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__(context, "Plane")
        self._game = shown
        self.data = Segmented(context, "Data", tuple(DATA))
        self.data.chosen.connect(self._choose)
        self.draw = Chip(context, "draw")
        self.draw.setCheckable(True)
        self.draw.setToolTip("Draw the distribution that the generator is to learn")
        self.draw.toggled.connect(self._switch)
        self.header.addWidget(self.data)
        self.header.addWidget(self.draw)
        self.view, self.pad = PlaneView(context, shown), DrawingPad(context)
        self._planes, self._tools = QStackedWidget(), QStackedWidget()
        self.switches = {layer.name: Chip(context, layer.name) for layer in LAYERS}
        for stack, widgets in (
            (self._planes, (self.view, self.pad)),
            (self._tools, (self._layer_row(), self._brush_row())),
        ):
            for widget in widgets:
                stack.addWidget(widget)
        self._tools.setFixedHeight(24)
        self.body.addWidget(self._planes, 1)
        self.body.addWidget(self._tools)
        self.body.addWidget(VerdictBanner(context, shown))
        context.store.view_changed.connect(lambda old, new: self._follow())
        context.store.changed.connect(self._changed)
        shown.changed.connect(self._entitle)
        context.link.arrived.connect(self._receive)
        self._follow()

    def _layer_row(self) -> QWidget:
        for layer in LAYERS:
            chip = self.switches[layer.name]
            chip.setCheckable(True)
            chip.setToolTip(layer.about)
            chip.clicked.connect(self._toggle)
        return _row([*self.switches.values(), None, JudgementScale(self.context)])

    def _brush_row(self) -> QWidget:
        self.tool = Segmented(self.context, "Tool", ("spray", "erase"))
        self.tool.chosen.connect(self.pad.set_tool)
        self.pad.tool_changed.connect(self.tool.choose)
        clear, undo, done = (Chip(self.context, words) for words in ("clear", "undo", "done"))
        clear.setToolTip("Begin on an empty plane (Delete)")
        undo.setToolTip("Take the last stroke back (Ctrl+Z)")
        done.setToolTip("Back to the plane of the pair")
        clear.clicked.connect(self.pad.clear)
        undo.clicked.connect(self.context.store.undo_stack.undo)
        done.clicked.connect(lambda: self.draw.setChecked(False))
        return _row([self.tool, clear, undo, None, done])

    def _switch(self, drawing: bool) -> None:
        for stack in (self._planes, self._tools):
            stack.setCurrentIndex(1 if drawing else 0)
        if drawing:
            self.pad.take()
            self.pad.setFocus()
        self._entitle()

    def _entitle(self) -> None:
        stage = self._game.stage
        self.set_title(
            "Your own data" if self.draw.isChecked() else "Plane", "" if stage is None else "map: D before the step"
        )

    def _receive(self, frame: Frame) -> None:
        """Show how the pair learns from a drawing once it does."""
        if isinstance(frame, Status) and frame.training:
            self.draw.setChecked(False)

    def _changed(self, old: Experiment, new: Experiment) -> None:
        if new.network != old.network:
            self.draw.setChecked(False)
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
        store, field = self.context.store, fields.DATASET
        store.patch(field.act(store.experiment, DATA[word]), **field.changes(store.experiment, DATA[word]))


def _row(widgets: list[QWidget | None]) -> QWidget:
    """Return widgets side by side, with room where None stands."""
    row = QHBoxLayout(whole := QWidget())
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return whole
