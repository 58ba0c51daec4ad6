"""Lines of an equation: a name, what it is made of, and its value; each number says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.inspectors.look import sign_token
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_ROW = 20


class Piece(NamedTuple):
    """A word or a number of a line, and what can be asked about it."""

    text: str
    number: Number | None = None


@dataclass(frozen=True)
class Row:
    """One line; `value` is what `result` says, `origin` the part of the network that a click goes to."""

    name: str
    pieces: tuple[Piece, ...]
    value: float
    result: Piece
    hover: str
    origin: str = ""
    signed: bool = False

    @property
    def numbers(self) -> list[Number]:
        """What can be asked, from left to right."""
        return [piece.number for piece in (*self.pieces, self.result) if piece.number is not None]


class Rows(FocusRing, QWidget):
    """A click on a number asks about it; up and down go from line to line, left and right from number to number.

    `picked` carries the origin of the line that was clicked.
    """

    picked = Signal(str)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self._context = context
        self.rows: Sequence[Row] = ()
        self._at_row = self._at_number = 0
        self._name_width = self._value_width = 0.0
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.numbers = clickable(self, context, self._number_at, self._number_here, by_click=True)

    def show_rows(self, rows: Sequence[Row]) -> None:
        if len(rows) != len(self.rows):
            self._at_row = self._at_number = 0
        self.rows = rows
        self._name_width = max((paint.width_of(row.name, font(11, 500)) for row in rows), default=0.0) + 16
        figures = font(11, 600, tabular=True)
        self._value_width = max((paint.width_of(row.result.text, figures) for row in rows), default=0.0) + 14
        self.setFixedHeight(max(_ROW * len(rows), 1))
        self.setAccessibleDescription("; ".join(_words(row) for row in rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    # What is where.

    @property
    def _middle(self) -> float:
        return min(self._name_width, self.width() * 0.45)

    def _places(self, row: Row, top: float) -> Iterator[tuple[Piece, QRectF]]:
        """Yield each piece of a line, the result last, with its place."""
        left, end = self._middle, self.width() - self._value_width
        for piece in row.pieces:
            width = paint.width_of(piece.text, font(11, tabular=True))
            yield piece, QRectF(left, top, max(min(width, end - left), 0.0), _ROW)
            left += width
        yield row.result, QRectF(end, top, self._value_width, _ROW)

    def _row_at(self, y: float) -> Row | None:
        number = int(y // _ROW)
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def _number_at(self, point: QPointF) -> Number | None:
        row = self._row_at(point.y())
        if row is None:
            return None
        top = point.y() // _ROW * _ROW
        return next((piece.number for piece, place in self._places(row, top) if place.contains(point)), None)

    def _number_here(self) -> Number | None:
        numbers = self.rows[self._at_row].numbers if self._at_row < len(self.rows) else []
        return numbers[min(self._at_number, len(numbers) - 1)] if numbers else None

    # Pointer and keys; numbers are asked about by `clickable`.

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(event.pos().y())
            if row is not None:
                QToolTip.showText(event.globalPos(), row.hover, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row is not None and row.origin:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(self._row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        down = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        right = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if (down or right) and self.rows:
            self._at_row = (self._at_row + down) % len(self.rows)
            numbers = self.rows[self._at_row].numbers
            self._at_number = (self._at_number + right) % len(numbers) if numbers else 0
            here = self._number_here()
            announce(self, _words(self.rows[self._at_row]) if down or here is None else here.hover)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.rows:
            if not self.numbers.ask(self._number_here()):
                self._go(self.rows[self._at_row])
        else:
            super().keyPressEvent(event)

    def _go(self, row: Row | None) -> None:
        if row is not None and row.origin:
            self.picked.emit(row.origin)

    # Picture.

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, row in enumerate(self.rows):
                area = QRectF(0, number * _ROW, self.width(), _ROW)
                if number % 2 == 0:
                    paint.rounded(painter, area.adjusted(0, 0.5, 0, -0.5), 3, theme.color("sunk"))
                self._paint_row(painter, row, area)
            if self.rows:
                self.paint_ring(painter, theme, self._marked())

    def _marked(self) -> QRectF:
        """Return where the keyboard is: at a number, or in a line without any."""
        row, here = self.rows[self._at_row], self._number_here()
        places = self._places(row, self._at_row * _ROW)
        found = next((place for piece, place in places if here is not None and piece.number is here), None)
        return found.adjusted(-2, 0, 2, 0) if found else QRectF(0, self._at_row * _ROW, self.width(), _ROW)

    def _paint_row(self, painter: QPainter, row: Row, area: QRectF) -> None:
        theme, quiet = self._context.theme, self._context.theme.color("text2")
        name = area.adjusted(6, 0, self._middle - self.width(), 0)
        paint.text(painter, name, row.name, font(11, 500), quiet)
        *pieces, (result, place) = self._places(row, area.top())
        for piece, spot in pieces:
            paint.text(painter, spot.adjusted(0, 0, 1, 0), piece.text, font(11, tabular=True), quiet)
        color = theme.color(sign_token(row.value, False) if row.signed else "text")
        figures = font(11, 600, tabular=True)
        paint.text(painter, place.adjusted(0, 0, -6, 0), result.text, figures, color, Qt.AlignmentFlag.AlignRight)


def _words(row: Row) -> str:
    return " ".join([row.name, "".join(piece.text for piece in row.pieces), row.result.text])
