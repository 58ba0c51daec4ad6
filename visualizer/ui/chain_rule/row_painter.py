"""Paints the lines of a chain: factor cards, signs, terms, ways, and the gradient that comes out."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from visualizer.core.numbers import rounded
from visualizer.core.topics.chain_rule import Chain, Term
from visualizer.ui import paint
from visualizer.ui.chain_rule.rows import Key, Row
from visualizer.ui.chain_rule.wording import details, signed, titles, verdicts
from visualizer.ui.formula import extent, paint_formula
from visualizer.ui.theme import Theme, font

_SYMBOL = 13.0
_FRACTION = 66.0
_PAD = 12.0
_NARROW = 330.0
_WIDEST = "−0.08888"
_RIGHT, _CENTER = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True)
class RowPainter:
    """Knows the chain and how wide a line is."""

    theme: Theme
    chain: Chain
    width: float
    unfolded: frozenset[Key]

    def paint(self, painter: QPainter, row: Row, *, hovered: bool, next_row: list[Row]) -> None:
        """Paint one line; an unfolded factor's card reaches around the lines inside of it."""
        area = QRectF(0, row.top, self.width, row.height)
        if row.kind == "sign":
            spot = QRectF(_PAD, row.top, _FRACTION - _PAD, row.height)
            paint.text(painter, spot, row.text, font(12), self.theme.color("text2"), _CENTER)
        elif row.kind == "factor":
            whole = area.adjusted(0, 0, 0, sum(other.height for other in next_row))
            self._frame(painter, whole, self._bar(row), hovered=hovered)
            self._factor(painter, area, row)
        elif row.kind == "path":
            self._frame(painter, area, self._tone(row.path.value if row.path else 0.0), hovered=hovered)
            self._path(painter, area, row)
        elif row.term is not None:
            self._term(painter, area, row.term, hovered=hovered)
        elif row.kind == "rest" and row.factor is not None:
            line = area.adjusted(_PAD, 0, -_PAD, 0)
            paint.text(painter, line, row.text, font(11), self.theme.color("text3"))
            rest = font(11, 600, tabular=True)
            paint.text(painter, line, rounded(row.factor.rest, 4), rest, self.theme.color("text2"), _RIGHT)
        elif row.kind == "result":
            self._result(painter, area)

    def _tone(self, value: float) -> QColor:
        return self.theme.color("grad_pos" if value > 0 else "grad_neg" if value < 0 else "line2")

    def _bar(self, row: Row) -> QColor:
        """Return the colour of the bar at the left: gradients have their sign's, slopes and inputs none."""
        is_gradient = row.factor is not None and row.factor.numerator.endswith("L")
        return self._tone(row.factor.value) if row.factor is not None and is_gradient else self.theme.color("line2")

    def _frame(self, painter: QPainter, area: QRectF, bar: QColor, *, hovered: bool) -> None:
        fill = self.theme.color("raised" if hovered else "sunk")
        paint.rounded(painter, area, 8, fill, self.theme.color("line2" if hovered else "line"))
        paint.rounded(painter, QRectF(area.left(), area.top() + 12, 3, min(area.height() - 24, 28)), 1.5, bar)

    def _factor(self, painter: QPainter, area: QRectF, row: Row) -> None:
        factor = row.factor
        assert factor is not None
        self._fraction(painter, area, factor.numerator, factor.denominator, self.theme.color("text"))
        is_gradient = factor.numerator.endswith("L")
        digits = 4 if self.width < _NARROW else 5
        value = signed(factor.value, digits) if is_gradient else rounded(factor.value, digits)
        color = self._tone(factor.value) if is_gradient and factor.value else self.theme.color("text")
        face = font(15, 600, tabular=True)
        room = paint.width_of(value, face) + _PAD
        paint.text(painter, area.adjusted(0, 0, -_PAD, 0), value, face, color, _RIGHT)
        words = QRectF(_FRACTION + 8, area.top() + 8, self.width - _FRACTION - 16 - room, 18)
        title = _fitting(titles(factor), font(12, 600), words.width())
        if row.key is not None:
            self._chevron(painter, words, row.key, title)
        paint.text(painter, words, title, font(12, 600), self.theme.color("text"))
        below, face = words.translated(0, 18), font(11, tabular=True)
        if "_" in factor.detail:
            self._formula(painter, below, factor.detail)
        else:
            detail = _fitting(details(factor), face, below.width())
            paint.text(painter, below, detail, face, self.theme.color("text2"))

    def _formula(self, painter: QPainter, area: QRectF, tex: str) -> None:
        room = extent(tex, 12)
        baseline = area.center().y() + (room.ascent - room.descent) / 2
        painter.save()
        painter.setClipRect(area.adjusted(0, -4, 0, 4))
        paint_formula(painter, area.left(), baseline, tex, 12, self.theme.color("text2"))
        painter.restore()

    def _chevron(self, painter: QPainter, words: QRectF, key: Key, title: str) -> None:
        """Paint behind the title that there is something inside, where there is room."""
        left = words.left() + paint.width_of(title, font(12, 600)) + 4
        if left + 12 <= words.right():
            name = "chevron-down" if key in self.unfolded else "chevron-right"
            icon = paint.icon_pixmap(name, self.theme.hex("text3"), 12, painter.device().devicePixelRatioF())
            painter.drawPixmap(QPointF(left, words.center().y() - 6), icon)

    def _fraction(self, painter: QPainter, area: QRectF, above: str, below: str, color: QColor) -> None:
        middle, center = area.left() + (_FRACTION + 6) / 2, area.center().y()
        widest = 0.0
        for tex, place in ((above, -9.0), (below, 11.0)):
            room = extent(tex, _SYMBOL)
            widest = max(widest, room.width)
            baseline = center + place + (room.ascent - room.descent) / 2
            paint_formula(painter, middle - room.width / 2, baseline, tex, _SYMBOL, color)
        half = min(max(widest / 2 + 4, 16), _FRACTION / 2)
        painter.setPen(QPen(self.theme.color("text3"), 1))
        painter.drawLine(QPointF(middle - half, center), QPointF(middle + half, center))

    def _path(self, painter: QPainter, area: QRectF, row: Row) -> None:
        assert row.path is not None and row.key is not None
        value, face = signed(row.path.value), font(13, 600, tabular=True)
        paint.text(painter, area.adjusted(0, 0, -_PAD, 0), value, face, self._tone(row.path.value), _RIGHT)
        words = area.adjusted(_PAD + 4, 0, -_PAD - paint.width_of(value, face) - 8, 0)
        title = f"way over {row.path.node}"
        paint.text(painter, words, title, font(12, 600), self.theme.color("text"))
        self._chevron(painter, words, row.key, title)

    def _term(self, painter: QPainter, area: QRectF, term: Term, *, hovered: bool) -> None:
        line = area.adjusted(_PAD, 0, -_PAD, 0)
        if hovered:
            paint.rounded(painter, area.adjusted(5, 0, -5, 0), 4, self.theme.color("hover"))
        face, quiet = font(11, tabular=True), self.theme.color("text2")
        x = line.left()
        third = self.width * 0.34
        for operand, left in ((term.error, x), (term.slope, third)):
            words = rounded(operand.value, 4)
            name = extent(operand.name, 11)
            if name.width + paint.width_of(_WIDEST, face) + 12 <= third - _PAD:
                baseline = area.center().y() + 4
                paint_formula(painter, left, baseline, operand.name, 11, self.theme.color("text3"))
                left += name.width + 5
            paint.text(painter, QRectF(left, area.top(), 80, area.height()), words, face, quiet)
        cross = QRectF(third - 12, area.top(), 8, area.height())
        paint.text(painter, cross, "·", face, quiet, _CENTER)
        strong = font(11, 600, tabular=True)
        paint.text(painter, line, signed(term.value, 4), strong, self._tone(term.value), _RIGHT)

    def _result(self, painter: QPainter, area: QRectF) -> None:
        gradient = self.chain.gradient
        tone = self._tone(gradient)
        tint = QColor(tone)
        tint.setAlphaF(0.14 if self.theme.dark else 0.08)
        paint.rounded(painter, area, 10, tint, tone, 1.6)
        self._fraction(painter, area, r"\partial L", rf"\partial {self.chain.symbol}", self.theme.color("text"))
        narrow = self.width < _NARROW
        value = signed(gradient, 4 if narrow else 5)
        face = font(17 if narrow else 21, 700, tabular=True)
        color = tone if gradient else self.theme.color("text")
        paint.text(painter, area.adjusted(0, 0, -_PAD, 0), value, face, color, _RIGHT)
        words = QRectF(_FRACTION + 8, area.top() + 11, self.width - _FRACTION - 28 - paint.width_of(value, face), 18)
        for line, texts, style, token in (
            (words, ("gradient of this weight", "gradient"), font(12, 600), "text"),
            (words.translated(0, 18), verdicts(gradient), font(11), "text2"),
        ):
            paint.text(painter, line, _fitting(texts, style, line.width()), style, self.theme.color(token))


def _fitting(texts: tuple[str, ...], face: QFont, width: float) -> str:
    """Return the longest wording that fits, the shortest where none does."""
    return next((text for text in texts if paint.width_of(text, face) <= width), texts[-1])
