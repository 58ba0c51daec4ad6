"""Where things lie in the unrolled network: one column a time step, rows from the loss down to the input."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

CLOSE = 40.0
"""Columns at least this wide show their words; narrower ones only their numbers as colours."""
WIDEST, NARROWEST = 112.0, 2.0
_EDGE = 10.0
_CELL_SHARE, _WIDEST_CELL = 0.56, 52.0


@dataclass(frozen=True)
class Lanes:
    """`width` is that of a column, `height` that of the view, `offset` how far it is scrolled."""

    steps: int
    width: float
    height: float
    offset: float = 0.0

    @property
    def close(self) -> bool:
        return self.width >= CLOSE

    @property
    def total(self) -> float:
        """How wide everything is."""
        return self.steps * self.width + 2 * _EDGE

    def left(self, place: int) -> float:
        return _EDGE + place * self.width - self.offset

    def visible(self, room: float) -> range:
        """Return the places that a view of this width shows."""
        first = int((self.offset - _EDGE) // self.width)
        last = int((self.offset + room - _EDGE) // self.width) + 1
        return range(max(first, 0), min(max(last, 0), self.steps))

    def place_at(self, x: float) -> int:
        """Return the place at a point, -1 beside all of them."""
        place = int((x + self.offset - _EDGE) // self.width)
        return place if 0 <= place < self.steps else -1

    def loss(self, place: int) -> QRectF:
        return QRectF(self.left(place), 4, self.width, 16)

    def output(self, place: int) -> QRectF:
        return QRectF(self.left(place) + 2, 22, self.width - 4, 22)

    def cell(self, place: int) -> QRectF:
        wide = min(self.width * _CELL_SHARE, _WIDEST_CELL) if self.close else self.width
        top, bottom = 62.0, self.height - 62.0
        return QRectF(self.left(place) + (self.width - wide) / 2, top, wide, bottom - top)

    def strip(self, place: int) -> QRectF:
        """Return where the values of a cell's units lie, one under the other."""
        inset = 5.0 if self.close else 0.0
        return self.cell(place).adjusted(inset, inset, -inset, -inset)

    def input(self, place: int) -> QRectF:
        return QRectF(self.left(place) + 4, self.height - 44, self.width - 8, 22)

    def number(self, place: int) -> QRectF:
        return QRectF(self.left(place), self.height - 20, self.width, 16)

    def between(self, place: int, share: float) -> QRectF:
        """Return the gap between a place and the next; its height is zero, at a share of the cell's height."""
        here, there = self.cell(place), self.cell(place + 1)
        y = here.top() + share * here.height()
        return QRectF(here.right(), y, there.left() - here.right(), 0)
