"""A sentence whose numbers answer for themselves: a click asks where one comes from, the arrow keys go to the next."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_ROW = 18.0


class Part(NamedTuple):
    """Some words of a sentence; `number` where they are a number that can be asked about."""

    words: str
    number: Number | None = None


class _Piece(NamedTuple):
    """What stands in one place: a word, or a number whole."""

    words: str
    number: Number | None
    area: QRectF


class FigureLine(FocusRing, QWidget):
    """Takes as many lines as its words need, or the one that it has room for; its hover then gives it whole."""

    def __init__(self, context: Context, name: str, size: int = 12, *, one_line: bool = False) -> None:
        super().__init__()
        self._context, self._size, self._name, self._one_line = context, size, name, one_line
        self._parts: list[Part] = []
        self._chosen = 0
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        clickable(self, context, self._number_at, self._number_here, by_click=True)
        context.store.view_changed.connect(lambda old, new: self.update())

    def say(self, *parts: str | Part) -> None:
        """Show a sentence made of words and numbers."""
        said = [part if isinstance(part, Part) else Part(part) for part in parts]
        if said == self._parts:
            return
        self._parts = said
        self._chosen = min(self._chosen, max(len(self._numbers) - 1, 0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._numbers else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{self._name}: {self.text()}" if self.text() else self._name)
        if self._one_line:
            self.setToolTip(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the sentence."""
        return "".join(part.words for part in self._parts)

    @property
    def _numbers(self) -> list[Number]:
        return [part.number for part in self._parts if part.number is not None]

    def _pieces(self, width: float) -> list[_Piece]:
        """Lay out words one after the other; a number stays whole."""
        pieces, left, top = [], 0.0, 0.0
        for part in self._parts:
            whole = [part.words] if part.number is not None else part.words.split(" ")
            for place, word in enumerate(whole):
                left += self._space if place else 0.0
                wide = paint.width_of(word, self._face(part.number))
                if left and left + wide > width and not self._one_line:
                    left, top = 0.0, top + _ROW
                pieces.append(_Piece(word, part.number, QRectF(left, top, wide, _ROW)))
                left += wide
        return pieces

    @property
    def _space(self) -> float:
        return paint.width_of("a a", self._face(None)) - paint.width_of("aa", self._face(None))

    def _face(self, number: Number | None) -> object:
        return font(self._size, 400 if number is None else 600, tabular=number is not None)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        pieces = self._pieces(width)
        return round(pieces[-1].area.bottom()) if pieces else round(_ROW)

    def sizeHint(self) -> QSize:
        return QSize(200, round(_ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, here = self._context.theme, self._number_here() if self._ring else None
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for piece in self._pieces(self.width()):
                ink = theme.color("text2" if piece.number is None else "text")
                paint.text(painter, piece.area.adjusted(0, 0, 2, 0), piece.words, self._face(piece.number), ink)
                if piece.number is not None:
                    chosen = piece.number is here
                    painter.setPen(
                        QPen(theme.color("accent" if chosen else "line2"), 2 if chosen else 1, Qt.PenStyle.DotLine)
                    )
                    painter.drawLine(
                        piece.area.bottomLeft() - QPointF(0, 1.5), piece.area.bottomRight() - QPointF(0, 1.5)
                    )
            self.paint_ring(painter, theme)

    def _number_at(self, point: QPointF) -> Number | None:
        return next((piece.number for piece in self._pieces(self.width()) if piece.area.contains(point)), None)

    def _number_here(self) -> Number | None:
        return self._numbers[self._chosen] if self._numbers else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and len(self._numbers) > 1:
            self._chosen = (self._chosen + steps[Qt.Key(event.key())]) % len(self._numbers)
            announce(self, self._numbers[self._chosen].hover)
            self.update()
        else:
            super().keyPressEvent(event)
