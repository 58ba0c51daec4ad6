"""Where the cards of a diagram go in the room that there is, and the lines of their wires."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from visualizer.core import layout
from visualizer.ui import paint
from visualizer.ui.canvas.scene import Diagram, LayerCard
from visualizer.ui.theme import font

_ARC_ROOM, _LOW_ARC_ROOM = 34.0, 24.0
_BEND = 32.0
_HIGH, _LOW, _LOWEST = 104.0, 64.0, 20.0  # of cards in layers; the lowest, in a lens, have room for their name only
_FEW_ROWS = 3
_WIDEST_GAP = 130.0
_HOPELESS = 1.5  # a row that would be so much too long even with narrow cards gets comfortable ones


@dataclass(frozen=True)
class Measure:
    """How wide a kind of card likes to be, how narrow it may get, and the same for the gap before it."""

    wide: float
    narrow: float
    gap: float = 44.0
    narrow_gap: float = 34.0


_TRUNK = {
    "input": Measure(88, 64),
    "maps": Measure(116, 58, 44, 24),
    "stage": Measure(164, 104),
    "column": Measure(28, 22, 26, 20),
    "sign": Measure(28, 24, 32, 22),
    "output": Measure(112, 100, 26, 24),
}
_LENS = {
    "input": Measure(68, 50, 28, 14),
    "maps": Measure(68, 50, 28, 14),
    "stage": Measure(110, 80, 28, 14),
    "column": Measure(28, 22, 24, 14),
    "sign": Measure(28, 22, 28, 14),
    "output": Measure(100, 80, 28, 14),
}


@dataclass(frozen=True)
class Placed:
    """A diagram in place: rectangles by card, lines by wire.

    `arcs` names the wires that go over the row, `pills` the cards that ride on such an arc.
    """

    diagram: Diagram
    rects: dict[str, QRectF]
    lines: dict[tuple[str, str], QPainterPath]
    bounds: QRectF
    arcs: frozenset[tuple[str, str]] = frozenset()
    pills: frozenset[str] = frozenset()
    row: bool = True

    def card_at(self, point: QPointF) -> LayerCard | None:
        for card in self.diagram.cards:
            if self.rects[card.id].contains(point):
                return card
        return None


def place_trunk(diagram: Diagram, area: QRectF) -> Placed:
    """Return the trunk in `area`; it is wider than that only where its cards cannot get narrower."""
    return _place(diagram, area.getRect(), trunk=True)


def place_lens(diagram: Diagram, area: QRectF) -> Placed:
    """Return the inside of a call as a row of small cards in `area`."""
    return _place(diagram, area.getRect(), trunk=False)


@lru_cache(maxsize=16)
def _place(diagram: Diagram, place: tuple[float, float, float, float], trunk: bool) -> Placed:
    """Place a diagram; remembered, as new recordings of one network come many times a second while it trains."""
    area, measures = QRectF(*place), _TRUNK if trunk else _LENS
    links = [(wire.source, wire.target) for wire in diagram.wires]
    row = layout.as_row([card.id for card in diagram.cards], links)
    if row is None:
        return _layers(diagram, area, links, measures)
    return _row(diagram, area, row, measures, trunk)


def _row(diagram: Diagram, area: QRectF, row: layout.Row, measures: dict[str, Measure], trunk: bool) -> Placed:
    has_arcs = bool(row.skips or row.carried)
    room = _ARC_ROOM if area.height() > 110 else _LOW_ARC_ROOM
    top = area.y() + (room if has_arcs else 0)
    height = area.bottom() - top
    middle = top + height / 2 + (14 if trunk else 0)
    cards = [diagram.card[name] for name in row.order]
    widths, gaps = _widths([_measure(card, measures) for card in cards], area.width())
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
    over = area.y() + (14 if room == _ARC_ROOM else 9)
    for source, target in row.skips:
        lines[source, target] = _rise(rects[source], over)
        lines[source, target].connectPath(_fall(rects[target], over))
    for name, (source, target) in row.carried.items():
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


def _measure(card: LayerCard, measures: dict[str, Measure]) -> Measure:
    """Return the measure of a card; stages with few maps show them larger, those with many blocks are wider."""
    if card.kind != "stage":
        return measures[card.kind]
    maps = card.shape[0] if len(card.shape) > 2 else 1
    column = 61.0 if maps <= 16 else 48.0 if maps <= 32 else 42.0
    columns = min(len(card.blocks), 8)
    return Measure(16 + columns * column, 16 + columns * column * 0.62)


def _widths(measures: list[Measure], room: float) -> tuple[list[float], list[float]]:
    """Return widths of cards and of the gaps before them; surplus goes to both, want is taken from both."""
    gaps = [0.0] + [min(a.gap, b.gap) for a, b in itertools.pairwise(measures)]
    least = [0.0] + [min(a.narrow_gap, b.narrow_gap) for a, b in itertools.pairwise(measures)]
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


def _layers(diagram: Diagram, area: QRectF, links: list[tuple[str, str]], measures: dict[str, Measure]) -> Placed:
    """Place cards in layers: lower ones where that makes them fit, and wider apart where there is room."""
    gap = 20
    drawn = layout.layered(_sizes(diagram, measures, _HIGH), links, (48, gap))
    if drawn.height > area.height():
        rows = max(Counter(round(box.x + box.width / 2) for box in drawn.boxes.values()).values())
        gap, low = (8, _LOWEST) if measures is _LENS and rows <= _FEW_ROWS else (20, _LOW)
        high = max((area.height() - gap * (rows - 1)) / rows, low)
        drawn = layout.layered(_sizes(diagram, measures, min(high, _HIGH)), links, (48, gap))
    columns = len({round(box.x + box.width / 2) for box in drawn.boxes.values()})
    spare = (area.width() - drawn.width) / max(columns - 1, 1)
    if spare > 0:
        sizes = {name: (box.width, box.height) for name, box in drawn.boxes.items()}
        drawn = layout.layered(sizes, links, (48 + min(spare, 80), gap))
    left = area.x() + max(area.width() - drawn.width, 0) / 2
    top = area.y() + max(area.height() - drawn.height, 0) / 2
    rects = {name: QRectF(left + box.x, top + box.y, box.width, box.height) for name, box in drawn.boxes.items()}
    lines = {link: _smooth([QPointF(left + x, top + y) for x, y in route]) for link, route in drawn.routes.items()}
    bounds = QRectF(area.x(), area.y(), max(drawn.width, area.width()), max(drawn.height, area.height()))
    return Placed(diagram, rects, lines, bounds, row=False)


def _sizes(diagram: Diagram, measures: dict[str, Measure], high: float) -> dict[str, tuple[float, float]]:
    kinds = {"sign": (28.0, 28.0), "column": (30.0, min(high, 88.0)), "input": (88.0, max(high, 128.0))}
    return {card.id: kinds.get(card.kind, (measures[card.kind].wide, high)) for card in diagram.cards}


def _smooth(points: list[QPointF]) -> QPainterPath:
    """Return a line that is level at every corner and bends between them."""
    path = QPainterPath(points[0])
    for a, b in itertools.pairwise(points):
        if abs(a.y() - b.y()) < 0.5:
            path.lineTo(b)
        else:
            half = (a.x() + b.x()) / 2
            path.cubicTo(QPointF(half, a.y()), QPointF(half, b.y()), b)
    return path
