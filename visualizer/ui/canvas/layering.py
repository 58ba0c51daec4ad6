"""Places the cards of a branching diagram in layers, as large as they may be where all have to fit."""

from __future__ import annotations

import itertools
from collections import Counter

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from visualizer.core import layout
from visualizer.ui.canvas.measures import LENS, TRUNK, Placed, measure_of
from visualizer.ui.canvas.scene import Diagram, LayerCard

_HEIGHTS = (
    (150.0, 28.0),
    (128.0, 24.0),
    (104.0, 20.0),
    (84.0, 16.0),
    (64.0, 12.0),
    (54.0, 10.0),
    (44.0, 8.0),
    (34.0, 8.0),
    (26.0, 8.0),
    (20.0, 8.0),
)
"""How high cards are and how far one above the other, from comfortable to their name only."""

_WIDE_GAP, _NARROW_GAP, _WIDEST_GAP = 48.0, 24.0, 128.0
_TITLE, _LEAST_ENDS = 14.0, 64.0
_HOPELESS = 1.5  # a diagram that would be so much too long even with narrow cards gets comfortable ones


def place_layers(diagram: Diagram, area: QRectF, links: list[tuple[str, str]], trunk: bool) -> Placed:
    """Return the diagram in layers: with the highest cards that fit, and narrower ones where that makes them fit."""
    layers = _Layers(diagram, area.width(), links, trunk)
    for high, gap in _HEIGHTS:
        drawn = layers.drawn(high, gap, {})
        if drawn.height <= area.height():
            drawn = _with_higher(layers, drawn, high, gap, area.height())
            break
    left = area.x() + max(area.width() - drawn.width, 0) / 2
    top = area.y() + max(area.height() - drawn.height, 0) / 2
    rects = {name: layers.rect(name, box).translated(left, top) for name, box in drawn.boxes.items()}
    lines = {link: _smooth([QPointF(left + x, top + y) for x, y in route]) for link, route in drawn.routes.items()}
    bounds = QRectF(area.x(), area.y(), max(drawn.width, area.width()), max(drawn.height, area.height()))
    return Placed(diagram, rects, lines, bounds, row=False)


def _with_higher(layers: _Layers, drawn: layout.Layout, high: float, gap: float, room: float) -> layout.Layout:
    """Return the layout with the cards that stand alone as high as there is room for."""
    alone = _alone(drawn)
    taller = (layers.drawn(high, gap, dict.fromkeys(alone, most)) for most, _ in _HEIGHTS if most > high)
    return next((layout for layout in taller if layout.height <= room), drawn)


def _alone(drawn: layout.Layout) -> frozenset[str]:
    """Return the cards that nothing stands above or below."""
    column = {name: round(box.x + box.width / 2) for name, box in drawn.boxes.items()}
    counts = Counter(column.values())
    return frozenset(name for name in drawn.boxes if counts[column[name]] == 1)


class _Layers:
    """Lays out one diagram, given how high its cards are."""

    def __init__(self, diagram: Diagram, room: float, links: list[tuple[str, str]], trunk: bool) -> None:
        self._cards, self._room, self._links, self._trunk = diagram.card, room, links, trunk

    def drawn(self, high: float, gap: float, alone: dict[str, float]) -> layout.Layout:
        """Return the layout that is as wide as the room, as far as cards and gaps can give way or take more."""

        def drawn(ease: float, between: float) -> layout.Layout:
            sizes = {name: self._size(card, alone.get(name, high), ease) for name, card in self._cards.items()}
            return layout.layered(sizes, self._links, (between, gap))

        wide = drawn(1.0, _WIDE_GAP)
        if wide.width <= self._room:
            columns = len({round(box.x + box.width / 2) for box in wide.boxes.values()})
            spare = (self._room - wide.width) / max(columns - 1, 1)
            return drawn(1.0, min(_WIDE_GAP + spare, _WIDEST_GAP))
        narrow = drawn(0.0, _NARROW_GAP)
        if narrow.width > _HOPELESS * self._room:
            return wide
        ease = min(max((self._room - narrow.width) / (wide.width - narrow.width), 0.0), 1.0)
        return drawn(ease, _NARROW_GAP + ease * (_WIDE_GAP - _NARROW_GAP))

    def _size(self, card: LayerCard, high: float, ease: float) -> tuple[float, float]:
        """Return width and height of a card; `ease` 1 is as wide as it likes to be, 0 as narrow as it may get."""
        measure = measure_of(card, TRUNK if self._trunk else LENS)
        wide = measure.narrow + ease * (measure.wide - measure.narrow)
        if card.kind == "sign":
            return (28.0, 28.0)
        if card.kind == "column":
            return (wide, min(high, 88.0) + _TITLE * self._trunk)
        if self._trunk and card.kind in ("input", "output"):
            return (wide, max(max(min(1.25 * high, 128.0), high), _LEAST_ENDS))
        return (wide, high)

    def rect(self, name: str, box: layout.Box) -> QRectF:
        """Return where a card is drawn; a column of the trunk has its title above it."""
        over = _TITLE if self._trunk and self._cards[name].kind == "column" else 0.0
        return QRectF(box.x, box.y, box.width, box.height).adjusted(0, over, 0, 0)


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
