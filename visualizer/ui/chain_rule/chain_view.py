"""The factor cards: from the loss to one weight, each factor with its symbol, its numbers and its value."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.operand import Operand
from visualizer.core.topics.chain_rule import Chain
from visualizer.ui.announcing import announce
from visualizer.ui.chain_rule.row_painter import RowPainter
from visualizer.ui.chain_rule.rows import Key, Row, rows_of
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.formula import plain, typesetter
from visualizer.ui.widgets.focus import FocusRing

_HALF = 0.56  # of the width: a click right of it is on the value


class ChainView(FocusRing, QWidget):
    """Click or Return unfolds a sum; a click on a value, or the key =, asks where it comes from."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.chain: Chain | None = None
        self.rows: list[Row] = []
        self._unfolded: frozenset[Key] = frozenset()
        self._at = 0
        self._hovered: Row | None = None
        self.setAccessibleName("Factors of the chain rule")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        clickable(self, context, self._number_at, self._number_here, by_click=True)
        typesetter().ready.connect(self.update)

    def show_chain(self, chain: Chain) -> None:
        """Show another chain; what is unfolded stays so while the weight is the same."""
        if self.chain is None or (chain.parameter, chain.index) != (self.chain.parameter, self.chain.index):
            self._unfolded, self._at = frozenset(), 0
        self.chain = chain
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(240, math.ceil(self.rows[-1].top + self.rows[-1].height) if self.rows else 1)

    def _lay_out(self) -> None:
        assert self.chain is not None
        self.rows = rows_of(self.chain, self._unfolded)
        self._at = min(self._at, len(self._stops) - 1)
        self._hovered = None
        self.setFixedHeight(self.sizeHint().height())
        self.setAccessibleDescription("; ".join(words(row, self.chain) for row in self._stops))
        self.update()

    @property
    def _stops(self) -> list[Row]:
        return [row for row in self.rows if row.can_be_reached]

    @property
    def unfolded(self) -> frozenset[Key]:
        """What shows its inside: pairs of a path and one of its factors."""
        return self._unfolded

    def toggle(self, key: Key) -> None:
        """Unfold a sum or a path, or fold it."""
        self._unfolded = self._unfolded ^ {key}
        self._lay_out()

    # Numbers.

    def _row_at(self, point: QPointF) -> Row | None:
        return next((row for row in self.rows if row.top <= point.y() < row.top + row.height), None)

    def _number_at(self, point: QPointF) -> Number | None:
        row = self._row_at(point)
        if row is None:
            return None
        on_value = point.x() >= self.width() * _HALF
        if row.kind == "factor" and row.key is not None and not on_value:
            return None  # unfolds
        return self._number(row, second=row.kind == "term" and point.x() >= self.width() * 0.34)

    def _number_here(self) -> Number | None:
        return self._number(self._stops[self._at], second=False) if self._stops else None

    def _number(self, row: Row, *, second: bool) -> Number | None:
        """Return the number behind a line: of a term its error, or its slope as the `second`."""
        if self.chain is None:
            return None
        if row.kind == "result":
            question = Explain(self.chain.parameter, self.chain.index, "parameter_gradient")
            return Number(question, f"recorded gradient: {exact(self.chain.gradient)}\n"
                                    f"product of the factors: {self.chain.product!r}")  # fmt: skip
        if row.term is not None:
            return _asked(row.term.slope if second else row.term.error)
        if row.factor is None or row.kind != "factor":
            return None
        if row.factor.operand is not None:
            return _asked(row.factor.operand)
        return self._where_used(row)

    def _where_used(self, row: Row) -> Number | None:
        """Return the gradient that a slope has made: its card shows the slope at work."""
        assert row.factor is not None and row.path is not None
        first = row.path.factors[0].operand
        source = row.factor.edges[0].partition("->")[0].partition(":")[0] if row.factor.edges else ""
        if first is None or not source or not row.factor.title.startswith("slope"):
            return None
        return Number(Explain(source, first.index, "gradient"), f"{row.factor.title}: {exact(row.factor.value)}")

    # Pointer and keys.

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(QPointF(event.pos()))
            if row is not None and row.factor is not None and row.kind == "factor":
                hint = "\nClick: the terms of this sum" if row.key is not None else ""
                said = plain(row.factor.detail) if "_" in row.factor.detail else row.factor.detail
                QToolTip.showText(event.globalPos(), f"{row.factor.title}: {said}{hint}", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row is not None and row.key is not None and event.button() == Qt.MouseButton.LeftButton:
            self.toggle(row.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row is not None and row.key is not None and self._number_at(event.position()) is None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if row is not self._hovered:
            self._hovered = row
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Up: lambda: self._move(-1),
            Qt.Key.Key_Down: lambda: self._move(1),
            Qt.Key.Key_Return: self._unfold_here,
            Qt.Key.Key_Enter: self._unfold_here,
        }
        act = acts.get(event.key())
        if act is None or not self._stops:
            super().keyPressEvent(event)
        else:
            act()

    def _move(self, step: int) -> None:
        self._at = min(max(self._at + step, 0), len(self._stops) - 1)
        announce(self, words(self._stops[self._at], self.chain))
        self.update()

    def _unfold_here(self) -> None:
        key = self._stops[self._at].key
        if key is not None:
            self.toggle(key)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.chain is None:
            return
        painter_of = RowPainter(self._context.theme, self.chain, self.width(), self._unfolded)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for row in self.rows:
                painter_of.paint(painter, row, hovered=row is self._hovered, next_row=self._after(row))
            if self._stops:
                row = self._stops[self._at]
                self.paint_ring(painter, self._context.theme, QRectF(0, row.top, self.width(), row.height), 8)

    def _after(self, row: Row) -> list[Row]:
        """Return the lines inside of an unfolded factor."""
        inside = [other for other in self.rows if other.factor is row.factor and other.path is row.path]
        return [other for other in inside if other.kind in ("term", "rest", "foot")]


def _asked(operand: Operand) -> Number | None:
    if operand.kind == "constant":
        return None
    hover = f"{plain(operand.name)} = {exact(operand.value)}"
    return Number(Explain(operand.origin, operand.index, operand.kind), hover)


def words(row: Row, chain: Chain) -> str:
    """Return what a line says, for who cannot see it."""
    if row.kind == "result":
        return f"gradient of this weight {exact(chain.gradient)}"
    if row.term is not None:
        return f"{exact(row.term.error.value)} times {exact(row.term.slope.value)} is {exact(row.term.value)}"
    if row.factor is not None:
        return f"{row.factor.title} {exact(row.factor.value)}"
    return f"way over {row.path.node} {exact(row.path.value)}" if row.path is not None else ""
