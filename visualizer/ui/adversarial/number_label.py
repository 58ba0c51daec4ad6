"""A number in words that says where it comes from: by a click, or by the key = where the Tab key has led to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.widgets.focus import FocusRing


class NumberLabel(FocusRing, QLabel):
    """`number` returns what the words are asked as."""

    def __init__(self, context: Context, style: QFont, number: Callable[[], Number | None], name: str = "") -> None:
        super().__init__(objectName=name)
        self._context = context
        self.setFont(style)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        clickable(self, context, lambda point: number(), number, by_click=True)

    def setText(self, words: str) -> None:
        super().setText(words)
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            self.paint_ring(painter, self._context.theme)
