"""What can be asked of a pair that makes pictures: an opinion, a walk; and the losses."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.losses_plot import LossesPlot
from visualizer.ui.adversarial.opinion_panel import OpinionPanel
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.adversarial.walk_panel import WalkPanel
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.widgets.segmented import Segmented

_TITLES = {"opinion": "D’s opinion", "latent walk": "Latent walk", "losses": "Losses"}


class ExploreCard(Card):
    """One of three panels."""

    def __init__(self, context: Context, shown: Game, subject: Subject) -> None:
        super().__init__(context, _TITLES["opinion"])
        self.opinion, self.walk = OpinionPanel(context, shown, subject), WalkPanel(context, shown, subject)
        self.panels: dict[str, QWidget] = {
            "opinion": self.opinion, "latent walk": self.walk, "losses": LossesPlot(context)
        }  # fmt: skip
        self.choice = Segmented(context, "Panel", tuple(self.panels))
        self.choice.chosen.connect(self.show_panel)
        self.header.addWidget(self.choice)
        self._stack = QStackedWidget()
        for panel in self.panels.values():
            self._stack.addWidget(panel)
        self.body.addWidget(self._stack, 1)

    def show_panel(self, name: str) -> None:
        self.choice.choose(name)
        self.set_title(_TITLES[name])
        self._stack.setCurrentWidget(self.panels[name])
