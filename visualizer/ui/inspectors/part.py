"""A section of the inspector: it is told what to show and does the work only while it is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy

from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look
from visualizer.ui.theme import font
from visualizer.ui.widgets.section import Section
from visualizer.ui.widgets.segmented import Segmented


class Part(Section):
    """Subclasses say with `applies` for what they are there, and fill their body in `refresh`."""

    def __init__(self, context: Context, key: str, title: str, folded_at_first: bool = False) -> None:
        self.look: Look | None = None
        super().__init__(context, f"inspector/{key}", title, folded_at_first)
        self.unfolding.connect(self._refresh_open)

    def inspect(self, look: Look) -> None:
        """Show something; nothing is computed while folded."""
        self.look = look
        applies = self.applies(look)
        self.setVisible(applies)
        if applies:
            self.name(look)
            if not self.folded:
                self.refresh(look)

    def applies(self, look: Look) -> bool:
        """Return whether there is anything to show in this section."""
        return True

    def name(self, look: Look) -> None:
        """Set title and toggles, which are seen while folded too."""

    def refresh(self, look: Look) -> None:
        """Fill the body."""
        raise NotImplementedError

    def _refresh_open(self) -> None:
        if self.look is not None and self.applies(self.look) and not self.folded:
            self.refresh(self.look)


class KindToggle(Segmented):
    """Values or their gradient: follows the playhead into the backward pass until somebody chooses otherwise."""

    def __init__(self, context: Context, name: str, choices: Sequence[str]) -> None:
        super().__init__(context, name, choices)
        self._backward = False

    def follow(self, look: Look) -> None:
        """Turn to gradients when the backward pass begins, and back to values when it has ended."""
        if look.backward != self._backward:
            self._backward = look.backward
            self.choose("gradient" if look.backward else self.first)


def note(size: int = 11) -> QLabel:
    """Return a line of second-level text that wraps."""
    label = QLabel()
    label.setObjectName("quiet")
    label.setFont(font(size))
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
