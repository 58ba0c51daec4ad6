"""What every part of the window is given, instead of reaching for the window."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.ui.link import Link
from visualizer.ui.player import Player
from visualizer.ui.store import Store
from visualizer.ui.theme import Theme, theme


@dataclass(frozen=True)
class Context:
    """The state, the engine and the playhead."""

    store: Store
    link: Link
    player: Player

    @property
    def theme(self) -> Theme:
        """The theme in force; repaint on `store.view_changed`."""
        return theme(self.store.view.theme)
