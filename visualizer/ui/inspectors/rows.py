"""Lines of an equation: a name, what it is made of, and its value; a click leads to where it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.core.messages import Explain
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import sign_token
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_ROW = 20


@dataclass(frozen=True)
class Row:
    """One line; `origin` is the tensor and index behind it, `question` what to ask of it, if there is any."""

    name: str
    middle: str
    value: float
    text: str
    hover: str
    origin: tuple[str, tuple[int, ...]] | None = None
    signed: bool = False
    question: Explain | None = None

    @property
    def leads(self) -> bool:
        """Whether a click leads on."""
        return self.origin is not None or self.question is not None


class Rows(FocusRing, QWidget):
    """`origin_picked` carries the Row that was clicked and leads on."""

    origin_picked = Signal(object)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self._context = context
        self.rows: Sequence[Row] = ()
        self._at_row = 0
        self._name_width = self._value_width = 0.0
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._at_row = 0
        self._name_width = max((paint.width_of(row.name, font(11, 500)) for row in rows), default=0.0) + 16
        figures = font(11, 600, tabular=True)
        self._value_width = max((paint.width_of(row.text, figures) for row in rows), default=0.0) + 14
        self.setFixedHeight(max(_ROW * len(rows), 1))
        self.setAccessibleDescription("; ".join(_words(row) for row in rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def _row_at(self, y: float) -> Row | None:
        number = int(y // _ROW)
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(event.pos().y())
            if row is not None:
                QToolTip.showText(event.globalPos(), row.hover, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        leads = row is not None and row.leads
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(self._row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if Qt.Key(event.key()) in steps and self.rows:
            self._at_row = (self._at_row + steps[Qt.Key(event.key())]) % len(self.rows)
            announce(self, _words(self.rows[self._at_row]))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self.rows:
            self._go(self.rows[self._at_row])
        else:
            super().keyPressEvent(event)

    def _go(self, row: Row | None) -> None:
        if row is not None and row.leads:
            self.origin_picked.emit(row)

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
                self.paint_ring(painter, theme, QRectF(0, self._at_row * _ROW, self.width(), _ROW))

    def _paint_row(self, painter: QPainter, row: Row, area: QRectF) -> None:
        theme = self._context.theme
        middle = min(self._name_width, self.width() * 0.45)
        value = theme.color(sign_token(row.value, False) if row.signed else "text")
        right = Qt.AlignmentFlag.AlignRight
        paint.text(
            painter, area.adjusted(6, 0, middle - self.width(), 0), row.name, font(11, 500), theme.color("text2")
        )
        figures = font(11, tabular=True)
        paint.text(painter, area.adjusted(middle, 0, -self._value_width, 0), row.middle, figures, theme.color("text2"))
        paint.text(
            painter,
            area.adjusted(self.width() - self._value_width, 0, -6, 0),
            row.text,
            font(11, 600, tabular=True),
            value,
            right,
        )


def _words(row: Row) -> str:
    return f"{row.name} {row.middle} {row.text}"
