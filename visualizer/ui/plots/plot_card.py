"""A card around a plot whose subtitle says as much as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_MARGINS, _GAP = 32, 12
_SLACK = 2  # what a label takes beside its words
_LEAST = QSize(220, 140)


class PlotCard(Card):
    """`tools` stand at the right of the title; subclasses say in `arrange` what is shown at the present width."""

    def __init__(self, context: Context, title: str, tools: list[QWidget]) -> None:
        super().__init__(context, title)
        self._tools = tools
        for tool in tools:
            self.header.addWidget(tool)
        context.store.view_changed.connect(self.arrange)

    def minimumSizeHint(self) -> QSize:
        return _LEAST  # whatever is shown at the present width: what has grown must be able to shrink again

    def arrange(self) -> None:
        """Choose title, subtitle and tools for the width and the state."""

    def fits(self, title: str, *tools: QWidget) -> bool:
        """Return whether these tools have room beside the title."""
        used = sum(tool.sizeHint().width() + _GAP for tool in tools)
        return _MARGINS + self._title_width(title) + used + _SLACK <= self.width()

    def _title_width(self, title: str) -> float:
        beside = self.beside_title.sizeHint().width() + 2 if self.beside_title is not None else 0
        return paint.width_of(title, font(14, 600)) + beside

    def entitle(self, title: str, *subtitles: str) -> None:
        """Show a title and the first of the subtitles, longest first, that there is room for."""
        used = sum(tool.sizeHint().width() + _GAP for tool in self._tools if not tool.isHidden())
        room = self.width() - _MARGINS - used - self._title_width(title) - _GAP
        fitting = (words for words in subtitles if paint.width_of(words, font(12)) <= room)
        self.set_title(title, next(fitting, ""))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()
