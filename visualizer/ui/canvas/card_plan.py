"""Where the parts of one layer card go: title, maps, columns, bars, and its freeze switch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from visualizer.ui.canvas.maps import Grid, best_grid
from visualizer.ui.canvas.scene import LayerCard, Shape, is_vector
from visualizer.ui.theme import font

_NARROWEST_BLOCK, _LOWEST_BRANCH = 22.0, 26.0
_FEW_ROWS = 3
MARGIN = 26
"""How far glow, ring and badges reach out of a card."""


@dataclass(frozen=True)
class CardPlan:
    """A card in its place and where its parts go; `dense` where the window is small, `small` inside a lens."""

    card: LayerCard
    rect: QRectF
    dense: bool
    small: bool = False

    @cached_property
    def header(self) -> float:
        """Height taken by title and fact."""
        if self.small:
            return 20.0 if self.dense else 24.0
        if not self.has_fact:
            return 22.0
        return 40.0 if self.dense else 44.0

    @property
    def has_fact(self) -> bool:
        """Whether there is room for a line below the title."""
        return self.rect.height() >= 90

    @property
    def title_font(self) -> QFont:
        return font(11 if self.dense or not self.has_fact else 12, 600)

    @cached_property
    def blocks(self) -> list[QRectF]:
        """The columns of a stage card; in several rows where it has many blocks."""
        count = len(self.card.blocks)
        if not count:
            return []
        area = self.rect.adjusted(8, self.header, -8, -8)
        gap = 8.0 if area.width() / count > 30 else 4.0
        across = min(count, max(int((area.width() + gap) / (_NARROWEST_BLOCK + gap)), 1))
        if -(-count // across) > _FEW_ROWS:  # many: as squares that fill the card
            gap, across = 2.0, min(math.ceil((count * area.width() / max(area.height(), 1.0)) ** 0.5), count)
        if self.card.parallel:  # one above the other, as branches are
            across = -(-count // max(int((area.height() + gap) / (_LOWEST_BRANCH + gap)), 1))
        down = -(-count // across)
        width = (area.width() - gap * (across - 1)) / across
        height = (area.height() - gap * (down - 1)) / down
        places = (divmod(number, across) for number in range(count))
        return [QRectF(area.x() + x * (width + gap), area.y() + y * (height + gap), width, height) for y, x in places]

    @cached_property
    def picture(self) -> QRectF:
        """Where the maps, the picture or the bars go."""
        rect = self.rect
        if self.card.kind == "input":
            size = rect.width() - 16
            return QRectF(rect.x() + 8, rect.y() + 28, size, min(size, rect.height() - 46))
        if self.small:
            bottom = 22 if self.has_footnote else 6
            return rect.adjusted(6, self.header, -6, -bottom)
        if self.card.kind == "column":
            return rect.adjusted(7, 6, -7, -6)
        bottom = 26 if self.has_footnote else 8
        return rect.adjusted(10, self.header + (0 if self.dense else 2), -10, -bottom)

    @property
    def has_picture(self) -> bool:
        """Whether there is room for more than a name."""
        return self.picture.height() >= 8

    @cached_property
    def has_footnote(self) -> bool:
        if self.small:
            return not self.dense and self.rect.height() >= 96
        return self.card.kind == "maps" and not self.dense and not self.card.error and self.rect.height() >= 160

    @cached_property
    def _grids(self) -> dict[tuple[Shape, int], Grid]:
        return {}

    def grid(self, shape: Shape, block: int = -1) -> Grid:
        """Return where the maps of a tensor go: in the card, or in one of its columns."""
        if (shape, block) not in self._grids:
            self._grids[shape, block] = self._grid(shape, block)
        return self._grids[shape, block]

    def _grid(self, shape: Shape, block: int) -> Grid:
        edge = 4 if block >= 0 and self.blocks[block].width() > _NARROWEST_BLOCK - 4 else 1
        area = self.blocks[block].adjusted(edge, edge, -edge, -edge) if block >= 0 else self.picture
        if is_vector(shape):
            return column_grid(area, shape)
        if block >= 0:
            return best_grid(area, shape, columns=_block_columns(shape))
        if self.small and len(shape) > 2 and shape[0] > 1:
            return best_grid(self.picture, shape, columns=2, least_rows=2 if shape[0] > 2 else 1)
        return best_grid(self.picture, shape)

    @cached_property
    def switch(self) -> QRectF:
        """Where its freeze switch lies: on the upper edge, of a narrow column on the lower one, away from its name."""
        if self.card.kind == "column":
            return QRectF(self.rect.center().x() - 12, self.rect.bottom() - 10, 24, 20)
        right = self.rect.right() - (8 if self.rect.width() >= 60 else 0)
        return QRectF(right - 24, self.rect.top() - 10, 24, 20)


def _block_columns(shape: Shape) -> int:
    maps = shape[0] if len(shape) > 2 else 1
    return max(min(round(maps**0.5 / 2), 5), 1)


def column_grid(area: QRectF, shape: Shape) -> Grid:
    """Return the cells of a vector, one value each; more than fit are left out."""
    total = math.prod(shape)
    most = max(int(area.height() // 5), 1)
    count = min(total, 16 if total > most else total)
    gap = 2.0 if area.height() / count > 6 else 1.0
    return Grid(area.x(), area.y(), area.width(), (area.height() + gap) / count - gap, 1, count, total, gap)
