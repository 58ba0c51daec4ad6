"""All that can be done in the window: one file a menu, one entry an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.ui.actions import Entry
from visualizer.ui.commands import animation, chain_rule, edit, files, numbers, pictures, run, support, view

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    """Return all entries, menu by menu."""
    return [
        *files.entries(window),
        *edit.entries(window),
        *pictures.entries(window),
        *view.entries(window),
        *numbers.entries(window),
        *run.entries(window),
        *animation.entries(window),
        *chain_rule.entries(window),
        *support.entries(window),
    ]
