"""How large the kinds of cards like to be, and what a diagram in place is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from visualizer.ui.canvas.scene import Diagram, LayerCard

_MOST_COLUMNS = 8
_NARROW_STAGE = 400.0
LONGEST_NAME = 80.0
"""So much room has the name above a column of the trunk."""


@dataclass(frozen=True)
class Measure:
    """How wide a kind of card likes to be, how narrow it may get, and the same for the gap before it."""

    wide: float
    narrow: float
    gap: float = 44.0
    narrow_gap: float = 34.0


TRUNK = {
    "input": Measure(88, 64),
    "maps": Measure(116, 58, 44, 24),
    "stage": Measure(164, 104),
    "column": Measure(28, 22, 26, 20),
    "sign": Measure(28, 24, 32, 22),
    "output": Measure(112, 100, 26, 24),
}
LENS = {
    "input": Measure(68, 50, 28, 14),
    "maps": Measure(68, 50, 28, 14),
    "stage": Measure(110, 80, 28, 14),
    "column": Measure(48, 30, 24, 14),
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


def measure_of(card: LayerCard, measures: dict[str, Measure]) -> Measure:
    """Return the measure of a card; stages with few maps show them larger, those with many blocks are wider."""
    if card.kind != "stage":
        return measures[card.kind]
    maps = card.shape[0] if len(card.shape) > 2 else 1
    column = 61.0 if maps <= 16 else 48.0 if maps <= 32 else 42.0
    count = len(card.blocks)
    if card.parallel:
        count = min(count, 3)
    elif count > _MOST_COLUMNS:
        count = max(_MOST_COLUMNS, min(round(1.6 * count**0.5), 14))
    return Measure(16 + count * column, min(16 + count * column * 0.62, _NARROW_STAGE))
