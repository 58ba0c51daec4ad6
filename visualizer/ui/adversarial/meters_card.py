"""The meters of the game, in a card."""

from __future__ import annotations

from visualizer.core.numbers import whole
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.meters_view import MetersView
from visualizer.ui.card import Card
from visualizer.ui.context import Context


class MetersCard(Card):
    """Follows the pair as it stands."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__(context, "How the game goes")
        self._game = shown
        self.view = MetersView(context, shown)
        self.body.addWidget(self.view, 1)
        shown.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        frame = self._game.adversary
        if frame is not None:
            self.set_title("How the game goes", f"after {whole(frame.step)} steps")
