"""The column at the right of the network: the inspector of the selected layer, or that of a single weight."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget

from visualizer.ui.context import Context
from visualizer.ui.explanations.trail import trail
from visualizer.ui.inspectors.inspector_card import InspectorCard
from visualizer.ui.store import View

if TYPE_CHECKING:
    from visualizer.ui.chain_rule.weight_card import WeightCard


class Side(QStackedWidget):
    """Shows the weight while the view names one that the network has."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.layer = InspectorCard(context)
        self.addWidget(self.layer)
        context.store.view_changed.connect(self._look)
        context.player.recording_changed.connect(lambda _: self._choose())
        self._choose()

    @cached_property
    def weight(self) -> WeightCard:
        """The inspector of a weight, made when one is first chosen."""
        from visualizer.ui.chain_rule.weight_card import WeightCard

        card = WeightCard(self._context)
        self.addWidget(card)
        return card

    @property
    def weight_shown(self) -> bool:
        return self.currentWidget() is not self.layer

    def minimumSizeHint(self) -> QSize:
        return self.layer.minimumSizeHint()

    def _look(self, old: View, new: View) -> None:
        if new.selected != old.selected and new.parameter and new.parameter == old.parameter and self._left(new):
            self._context.store.look(parameter="", number=())
        elif old.parameter != new.parameter:
            self._choose()

    def _left(self, view: View) -> bool:
        """Return whether somebody has turned to another layer: who follows a number through the network has not."""
        recording = self._context.player.recording
        node = recording.graph.node.get(view.selected) if recording is not None else None
        owns = node is not None and view.parameter in node.parameters
        return not owns and trail(self._context).present is None

    def _choose(self) -> None:
        recording, parameter = self._context.player.recording, self._context.store.view.parameter
        known = recording is not None and parameter in recording.parameters
        self.setCurrentWidget(self.weight if known else self.layer)
