"""The loss surface, large."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.ui.context import Context
from visualizer.ui.plots.surface_card import SurfaceCard


class SurfacePage(QWidget):
    """One card that fills the page."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(SurfaceCard(context))
