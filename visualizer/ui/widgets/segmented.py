"""A small toggle of two or three words, one of which is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import speak, tell
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_HEIGHT = 20
_PADDING = 7


class Segmented(FocusRing, QWidget):
    """Shows `choices` side by side; `chosen` carries the word that somebody picked."""

    chosen = Signal(str)

    def __init__(self, context: Context, name: str, choices: Sequence[str]) -> None:
        super().__init__()
        self._context = context
        self._choices: tuple[str, ...] = ()
        self._name = name
        self.choice = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[str]) -> None:
        """Offer other words; a choice that is no longer offered becomes the first."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            self.choose(self.choice if self.choice in self._choices else self._choices[0])
            self.updateGeometry()
            self.update()

    @property
    def first(self) -> str:
        return self._choices[0]

    def choose(self, choice: str) -> None:
        """Show another choice as chosen, without a signal."""
        if choice in self._choices and choice != self.choice:
            self.choice = choice
            self.update()
        self.setAccessibleName(f"{self._name}: {self.choice}")
        tell(self, self.choice)

    def sizeHint(self) -> QSize:
        return QSize(round(self._edges()[-1]), _HEIGHT)

    def _edges(self) -> list[float]:
        edges = [0.0]
        for word in self._choices:
            edges.append(edges[-1] + paint.width_of(word, font(11, 600)) + 2 * _PADDING)
        return edges

    def _pick(self, index: int) -> None:
        word = self._choices[min(max(index, 0), len(self._choices) - 1)]
        if word != self.choice:
            self.choose(word)
            speak(self, word)
            self.chosen.emit(word)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick(sum(event.position().x() >= edge for edge in self._edges()[1:]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self._choices.index(self.choice)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._pick(here + (1 if event.key() == Qt.Key.Key_Right else -1))
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            self._pick((here + 1) % len(self._choices))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QRectF(self.rect())
            paint.rounded(painter, whole, 6, theme.color("sunk"), theme.color("line"))
            edges = self._edges()
            for word, left, right in zip(self._choices, edges, edges[1:], strict=False):
                area = QRectF(QPointF(left, 0), QPointF(right, _HEIGHT))
                on = word == self.choice
                if on:
                    paint.rounded(painter, area.adjusted(2, 2, -2, -2), 4, theme.color("hover"))
                color = theme.color("text" if on else "text3")
                paint.text(painter, area, word, font(11, 600 if on else 400), color, Qt.AlignmentFlag.AlignHCenter)
            self.paint_ring(painter, theme, radius=6)
