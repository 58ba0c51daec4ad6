"""How samples that are points are painted: classes in colour and form, numbers in the colours of their sign."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from visualizer.ui import paint
from visualizer.ui.theme import Theme, font

_LEGEND_ROW = 20
_LEGEND_ROWS = 2
CLASS_INKS = ("series2", "series3", "series4", "series1")


def ink_of(theme: Theme, target: int | float) -> QColor:
    """Return the colour of a class, or of a number between −1 and 1."""
    if isinstance(target, int):
        return theme.color(CLASS_INKS[target % len(CLASS_INKS)])
    table = theme.table("signed")
    return QColor(*(int(channel) for channel in table[round((min(max(target, -1.0), 1.0) + 1) * 127.5)]))


def paint_point(
    painter: QPainter, at: QPointF, form: int, ink: QColor, rim: QColor, size: float = 4.5, *, hollow: bool = False
) -> None:
    """Paint a disc, a square, a triangle or a diamond; hollow ones have their colour in the rim."""
    painter.setPen(QPen(ink, 1.4) if hollow else QPen(rim, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
    if form % 4 == 0:
        painter.drawEllipse(at, size, size)
    elif form % 4 == 1:
        painter.drawRect(QRectF(at.x() - size * 0.9, at.y() - size * 0.9, size * 1.8, size * 1.8))
    else:
        ways = ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)) if form % 4 == 2 else ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0))
        painter.drawPolygon(QPolygonF([at + QPointF(x * size, y * size) for x, y in ways]))


def paint_legend(painter: QPainter, theme: Theme, rect: QRectF, entries: Sequence[tuple[str, int, bool]]) -> None:
    """Name forms and colours in the lower left corner, in a second row where one has no room for all.

    An entry is a name, its class (-1 for none), and whether its points are hollow.
    """
    face = font(10, 600)
    rows = _rows([paint.width_of(name, face) + 24 for name, _, _ in entries], rect.width() - 12)[:_LEGEND_ROWS]
    left = iter(entries)
    for place, row in enumerate(rows):
        x, y = rect.left() + 8, rect.bottom() - 24 - _LEGEND_ROW * (len(rows) - 1 - place)
        for width in row:
            name, number, hollow = next(left)
            spot = QRectF(x, y, width, 17)
            paint.rounded(painter, spot, 8, theme.color("panel", 0.88))
            ink = ink_of(theme, number) if number >= 0 else theme.color("text2")
            at = QPointF(spot.left() + 10, spot.center().y())
            paint_point(painter, at, max(number, 0), ink, theme.color("sunk"), 3.4, hollow=hollow)
            paint.text(painter, spot.adjusted(18, 0, 0, 0), name, face, theme.color("text"))
            x += width + 4


def _rows(widths: Sequence[float], room: float) -> list[list[float]]:
    """Break what stands side by side into rows."""
    rows: list[list[float]] = []
    for width in widths:
        if rows and sum(rows[-1]) + 4 * len(rows[-1]) + width <= room:
            rows[-1].append(width)
        else:
            rows.append([width])
    return rows
