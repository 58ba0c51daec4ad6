"""Where the cards of a diagram go in the room that there is, and the lines of their wires."""

from __future__ import annotations

import itertools
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from visualizer.core import layout
from visualizer.ui import paint
from visualizer.ui.canvas.layering import place_layers
from visualizer.ui.canvas.measures import LENS, LONGEST_NAME, TRUNK, Measure, Placed, measure_of
from visualizer.ui.canvas.scene import Diagram, LayerCard
from visualizer.ui.theme import font

_ARC_ROOM, _LOW_ARC_ROOM = 34.0, 24.0
_LEVEL, _LOW_LEVEL = 16.0, 10.0  # between an arc and one over it
_BEND = 32.0
_WIDEST_GAP = 130.0
_HOPELESS = 1.5  # a row that would be so much too long even with narrow cards gets comfortable ones


def place_trunk(diagram: Diagram, area: QRectF) -> Placed:
    """Return the trunk in `area`; it is wider than that only where its cards cannot get narrower."""
    return _place(diagram, area.getRect(), trunk=True)


def place_lens(diagram: Diagram, area: QRectF) -> Placed:
    """Return the inside of a call as a row of small cards in `area`."""
    return _place(diagram, area.getRect(), trunk=False)


@lru_cache(maxsize=16)
def _place(diagram: Diagram, place: tuple[float, float, float, float], trunk: bool) -> Placed:
    """Place a diagram; remembered, as new recordings of one network come many times a second while it trains."""
    area, measures = QRectF(*place), TRUNK if trunk else LENS
    links = [(wire.source, wire.target) for wire in diagram.wires]
    row = layout.as_row([card.id for card in diagram.cards], links)
    if row is None:
        return place_layers(diagram, area, links, trunk)
    return _row(diagram, area, row, measures, trunk)


def _row(diagram: Diagram, area: QRectF, row: layout.Row, measures: dict[str, Measure], trunk: bool) -> Placed:
    has_arcs = bool(row.skips or row.carried)
    roomy = area.height() > 110
    level = _LEVEL if roomy else _LOW_LEVEL
    higher = (max(row.levels.values(), default=1) - 1) * level
    top = area.y() + (higher + (_ARC_ROOM if roomy else _LOW_ARC_ROOM) if has_arcs else 0)
    height = area.bottom() - top
    middle = top + height / 2 + (14 if trunk else 0)
    cards = [diagram.card[name] for name in row.order]
    needed = [_overhang(a, trunk) + _overhang(b, trunk) + 6 for a, b in itertools.pairwise(cards)]
    widths, gaps = _widths([measure_of(card, measures) for card in cards], needed, area.width())
    rects: dict[str, QRectF] = {}
    x = area.x() + max(area.width() - sum(widths) - sum(gaps), 0) / 2
    for card, width, gap in zip(cards, widths, gaps, strict=True):
        x += gap
        rects[card.id] = _upright(card, round(x), round(width), top, height, middle, trunk)
        x += width
    lines: dict[tuple[str, str], QPainterPath] = {}
    for wire in diagram.wires:
        if wire.source in rects and wire.target in rects and (wire.source, wire.target) not in row.skips:
            lines[wire.source, wire.target] = _straight(rects[wire.source], rects[wire.target], middle)
    lowest = area.y() + higher + (14 if roomy else 9)
    for source, target in row.skips:
        over = lowest - (row.levels[source, target] - 1) * level
        lines[source, target] = _rise(rects[source], over)
        lines[source, target].connectPath(_fall(rects[target], over))
    for name, (source, target) in row.carried.items():
        over = lowest - (row.levels[source, target] - 1) * level
        room = rects[target].center().x() - rects[source].center().x() - 2 * _BEND - 16
        width = min(paint.width_of(diagram.card[name].title, font(10, 500)) + 20, max(room, 24))
        center = (rects[source].center().x() + rects[target].center().x()) / 2
        rects[name] = QRectF(center - width / 2, over - 10, width, 20)
        lines[source, name] = _rise(rects[source], over)
        lines[source, name].lineTo(rects[name].left(), over)
        down = _fall(rects[target], over)
        lines[name, target] = QPainterPath(QPointF(rects[name].right(), over))
        lines[name, target].lineTo(down.elementAt(0).x, over)
        lines[name, target].connectPath(down)
    arcs = {link for link in lines if link in row.skips or row.carried.keys() & set(link)}
    bounds = QRectF(area.x(), area.y(), max(x - area.x(), area.width()), area.height())
    return Placed(diagram, rects, lines, bounds, frozenset(arcs), frozenset(row.carried))


def _overhang(card: LayerCard, trunk: bool) -> float:
    """Return how far the name above a column of the trunk reaches out of it to either side."""
    if not trunk or card.kind != "column":
        return 0.0
    return max(min(paint.width_of(card.title, font(10, 600)), LONGEST_NAME) - TRUNK["column"].narrow, 0.0) / 2


def _widths(measures: list[Measure], needed: list[float], room: float) -> tuple[list[float], list[float]]:
    """Return widths of cards and of the gaps before them; surplus goes to both, want is taken from both."""
    pairs = list(zip(itertools.pairwise(measures), needed, strict=True))
    gaps = [0.0] + [max(min(a.gap, b.gap), need) for (a, b), need in pairs]
    least = [0.0] + [max(min(a.narrow_gap, b.narrow_gap), need) for (a, b), need in pairs]
    widths = [measure.wide for measure in measures]
    surplus = room - sum(widths) - sum(gaps)
    if surplus >= 0:
        share = min(surplus * 0.6 / sum(widths), 0.5)
        grown = [w * (1 + share) if m.wide > 60 else w for w, m in zip(widths, measures, strict=True)]
        rest = room - sum(grown) - sum(gaps)
        return grown, [min(gap * (1 + rest / (sum(gaps) or 1.0)), _WIDEST_GAP) for gap in gaps]
    narrow = [measure.narrow for measure in measures]
    if sum(narrow) + sum(least) > room * _HOPELESS:
        return widths, gaps
    slack = sum(widths) + sum(gaps) - sum(narrow) - sum(least)
    want = min(-surplus / slack, 1.0) if slack > 0 else 1.0
    return (
        [w - (w - n) * want for w, n in zip(widths, narrow, strict=True)],
        [g - (g - n) * want for g, n in zip(gaps, least, strict=True)],
    )


def _upright(card: LayerCard, x: float, width: float, top: float, height: float, middle: float, trunk: bool) -> QRectF:
    """Return the rectangle of a card: pictures as high as they are wide, columns lower for the name above them."""
    if card.kind == "sign":
        return QRectF(x, middle - width / 2, width, width)
    if not trunk:
        return QRectF(x, top, width, height)
    if card.kind == "input":
        high = min(width + 40, height)
        return QRectF(x, round(middle - high / 2), width, high)
    if card.kind == "column":
        return QRectF(x, round(middle - (height - 40) / 2), width, height - 40)
    return QRectF(x, top, width, height)


def _straight(source: QRectF, target: QRectF, y: float) -> QPainterPath:
    path = QPointF(source.right(), y)
    line = QPainterPath(path)
    line.lineTo(QPointF(target.left(), y))
    return line


def _rise(source: QRectF, top: float) -> QPainterPath:
    """Return the way up from a card and a little along."""
    x = source.center().x()
    path = QPainterPath(QPointF(x, source.top()))
    path.cubicTo(QPointF(x, top), QPointF(x + _BEND / 4, top), QPointF(x + _BEND, top))
    return path


def _fall(target: QRectF, top: float) -> QPainterPath:
    """Return the way from over a card down into it."""
    x = target.center().x()
    path = QPainterPath(QPointF(x - _BEND, top))
    path.cubicTo(QPointF(x - 4, top), QPointF(x, top), QPointF(x, target.top()))
    return path
